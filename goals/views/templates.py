"""Pages about templates: the list, one of them, saving an objective as one, beginning from one."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from areas.permissions import can_manage_cycles
from goals.actions.refusals import Refused
from goals.actions.templates import (
    archive_template,
    begin_objective,
    beginnings_of,
    change_template,
    restore_template,
    save_template,
)
from goals.figures.remarks import MOST_FOCUS
from goals.forms.templates import BeginObjectiveForm, SaveTemplateForm, TemplateForm
from goals.models import Cycle, Objective, ObjectiveTemplate
from goals.views import plan_flow
from goals.views.objectives import objective_crumbs
from goals.views.plan import editable_roadmap, roadmap_crumbs
from goals.views.plan_flow import AnyPage, Page, get_and_post, refuse_non_editors, visible_objective

ROWS_PER_PAGE = 50


@require_safe
def template_list(request: HttpRequest) -> HttpResponse:
    rows = _templates().live().order_by(F("area__key").asc(nulls_first=True), "name", "pk")
    page = Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "goals/template_list.html", {"nav": "areas", "page": page, "query": ""})


@require_safe
def template_detail(request: HttpRequest, template_id: int) -> HttpResponse:
    """An archived one keeps its page."""
    template = get_object_or_404(_templates(), pk=template_id)
    cycle = Cycle.objects.current(timezone.localdate())
    context = {
        "nav": "areas",
        "template": template,
        "key_results": [(one, one.unsaved()) for one in beginnings_of(template, cycle)] if cycle else [],
        "shown_cycle": cycle,
        "crumbs": [*_crumbs(template)[:-1], (template.name, "")],
        "can_edit": _may_edit(request, template),
    }
    return render(request, "goals/template_detail.html", context)


@get_and_post
def template_save(request: HttpRequest, code: str) -> HttpResponse:
    objective = visible_objective(request, code)
    refuse_non_editors(request, objective.roadmap.area)
    heading = _("Save %(code)s as a template") % {"code": objective.code}
    crumbs = [*objective_crumbs(objective, last=False), (_("Save as a template"), "")]
    page = AnyPage("goals/template_save.html", heading, None, crumbs, objective.get_absolute_url())
    page.more["objective"] = objective

    def make(entered: dict[str, Any]) -> ObjectiveTemplate:
        saved = save_template(objective, by=request.user, now=timezone.now(), **entered)
        for note in saved.notes:
            messages.warning(request, note)
        return saved.template

    form = partial(SaveTemplateForm, objective=objective, is_manager=can_manage_cycles(request.user))
    return plan_flow.create(request, page, form, make)


@get_and_post
def template_edit(request: HttpRequest, template_id: int) -> HttpResponse:
    template = _own(request, template_id)
    page = AnyPage(
        "goals/template_form.html",
        _("Edit the template"),
        None,
        [*_crumbs(template), (_("Edit"), "")],
        template.get_absolute_url(),
        {"template": template},
    )
    return plan_flow.change(
        request,
        page,
        TemplateForm,
        template,
        lambda form: change_template(
            template, by=request.user, now=timezone.now(), version=form.seen_version, **form.entered
        ),
    )


@require_POST
def template_archive(request: HttpRequest, template_id: int) -> HttpResponse:
    """One press; the page it leads to has the one that takes it back."""
    template = _own(request, template_id)
    try:
        archive_template(template, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("The template is archived."))
    return redirect(template)


@require_POST
def template_restore(request: HttpRequest, template_id: int) -> HttpResponse:
    template = _own(request, template_id)
    try:
        restore_template(template, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("The template is offered again."))
    return redirect(template)


@require_safe
def template_choose(request: HttpRequest, area_key: str, cycle_key: str) -> HttpResponse:
    """Those that an objective of a roadmap may begin from: its own area's first, then the organisation's."""
    roadmap = editable_roadmap(request, area_key, cycle_key)
    templates = list(_templates().live().order_by("name", "pk"))
    places = {roadmap.area_id: 0, None: 1}
    templates.sort(key=lambda row: (places.get(row.area_id, 2), row.area.key if row.area else ""))
    context = {
        "nav": "areas",
        "roadmap": roadmap,
        "cycle": roadmap.cycle,
        "crumbs": roadmap_crumbs(roadmap, _("Start from a template")),
        "page": Paginator(templates, ROWS_PER_PAGE).get_page(request.GET.get("page")),
        "query": "",
    }
    return render(request, "goals/template_choose.html", context)


@get_and_post
def template_begin(request: HttpRequest, area_key: str, cycle_key: str, template_id: int) -> HttpResponse:
    roadmap = editable_roadmap(request, area_key, cycle_key)
    template = get_object_or_404(_templates().live(), pk=template_id)
    page = Page(
        "goals/template_begin.html",
        _("New objective from “%(name)s”") % {"name": template.name},
        roadmap.cycle,
        roadmap_crumbs(roadmap, _("Start from a template")),
        roadmap.get_absolute_url(),
        {"template": template, "roadmap": roadmap, "remark": _remark(template, roadmap)},
    )
    who: dict[str, Any] = {"by": request.user, "now": timezone.now(), "today": timezone.localdate()}
    form = partial(
        BeginObjectiveForm,
        template=template,
        beginnings=beginnings_of(template, roadmap.cycle),
        cycle=roadmap.cycle,
    )
    return plan_flow.create(
        request, page, form, lambda entered: begin_objective(template, roadmap, **who, **entered).row
    )


def _remark(template: ObjectiveTemplate, roadmap: Any) -> str:
    """What the review would remark on once it is made; it refuses nothing."""
    rows = Objective.objects.counting().focus().filter(roadmap=roadmap)
    if template.plan["objective"]["kind"] != Objective.Kind.FOCUS or rows.count() < MOST_FOCUS:
        return ""
    return _("This roadmap has %(most)d focus objectives or more; a plan is best with no more.") % {
        "most": MOST_FOCUS
    }


def _templates() -> Any:
    """Whoever signs in reads all of them: areas are no secret, and nothing restricted is in a template."""
    rows: QuerySet[ObjectiveTemplate] = ObjectiveTemplate.objects.all()
    return rows.select_related("area")


def _own(request: HttpRequest, template_id: int) -> ObjectiveTemplate:
    """Raises Http404, PermissionDenied."""
    template: ObjectiveTemplate = get_object_or_404(_templates(), pk=template_id)
    if not _may_edit(request, template):
        raise PermissionDenied(_("Templates are kept by the leads of their area and by managers."))
    return template


def _may_edit(request: HttpRequest, template: ObjectiveTemplate) -> bool:
    return ObjectiveTemplate.objects.editable_by(request.user).filter(pk=template.pk).exists()


def _crumbs(template: ObjectiveTemplate) -> list[tuple[str, str]]:
    return [(_("Templates"), "/templates/"), (template.name, template.get_absolute_url())]
