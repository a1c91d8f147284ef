"""Pace, due days, staleness and forecast."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goals import pace as paces
from goals.pace import (
    Forecast,
    Thresholds,
    at_best_behind,
    check_in_due_on,
    days_silent,
    forecast,
    guardrail_pace,
    is_mismatch,
    is_stale,
    needed_per_week,
    pace,
)
from goals.sentences import PACE_WORDS, pace_word, points_text
from goals.tests.worked_examples import cases, day, examples, number

always = settings(derandomize=True, deadline=None, max_examples=200, database=None)

START, END = date(2024, 7, 1), date(2024, 12, 31)
FROM_BEST_TO_WORST = ["done", "on_track", "behind", "at_risk"]
WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

shares = st.decimals(min_value=-2, max_value=2, places=4)
expectations = st.decimals(min_value=0, max_value=1, places=4)
days = st.integers(min_value=0, max_value=200).map(lambda n: START + timedelta(days=n))


# Pace


@pytest.mark.parametrize(
    "case", cases("pace-vectors.csv") + cases("pace-cases.csv"), ids=lambda case: ",".join(case.values())
)
def test_pace_of_every_case(case):
    computed = pace(
        number(case["completion"]),
        number(case["expected"]),
        checked_in=case["checked_in"] == "yes",
        started=case["started"] == "yes",
    )
    assert computed == case["pace"]


@given(completion=shares, expected=expectations, checked_in=st.booleans(), started=st.booleans())
@always
def test_every_completion_has_one_of_the_six_paces(completion, expected, checked_in, started):
    assert pace(completion, expected, checked_in=checked_in, started=started) in PACE_WORDS


@given(one=shares, other=shares, expected=expectations)
@always
def test_who_reached_more_is_never_judged_worse(one, other, expected):
    worse, better = (
        FROM_BEST_TO_WORST.index(pace(completion, expected, checked_in=True, started=True))
        for completion in sorted((one, other))
    )
    assert better <= worse


@given(completion=shares, one=expectations, other=expectations)
@always
def test_where_more_is_expected_nobody_is_judged_better(completion, one, other):
    less, more = (
        FROM_BEST_TO_WORST.index(pace(completion, expected, checked_in=True, started=True))
        for expected in sorted((one, other))
    )
    assert less <= more


@pytest.mark.parametrize(
    ("thresholds", "judged"),
    [
        (Thresholds(), "behind"),
        (Thresholds(on_track_gap=Decimal("0.20")), "on_track"),
        (Thresholds(on_track_ratio=Decimal("0.60")), "on_track"),
        (Thresholds(at_risk_gap=Decimal("0.10"), at_risk_ratio=Decimal("0.70")), "behind"),
        (Thresholds(at_risk_gap=Decimal("0.10"), at_risk_ratio=Decimal("0.80")), "at_risk"),
        (Thresholds(at_risk_ratio=Decimal("0.80")), "at_risk"),
    ],
)
def test_a_cycle_sets_its_own_thresholds(thresholds, judged):
    # 16 points behind, and 0.733 of what is expected.
    computed = pace(Decimal("0.44"), Decimal("0.60"), checked_in=True, started=True, thresholds=thresholds)
    assert computed == judged


def test_a_guardrail_is_kept_or_violated():
    assert guardrail_pace(violated=False, checked_in=True, started=True) == "on_track"
    assert guardrail_pace(violated=True, checked_in=True, started=True) == "at_risk"
    assert guardrail_pace(violated=False, checked_in=False, started=True) == "no_data"
    assert guardrail_pace(violated=True, checked_in=True, started=False) == "not_started"


def test_every_pace_has_a_word_and_a_guardrail_its_own():
    assert pace_word("at_risk") == "At risk"
    assert pace_word("at_risk", kind="guardrail") == "Violated"
    assert pace_word("on_track", kind="guardrail") == "Kept"
    assert pace_word("no_data", kind="guardrail") == pace_word("no_data") == "No data"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("done", "behind"),
        ("on_track", "behind"),
        ("behind", "behind"),
        ("at_risk", "at_risk"),
        ("no_data", "behind"),
        ("not_started", "not_started"),
    ],
)
def test_an_objective_with_a_violated_guardrail_is_at_best_behind(before, after):
    assert at_best_behind(before) == after


@pytest.mark.parametrize(
    ("said", "computed", "differs"),
    [
        ("on_track", "on_track", False),
        ("on_track", "done", False),
        ("behind", "done", True),
        ("on_track", "behind", True),
        ("behind", "at_risk", True),
        ("at_risk", "on_track", True),
        ("at_risk", "at_risk", False),
        ("at_risk", "no_data", False),
        ("on_track", "not_started", False),
        ("", "at_risk", False),
        (None, "at_risk", False),
    ],
)
def test_a_mismatch_is_a_status_that_the_figures_contradict(said, computed, differs):
    assert is_mismatch(said, computed) is differs


# Due and stale


@pytest.mark.parametrize("case", cases("due-cases.csv"), ids=lambda case: case["story"])
def test_due_day_of_every_case(case):
    due = check_in_due_on(
        last_on=day(case["last_on"]),
        counts_from=day(case["counts_from"]),
        every_days=int(case["every_days"]),
        weekday=int(case["weekday"]) if case["weekday"] else None,
        ends_on=day(case["ends_on"]),
    )
    assert due == day(case["due"])


@given(
    last_on=st.none() | days,
    every_days=st.integers(min_value=1, max_value=60),
    weekday=st.none() | st.integers(min_value=0, max_value=6),
)
@always
def test_the_due_day_is_after_the_last_check_in_near_the_rhythm_and_within_the_cycle(
    last_on, every_days, weekday
):
    due = check_in_due_on(
        last_on=last_on, counts_from=START, every_days=every_days, weekday=weekday, ends_on=END
    )
    rhythm = (last_on or START) + timedelta(days=every_days)
    assert due > (last_on or START)
    assert due <= END or due == last_on + timedelta(days=1)
    if due < END:
        assert abs((due - rhythm).days) <= 3
    if due < END and weekday is not None and every_days > 3:
        assert due.weekday() == weekday


@pytest.mark.parametrize(("silent", "stale"), [(0, False), (14, False), (17, False), (18, True), (90, True)])
def test_stale_begins_the_fourth_day_after_the_rhythm(silent, stale):
    last_on = date(2024, 8, 1)
    today = last_on + timedelta(days=silent)
    assert is_stale(today, last_on=last_on, counts_from=START, every_days=14) is stale
    assert days_silent(today, last_on=last_on, counts_from=START) == silent


def test_without_a_check_in_silence_counts_from_the_first_day():
    assert not is_stale(date(2024, 7, 18), last_on=None, counts_from=START, every_days=14)
    assert is_stale(date(2024, 7, 19), last_on=None, counts_from=START, every_days=14)


def test_nobody_is_silent_before_the_first_day():
    assert days_silent(date(2024, 6, 1), last_on=None, counts_from=START) == 0


# Forecast


def points(*pairs):
    return [(date.fromisoformat(when), Decimal(value)) for when, value in pairs]


def test_two_check_ins_give_no_forecast():
    two = points(("2024-07-15", "1"), ("2024-07-29", "2"))
    assert forecast(two, today=date(2024, 7, 29), due_on=END) is None


def test_three_check_ins_of_today_give_no_forecast():
    today = points(("2024-07-29", "1"), ("2024-07-29", "2"), ("2024-07-29", "4"))
    assert forecast(today, today=date(2024, 7, 29), due_on=END) is None


def test_a_check_in_after_today_is_not_known_yet():
    three = points(("2024-07-15", "1"), ("2024-07-29", "2"), ("2024-08-12", "3"))
    assert forecast(three, today=date(2024, 8, 11), due_on=END) is None
    assert forecast(three, today=date(2024, 8, 12), due_on=END) is not None


def test_the_rate_is_that_of_the_last_28_days():
    # In force on 2 September is the value of 26 August; what came before does not count.
    known = points(("2024-07-15", "0"), ("2024-08-26", "100"), ("2024-09-16", "107"), ("2024-09-23", "114"))
    end = forecast(known, today=date(2024, 9, 30), due_on=date(2024, 10, 10))
    assert end == Forecast(value=Decimal(119), raw_value=Decimal(119), rate_per_day=Decimal("0.5"))
    assert end.rate_per_week == Decimal("3.5")


def test_a_value_reported_28_days_ago_is_in_force_that_day():
    known = points(("2024-08-26", "0"), ("2024-09-02", "100"), ("2024-09-30", "128"))
    assert forecast(known, today=date(2024, 9, 30), due_on=END).rate_per_day == 1


def test_a_short_history_counts_from_its_first_value():
    known = points(("2024-09-20", "10"), ("2024-09-23", "12"), ("2024-09-27", "15"))
    assert forecast(known, today=date(2024, 9, 30), due_on=date(2024, 10, 2)).raw_value == 16


def test_of_two_check_ins_for_one_day_the_later_counts_and_order_does_not_matter():
    known = points(("2024-09-30", "50"), ("2024-09-02", "1"), ("2024-09-02", "2"), ("2024-09-30", "30"))
    assert forecast(known, today=date(2024, 9, 30), due_on=END).rate_per_day == 1


def test_once_the_due_day_has_passed_the_forecast_is_the_last_value():
    known = points(("2024-12-03", "0"), ("2024-12-17", "3"), ("2024-12-30", "7"))
    assert forecast(known, today=date(2025, 1, 5), due_on=END).raw_value == 7


def test_a_forecast_is_rounded_to_six_places_and_keeps_the_raw_figure():
    known = points(("2024-09-01", "0"), ("2024-09-02", "0"), ("2024-09-29", "1"))
    end = forecast(known, today=date(2024, 9, 30), due_on=date(2024, 10, 1))
    assert str(end.value) == "1.035714"
    assert str(end.raw_value).startswith("1.0357142857142857142857142857142857")


def test_what_is_needed_a_week_spreads_over_the_days_left():
    assert needed_per_week(Decimal(3), Decimal(0), today=date(2024, 12, 10), due_on=END) == -1
    assert needed_per_week(Decimal(3), Decimal(0), today=END, due_on=END) is None
    assert needed_per_week(None, Decimal(0), today=START, due_on=END) is None
    assert needed_per_week(Decimal(3), None, today=START, due_on=END) is None


# The document


def test_the_document_judges_pace_as_the_code_does():
    rows = examples(4)
    assert len(rows) >= 8
    for row in rows:
        expected, reached = number(row["expected"]), number(row["reached"])
        computed = pace(reached, expected, checked_in=True, started=True)
        assert PACE_WORDS[computed] == row["pace"], row
        assert points_text(reached - expected) == row["difference"], row
        assert round(reached / expected, 2) == number(row["reached / expected"]), row


def test_the_document_finds_the_due_day_as_the_code_does():
    rows = examples(6)
    assert len(rows) >= 5
    for row in rows:
        due = check_in_due_on(
            last_on=day(row["last check-in"]),
            counts_from=START,
            every_days=int(row["every"].removesuffix(" days")),
            weekday=WEEKDAYS.index(row["weekday"]) if row["weekday"] in WEEKDAYS else None,
            ends_on=END,
        )
        assert f"{WEEKDAYS[due.weekday()]} {due}" == row["due"], row


def test_the_document_tells_stale_as_the_code_does():
    for row in examples(6, table=1):
        stale = is_stale(
            day(row["today"]), last_on=day(row["last check-in"]), counts_from=START, every_days=14
        )
        assert row["stale"] == ("yes" if stale else "no"), row


def test_the_document_forecasts_as_the_code_does():
    known = [(day(row["day"]), number(row["value"])) for row in examples(7)]
    (row,) = examples(7, table=1)
    end = forecast(known, today=date(2024, 9, 30), due_on=END)
    assert round(end.rate_per_week, 2) == number(row["rate a week"])
    assert round(end.value, 2) == number(row["forecast"])
    needs = needed_per_week(known[-1][1], Decimal(200), today=date(2024, 9, 30), due_on=END)
    assert round(needs, 2) == number(row["needed a week"])


def test_every_pace_is_a_word_of_its_own():
    words = [paces.DONE, paces.NOT_STARTED, paces.NO_DATA, paces.ON_TRACK, paces.BEHIND, paces.AT_RISK]
    assert list(PACE_WORDS) == words
    assert len(set(PACE_WORDS.values())) == 6
