"""What the preferences page, whose app knows no goals, shows of the mails about them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.conf import settings

from accounts.models import User
from goals.reminders.escalation import LateRows, leads_or_manages
from goals.reminders.outlook import outlook_of

register = template.Library()


@register.inclusion_tag("goals/_reminder_outlook.html")
def reminder_outlook(user: User, now: datetime) -> dict[str, Any]:
    """When the next mail comes, and what it would list now."""
    return {
        "outlook": outlook_of(user, now=now),
        "wants_it": user.reminders_enabled,
        "are_sent": settings.REMINDERS_ENABLED,
    }


@register.inclusion_tag("goals/_escalation_outlook.html")
def escalation_outlook(user: User, now: datetime) -> dict[str, Any]:
    """What the mail about others would list now; nothing for whom there is none."""
    if not leads_or_manages(user):
        return {}
    return {
        "late": LateRows.for_reader(user, now=now),
        "wants_it": user.escalation_mails_enabled,
        "are_sent": settings.REMINDERS_ENABLED,
    }
