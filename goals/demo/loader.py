"""Loads the demo: documents through the reader, check-ins through `record_check_in`, in the order of 2024."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management.color import no_style
from django.db import connection, transaction

from accounts.models import AuditEntry
from areas.models import Area
from goals.actions.check_ins import record_check_in
from goals.actions.cycles import activate_cycle, begin_closing, close_cycle
from goals.actions.dashboards import create_starter
from goals.actions.key_results import change_key_result
from goals.actions.rows import save_row
from goals.actions.scores import score_key_result
from goals.actions.snapshots import take_snapshots
from goals.actions.subscriptions import subscribe
from goals.demo import people
from goals.demo.calendar import REAL_TODAY, Calendar
from goals.demo.kpis import make_kpis
from goals.exchange.document import RoadmapDocument
from goals.exchange.load import load_documents
from goals.exchange.markdown_reader import read_file
from goals.models import CheckIn, Cycle, KeyResult

FOLDER = Path(__file__).parent / "pytorch-2024-h2"
APPS = ("accounts", "areas", "goals")

EARLIER = ("24H1", "2024 H1", date(2024, 1, 1), date(2024, 6, 30))
RUNNING = ("24H2", "2024 H2", date(2024, 7, 1), date(2024, 12, 31))

# The target that grew during the half-year: the documents hold the new one.
GROWN = "EDGE-24H2-O3-KR1"
GROWN_FROM, GROWN_TO, GROWN_ON = Decimal(2500), Decimal(3000), date(2024, 9, 2)
GROWN_BECAUSE = "Beta launch adds reach"

# What the manager follows.
FOLLOWED = ("DIST", "EDGE")


class NotTheDemo(Exception):
    """The database holds something else than the demo, which loading it would destroy."""


@transaction.atomic
def load_demo(*, today: date, now: datetime, real_dates: bool = False) -> Cycle:
    """Replaces the demo by a fresh one and answers its running cycle. Raises NotTheDemo."""
    _refuse_foreign_data()
    _clear()
    calendar = Calendar(today=today, real_dates=real_dates)
    people.make_people()
    admin = people.administrator()
    _make_areas(by=admin, now=now)
    people.make_memberships()
    history = _read_rows("check-ins.csv")
    _load_earlier_cycle(calendar, history, by=admin, now=now)
    make_kpis(calendar, first_on=RUNNING[2], by=admin, now=now)
    cycle = _load_running_cycle(calendar, history, by=admin, now=now)
    _set_up_manager(now=now)
    return cycle


def _set_up_manager(*, now: datetime) -> None:
    """A dashboard, and areas to hear of: whoever looks round finds both as they are in use."""
    manager = get_user_model().objects.get(email=people.address("manager"))
    create_starter(manager)
    for area in Area.objects.without_tree_fields().filter(key__in=FOLLOWED).order_by("pk"):
        subscribe(area, by=manager, now=now)


def _refuse_foreign_data() -> None:
    foreign = get_user_model().objects.exclude(email__endswith=f"@{people.DOMAIN}").first()
    if foreign:
        raise NotTheDemo(
            f"This database holds people of its own ({foreign.email}); the demo would replace them."
        )
    area = Area.objects.exclude(key__in=people.NAMES).first()
    if area:
        raise NotTheDemo(f"This database holds an area of its own ({area.key}); the demo would replace it.")


def _clear() -> None:
    """Empties the product's own tables at once: rows of history refuse to be deleted one by one."""
    tables = [model._meta.db_table for app in APPS for model in apps.get_app_config(app).get_models()]
    # The record refuses to be emptied too; what it tells of a demo ends with the demo.
    AuditEntry.objects.end_before(datetime.max.replace(year=9998, tzinfo=UTC))
    # PostgreSQL truncates no table with foreign keys still to be checked, as after an earlier load.
    connection.check_constraints()
    statements = connection.ops.sql_flush(no_style(), tables, allow_cascade=True)
    connection.ops.execute_sql_flush(statements)


def _make_areas(*, by: Any, now: datetime) -> None:
    """The tree in the order of the file, which is the order on the pages."""
    areas: dict[str, Area] = {}
    for position, row in enumerate(_read_rows("areas.csv"), start=1):
        area = Area(
            key=row["key"],
            name=row["name"],
            description=row["description"],
            parent=areas.get(row["parent"]),
            position=position,
        )
        save_row(area, by=by, now=now)
        areas[area.key] = area


def _load_earlier_cycle(calendar: Calendar, history: list[dict], *, by: Any, now: datetime) -> None:
    """The closed half-year that comparison and rollover look back to."""
    cycle = _make_cycle(EARLIER, calendar, by=by, now=now)
    if not _load_documents(cycle, calendar, by=by, now=now):
        return
    starts_on, ends_on = EARLIER[2:]
    activate_cycle(cycle, by=by, now=calendar.moment(starts_on, minute=0, now=now))
    for day, rows in _by_day(history, starts_on, ends_on):
        _replay(rows, day, calendar, now=now)
    end = calendar.moment(ends_on, minute=0, now=now)
    cycle = begin_closing(cycle, by=by, now=end)
    for row in _read_rows("scores.csv"):
        score_key_result(
            KeyResult.objects.get(code=row["key_result"]),
            by=by,
            now=end,
            score=Decimal(row["score"]),
            reason=row["reason"],
            closing_note=row["closing_note"],
        )
    take_snapshots(cycle, today=calendar.day(ends_on))
    close_cycle(cycle, by=by, now=calendar.moment(ends_on + timedelta(days=4), minute=0, now=now))


def _load_running_cycle(calendar: Calendar, history: list[dict], *, by: Any, now: datetime) -> Cycle:
    cycle = _make_cycle(RUNNING, calendar, by=by, now=now)
    _load_documents(cycle, calendar, by=by, now=now)
    starts_on = RUNNING[2]
    cycle = activate_cycle(cycle, by=by, now=calendar.moment(starts_on, minute=0, now=now))
    days = dict(_by_day(history, starts_on, REAL_TODAY))
    for offset in range((REAL_TODAY - starts_on).days + 1):
        day = starts_on + timedelta(days=offset)
        if day == GROWN_ON:
            _grow_target(calendar, by=by, now=now)
        _replay(days.get(day, []), day, calendar, now=now)
        take_snapshots(cycle, today=calendar.day(day))
    return cycle


def _make_cycle(named: tuple[str, str, date, date], calendar: Calendar, *, by: Any, now: datetime) -> Cycle:
    key, name, starts_on, ends_on = named
    cycle = Cycle(
        key=key,
        name=name,
        starts_on=calendar.day(starts_on),
        ends_on=calendar.day(ends_on),
        # The check-in day moves with the calendar: Monday in 2024, the weekday of today otherwise.
        check_in_weekday=calendar.day(REAL_TODAY).weekday(),
    )
    save_row(cycle, by=by, now=now)
    return cycle


def _load_documents(cycle: Cycle, calendar: Calendar, *, by: Any, now: datetime) -> bool:
    """Reads the documents of a cycle and loads them as they stood before it began; whether there are any."""
    documents = [
        _as_planned(calendar.move(read_file(path))) for path in sorted(FOLDER.glob(f"*-{cycle.key}.md"))
    ]
    planned_at = calendar.moment(cycle.starts_on - calendar.days - timedelta(days=7), minute=0, now=now)
    if documents:
        load_documents(documents, by=by, today=cycle.starts_on, now=planned_at)
    return bool(documents)


def _as_planned(document: RoadmapDocument) -> RoadmapDocument:
    """The document with the target that was planned first, where it grew later."""
    code = f"{document.area}-{document.cycle}"
    objectives = tuple(
        dataclasses.replace(
            objective,
            key_results=tuple(
                dataclasses.replace(key_result, target=GROWN_FROM)
                if f"{code}-O{objective.number}-KR{key_result.number}" == GROWN
                else key_result
                for key_result in objective.key_results
            ),
        )
        for objective in document.objectives
    )
    return dataclasses.replace(document, objectives=objectives)


def _grow_target(calendar: Calendar, *, by: Any, now: datetime) -> None:
    key_result = KeyResult.objects.with_context().get(code=GROWN)
    change_key_result(
        key_result,
        by=key_result.owner or by,
        now=calendar.moment(GROWN_ON, minute=0, now=now),
        target_value=GROWN_TO,
        reason=GROWN_BECAUSE,
    )


def _read_rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _by_day(history: list[dict], first: date, last: date) -> Iterator[tuple[date, list[dict]]]:
    for day, rows in groupby(history, key=lambda row: date.fromisoformat(row["day"])):
        if first <= day <= last:
            yield day, list(rows)


def _replay(rows: list[dict], day: date, calendar: Calendar, *, now: datetime) -> None:
    codes = {row["key_result"] for row in rows}
    key_results = {row.code: row for row in KeyResult.objects.with_context().filter(code__in=codes)}
    for minute, row in enumerate(rows, start=1):
        key_result = key_results[row["key_result"]]
        corrects = None
        if row["corrects_day"]:
            corrected_on = calendar.day(date.fromisoformat(row["corrects_day"]))
            corrects = CheckIn.objects.get(key_result=key_result, effective_on=corrected_on)
        record_check_in(
            key_result,
            author=key_result.owner or key_result.objective.owner or people.administrator(),
            now=calendar.moment(day, minute=minute, now=now),
            today=calendar.day(day),
            value=Decimal(row["value"]),
            status=row["status"],
            confidence=int(row["confidence"]) if row["confidence"] else None,
            note=row["note"],
            blocker=row["blocker"],
            evidence_url=row["evidence_url"],
            source=CheckIn.Source.IMPORT,
            corrects=corrects,
            reason=row["reason"],
        )
