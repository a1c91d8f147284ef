"""Graphs without loops, of alignments and of needs: the way that one more edge would close, in codes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from goals.graph import Edge, way
from goals.models import Objective


def closed_way(edges: Iterable[Edge], first: Objective, second: Objective, *, by: Any) -> list[str]:
    """The loop that an edge from `first` to `second` closes, from `first` on; nothing where it closes none.

    Whoever calls holds the lock of the graph. What `by` may not see is not named.
    """
    steps = way(edges, second.pk, first.pk)
    if not steps:
        return []
    seen = Objective.objects.visible_to(by) if by is not None else Objective.objects.all()
    codes = dict(seen.filter(pk__in=steps).values_list("pk", "code"))
    hidden = _("one that is hidden from you")
    return [first.code, *(codes.get(step, hidden) for step in steps)]
