"""What the history says about which areas own objectives beside those that plan them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from areas.models import Area
from goals.figures.changed_line import PLAN, Change, address_of
from goals.models import Cycle, Objective, Share
from goals.values import DASH, format_number


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
    rows = versions.select_related("objective__roadmap", "area", "history_user")
    for row in rows.order_by("id", "history_id"):
        before = weights.get(row.id)
        weights[row.id] = row.weight
        if row.history_date < since:
            continue
        is_over = row.history_type == "-"
        what = _("shared with %(area)s no more") if is_over else _("shared with %(area)s")
        home = row.objective.roadmap.area_id
        yield Change(
            section=PLAN,
            area_id=home if home_ids is None or home in home_ids else row.area_id,
            at=row.history_date,
            by=row.history_user.name if row.history_user else "",
            code=row.objective.code,
            title=row.objective.title,
            address=address_of(row.objective),
            what=what % {"area": row.area.key},
            old="" if before is None else format_number(before),
            new=DASH if is_over else format_number(row.weight),
            reason=row.history_change_reason or "",
        )
