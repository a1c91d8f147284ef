"""Pages that edit the plan: roadmaps, objectives and key results."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from areas.models import Area
from goals.actions.key_results import (
    archive_key_result,
    change_key_result,
    create_key_result,
    drop_key_result,
    restore_key_result,
)
from goals.actions.kpis import choosable
from goals.actions.refusals import Refused
from goals.actions.roadmaps import (
    archive_objective,
    change_objective,
    change_roadmap,
    create_objective,
    create_roadmap,
    drop_objective,
    restore_objective,
)
from goals.figures.given_up import given_up
from goals.forms.key_results import KeyResultForm
from goals.forms.plan import ObjectiveForm, RemovalForm, RoadmapForm
from goals.models import Cycle, KeyResult, Objective, Roadmap
from goals.views import plan_flow
from goals.views.context import area_crumbs
from goals.views.objectives import objective_crumbs
from goals.views.plan_flow import (
    Page,
    get_and_post,
    refuse_non_editors,
    visible_key_result,
    visible_objective,
)


@get_and_post
def roadmap_create(request: HttpRequest, area_key: str, cycle_key: str) -> HttpResponse:
    area = get_object_or_404(Area.objects.live().select_related("parent"), key=area_key)
    cycle = get_object_or_404(Cycle, key=cycle_key)
    refuse_non_editors(request, area)
    roadmap = Roadmap(area=area, cycle=cycle)
    present = Roadmap.objects.filter(area=area, cycle=cycle).first()
    if present is not None and request.method != "POST":
        return redirect(present)
    page = Page(
        "goals/roadmap_form.html",
        _("New roadmap: %(area)s, %(cycle)s") % {"area": area.name, "cycle": cycle.name},
        cycle,
        [*area_crumbs(area, last=False), (cycle.name, "")],
        roadmap.get_absolute_url(),
    )
    who: dict[str, Any] = {"by": request.user, "now": timezone.now()}
    return plan_flow.create(
        request,
        page,
        partial(RoadmapForm, instance=roadmap),
        lambda entered: create_roadmap(area, cycle, **who, **entered),
    )


@get_and_post
def roadmap_edit(request: HttpRequest, area_key: str, cycle_key: str) -> HttpResponse:
    roadmap = editable_roadmap(request, area_key, cycle_key)
    page = Page(
        "goals/roadmap_form.html",
        _("Edit the roadmap"),
        roadmap.cycle,
        roadmap_crumbs(roadmap, _("Edit")),
        roadmap.get_absolute_url(),
        {"roadmap": roadmap, "removed": given_up(_removed_objectives(roadmap))},
    )
    return plan_flow.change(
        request,
        page,
        RoadmapForm,
        roadmap,
        lambda form: change_roadmap(
            roadmap, by=request.user, now=timezone.now(), version=form.seen_version, **form.entered
        ),
    )


@require_POST
def roadmap_publish(request: HttpRequest, area_key: str, cycle_key: str) -> HttpResponse:
    """Published or a draft again, as `state` says."""
    roadmap = editable_roadmap(request, area_key, cycle_key)
    state = Roadmap.State.PUBLISHED if request.POST.get("state") == "published" else Roadmap.State.DRAFT
    try:
        change_roadmap(roadmap, by=request.user, now=timezone.now(), state=state)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(
            request,
            _("The roadmap is published.") if state == "published" else _("The roadmap is a draft again."),
        )
    return redirect(roadmap)


def editable_roadmap(request: HttpRequest, area_key: str, cycle_key: str) -> Roadmap:
    """Raises Http404 where one may not see it, PermissionDenied where one may not edit it."""
    roadmaps = Roadmap.objects.visible_to(request.user).filter(area__archived_at__isnull=True)
    related = roadmaps.select_related("area__parent", "cycle")
    roadmap = get_object_or_404(related, area__key=area_key, cycle__key=cycle_key)
    refuse_non_editors(request, roadmap.area)
    return roadmap


def roadmap_crumbs(roadmap: Roadmap, last: str) -> list[tuple[str, str]]:
    title = f"{roadmap.area.name} · {roadmap.cycle.name}"
    return [*area_crumbs(roadmap.area)[:-1], (title, roadmap.get_absolute_url()), (last, "")]


def _removed_objectives(roadmap: Roadmap) -> list[Objective]:
    objectives = Objective.objects.filter(roadmap=roadmap)
    ended = objectives.filter(archived_at__isnull=False) | objectives.filter(dropped_at__isnull=False)
    return list(ended.order_by("code"))


@get_and_post
def objective_create(request: HttpRequest, area_key: str, cycle_key: str) -> HttpResponse:
    roadmap = editable_roadmap(request, area_key, cycle_key)
    kind = "excellence" if request.GET.get("kind") == "excellence" else "focus"
    page = Page(
        "goals/objective_form.html",
        _("New objective"),
        roadmap.cycle,
        roadmap_crumbs(roadmap, _("New objective")),
        roadmap.get_absolute_url(),
    )
    who: dict[str, Any] = {"by": request.user, "now": timezone.now()}
    return plan_flow.create(
        request,
        page,
        partial(ObjectiveForm, instance=Objective(roadmap=roadmap, kind=kind)),
        lambda entered: create_objective(roadmap, **who, **entered),
    )


@get_and_post
def objective_edit(request: HttpRequest, code: str) -> HttpResponse:
    objective = visible_objective(request, code)
    refuse_non_editors(request, objective.roadmap.area)
    cycle = objective.roadmap.cycle
    removed = KeyResult.objects.filter(objective=objective)
    removed = removed.filter(archived_at__isnull=False) | removed.filter(dropped_at__isnull=False)
    page = Page(
        "goals/objective_form.html",
        _("Edit %(code)s") % {"code": objective.code},
        cycle,
        [*objective_crumbs(objective, last=False), (_("Edit"), "")],
        objective.get_absolute_url(),
        {"objective": objective, "removed": given_up(list(removed.order_by("code")))},
    )
    return plan_flow.change(
        request,
        page,
        partial(ObjectiveForm, asks_reason=cycle.takes_check_ins),
        objective,
        lambda form: change_objective(
            objective,
            by=request.user,
            now=timezone.now(),
            version=form.seen_version,
            **form.entered,
            reason=form.why,
        ),
    )


@get_and_post
def key_result_create(request: HttpRequest, code: str) -> HttpResponse:
    objective = visible_objective(request, code)
    refuse_non_editors(request, objective.roadmap.area)
    page = Page(
        "goals/key_result_form.html",
        _("New key result of %(code)s") % {"code": objective.code},
        objective.roadmap.cycle,
        [*objective_crumbs(objective, last=False), (_("New key result"), "")],
        objective.get_absolute_url(),
        {"objective": objective},
    )
    who: dict[str, Any] = {"by": request.user, "now": timezone.now(), "today": timezone.localdate()}
    return plan_flow.create(
        request,
        page,
        partial(
            KeyResultForm,
            instance=KeyResult(objective=objective, owner_id=objective.owner_id),
            kpis=choosable(objective.roadmap.area, user=request.user),
        ),
        lambda entered: create_key_result(objective, **who, **entered),
    )


@get_and_post
def key_result_edit(request: HttpRequest, code: str) -> HttpResponse:
    key_result = visible_key_result(request, code)
    refuse_non_editors(request, key_result.area)
    page = Page(
        "goals/key_result_form.html",
        _("Edit %(code)s") % {"code": key_result.code},
        key_result.cycle,
        [
            *objective_crumbs(key_result.objective, last=False),
            (key_result.short_code, key_result.get_absolute_url()),
            (_("Edit"), ""),
        ],
        key_result.get_absolute_url(),
        {"objective": key_result.objective, "key_result": key_result},
    )
    return plan_flow.change(
        request,
        page,
        partial(
            KeyResultForm,
            asks_reason=key_result.cycle.takes_check_ins,
            kpis=choosable(key_result.area, user=request.user, current=key_result.kpi_id),
        ),
        key_result,
        lambda form: change_key_result(
            key_result,
            by=request.user,
            now=timezone.now(),
            version=form.seen_version,
            **form.entered,
            reason=form.why,
        ),
    )


@get_and_post
def objective_remove(request: HttpRequest, code: str) -> HttpResponse:
    objective = visible_objective(request, code)
    refuse_non_editors(request, objective.roadmap.area)
    return _remove(
        request,
        objective,
        _removal_page(objective, objective.roadmap.cycle, objective_crumbs(objective, last=False)),
        {RemovalForm.DROP: drop_objective, RemovalForm.ARCHIVE: archive_objective},
        objective.roadmap.get_absolute_url(),
    )


@get_and_post
def key_result_remove(request: HttpRequest, code: str) -> HttpResponse:
    key_result = visible_key_result(request, code)
    refuse_non_editors(request, key_result.area)
    objective = key_result.objective
    crumbs = [
        *objective_crumbs(objective, last=False),
        (key_result.short_code, key_result.get_absolute_url()),
    ]
    return _remove(
        request,
        key_result,
        _removal_page(key_result, key_result.cycle, crumbs),
        {RemovalForm.DROP: drop_key_result, RemovalForm.ARCHIVE: archive_key_result},
        objective.get_absolute_url(),
    )


def _removal_page(row: Any, cycle: Cycle, crumbs: list[tuple[str, str]]) -> Page:
    return Page(
        "goals/removal_form.html",
        _("Take %(code)s out of the plan") % {"code": row.code},
        cycle,
        [*crumbs, (_("Take out"), "")],
        row.get_absolute_url(),
        {"row": row},
    )


def _remove(request: HttpRequest, row: Any, page: Page, ways: dict[str, Any], led_to: str) -> HttpResponse:
    if request.method != "POST":
        return plan_flow.answer(request, page, RemovalForm(initial={"version": row.version}))
    form = RemovalForm(request.POST)
    if not form.is_valid():
        return plan_flow.answer(request, page, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    act = ways[form.cleaned_data["way"]]
    why = {"version": form.seen_version, "reason": form.cleaned_data["reason"]}
    try:
        act(row, by=request.user, now=timezone.now(), **why)
    except Refused as refusal:
        form.refuse(refusal)
        is_conflict = isinstance(refusal, plan_flow.CONFLICTS)
        status = HTTPStatus.CONFLICT if is_conflict else HTTPStatus.UNPROCESSABLE_ENTITY
        # Who presses again has read that somebody else changed it.
        fresh = type(row).objects.get(pk=row.pk).version
        data = request.POST.copy()
        data["version"] = str(fresh)
        form.data = data
        return plan_flow.answer(request, page, form, status=status)
    messages.success(request, _("%(code)s is out of the plan.") % {"code": row.code})
    return redirect(led_to)


@require_POST
def objective_restore(request: HttpRequest, code: str) -> HttpResponse:
    visible = Objective.objects.visible_to(request.user).filter(roadmap__area__archived_at__isnull=True)
    objective = get_object_or_404(visible.select_related("roadmap__area", "roadmap__cycle"), code=code)
    refuse_non_editors(request, objective.roadmap.area)
    return _restore(request, objective, restore_objective, objective.roadmap)


@require_POST
def key_result_restore(request: HttpRequest, code: str) -> HttpResponse:
    visible = KeyResult.objects.visible_to(request.user).filter(objective__in=Objective.objects.live())
    key_result = get_object_or_404(visible.with_context(), code=code)
    refuse_non_editors(request, key_result.area)
    return _restore(request, key_result, restore_key_result, key_result.objective)


def _restore(request: HttpRequest, row: Any, act: Any, otherwise: Any) -> HttpResponse:
    try:
        act(row, by=request.user, now=timezone.now(), reason=request.POST.get("reason", "")[:2000])
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect(otherwise)
    messages.success(request, _("%(code)s is in the plan again.") % {"code": row.code})
    return redirect(row)
