"""Values as people write and read them: what is accepted, and how a number is shown.

How languages write numbers says goals.notation, what is measured goals.units. Standard library only. What
is refused is refused with a sentence that says what to write instead.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from goals.notation import (
    NARROW_SPACE,
    Notation,
    NotReadable,
    gettext_noop,
    read_number,
    readers_notation,
    write_number,
)
from goals.progress import Kind, round_half_up
from goals.units import Unit, unit_of

MAX_DIGITS = 20
MAX_PLACES = 6
# What remains before the point in a column of 20 digits with 6 places.
MAX_WHOLE_DIGITS = MAX_DIGITS - MAX_PLACES

DASH = "\u2013"  # stands for "there is no figure"

PLAIN_DIGITS_SENTENCE = gettext_noop("Write the number in plain digits with a point, like 1400 or 52.9.")
MILESTONE_SENTENCE = gettext_noop("Write done or not done.")

# ASCII digits by name: \d also takes the digits of other scripts. A leading plus is refused, as "+5" may well
# be meant as "5 more".
_PLAIN_NUMBER = re.compile(r"-?([0-9]+)(?:\.([0-9]+))?")
_MILESTONE_WORDS = {"done": Decimal(1), "yes": Decimal(1), "not done": Decimal(0), "no": Decimal(0)}


def parse_value(text: str) -> Decimal:
    """The number a person or a program wrote: plain ASCII digits, a minus and a point at most.

    Up to 14 digits before the point and 6 after it. Blanks around it do not matter. Raises NotReadable with a
    sentence.

    >>> parse_value(" 52.9 "), parse_value("-3")
    (Decimal('52.9'), Decimal('-3'))
    >>> parse_value("1e3")
    Traceback (most recent call last):
    ...
    goals.notation.NotReadable: Write the number in plain digits with a point, like 1400 or 52.9.
    """
    match = _PLAIN_NUMBER.fullmatch(text.strip())
    if match is None:
        raise NotReadable(PLAIN_DIGITS_SENTENCE)
    whole, fraction = match[1].lstrip("0"), match[2] or ""
    if len(fraction) > MAX_PLACES:
        raise NotReadable(gettext_noop("Write at most %(most)d digits after the point."), most=MAX_PLACES)
    if len(whole) > MAX_WHOLE_DIGITS:
        pattern = gettext_noop("Write at most %(most)d digits before the point.")
        raise NotReadable(pattern, most=MAX_WHOLE_DIGITS)
    value = Decimal(match[0])
    return value or abs(value)


def parse_reported(text: str, *, kind: Kind, unit: str = "", notation: Notation | None = None) -> Decimal:
    """The value a person reports for a key result of this kind. Raises NotReadable with a sentence.

    Whatever pages show is taken, in the reader's notation or the one given, with the unit or without; bytes
    and times also in another size. A milestone is done, not done, yes or no, and nothing between 0 and 1.

    >>> parse_reported("not done", kind="milestone"), parse_reported("52,9 %", kind="reach", unit="%")
    (Decimal('0'), Decimal('52.9'))
    >>> parse_reported("1,400 MB", kind="reach", unit="GB")
    Decimal('1.4')
    """
    text = text.strip()
    if kind == "milestone":
        return _parse_milestone(text)
    return _parse_quantity(text, unit_of(unit), notation or readers_notation())


def _parse_quantity(text: str, unit: Unit, notation: Notation) -> Decimal:
    try:
        return parse_value(read_number(text, notation))
    except NotReadable as error:
        refusal = error
    for word, size in unit.sizes_by_word():
        number = _without(text, word)
        if number is not None:
            return _resized(parse_value(read_number(number, notation)), size, unit)
    raise _of_another_unit(text, unit, notation) or refusal


def _without(text: str, word: str) -> str | None:
    """The number beside a unit, which may stand on either side; None where it does not."""
    if text.endswith(word):
        return text.removesuffix(word).rstrip()
    return text.removeprefix(word).lstrip() if text.startswith(word) else None


def _resized(value: Decimal, size: Fraction, unit: Unit) -> Decimal:
    """The value in the unit itself, exactly. Raises ValueError where that has no end within 6 places."""
    if size == 1:
        return value
    millionths = Fraction(value) * size * 10**MAX_PLACES
    if millionths.denominator != 1:
        pattern = gettext_noop("Write the value in %(unit)s: it has too many digits there.")
        raise NotReadable(pattern, unit=unit.sign)
    return parse_value(plain_number(Decimal(millionths.numerator).scaleb(-MAX_PLACES)))


def _of_another_unit(text: str, unit: Unit, notation: Notation) -> NotReadable | None:
    """What to say of "12 GB" where something else is measured."""
    number, _, word = text.rpartition(" ")
    if not word[:1].isalpha() and word not in {"%", "€", "$", "£"}:
        return None
    try:
        read_number(number.strip(), notation)
    except NotReadable:
        return None
    if not unit.sign:
        return NotReadable(gettext_noop("Write the number alone: %(number)s."), number=number)
    pattern = gettext_noop(
        "This is measured in %(unit)s, not in %(other)s: write %(number)s if you mean that."
    )
    return NotReadable(pattern, unit=unit.sign, other=word, number=number)


def _parse_milestone(text: str) -> Decimal:
    word = " ".join(text.lower().split())
    if word in _MILESTONE_WORDS:
        return _MILESTONE_WORDS[word]
    try:
        value = parse_value(text)
    except NotReadable:
        raise NotReadable(MILESTONE_SENTENCE) from None
    if value not in (0, 1):
        raise NotReadable(MILESTONE_SENTENCE)
    return value


def plain_number(value: Decimal) -> str:
    """The number as `parse_value` reads it back, for input fields, documents and CSV: "2310.5".

    >>> plain_number(Decimal("2310.500000")), plain_number(Decimal("-40")), plain_number(Decimal("1E+3"))
    ('2310.5', '-40', '1000')
    """
    digits = f"{value:f}"
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return "0" if digits == "-0" else digits


def format_number(value: Decimal | None, places: int | None = None) -> str:
    """The number as people read it, thousands apart: without trailing zeros, or with exactly `places`.

    >>> format_number(Decimal("2413.500")), format_number(Decimal("0.7"), 2), format_number(None)
    ('2\u202f413.5', '0.70', '\u2013')
    """
    if value is None:
        return DASH
    digits = plain_number(value) if places is None else f"{round_half_up(value, places):f}"
    return write_number(digits, readers_notation())


def format_value(value: Decimal | None, *, unit: str = "") -> str:
    """A value with its unit; a dash when there is none.

    >>> format_value(Decimal("9.60"), unit="tok/s"), format_value(Decimal(1400), unit="EUR")
    ('9.6 tok/s', '€ 1,400')
    """
    if value is None:
        return DASH
    notation, shown_unit = readers_notation(), unit_of(unit)
    group = notation.group if shown_unit.is_money else NARROW_SPACE
    return shown_unit.show(write_number(plain_number(value), notation, group=group), notation)


def format_share(ratio: Decimal | None) -> str:
    """A ratio in whole percent, half up, as it is: clamp it first where a bar or a mean is shown.

    >>> format_share(Decimal("0.405")), format_share(None)
    ('41\u202f%', '\u2013')
    """
    return DASH if ratio is None else f"{format_number(ratio * 100, 0)}{NARROW_SPACE}%"


def round_rate(value: Decimal) -> Decimal:
    """A change per week, short: one decimal, two significant digits below 1, none from 100 on.

    >>> round_rate(Decimal("2.2456")), round_rate(Decimal("-0.03456")), round_rate(Decimal("145.6"))
    (Decimal('2.2'), Decimal('-0.035'), Decimal('146'))
    """
    size = abs(value)
    places = 0 if size >= 100 else 1 if size >= 1 else min(1 - size.adjusted(), MAX_PLACES)
    return round_half_up(value, places)
