"""A graph of alignments as places on a drawing: what is supported on the left, its supporters further right.

Above so many objectives a drawing of them is a wall of boxes; then areas are drawn, each with what its
objectives support elsewhere, and a click on one shows its own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from areas.models import Area
from goals.figures.alignment_map import AlignmentMap, Node
from goals.values import format_share

MOST_OBJECTIVES = 60
WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = 216, 46, 72, 12, 8
LONGEST_TITLE = 30


@dataclass(frozen=True)
class Box:
    """`href` is empty for what has no page."""

    x: int
    y: int
    code: str
    title: str
    note: str
    health: str
    href: str
    is_match: bool = True
    whole_title: str = ""


@dataclass(frozen=True)
class Drawing:
    """`paths` are SVG path data, from supporter to supported."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    paths: tuple[str, ...]
    of_areas: bool = False


def draw_objectives(
    found: AlignmentMap, shown: Collection[int], matches: Collection[int], *, query: str = ""
) -> Drawing:
    """Those that are aligned; in each column in the order of the plan, near what they support.

    `query` is added to the address of each.
    """
    shown = {pk for pk in shown if found.nodes[pk].is_aligned}
    edges = found.edges_among(shown)
    above: dict[int, list[int]] = defaultdict(list)
    for supporter, supported in edges:
        above[supporter].append(supported)
    column: dict[int, int] = {}
    for pk in reversed(found.supporters_first(shown)):
        column[pk] = max((column[other] + 1 for other in above[pk]), default=0)
    place = {pk: number for number, pk in enumerate(found.nodes)}
    rows = _rows(column, above, place)
    boxes = tuple(
        _objective_box(found.nodes[pk], *_corner(column[pk], rows[pk]), pk in matches, query) for pk in rows
    )
    return _drawing(boxes, [(_at(column, rows, lower), _at(column, rows, upper)) for lower, upper in edges])


def draw_areas(found: AlignmentMap, shown: Collection[int], links: Mapping[str, str]) -> Drawing:
    """Areas in the columns of their tree; `links` lead to the map of one, by key."""
    by_area: dict[int, list[Node]] = defaultdict(list)
    for pk in shown:
        if found.nodes[pk].is_aligned:
            by_area[found.nodes[pk].area.pk].append(found.nodes[pk])
    areas = {pk: nodes[0].area for pk, nodes in by_area.items()}
    column = {pk: _depth(area, areas) for pk, area in areas.items()}
    place = {
        pk: number
        for number, pk in enumerate(sorted(areas, key=lambda pk: (areas[pk].position, areas[pk].key)))
    }
    ends = [
        (found.nodes[lower].area.pk, found.nodes[upper].area.pk) for lower, upper in found.edges_among(shown)
    ]
    inside = Counter(lower for lower, upper in ends if lower == upper)
    edges = sorted({(lower, upper) for lower, upper in ends if lower != upper})
    rows = _rows(column, {}, place)
    boxes = tuple(
        _area_box(areas[pk], by_area[pk], inside[pk], *_corner(column[pk], rows[pk]), links[areas[pk].key])
        for pk in rows
    )
    return _drawing(
        boxes, [(_at(column, rows, lower), _at(column, rows, upper)) for lower, upper in edges], True
    )


def _depth(area: Area, areas: Mapping[int, Area]) -> int:
    """How many of the areas drawn lie above it."""
    depth, above = 0, area.parent_id
    seen = {area.pk}
    while above in areas and above not in seen:
        seen.add(above)
        depth, above = depth + 1, areas[above].parent_id
    return depth


def _rows(
    column: Mapping[int, int], above: Mapping[int, Sequence[int]], place: Mapping[int, int]
) -> dict[int, int]:
    """The row of each in its column: by the mean row of what it supports, then by its place in the plan."""
    rows: dict[int, int] = {}
    for number in range(max(column.values(), default=-1) + 1):
        wanted = []
        for pk in (pk for pk, found in column.items() if found == number):
            parents = [rows[other] for other in above.get(pk, ()) if other in rows]
            wanted.append((sum(parents) / len(parents) if parents else 0, place[pk], pk))
        rows |= {pk: row for row, (_mean, _place, pk) in enumerate(sorted(wanted))}
    return rows


def _corner(column: int, row: int) -> tuple[int, int]:
    return MARGIN + column * (WIDTH + GAP_X), MARGIN + row * (HEIGHT + GAP_Y)


def _at(column: Mapping[int, int], rows: Mapping[int, int], pk: int) -> tuple[int, int]:
    return _corner(column[pk], rows[pk])


def _drawing(
    boxes: tuple[Box, ...], ends: Sequence[tuple[tuple[int, int], tuple[int, int]]], of_areas: bool = False
) -> Drawing:
    width = max((box.x for box in boxes), default=0) + WIDTH + MARGIN
    height = max((box.y for box in boxes), default=0) + HEIGHT + MARGIN
    return Drawing(width, height, boxes, tuple(_path(*pair) for pair in ends), of_areas)


def _path(lower: tuple[int, int], upper: tuple[int, int]) -> str:
    """From the left side of the supporter to the right side of what it supports; within a column, around."""
    (x, y), (to_x, to_y) = lower, upper
    y, to_y, half = y + HEIGHT // 2, to_y + HEIGHT // 2, GAP_X // 2
    if to_x >= x:
        x, to_x = x + WIDTH, to_x + WIDTH
        return f"M{x} {y}C{x + half} {y} {to_x + half} {to_y} {to_x} {to_y}"
    to_x += WIDTH
    return f"M{x} {y}C{x - half} {y} {to_x + half} {to_y} {to_x} {to_y}"


def _objective_box(node: Node, x: int, y: int, is_match: bool, query: str) -> Box:
    objective = node.objective
    note = (
        format_share(node.completion) if node.figures else _("archived") if node.is_archived else _("dropped")
    )
    href = "" if node.is_archived else objective.get_absolute_url() + query
    return Box(
        x, y, objective.code, shortened(objective.title), note, node.pace, href, is_match, objective.title
    )


def _area_box(area: Area, nodes: Sequence[Node], inside: int, x: int, y: int, href: str) -> Box:
    count = ngettext("%(number)d objective", "%(number)d objectives", len(nodes)) % {"number": len(nodes)}
    note = count
    if inside:
        note += ", " + _("%(number)d inside") % {"number": inside}
    worst = next(
        (word for word in ("at_risk", "behind", "on_track", "done") if any(n.pace == word for n in nodes)),
        "no_data",
    )
    return Box(x, y, area.key, shortened(area.name), note, worst, href, True, area.name)


def shortened(title: str) -> str:
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1].rstrip() + "…"
