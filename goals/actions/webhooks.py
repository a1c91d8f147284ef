"""Webhooks: made, changed, stopped, deleted; tried and repeated by hand.

Whether the person may is asked at the door (`WebhookQuerySet.editable_by`). Whoever sets one up last is its
owner: it sends with their rights. What it is owed: webhook_events.py; how it is sent: goals.webhooks.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from areas.models import Area
from goals.actions import locks
from goals.actions.refusals import Archived, Invalid, StaleVersion, WrongState
from goals.actions.rows import apply_changes, refuse_stale, save_row
from goals.actions.webhook_events import notice_paces
from goals.models import Webhook, WebhookDelivery
from goals.models.webhook import CHOOSABLE, Event
from goals.webhooks.addresses import Forbidden, judge

MOST_OF_AN_AREA = 20
# Of tests and repeats that wait; whoever presses on and on sends no flood.
MOST_WAITING_BY_HAND = 20


@transaction.atomic
def create_webhook(area: Area, *, by: Any, now: datetime, **fields: Any) -> Webhook:
    """Raises Archived, Invalid. `fields` are title, url and events, as a list."""
    area = locks.lock_area(area.pk)
    if area.archived_at is not None:
        raise Archived(_("%(area)s is archived; restore it first.") % {"area": area.name})
    if Webhook.objects.live().filter(area=area).count() >= MOST_OF_AN_AREA:
        raise Invalid(_("An area has at most %(most)d webhooks.") % {"most": MOST_OF_AN_AREA})
    hook = Webhook(area=area, owner=by, created_at=now, **_kept(fields))
    hook.renew_secret(now, overlap=timedelta(0))
    _judge_address(hook)
    if Event.PACE in hook.chosen:
        notice_paces(now=now, areas=[area])
    save_row(hook, by=by, now=now)
    return hook


@transaction.atomic
def change_webhook(
    webhook: Webhook, *, by: Any, now: datetime, version: int | None = None, **changes: Any
) -> bool:
    """Whether something changed. What waits goes to the new address. Raises StaleVersion, Invalid."""
    hook = lock_webhook(webhook)
    refuse_stale(hook, version)
    listened = Event.PACE in hook.chosen
    changed = apply_changes(hook, _kept(changes))
    if not changed:
        return False
    _judge_address(hook)
    if Event.PACE in hook.chosen and not listened:
        notice_paces(now=now, areas=[hook.area])
    if "url" in changed:
        hook.failing_since = None
    hook.owner = by
    save_row(hook, by=by, now=now)
    return True


@transaction.atomic
def renew_secret(webhook: Webhook, *, by: Any, now: datetime) -> None:
    """From now on another one signs, what waits too; for a day the one before signs beside it.

    The record keeps when, not which.
    """
    hook = lock_webhook(webhook)
    hook.renew_secret(now)
    hook.owner = by
    save_row(hook, by=by, now=now)


@transaction.atomic
def stop_webhook(webhook: Webhook, *, by: Any, now: datetime, because: str) -> None:
    """It is owed nothing from now on; what waits is not sent. The reason is kept in English, and told in the
    language of who reads it. Raises WrongState.
    """
    hook = lock_webhook(webhook)
    if not hook.is_active:
        raise WrongState(_("This webhook is stopped already."))
    hook.stopped_at, hook.stopped_because = now, because[:300]
    save_row(hook, by=by, now=now, reason=because)
    _skip_waiting(hook, because)


@transaction.atomic
def start_webhook(webhook: Webhook, *, by: Any, now: datetime) -> None:
    """It is told again what happens from now on, with the rights of who starts it. Raises WrongState."""
    hook = lock_webhook(webhook)
    if hook.is_active:
        raise WrongState(_("This webhook is running."))
    _judge_address(hook)
    if Event.PACE in hook.chosen:
        notice_paces(now=now, areas=[hook.area])
    hook.stopped_at, hook.stopped_because, hook.failing_since, hook.owner = None, "", None, by
    save_row(hook, by=by, now=now)


@transaction.atomic
def delete_webhook(webhook: Webhook, *, by: Any, now: datetime, version: int | None = None) -> None:
    """Nobody sees it again; its record stays. Raises StaleVersion, also where it is gone already."""
    hook = lock_webhook(webhook)
    refuse_stale(hook, version)
    hook.archived_at = now
    # What was sent with the old one can be signed by nobody here any more.
    hook.renew_secret(now, overlap=timedelta(0))
    save_row(hook, by=by, now=now)
    _skip_waiting(hook, "deleted")


def stop_webhooks_of(person: Any, *, by: Any, now: datetime) -> None:
    """Of somebody who leaves: they send with rights that end. Another lead starts them again."""
    for hook in Webhook.objects.live().filter(owner=person, stopped_at__isnull=True).order_by("pk"):
        stop_webhook(hook, by=by, now=now, because=gettext_noop("its owner left"))


@transaction.atomic
def ping_webhook(webhook: Webhook, *, by: Any, now: datetime) -> WebhookDelivery:
    """Owes it a test, whatever events it chose. Raises WrongState, Invalid (too many wait)."""
    hook = lock_webhook(webhook)
    _refuse_by_hand(hook)
    delivery = WebhookDelivery.owed(hook, Event.PING, about=0, now=now)
    delivery.save()
    return delivery


@transaction.atomic
def replay_delivery(delivery: WebhookDelivery, *, by: Any, now: datetime) -> None:
    """Owes it once more, under the same message id: who took it before knows it again.

    Raises WrongState (it waits, or the webhook is stopped), Invalid (too many wait).
    """
    hook = lock_webhook(delivery.webhook)
    row = WebhookDelivery.objects.select_for_update(of=("self",), no_key=True).get(pk=delivery.pk)
    if row.is_waiting:
        raise WrongState(_("This message is waiting to be sent."))
    _refuse_by_hand(hook)
    row.state, row.attempts, row.last_error, row.sent_at = row.State.PENDING, 0, "", None
    row.owed_since = row.next_attempt_at = now
    row.save()


def lock_webhook(webhook: Webhook) -> Webhook:
    """As it is now. Raises StaleVersion where it was deleted."""
    rows = Webhook.objects.live().select_related("area", "owner")
    found = rows.select_for_update(of=("self",), no_key=True).filter(pk=webhook.pk).first()
    if found is None:
        raise StaleVersion(str(webhook))
    return found


def _kept(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields as the row keeps them: events in one order, each once. Raises Invalid."""
    kept = {name: value for name, value in fields.items() if name in ("title", "url", "events")}
    if "events" in kept:
        unknown = set(kept["events"]) - set(CHOOSABLE)
        if unknown:
            raise Invalid(_("There is no such event: %(name)s.") % {"name": min(unknown)}, field="events")
        kept["events"] = " ".join(event for event in CHOOSABLE if event in kept["events"])
    return kept


def _judge_address(hook: Webhook) -> None:
    try:
        judge(hook.url)
    except Forbidden as refusal:
        raise Invalid(str(refusal), field="url") from refusal


def _refuse_by_hand(hook: Webhook) -> None:
    if not hook.is_active:
        raise WrongState(_("This webhook is stopped; start it first."))
    waiting = WebhookDelivery.objects.filter(webhook=hook, state=WebhookDelivery.State.PENDING)
    if waiting.count() >= MOST_WAITING_BY_HAND:
        raise Invalid(_("So much waits to be sent that nothing is added by hand."))


def _skip_waiting(hook: Webhook, because: str) -> None:
    waiting = WebhookDelivery.objects.filter(webhook=hook, state=WebhookDelivery.State.PENDING)
    waiting.update(
        state=WebhookDelivery.State.SKIPPED, lease_token=None, leased_until=None, last_error=because[:500]
    )
