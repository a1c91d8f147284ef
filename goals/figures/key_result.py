"""What a key result stands at on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from goals import pace as paces
from goals.models import CheckIn, KeyResult
from goals.progress import Mark, clamp, expected_share, expected_value, is_violated, reached_mark
from goals.reasons import Reason, reason
from goals.sentences import mark_text, pace_word, reason_text

Points = Sequence[tuple[date, Decimal]]


@dataclass(frozen=True)
class KeyResultFigures:
    """A key result and its figures on a day. Shares are ratios: 0.5 is 50 %."""

    key_result: KeyResult
    completion: Decimal | None  # raw: may lie below 0 or above 1; None for a guardrail or without a target
    progress: Decimal | None  # clamped to 0..1: what counts in a mean
    expected: Decimal | None
    expected_value: Decimal | None
    pace: str
    why: Reason
    stale: bool
    silent_days: int
    violated: bool | None  # of a guardrail that has a value; else None
    said_status: str
    mismatch: bool
    forecast: paces.Forecast | None
    needs_per_week: Decimal | None
    is_paused: bool
    mark: Mark | None  # of a reach alone, the furthest that was reached

    @property
    def word(self) -> str:
        """The pace in the reader's language."""
        return pace_word(self.pace, kind=self.key_result.formula_kind)

    @property
    def reason(self) -> str:
        """The sentence beside the pace, in the reader's language."""
        return reason_text(self.why)

    @property
    def mark_text(self) -> str:
        """The mark in the reader's language; nothing where the target is the only one."""
        key_result = self.key_result
        has_marks = key_result.commit_value is not None or key_result.stretch_value is not None
        return mark_text(self.mark) if has_marks else ""

    @property
    def reported(self) -> bool:
        return self.key_result.last_check_in_id is not None

    @property
    def health(self) -> str:
        """One of the five words that are counted: what has not started has no data."""
        return paces.NO_DATA if self.pace == paces.NOT_STARTED else self.pace

    @property
    def badge(self) -> str:
        """What the badge shows: stale stands over the pace, which is never green while stale."""
        return "stale" if self.stale else self.pace

    @property
    def weight(self) -> Decimal:
        return self.key_result.weight

    @property
    def counts(self) -> bool:
        """Whether it counts in the mean of its objective."""
        return self.completion is not None and self.key_result.weight > 0

    @property
    def left_out_because(self) -> str:
        """Why it does not count in the mean; empty when it does."""
        if self.key_result.kind == KeyResult.Kind.GUARDRAIL:
            return _("a guardrail is kept or violated, it has no progress")
        if self.completion is None:
            return _("it has no start or no target")
        return _("its weight is 0") if self.key_result.weight == 0 else ""

    @property
    def needs_attention(self) -> bool:
        return self.pace in (paces.BEHIND, paces.AT_RISK) or self.mismatch or self.stale


def key_result_figures(key_result: KeyResult, *, today: date, points: Points = ()) -> KeyResultFigures:
    """The figures of one key result; `points` (effective_on, value) in order of sequence give the forecast.

    Needs what `with_context()` loads; no query then.
    """
    cycle = key_result.cycle
    is_guardrail = key_result.kind == KeyResult.Kind.GUARDRAIL
    reported = key_result.last_check_in_id is not None
    expected = None
    if has_expectation(key_result):
        expected = expected_share(
            today, starts_on=cycle.starts_on, due_on=key_result.due_date, plan=key_result.plan
        )
    violated = breaks_bounds(key_result) if is_guardrail else None
    pace = pace_of(key_result, expected, today=today)
    silent_days = paces.days_silent(
        today, last_on=key_result.last_check_in_on, counts_from=key_result.counts_from
    )
    stale = (
        cycle.takes_check_ins
        and pace != paces.DONE
        and not key_result.is_excused(today)
        and paces.is_stale(
            today,
            last_on=key_result.last_check_in_on,
            counts_from=key_result.counts_from,
            every_days=key_result.rhythm_days,
        )
    )
    forecast = paces.forecast(points, today=today, due_on=key_result.due_date) if points else None
    needs = paces.needed_per_week(
        key_result.current_value, key_result.target_value, today=today, due_on=key_result.due_date
    )
    said = key_result.last_check_in.status if key_result.last_check_in else ""
    return KeyResultFigures(
        key_result=key_result,
        completion=key_result.completion,
        progress=None if key_result.completion is None else clamp(key_result.completion),
        expected=expected,
        expected_value=None
        if expected is None
        else expected_value(key_result.start_value, key_result.target_value, expected),
        pace=pace,
        why=reason(
            pace,
            kind=key_result.formula_kind,
            completion=key_result.completion,
            expected=expected,
            unit=key_result.unit,
            needs_per_week=needs,
            gave_per_week=forecast.rate_per_week if forecast else None,
            value=key_result.current_value,
            lower=key_result.lower_bound,
            upper=key_result.upper_bound,
            silent_days=silent_days if stale else None,
            starts_on=cycle.starts_on,
        ),
        stale=stale,
        silent_days=silent_days,
        violated=violated if reported else None,
        said_status=said,
        mismatch=paces.is_mismatch(said, pace),
        forecast=forecast,
        needs_per_week=needs,
        is_paused=key_result.is_paused(today),
        mark=mark_of(key_result),
    )


def mark_of(key_result: KeyResult) -> Mark | None:
    """The furthest mark of a reach; None for the other kinds, and where nothing leads to a mark."""
    if key_result.kind != KeyResult.Kind.REACH:
        return None
    return reached_mark(
        key_result.start_value,
        key_result.target_value,
        key_result.current_value,
        commit=key_result.commit_value,
        stretch=key_result.stretch_value,
    )


def has_expectation(key_result: KeyResult) -> bool:
    return key_result.kind != KeyResult.Kind.GUARDRAIL and key_result.completion is not None


def breaks_bounds(key_result: KeyResult) -> bool:
    """Whether it is a guardrail that is violated; not before its first value."""
    return key_result.kind == KeyResult.Kind.GUARDRAIL and is_violated(
        key_result.current_value, lower=key_result.lower_bound, upper=key_result.upper_bound
    )


def pace_of(key_result: KeyResult, expected: Decimal | None, *, today: date) -> str:
    cycle = key_result.cycle
    reported = key_result.last_check_in_id is not None
    started = today >= cycle.starts_on
    if key_result.kind == KeyResult.Kind.GUARDRAIL:
        return paces.guardrail_pace(violated=breaks_bounds(key_result), checked_in=reported, started=started)
    return paces.pace(
        key_result.completion, expected, checked_in=reported, started=started, thresholds=cycle.thresholds
    )


def key_results_figures(
    key_results: Iterable[KeyResult], *, today: date, without_forecast: Collection[int] = ()
) -> list[KeyResultFigures]:
    """The figures of many, in their order, with one query for the check-ins that their forecasts rest on.

    `without_forecast` are objectives whose key results are needed for a mean above alone.
    """
    rows = list(key_results)
    points = _points([row for row in rows if row.objective_id not in without_forecast], today=today)
    return [key_result_figures(row, today=today, points=points.get(row.pk, ())) for row in rows]


def with_forecasts(figures: Sequence[KeyResultFigures], *, today: date) -> list[KeyResultFigures]:
    """Some rows of a plan that was made without forecasts, in their order, with them. One query."""
    points = _points([row.key_result for row in figures], today=today)
    return [
        key_result_figures(row.key_result, today=today, points=points[row.key_result.pk])
        if row.key_result.pk in points
        else row
        for row in figures
    ]


def _points(rows: Iterable[KeyResult], *, today: date) -> dict[int, list[tuple[date, Decimal]]]:
    enough = [row.pk for row in rows if row.check_in_count >= paces.FORECAST_MIN_CHECK_INS]
    return points_of(enough, today=today)


def points_of(key_result_ids: Collection[int], *, today: date) -> dict[int, list[tuple[date, Decimal]]]:
    """What forecasts of a day rest on, by key result: (effective_on, value) in order of sequence. One query.

    Of what was reported before its window the newest count alone, however many there are: one is where the
    rate begins, and with three it is known that there are enough.
    """
    window_start = today - timedelta(days=paces.FORECAST_WINDOW_DAYS)
    before = CheckIn.objects.filter(key_result=OuterRef("pk"), effective_on__lte=window_start)
    last = paces.FORECAST_MIN_CHECK_INS - 1
    since = before.newest_first().values("effective_on")[last : last + 1]
    points: dict[int, list[tuple[date, Decimal]]] = defaultdict(list)
    if key_result_ids:
        # From the key results, so that each is asked once since when; the index has both in this order.
        rows = KeyResult.objects.filter(pk__in=key_result_ids)
        rows = rows.filter(check_ins__effective_on__gte=Coalesce(Subquery(since), Value(date.min)))
        fields = rows.order_by("pk", "check_ins__sequence").values_list(
            "pk", "check_ins__effective_on", "check_ins__value"
        )
        for key_result_id, effective_on, value in fields:
            points[key_result_id].append((effective_on, value))
    return points
