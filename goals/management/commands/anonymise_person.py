"""Takes a person who left out of every table."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from goals.actions.anonymising import anonymise_person
from goals.actions.refusals import Refused
from goals.management.people import person


class Command(BaseCommand):
    help = (
        "Replaces the name, address and preferences of somebody who was deactivated by a pseudonym, in every "
        "table, for good. What they did stays; so do words that others wrote, and backups made before. "
        "Exit code: 0 done, 1 refused, 2 usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="the address of the person who left")
        parser.add_argument("--by", required=True, metavar="EMAIL", help="the administrator who does it")
        parser.add_argument("--reason", required=True, help="why; the record keeps it, so without their name")

    def handle(self, *args: Any, **options: Any) -> None:
        by = person(options["by"])
        try:
            leaver = User.objects.get_by_natural_key(options["email"])
            done = anonymise_person(
                leaver, by=by, now=timezone.now(), address=options["email"], reason=options["reason"]
            )
        except User.DoesNotExist as missing:
            raise CommandError(f"Nobody here has the address {options['email']}.") from missing
        except Refused as refused:
            raise CommandError(refused.sentence) from refused
        self.stdout.write(f"They are {done.name} now.")
