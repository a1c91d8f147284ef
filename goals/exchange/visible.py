"""The rows of a roadmap's document as a reader may see them, for whoever writes it out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import OuterRef, Prefetch, Q, Subquery

from accounts.models import User
from goals.exchange.document import RoadmapDocument
from goals.models import (
    Alignment,
    Concern,
    Dependency,
    Initiative,
    KeyResult,
    Kpi,
    Mitigation,
    Objective,
    Risk,
    Roadmap,
    Share,
)
from goals.models.cycle import RoadmapQuerySet


def names_in(documents: Iterable[RoadmapDocument]) -> dict[str, str]:
    """The names of owners by the addresses that documents hold. One query."""
    addresses = {address for document in documents for address in document.owners}
    rows = User.objects.filter(email__in=addresses)
    return {email.lower(): name for email, name in rows.values_list("email", "name") if name}


def everywhere(path_to_area: str) -> Q:
    """No narrower than what the reader sees."""
    return Q()


def with_visible_plan(user: Any, *, within: Callable[[str], Q] = everywhere) -> RoadmapQuerySet:
    """The roadmaps that a person sees, each with the rows of its document that the person sees.

    `within` narrows by the path from a row to its area what is named of other plans: a token may be bound.
    """
    objectives = Objective.objects.visible_to(user)
    mitigations = Prefetch("mitigations", Mitigation.objects.select_related("owner"))
    concerns = Concern.objects.visible_to(user).filter(within("objective__roadmap__area"))
    concerns = concerns.select_related("objective__roadmap__area", "objective__roadmap__cycle")
    risks = Risk.objects.visible_to(user).select_related("owner", "key_result")
    risks = risks.prefetch_related(mitigations, Prefetch("concerns", concerns))
    initiatives = Prefetch("initiatives", Initiative.objects.select_related("owner"))
    key_results = KeyResult.objects.visible_to(user).select_related("owner").prefetch_related(initiatives)
    kpis = Kpi.objects.visible_to(user).filter(within("area"), pk=OuterRef("kpi")).order_by().values("code")
    key_results = key_results.annotate(kpi_code=Subquery(kpis[:1]))
    reached = within("on_objective__roadmap__area")
    # Nothing narrows: no condition at all, as an empty one in an "or" would be passed over.
    reached = reached and reached | Q(on_objective__isnull=True)
    needs = Dependency.objects.live().visible_to(user).filter(reached)
    related_needs = needs.select_related("on_objective__roadmap__area", "on_objective__roadmap__cycle")
    supports = Alignment.objects.visible_to(user).filter(within("supported__roadmap__area"))
    supports = supports.select_related("supported__roadmap__area", "supported__roadmap__cycle")
    return (
        Roadmap.objects.visible_to(user)
        .select_related("area__parent", "cycle")
        .prefetch_related(
            Prefetch("objectives", objectives.select_related("owner", "reviewer")),
            Prefetch("objectives__key_results", key_results.prefetch_related("interim_targets")),
            Prefetch("objectives__risks", risks.order_by("number")),
            Prefetch("objectives__needs", related_needs),
            Prefetch("objectives__supports", supports.order_by("supported__code")),
            Prefetch("objectives__shares", Share.objects.select_related("area")),
        )
    )
