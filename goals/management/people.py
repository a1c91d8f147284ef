"""Whom a command names."""

from __future__ import annotations

from django.core.management.base import CommandError

from accounts.models import User


def person(email: str | None) -> User | None:
    """Who has this address; None where none is given. Raises CommandError."""
    if email is None:
        return None
    found = User.objects.filter(email__iexact=email, is_active=True).first()
    if found is None:
        raise CommandError(f"nobody here has the address {email}")
    return found
