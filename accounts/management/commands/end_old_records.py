"""Ends entries of the record of changes that are older than the retention period."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.models import AuditEntry


class Command(BaseCommand):
    help = (
        "Ends entries of the record of changes that are older than AUDIT_RETENTION_DAYS; "
        "0, the default, keeps them for ever."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        days = settings.AUDIT_RETENTION_DAYS
        if not days:
            self.stdout.write("AUDIT_RETENTION_DAYS is 0: every entry is kept.")
            return
        ended = AuditEntry.objects.end_before(timezone.now() - timedelta(days=days))
        self.stdout.write(f"{ended} entries older than {days} days ended.")
