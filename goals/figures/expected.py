"""What is expected today, as people read it: on the check-in pages and in mail."""

from __future__ import annotations

from decimal import Decimal

from goals.figures.key_result import KeyResultFigures
from goals.models import KeyResult
from goals.progress import round_half_up
from goals.sentences import bounds_text
from goals.values import DASH, MAX_PLACES, format_value


def expected_text(figures: KeyResultFigures, *, unit: str = "") -> str:
    """As finely as the way from start to target asks for: "53.6", "351 GPUs"; the bounds of a guardrail.

    A dash for a milestone, which nobody expects to be half done, and where no value can be told.
    """
    key_result = figures.key_result
    if key_result.kind == KeyResult.Kind.GUARDRAIL:
        return bounds_text(key_result.lower_bound, key_result.upper_bound, unit=unit) or DASH
    if key_result.kind == KeyResult.Kind.MILESTONE or figures.expected_value is None:
        return DASH
    return format_value(round_half_up(figures.expected_value, places_for(key_result)), unit=unit)


def places_for(key_result: KeyResult) -> int:
    """So many that one in the last place is a 20th to a 200th of the way: one from 0 to 10, none to 512."""
    way = abs((key_result.target_value or 0) - (key_result.start_value or Decimal(0)))
    return min(max(1 - (way / 2).adjusted(), 0), MAX_PLACES)
