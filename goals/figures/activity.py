"""What happened, newest first, in pages that begin after a row and not after a count of rows.

A page costs the same however long the activity is: five queries for what happened, and one for each kind of
thing on the page.
"""

from __future__ import annotations

import heapq
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from accounts.models import AuditEntry, User
from goals.figures.activity_scope import SECTION_OF, Scope
from goals.figures.changed_line import Change, address_of, code_of, title_of
from goals.figures.changed_rows import entry_lines, owner_keys
from goals.figures.changed_talk import (
    OF_COMMENT,
    OF_ENTRY,
    check_in_line,
    comment_line,
    kpi_entry_line,
    with_status_before,
)
from goals.figures.link_lines import RELATED, Step, line_of
from goals.models import (
    Acknowledgement,
    Alignment,
    Concern,
    Dependency,
    Initiative,
    InterimTarget,
    KeyResult,
    Kpi,
    Mention,
    Mitigation,
    Objective,
    Risk,
    Roadmap,
    Share,
)

# Of what happened at the same moment, a higher rank comes first.
ENTRY, COMMENT, CHECK_IN, KPI_ENTRY = 0, 1, 2, 3
PLACE = re.compile(r"([0-9]{1,18})-([0123])-([0-9]{1,18})", re.ASCII)
LAST_MOMENT = 253_402_300_799_999_999  # the end of the year 9999
# The way from a row to its area, and what a line says of a row beside its own fields.
WAYS: dict[str, tuple[Any, str, tuple[str, ...]]] = {
    model._meta.label_lower: (model, way, related)
    for model, way, related in (
        (Roadmap, "area", ("area", "cycle")),
        (Objective, "roadmap__area", ()),
        (KeyResult, "objective__roadmap__area", ("objective",)),
        (Initiative, "key_result__objective__roadmap__area", ("key_result__objective",)),
        (Dependency, "objective__roadmap__area", ("objective", "on_objective")),
        (Risk, "objective__roadmap__area", ("objective",)),
        (Mitigation, "risk__objective__roadmap__area", ()),
        (Kpi, "area", ()),
        (InterimTarget, "key_result__objective__roadmap__area", RELATED[InterimTarget]),
        (Alignment, "supporter__roadmap__area", RELATED[Alignment]),
        (Share, "objective__roadmap__area", RELATED[Share]),
        (Concern, "risk__objective__roadmap__area", RELATED[Concern]),
        (Acknowledgement, "check_in__key_result__objective__roadmap__area", RELATED[Acknowledgement]),
    )
}
OF_HISTORY = {InterimTarget, Alignment, Share, Concern}
TALKED: dict[int, Any] = {COMMENT: comment_line, CHECK_IN: check_in_line, KPI_ENTRY: kpi_entry_line}


@dataclass(frozen=True, order=True)
class Place:
    """Where something stands in the order of what happened."""

    at: datetime
    rank: int
    pk: int

    def __str__(self) -> str:
        """For addresses: the moment in microseconds, exactly."""
        gone_by = self.at - datetime(1970, 1, 1, tzinfo=UTC)
        moment = (gone_by.days * 86_400 + gone_by.seconds) * 1_000_000 + gone_by.microseconds
        return f"{moment}-{self.rank}-{self.pk}"

    @classmethod
    def read(cls, text: str) -> Place | None:
        match = PLACE.fullmatch(text)
        if match is None or int(match[1]) > LAST_MOMENT:
            return None
        seconds, rest = divmod(int(match[1]), 1_000_000)
        moment = datetime.fromtimestamp(seconds, tz=UTC).replace(microsecond=rest)
        return cls(moment, int(match[2]), int(match[3]))


@dataclass(frozen=True)
class Happening:
    """One thing that somebody did, in one or more lines about the same row. `by` None: nobody signed in."""

    place: Place
    section: str
    by: User | None
    area_id: int
    lines: tuple[Change, ...]
    mentions_reader: bool = False
    is_new: bool = False

    @property
    def first(self) -> Change:
        return self.lines[0]


@dataclass(frozen=True)
class Page:
    rows: list[Happening]
    # Where the next page begins; None at the end.
    older: Place | None


def activity(
    scope: Scope, *, limit: int, after: Place | None = None, seen_until: datetime | None = None
) -> Page:
    """What comes after a place, `limit` at most; newer than `seen_until` and by others is new."""
    sources = (
        _first(scope.check_ins(), "created_at", CHECK_IN, after, limit),
        _first(scope.comments(), "created_at", COMMENT, after, limit),
        _first(scope.kpi_entries(), "created_at", KPI_ENTRY, after, limit),
        _first(scope.entries(), "made_at", ENTRY, after, limit),
        _first(scope.ties(), "made_at", ENTRY, after, limit),
    )
    merged = heapq.merge(*sources, key=lambda found: found[0], reverse=True)
    found = [pair for pair, _number in zip(merged, range(limit + 1), strict=False)]
    page = found[:limit]
    rows = [_marked(row, scope.user, seen_until) for row in _told(page, scope.user)]
    return Page(rows, page[-1][0] if len(found) > limit else None)


def whole_activity(scope: Scope, *, at_once: int) -> Iterator[Happening]:
    """All of it, page after page."""
    after: Place | None = None
    while True:
        page = activity(scope, after=after, limit=at_once)
        yield from page.rows
        if page.older is None:
            return
        after = page.older


def _first(
    rows: QuerySet[Any], when: str, rank: int, after: Place | None, limit: int
) -> list[tuple[Place, Any]]:
    if after is not None:
        earlier = Q(**{f"{when}__lt": after.at})
        if rank < after.rank:
            earlier |= Q(**{when: after.at})
        elif rank == after.rank:
            earlier |= Q(**{when: after.at, "pk__lt": after.pk})
        rows = rows.filter(earlier)
    if rank == CHECK_IN:
        rows = with_status_before(rows)
    elif rank == COMMENT:
        rows = rows.select_related(*OF_COMMENT)
    elif rank == KPI_ENTRY:
        rows = rows.select_related(*OF_ENTRY)
    else:
        rows = rows.select_related("actor")
    newest_first = rows.order_by(f"-{when}", "-pk")[: limit + 1]
    return [(Place(getattr(row, when), rank, row.pk), row) for row in newest_first]


def _told(page: Sequence[tuple[Place, Any]], user: Any) -> Iterator[Happening]:
    entries = [row for place, row in page if place.rank == ENTRY]
    things = _things(entries)
    owners = _names(owner_keys(entries))
    comments = [row.pk for place, row in page if place.rank == COMMENT]
    mentions = Mention.objects.filter(comment__in=comments, person=user.pk).values_list("comment", flat=True)
    mentioned = set(mentions) if comments else set()
    for place, row in page:
        if place.rank == ENTRY:
            thing = things.get((row.model, row.object_id))
            if thing is not None and (lines := _lines(row, thing, owners)):
                section = SECTION_OF[WAYS[row.model][0]]
                yield Happening(place, section, row.actor, thing.area_pk, lines)
            continue
        line = TALKED[place.rank](row)
        is_told = place.rank == COMMENT and row.pk in mentioned
        yield Happening(place, line.section, row.author, line.area_id or 0, (line,), mentions_reader=is_told)


def _marked(row: Happening, user: Any, seen_until: datetime | None) -> Happening:
    is_new = seen_until is not None and row.place.at > seen_until
    return replace(row, is_new=is_new and (row.by is None or row.by.pk != user.pk))


def _things(entries: Sequence[AuditEntry]) -> dict[tuple[str, int], Any]:
    """The rows that entries are about. One query for each kind."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        if entry.object_id is not None:
            wanted[entry.model].add(entry.object_id)
    found: dict[tuple[str, int], Any] = {}
    for label, keys in wanted.items():
        model, way, related = WAYS[label]
        if model in OF_HISTORY:  # it may be over; its ends are the same in all versions
            rows = model.history.annotate(area_pk=F(way)).select_related(*related)
            found |= {(label, row.id): row for row in rows.filter(id__in=keys)}
            continue
        rows = model._default_manager.annotate(area_pk=F(way)).select_related(*related)
        found |= {(label, row.pk): row for row in rows.filter(pk__in=keys)}
    return found


def _names(keys: set[int]) -> dict[int, str]:
    return dict(User.objects.filter(pk__in=keys).values_list("pk", "name")) if keys else {}


def _lines(entry: AuditEntry, row: Any, owners: dict[int, str]) -> tuple[Change, ...]:
    model: Any = WAYS[entry.model][0]
    if model in RELATED:
        return (line_of(model, row, Step.of_entry(model, entry)),)
    return tuple(
        Change(
            section=SECTION_OF[model],
            area_id=row.area_pk,
            at=entry.made_at,
            by=entry.actor.name if entry.actor else "",
            code=code_of(row),
            title=title_of(row),
            address=address_of(row),
            what=what,
            old=old,
            new=new,
            reason=entry.reason,
        )
        for what, old, new in entry_lines(model, entry, owners)
    )
