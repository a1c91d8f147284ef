"""Sends what webhooks are owed. May be killed at any moment, and run by any number of processes.

Claimed and noted as mails are (goals.reminders.claim). No transaction is open while a message is on its way.
"""

from __future__ import annotations

import secrets
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from areas.permissions import can_edit_plan
from goals.actions.refusals import Refused
from goals.actions.webhooks import stop_webhook
from goals.models import Webhook, WebhookDelivery
from goals.reminders.claim import (
    begin_attempt,
    claim_of,
    note_dead,
    note_failed,
    note_sent,
    note_skipped,
    release,
)
from goals.webhooks.bodies import body_of, is_seen
from goals.webhooks.signing import headers_of
from goals.webhooks.transport import Answer, Forbidden, NoAnswer, post

BATCH = 10
# As the Standard Webhooks specification proposes: three days in all, and the last attempt after that.
RETRY_AFTER = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
MAX_ATTEMPTS = len(RETRY_AFTER) + 1
# Each wait is longer by up to this share, so that what failed together does not come back together.
JITTER = 0.1
# What waits behind one that failed is held back so long: a receiver that hangs takes the time of one message.
HOLD_BACK = timedelta(minutes=1)
GIVE_UP_AFTER = timedelta(days=3, hours=12)
# A webhook that has taken nothing for so long is stopped.
STOP_AFTER = timedelta(days=7)
KEPT_FOR = timedelta(days=30)
GONE = 410

# A receiver that hangs holds up a sender; the other tasks of a worker go on beside so many.
MOST_SENDERS = 2

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What became of the messages that were due. A failed one is tried again later, a dead one is not."""

    sent: int
    failed: int
    dead: int
    skipped: int


def send_waiting_webhooks(*, now: datetime, for_seconds: float | None = None) -> Outcome:
    """Sends until nothing waits or `for_seconds` have passed. What fails is tried again in another run."""
    counts: Counter[str] = Counter()
    until = None if for_seconds is None else time.monotonic() + for_seconds
    rows = WebhookDelivery.objects.select_related("webhook__area", "webhook__owner")
    while (until is None or time.monotonic() < until) and (claimed := claim_of(rows, now=now, limit=BATCH)):
        held_back: set[int] = set()
        for delivery in claimed:
            if delivery.webhook_id in held_back:
                release([delivery], because="waits behind one that failed")
                continue
            outcome = _send(delivery, now=now)
            counts[outcome] += 1
            if outcome in ("failed", "dead"):
                held_back.add(delivery.webhook_id)
        _hold_back(held_back, now=now)
    return Outcome(counts["sent"], counts["failed"], counts["dead"], counts["skipped"])


def are_enough_at_work() -> bool:
    held = WebhookDelivery.objects.filter(leased_until__gt=timezone.now(), lease_token__isnull=False)
    return held.order_by().values("lease_token").distinct().count() >= MOST_SENDERS


def forget_old_deliveries(*, now: datetime) -> int:
    """The log reaches back thirty days. Answers how many were forgotten."""
    done = ~Q(state=WebhookDelivery.State.PENDING)
    return WebhookDelivery.objects.filter(done, occurred_at__lt=now - KEPT_FOR).delete()[0]


def _send(delivery: WebhookDelivery, *, now: datetime) -> str:
    """One attempt at one message; answers what became of it."""
    hook = delivery.webhook
    if delivery.attempts >= MAX_ATTEMPTS:
        note_dead(
            delivery, because=f"Given up: its sender was stopped in the last of {MAX_ATTEMPTS} attempts."
        )
        return "dead"
    if because := _why_not(hook, now=now):
        note_skipped(delivery, because=because)
        return "skipped"
    if not begin_attempt(delivery):
        return "taken over"
    try:
        body = _body(delivery)
        if body is None:
            note_skipped(delivery, because="its owner may not see it")
            return "skipped"
        at = timezone.now()
        headers = headers_of(body, message_id=delivery.message_id, secrets=hook.secrets_at(at), now=at)
        answer = post(hook.url, body, headers)
    except (NoAnswer, Forbidden) as error:
        return _note_failure(delivery, str(error), now=now)
    except Exception as error:  # whatever is wrong with this one, the others go out
        log.exception("webhook failed", delivery=delivery.pk, attempt=delivery.attempts)
        return _note_failure(delivery, f"{type(error).__name__}", now=now)
    if not answer.is_taken:
        return _note_failure(delivery, f"It answered {answer.status}.", now=now, answer=answer)
    tried = delivery.tried_until(timezone.now(), status=answer.status)
    if not note_sent(delivery, status=answer.status, answer=storable(answer.text), tried=tried):
        log.warning("webhook sent after the lease had passed to another sender", delivery=delivery.pk)
    Webhook.objects.filter(pk=hook.pk).update(failing_since=None, last_taken_at=now)
    return "sent"


def _why_not(hook: Webhook, *, now: datetime) -> str:
    """Why nothing is sent to a webhook now; whatever ends for good stops it. Empty where it may."""
    if hook.archived_at is not None:
        return "deleted"
    if not hook.is_active:
        return hook.stopped_because
    owner = hook.owner
    if not owner.is_active or not can_edit_plan(owner, hook.area):
        because = gettext_noop("its owner does not edit the plan of the area any more")
    elif not hook.secret:
        because = gettext_noop("the installation's secret changed: make a new secret")
    else:
        return ""
    _stop(hook, now=now, because=because)
    return because


def _body(delivery: WebhookDelivery) -> bytes | None:
    """The payload, kept from the first attempt on; None where its subject is hidden from the owner by now."""
    if delivery.body:
        return delivery.body.encode() if is_seen(delivery) else None
    body = body_of(delivery)
    if body is not None:
        WebhookDelivery.objects.filter(pk=delivery.pk).update(body=body.decode())
    return body


def _note_failure(
    delivery: WebhookDelivery, because: str, *, now: datetime, answer: Answer | None = None
) -> str:
    hook = delivery.webhook
    status = answer.status if answer else None
    told = {
        "status": status,
        "answer": storable(answer.text) if answer else "",
        "tried": delivery.tried_until(timezone.now(), status=status, error=storable(because)),
    }
    Webhook.objects.filter(pk=hook.pk, failing_since__isnull=True).update(failing_since=now)
    wait = wait_after(delivery.attempts, asked_for=answer.retry_after if answer else None)
    is_gone = answer is not None and answer.status == GONE
    is_dead = is_gone or delivery.attempts >= MAX_ATTEMPTS or now + wait > delivery.owed_since + GIVE_UP_AFTER
    if not is_dead:
        note_failed(delivery, now=now, because=because, wait=wait, **told)
        return "failed"
    note_dead(delivery, because=because, **told)
    if is_gone:
        _stop(hook, now=now, because=gettext_noop("it answered 410: it wants nothing more"))
    elif hook.failing_since is not None and now - hook.failing_since > STOP_AFTER:
        _stop(hook, now=now, because=gettext_noop("it took nothing for seven days"))
    return "dead"


def wait_after(attempts: int, *, asked_for: timedelta | None = None) -> timedelta:
    """Until the next attempt, after so many; longer where the receiver asks for it, up to a day."""
    wait = RETRY_AFTER[min(attempts, len(RETRY_AFTER)) - 1]
    wait = max(wait, min(asked_for or wait, RETRY_AFTER[-1]))
    return wait * (1 + JITTER * secrets.randbelow(1000) / 1000)


def _hold_back(webhooks: set[int], *, now: datetime) -> None:
    if webhooks:
        waiting = WebhookDelivery.objects.waiting(now).free(timezone.now()).filter(webhook__in=webhooks)
        waiting.update(next_attempt_at=now + HOLD_BACK)


def _stop(hook: Webhook, *, now: datetime, because: str) -> None:
    try:
        with transaction.atomic():
            stop_webhook(hook, by=None, now=now, because=because)
    except Refused:
        log.info("webhook was stopped or deleted meanwhile", webhook=hook.pk)


def storable(text: str) -> str:
    """What a receiver answers may hold anything."""
    return "".join(sign if sign >= " " or sign in "\n\t" else " " for sign in text)
