"""The whole of it into an empty database, in one transaction."""

from __future__ import annotations

from datetime import date

from django.db import connection, transaction

from areas.models import Area
from bench.reference.organisation import write_organisation
from bench.reference.plan import write_plan
from bench.reference.shape import Shape
from bench.reference.traces import CHANGES, WITH_HISTORY, numbers_go_on, write_traces


class NotEmpty(Exception):
    """The organisation is loaded beside nothing: primary keys begin at 1."""


def load(*, scale: float, today: date) -> None:
    """Raises NotEmpty. The planner knows the tables afterwards."""
    if Area.objects.exists():
        raise NotEmpty("This database has areas already; load the reference organisation into an empty one.")
    shape = Shape(scale, today)
    with transaction.atomic():
        no_time_limit()
        write_organisation(shape)
        write_plan(shape)
        write_traces()
        numbers_go_on(list(WITH_HISTORY) + [model for model, _ in CHANGES.values()])
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("RESET statement_timeout")


def no_time_limit() -> None:
    """To the end of the transaction: what is right for a request is short for a million rows."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
