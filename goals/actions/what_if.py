"""What a check-in would make of a key result, said before it is kept."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from goals.figures import KeyResultFigures, key_result_figures
from goals.models import CheckIn, KeyResult
from goals.progress import stored_completion

# A check-in that is not kept has no primary key, but figures tell by it whether anything was reported.
NOT_KEPT = 0


def figures_after(
    key_result: KeyResult,
    *,
    value: Decimal,
    effective_on: date,
    today: date,
    points: Sequence[tuple[date, Decimal]] = (),
) -> KeyResultFigures:
    """The figures as they would be with `value` reported for a day; nothing is written.

    A value for a day before the last check-in's leaves the current value where it is. `points` are those of
    the check-ins there are. Needs what `with_context()` loads; no query.
    """
    moved = copy.copy(key_result)
    last = key_result.last_check_in
    if last is None or effective_on >= last.effective_on:
        moved.current_value = value
        moved.completion = stored_completion(
            key_result.kind, key_result.start_value, key_result.target_value, value
        )
        moved.last_check_in = CheckIn(pk=NOT_KEPT, effective_on=effective_on, value=value)
    return key_result_figures(moved, today=today, points=[*points, (effective_on, value)])
