"""The figures of today, kept."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from goals.actions.snapshots import take_snapshots
from goals.models import Cycle


class Command(BaseCommand):
    help = (
        "Keeps today's figures of every roadmap and objective of the running cycles, as the worker does once "
        "a day; a second run replaces the first."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--date",
            type=_day,
            metavar="D",
            help="refuse unless today is this day, like 2024-10-14: for a job that may start after midnight",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        today = timezone.localdate()
        wanted = options["date"] or today
        if wanted < today:
            raise CommandError(
                f"{wanted} is over: a snapshot holds what was known on its day, and it is not known any more."
            )
        if wanted > today:
            raise CommandError(f"{wanted} has not come; today is {today}.")
        cycles = list(Cycle.objects.open_for_check_ins())
        if not cycles:
            self.stdout.write("No cycle is running; there is nothing to keep.")
        for cycle in cycles:
            count = take_snapshots(cycle, today=today)
            self.stdout.write(f"{cycle.key}: {count} snapshots of {today}.")


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or text != day.isoformat():
        raise ArgumentTypeError(f"{text!r} is not a day; write it like 2024-10-14.")
    return day
