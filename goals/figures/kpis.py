"""Where a KPI stands on a day: within its bounds or outside, better or worse than before, by how much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from goals.models import Kpi, KpiEntry
from goals.progress import is_violated
from goals.sentences import value_text
from goals.values import format_value

WITHIN, OUTSIDE, BETTER, WORSE, SAME, NO_DATA = "within", "outside", "better", "worse", "same", "no_data"
FIRST = "first"
STANDINGS = [(name, name) for name in (WITHIN, OUTSIDE, BETTER, WORSE, SAME, FIRST, NO_DATA)]
# The badge of a standing; its shape and word say it without the colour.
BADGES = {
    WITHIN: "on_track",
    BETTER: "on_track",
    OUTSIDE: "at_risk",
    WORSE: "behind",
    SAME: "not_started",
    FIRST: "not_started",
    NO_DATA: "no_data",
}
WINDOWS = (28, 90)
Points = Sequence[tuple[date, Decimal]]


@dataclass(frozen=True)
class KpiChange:
    """From one value to the one in force; `days` is the window it was looked for in, 0 the entry before."""

    days: int
    since: date
    old: Decimal
    new: Decimal
    direction: str  # better, worse or same; empty where no direction is wanted
    unit: str

    @property
    def difference(self) -> Decimal:
        return self.new - self.old

    @property
    def sign(self) -> str:
        return "↑" if self.difference > 0 else "↓" if self.difference < 0 else "="

    @property
    def difference_text(self) -> str:
        sign = "+" if self.difference > 0 else ""
        return f"{sign}{format_value(self.difference, unit=self.unit)}"

    @property
    def raw_text(self) -> str:
        return f"{value_text(self.old, unit=self.unit)} → {value_text(self.new, unit=self.unit)}"

    @property
    def word(self) -> str:
        """Whether that is the way it should go; nothing where no way is wanted."""
        return standing_word(self.direction) if self.direction else ""


@dataclass(frozen=True)
class KpiFigures:
    """A KPI and its figures on a day; `points` are (day, value), the one in force of each, oldest first."""

    kpi: Kpi
    standing: str
    stale: bool
    silent_days: int
    since_last: KpiChange | None
    windows: tuple[KpiChange | None, ...]  # of WINDOWS
    points: Points

    @property
    def value(self) -> Decimal | None:
        return self.kpi.current_value

    @property
    def word(self) -> str:
        return standing_word(self.standing)

    @property
    def standing_badge(self) -> str:
        return BADGES[self.standing]

    @property
    def badge(self) -> str:
        """Stale stands over any colour."""
        return "stale" if self.stale else BADGES[self.standing]

    @property
    def badge_word(self) -> str:
        return _("Stale") if self.stale else self.word

    @property
    def aim_text(self) -> str:
        return aim_text(self.kpi)

    @property
    def trend(self) -> list[Decimal]:
        return [value for _day, value in self.points[-12:]]

    @property
    def reason(self) -> str:
        """The sentence beside the badge."""
        kpi = self.kpi
        if self.value is None:
            return _("no value yet")
        told = {"value": value_text(self.value, unit=kpi.unit), "aim": self.aim_text}
        if self.standing in (WITHIN, OUTSIDE):
            return _("%(value)s, should be %(aim)s") % told
        if self.since_last is None:
            return _("%(value)s, the first value; should go %(aim)s") % told
        told["difference"] = self.since_last.difference_text
        return _("%(value)s, %(difference)s against the value before; should go %(aim)s") % told


def standing_word(standing: str) -> str:
    words = {
        WITHIN: _("Within bounds"),
        OUTSIDE: _("Outside bounds"),
        BETTER: _("Better"),
        WORSE: _("Worse"),
        SAME: _("Unchanged"),
        FIRST: _("First value"),
        NO_DATA: _("No data"),
    }
    return words[standing]


def aim_text(kpi: Kpi) -> str:
    """What is wanted, in words: "up", "at most 5", "between 3 and 5 %"."""
    if kpi.aim != Kpi.Aim.WITHIN:
        return str(kpi.get_aim_display())
    lower, upper = (value_text(bound, unit=kpi.unit) for bound in (kpi.lower_bound, kpi.upper_bound))
    if kpi.lower_bound is None:
        return _("at most %(value)s") % {"value": upper}
    if kpi.upper_bound is None:
        return _("at least %(value)s") % {"value": lower}
    return _("between %(low)s and %(high)s") % {"low": lower, "high": upper}


def direction_of(kpi: Kpi, difference: Decimal) -> str:
    """Whether a difference goes the way it should; empty for a KPI that has bounds instead."""
    if kpi.aim == Kpi.Aim.WITHIN:
        return ""
    if difference == 0:
        return SAME
    return BETTER if (difference > 0) == (kpi.aim == Kpi.Aim.UP) else WORSE


def kpi_figures(kpi: Kpi, *, today: date, points: Points) -> KpiFigures:
    """The figures of one; `points` are (effective_on, value) in order of sequence. No query."""
    in_force = sorted(dict(points).items())
    changes = [_change(kpi, in_force, today, days) for days in (0, *WINDOWS)]
    return KpiFigures(
        kpi=kpi,
        standing=_standing(kpi, changes[0]),
        stale=kpi.is_stale(today),
        silent_days=kpi.silent_days(today),
        since_last=changes[0],
        windows=tuple(changes[1:]),
        points=in_force,
    )


def _standing(kpi: Kpi, last: KpiChange | None) -> str:
    if kpi.current_value is None:
        return NO_DATA
    return standing_at(kpi, kpi.current_value, before=last.old if last else None)


def standing_at(kpi: Kpi, value: Decimal, *, before: Decimal | None) -> str:
    """How a value stands: by the bounds of now, or against the one before; the first has none before it."""
    if kpi.aim == Kpi.Aim.WITHIN:
        is_outside = is_violated(value, lower=kpi.lower_bound, upper=kpi.upper_bound)
        return OUTSIDE if is_outside else WITHIN
    return FIRST if before is None else direction_of(kpi, value - before)


def _change(kpi: Kpi, points: Points, today: date, days: int) -> KpiChange | None:
    """Against the value before; or against what was in force so many days ago. None where nothing was."""
    if not points or kpi.current_value is None:
        return None
    earlier = points[:-1]
    if days:
        begin = today - timedelta(days=days)
        earlier = [point for point in points if point[0] <= begin]
    if not earlier:
        return None
    day, old = earlier[-1]
    new = points[-1][1]
    return KpiChange(days, day, old, new, direction_of(kpi, new - old), kpi.unit)


def kpis_figures(kpis: Iterable[Kpi], *, today: date) -> list[KpiFigures]:
    """The figures of many, in their order, with one query for all their values; none where there is none."""
    rows = list(kpis)
    points = entry_points([row.pk for row in rows if row.entry_count])
    return [kpi_figures(row, today=today, points=points.get(row.pk, ())) for row in rows]


def entry_points(kpi_ids: list[int]) -> dict[int, list[tuple[date, Decimal]]]:
    """(effective_on, value) of every entry, in order of sequence, by KPI."""
    found: dict[int, list[tuple[date, Decimal]]] = defaultdict(list)
    if kpi_ids:
        rows = KpiEntry.objects.filter(kpi__in=kpi_ids).order_by("kpi", "sequence")
        for kpi_id, day, value in rows.values_list("kpi_id", "effective_on", "value"):
            found[kpi_id].append((day, value))
    return found


@dataclass(frozen=True)
class KpiDay:
    """A value and how it stood then: within the bounds of today, or better or worse than the one before."""

    day: date
    value: Decimal
    standing: str

    @property
    def word(self) -> str:
        return standing_word(self.standing)


def series_of(kpi: Kpi, points: Points) -> list[KpiDay]:
    """One for each day that has a value, oldest first; of several the last one said counts."""
    found: list[KpiDay] = []
    for day, value in sorted(dict(points).items()):
        before = found[-1].value if found else None
        found.append(KpiDay(day, value, standing_at(kpi, value, before=before)))
    return found
