"""Who sends which mail: a lease with a token, so that two senders never work on one mail.

What is owed to programs (goals.webhooks) is claimed and noted in the same way.

`now` is the time the run stands for: it decides what waits and when to try again. Leases run by the clock on
the wall, whatever a run is told: other senders' leases do too.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from goals.models import OutboxMail
from goals.models.outbox import Owed, OwedQuerySet

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
    return claim_of(OutboxMail.objects.select_related("user"), now=now, limit=limit)


def claim_of(rows: OwedQuerySet, *, now: datetime, limit: int) -> list[Any]:
    """The same of any rows that are owed; they come as `rows` relates them."""
    clock = timezone.now()
    token = uuid4()
    table: OwedQuerySet = rows.model._default_manager.all()
    free = table.waiting(now).free(clock)
    with transaction.atomic():
        chosen = free.order_by("next_attempt_at", "pk")
        if connection.features.has_select_for_update_skip_locked:
            chosen = chosen.select_for_update(skip_locked=True)
        keys = list(chosen.values_list("pk", flat=True)[:limit])
        # Asked again in the update: without row locks another sender may have been faster.
        free.filter(pk__in=keys).update(lease_token=token, leased_until=clock + LEASE)
    return list(rows.filter(lease_token=token).order_by("next_attempt_at", "pk"))


def begin_attempt(mail: Owed) -> bool:
    """Counts the attempt before it is made and renews the lease; False when the mail is ours no more.

    Counted first, so that a mail that kills its sender does not do so for ever.
    """
    renewed = timezone.now() + LEASE
    if not _ours(mail).update(attempts=F("attempts") + 1, leased_until=renewed):
        return False
    mail.attempts += 1
    return True


def release(mails: Iterable[Owed], *, because: str) -> None:
    """Gives back what was claimed and not begun; somebody tries again soon."""
    for mail in mails:
        _ours(mail).update(lease_token=None, leased_until=None, last_error=_storable(because))


def note_sent(mail: Owed, **told: Any) -> bool:
    """`told` are other fields of the row that the outcome sets, here and below."""
    return _end(mail, state=Owed.State.SENT, sent_at=timezone.now(), last_error="", **told)


def note_skipped(mail: Owed, *, because: str = "") -> bool:
    return _end(mail, state=Owed.State.SKIPPED, last_error=_storable(because))


def note_dead(mail: Owed, *, because: str, **told: Any) -> bool:
    return _end(mail, state=Owed.State.DEAD, last_error=_storable(because), **told)


def note_failed(
    mail: Owed, *, now: datetime, because: str, wait: timedelta | None = None, **told: Any
) -> bool:
    """The mail waits for its next attempt."""
    if wait is None:
        wait = RETRY_AFTER[min(mail.attempts, len(RETRY_AFTER)) - 1]
    return _end(mail, next_attempt_at=now + wait, last_error=_storable(because), **told)


def _ours(mail: Owed) -> QuerySet[Any]:
    rows = type(mail)._default_manager
    return rows.filter(pk=mail.pk, lease_token=mail.lease_token, state=Owed.State.PENDING)


def _end(mail: Owed, **fields: Any) -> bool:
    """Writes the outcome of an attempt; False when the lease had passed to another sender."""
    return bool(_ours(mail).update(lease_token=None, leased_until=None, **fields))


def _storable(reason: str) -> str:
    # What a mail server answers may hold anything.
    return " ".join(reason.replace("\0", " ").split())[:REASON_LENGTH]
