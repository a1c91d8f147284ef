"""Rows as a document: the plan of a roadmap, whole or with what the public may read alone."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import Prefetch, QuerySet

from goals.exchange.document import (
    InitiativeEntry,
    KeyResultEntry,
    MitigationEntry,
    NeedEntry,
    ObjectiveEntry,
    PauseEntry,
    RiskEntry,
    RoadmapDocument,
    ShareEntry,
    SupportEntry,
)
from goals.exchange.errors import DocumentError, Problem
from goals.models import (
    Alignment,
    Concern,
    Dependency,
    Initiative,
    KeyResult,
    Mitigation,
    Objective,
    Risk,
    Roadmap,
    Share,
)
from goals.models.cycle import Visibility


def with_plan(roadmaps: QuerySet[Roadmap]) -> QuerySet[Roadmap]:
    """Roadmaps with all that their documents hold, in ten queries however many there are."""
    key_results = KeyResult.objects.select_related("owner", "kpi").prefetch_related("interim_targets")
    initiatives = Initiative.objects.select_related("owner")
    mitigations = Mitigation.objects.select_related("owner")
    risks = Risk.objects.select_related("owner", "key_result").order_by("number")
    concerns = Concern.objects.select_related("objective__roadmap__area", "objective__roadmap__cycle")
    needs = Dependency.objects.live().select_related(
        "on_objective__roadmap__area", "on_objective__roadmap__cycle"
    )
    supports = Alignment.objects.select_related(
        "supported__roadmap__area", "supported__roadmap__cycle"
    ).order_by("supported__code")
    return roadmaps.select_related("area__parent", "cycle").prefetch_related(
        Prefetch("objectives", Objective.objects.select_related("owner", "reviewer")),
        Prefetch("objectives__key_results", key_results),
        Prefetch("objectives__key_results__initiatives", initiatives),
        Prefetch("objectives__risks", risks),
        Prefetch("objectives__risks__mitigations", mitigations),
        Prefetch("objectives__risks__concerns", concerns),
        Prefetch("objectives__needs", needs),
        Prefetch("objectives__supports", supports),
        Prefetch("objectives__shares", Share.objects.select_related("area")),
    )


def dump_roadmap(code: str, *, public: bool = False) -> RoadmapDocument:
    """The document of the roadmap with this code, like EDGE-24H2.

    `public` leaves out what is not public (objectives, key results, risks, needs), initiatives and who owns
    what. Raises
    DocumentError when there is no such roadmap, or none for the public.
    """
    roadmap = with_plan(Roadmap.objects.filter(code=code)).first()
    if roadmap is None:
        raise DocumentError(code, [Problem(0, "there is no such roadmap")])
    if public and not (roadmap.is_public and roadmap.area.archived_at is None):
        raise DocumentError(code, [Problem(0, "the roadmap is not public")])
    return roadmap_document(roadmap, public=public)


def roadmap_document(roadmap: Roadmap, *, public: bool = False) -> RoadmapDocument:
    """The document of a roadmap that `with_plan` has read: no query of its own."""
    parent = roadmap.area.parent
    return RoadmapDocument(
        area=roadmap.area.key,
        area_name=roadmap.area.name,
        area_parent=parent.key if parent else "",
        area_parent_name=parent.name if parent else "",
        # How often is asked inside is nobody else's business.
        area_rhythm=None if public else roadmap.area.check_in_every_days,
        area_parent_rhythm=parent.check_in_every_days if parent and not public else None,
        cycle=roadmap.cycle.key,
        state=roadmap.state,
        visibility=roadmap.visibility,
        title=roadmap.title,
        background=roadmap.background,
        objectives=tuple(
            objective_entry(objective, public=public)
            for objective in roadmap.objectives.all()
            if objective.is_counting and (not public or objective.visibility == Visibility.PUBLIC)
        ),
    )


def current_values(code: str) -> dict[str, Decimal | None]:
    """The current value of each key result of a roadmap, by code."""
    key_results = KeyResult.objects.counting().filter(objective__roadmap__code=code)
    return dict(key_results.values_list("code", "current_value"))


def objective_entry(objective: Objective, *, public: bool = False) -> ObjectiveEntry:
    key_results = [row for row in objective.key_results.all() if is_in_plan(row)]
    risks = [row for row in objective.risks.all() if row.archived_at is None]
    needs = [row for row in objective.needs.all() if row.archived_at is None]
    supports = list(objective.supports.all())
    shares = [row for row in objective.shares.all() if row.area.archived_at is None]
    if public:
        shares = _public_shares(objective, shares)
        key_results = [row for row in key_results if row.visibility == KeyResult.Visibility.INHERIT]
        risks = [row for row in risks if row.visibility == Visibility.PUBLIC]
        needs = [row for row in needs if row.on_objective is None or _is_public(row.on_objective)]
        supports = [row for row in supports if _is_public(row.supported)]
    shown = {row.pk for row in key_results}
    return ObjectiveEntry(
        kind=objective.kind,
        number=objective.number,
        title=objective.title,
        description=objective.description,
        owner=_owner(objective, public),
        reviewer="" if public or objective.reviewer is None else objective.reviewer.email,
        commitment=objective.commitment,
        priority=objective.priority,
        confidence=objective.confidence,
        weight=objective.weight,
        counts_supporters=objective.counts_supporters,
        visibility=objective.visibility,
        tags=objective.tags,
        shared_with=tuple(share_entry(row) for row in shares),
        pillar=objective.pillar,
        impact=objective.impact,
        cost=objective.cost,
        key_results=tuple(key_result_entry(row, public=public) for row in key_results),
        risks=tuple(risk_entry(row, shown=shown, public=public) for row in risks),
        needs=tuple(need_entry(row, public=public) for row in needs),
        supports=tuple(support_entry(row) for row in supports),
    )


def _public_shares(objective: Objective, shares: Sequence[Share]) -> list[Share]:
    """Those with areas whose plan of the cycle the world may read. One query where it is shared."""
    if not shares:
        return []
    public = Roadmap.objects.public().filter(cycle=objective.roadmap.cycle_id)
    keys = set(public.filter(area__in=[row.area_id for row in shares]).values_list("area", flat=True))
    return [row for row in shares if row.area_id in keys]


def share_entry(share: Share) -> ShareEntry:
    return ShareEntry(share.area.key, share.weight)


def is_in_plan(key_result: KeyResult) -> bool:
    return key_result.archived_at is None and key_result.dropped_at is None


def key_result_entry(key_result: KeyResult, *, public: bool = False) -> KeyResultEntry:
    return KeyResultEntry(
        number=key_result.number,
        title=key_result.title,
        metric=key_result.metric,
        unit=key_result.unit,
        kind=key_result.kind,
        start=key_result.start_value,
        commit=key_result.commit_value,
        target=key_result.target_value,
        stretch=key_result.stretch_value,
        interim=tuple((row.on, row.value) for row in key_result.interim_targets.all()),
        lower=key_result.lower_bound,
        upper=key_result.upper_bound,
        weight=key_result.weight,
        owner=_owner(key_result, public),
        due_on=key_result.due_on,
        rhythm=key_result.check_in_every_days,
        pause=None if public else _pause(key_result),
        visibility=key_result.visibility,
        source=key_result.source_note,
        tags=key_result.tags,
        kpi="" if public else _kpi_code(key_result),
        initiatives=() if public else tuple(initiative_entry(row) for row in key_result.initiatives.all()),
    )


def _kpi_code(key_result: KeyResult) -> str:
    """Of the KPI that gives the value; where rows were read for somebody, as far as they see it."""
    if hasattr(key_result, "kpi_code"):
        return key_result.kpi_code or ""
    return key_result.kpi.code if key_result.kpi else ""


def initiative_entry(initiative: Initiative) -> InitiativeEntry:
    return InitiativeEntry(
        title=initiative.title,
        link=initiative.link,
        owner=_owner(initiative, False),
        due_on=initiative.due_on,
        state=initiative.state,
    )


def _pause(key_result: KeyResult) -> PauseEntry | None:
    if key_result.paused_on is None or key_result.paused_until is None:
        return None
    return PauseEntry(key_result.paused_on, key_result.paused_until, key_result.pause_reason)


def risk_entry(risk: Risk, *, shown: set[int] | None = None, public: bool = False) -> RiskEntry:
    """`shown` are the keys of the key results that the document holds; a risk names no other."""
    key_result = risk.key_result
    if key_result is not None and shown is not None and key_result.pk not in shown:
        key_result = None
    return RiskEntry(
        number=risk.number,
        kind=risk.kind,
        title=risk.title,
        description=risk.description,
        likelihood=risk.likelihood,
        impact=risk.impact,
        response=risk.response,
        trigger=risk.trigger,
        owner=_owner(risk, public),
        state=risk.state,
        review_on=risk.review_on,
        residual_likelihood=risk.residual_likelihood,
        residual_impact=risk.residual_impact,
        occurred_on=risk.occurred_on,
        consequence=risk.consequence,
        outcome=risk.outcome,
        outcome_note=risk.outcome_note,
        closed_on=risk.closed_on,
        # When somebody last looked at it inside is nobody else's business.
        reviewed_on=None if public else risk.reviewed_on,
        concerns=tuple(
            row.objective.code
            for row in risk.concerns.all()
            if row.objective.is_counting and (not public or _is_public(row.objective))
        ),
        visibility=risk.visibility,
        key_result=key_result.number if key_result else None,
        mitigations=tuple(mitigation_entry(row, public=public) for row in risk.mitigations.all()),
    )


def mitigation_entry(mitigation: Mitigation, *, public: bool = False) -> MitigationEntry:
    return MitigationEntry(
        text=mitigation.text,
        owner=_owner(mitigation, public),
        due_on=mitigation.due_on,
        state=mitigation.state,
    )


def need_entry(need: Dependency, *, public: bool = False) -> NeedEntry:
    """What was answered is said among colleagues; the state tells the public enough."""
    return NeedEntry(
        on_objective=need.on_objective.code if need.on_objective else "",
        partner=need.partner,
        note=need.note,
        state=need.state,
        answer="" if public else need.answer,
        answer_note="" if public else need.answer_note,
    )


def support_entry(alignment: Alignment) -> SupportEntry:
    return SupportEntry(objective=alignment.supported.code, weight=alignment.weight)


def _owner(row: Objective | KeyResult | Initiative | Risk | Mitigation, public: bool) -> str:
    return "" if public or row.owner is None else row.owner.email


def _is_public(other: Objective) -> bool:
    return other.archived_at is None and other.visibility == Visibility.PUBLIC and other.roadmap.is_public
