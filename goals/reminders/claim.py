"""Who sends which mail: a lease with a token, so that two senders never work on one mail.

`now` is the time the run stands for: it decides what waits and when to try again. Leases run by the clock on
the wall, whatever a run is told: other senders' leases do too.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from goals.models import OutboxMail

# Renewed before each mail: longer than one mail can take with EMAIL_TIMEOUT at every step of its delivery.
LEASE = timedelta(minutes=3)
# Ten attempts reach over nearly four days: longer than a mail server is gone over a long weekend.
RETRY_AFTER = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)
MAX_ATTEMPTS = 10
REASON_LENGTH = 500


def claim(*, now: datetime, limit: int) -> list[OutboxMail]:
    """Up to `limit` waiting mails that are from now on ours, the longest waiting first, with their people."""
    clock = timezone.now()
    token = uuid4()
    free = OutboxMail.objects.waiting(now).free(clock)
    with transaction.atomic():
        chosen = free.order_by("next_attempt_at", "pk")
        if connection.features.has_select_for_update_skip_locked:
            chosen = chosen.select_for_update(skip_locked=True)
        keys = list(chosen.values_list("pk", flat=True)[:limit])
        # Asked again in the update: without row locks another sender may have been faster.
        free.filter(pk__in=keys).update(lease_token=token, leased_until=clock + LEASE)
    ours = OutboxMail.objects.filter(lease_token=token).select_related("user")
    return list(ours.order_by("next_attempt_at", "pk"))


def begin_attempt(mail: OutboxMail) -> bool:
    """Counts the attempt before it is made and renews the lease; False when the mail is ours no more.

    Counted first, so that a mail that kills its sender does not do so for ever.
    """
    renewed = timezone.now() + LEASE
    if not _ours(mail).update(attempts=F("attempts") + 1, leased_until=renewed):
        return False
    mail.attempts += 1
    return True


def release(mails: list[OutboxMail], *, because: str) -> None:
    """Gives back what was claimed and not begun; somebody tries again soon."""
    for mail in mails:
        _ours(mail).update(lease_token=None, leased_until=None, last_error=_storable(because))


def note_sent(mail: OutboxMail) -> bool:
    return _end(mail, state=OutboxMail.State.SENT, sent_at=timezone.now(), last_error="")


def note_skipped(mail: OutboxMail) -> bool:
    return _end(mail, state=OutboxMail.State.SKIPPED, last_error="")


def note_dead(mail: OutboxMail, *, because: str) -> bool:
    return _end(mail, state=OutboxMail.State.DEAD, last_error=_storable(because))


def note_failed(mail: OutboxMail, *, now: datetime, because: str) -> bool:
    """The mail waits for its next attempt."""
    wait = RETRY_AFTER[min(mail.attempts, len(RETRY_AFTER)) - 1]
    return _end(mail, next_attempt_at=now + wait, last_error=_storable(because))


def _ours(mail: OutboxMail) -> QuerySet[OutboxMail]:
    return OutboxMail.objects.filter(pk=mail.pk, lease_token=mail.lease_token, state=OutboxMail.State.PENDING)


def _end(mail: OutboxMail, **fields: Any) -> bool:
    """Writes the outcome of an attempt; False when the lease had passed to another sender."""
    return bool(_ours(mail).update(lease_token=None, leased_until=None, **fields))


def _storable(reason: str) -> str:
    # What a mail server answers may hold anything.
    return " ".join(reason.replace("\0", " ").split())[:REASON_LENGTH]
