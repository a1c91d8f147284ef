"""What people do with a risk beside editing it: look at it again, close it, open it again, say what else it
concerns."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.ways import is_path_here
from goals.actions.concerns import add_concern, end_concern
from goals.actions.refusals import Refused
from goals.actions.risk_life import close_risk, reopen_risk, review_risk
from goals.forms.risk_life import CloseForm, ConcernForm, ReopenForm, ReviewForm, RiskStepForm
from goals.models import Concern, Risk
from goals.views import plan_flow
from goals.views.plan_flow import (
    CONFLICTS,
    Page,
    get_and_post,
    refuse_non_contributors,
    visible_risk,
)
from goals.views.risk_detail import risk_crumbs


@require_POST
def risk_review(request: HttpRequest, code: str) -> HttpResponse:
    """One press: somebody looked at it, and nothing changed."""
    risk = _own_risk(request, code)
    form = ReviewForm(request.POST)
    back = str(request.POST.get("back", ""))
    way = redirect(back) if is_path_here(back) else redirect(risk)
    if not form.is_valid():
        messages.error(request, _("Nothing was saved: that is no day for the next review."))
        return way
    try:
        next_on = review_risk(
            risk,
            by=request.user,
            now=timezone.now(),
            today=timezone.localdate(),
            review_on=form.cleaned_data["review_on"],
            version=form.seen_version,
        )
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        told = {"code": risk.code, "day": formats.date_format(next_on, "j M Y")}
        messages.success(request, _("%(code)s is reviewed; it is looked at again on %(day)s.") % told)
    return way


@get_and_post
def risk_close(request: HttpRequest, code: str) -> HttpResponse:
    risk = _own_risk(request, code)
    has_occurred = risk.state == Risk.State.OCCURRED
    initial = {
        "version": risk.version,
        "closed_on": timezone.localdate(),
        "occurred_on": risk.occurred_on,
        "consequence": risk.consequence,
        "outcome": Risk.Outcome.HANDLED if has_occurred else None,
    }
    page = _page("goals/risk_close.html", _("Close %(code)s") % {"code": risk.code}, risk)
    act = partial(close_risk, risk, today=timezone.localdate())
    return _step(request, page, CloseForm(request.POST or None, initial=initial), act)


@get_and_post
def risk_reopen(request: HttpRequest, code: str) -> HttpResponse:
    risk = _own_risk(request, code)
    page = _page("goals/risk_reopen.html", _("Open %(code)s again") % {"code": risk.code}, risk)
    form = ReopenForm(request.POST or None, initial={"version": risk.version})
    return _step(request, page, form, partial(reopen_risk, risk))


@get_and_post
def concern_create(request: HttpRequest, code: str) -> HttpResponse:
    risk = _own_risk(request, code)
    page = _page("goals/concern_form.html", _("What else %(code)s concerns") % {"code": risk.code}, risk)
    who: dict[str, Any] = {"by": request.user, "now": timezone.now()}
    return plan_flow.create(
        request,
        page,
        partial(ConcernForm, instance=Concern(risk=risk), reader=request.user),
        lambda entered: add_concern(risk, **entered, **who).risk,
    )


@require_POST
def concern_end(request: HttpRequest, concern_id: int) -> HttpResponse:
    """It can be said again at once, so one press does it."""
    related = (
        Concern.objects.visible_to(request.user)
        .live()
        .select_related("risk__objective__roadmap__area", "objective")
    )
    concern = get_object_or_404(related, pk=concern_id)
    refuse_non_contributors(request, concern.risk.objective.roadmap.area)
    try:
        end_concern(concern, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        told = {"code": concern.risk.code, "objective": concern.objective.code}
        messages.success(request, _("%(code)s concerns %(objective)s no more.") % told)
    return redirect(concern.risk)


def _own_risk(request: HttpRequest, code: str) -> Risk:
    """Raises Http404 for what the person may not see, PermissionDenied for what they may not change."""
    risk = visible_risk(request, code)
    refuse_non_contributors(request, risk.objective.roadmap.area)
    return risk


def _page(template: str, heading: str, risk: Risk) -> Page:
    crumbs = [*risk_crumbs(risk, last=False), (heading, "")]
    cycle = risk.objective.roadmap.cycle
    return Page(template, heading, cycle, crumbs, risk.get_absolute_url(), {"risk": risk})


def _step(request: HttpRequest, page: Page, form: RiskStepForm, act: Callable[..., Any]) -> HttpResponse:
    """The form, what is wrong with it, or back to the risk."""
    if request.method != "POST" or not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        return _answer(request, page, form, status)
    try:
        act(by=request.user, now=timezone.now(), version=form.seen_version, **form.entered)
    except Refused as refusal:
        form.refuse(refusal)
        is_conflict = isinstance(refusal, CONFLICTS)
        status = HTTPStatus.CONFLICT if is_conflict else HTTPStatus.UNPROCESSABLE_ENTITY
        return _answer(request, page, form, status)
    messages.success(request, _("Saved."))
    return redirect(page.back)


def _answer(request: HttpRequest, page: Page, form: RiskStepForm, status: int) -> HttpResponse:
    context = {"nav": "risks", "page": page, "form": form, "cycle": page.cycle, "crumbs": page.crumbs}
    is_closed = {"is_closed": page.cycle.is_closed}
    return render(request, page.template, context | is_closed | page.more, status=status)
