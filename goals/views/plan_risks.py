"""Pages that edit risks and the steps against them."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from goals.actions.risks import (
    change_mitigation,
    change_risk,
    create_mitigation,
    create_risk,
)
from goals.forms.risks import MitigationForm, RiskForm
from goals.models import Mitigation, Objective, Risk
from goals.views import plan_flow
from goals.views.objectives import objective_crumbs
from goals.views.plan_flow import (
    Page,
    get_and_post,
    refuse_non_contributors,
    visible_objective,
    visible_risk,
)


def _page(template: str, heading: str, objective: Objective, back: str, **more: Any) -> Page:
    crumbs = [*objective_crumbs(objective, last=False), (heading, "")]
    return Page(template, heading, objective.roadmap.cycle, crumbs, back, {"objective": objective} | more)


@get_and_post
def risk_create(request: HttpRequest, code: str) -> HttpResponse:
    objective = visible_objective(request, code)
    refuse_non_contributors(request, objective.roadmap.area)
    page = _page("goals/risk_form.html", _("New risk"), objective, objective.get_absolute_url())
    who: dict[str, Any] = {"by": request.user, "now": timezone.now()}
    return plan_flow.create(
        request,
        page,
        partial(RiskForm, instance=Risk(objective=objective), reader=request.user),
        lambda entered: create_risk(objective, **who, **entered),
    )


@get_and_post
def risk_edit(request: HttpRequest, code: str) -> HttpResponse:
    risk = visible_risk(request, code)
    refuse_non_contributors(request, risk.objective.roadmap.area)
    heading = _("Edit %(code)s") % {"code": risk.code}
    page = _page("goals/risk_form.html", heading, risk.objective, risk.get_absolute_url(), risk=risk)
    return plan_flow.change(
        request,
        page,
        partial(RiskForm, reader=request.user),
        risk,
        lambda form: change_risk(
            risk, by=request.user, now=timezone.now(), version=form.seen_version, **form.entered
        ),
    )


@get_and_post
def mitigation_create(request: HttpRequest, code: str) -> HttpResponse:
    risk = visible_risk(request, code)
    refuse_non_contributors(request, risk.objective.roadmap.area)
    heading = _("New step against %(code)s") % {"code": risk.code}
    page = _page("goals/mitigation_form.html", heading, risk.objective, risk.get_absolute_url(), risk=risk)
    who: dict[str, Any] = {"by": request.user, "now": timezone.now()}
    return plan_flow.create(
        request,
        page,
        partial(MitigationForm, instance=Mitigation(risk=risk)),
        lambda entered: create_mitigation(risk, **who, **entered).risk,
    )


@get_and_post
def mitigation_edit(request: HttpRequest, mitigation_id: int) -> HttpResponse:
    risks = Risk.objects.visible_to(request.user).live()
    related = Mitigation.objects.select_related(
        "risk__objective__roadmap__area__parent", "risk__objective__roadmap__cycle"
    )
    mitigation = get_object_or_404(related, pk=mitigation_id, risk__in=risks)
    risk = mitigation.risk
    refuse_non_contributors(request, risk.objective.roadmap.area)
    heading = _("Edit a step against %(code)s") % {"code": risk.code}
    page = _page("goals/mitigation_form.html", heading, risk.objective, risk.get_absolute_url(), risk=risk)
    return plan_flow.change(
        request,
        page,
        MitigationForm,
        mitigation,
        lambda form: change_mitigation(
            mitigation, by=request.user, now=timezone.now(), version=form.seen_version, **form.entered
        ),
    )
