"""The KPIs of the demo with their values, entered as people enter them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from areas.models import Area, Membership, Role
from goals.actions.kpi_entries import record_entry
from goals.actions.kpis import create_kpi
from goals.demo.calendar import Calendar
from goals.models import Kpi, KpiEntry

FOLDER = Path(__file__).parent / "pytorch-2024-h2"


def make_kpis(calendar: Calendar, *, first_on: date, by: Any, now: datetime) -> None:
    """What an area watches, since the day (of 2024) that its first value may be of; the lead owns it."""
    made_at = calendar.moment(first_on, minute=0, now=now)
    for row in _read("kpis.csv"):
        area = Area.objects.get(key=row.pop("area"))
        lead = Membership.objects.filter(area=area, role=Role.LEAD).select_related("user").first()
        bounds = {name: row.pop(name) for name in ("lower_bound", "upper_bound")}
        create_kpi(
            area,
            by=by,
            now=made_at,
            today=calendar.day(first_on),
            owner=lead and lead.user,
            check_in_every_days=int(row.pop("check_in_every_days")),
            **{name: Decimal(bound) if bound else None for name, bound in bounds.items()},
            **row,
        )
    for minute, row in enumerate(_read("kpi-values.csv"), start=1):
        day = date.fromisoformat(row["day"])
        kpi = Kpi.objects.select_related("owner").get(code=row["kpi"])
        record_entry(
            kpi,
            author=kpi.owner or by,
            now=calendar.moment(day, minute=minute, now=now),
            today=calendar.day(day),
            value=Decimal(row["value"]),
            note=row["note"],
            source=KpiEntry.Source.PAGE,
        )


def _read(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
