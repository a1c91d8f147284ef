"""The sentence beside the colour."""

from datetime import date
from decimal import Decimal

import pytest

from goals import reasons
from goals.sentences import bounds_text, reason_text
from goals.tests.worked_examples import examples
from goals.values import NARROW_SPACE

START = date(2024, 7, 1)


def reason(*args, **figures):
    return reason_text(reasons.reason(*args, **figures))


def sentence(*args, **figures):
    """The reason with ordinary blanks, to be read in a test."""
    return reason(*args, **figures).replace(NARROW_SPACE, " ")


SITUATIONS = {
    "behind": reason(
        "behind",
        completion=Decimal("0.35"),
        expected=Decimal("0.50"),
        unit="tok/s",
        needs_per_week=Decimal("2.24"),
        gave_per_week=Decimal("1.1"),
    ),
    "at risk, falling, below its start": reason(
        "at_risk",
        completion=Decimal("-0.10"),
        expected=Decimal("0.50"),
        unit="GiB",
        needs_per_week=Decimal("-0.2455"),
        gave_per_week=Decimal("0.08"),
    ),
    "on track": reason("on_track", completion=Decimal("0.47"), expected=Decimal("0.50")),
    "ahead": reason("on_track", completion=Decimal("0.62"), expected=Decimal("0.50")),
    "done": reason("done", completion=Decimal(1), expected=Decimal("0.50")),
    "over target": reason("done", completion=Decimal("1.12"), expected=Decimal("0.50")),
    "not started": reason("not_started", completion=Decimal(0), expected=Decimal(0), starts_on=START),
    "no check-in": reason("no_data", completion=Decimal(0), expected=Decimal("0.30"), silent_days=35),
    "no target": reason("no_data", expected=Decimal("0.30")),
    "milestone open": reason(
        "at_risk",
        completion=Decimal(0),
        expected=Decimal("0.50"),
        kind="milestone",
        needs_per_week=Decimal(1),
    ),
    "milestone reached": reason("done", completion=Decimal(1), expected=Decimal("0.50"), kind="milestone"),
    "guardrail kept": reason("on_track", kind="guardrail", value=Decimal("12.200"), upper=Decimal("12.85")),
    "guardrail violated": reason("at_risk", kind="guardrail", value=Decimal("12.9"), upper=Decimal("12.85")),
    "guardrail without check-in": reason("no_data", kind="guardrail", upper=Decimal(28), unit="GiB"),
    "objective held back": reason(
        "behind", completion=Decimal("0.62"), expected=Decimal("0.50"), held_back_by="COREP-24H2-O1-KR3"
    ),
    "stale": reason("on_track", completion=Decimal("0.47"), expected=Decimal("0.50"), silent_days=35),
}


@pytest.mark.parametrize("row", examples(5), ids=lambda row: row["situation"])
def test_the_document_gives_the_reason_as_the_code_does(row):
    assert SITUATIONS[row["situation"]] == row["sentence"]


def test_every_situation_stands_in_the_document():
    assert [row["situation"] for row in examples(5)] == list(SITUATIONS)


def test_one_point_and_one_day_are_singular():
    assert (
        sentence("behind", completion=Decimal("0.09"), expected=Decimal("0.10"), silent_days=1)
        == "10 % expected, 9 % reached: 1 point behind; no check-in for 1 day"
    )


def test_a_mean_says_nothing_about_units():
    assert (
        sentence("behind", completion=Decimal("0.35"), expected=Decimal("0.50"))
        == "50 % expected, 35 % reached: 15 points behind"
    )


def test_percent_moves_by_points_and_large_figures_are_grouped():
    assert sentence(
        "behind", completion=Decimal("0.35"), expected=Decimal("0.5"), unit="%", needs_per_week=Decimal(2)
    ).endswith("; needs 2 points a week")
    assert sentence(
        "behind",
        completion=Decimal("0.35"),
        expected=Decimal("0.5"),
        unit="tok/s",
        needs_per_week=Decimal(2345),
    ).endswith("; needs 2 345 tok/s a week")


@pytest.mark.parametrize(
    ("gave", "said"),
    [("-0.08", "0.08 less"), ("0.08", "0.08 more"), ("0", "0")],
)
def test_what_has_to_fall_needs_less_and_says_which_way_it_went(gave, said):
    assert sentence(
        "at_risk",
        completion=Decimal("0.1"),
        expected=Decimal("0.5"),
        unit="s",
        needs_per_week=Decimal("-2.6"),
        gave_per_week=Decimal(gave),
    ).endswith(f"; needs 2.6 s less a week, the last four weeks gave {said}")


def test_after_the_due_day_only_what_was_given_is_said():
    assert sentence(
        "behind",
        completion=Decimal("0.35"),
        expected=Decimal("0.5"),
        unit="GB",
        gave_per_week=Decimal("-0.3"),
    ).endswith("; the last four weeks gave \u22120.3 GB a week")


def test_who_is_on_track_is_not_told_what_it_needs():
    on_track = sentence(
        "on_track", completion=Decimal("0.47"), expected=Decimal("0.5"), needs_per_week=Decimal(2)
    )
    assert on_track == "50 % expected, 47 % reached: on track"


def test_held_back_with_everything_as_expected():
    held_back = sentence("behind", completion=Decimal("0.5"), expected=Decimal("0.5"), held_back_by="KR3")
    assert held_back == "held back by the violated guardrail KR3; 50 % expected, 50 % reached: as expected"


def test_a_guardrail_names_the_bound_that_was_crossed():
    figures = {"kind": "guardrail", "lower": Decimal("0.95"), "upper": Decimal("1.05"), "unit": "x"}
    assert sentence("at_risk", value=Decimal("0.9"), **figures) == "0.9 x is below the bound of 0.95 x"
    assert sentence("at_risk", value=Decimal("1.1"), **figures) == "1.1 x is above the bound of 1.05 x"
    assert sentence("on_track", value=Decimal(1), **figures) == "kept: 1 x, between 0.95 and 1.05 x"


def test_bounds_in_words():
    assert bounds_text(Decimal("0.95"), None) == "at least 0.95"
    assert bounds_text(None, None) == ""
    assert sentence("on_track", kind="guardrail", value=Decimal(3)) == "kept: 3"
    assert sentence("no_data", kind="guardrail") == "no check-in yet"
    assert sentence("not_started") == "not started"
    assert sentence("no_data", completion=Decimal(0)) == "no check-in yet"
