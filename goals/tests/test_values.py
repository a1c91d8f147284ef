"""What may be written as a value, what is refused, and how values are shown."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goals.notation import MINUS
from goals.sentences import points_text, rate_text, value_text
from goals.values import (
    DASH,
    NARROW_SPACE,
    format_number,
    format_share,
    format_value,
    parse_reported,
    parse_value,
    plain_number,
)

always = settings(derandomize=True, deadline=None, max_examples=200, database=None)

reported = st.decimals(min_value=-(10**14) + 1, max_value=10**14 - 1, places=6)

PLAIN_DIGITS = "Write the number in plain digits with a point, like 1400 or 52.9."


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1400", "1400"),
        ("52.9", "52.9"),
        ("-3.50", "-3.50"),
        (" 7\t\n", "7"),
        ("007", "7"),
        ("00000000000000000012.5", "12.5"),
        ("0.000001", "0.000001"),
        ("-0", "0"),
        ("-0.00", "0.00"),
        ("99999999999999.999999", "99999999999999.999999"),
    ],
)
def test_plain_digits_are_taken(text, value):
    assert str(parse_value(text)) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "NaN",
        "nan",
        "sNaN",
        "Infinity",
        "-inf",
        "1e400",
        "1e3",
        "1E-2",
        "1_000",
        "1,000",
        "52,9",
        "1 000",
        "1\u202f000",
        "\uff11\uff12",
        "\u0661\u0662",
        "\u00b2",
        "5\x00",
        "\x005",
        "5\n6",
        "+5",
        "--5",
        "\u22125",
        ".5",
        "5.",
        ".",
        "-",
        "1.2.3",
        "0x10",
        "12 GB",
        "50%",
        "50 %",
        "five",
        "None",
        "=1+1",
        "<b>1</b>",
    ],
)
def test_what_is_not_plain_digits_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError) as refused:
        parse_value(text)
    assert str(refused.value) == PLAIN_DIGITS


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("0.1234567", "Write at most 6 digits after the point."),
        ("1.0000000", "Write at most 6 digits after the point."),
        ("100000000000000", "Write at most 14 digits before the point."),
        ("-123456789012345678901", "Write at most 14 digits before the point."),
        ("9" * 100_000, "Write at most 14 digits before the point."),
    ],
)
def test_too_many_digits_are_refused_with_the_limit(text, sentence):
    with pytest.raises(ValueError) as refused:
        parse_value(text)
    assert str(refused.value) == sentence


@given(text=st.text(max_size=12))
@always
def test_any_text_is_a_finite_number_or_refused(text):
    try:
        value = parse_value(text)
    except ValueError:
        return
    assert value.is_finite()
    assert text.strip().isascii()


@given(value=reported)
@always
def test_a_plain_number_is_read_back_as_it_was(value):
    assert parse_value(plain_number(value)) == value


@given(value=reported)
@always
def test_a_shown_number_has_the_same_digits(value):
    shown = format_number(value)
    assert parse_value(shown.replace(NARROW_SPACE, "").replace(MINUS, "-")) == value
    assert "." not in shown or shown[-1] != "0"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("done", 1),
        (" Done ", 1),
        ("YES", 1),
        ("1", 1),
        ("1.0", 1),
        ("not done", 0),
        ("Not  done", 0),
        ("no", 0),
        ("0", 0),
    ],
)
def test_a_milestone_is_done_or_not_done(text, value):
    assert parse_reported(text, kind="milestone") == value


@pytest.mark.parametrize("text", ["", "0.5", "2", "-1", "half", "done!", "true", "100%", "NaN", "notdone"])
def test_a_milestone_takes_nothing_between_and_nothing_else(text):
    with pytest.raises(ValueError) as refused:
        parse_reported(text, kind="milestone", unit="%")
    assert str(refused.value) == "Write done or not done."


@pytest.mark.parametrize("text", ["52.9%", "52.9 %", "52.9\u202f%", " 52.9 % ", "52.9", "52,9 %"])
@pytest.mark.parametrize("kind", ["reach", "guardrail"])
def test_a_percent_sign_may_follow_where_percent_is_measured(text, kind):
    assert parse_reported(text, kind=kind, unit="%") == Decimal("52.9")


@pytest.mark.parametrize("text", ["52.9%%", "%", "%%5", "done", "52.9 percent points"])
def test_any_other_percent_sign_is_refused(text):
    with pytest.raises(ValueError) as refused:
        parse_reported(text, kind="reach", unit="%")
    assert str(refused.value) == "Write the number in plain digits, like 1400 or 52.9."


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        ("9.600000", None, "9.6"),
        ("2310", None, "2 310"),
        ("2310.50", None, "2 310.5"),
        ("-1234567.25", None, "\u22121 234 567.25"),
        ("1E+4", None, "10 000"),
        ("0.000001", None, "0.000001"),
        ("100", None, "100"),
        ("-0.0", None, "0"),
        ("0.7", 2, "0.70"),
        ("999.5", 0, "1 000"),
        ("-0.4", 0, "0"),
    ],
)
def test_numbers_are_shown_with_thousands_apart(value, places, shown):
    assert format_number(Decimal(value), places) == shown.replace(" ", NARROW_SPACE)


def test_values_are_shown_with_their_unit():
    assert format_value(Decimal("9.6"), unit="tok/s") == "9.6 tok/s"
    assert format_value(Decimal("52.60"), unit="%") == f"52.6{NARROW_SPACE}%"
    assert format_value(Decimal("3")) == "3"


def test_a_milestone_is_shown_in_words():
    assert value_text(Decimal(1), kind="milestone") == "done"
    assert value_text(Decimal(0), kind="milestone") == "not done"


def test_what_is_not_there_is_shown_as_a_dash():
    assert format_value(None, unit="GB") == value_text(None, kind="milestone") == DASH
    assert format_number(None) == format_share(None) == points_text(None) == DASH


@pytest.mark.parametrize(
    ("ratio", "shown"),
    [("0.405", "41 %"), ("0.404", "40 %"), ("1.12", "112 %"), ("-0.001", "0 %"), ("12", "1 200 %")],
)
def test_shares_are_shown_in_whole_percent(ratio, shown):
    assert format_share(Decimal(ratio)) == shown.replace(" ", NARROW_SPACE)


@pytest.mark.parametrize(
    ("ratio", "shown"),
    [
        ("0.06", "+6 points"),
        ("0.01", "+1 point"),
        ("-0.01", "\u22121 point"),
        ("-0.004", "0 points"),
        ("0", "0 points"),
    ],
)
def test_differences_are_shown_in_points_with_a_sign(ratio, shown):
    assert points_text(Decimal(ratio)) == shown


@pytest.mark.parametrize(
    ("rate", "unit", "shown"),
    [
        ("2.2456", "tok/s", "2.2 tok/s"),
        ("145.6", "", "146"),
        ("0.03456", "GB", "0.035 GB"),
        ("-0.2455", "GiB", "\u22120.25 GiB"),
        ("0.00000012", "", "0"),
        ("0", "", "0"),
        ("1.96", "%", "2 points"),
        ("1.01", "%", "1 point"),
        ("-0.96", "%", "\u22120.96 points"),
    ],
)
def test_rates_are_short(rate, unit, shown):
    assert rate_text(Decimal(rate), unit=unit) == shown
