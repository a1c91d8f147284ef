"""How numbers are written in the reader's language: what is shown, and what is read back.

Text in, text out; standard library only. Programs and documents write plain decimals (`goals.values`), people
what they see on the page: "1 400", "1,400.5" or "1.400,5", narrow spaces and all.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

NARROW_SPACE = "\u202f"  # does not break: between thousands and before the percent sign
MINUS = "\u2212"


@dataclass(frozen=True)
class Notation:
    """What stands before the fraction, and what a language puts between thousands."""

    point: str
    group: str
    is_money_sign_first: bool = False


ENGLISH = Notation(".", ",", is_money_sign_first=True)
GERMAN = Notation(",", ".")
NOTATIONS = {
    "en": ENGLISH,
    "de": GERMAN,
    "de-ch": Notation(".", "’", is_money_sign_first=True),
    "es": GERMAN,
    "fr": Notation(",", NARROW_SPACE),
    "it": GERMAN,
    "nl": Notation(",", ".", is_money_sign_first=True),
    "pt": GERMAN,
}


class NotReadable(ValueError):
    """What was written cannot be read; the sentence says what to write instead.

    As text it is English, for programs and documents; for people goals.sentences translates `pattern`.
    """

    def __init__(self, pattern: str, **names: str | int) -> None:
        super().__init__(pattern % names)
        self.pattern, self.names = pattern, names


def gettext_noop(text: str) -> str:
    """Marks a pattern for those who collect what is to be translated; Django's own does no more."""
    return text


_SPACES = " \u00a0\u2009\u202f"
_APOSTROPHES = "'\u2019"
# ASCII digits by name: \d also takes the digits of other scripts. A leading plus is refused, as "+5" may well
# be meant as "5 more".
_NUMBER = re.compile(rf"(?P<sign>[-{MINUS}]?)(?P<body>[0-9][0-9.,{_SPACES}{_APOSTROPHES}]*)")

_language_of_reader: Callable[[], str | None] = lambda: None  # noqa: E731 - until somebody tells


def follow(language_of_reader: Callable[[], str | None]) -> None:
    """Shows and reads numbers from now on as the language says that this answers; English before."""
    global _language_of_reader
    _language_of_reader = language_of_reader


def notation_of(language: str | None) -> Notation:
    """The nearest known: of "de-at" that of "de"; English for what is unknown.

    >>> notation_of("de-at").point, notation_of("en-gb").point, notation_of(None).point
    (',', '.', '.')
    """
    code = (language or "en").lower().replace("_", "-")
    return NOTATIONS.get(code) or NOTATIONS.get(code.partition("-")[0]) or ENGLISH


def readers_notation() -> Notation:
    return notation_of(_language_of_reader())


def write_number(plain: str, notation: Notation, *, group: str = NARROW_SPACE) -> str:
    """A plain decimal as people read it: thousands apart by `group`, with the language's point.

    >>> write_number("-2413.5", GERMAN).replace(NARROW_SPACE, " "), write_number("2413.5", ENGLISH, group=",")
    ('−2 413,5', '2,413.5')
    """
    sign, digits = (MINUS, plain[1:]) if plain.startswith("-") else ("", plain)
    whole, has_fraction, fraction = digits.partition(".")
    grouped = f"{int(whole):,}".replace(",", group)
    return f"{sign}{grouped}{notation.point if has_fraction else ''}{fraction}"


def read_number(text: str, notation: Notation) -> str:
    """What a person wrote as a plain decimal. Raises NotReadable with a sentence.

    Whatever can only mean one number is taken, in whatever language it is written. A single point or comma
    before three digits is read as the language says; what the language would never write so is refused with
    both readings.

    >>> read_number("1,400", ENGLISH), read_number("1.400", GERMAN), read_number("−52,9", ENGLISH)
    ('1400', '1400', '-52.9')
    >>> read_number("1.400", ENGLISH)
    Traceback (most recent call last):
    ...
    goals.notation.NotReadable: 1.400 can mean 1400 or 1.4: write 1400 or 1.4.
    """
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise how_to_write(notation)
    sign = "-" if match["sign"] else ""
    return sign + _read_body(match["body"], text, notation)


def how_to_write(notation: Notation) -> NotReadable:
    pattern = gettext_noop("Write the number in plain digits, like 1400 or %(number)s.")
    return NotReadable(pattern, number=f"52{notation.point}9")


def _read_body(body: str, text: str, notation: Notation) -> str:
    signs = [sign for sign in body if not sign.isdigit()]
    if not signs:
        return body
    last = signs[-1]
    whole, _, fraction = body.rpartition(last)
    is_point = last in ".,"
    if signs.count(last) > 1 or not is_point:
        return _join(body, notation)
    if len(signs) > 1:  # the last sign is the only one of its kind, so it is the point
        return f"{_join(whole, notation)}.{_digits(fraction, notation)}"
    if not _may_be_thousands(whole, fraction) or _is_shown_so(last, fraction, notation):
        return f"{whole}.{_digits(fraction, notation)}"
    if last == notation.group:
        return whole + fraction
    small = f"{whole}{notation.point}{fraction.rstrip('0')}".rstrip(notation.point)
    big = whole + fraction
    sign = "-" if text.startswith(("-", MINUS)) else ""
    pattern = gettext_noop("%(text)s can mean %(one)s or %(other)s: write %(one)s or %(other)s.")
    raise NotReadable(pattern, text=text, one=sign + big, other=sign + small)


def _may_be_thousands(whole: str, fraction: str) -> bool:
    return len(fraction) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0")


def _is_shown_so(sign: str, fraction: str, notation: Notation) -> bool:
    """Pages show no fraction that ends with a zero, so "12.345" is one and "1.400" may be anything."""
    return sign == notation.point and not fraction.endswith("0")


def _join(body: str, notation: Notation) -> str:
    """The digits of whole thousands, all kept apart by the same sign."""
    signs = {sign for sign in body if not sign.isdigit()}
    if not signs:
        return body
    sign = signs.pop()
    first, *rest = body.split(sign)
    if signs or not 1 <= len(first) <= 3 or any(len(part) != 3 for part in rest):
        raise how_to_write(notation)
    return first + "".join(rest)


def _digits(fraction: str, notation: Notation) -> str:
    if not fraction:
        raise how_to_write(notation)
    return fraction
