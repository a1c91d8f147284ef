"""The end of a cycle."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from areas.permissions import can_manage_cycles
from goals.actions.cycles import close_cycle
from goals.actions.refusals import Refused
from goals.management.people import person
from goals.models import Cycle


class Command(BaseCommand):
    help = (
        "Closes a cycle that is closing: freezes its numbers, and gives every key result that nobody scored "
        "the score proposed for it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key", metavar="KEY", help="like 24H2")
        parser.add_argument("--by", metavar="EMAIL", help="the manager whom the history names")

    def handle(self, *args: Any, **options: Any) -> None:
        by = person(options["by"])
        if by is not None and not can_manage_cycles(by):
            raise CommandError(f"{by.name} may not close a cycle; a manager or an administrator may.")
        cycle = Cycle.objects.filter(key=options["key"].upper()).first()
        if cycle is None:
            raise CommandError(f"There is no cycle with the key {options['key']}.")
        try:
            closed = close_cycle(cycle, by=by, now=timezone.now())
        except Refused as refused:
            raise CommandError(refused.sentence) from refused
        self.stdout.write(f"{closed.name} is closed.")
