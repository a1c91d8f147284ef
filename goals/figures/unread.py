"""How much is unread of what a person follows, and of what mentions them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from areas.models import Area
from goals.figures.activity_scope import Scope

# As far as is counted: a header says 99+.
MOST = 100


def unread_count(user: Any, seen_until: datetime | None, *, reach: QuerySet[Area] | None = None) -> int:
    """At most MOST. One query; none for who never followed anything and was never mentioned.

    It ends as soon as it has found so many.
    """
    if seen_until is None:
        return 0
    scope = Scope(user, is_followed=True, of_others=True, reach=reach)
    check_ins, comments = (
        rows.filter(created_at__gt=seen_until) for rows in (scope.check_ins(), scope.comments())
    )
    entries = scope.entries().filter(made_at__gt=seen_until)
    keys = (rows.order_by().values_list("pk") for rows in (comments, entries))
    return len(check_ins.order_by().values_list("pk").union(*keys, all=True)[:MOST])
