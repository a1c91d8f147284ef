"""How figures become text and drawings on pages. Nothing is computed here but widths and positions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import nh3
from django import template
from django.utils import formats
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext
from markdown_it import MarkdownIt

from goals import pace, values

register = template.Library()

HEALTH_ORDER = (pace.DONE, pace.ON_TRACK, pace.BEHIND, pace.AT_RISK, pace.NO_DATA)
SPARKLINE_HEIGHT = Decimal(20)
TWO_PLACES = Decimal("0.01")

_markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_MARKDOWN_TAGS = {
    "a", "blockquote", "br", "code", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip


@dataclass(frozen=True)
class Segment:
    """A stretch of a distribution bar; start and width are percentages of it."""

    health: str
    start: str
    width: str


@register.filter
def share(ratio: Decimal | None) -> str:
    return values.format_share(ratio)


@register.filter
def points(ratio: Decimal | None) -> str:
    return "–" if ratio is None else values.format_points(ratio)


@register.filter
def number(value: Decimal | None) -> str:
    return "–" if value is None else values.format_number(value)


@register.filter
def quantity(value: Decimal | None, key_result: Any) -> str:
    """The value as people write it for this key result: with its unit, or "done" for a milestone."""
    return values.format_value(value, unit=key_result.unit, kind=key_result.kind)


@register.filter
def percent(ratio: Decimal) -> str:
    """A share of the width for SVG, 0 to 100, two places, a point in every language."""
    clamped = min(max(ratio, Decimal(0)), Decimal(1))
    return str((clamped * 100).quantize(TWO_PLACES))


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
    html = nh3.clean(_markdown.render(text or ""), tags=_MARKDOWN_TAGS, attributes={"a": {"href"}})
    return mark_safe(html)  # nosec B308 B703 - nh3 has just cleaned it


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
def distribution_bar(counts: Mapping[str, int]) -> dict[str, Any]:
    """Key results by health as one bar. Its text alternative names every count."""
    total = sum(counts.get(health, 0) for health in HEALTH_ORDER)
    segments, before = [], 0
    for health in HEALTH_ORDER:
        count = counts.get(health, 0)
        if count:
            start, width = Decimal(before) / total, Decimal(count) / total
            segments.append(Segment(health, percent(start), percent(width)))
            before += count
    text = ", ".join(f"{entry['count']} {entry['word']}" for entry in _entries(counts) if entry["count"])
    return {"segments": segments, "text": text or gettext("No key results")}


@register.inclusion_tag("components/_health_legend.html")
def health_legend(counts: Mapping[str, int]) -> dict[str, Any]:
    return {"counts": _entries(counts)}


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


@register.inclusion_tag("components/_line_chart.html")
def line_chart(chart: Any) -> dict[str, Any]:
    return {"chart": chart}


def _height(value: Decimal, low: Decimal, spread: Decimal) -> Decimal:
    position = (value - low) / spread if spread else Decimal("0.5")
    return (22 - position * SPARKLINE_HEIGHT).quantize(TWO_PLACES)


def _entries(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {"health": health, "word": _word(health).lower(), "count": counts.get(health, 0)}
        for health in HEALTH_ORDER
    ]


def _word(health: str) -> str:
    return gettext("Stale") if health == "stale" else pace.PACE_WORDS[health]
