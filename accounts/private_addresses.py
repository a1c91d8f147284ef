"""Addresses that are read without a sign-in, by whoever has them: calendars, feeds, badges.

An address is signed for one path and one person, opens nothing else, and shows what that person may see at
the moment it is read. All of a person's end at once: when they renew them, and when they leave. Nothing of
an address is kept, so nothing of it can be read out of the database.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.http import HttpRequest

from accounts.models import User

KEY = "key"
LONGEST_KEY = 100
SALT = "accounts.private_addresses"


def private_address(path: str, person: User) -> str:
    """The path with the key that opens it for a person; without scheme and host."""
    signature = Signer(salt=SALT).signature(_signed(path, person))
    return f"{path}?{KEY}={person.pk}-{signature}"


def holder_of(request: HttpRequest) -> User | None:
    """Who the address that a request came to was made for, while it opens; None for any other key."""
    number, _dash, signature = request.GET.get(KEY, "")[:LONGEST_KEY].partition("-")
    if not (number.isascii() and number.isdecimal() and len(number) <= 18):
        return None
    person = User.objects.filter(pk=int(number), is_active=True).first()
    if person is None:
        return None
    signer = Signer(salt=SALT)
    try:
        signer.unsign(f"{_signed(request.path, person)}{signer.sep}{signature}")
    except BadSignature:
        return None
    return person


@transaction.atomic
def renew_addresses(person: Any, *, now: datetime) -> User:
    """Ends every address a person has; what their pages show from then on are new ones."""
    locked: Any = User.objects.select_for_update(of=("self",)).get(pk=person.pk)
    locked.addresses_renewed_at = now
    locked._history_user, locked._history_date = person, now
    locked.save(update_fields=["addresses_renewed_at"])
    renewed: User = locked
    return renewed


def _signed(path: str, person: User) -> str:
    renewed = person.addresses_renewed_at
    return f"{path} {person.pk} {renewed.isoformat() if renewed else ''}"
