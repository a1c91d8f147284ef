"""Needs as lines of a page: each with what its reader may do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from goals.models import Cycle, Dependency
from goals.models.dependency import Standing
from goals.views.context import Reader
from goals.views.looking_back import ShownDay

# The shape that stands for a standing, as for the health of a figure.
SHAPES = {
    Standing.AT_RISK: "at_risk",
    Standing.DECLINED: "behind",
    Standing.ASKED: "no_data",
    Standing.AGREED: "on_track",
    Standing.MET: "done",
}


@dataclass(frozen=True)
class NeedLine:
    """`is_circle`: both sides wait for each other."""

    row: Dependency
    may_edit: bool = False
    may_answer: bool = False
    is_circle: bool = False

    @property
    def shape(self) -> str:
        return SHAPES[self.row.standing]

    @property
    def may_ask_again(self) -> bool:
        return self.may_edit and bool(self.row.answer) and self.row.state != Dependency.State.MET

    @property
    def has_presses(self) -> bool:
        return self.may_edit or (self.may_answer and self.row.state != Dependency.State.MET)

    @property
    def awaits_press(self) -> bool:
        """Whether the other side is asked here and now: by one press, or in a word."""
        return self.may_answer and self.row.awaits_answer

    @property
    def may_answer_otherwise(self) -> bool:
        return self.may_answer and not self.row.awaits_answer and self.row.state != Dependency.State.MET


@dataclass(frozen=True)
class Asked:
    """How many needs of a cycle wait for the reader's answer."""

    cycle: Cycle
    number: int


def asked_needs(user: Reader) -> list[Asked]:
    """By cycle, the newest first. One query."""
    waiting = Dependency.objects.awaiting_answer_of(user).select_related("objective__roadmap__cycle")
    counts = Counter(need.objective.roadmap.cycle for need in waiting)
    found = [Asked(cycle, number) for cycle, number in counts.items()]
    return sorted(found, key=lambda asked: asked.cycle.starts_on, reverse=True)


def lines_of(
    needs: Iterable[Dependency], user: Reader, shown: ShownDay, *, circles: Iterable[int] = ()
) -> list[NeedLine]:
    """In the order given. Two queries; none where `needs_around` asked already, nor where a page looks back,
    as nothing can be done there.
    """
    rows, circles = list(needs), set(circles)
    is_open = shown.as_of is None
    changeable = [row for row in rows if is_open and not row.objective.roadmap.cycle.is_closed]
    editable = {row.pk for row in changeable if vars(row).get("is_editable")}
    answerable = {row.pk for row in changeable if vars(row).get("is_answerable")}
    if unasked := [row.pk for row in changeable if "is_editable" not in vars(row)]:
        found = Dependency.objects.filter(pk__in=unasked)
        editable = set(found.editable_by(user).values_list("pk", flat=True))
        answerable = set(found.answerable_by(user).values_list("pk", flat=True))
    return [
        NeedLine(row, row.pk in editable, row.pk in answerable, is_circle=row.pk in circles) for row in rows
    ]
