"""Documents into rows: all or nothing, through the actions that pages use.

A row is found by its number, else by its title within what it belongs to. What a document does not name stays
as it is; nothing is deleted. Areas keep the name and the place they have, and the rhythm unless the
document says another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models.functions import Lower

from areas.models import Area
from goals.actions import locks
from goals.actions.pauses import set_area_rhythm
from goals.actions.refusals import Refused
from goals.actions.roadmaps import change_roadmap, create_roadmap
from goals.actions.rows import save_row
from goals.exchange.document import PEOPLE, RoadmapDocument
from goals.exchange.dump import roadmap_document, with_plan
from goals.exchange.errors import DocumentError
from goals.exchange.load_links import load_concerns, load_needs, load_shares, load_supports
from goals.exchange.load_objective import Loaded, load_objectives
from goals.exchange.loading import Loading, LoadReport
from goals.models import Cycle, Roadmap

FIELDS = {"title": "title", "background": "background", "state": "state", "visibility": "visibility"}


def load_documents(
    documents: Sequence[RoadmapDocument],
    *,
    by: Any,
    today: date,
    now: datetime,
    cycle: str | None = None,
    dry_run: bool = False,
    reason: str = "",
) -> LoadReport:
    """Writes the plans of the documents in one transaction; a dry run takes everything back.

    `cycle` is a key that stands for those the documents name. `reason` is asked for when the definition of a
    key result changes in a cycle that has begun. Raises DocumentError with the problems of all documents.
    """
    if cycle is not None:
        documents = [_in_cycle(document, cycle) for document in documents]
    loading = Loading(by=by, today=today, now=now, reason=reason, owners=_owners(documents))
    with transaction.atomic():
        _hold_cycles(documents)
        _refuse_twice(documents, loading)
        loaded = [(document, _load(document, loading)) for document in documents]
        for document, rows in loaded:
            loading.name = document.name
            load_needs(rows, loading)
            load_supports(rows, loading)
            load_concerns(rows, loading)
            load_shares(rows, loading)
        if loading.problems:
            raise DocumentError("roadmap", loading.problems)
        if dry_run:
            transaction.set_rollback(True)
    return loading.report


def _in_cycle(document: RoadmapDocument, cycle: str) -> RoadmapDocument:
    """As if it were of another cycle; what is supported or concerned is of the same cycle, so it follows."""
    before, after = f"-{document.cycle}-", f"-{cycle}-"
    objectives = tuple(
        replace(
            entry,
            supports=tuple(
                replace(support, objective=support.objective.replace(before, after))
                for support in entry.supports
            ),
            risks=tuple(
                replace(risk, concerns=tuple(code.replace(before, after) for code in risk.concerns))
                for risk in entry.risks
            ),
        )
        for entry in document.objectives
    )
    return replace(document, cycle=cycle, objectives=objectives)


def _hold_cycles(documents: Iterable[RoadmapDocument]) -> None:
    """Alone: a document goes up and down the order of locks, and a check-in would wait for it in a circle."""
    cycles = Cycle.objects.filter(key__in={document.cycle for document in documents})
    for cycle_id in cycles.order_by("pk").values_list("pk", flat=True):
        locks.lock_cycle(cycle_id)


def _owners(documents: Iterable[RoadmapDocument]) -> dict[str, Any]:
    """The people whose addresses the documents name, by address in small letters, in one query."""
    owned: Iterable[Any] = (
        entry
        for document in documents
        for objective in document.objectives
        for entry in (
            objective,
            *objective.key_results,
            *(each for key_result in objective.key_results for each in key_result.initiatives),
            *objective.risks,
            *(step for risk in objective.risks for step in risk.mitigations),
        )
    )
    addresses = {getattr(entry, name, "") for entry in owned for name in PEOPLE}
    people = get_user_model().objects.annotate(address=Lower("email")).filter(address__in=addresses - {""})
    return {person.email.lower(): person for person in people}


def _refuse_twice(documents: Sequence[RoadmapDocument], loading: Loading) -> None:
    first: dict[str, str] = {}
    for document in documents:
        if document.code in first:
            loading.name = document.name
            loading.refuse(1, f"{document.code} stands in {first[document.code]} too")
        first.setdefault(document.code, document.name)


def _load(document: RoadmapDocument, loading: Loading) -> Loaded:
    """The objectives of the document with their rows; empty when the roadmap itself is refused."""
    loading.name = document.name
    cycle = Cycle.objects.filter(key=document.cycle).first()
    if cycle is None:
        known = ", ".join(Cycle.objects.order_by("key").values_list("key", flat=True)) or "none yet"
        loading.refuse(1, f"there is no cycle '{document.cycle}'; the cycles are {known}")
    area = _area(document, loading)
    if area is None or cycle is None:
        return []
    try:
        with transaction.atomic():
            roadmap = _roadmap(document, area, cycle, loading)
    except Refused as refusal:
        loading.refuse(1, refusal.sentence)
        return []
    return load_objectives(document, roadmap, loading)


def _area(document: RoadmapDocument, loading: Loading) -> Area | None:
    area = Area.objects.filter(key=document.area).first()
    if area is not None and area.archived_at is not None:
        loading.refuse(1, f"the area {area.key} is archived; restore it first")
        return None
    if area is not None:
        _set_rhythm(area, document.area_rhythm, loading)
        return area
    if not document.area_name:
        loading.refuse(1, f"there is no area '{document.area}'; name it with area_name to make it")
        return None
    parent = None
    if document.area_parent:
        parent = Area.objects.filter(key=document.area_parent).first()
        if parent is None and not document.area_parent_name:
            sentence = f"there is no area '{document.area_parent}'; name it with parent_name to make it"
            loading.refuse(1, sentence)
            return None
        parent = parent or _make_area(
            document.area_parent, document.area_parent_name, None, document.area_parent_rhythm, loading
        )
    return _make_area(document.area, document.area_name, parent, document.area_rhythm, loading)


def _set_rhythm(area: Area, days: int | None, loading: Loading) -> None:
    """A document that says nothing about it leaves it as it is: the area is more than this plan."""
    if days is not None and area.check_in_every_days != days:
        set_area_rhythm(area, by=loading.by, now=loading.now, days=days, version=area.version)
        loading.report.changed.append(area.key)


def _make_area(key: str, name: str, parent: Area | None, rhythm: int | None, loading: Loading) -> Area:
    position = Area.objects.count() + 1
    area = Area(key=key, name=name, parent=parent, position=position, check_in_every_days=rhythm)
    save_row(area, by=loading.by, now=loading.now)
    loading.report.created.append(key)
    return area


def _roadmap(document: RoadmapDocument, area: Area, cycle: Cycle, loading: Loading) -> Roadmap:
    roadmap = with_plan(Roadmap.objects.filter(area=area, cycle=cycle)).first()
    wanted = {column: getattr(document, name) for name, column in FIELDS.items()}
    if roadmap is None:
        roadmap = create_roadmap(area, cycle, by=loading.by, now=loading.now, **wanted)
        loading.report.created.append(roadmap.code)
        return roadmap
    present = roadmap_document(roadmap)
    changes = {
        column: wanted[column]
        for name, column in FIELDS.items()
        if getattr(present, name) != getattr(document, name)
    }
    if changes:
        change_roadmap(roadmap, by=loading.by, now=loading.now, **changes)
    (loading.report.changed if changes else loading.report.unchanged).append(roadmap.code)
    return roadmap
