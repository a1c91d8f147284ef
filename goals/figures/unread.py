"""How much is unread of what a person follows, of what mentions them, and of what else they were told."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from accounts.models import User
from areas.models import Area
from goals.figures.activity_scope import Scope
from goals.figures.inbox import answers, mails, nudges

# As far as is counted: a header says 99+.
MOST = 100
# They stand in the question where a person and a moment will.
SOMEBODY, SOMETIME = -241_820_001, datetime(1970, 1, 2, 3, 4, 5, 678_901, tzinfo=UTC)


def unread_count(
    user: Any,
    seen_until: datetime | None,
    *,
    reach: QuerySet[Area] | None = None,
    with_inbox: bool = False,
) -> int:
    """At most MOST. One query; none for who never followed anything and was never told of anything.

    It ends as soon as it has found so many. `with_inbox`: also what stands in the inbox alone, which programs
    do not read.
    """
    if seen_until is None:
        return 0
    if reach is not None:
        return len(unread(user, seen_until, reach=reach))
    sql, parameters = question(user, seen_until, with_inbox=with_inbox)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return len(cursor.fetchall())


def unread(
    user: Any, seen_until: datetime, *, reach: QuerySet[Area] | None = None, with_inbox: bool = False
) -> QuerySet[Any]:
    """Keys of what is unread, MOST at most."""
    scope = Scope(user, is_followed=True, of_others=True, reach=reach)
    talked = (scope.comments(), scope.kpi_entries())
    keys: list[Any] = [rows.filter(created_at__gt=seen_until).order_by().values_list("pk") for rows in talked]
    changed = (scope.entries(), scope.ties())
    keys += [rows.filter(made_at__gt=seen_until).order_by().values_list("pk") for rows in changed]
    if with_inbox:  # what mentions the person is among the comments above
        told = (nudges(user), answers(user), mails(user))
        keys += [rows.filter(at__gt=seen_until).order_by().values_list("pk") for rows in told]
    check_ins = scope.check_ins().filter(created_at__gt=seen_until).order_by().values_list("pk")
    return check_ins.union(*keys, all=True)[:MOST]


def question(user: Any, seen_until: datetime, *, with_inbox: bool = False) -> tuple[str, list[Any]]:
    """`unread` as SQL and its parameters. Every page asks it, and to put it into words costs far more than
    the answer: so its words are kept, and only who asks and since when is put into them.
    """
    sql, parameters, moment = _words(user.org_role, with_inbox)
    since = connection.ops.adapt_datetimefield_value(seen_until)
    return sql, [_put(each, user.pk, moment, since) for each in parameters]


def _put(parameter: Any, key: int, moment: Any, since: Any) -> Any:
    if isinstance(parameter, int) and parameter == SOMEBODY:
        return type(parameter)(key)
    return since if parameter == moment else parameter


@lru_cache(maxsize=8)
def _words(org_role: str, with_inbox: bool) -> tuple[str, tuple[Any, ...], Any]:
    """Of people, it is their role in the organisation alone that what they see is asked for by."""
    somebody = User(pk=SOMEBODY, org_role=org_role)
    sql, parameters = unread(somebody, SOMETIME, with_inbox=with_inbox).query.sql_with_params()
    return sql, tuple(parameters), connection.ops.adapt_datetimefield_value(SOMETIME)
