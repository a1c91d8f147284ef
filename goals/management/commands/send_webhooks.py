"""Sends what webhooks are owed, here and now, without a worker."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management import BaseCommand
from django.utils import timezone

from goals.actions.webhook_events import notice_paces
from goals.webhooks.send import send_waiting_webhooks


class Command(BaseCommand):
    help = (
        "Compares the paces of what webhooks are told about with those last told, sends what waits, and "
        "prints how many messages were sent, failed (tried again later), dead (given up) and skipped (not "
        "needed any more). The worker does this by itself."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help='prints {"sent", "failed", "dead", "skipped"}'
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        notice_paces(now=now)
        counts = asdict(send_waiting_webhooks(now=now))
        told = json.dumps(counts) if options["json"] else _as_sentence(counts)
        self.stdout.write(told)


def _as_sentence(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items()) + "."
