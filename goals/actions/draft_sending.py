"""Sends drafts at their time. May be killed at any moment, and run by any number of processes.

As the outbox does it: what is due is claimed with a lease and a token, and another worker takes it up when
the lease has passed. The check-in and the end of the draft are one transaction that asks for the lease again,
so a draft is sent once, whoever dies when.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from goals.actions.drafts import DraftChanged, send_draft
from goals.actions.refusals import Refused
from goals.models import CheckIn, CheckInDraft
from goals.reminders.due import local_time
from goals.reminders.refused_drafts import owe_refusal

LEASE = timedelta(minutes=3)
BATCH = 20
# A draft that kills its worker, or breaks in a way nobody foresaw, does not do so for ever.
MAX_ATTEMPTS = 10

log = structlog.get_logger(__name__)


def send_due_drafts(*, now: datetime) -> tuple[int, int]:
    """(sent, refused) of the drafts whose time has come."""
    outcomes = []
    while drafts := claim_drafts(now=now, limit=BATCH):
        outcomes += [_send(draft, now=now) for draft in drafts]
    return outcomes.count("sent"), outcomes.count("refused")


def claim_drafts(*, now: datetime, limit: int) -> list[CheckInDraft]:
    """Up to `limit` due drafts that are from now on ours, the longest due first.

    Leases run by the clock on the wall, whatever a run is told.
    """
    clock, token = timezone.now(), uuid4()
    free = CheckInDraft.objects.due(now).free(clock)
    with transaction.atomic():
        chosen = free.order_by("send_at", "pk")
        if connection.features.has_select_for_update_skip_locked:
            chosen = chosen.select_for_update(skip_locked=True)
        keys = list(chosen.values_list("pk", flat=True)[:limit])
        # Asked again in the update: without row locks another worker may have been faster. The attempt is
        # counted before it is made.
        free.filter(pk__in=keys).update(
            lease_token=token, leased_until=clock + LEASE, attempts=F("attempts") + 1
        )
    ours = CheckInDraft.objects.filter(lease_token=token).with_context()
    return list(ours.order_by("send_at", "pk"))


def _send(draft: CheckInDraft, *, now: datetime) -> str:
    """Answers what became of it, in the words of the author: sentences are theirs to read."""
    author = draft.author
    with translation.override(author.language):
        if draft.attempts > MAX_ATTEMPTS:
            return _refuse(draft, _("Sending it broke off again and again; send it yourself."), now=now)
        try:
            today = local_time(author, now).date()
            send_draft(draft, now=now, today=today, source=CheckIn.Source.SCHEDULED)
        except DraftChanged:
            return "changed"
        except Refused as refusal:
            return _refuse(draft, refusal.sentence, now=now)
        except Exception:
            # The others are sent; this one is tried again when its lease has passed.
            log.exception("draft not sent", draft=draft.pk, attempt=draft.attempts)
            return "failed"
    return "sent"


@transaction.atomic
def _refuse(draft: CheckInDraft, sentence: str, *, now: datetime) -> str:
    """The draft stays and says why; its author gets a mail. Nothing where the draft is another by now."""
    ours = CheckInDraft.objects.filter(pk=draft.pk, version=draft.version, lease_token=draft.lease_token)
    told = {"refusal": sentence[:2000], "refused_at": now, "send_at": None, "version": F("version") + 1}
    if not ours.update(**told, attempts=0, lease_token=None, leased_until=None):
        return "changed"
    draft.refresh_from_db(fields=["version"])
    owe_refusal(draft, now=now)
    return "refused"
