"""What the worker does: read the clock, call one function. When, says the beat table (okrtracker/celery.py).

Messages only wake the worker. What is due is in the database: one lost or sent twice changes nothing.
"""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from goals.actions.draft_sending import send_due_drafts
from goals.actions.snapshots import take_snapshots
from goals.actions.webhook_events import notice_paces
from goals.models import Cycle
from goals.reminders.cycle_mails import find_cycle_mails
from goals.reminders.digest import find_digests
from goals.reminders.due import find_due
from goals.reminders.escalation import find_escalations
from goals.reminders.send import send_waiting
from goals.webhooks.send import are_enough_at_work, forget_old_deliveries, send_waiting_webhooks

# Well within CELERY_TASK_SOFT_TIME_LIMIT; what is left waits for the next run, half a minute later.
SENDING_SECONDS = 180
# Short, as it comes every few seconds: no receiver keeps a worker from other tasks for long.
WEBHOOK_SECONDS = 20


@shared_task
def find_due_check_ins() -> None:
    if settings.REMINDERS_ENABLED:
        now = timezone.now()
        find_due(now=now)
        find_escalations(now=now)
        find_cycle_mails(now=now)
        find_digests(now=now)


@shared_task
def send_drafts() -> None:
    send_due_drafts(now=timezone.now())


@shared_task
def send_outbox() -> None:
    if settings.REMINDERS_ENABLED:
        send_waiting(now=timezone.now(), for_seconds=SENDING_SECONDS)


@shared_task
def send_webhooks() -> None:
    if not are_enough_at_work():
        send_waiting_webhooks(now=timezone.now(), for_seconds=WEBHOOK_SECONDS)


@shared_task
def take_daily_snapshots() -> None:
    """And what a new day means for webhooks: paces that changed, a log that got too long."""
    for cycle in Cycle.objects.open_for_check_ins():
        take_snapshots(cycle, today=timezone.localdate())
    notice_paces(now=timezone.now())
    forget_old_deliveries(now=timezone.now())
