"""What a request may see: the person's rows, and of these what its token reaches."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.shortcuts import get_object_or_404
from rest_framework.request import Request

from areas.api.reach import in_reach
from goals.models import (
    CheckIn,
    Comment,
    Initiative,
    KeyResult,
    Kpi,
    MovedCode,
    Objective,
    Risk,
    Roadmap,
    Webhook,
)
from goals.models.initiative import InitiativeQuerySet
from goals.models.key_result import KeyResultQuerySet
from goals.models.kpi import KpiQuerySet
from goals.models.risk_queries import RiskQuerySet
from goals.models.webhook import WebhookQuerySet


def visible_roadmaps(request: Request) -> QuerySet[Roadmap]:
    return Roadmap.objects.visible_to(request.user).filter(in_reach(request, "area"))


def editable_roadmaps(request: Request) -> QuerySet[Roadmap]:
    """Those of live areas whose plan the person edits, as far as the token reaches."""
    rows = Roadmap.objects.editable_by(request.user).filter(area__archived_at__isnull=True)
    return rows.filter(in_reach(request, "area"))


def visible_objectives(request: Request) -> QuerySet[Objective]:
    return Objective.objects.visible_to(request.user).filter(in_reach(request, "roadmap__area"))


def objective_named(request: Request, code: str) -> Objective:
    """The objective of an address. Raises Http404, also where the person may not see it."""
    return get_object_or_404(visible_objectives(request).select_related("roadmap__area"), code=code)


def visible_key_results(request: Request) -> KeyResultQuerySet:
    return KeyResult.objects.visible_to(request.user).filter(in_reach(request, "objective__roadmap__area"))


def objectives_to_tell(request: Request) -> QuerySet[Objective]:
    """With all that `told_objectives` reads of a row."""
    seen = visible_objectives(request)
    rows: QuerySet[Objective] = with_kin(seen, seen).select_related(
        "owner", "reviewer", "roadmap__area", "roadmap__cycle"
    )
    return rows


def key_results_to_tell(request: Request) -> KeyResultQuerySet:
    """With all that `told_key_results` reads of a row."""
    seen = visible_key_results(request)
    rows: KeyResultQuerySet = with_kpi(with_kin(seen, seen), request).with_context()
    return rows


def key_results_named(request: Request, codes: Collection[str]) -> dict[str, KeyResult]:
    """Those of codes that the request sees, by the code that was named; codes from before a move lead on."""
    rows = visible_key_results(request).select_related("objective__roadmap")
    found = {row.code: row for row in rows.filter(code__in=codes)}
    if unknown := set(codes) - found.keys():
        moved = MovedCode.objects.filter(code__in=unknown, key_result__isnull=False)
        old = dict(moved.values_list("code", "key_result"))
        there = {row.pk: row for row in rows.filter(pk__in=old.values())} if old else {}
        found |= {code: there[pk] for code, pk in old.items() if pk in there}
    return found


def visible_check_ins(request: Request) -> QuerySet[CheckIn]:
    path = "key_result__objective__roadmap__area"
    return CheckIn.objects.visible_to(request.user).filter(in_reach(request, path))


def visible_comments(request: Request) -> QuerySet[Comment]:
    reached = in_reach(request, "objective__roadmap__area")
    reached |= in_reach(request, "check_in__key_result__objective__roadmap__area")
    return Comment.objects.visible_to(request.user).filter(reached)


def visible_initiatives(request: Request) -> InitiativeQuerySet:
    path = "key_result__objective__roadmap__area"
    return Initiative.objects.visible_to(request.user).filter(in_reach(request, path))


def visible_kpis(request: Request) -> KpiQuerySet:
    return Kpi.objects.visible_to(request.user).filter(in_reach(request, "area"))


def editable_webhooks(request: Request) -> WebhookQuerySet:
    """Those of areas whose plan the person edits, as far as the token reaches. Nobody else reads them."""
    return Webhook.objects.live().editable_by(request.user).filter(in_reach(request, "area"))


def visible_risks(request: Request) -> RiskQuerySet:
    return Risk.objects.visible_to(request.user).filter(in_reach(request, "objective__roadmap__area"))


def with_kpi(rows: Any, request: Request) -> Any:
    """Key results, with the code of the KPI that gives the value; none where the request does not see it."""
    kpis = visible_kpis(request).order_by().values("code")
    return rows.annotate(kpi_code=Subquery(kpis.filter(pk=OuterRef("kpi"))[:1]))


def with_kin(rows: Any, seen: Any) -> Any:
    """Objectives or key results, with the codes of what they were carried over from and to.

    `seen` are those the request may see; of others there is no code.
    """
    live = seen.live().order_by().values("code")
    return rows.annotate(
        predecessor_code=Subquery(live.filter(pk=OuterRef("predecessor"))[:1]),
        successor_code=Subquery(live.filter(predecessor=OuterRef("pk"))[:1]),
    )
