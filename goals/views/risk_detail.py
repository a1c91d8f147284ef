"""One risk: where it stands, what is done against it, what it concerns, how it went and what changed."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from goals.actions.risk_life import next_review
from goals.figures.risk_changes import changes_of_risk
from goals.figures.risks import concerned_by, risks_on
from goals.figures.steps import end_of
from goals.models import Concern, KeyResult, Mitigation, Objective, Risk
from goals.models.risk_queries import RiskQuerySet
from goals.views.carried import carried_risk
from goals.views.context import ABOVE, Reader, may_edit, with_rights
from goals.views.looking_back import ShownDay, day_context, shown_day
from goals.views.objectives import TODAY, objective_crumbs
from goals.views.risk_matrix import matrix_of_one

CHANGES_AT_HAND = 12


@require_safe
def risk_detail(request: HttpRequest, code: str) -> HttpResponse:
    present: Any = get_object_or_404(_seen(request), code=code)
    cycle = present.objective.roadmap.cycle
    shown = shown_day(request, cycle)
    risk = _as_shown(present, shown)
    days = day_context(request, cycle, shown)
    may = may_edit(request.user, present.objective.roadmap.area, cycle, as_of=shown.as_of, asked=present)
    changes = [
        change
        for change in changes_of_risk(present, request.user)
        if shown.as_of is None or change.at < end_of(shown.as_of)
    ]
    context = {
        "nav": "risks",
        "risk": risk,
        "objective": present.objective,
        "cycle": cycle,
        "crumbs": risk_crumbs(present, last=True, days=days),
        "matrix": matrix_of_one(risk),
        "key_result": _key_result(present, request.user),
        "steps": _steps(risk, shown),
        "concerns": _concerns(present, request.user, shown),
        "carried": carried_risk(present, request.user),
        "goes_on": present.has_gone_on,
        "is_stale": risk.is_stale(shown.day) and not cycle.is_closed and not present.has_gone_on,
        "next_review": next_review(present, shown.today),
        "changes": changes[:CHANGES_AT_HAND],
        "older_changes": changes[CHANGES_AT_HAND:],
        **may,
        **days,
    }
    return render(request, "goals/risk_detail.html", context)


def _seen(request: HttpRequest) -> RiskQuerySet:
    """What its reader sees, each with its area, the reader's rights there and whether it was carried over."""
    seen = Risk.objects.visible_to(request.user).filter(objective__roadmap__area__archived_at__isnull=True)
    rows = with_rights(seen.with_last_change(), request.user, "objective__roadmap__area")
    gone_on = Risk.objects.filter(pk=OuterRef("pk")).goes_on()
    return rows.annotate(has_gone_on=Exists(gone_on.order_by())).select_related(
        *("owner", "reviewed_by"),
        *(f"objective__roadmap__area__{ABOVE}", "objective__roadmap__cycle"),
    )


def risk_crumbs(risk: Risk, *, last: bool, days: Any = TODAY) -> list[tuple[str, str]]:
    """From the list of areas over its objective to the risk."""
    own = "" if last else risk.get_absolute_url() + days["as_of_query"]
    return [*objective_crumbs(risk.objective, last=False, days=days), (risk.short_code, own)]


def _as_shown(present: Risk, shown: ShownDay) -> Risk:
    """Raises Http404 where it was not there, or is archived."""
    if shown.as_of is None:
        if present.archived_at is not None or present.objective.archived_at is not None:
            raise Http404(_("This risk is archived."))
        return present
    rows = Risk.objects.filter(pk=present.pk)
    found = risks_on(rows.select_related("objective__roadmap__cycle"), shown.as_of)
    if not found:
        raise Http404(_("This risk was not there yet."))
    return found[0]


def _key_result(risk: Risk, user: Reader) -> KeyResult | None:
    """Whoever answers for a risk may read it, and need not see the key result that it is about."""
    if risk.key_result_id is None:
        return None
    return KeyResult.objects.live().visible_to(user).filter(pk=risk.key_result_id).first()


def _steps(risk: Risk, shown: ShownDay) -> list[Mitigation]:
    if shown.as_of is not None:
        return list(risk.mitigations.all())
    return list(Mitigation.objects.filter(risk=risk).select_related("owner"))


def _concerns(risk: Risk, user: Reader, shown: ShownDay) -> list[tuple[int | None, Objective]]:
    """(key of the concern today, objective) of each other objective that it concerns, by code."""
    seen = Objective.objects.visible_to(user).select_related("roadmap__area", "roadmap__cycle")
    if shown.as_of is None:
        rows = Concern.objects.live().filter(risk=risk)
        keys: dict[int, int | None] = dict(rows.values_list("objective", "pk"))
    else:
        keys = dict.fromkeys(concerned_by(risk, shown.as_of))
        seen = seen.live()
    return [(keys[row.pk], row) for row in seen.filter(pk__in=keys).order_by("code")]
