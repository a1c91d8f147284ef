"""Who waits for whom as places on a drawing: who waits on the left, who is waited for on the right.

An area that waits and is waited for stands on both sides. So every line goes one way, whatever the circles.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goals.models import Dependency, Objective
from goals.models.dependency import Standing
from goals.views.alignment_drawing import GAP_Y, HEIGHT, MARGIN, WIDTH, Box, shortened
from goals.views.need_lines import SHAPES

GAP_X = 160
End = tuple[str, str]


@dataclass(frozen=True)
class Line:
    """`path` is SVG path data, from who waits; it presses where one of its needs is at risk or declined."""

    path: str
    is_pressing: bool
    is_met: bool


@dataclass(frozen=True)
class WaitingDrawing:
    """Boxes are as wide and high as on the map of alignments."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def draw_waiting(
    needs: Sequence[Dependency], *, area_link: Callable[[str], str], partner_link: Callable[[str], str]
) -> WaitingDrawing:
    """Of these needs, the most pressing first; links lead to what narrows the page to a box."""
    left: dict[End, list[Dependency]] = defaultdict(list)
    right: dict[End, list[Dependency]] = defaultdict(list)
    between: dict[tuple[End, End], list[Dependency]] = defaultdict(list)
    for need in needs:
        one, other = ("area", need.objective.roadmap.area.key), _needed(need)
        left[one].append(need)
        right[other].append(need)
        between[one, other].append(need)
    rows = {end: row for row, end in enumerate(sorted(left))}
    across = {end: row for row, end in enumerate(_near(right, between, rows))}
    far = MARGIN + WIDTH + GAP_X
    boxes = [_box(end, left[end], MARGIN, _y(row), area_link, partner_link) for end, row in rows.items()]
    boxes += [_box(end, right[end], far, _y(row), area_link, partner_link) for end, row in across.items()]
    lines = [
        Line(
            _path(_y(rows[one]), _y(across[other])),
            is_pressing=any(need.is_pressing for need in found),
            is_met=all(need.standing == Standing.MET for need in found),
        )
        for (one, other), found in between.items()
    ]
    # What presses is drawn last, over the others.
    lines.sort(key=lambda line: line.is_pressing)
    height = _y(max(len(rows), len(across), 1)) - GAP_Y + MARGIN
    return WaitingDrawing(far + WIDTH + MARGIN, height, tuple(boxes), tuple(lines))


def _needed(need: Dependency) -> End:
    if need.on_objective is None:
        return "partner", need.partner.casefold()
    return "area", need.on_objective.roadmap.area.key


def _near(right: Iterable[End], between: Iterable[tuple[End, End]], rows: dict[End, int]) -> list[End]:
    """In the order of the mean row of who waits for each, so that lines are short; areas before partners."""
    waiting: dict[End, list[int]] = defaultdict(list)
    for one, other in between:
        waiting[other].append(rows[one])
    return sorted(right, key=lambda end: (end[0], sum(waiting[end]) / len(waiting[end]), end))


def _y(row: int) -> int:
    return MARGIN + row * (HEIGHT + GAP_Y)


def _path(y: int, to_y: int) -> str:
    """From the right side of who waits to the left side of what is waited for."""
    x, to_x = MARGIN + WIDTH, MARGIN + WIDTH + GAP_X
    y, to_y, half = y + HEIGHT // 2, to_y + HEIGHT // 2, GAP_X // 2
    return f"M{x} {y}C{x + half} {y} {to_x - half} {to_y} {to_x} {to_y}"


def _box(
    end: End,
    needs: Sequence[Dependency],
    x: int,
    y: int,
    area_link: Callable[[str], str],
    partner_link: Callable[[str], str],
) -> Box:
    note = ngettext("%(number)d need", "%(number)d needs", len(needs)) % {"number": len(needs)}
    pressing = sum(need.is_pressing for need in needs)
    if pressing:
        note += ", " + _("%(number)d pressing") % {"number": pressing}
    shape = SHAPES[needs[0].standing]
    if end[0] == "partner":
        name = needs[0].partner
        return Box(x, y, _("Partner"), shortened(name), note, shape, partner_link(name), True, name)
    areas = {row.roadmap.area.key: row.roadmap.area for need in needs for row in _ends(need)}
    area = areas[end[1]]
    return Box(x, y, area.key, shortened(area.name), note, shape, area_link(area.key), True, area.name)


def _ends(need: Dependency) -> list[Objective]:
    return [need.objective, *([need.on_objective] if need.on_objective else [])]
