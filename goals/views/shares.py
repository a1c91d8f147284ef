"""Pages on which an objective is shared with other areas, weighed there, and ceases to be."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from goals.actions.refusals import ReasonNeeded, Refused
from goals.actions.shares import end_share, share, weigh_share
from goals.forms.alignments import EndForm
from goals.forms.shares import ShareForm
from goals.models import Objective, Share
from goals.views import plan_flow
from goals.views.objectives import objective_crumbs
from goals.views.plan_flow import Page, get_and_post, refuse_non_editors, visible_objective


@get_and_post
def share_create(request: HttpRequest, code: str) -> HttpResponse:
    objective = visible_objective(request, code)
    refuse_non_editors(request, objective.roadmap.area)
    page = _page("goals/share_form.html", _("Share an objective"), objective)
    who: dict[str, Any] = {"by": request.user, "now": timezone.now()}
    asks_reason = objective.roadmap.cycle.takes_check_ins
    return plan_flow.create(
        request,
        page,
        partial(ShareForm, instance=Share(objective=objective), asks_reason=asks_reason),
        lambda entered: share(objective, **entered, **who).objective,
    )


@get_and_post
def share_edit(request: HttpRequest, share_id: int) -> HttpResponse:
    row = _changeable(request, share_id)
    page = _page("goals/share_form.html", _("Weigh a share"), row.objective, share=row)
    return plan_flow.change(
        request,
        page,
        partial(ShareForm, asks_reason=row.objective.roadmap.cycle.takes_check_ins),
        row,
        lambda form: weigh_share(
            row,
            by=request.user,
            now=timezone.now(),
            version=form.seen_version,
            reason=form.why,
            **form.entered,
        ),
    )


@get_and_post
def share_end(request: HttpRequest, share_id: int) -> HttpResponse:
    row = _changeable(request, share_id)
    page = _page("goals/share_end.html", _("End a share"), row.objective, share=row)
    form = EndForm(request.POST or None, initial={"version": row.version})
    if request.method != "POST" or not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        return plan_flow.answer(request, page, form, status=status)
    options = {"version": form.seen_version, "reason": form.cleaned_data["reason"]}
    try:
        end_share(row, by=request.user, now=timezone.now(), **options)
    except Refused as refusal:
        is_mistake = isinstance(refusal, ReasonNeeded)
        form.add_error("reason" if is_mistake else None, refusal.sentence)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if is_mistake else HTTPStatus.CONFLICT
        return plan_flow.answer(request, page, form, status=status)
    messages.success(request, _("Saved."))
    return redirect(page.back)


def _changeable(request: HttpRequest, share_id: int) -> Share:
    """Raises Http404 where the person may not see its objective, and PermissionDenied."""
    related = Share.objects.visible_to(request.user).select_related(
        "area", "objective__roadmap__area__parent", "objective__roadmap__cycle"
    )
    row = get_object_or_404(related, pk=share_id)
    if not Share.objects.changeable_by(request.user).filter(pk=row.pk).exists():
        raise PermissionDenied(_("The leads of either area say this, and managers."))
    return row


def _page(template: str, heading: str, objective: Objective, **more: Any) -> Page:
    crumbs = [*objective_crumbs(objective, last=False), (heading, "")]
    back = objective.get_absolute_url()
    return Page(template, heading, objective.roadmap.cycle, crumbs, back, {"objective": objective} | more)
