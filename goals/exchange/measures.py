"""The measure of a key result in words: `8.15 -> 11.5 tok/s`, `at most 12.85`, `milestone`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from goals.exchange.document import KeyResultEntry
from goals.values import parse_value

UNKNOWN_NUMBERS = {"?", "tbd", "n/a", "–", "—", "-"}

_ARROW = re.compile(r"\s*(?:-{1,3}>|→|=>|⟶|➔)\s*")
_GROUPS = re.compile(r"(?<=[0-9])[\u00a0\u202f](?=[0-9]{3}(?![0-9]))")
_ATTACHED = re.compile(r"(-?[0-9.]+)(%|x|×)")
_DIRECTION = re.compile(r"\s*\((?:increase|decrease)\)$", re.I)
_MILESTONE = re.compile(r"\(?(?:milestone|done ?(?:/|or) ?not done|yes ?(?:/|or) ?no)\)?", re.I)
_MILESTONE_END = re.compile(rf"(?:\s+|[:,–—-]\s*){_MILESTONE.pattern}$", re.I)
_AT_MOST = r"at most|no more than|<=|≤"
_AT_LEAST = r"at least|no less than|>=|≥"
_BOUND = rf"(?:(?P<most>{_AT_MOST})|(?P<least>{_AT_LEAST}))\s*(?P<rest>.+)"
_BETWEEN = r"between\s+(?P<low>\S+)\s+and\s+(?P<high>.+)"
_LIMIT = re.compile(rf"(?:(?:stays?|keeps?|remains?|is|guardrail)\s+)*(?:{_BOUND}|{_BETWEEN})$", re.I)
_LIMIT_END = re.compile(
    rf"(?:(?:\s+(?:stays?|keeps?|remains?|guardrail:?))+\s+|\s*[:,–—]\s*)(?:{_BOUND}|{_BETWEEN})$", re.I
)
_GUARDRAIL_START = re.compile(r"guardrail\s*[:–—-]\s*", re.I)
_START_AT_END = re.compile(
    r"(?:^|[\s:,(–—])(?P<quantity>-?[0-9][0-9.,]*(?:%|x|×)?(?:\s[^\s0-9,:]\S{0,11})?)$"
)
# A unit that cannot be taken for anything else where it stands behind a number.
_SIMPLE_UNIT = re.compile(r"[^\W\d_][^\W_]*(?:[ /.^-][^\W_]+)*|%|%(?: [^\W\d_]+)+|[°€$£µ][^\W\d_]*")


@dataclass(frozen=True)
class Measure:
    """The numbers of a key result, as one phrase holds them."""

    kind: str
    start: Decimal | None = None
    target: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    unit: str = ""


def join_groups(raw: str) -> str:
    """`1\u202f400` is one number: spaces that do not break hold its digits together."""
    return _GROUPS.sub("", raw)


def plain_number(value: Decimal) -> str:
    """The shortest plain notation.

    >>> plain_number(Decimal("1400.00")), plain_number(Decimal("0.50"))
    ('1400', '0.5')
    """
    return format(value.normalize(), "f") if value else "0"


def read_number(text: str, label: str) -> Decimal | None:
    """None for a question mark. Raises ValueError with a sentence that names the label."""
    number, unit = _quantity(text, label)
    if unit not in {"", "%", "x"}:
        raise ValueError(f"{label} '{text}' is not a number")
    return number


def read_measure(text: str) -> Measure | None:
    """The measure, when the whole line is one. Raises ValueError when it is one with a word for a number."""
    if _MILESTONE.fullmatch(text):
        return Measure("milestone")
    if text.lower() == "guardrail":
        return Measure("guardrail")
    if len(sides := _ARROW.split(text)) == 2:
        start, start_unit = _quantity(sides[0], "start")
        target, unit = _quantity(_DIRECTION.sub("", sides[1]), "target")
        return Measure("reach", start=start, target=target, unit=unit or start_unit)
    if match := _LIMIT.match(text):
        return _limit(match)
    return None


def find_measure(text: str) -> tuple[str, Measure | None]:
    """The title and the measure at its end, as people write them without a dash between.

    >>> find_measure("Peak memory 18.9 -> 16 GiB (decrease)")[0]
    'Peak memory'
    """
    if guardrail := _GUARDRAIL_START.match(text):
        text = text[guardrail.end() :]
    if match := _MILESTONE_END.search(text):
        return _title(text[: match.start()]), Measure("milestone")
    if found := _find_reach(text):
        return found
    if match := _LIMIT_END.search(text) or (_find_limit(text) if guardrail else None):
        return _title(text[: match.start()]), _limit(match)
    return text, Measure("guardrail") if guardrail else None


def _find_limit(text: str) -> re.Match[str] | None:
    return re.search(rf"(?:{_BOUND}|{_BETWEEN})$", text, re.I)


def _find_reach(text: str) -> tuple[str, Measure] | None:
    arrows = list(_ARROW.finditer(text))
    if not arrows:
        return None
    before, after = text[: arrows[-1].start()], text[arrows[-1].end() :]
    start = _START_AT_END.search(before)
    if start is None and not re.match(r"-?[0-9]", after):
        return None  # "text -> image": an arrow in a title
    if start is None:
        raise ValueError(f"start '{before.split()[-1] if before.split() else ''}' is not a number")
    first, first_unit = _quantity(start["quantity"], "start")
    target, unit = _quantity(_DIRECTION.sub("", after), "target")
    return _title(before[: start.start()]), Measure("reach", first, target, unit=unit or first_unit)


def _title(text: str) -> str:
    return text.rstrip(" :,(–—-")


def _limit(match: re.Match[str]) -> Measure:
    if match["low"]:
        upper, unit = _quantity(match["high"], "upper bound")
        lower, _ = _quantity(match["low"], "lower bound")
        return Measure("guardrail", lower=lower, upper=upper, unit=unit)
    bound, unit = _quantity(match["rest"], "upper bound" if match["most"] else "lower bound")
    return Measure("guardrail", **{"upper" if match["most"] else "lower": bound}, unit=unit)


def _quantity(text: str, label: str) -> tuple[Decimal | None, str]:
    """A number and the unit behind it. Raises ValueError."""
    word, _, unit = text.strip().partition(" ")
    unit = unit.strip()
    if word.lower() in UNKNOWN_NUMBERS:
        return None, unit
    if match := _ATTACHED.fullmatch(word):
        word, unit = match[1], f"{match[2].replace('×', 'x')} {unit}".strip()
    try:
        number = parse_value(word.replace("\u2212", "-"))
    except ValueError as error:
        if word[-1:].isdigit() and not re.search(r"[^\W\d_]", word):
            raise ValueError(f"{label} '{text.strip()}': {error}") from None
        raise ValueError(f"{label} '{word}' is not a number") from None
    if unit[:1].isdigit():
        raise ValueError(
            f"{label} '{text.strip()}' is not a number; write it without blanks between its digits"
        )
    return number, unit


def write_measure(entry: KeyResultEntry) -> str:
    unit = f" {entry.unit}" if entry.unit and has_inline_unit(entry) else ""
    if entry.kind == "milestone":
        return "milestone"
    if entry.kind == "reach":
        return f"{_known(entry.start)} -> {_known(entry.target)}{unit}"
    if entry.lower is not None and entry.upper is not None:
        return f"between {plain_number(entry.lower)} and {plain_number(entry.upper)}{unit}"
    if entry.upper is not None:
        return f"at most {plain_number(entry.upper)}{unit}"
    return "guardrail" if entry.lower is None else f"at least {plain_number(entry.lower)}{unit}"


def _known(number: Decimal | None) -> str:
    return "?" if number is None else plain_number(number)


def has_inline_unit(entry: KeyResultEntry) -> bool:
    """Whether the unit can stand behind the number; a stranger one gets a field of its own."""
    has_number = entry.kind == "reach" or entry.lower is not None or entry.upper is not None
    return entry.kind != "milestone" and has_number and _SIMPLE_UNIT.fullmatch(entry.unit) is not None
