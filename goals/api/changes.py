"""What programs that follow are told of a thing that changed, as far as their request sees it now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import CharField, F, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from rest_framework.request import Request

from areas.api.reach import areas_in_reach, in_reach
from goals.api import reach
from goals.models import Change, Cycle, Dependency, Mitigation, MovedCode, Risk

Kind = Change.Kind
CHANGED, ARCHIVED, MOVED = "changed", "archived", "moved"


@dataclass(frozen=True)
class Told:
    """A thing that changed; of what was archived or moved a tombstone."""

    kind: str
    code: str
    change: str
    area: str | None
    changed_at: datetime
    url: str
    sequence: int | None = None
    moved_to: str | None = None


@dataclass(frozen=True)
class Teller:
    """How things of one kind are told: those the request sees, and of these what its lists hold.

    `code` and `area` are expressions of the row; `view` the address of one.
    """

    seen: Callable[[Request], QuerySet[Any]]
    listed: Callable[[QuerySet[Any]], QuerySet[Any]]
    code: Any
    area: Any
    view: str


def _all(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows


def _live(rows: Any) -> QuerySet[Any]:
    return rows.live()


def _in_plan(rows: Any) -> QuerySet[Any]:
    return rows.in_plan()


def _seen_mitigations(request: Request) -> QuerySet[Mitigation]:
    return Mitigation.objects.filter(risk__in=reach.visible_risks(request).order_by().values("pk"))


def _seen_dependencies(request: Request) -> QuerySet[Dependency]:
    """Withdrawn ones too, which no list has."""
    reached = reach.visible_objectives(request).order_by().values("pk")
    is_seen = Q(on_objective__isnull=True) | Q(on_objective__in=reached)
    return Dependency.objects.filter(is_seen, objective__in=reached)


BY_NUMBER = F("pk")
NOTHING = Value(None, output_field=CharField())
OF_OBJECTIVE = F("objective__roadmap__area__key")
TELLERS: dict[str, Teller] = {
    Kind.AREA: Teller(areas_in_reach, _live, F("key"), F("key"), "area-detail"),
    Kind.CYCLE: Teller(lambda request: Cycle.objects.all(), _all, F("key"), NOTHING, "cycle-detail"),
    Kind.ROADMAP: Teller(
        reach.visible_roadmaps,
        lambda rows: rows.filter(area__archived_at__isnull=True),
        F("code"),
        F("area__key"),
        "roadmap-detail",
    ),
    Kind.OBJECTIVE: Teller(
        reach.visible_objectives, _live, F("code"), F("roadmap__area__key"), "objective-detail"
    ),
    Kind.KEY_RESULT: Teller(reach.visible_key_results, _live, F("code"), OF_OBJECTIVE, "key-result-detail"),
    Kind.CHECK_IN: Teller(
        reach.visible_check_ins,
        _all,
        F("key_result__code"),
        F("key_result__objective__roadmap__area__key"),
        "key-result-check-ins",
    ),
    Kind.RISK: Teller(reach.visible_risks, _live, F("code"), OF_OBJECTIVE, "risk-detail"),
    Kind.MITIGATION: Teller(
        _seen_mitigations,
        lambda rows: rows.filter(risk__in=Risk.objects.live().order_by().values("pk")),
        BY_NUMBER,
        F("risk__objective__roadmap__area__key"),
        "mitigation-detail",
    ),
    Kind.DEPENDENCY: Teller(_seen_dependencies, _in_plan, BY_NUMBER, OF_OBJECTIVE, "dependency-detail"),
    Kind.INITIATIVE: Teller(
        reach.visible_initiatives,
        _live,
        BY_NUMBER,
        F("key_result__objective__roadmap__area__key"),
        "initiative-detail",
    ),
    Kind.COMMENT: Teller(
        reach.visible_comments,
        _all,
        BY_NUMBER,
        Coalesce(OF_OBJECTIVE, F("check_in__key_result__objective__roadmap__area__key")),
        "comment-detail",
    ),
    Kind.KPI: Teller(reach.visible_kpis, _live, F("code"), F("area__key"), "kpi-detail"),
}


def told_changes(request: Request, changes: Sequence[Change]) -> Iterator[Told]:
    """Of changes those whose things the request sees now, in their order. As many queries for any number."""
    by_kind: dict[str, dict[int, Change]] = {}
    for change in changes:
        by_kind.setdefault(change.kind, {})[change.object_id] = change
    told: dict[int, Told] = {}
    for kind, rows in by_kind.items():
        if kind == Kind.OLD_CODE:
            told |= _old_codes(request, rows)
        else:
            told |= _things(request, kind, rows)
    for change in changes:
        if change.pk in told:
            yield told[change.pk]


def _things(request: Request, kind: str, changes: dict[int, Change]) -> dict[int, Told]:
    teller = TELLERS[kind]
    rows = teller.seen(request).filter(pk__in=changes)
    listed = set(teller.listed(rows).order_by().values_list("pk", flat=True))
    sequence = F("sequence") if kind == Kind.CHECK_IN else Value(None, output_field=IntegerField())
    found = rows.order_by().annotate(told_code=teller.code, told_area=teller.area, told_sequence=sequence)
    return {
        changes[pk].pk: Told(
            kind=kind,
            code=str(code),
            change=CHANGED if pk in listed else ARCHIVED,
            area=area,
            changed_at=changes[pk].changed_at,
            url=address(teller.view, str(code)),
            sequence=number,
        )
        for pk, code, area, number in found.values_list("pk", "told_code", "told_area", "told_sequence")
    }


def _old_codes(request: Request, changes: dict[int, Change]) -> dict[int, Told]:
    """Tombstones under the code from before a move, of what the person sees in its new place.

    Where that is beyond the token, it is told that the code ended, and not where it went.
    """
    moved = MovedCode.objects.visible_to(request.user).filter(pk__in=changes)
    there = moved.filter(_thing_in_reach(request)).values_list("pk", flat=True)
    in_reach_now = set(there.order_by())
    keys = set(areas_in_reach(request).values_list("key", flat=True))
    told = {}
    for row in moved.with_thing():
        kind, area = KIND_OF_THING[row.thing._meta.model_name], row.code.partition("-")[0]
        is_told_where = row.pk in in_reach_now
        if not is_told_where and area not in keys:
            continue
        told[changes[row.pk].pk] = Told(
            kind=kind,
            code=row.code,
            change=MOVED,
            area=area,
            changed_at=changes[row.pk].changed_at,
            url=address(TELLERS[kind].view, row.thing.code if is_told_where else row.code),
            moved_to=row.thing.code if is_told_where else None,
        )
    return told


def _thing_in_reach(request: Request) -> Q:
    return (
        in_reach(request, "objective__roadmap__area")
        | in_reach(request, "key_result__objective__roadmap__area")
        | in_reach(request, "risk__objective__roadmap__area")
    )


KIND_OF_THING: dict[str | None, str] = {
    "objective": Kind.OBJECTIVE,
    "keyresult": Kind.KEY_RESULT,
    "risk": Kind.RISK,
}


def address(view: str, code: str) -> str:
    return settings.SITE_URL + reverse(f"api:{view}", args=[code])
