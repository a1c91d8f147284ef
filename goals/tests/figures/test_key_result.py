"""What a key result stands at on a day."""

import datetime as dt
from decimal import Decimal

import pytest

from goals import pace as paces
from goals.figures import key_results_figures
from goals.figures.key_result import points_of
from goals.models import Cycle, KeyResult
from goals.progress import round_half_up
from goals.tests.factories import TODAY, KeyResultFactory, check_in


def figures(row, today=TODAY):
    (found,) = key_results_figures([KeyResult.objects.with_context().get(pk=row.pk)], today=today)
    return found


def test_halfway_by_hand(key_result):
    """35 % reached of 57.4 % expected: 22 points behind, a ratio of 0.61."""
    check_in(key_result, "3.5")
    found = figures(key_result)
    assert (found.completion, found.progress, found.pace, found.word) == (
        Decimal("0.35"),
        Decimal("0.35"),
        "at_risk",
        "At risk",
    )
    assert round_half_up(found.expected_value, 4) == Decimal("5.7377")
    assert round_half_up(found.needs_per_week, 4) == round_half_up(Decimal("6.5") * 7 / 78, 4)
    assert (found.said_status, found.mismatch, found.needs_attention) == ("on_track", True, True)


def test_over_target_counts_as_one_and_stays_to_be_seen(key_result):
    check_in(key_result, "11.2")
    found = figures(key_result)
    assert (found.completion, found.progress, found.pace) == (Decimal("1.12"), 1, "done")


def test_below_its_start_counts_as_nothing(key_result):
    check_in(key_result, -1)
    assert (figures(key_result).completion, figures(key_result).progress) == (Decimal("-0.1"), 0)


def test_without_a_check_in_there_is_no_data(key_result):
    found = figures(key_result)
    assert (found.pace, found.health, found.reported, found.mismatch) == ("no_data", "no_data", False, False)
    assert found.stale
    assert found.silent_days == 105


def test_three_check_ins_make_a_forecast(key_result):
    for day, value in ((dt.date(2024, 9, 16), 2), (dt.date(2024, 9, 30), 3), (TODAY, 4)):
        assert figures(key_result, day).forecast is None
        check_in(key_result, value, on=day)
    # 2 tok/s in 28 days, 78 days left: 4 + 78 x 2 / 28
    assert figures(key_result).forecast.value == Decimal("9.571429")


@pytest.mark.parametrize(
    ("value", "pace", "word", "violated"),
    [
        (None, "no_data", "No data", None),
        ("12.85", "on_track", "Kept", False),
        ("12.86", "at_risk", "Violated", True),
    ],
)
def test_guardrail_is_kept_or_violated(objective, value, pace, word, violated):
    row = KeyResultFactory(objective=objective, guardrail=True)
    if value:
        check_in(row, value)
    found = figures(row)
    assert (found.pace, found.word, found.violated) == (pace, word, violated)
    assert (found.completion, found.expected, found.counts) == (None, None, False)


def test_due_day_of_its_own_expects_sooner(objective):
    row = KeyResultFactory(objective=objective, due_on=TODAY)
    check_in(row, 5)
    assert (figures(row).expected, figures(row).needs_per_week) == (1, None)


@pytest.mark.parametrize(
    ("last_on", "due"),
    [
        (None, dt.date(2024, 7, 15)),
        (dt.date(2024, 10, 3), dt.date(2024, 10, 14)),
        (dt.date(2024, 12, 30), dt.date(2024, 12, 31)),
        (dt.date(2024, 12, 31), None),
    ],
)
def test_next_check_in_is_due_until_the_cycle_ends(key_result, last_on, due):
    if last_on:
        check_in(key_result, 3, on=last_on)
    row = KeyResult.objects.with_context().get(pk=key_result.pk)
    assert row.check_in_due_on == due
    assert row.owes_check_in(dt.date(2025, 1, 6)) == (due is not None)
    assert not row.owes_check_in(dt.date(2024, 7, 14))


def test_nothing_is_owed_of_what_is_done_or_rests(key_result, cycle):
    check_in(key_result, 10)
    assert KeyResult.objects.with_context().get(pk=key_result.pk).check_in_due_on is None
    check_in(key_result, 9)
    assert KeyResult.objects.with_context().get(pk=key_result.pk).check_in_due_on is not None
    Cycle.objects.filter(pk=cycle.pk).update(state="closed")
    row = KeyResult.objects.with_context().get(pk=key_result.pk)
    assert row.check_in_due_on is None
    assert not figures(row, dt.date(2025, 3, 1)).stale


# Days before today, in the order in which they were reported; the window of a forecast begins 28 days before.
HISTORIES = {
    "none": [],
    "too few": [40, 3],
    "few and old": [80, 60, 40],
    "one in the window": [80, 60, 40, 1],
    "all in the window": [20, 12, 4],
    "two before it, reported backwards": [5, 60, 70],
    "on its first day": [50, 28, 2],
    "twice on one day": [60, 60, 30, 30, 30, 2],
    "a hundred days": list(range(100, 0, -1)),
}


@pytest.mark.parametrize("days", HISTORIES.values(), ids=HISTORIES)
def test_a_forecast_rests_on_few_check_ins_and_says_what_all_of_them_say(key_result, days):
    reported = [
        check_in(key_result, number, on=TODAY, effective_on=TODAY - dt.timedelta(days=ago))
        for number, ago in enumerate(days, start=1)
    ]
    everything = [(row.effective_on, row.value) for row in reported]
    kept = points_of([key_result.pk], today=TODAY).get(key_result.pk, [])
    assert len(kept) <= 28 + paces.FORECAST_MIN_CHECK_INS
    due_on = key_result.cycle.ends_on
    for more in ([], [(TODAY, Decimal(9))], [(TODAY - dt.timedelta(days=45), Decimal(9))]):
        expected = paces.forecast([*everything, *more], today=TODAY, due_on=due_on)
        assert paces.forecast([*kept, *more], today=TODAY, due_on=due_on) == expected
