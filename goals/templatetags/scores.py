"""How scores are shown: the number, and the band with a shape and a word beside its colour."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils.translation import gettext

from goals.progress import score_band
from goals.sentences import points_text
from goals.values import format_number

register = template.Library()

SHAPES = {"red": "at_risk", "amber": "behind", "green": "on_track"}


@register.inclusion_tag("components/_health_badge.html")
def score_badge(score: Decimal | None) -> dict[str, str]:
    """A badge with number and band: "0.62 amber"; a ring where there is no score."""
    if score is None:
        return {"health": "no_data", "label": gettext("no score")}
    band = score_band(score)
    words = {"red": gettext("red"), "amber": gettext("amber"), "green": gettext("green")}
    return {"health": SHAPES[band], "label": f"{score} {words[band]}"}


@register.filter
def tenths(score: Decimal | None) -> str:
    """A score of a key result, one decimal."""
    return format_number(score, 1)


@register.filter
def gap(ratio: Decimal) -> str:
    """A distance in points, which has no sign."""
    return points_text(ratio).removeprefix("+")
