"""What the history says about which areas own objectives beside those that plan them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from areas.models import Area
from goals.figures.changed_line import Change
from goals.figures.link_lines import RELATED, Step, share_line
from goals.models import Cycle, Objective, Share


def share_changes(
    objectives: QuerySet[Objective], cycle: Cycle, since: datetime, user: Any, areas: QuerySet[Area] | None
) -> Iterable[Change]:
    """What came to be shared, was weighed otherwise, or ceased to be. Two queries at most.

    Told where it is planned; to the co-owning area where `areas` are asked about and the home is not of them.
    """
    planned = Q(objective__in=objectives.order_by().values("pk"))
    if areas is not None:
        seen = Objective.objects.visible_to(user).order_by().values("pk")
        planned |= Q(area__in=areas, objective__in=seen, objective__roadmap__cycle=cycle)
    recent = Share.history.filter(history_date__gte=since).values("id")
    versions = Share.history.filter(planned, id__in=recent, area__archived_at__isnull=True)
    home_ids = None if areas is None else set(areas.values_list("pk", flat=True))
    weights: dict[int, Decimal] = {}
    rows = versions.select_related(*RELATED[Share], "history_user")
    for row in rows.order_by("id", "history_id"):
        before = weights.get(row.id)
        weights[row.id] = row.weight
        if row.history_date >= since:
            line = share_line(row, Step.of_history(row, before, row.weight))
            is_home = home_ids is None or line.area_id in home_ids
            yield line if is_home else replace(line, area_id=row.area_id)
