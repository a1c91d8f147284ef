"""The beat asks for tasks that exist, and a broker that hangs holds nobody up."""

import socket
import time

import pytest
from celery import Celery
from django.conf import settings
from kombu.exceptions import OperationalError

from okrtracker.celery import app


def test_every_entry_of_the_beat_table_is_a_task():
    app.loader.import_default_modules()

    wanted = {entry["task"] for entry in app.conf.beat_schedule.values()}

    assert wanted == {
        "accounts.tasks.send_account_mail",
        "goals.tasks.find_due_check_ins",
        "goals.tasks.send_drafts",
        "goals.tasks.send_webhooks",
        "goals.tasks.send_outbox",
        "goals.tasks.take_daily_snapshots",
    }
    assert wanted <= set(app.tasks)


def test_a_message_expires_before_the_next_of_its_kind_is_due():
    outbox = app.conf.beat_schedule["send the outbox"]

    assert outbox["options"]["expires"] < outbox["schedule"] == 30


def test_only_json_is_read():
    assert (app.conf.accept_content, app.conf.task_serializer) == (["json"], "json")


def test_a_worker_takes_no_more_than_it_works_on():
    assert app.conf.task_acks_late
    assert app.conf.worker_prefetch_multiplier * app.conf.worker_concurrency == 4


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_publishing_to_a_broker_that_hangs_ends_within_seconds(scheme):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}//"
        hanging = Celery(broker=url, set_as_current=False)
        hanging.config_from_object(settings, namespace="CELERY")
        hanging.conf.update(broker_url=url, broker_transport_options={"socket_timeout": 1, "read_timeout": 1})
        started = time.monotonic()

        with pytest.raises(OperationalError):
            hanging.send_task("goals.tasks.send_outbox")

    assert time.monotonic() - started < 15
