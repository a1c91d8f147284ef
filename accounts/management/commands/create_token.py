"""Makes a token for a program."""

from __future__ import annotations

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import ApiToken, Scope, User

MOST_DAYS = 3650


class Command(BaseCommand):
    help = (
        "Makes a token for a program and prints it once; only a hash is kept. It acts with the rights of "
        "--user, never more. Exit code: 0 made, 1 refused, 2 usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", required=True, metavar="EMAIL", help="whose rights it acts with")
        parser.add_argument("--scope", required=True, choices=Scope.values, help="what it may do")
        parser.add_argument("--area", metavar="KEY", help="only in this area and below")
        parser.add_argument("--days", type=_days, metavar="N", help="it expires after so many days")
        parser.add_argument("--name", default="", help="what it is for")
        parser.add_argument("--json", action="store_true", help="print token, scope, area and expires_at")

    def handle(self, *args: Any, **options: Any) -> None:
        area = None
        if options["area"] is not None:
            # Asked of the field: what areas are is known in a higher room.
            areas = ApiToken._meta.get_field("area").related_model._default_manager
            area = areas.filter(key=options["area"]).first()
            if area is None:
                raise CommandError(f"There is no area with the key {options['area']}.")
        expires_at = options["days"] and timezone.now() + timedelta(days=options["days"])
        row, token = ApiToken.issue(
            owner=_owner(options["user"]),
            scope=options["scope"],
            name=options["name"][:120],
            area=area,
            expires_at=expires_at,
        )
        if options["json"]:
            moment = row.expires_at and row.expires_at.isoformat(timespec="seconds").replace("+00:00", "Z")
            answer = {"token": token, "scope": row.scope, "area": options["area"], "expires_at": moment}
            self.stdout.write(json.dumps(answer))
            return
        self.stdout.write(token)
        self.stderr.write("This is shown once; keep it where only the program can read it.")


def _owner(email: str) -> User:
    owner = User.objects.filter(email__iexact=email).first()
    if owner is None:
        raise CommandError(f"There is nobody with the e-mail address {email}.")
    if not owner.is_active:
        raise CommandError(f"{owner.name} is not active; a token of theirs would not work.")
    return owner


def _days(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= MOST_DAYS):
        raise ArgumentTypeError(f"{text!r} is not a number of days from 1 to {MOST_DAYS}.")
    return int(text)
