"""Which key results of a cycle somebody has to look at, and in which order: pages and mails alike."""

from __future__ import annotations

from decimal import Decimal

from goals import pace
from goals.figures.key_result import KeyResultFigures
from goals.figures.tree import AreaFigures, CycleFigures

ATTENTION_ORDER = (pace.AT_RISK, pace.BEHIND)


def attention_list(figures: CycleFigures | AreaFigures) -> list[KeyResultFigures]:
    """What is at risk, then behind, then said otherwise or silent; the furthest behind first."""
    rows = [row for row in figures.key_results() if row.needs_attention]
    return sorted(rows, key=_attention_rank)


def _attention_rank(row: KeyResultFigures) -> tuple[int, Decimal, str]:
    order = ATTENTION_ORDER.index(row.pace) if row.pace in ATTENTION_ORDER else len(ATTENTION_ORDER)
    gap = Decimal(0) if row.expected is None or row.progress is None else row.progress - row.expected
    return order, gap, row.key_result.code


def silent_list(figures: CycleFigures) -> list[KeyResultFigures]:
    return sorted((row for row in figures.key_results() if row.stale), key=lambda row: -row.silent_days)
