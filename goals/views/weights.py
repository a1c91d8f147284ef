"""All weights of an objective or a roadmap at once, each with its share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from goals.actions.refusals import Refused, StaleVersion
from goals.actions.weights import change_key_result_weights, change_objective_weights
from goals.forms.weights import WeightsForm
from goals.models import KeyResult, Objective, Roadmap, Share
from goals.views import plan_flow
from goals.views.objectives import objective_crumbs
from goals.views.plan import editable_roadmap, roadmap_crumbs
from goals.views.plan_flow import Page, get_and_post, refuse_non_editors, visible_objective

Change = Callable[..., int]


@get_and_post
def objective_weights(request: HttpRequest, code: str) -> HttpResponse:
    objective = _editable_objective(request, code)
    page = Page(
        "goals/weights_form.html",
        _("Weights of %(code)s") % {"code": objective.code},
        objective.roadmap.cycle,
        [*objective_crumbs(objective, last=False), (_("Weights"), "")],
        objective.get_absolute_url(),
        {"preview": "goals:objective_weight_shares", "preview_of": [objective.code]},
    )
    return _weigh(request, page, _key_results(objective), objective, change_key_result_weights)


@get_and_post
def roadmap_weights(request: HttpRequest, area_key: str, cycle_key: str) -> HttpResponse:
    roadmap = editable_roadmap(request, area_key, cycle_key)
    page = Page(
        "goals/weights_form.html",
        _("Weights of the objectives"),
        roadmap.cycle,
        roadmap_crumbs(roadmap, _("Weights")),
        roadmap.get_absolute_url(),
        {"preview": "goals:roadmap_weight_shares", "preview_of": [area_key, cycle_key]},
    )
    objectives = Objective.objects.counting().filter(roadmap=roadmap)
    return _weigh(
        request, page, objectives, roadmap, change_objective_weights, shared=_shared(request, roadmap)
    )


@require_safe
def objective_weight_shares(request: HttpRequest, code: str) -> HttpResponse:
    """A fragment: the shares that the weights being typed would have. Nothing is written."""
    return _shares(request, _key_results(_editable_objective(request, code)))


@require_safe
def roadmap_weight_shares(request: HttpRequest, area_key: str, cycle_key: str) -> HttpResponse:
    roadmap = editable_roadmap(request, area_key, cycle_key)
    objectives = Objective.objects.counting().filter(roadmap=roadmap)
    return _shares(request, objectives, shared=_shared(request, roadmap))


def _editable_objective(request: HttpRequest, code: str) -> Objective:
    objective = visible_objective(request, code)
    refuse_non_editors(request, objective.roadmap.area)
    return objective


def _key_results(objective: Objective) -> QuerySet[KeyResult]:
    rows = KeyResult.objects.counting().filter(objective=objective)
    return rows.order_by("position", "number")


def _shared(request: HttpRequest, roadmap: Roadmap) -> QuerySet[Share]:
    """What others plan and this area owns too: it counts in the same mean, and is weighed on its own page."""
    rows = Share.objects.of_cycle(roadmap.cycle_id).visible_to(request.user).filter(area=roadmap.area_id)
    counting = rows.filter(objective__in=Objective.objects.counting().order_by().values("pk"))
    return counting.select_related("objective").order_by("objective__code")


def _shares(request: HttpRequest, rows: QuerySet[Any], *, shared: Iterable[Share] = ()) -> HttpResponse:
    form = WeightsForm(request.GET, rows=rows, asks_reason=False, shared=shared)
    return render(request, "goals/_weight_shares.html", {"groups": form.groups()})


def _weigh(
    request: HttpRequest,
    page: Page,
    rows: QuerySet[Any],
    whole: Any,
    change: Change,
    *,
    shared: Iterable[Share] = (),
) -> HttpResponse:
    asks_reason = page.cycle.takes_check_ins
    data = request.POST if request.method == "POST" else None
    form = WeightsForm(data, rows=rows.all(), asks_reason=asks_reason, shared=shared)
    if data is None:
        return _answer(request, page, form)
    if not form.is_valid() or "preview" in request.POST:
        is_preview = "preview" in request.POST
        status = HTTPStatus.OK if is_preview else HTTPStatus.UNPROCESSABLE_ENTITY
        return _answer(request, page, form, status=status)
    reason = form.cleaned_data.get("reason", "")
    try:
        count = change(whole, form.wanted, by=request.user, now=timezone.now(), reason=reason)
    except StaleVersion as refusal:
        form.rows = list(rows.all())
        seen = _seen(form)
        return _answer(
            request,
            page,
            form.over_what_is_saved(seen),
            status=HTTPStatus.CONFLICT,
            conflict=refusal.sentence,
        )
    except Refused as refusal:
        form.refuse(refusal)
        is_conflict = isinstance(refusal, plan_flow.CONFLICTS)
        status = HTTPStatus.CONFLICT if is_conflict else HTTPStatus.UNPROCESSABLE_ENTITY
        return _answer(request, page, form, status=status)
    sentence = ngettext("%(count)d weight saved.", "%(count)d weights saved.", count)
    messages.success(request, sentence % {"count": count} if count else _("Nothing was changed."))
    return redirect(page.back)


def _seen(form: WeightsForm) -> dict[int, Decimal]:
    """The weights as the form's reader saw them: of each row that of its version then."""
    seen = {}
    for row in form.rows:
        version = form.cleaned_data.get(f"version-{row.code}") or "0"
        kept = row.history.filter(version=int(version)).values_list("weight", flat=True).first()
        if kept is not None:
            seen[row.pk] = kept
    return seen


def _answer(
    request: HttpRequest, page: Page, form: WeightsForm, *, status: int = HTTPStatus.OK, **more: Any
) -> HttpResponse:
    return plan_flow.answer(request, page, form, status=status, groups=form.groups(), **more)
