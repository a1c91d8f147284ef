"""Finds what is due and sends it, here and now, without a worker."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from goals.actions.draft_sending import send_due_drafts
from goals.reminders.cycle_mails import find_cycle_mails
from goals.reminders.digest import find_digests
from goals.reminders.due import find_due
from goals.reminders.escalation import find_escalations
from goals.reminders.send import Outcome, send_waiting

YEARS = range(1970, 9999)


class Command(BaseCommand):
    help = (
        "Sends the drafts of check-ins whose time has come, writes the mail of the week for everybody who "
        "owes a check-in and whose hour has come, sends what waits, and prints how many mails were due, "
        "sent, failed (tried again later) and dead (given up). A mail that was sent is not sent again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--once", action="store_true", required=True, help="one round; the rounds are run by the worker"
        )
        parser.add_argument(
            "--now",
            type=_moment,
            metavar="ISO",
            help="the moment to take for now, like 2024-10-14T09:00+02:00",
        )
        parser.add_argument("--json", action="store_true", help='prints {"due", "sent", "failed", "dead"}')

    def handle(self, *args: Any, now: datetime | None, **options: Any) -> None:
        if not settings.REMINDERS_ENABLED:
            raise CommandError("Reminders are switched off here: REMINDERS_ENABLED is false.")
        now = now or timezone.now()
        # First: what is sent now is not asked about.
        send_due_drafts(now=now)
        find_due(now=now)
        find_escalations(now=now)
        find_cycle_mails(now=now)
        find_digests(now=now)
        outcome = send_waiting(now=now)
        self.stdout.write(_as_json(outcome) if options["json"] else _as_sentence(outcome))
        if outcome.problem:
            self.stderr.write(outcome.problem)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.year not in YEARS:
        raise ArgumentTypeError(
            f"{text!r} is not a moment; write a date and a time, like 2024-10-14T09:00+02:00."
        )
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _as_json(outcome: Outcome) -> str:
    return json.dumps(
        {"due": outcome.due, "sent": outcome.sent, "failed": outcome.failed, "dead": outcome.dead}
    )


def _as_sentence(outcome: Outcome) -> str:
    return f"{outcome.due} due, {outcome.sent} sent, {outcome.failed} failed, {outcome.dead} dead."
