"""What people see is what they may write: numbers in their language, with their units."""

import doctest
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from goals import notation, units, values
from goals.notation import ENGLISH, GERMAN, NARROW_SPACE, NOTATIONS, notation_of
from goals.units import BYTES, MONEY, SECONDS
from goals.values import format_value, parse_reported

always = settings(derandomize=True, deadline=None, max_examples=20, database=None)
reported = st.decimals(min_value=-(10**14) + 1, max_value=10**14 - 1, places=6) | st.decimals(
    min_value=-9999, max_value=9999, places=3
)
ALL_UNITS = [
    "",
    "%",
    "percent",
    "ratio",
    "count",
    "x",
    "GPUs",
    "tok/s",
    "% of users",
    *MONEY,
    *MONEY.values(),
]
ALL_UNITS += [*BYTES, *SECONDS]


def read(text, language="en", unit=""):
    return parse_reported(text, kind="reach", unit=unit, notation=notation_of(language))


@pytest.mark.parametrize("module", [notation, units, values])
def test_examples_hold(module):
    tried = doctest.testmod(module)
    assert tried.attempted > 0
    assert tried.failed == 0


@pytest.mark.parametrize("language", [*NOTATIONS, "en-gb", "de-at", "xx"])
@pytest.mark.parametrize("unit", ALL_UNITS)
@given(value=reported)
@always
def test_what_a_page_shows_is_read_as_the_same_value(language, unit, value):
    with translation.override(language):
        shown = format_value(value, unit=unit)
    assert read(shown, language, unit) == value, shown


@pytest.mark.parametrize(
    ("value", "unit", "english", "german"),
    [
        ("52.9", "%", "52.9_%", "52,9_%"),
        ("1400", "", "1_400", "1_400"),
        ("1400", "count", "1_400", "1_400"),
        ("1.4", "GB", "1.4 GB", "1,4 GB"),
        ("1400000000", "bytes", "1_400_000_000 bytes", "1_400_000_000 bytes"),
        ("2.6", "s", "2.6 s", "2,6 s"),
        ("1400", "€", "€ 1,400", "1.400 €"),
        ("-1234.5", "EUR", "€ −1,234.5", "−1.234,5 €"),
        ("0.85", "ratio", "0.85", "0,85"),
        ("1.05", "x", "1.05 x", "1,05 x"),
    ],
)
def test_values_are_shown_as_the_reader_writes_them(value, unit, english, german):
    for language, shown in (("en", english), ("de", german)):
        with translation.override(language):
            assert format_value(Decimal(value), unit=unit) == shown.replace("_", NARROW_SPACE)


@pytest.mark.parametrize("language", ["en", "de", "fr"])
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 400", "1400"),
        ("1\u202f400", "1400"),
        ("1\u00a0400\u00a0000,5", "1400000.5"),
        ("1'400", "1400"),
        ("−1 400.25", "-1400.25"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("52,9", "52.9"),
        ("52.9", "52.9"),
        ("0.400", "0.4"),
        ("0,125", "0.125"),
        ("1400.125", "1400.125"),
        ("12.3456", "12.3456"),
    ],
)
def test_what_can_only_mean_one_number_is_taken_in_every_language(language, text, value):
    assert read(text, language) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "english", "german"),
    [("1,400", "1400", None), ("1.400", None, "1400"), ("12,345", "12345", "12.345")],
)
def test_a_point_before_three_digits_is_read_as_the_language_says(text, english, german):
    for language, value in (("en", english), ("de", german)):
        if value is None:
            with pytest.raises(ValueError, match=r"can mean 1400 or 1[.,]4"):
                read(text, language)
        else:
            assert read(text, language) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "language", "sentence"),
    [
        ("1.400", "en", "1.400 can mean 1400 or 1.4: write 1400 or 1.4."),
        ("-12.000", "en-gb", "-12.000 can mean -12000 or -12: write -12000 or -12."),
        ("1,400", "de", "1,400 can mean 1400 or 1,4: write 1400 or 1,4."),
        ("1.234", "fr", "1.234 can mean 1234 or 1,234: write 1234 or 1,234."),
    ],
)
def test_what_may_mean_two_numbers_is_refused_with_both(text, language, sentence):
    for written, unit in ((text, ""), (f"{text} %", "%")):
        with pytest.raises(ValueError) as refused:
            read(written, language, unit)
        assert str(refused.value) == sentence


@pytest.mark.parametrize(
    "text",
    [
        *(
            "NaN",
            "Infinity",
            "-inf",
            "1e400",
            "1e3",
            "1_000",
            "１２",
            "٣",
            "+5",
            "0x1f",
            "--1",
            "1.",
            ".5",
            "5,",
        ),
        *(
            "1 40",
            "1,40,0",
            "1.2.3",
            "1,234 567",
            "1 400'000",
            "12,34.5",
            "1,,400",
            "",
            " ",
            "-",
            "5\x00",
            "²",
        ),
        *("=1+1", "<b>1</b>", "1..5", "1 000 00", "0001 000"),
    ],
)
@pytest.mark.parametrize("language", ["en", "de", "fr", "de-ch"])
def test_what_is_no_number_is_refused_with_an_example(text, language):
    with pytest.raises(ValueError, match=r"Write the number in plain digits, like 1400 or 52[.,]9"):
        read(text, language)


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("2.6s", "s", "2.6"),
        ("2600 ms", "s", "2.6"),
        ("90 min", "h", "1.5"),
        ("1400 MB", "GB", "1.4"),
        ("1.4 GB", "bytes", "1400000000"),
        ("2 GiB", "MiB", "2048"),
        ("€1,400", "EUR", "1400"),
        ("1400 EUR", "€", "1400"),
        ("1.05×", "x", "1.05"),
        ("5 tok/s", "tok/s", "5"),
    ],
)
def test_a_unit_may_be_written_with_the_number(text, unit, value):
    assert read(text, "en", unit) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "unit", "sentence"),
    [
        ("12 GB", "tok/s", "This is measured in tok/s, not in GB: write 12 if you mean that."),
        ("12 GB", "", "Write the number alone: 12."),
        ("1 min", "h", "Write the value in h: it has too many digits there."),
        ("99999999999999 TB", "B", "Write at most 14 digits before the point."),
        ("99999999999999999", "", "Write at most 14 digits before the point."),
        ("0.1234567", "%", "Write at most 6 digits after the point."),
    ],
)
def test_another_unit_is_refused_with_what_to_write(text, unit, sentence):
    with pytest.raises(ValueError) as refused:
        read(text, "en", unit)
    assert str(refused.value) == sentence


@given(text=st.text(max_size=14) | st.text(alphabet="0123456789.,' \u202f-−%€", max_size=14))
@always
def test_whatever_is_typed_is_a_finite_number_or_refused(text):
    for language in (ENGLISH, GERMAN):
        try:
            value = parse_reported(text, kind="reach", unit="%", notation=language)
        except ValueError:
            continue
        assert value.is_finite()
