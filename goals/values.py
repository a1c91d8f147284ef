"""Values as people write and read them: what is accepted, and how a number is shown.

Standard library only. What is refused is refused with a sentence that says what to write instead.
"""

from __future__ import annotations

import re
from decimal import Decimal

from goals.progress import Kind, round_half_up

MAX_DIGITS = 20
MAX_PLACES = 6
# What remains before the point in a column of 20 digits with 6 places.
MAX_WHOLE_DIGITS = MAX_DIGITS - MAX_PLACES

NARROW_SPACE = "\u202f"  # does not break: between thousands and before the percent sign
MINUS = "\u2212"
DASH = "\u2013"  # stands for "there is no figure"

PLAIN_DIGITS_SENTENCE = "Write the number in plain digits with a point, like 1400 or 52.9."
MILESTONE_SENTENCE = "Write done or not done."

# ASCII digits by name: \d also takes the digits of other scripts. A leading plus is refused, as "+5" may well
# be meant as "5 more".
_PLAIN_NUMBER = re.compile(r"-?([0-9]+)(?:\.([0-9]+))?")
_MILESTONE_WORDS = {"done": Decimal(1), "yes": Decimal(1), "not done": Decimal(0), "no": Decimal(0)}


def parse_value(text: str) -> Decimal:
    """The number a person or a program wrote: plain ASCII digits, a minus and a point at most.

    Up to 14 digits before the point and 6 after it. Blanks around it do not matter. Raises ValueError with a
    sentence.

    >>> parse_value(" 52.9 "), parse_value("-3")
    (Decimal('52.9'), Decimal('-3'))
    >>> parse_value("1e3")
    Traceback (most recent call last):
    ...
    ValueError: Write the number in plain digits with a point, like 1400 or 52.9.
    """
    match = _PLAIN_NUMBER.fullmatch(text.strip())
    if match is None:
        raise ValueError(PLAIN_DIGITS_SENTENCE)
    whole, fraction = match[1].lstrip("0"), match[2] or ""
    if len(fraction) > MAX_PLACES:
        raise ValueError(f"Write at most {MAX_PLACES} digits after the point.")
    if len(whole) > MAX_WHOLE_DIGITS:
        raise ValueError(f"Write at most {MAX_WHOLE_DIGITS} digits before the point.")
    value = Decimal(match[0])
    return value or abs(value)


def parse_reported(text: str, *, kind: Kind, unit: str = "") -> Decimal:
    """The value reported for a key result of this kind. Raises ValueError with a sentence.

    A milestone also takes done, not done, yes and no, and nothing between 0 and 1. One percent sign may
    follow the number when the key result is measured in percent.

    >>> parse_reported("not done", kind="milestone"), parse_reported("52.9 %", kind="reach", unit="%")
    (Decimal('0'), Decimal('52.9'))
    """
    text = text.strip()
    if kind == "milestone":
        return _parse_milestone(text)
    if unit == "%":
        text = text.removesuffix("%")
    return parse_value(text)


def _parse_milestone(text: str) -> Decimal:
    word = " ".join(text.lower().split())
    if word in _MILESTONE_WORDS:
        return _MILESTONE_WORDS[word]
    try:
        value = parse_value(text)
    except ValueError:
        raise ValueError(MILESTONE_SENTENCE) from None
    if value not in (0, 1):
        raise ValueError(MILESTONE_SENTENCE)
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
    sign, digits = (MINUS, digits[1:]) if digits.startswith("-") else ("", digits)
    whole, point, fraction = digits.partition(".")
    return f"{sign}{int(whole):,}".replace(",", NARROW_SPACE) + point + fraction


def format_value(value: Decimal | None, *, unit: str = "", kind: Kind = "reach") -> str:
    """A value with its unit, or a milestone's word; a dash when there is none.

    >>> format_value(Decimal("9.60"), unit="tok/s"), format_value(Decimal(1), kind="milestone")
    ('9.6 tok/s', 'done')
    """
    if value is None:
        return DASH
    if kind == "milestone":
        return "done" if value >= 1 else "not done"
    space = NARROW_SPACE if unit == "%" else " "
    return f"{format_number(value)}{space}{unit}" if unit else format_number(value)


def format_share(ratio: Decimal | None) -> str:
    """A ratio in whole percent, half up, as it is: clamp it first where a bar or a mean is shown.

    >>> format_share(Decimal("0.405")), format_share(None)
    ('41\u202f%', '\u2013')
    """
    return DASH if ratio is None else f"{format_number(ratio * 100, 0)}{NARROW_SPACE}%"


def format_points(ratio: Decimal | None) -> str:
    """A difference of two ratios in whole percentage points, with its sign.

    >>> format_points(Decimal("0.06")), format_points(Decimal("-0.01")), format_points(Decimal("0.001"))
    ('+6 points', '\u22121 point', '0 points')
    """
    if ratio is None:
        return DASH
    points = round_half_up(ratio * 100, 0)
    sign = "+" if points > 0 else ""
    return f"{sign}{format_number(points)} {'point' if abs(points) == 1 else 'points'}"


def format_rate(value: Decimal, *, unit: str = "") -> str:
    """A change per week, short: one decimal, two significant digits below 1. Percent changes by points.

    >>> format_rate(Decimal("2.2456"), unit="tok/s"), format_rate(Decimal("-0.03456"), unit="GB")
    ('2.2 tok/s', '\u22120.035 GB')
    """
    size = abs(value)
    places = 0 if size >= 100 else 1 if size >= 1 else min(1 - size.adjusted(), MAX_PLACES)
    rounded = round_half_up(value, places)
    return format_value(rounded, unit="points" if unit == "%" else unit)
