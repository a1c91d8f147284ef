"""The fields of a roadmap document: for each its label, how its value is read and how it is written.

One table per kind of entry, used by reader and writer alike. Reading raises ValueError with a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

from goals.exchange import document
from goals.exchange.document import PauseEntry, ShareEntry, clean_block
from goals.exchange.grammar import escape_block, escape_line, plain_line, unescape
from goals.exchange.measures import join_groups, plain_number, read_number
from goals.models.tags import normal_tags

_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"]+@[^\s@<>()\[\],;:\"]+\.[^\s@<>()\[\],;:\"]+")
_MAIL_LINK = re.compile(r"\[[^\]]*\]\(mailto:([^)]+)\)|<(?:mailto:)?([^>]+)>", re.I)
_WEB_ADDRESS = re.compile(r"https?://\S+", re.I)
_WEB_LINK = re.compile(r"<(?P<plain>[^<>]+)>|\[[^\]]*\]\((?P<named>\S+)\)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RHYTHMS = {"daily": 1, "weekly": 7, "fortnightly": 14}
_RHYTHM = re.compile(r"(?:every )?([0-9]{1,3})(?: days?)?", re.I)
_PAUSE = re.compile(r"([0-9-]{10}) (?:to|until) ([0-9-]{10}):(.*)", re.DOTALL)
_SHARE = re.compile(r"([A-Z][A-Z0-9]{1,11})(?: ?\(([^()]{1,20})\))?", re.I)
_QUOTES = "'\"‘’“”"
OBJECTIVE_CODE = re.compile(r"[A-Z][A-Z0-9]{1,11}-[0-9A-Z]{2,12}-[OB][0-9]{1,6}")
KPI_CODE = re.compile(r"[A-Z][A-Z0-9]{1,11}-K[0-9]{1,6}")
MAX_CONSEQUENCE = 5_000
MAX_WEIGHT = Decimal("9999.99")
MAX_INTERIM = 60
MAX_PAUSE_REASON = 500
MAX_LINK = 500


@dataclass(frozen=True)
class Field:
    """One field of an entry: `name` is the attribute, `also` holds further labels in small letters."""

    name: str
    label: str
    read: Callable[[str, str], Any]
    write: Callable[[Any], str]
    also: tuple[str, ...] = ()
    own_line: bool = False
    always: bool = False

    def parse(self, raw: str) -> Any:
        return self.read(raw, self.label.lower())


def _word(raw: str) -> str:
    return plain_line(raw).strip(_QUOTES).strip()


def _read_choice(choices: Sequence[str], raw: str, label: str) -> str:
    word = re.sub(r"[ -]+", "_", _word(raw).lower())
    if word not in choices:
        known = ", ".join(choice.replace("_", " ") for choice in choices)
        raise ValueError(f"unknown {label} '{_word(raw)}'; it is one of {known}")
    return word


def _read_whole(low: int, high: int, raw: str, label: str) -> int:
    word = _word(raw).removesuffix(f"/{high}").strip()
    if not re.fullmatch(r"[0-9]{1,4}", word) or not low <= int(word) <= high:
        raise ValueError(f"{label} '{_word(raw)}' is not a whole number from {low} to {high}")
    return int(word)


def _read_email(raw: str, label: str) -> str:
    link = _MAIL_LINK.search(raw)
    word = _word(link[1] or link[2]) if link else _word(raw)
    if not _EMAIL.fullmatch(word) or len(word) > 254:
        raise ValueError(f"{label} '{word}' is not an e-mail address")
    return word.lower()


def _read_link(raw: str, label: str) -> str:
    if match := _WEB_LINK.fullmatch(raw.strip()):
        raw = match["plain"] or match["named"]
    word = plain_line(raw)
    if not _WEB_ADDRESS.fullmatch(word):
        raise ValueError(f"{label} '{word[:80]}' is no address that begins with http:// or https://")
    return limited(word, MAX_LINK, label)


def _read_date(raw: str, label: str) -> date:
    word = _word(raw)
    try:
        if _DATE.fullmatch(word):
            return date.fromisoformat(word)
    except ValueError:
        pass
    raise ValueError(f"{label} '{word}' is not a date like 2024-10-31")


def _read_number(raw: str, label: str) -> Decimal | None:
    return read_number(_word(join_groups(raw)), label)


def _read_weight(raw: str, label: str) -> Decimal:
    weight = read_number(_word(raw), label)
    if weight is None or not 0 <= weight <= MAX_WEIGHT or weight != weight.quantize(Decimal("0.01")):
        raise ValueError(f"{label} '{_word(raw)}' is not a number from 0 to {MAX_WEIGHT} with two places")
    return weight


def _read_interim(raw: str, label: str) -> tuple[tuple[date, Decimal], ...]:
    """`9 by 2024-09-30, 10.2 by 2024-11-15`"""
    plan: dict[date, Decimal] = {}
    for part in re.split(r"[,;]", plain_line(join_groups(raw))):
        number, by, day_text = part.strip().partition(" by ")
        value, day = _read_number(number, label) if by else None, _read_date(day_text, label) if by else None
        if value is None or day is None:
            raise ValueError(f"{label} '{part.strip()}' is not a value by a day like '9 by 2024-09-30'")
        if day in plan:
            raise ValueError(f"{label}: {day.isoformat()} stands twice")
        plan[day] = value
    if len(plan) > MAX_INTERIM:
        raise ValueError(f"{label}: there are more than {MAX_INTERIM}")
    return tuple(sorted(plan.items()))


def _write_interim(plan: tuple[tuple[date, Decimal], ...]) -> str:
    return ", ".join(f"{plain_number(value)} by {day.isoformat()}" for day, value in plan)


def read_rhythm(raw: str, label: str) -> int:
    """Days between check-ins, 1 to 366: `every 7 days`, `weekly`, `7`. Raises ValueError."""
    word = _word(raw).lower()
    match = _RHYTHM.fullmatch(word)
    days = _RHYTHMS.get(word) or (int(match[1]) if match else 0)
    if not 1 <= days <= 366:
        raise ValueError(f"{label} '{word}' is not a number of days like 'every 14 days'")
    return days


def write_rhythm(days: int) -> str:
    return f"every {days} days"


def _read_pause(raw: str, label: str) -> PauseEntry:
    """`2024-10-14 to 2024-11-04: The lab is closed.`"""
    match = _PAUSE.fullmatch(raw.strip())
    if match is None:
        raise ValueError(f"{label} '{plain_line(raw)[:60]}' is not like '2024-10-14 to 2024-11-04: why'")
    on, until = _read_date(match[1], label), _read_date(match[2], label)
    reason = limited(clean_block(unescape(match[3])), MAX_PAUSE_REASON, label)
    if not reason:
        raise ValueError(f"{label}: say why behind the days")
    if until <= on:
        raise ValueError(f"{label}: it ends after the day it begins on")
    return PauseEntry(on, until, reason)


def _write_pause(pause: PauseEntry) -> str:
    return f"{pause.on.isoformat()} to {pause.until.isoformat()}: {escape_block(pause.reason)}"


def _read_key_result(raw: str, label: str) -> int:
    match = re.fullmatch(r"\[?(?:\S*-)?(?:KR ?)?([0-9]{1,6})\]?", _word(raw), re.I)
    if match is None:
        raise ValueError(f"{label} '{_word(raw)}' is not the number of a key result like KR2")
    return int(match[1])


def _read_concerns(raw: str, label: str) -> tuple[str, ...]:
    """`DIST-24H2-O2, CORE-24H2-B1`"""
    codes = [word for word in re.split(r"[,;\s]+", _word(raw)) if word]
    for code in codes:
        if not OBJECTIVE_CODE.fullmatch(code):
            raise ValueError(f"{label} '{code[:60]}' is no code of an objective, like LIB-24H2-O1")
    return tuple(codes)


def _read_kpi(raw: str, label: str) -> str:
    """`EDGE-K1`"""
    code = _word(raw).strip("[]")
    if not KPI_CODE.fullmatch(code):
        raise ValueError(f"{label} '{code[:60]}' is no code of a KPI, like EDGE-K1")
    return code


def _read_shares(raw: str, label: str) -> tuple[ShareEntry, ...]:
    """`CORE (2), EDGE`; a weight of 1 need not be told."""
    found: dict[str, ShareEntry] = {}
    for part in (part.strip() for part in plain_line(raw).split(",")):
        match = _SHARE.fullmatch(part)
        if match is None:
            raise ValueError(f"{label} '{part[:60]}' is not an area like CORE, or CORE (2) with its weight")
        key = match[1].upper()
        if key in found:
            raise ValueError(f"{label}: {key} stands twice")
        found[key] = ShareEntry(key, _read_weight(match[2], label) if match[2] else Decimal(1))
    return tuple(found.values())


def _write_shares(entries: tuple[ShareEntry, ...]) -> str:
    return ", ".join(map(_write_share, entries))


def _write_share(entry: ShareEntry) -> str:
    return entry.area if entry.weight == 1 else f"{entry.area} ({plain_number(entry.weight)})"


def limited(text: str, limit: int, label: str) -> str:
    if len(text) > limit:
        raise ValueError(f"{label} is longer than {limit} characters")
    return text


def _text(name: str, label: str, limit: int, **options: Any) -> Field:
    return Field(name, label, lambda raw, told: limited(plain_line(raw), limit, told), escape_line, **options)


def _choice(name: str, label: str, choices: Sequence[str], **options: Any) -> Field:
    return Field(
        name,
        label,
        lambda raw, told: _read_choice(choices, raw, told),
        lambda value: value.replace("_", " "),
        **options,
    )


def _counted(name: str, label: str) -> Field:
    """True as "counted", False as "shown"."""

    def read(raw: str, told: Any) -> bool:
        return _read_choice(SUPPORTERS, raw, told) == "counted"

    return Field(name, label, read, lambda value: "counted" if value else "shown")


def _whole(name: str, label: str, low: int, high: int, suffix: str = "", **options: Any) -> Field:
    return Field(
        name,
        label,
        lambda raw, told: _read_whole(low, high, raw, told),
        lambda value: f"{value}{suffix}",
        **options,
    )


def _email(name: str = "owner", label: str = "Owner") -> Field:
    return Field(name, label, _read_email, str)


def _day(name: str, label: str, **options: Any) -> Field:
    return Field(name, label, _read_date, date.isoformat, **options)


def _number(name: str, label: str, **options: Any) -> Field:
    return Field(name, label, _read_number, plain_number, **options)


def _weight() -> Field:
    return Field("weight", "Weight", _read_weight, plain_number)


_VISIBILITY = _choice("visibility", "Visibility", document.VISIBILITIES)


def _block(name: str, label: str, **options: Any) -> Field:
    return Field(
        name,
        label,
        lambda raw, told: limited(clean_block(unescape(raw)), MAX_CONSEQUENCE, told),
        escape_block,
        own_line=True,
        **options,
    )


def _read_tags(raw: str, label: str) -> str:
    try:
        return normal_tags(_word(raw))
    except ValidationError as error:
        raise ValueError(f"{label}: {' '.join(error.messages)}") from error


def _write_tags(tags: str) -> str:
    return ", ".join(tags.split())


_TAGS = Field("tags", "Tags", _read_tags, _write_tags, also=("tag",))
SUPPORTERS = ("shown", "counted")

OBJECTIVE_FIELDS: tuple[Field, ...] = (
    _email(),
    _email("reviewer", "Reviewer"),
    _choice("commitment", "Commitment", document.COMMITMENTS, always=True),
    _whole("priority", "Priority", 1, 5),
    _whole("confidence", "Confidence", 0, 10, "/10"),
    _weight(),
    _counted("counts_supporters", "Supporters"),
    _VISIBILITY,
    _TAGS,
    Field("shared_with", "Shared with", _read_shares, _write_shares, also=("shared",)),
)
EXCELLENCE_FIELDS: tuple[Field, ...] = (
    *OBJECTIVE_FIELDS,
    _choice("pillar", "Pillar", tuple(document.PILLARS), also=("be pillar",)),
    _choice("impact", "Impact", document.LEVELS),
    _choice("cost", "Cost", document.LEVELS),
)
KEY_RESULT_FIELDS: tuple[Field, ...] = (
    _email(),
    _choice("kind", "Kind", document.KEY_RESULT_KINDS, also=("type",)),
    _text("unit", "Unit", 40),
    _number("start", "Start", also=("baseline", "from")),
    _number("commit", "Commit"),
    _number("target", "Target", also=("goal", "to")),
    _number("stretch", "Stretch", also=("stretch target",)),
    _number("lower", "At least", also=("lower", "lower bound", "minimum")),
    _number("upper", "At most", also=("upper", "upper bound", "maximum")),
    _weight(),
    _day("due_on", "Due", also=("due on", "due date")),
    Field("rhythm", "Rhythm", read_rhythm, write_rhythm),
    Field("pause", "Paused", _read_pause, _write_pause, own_line=True),
    _choice("visibility", "Visibility", document.KEY_RESULT_VISIBILITIES),
    Field(
        "interim",
        "Interim",
        _read_interim,
        _write_interim,
        also=("interim target", "interim targets"),
        own_line=True,
    ),
    _text("metric", "Metric", 200, own_line=True, also=("measured by",)),
    _text("source", "Source", 300, own_line=True),
    _TAGS,
    Field("kpi", "KPI", _read_kpi, str),
)
RISK_FIELDS: tuple[Field, ...] = (
    Field("key_result", "On", _read_key_result, lambda number: f"KR{number}", also=("key result",)),
    _whole("likelihood", "Likelihood", 1, 5, also=("probability",)),
    _whole("impact", "Impact", 1, 5, always=True),
    _choice("response", "Response", document.RISK_RESPONSES),
    _choice("state", "State", document.RISK_STATES, also=("status",)),
    _email(),
    _day("review_on", "Review", also=("review on", "review date")),
    _whole("residual_likelihood", "Residual likelihood", 1, 5),
    _whole("residual_impact", "Residual impact", 1, 5),
    _day("reviewed_on", "Reviewed", also=("reviewed on", "last review")),
    _day("occurred_on", "Occurred", also=("occurred on",)),
    _choice("outcome", "Outcome", document.RISK_OUTCOMES),
    _day("closed_on", "Closed", also=("closed on",)),
    _VISIBILITY,
    Field("concerns", "Concerns", _read_concerns, ", ".join, also=("also concerns",)),
    _text("trigger", "Trigger", 300, own_line=True),
    _block("consequence", "Consequence"),
    _block("outcome_note", "Outcome note", also=("lesson",)),
)
INITIATIVE_FIELDS: tuple[Field, ...] = (
    Field("link", "Link", _read_link, escape_line, also=("url",)),
    _day("due_on", "Due", also=("due on", "due date")),
    _choice("state", "State", document.STEP_STATES, also=("status",)),
    _email(),
)
MITIGATION_FIELDS: tuple[Field, ...] = (
    _day("due_on", "Due", also=("due on", "due date")),
    _choice("state", "State", document.STEP_STATES, also=("status",)),
    _email(),
)
SUPPORT_FIELDS: tuple[Field, ...] = (_weight(),)
NEED_FIELDS: tuple[Field, ...] = (
    _choice("state", "State", document.NEED_STATES, also=("status",)),
    _text("note", "Note", 500),
    _choice("answer", "Answer", document.NEED_ANSWERS[1:]),
    _text("answer_note", "Answer note", 500),
)


def labels_of(table: Sequence[Field]) -> dict[str, Field]:
    """Every label in small letters, and its field."""
    return {label: item for item in table for label in (item.label.lower(), *item.also)}


def written_fields(entry: Any, table: Sequence[Field], *, without: frozenset[str] = frozenset()) -> list[str]:
    """`Label: value` for each field that is not at its default, those of one line joined by middle dots."""
    defaults = {item.name: item.default for item in fields(entry) if item.default is not MISSING}
    shown = [
        item
        for item in table
        if item.name not in without
        and (value := getattr(entry, item.name)) is not None
        and (item.always or value != defaults.get(item.name))
    ]
    together = " · ".join(_written(entry, item) for item in shown if not item.own_line)
    alone = [_written(entry, item) for item in shown if item.own_line]
    return ([together] if together else []) + alone


def _written(entry: Any, item: Field) -> str:
    return f"{item.label}: {item.write(getattr(entry, item.name))}"
