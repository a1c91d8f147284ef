"""How figures become text and drawings on pages. Nothing is computed here but widths and positions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import nh3
from django import template
from django.utils import formats
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext, pgettext

from accounts.models import User
from goals import pace, sentences, values
from goals.figures import Health
from goals.figures.expected import places_for
from goals.markdown import parser as markdown_parser
from goals.models import Absence, CheckIn, Cycle, KeyResult
from goals.models.step import Step
from goals.notation import NARROW_SPACE
from goals.progress import clamp, round_half_up

register = template.Library()

HEALTH_ORDER = (pace.DONE, pace.ON_TRACK, pace.BEHIND, pace.AT_RISK, pace.NO_DATA)
SPARKLINE_HEIGHT = Decimal(20)
TWO_PLACES = Decimal("0.01")

_MARKDOWN_TAGS = {
    *("a", "blockquote", "br", "code", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s"),
    *("strong", "table", "tbody", "td", "th", "thead", "tr", "ul"),
}


@dataclass(frozen=True)
class Segment:
    """A stretch of a distribution bar; start and width are percentages of it."""

    health: str
    start: str
    width: str


@dataclass(frozen=True)
class Count:
    """How many key results have one health; word is what people read."""

    health: str
    word: str
    number: int


@register.filter
def of_person(absences: Mapping[int, Absence] | str, person: User | None) -> Absence | None:
    """The absence of today, of those that the frame of a page knows; a visitor's page knows none."""
    return absences.get(person.pk) if person and absences else None  # type: ignore[union-attr]


@register.filter
def share(ratio: Decimal | None) -> str:
    return values.format_share(ratio)


@register.filter
def points(ratio: Decimal | None) -> str:
    return sentences.points_text(ratio)


@register.filter
def number(value: Decimal | None) -> str:
    return values.format_number(value)


@register.filter
def quantity(value: Decimal | None, key_result: KeyResult) -> str:
    """The value as people write it for this key result: with its unit, or "done" for a milestone."""
    return sentences.value_text(value, unit=key_result.unit, kind=key_result.formula_kind)


@register.filter
def measured(value: Decimal | None, unit: str) -> str:
    """The value of a KPI with its unit; a dash before the first."""
    return values.format_value(value, unit=unit)


@register.filter
def way(key_result: KeyResult) -> str:
    """From where to where, or between which bounds, without the unit; nothing for a milestone."""
    if key_result.kind == KeyResult.Kind.GUARDRAIL:
        return sentences.bounds_text(key_result.lower_bound, key_result.upper_bound)
    if key_result.kind == KeyResult.Kind.MILESTONE:
        return ""
    return f"{values.format_number(key_result.start_value)} → {values.format_number(key_result.target_value)}"


@register.filter
def rounded_like(value: Decimal | None, key_result: KeyResult) -> str:
    """A computed value with its unit, as finely as the way from start to target asks for."""
    if value is None:
        return values.DASH
    return values.format_value(round_half_up(value, places_for(key_result)), unit=key_result.unit)


@register.filter
def step(check_in: CheckIn) -> str:
    """What a check-in moved, the unit said once: "9.1 → 9.6 tok/s"."""
    key_result, before = check_in.key_result, check_in.previous_value
    value = quantity(check_in.value, key_result)
    if before is None:
        return value
    if before == check_in.value:
        return gettext("%(value)s, no change") % {"value": value}
    is_milestone = key_result.kind == KeyResult.Kind.MILESTONE
    return f"{quantity(before, key_result) if is_milestone else values.format_number(before)} → {value}"


@register.filter
def days(cycle: Cycle) -> str:
    """From when to when a cycle lasts, the year once where it is the same: "1 Jul – 31 Dec 2024"."""
    has_one_year = cycle.starts_on.year == cycle.ends_on.year
    begin = formats.date_format(cycle.starts_on, "j M" if has_one_year else "j M Y")
    return f"{begin} – {formats.date_format(cycle.ends_on, 'j M Y')}"


@register.filter
def plain(value: Decimal | date | str | None) -> str:
    """An old or new value of a definition: a number, a day, a word, or nothing."""
    if isinstance(value, Decimal):
        return values.format_number(value)
    if isinstance(value, date):
        return formats.date_format(value, "j M Y")
    return value or values.DASH


@register.filter
def signed_points(ratio: Decimal | None) -> str:
    """A difference in percentage points without the word, for a column that says it."""
    return sentences.points_text(ratio).partition(" ")[0]


@register.filter
def share_exact(ratio: Decimal | None) -> str:
    """Percent with one decimal, where parts have to add up before the eye."""
    return values.DASH if ratio is None else f"{values.format_number(ratio * 100, 1)}{NARROW_SPACE}%"


@register.filter
def points_exact(ratio: Decimal | None) -> str:
    """Points with one decimal: what a part adds to a mean."""
    if ratio is None:
        return values.DASH
    number = values.format_number(ratio * 100, 1)
    return gettext("%(number)s points") % {"number": number}


@register.filter
def is_overdue(step: Step, today: date) -> bool:
    return step.is_overdue(today)


@register.filter
def of_key(found: Mapping[int, Any], key: int) -> Any:
    """What is found under a key that only the page knows."""
    return found[key]


@register.filter
def is_paused(key_result: KeyResult, today: date) -> bool:
    return key_result.is_paused(today)


@register.filter
def percent(ratio: Decimal) -> str:
    """A share of the width for SVG, 0 to 100, two places, a point in every language."""
    return str((clamp(ratio) * 100).quantize(TWO_PLACES))


@register.filter
def reldate(day: date | None, today: date) -> str:
    """A day as seen from today: "3 days ago", "tomorrow"; beyond a month the date itself."""
    if day is None:
        return "–"
    distance = (today - day).days
    if distance in (-1, 0, 1):
        return {-1: gettext("tomorrow"), 0: gettext("today"), 1: gettext("yesterday")}[distance]
    if 0 < distance <= 31:
        return ngettext("%(count)d day ago", "%(count)d days ago", distance) % {"count": distance}
    if -31 <= distance < 0:
        return ngettext("in %(count)d day", "in %(count)d days", -distance) % {"count": -distance}
    return formats.date_format(day, "j M" if day.year == today.year else "j M Y")


@register.filter
def markdown(text: str) -> SafeString:
    """Markdown as HTML that carries nothing but prose: raw HTML is shown as text, images are left out."""
    html = nh3.clean(markdown_parser.render(text or ""), tags=_MARKDOWN_TAGS, attributes={"a": {"href"}})
    return mark_safe(html)  # noqa: S308 - nh3 has just cleaned it


@register.filter
def excerpt(text: str, length: int = 120) -> str:
    """The beginning of a Markdown text as one plain line."""
    plain_text = unescape(strip_tags(markdown_parser.render(text)))
    return Truncator(" ".join(plain_text.split())).chars(length)


@register.inclusion_tag("components/_health_badge.html")
def health_badge(health: str, label: str = "") -> dict[str, str]:
    return {"health": health, "label": label or _word(health)}


@register.inclusion_tag("components/_completion_bar.html")
def completion_bar(completion: Decimal | None, expected: Decimal | None = None) -> dict[str, str]:
    """A bar of `completion` with a tick at `expected`, both 0 to 1; None draws neither."""
    text = gettext("%(share)s reached") % {"share": values.format_share(completion)}
    if expected is not None:
        text = gettext("%(reached)s, %(share)s expected") % {
            "reached": text,
            "share": values.format_share(expected),
        }
    return {
        "fill": percent(completion) if completion is not None and completion > 0 else "",
        "tick": percent(expected) if expected is not None else "",
        "text": text,
    }


@register.inclusion_tag("components/_distribution_bar.html")
def distribution_bar(health: Health) -> dict[str, Any]:
    """Key results by health as one bar. Its text alternative names every count."""
    counts = [count for count in _counts(health) if count.number]
    segments, before = [], 0
    for count in counts:
        start, width = Decimal(before) / health.total, Decimal(count.number) / health.total
        segments.append(Segment(count.health, percent(start), percent(width)))
        before += count.number
    text = ", ".join(f"{count.number} {count.word}" for count in counts)
    return {"segments": segments, "text": text or gettext("No key results")}


@register.inclusion_tag("components/_health_legend.html")
def health_legend(health: Health) -> dict[str, Any]:
    return {"counts": _counts(health)}


@register.inclusion_tag("components/_sparkline.html")
def sparkline(series: Sequence[Decimal], text: str = "") -> dict[str, str]:
    """The course of a value without axes; evenly spaced, oldest first. Nothing for fewer than two values."""
    if len(series) < 2:
        return {"points": "", "text": ""}
    low, high = min(series), max(series)
    step = Decimal(100) / (len(series) - 1)
    spread = high - low
    points_text = " ".join(
        f"{(step * index).quantize(TWO_PLACES)},{_height(value, low, spread)}"
        for index, value in enumerate(series)
    )
    return {
        "points": points_text,
        "text": text or gettext("Trend of %(count)d values") % {"count": len(series)},
    }


def _height(value: Decimal, low: Decimal, spread: Decimal) -> Decimal:
    position = (value - low) / spread if spread else Decimal("0.5")
    return (22 - position * SPARKLINE_HEIGHT).quantize(TWO_PLACES)


def _counts(health: Health) -> list[Count]:
    # Beside a number, within a line: not every language writes them as it does the badge's words.
    words = {
        pace.DONE: pgettext("health", "done"),
        pace.ON_TRACK: gettext("on track"),
        pace.BEHIND: gettext("behind"),
        pace.AT_RISK: gettext("at risk"),
        pace.NO_DATA: gettext("no data"),
    }
    return [Count(name, words[name], getattr(health, name)) for name in HEALTH_ORDER]


def _word(health: str) -> str:
    return gettext("Stale") if health == "stale" else sentences.pace_word(health)
