"""Emptying the database between tests, although the record of changes refuses to be emptied."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from unittest import mock

from django.core.management.commands import flush
from django.db import transaction

FAR = datetime(9998, 1, 1, tzinfo=UTC)


@contextmanager
def record_may_be_flushed() -> Iterator[None]:
    """Ends every entry before a test's `flush`, which on SQLite is a DELETE that the record refuses."""
    original: Callable[..., Any] = flush.Command.handle

    def handle(self: Any, **options: Any) -> Any:
        from accounts.models import AuditEntry

        with transaction.atomic():
            AuditEntry.objects.end_before(FAR)
        return original(self, **options)

    with mock.patch.object(flush.Command, "handle", handle):
        yield
