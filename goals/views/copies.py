"""Pages that copy: a key result, an objective, a whole roadmap."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from goals.actions.copying import Copied, copy_key_result, copy_objective, copy_roadmap
from goals.forms.copies import CopyForm, CopyKeyResultForm, CopyObjectiveForm, CopyRoadmapForm, plans_anything
from goals.models import Cycle, Roadmap
from goals.views import plan_flow
from goals.views.objectives import objective_crumbs
from goals.views.plan import roadmap_crumbs
from goals.views.plan_flow import Page, get_and_post, visible_key_result, visible_objective

MOST_NOTES = 5


@get_and_post
def key_result_copy(request: HttpRequest, code: str) -> HttpResponse:
    key_result = visible_key_result(request, code)
    crumbs = [
        *objective_crumbs(key_result.objective, last=False),
        (key_result.short_code, key_result.get_absolute_url()),
        (_("Copy"), ""),
    ]
    return _copy(request, _page(key_result, key_result.cycle, crumbs), CopyKeyResultForm, copy_key_result)


@get_and_post
def objective_copy(request: HttpRequest, code: str) -> HttpResponse:
    objective = visible_objective(request, code)
    crumbs = [*objective_crumbs(objective, last=False), (_("Copy"), "")]
    return _copy(
        request, _page(objective, objective.roadmap.cycle, crumbs), CopyObjectiveForm, copy_objective
    )


@get_and_post
def roadmap_copy(request: HttpRequest, area_key: str, cycle_key: str) -> HttpResponse:
    roadmaps = Roadmap.objects.visible_to(request.user).filter(area__archived_at__isnull=True)
    related = roadmaps.select_related("area__parent", "cycle")
    roadmap = get_object_or_404(related, area__key=area_key, cycle__key=cycle_key)
    page = _page(roadmap, roadmap.cycle, roadmap_crumbs(roadmap, _("Copy")))
    return _copy(request, page, CopyRoadmapForm, copy_roadmap)


def _page(row: Any, cycle: Cycle, crumbs: list[tuple[str, str]]) -> Page:
    heading = _("Copy %(code)s") % {"code": row.code}
    return Page("goals/copy_form.html", heading, cycle, crumbs, row.get_absolute_url(), {"row": row})


def _copy(
    request: HttpRequest, page: Page, form_class: type[CopyForm], act: Callable[..., Copied]
) -> HttpResponse:
    if not plans_anything(request.user):
        raise PermissionDenied(_("Who edits a plan copies into it; you edit none."))
    row = page.more["row"]

    def make(entered: dict[str, Any]) -> Any:
        copied = act(row, **entered, by=request.user, now=timezone.now(), today=timezone.localdate())
        for note in copied.notes[:MOST_NOTES]:
            messages.warning(request, note)
        if len(copied.notes) > MOST_NOTES:
            more = len(copied.notes) - MOST_NOTES
            messages.warning(request, _("And %(count)d more that are not as they were.") % {"count": more})
        return copied.row

    # A closed cycle is copied from as well; what counts is the cycle that is copied into.
    return plan_flow.create(request, page, partial(form_class, row=row, reader=request.user), make)
