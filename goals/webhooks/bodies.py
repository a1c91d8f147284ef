"""What a message says: what happened, under the names and in the notation of the API (docs/api.md).

Read when it is first sent, with the rights of the webhook's owner: what they may not see by then is not told.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.api.json import dumps
from accounts.models import User
from goals.models import CheckIn, Cycle, KeyResult, Risk, WebhookDelivery
from goals.models.webhook import Event
from goals.progress import COMPLETION_PLACES, round_half_up
from goals.values import plain_number

Row = dict[str, Any]


def body_of(delivery: WebhookDelivery) -> bytes | None:
    """The payload of a delivery; None where its subject is hidden from the owner by now, or gone."""
    data = _DATA[delivery.event](delivery)
    if data is None:
        return None
    told = _written(_common(delivery) | data)
    return dumps({"type": delivery.event, "timestamp": delivery.occurred_at, "data": told})


def is_seen(delivery: WebhookDelivery) -> bool:
    """Whether the owner still sees what a body that is kept tells about."""
    return _DATA[delivery.event](delivery) is not None


def share_text(share: Decimal | None) -> str | None:
    """A ratio as the API writes it."""
    return None if share is None else plain_number(round_half_up(share, COMPLETION_PLACES))


def _common(delivery: WebhookDelivery) -> Row:
    return {"webhook": {"id": delivery.webhook_id, "area": delivery.webhook.area.key}}


def _check_in(delivery: WebhookDelivery) -> Row | None:
    rows = CheckIn.objects.visible_to(delivery.webhook.owner)
    related = ("author", "corrects", "key_result__objective__roadmap__cycle")
    row = rows.select_related(*related, "key_result__objective__roadmap__area").filter(pk=delivery.object_id)
    if (check_in := row.first()) is None:
        return None
    code = check_in.key_result.code
    told = {name: getattr(check_in, name) for name in CHECK_IN_FIELDS}
    told |= {
        "key_result": code,
        "completion": share_text(check_in.completion),
        "author": check_in.author.email,
        "author_name": check_in.author.name,
        "corrects": check_in.corrects.sequence if check_in.corrects else None,
        "url": f"{address('api:key-result-check-ins', code)}?limit=1",
    }
    return {"check_in": told, "key_result": _key_result(check_in.key_result, delivery)}


CHECK_IN_FIELDS = (
    *("sequence", "value", "is_no_change", "previous_value", "start_value", "target_value", "lower_bound"),
    *("upper_bound", "status", "confidence", "note", "blocker", "evidence_url", "effective_on", "source"),
    *("reason", "created_at"),
)


def _pace(delivery: WebhookDelivery) -> Row | None:
    key_result = _seen_key_result(delivery)
    if key_result is None:
        return None
    told = _key_result(key_result, delivery)
    return {"key_result": told, "pace": told["pace"], "previous_pace": delivery.facts["previous_pace"]}


def _target(delivery: WebhookDelivery) -> Row | None:
    key_result = _seen_key_result(delivery)
    if key_result is None:
        return None
    by = User.objects.filter(pk=delivery.facts["by"]).first()
    return {
        "key_result": _key_result(key_result, delivery),
        "changes": delivery.facts["changes"],
        "reason": delivery.facts["reason"],
        "by": by.email if by else None,
    }


def _seen_key_result(delivery: WebhookDelivery) -> KeyResult | None:
    rows = KeyResult.objects.visible_to(delivery.webhook.owner).filter(pk=delivery.object_id)
    return rows.select_related("objective__roadmap__cycle", "objective__roadmap__area").first()


def _key_result(key_result: KeyResult, delivery: WebhookDelivery) -> Row:
    """What does not change as it is now; its figures as they were at that moment."""
    roadmap = key_result.objective.roadmap
    return {
        "code": key_result.code,
        "title": key_result.title,
        "objective": key_result.objective.code,
        "area": roadmap.area.key,
        "cycle": roadmap.cycle.key,
        "kind": key_result.kind,
        "unit": key_result.unit,
        **delivery.facts["figures"],
        "url": address("api:key-result-detail", key_result.code),
        "page_url": settings.SITE_URL + key_result.get_absolute_url(),
    }


def _risk(delivery: WebhookDelivery) -> Row | None:
    rows = Risk.objects.visible_to(delivery.webhook.owner).filter(pk=delivery.object_id)
    related = rows.select_related("key_result", "objective__roadmap__cycle", "objective__roadmap__area")
    if (risk := related.first()) is None:
        return None
    roadmap = risk.objective.roadmap
    told = {
        "code": risk.code,
        "title": risk.title,
        "objective": risk.objective.code,
        "key_result": risk.key_result.code if risk.key_result else None,
        "area": roadmap.area.key,
        "cycle": roadmap.cycle.key,
        **delivery.facts,
        "url": address("api:risk-detail", risk.code),
        "page_url": settings.SITE_URL + risk.get_absolute_url(),
    }
    return {"risk": told}


def _cycle(delivery: WebhookDelivery) -> Row | None:
    """No figures: those that the owner may read are at the address of the progress."""
    cycle = Cycle.objects.filter(pk=delivery.object_id).first()
    if cycle is None:
        return None
    progress = f"{address('api:progress')}?cycle={cycle.key}&area={delivery.webhook.area.key}"
    told = {name: getattr(cycle, name) for name in ("key", "name", "starts_on", "ends_on")}
    return {"cycle": told | {"url": address("api:cycle-detail", cycle.key)}, "progress_url": progress}


def _ping(delivery: WebhookDelivery) -> Row:
    return {"message": "This is a test of the webhook."}


_DATA: dict[str, Callable[[WebhookDelivery], Row | None]] = {
    Event.CHECK_IN: _check_in,
    Event.PACE: _pace,
    Event.TARGET: _target,
    Event.RISK: _risk,
    Event.CYCLE: _cycle,
    Event.PING: _ping,
}


def address(view: str, *arguments: str) -> str:
    return str(settings.SITE_URL) + reverse(view, args=arguments)


def _written(value: Any) -> Any:
    """Decimals as strings without trailing zeros, as the API writes them."""
    if isinstance(value, dict):
        return {name: _written(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_written(one) for one in value]
    return written(value)


def written(value: Any) -> Any:
    """One value as a payload holds it, and as JSON keeps it."""
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, date | datetime):
        return value if isinstance(value, datetime) else value.isoformat()
    return value
