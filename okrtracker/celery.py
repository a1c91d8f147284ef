"""What happens without anybody asking, and when."""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import setup_logging
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "okrtracker.settings")
TRANSPORT_ALIASES["filesystem"] = "okrtracker.filesystem_transport:Transport"

EVERY_FIVE_SECONDS = 5.0
EVERY_HALF_MINUTE = 30.0
EVERY_MINUTE = 60.0
EVERY_QUARTER_OF_AN_HOUR = crontab(minute="*/15")
# The last of a day comes shortly before midnight in every time zone, and the ones before it cover an outage.
FIVE_MINUTES_BEFORE_EVERY_HALF_HOUR = crontab(minute="25,55")

app = Celery("okrtracker")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# A message expires before the next one of its kind is due: no heap grows while no worker runs.
app.conf.beat_schedule = {
    # Somebody waits in front of the sign-in page for a link.
    "send mail about accounts": {
        "task": "accounts.tasks.send_account_mail",
        "schedule": EVERY_FIVE_SECONDS,
        "options": {"expires": 4},
    },
    "find due check-ins": {
        "task": "goals.tasks.find_due_check_ins",
        "schedule": EVERY_QUARTER_OF_AN_HOUR,
        "options": {"expires": 14 * 60},
    },
    # People choose an hour: a minute late is on time.
    "send drafts of check-ins at their time": {
        "task": "goals.tasks.send_drafts",
        "schedule": EVERY_MINUTE,
        "options": {"expires": 55},
    },
    "send the outbox": {
        "task": "goals.tasks.send_outbox",
        "schedule": EVERY_HALF_MINUTE,
        "options": {"expires": 25},
    },
    # Programs are told at once what happened.
    "send webhooks": {
        "task": "goals.tasks.send_webhooks",
        "schedule": EVERY_FIVE_SECONDS,
        "options": {"expires": 4},
    },
    "take the daily snapshots": {
        "task": "goals.tasks.take_daily_snapshots",
        "schedule": FIVE_MINUTES_BEFORE_EVERY_HALF_HOUR,
        "options": {"expires": 29 * 60},
    },
}


@setup_logging.connect
def keep_logging_of_django(**kwargs: Any) -> None:
    """Being connected is enough: Celery then leaves logging as settings.LOGGING has it."""
