"""Pages on which objectives come to support others, are weighed, and cease to."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from areas.permissions import can_edit_plan
from goals.actions.alignments import align, unalign, weigh
from goals.actions.refusals import ReasonNeeded, Refused
from goals.forms.alignments import AlignmentForm, EndForm
from goals.models import Alignment, Objective
from goals.views import plan_flow
from goals.views.objectives import objective_crumbs
from goals.views.plan_flow import Page, get_and_post, refuse_non_editors, visible_objective


@get_and_post
def alignment_create(request: HttpRequest, code: str) -> HttpResponse:
    objective = visible_objective(request, code)
    refuse_non_editors(request, objective.roadmap.area)
    page = _page("goals/alignment_form.html", _("Support an objective"), objective)
    who: dict[str, Any] = {"by": request.user, "now": timezone.now()}
    return plan_flow.create(
        request,
        page,
        partial(
            AlignmentForm,
            instance=Alignment(supporter=objective),
            reader=request.user,
            asks_reason=objective.roadmap.cycle.takes_check_ins,
        ),
        lambda entered: align(objective, **entered, **who).supporter,
    )


@get_and_post
def alignment_edit(request: HttpRequest, alignment_id: int) -> HttpResponse:
    alignment = _visible(request, alignment_id)
    supported = alignment.supported
    refuse_non_editors(request, supported.roadmap.area)
    page = _page("goals/alignment_form.html", _("Weigh a supporter"), supported, alignment=alignment)
    return plan_flow.change(
        request,
        page,
        partial(AlignmentForm, reader=request.user, asks_reason=supported.roadmap.cycle.takes_check_ins),
        alignment,
        lambda form: weigh(
            alignment,
            by=request.user,
            now=timezone.now(),
            version=form.seen_version,
            reason=form.why,
            **form.entered,
        ),
    )


@get_and_post
def alignment_end(request: HttpRequest, alignment_id: int) -> HttpResponse:
    """By whoever edits the plan of either end."""
    alignment = _visible(request, alignment_id)
    ends = (alignment.supporter, alignment.supported)
    mine = next((row for row in ends if can_edit_plan(request.user, row.roadmap.area)), None)
    if mine is None:
        raise PermissionDenied(_("The leads of either objective end this, and managers."))
    page = _page("goals/alignment_end.html", _("End the support"), mine, alignment=alignment)
    form = EndForm(request.POST or None, initial={"version": alignment.version})
    if request.method != "POST" or not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        return _answer(request, page, form, status)
    options = {"version": form.seen_version, "reason": form.cleaned_data["reason"]}
    try:
        unalign(alignment, by=request.user, now=timezone.now(), **options)
    except Refused as refusal:
        form.add_error("reason" if isinstance(refusal, ReasonNeeded) else None, refusal.sentence)
        is_mistake = isinstance(refusal, ReasonNeeded)
        return _answer(
            request, page, form, HTTPStatus.UNPROCESSABLE_ENTITY if is_mistake else HTTPStatus.CONFLICT
        )
    messages.success(request, _("Saved."))
    return redirect(page.back)


def _visible(request: HttpRequest, alignment_id: int) -> Alignment:
    """Raises Http404, also where the person may not see one of its ends."""
    related = Alignment.objects.visible_to(request.user).select_related(
        *("supporter__roadmap__area__parent", "supporter__roadmap__cycle"),
        *("supported__roadmap__area__parent", "supported__roadmap__cycle"),
    )
    return get_object_or_404(related, pk=alignment_id)


def _page(template: str, heading: str, objective: Objective, **more: Any) -> Page:
    crumbs = [*objective_crumbs(objective, last=False), (heading, "")]
    back = objective.get_absolute_url()
    return Page(template, heading, objective.roadmap.cycle, crumbs, back, {"objective": objective} | more)


def _answer(request: HttpRequest, page: Page, form: EndForm, status: int) -> HttpResponse:
    context = {"nav": "areas", "page": page, "form": form, "cycle": page.cycle, "crumbs": page.crumbs}
    is_closed = {"is_closed": page.cycle.is_closed}
    return render(request, page.template, context | is_closed | page.more, status=status)
