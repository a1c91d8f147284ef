"""A real worker runs the tasks, over the embedded broker and over Redis."""

import queue
import uuid
from collections.abc import Callable

import pytest
from celery import Celery
from celery.contrib.testing.worker import start_worker
from celery.signals import task_postrun

from goals import tasks
from goals.models import Cycle, OutboxMail, Snapshot
from goals.tests.factories import NOW, TODAY
from okrtracker import celery as wiring
from okrtracker.tests.services import redis_server


def filesystem_broker(tmp_path) -> dict:
    options = {
        "data_folder_in": str(tmp_path / "messages"),
        "data_folder_out": str(tmp_path / "messages"),
        "processed_folder": str(tmp_path / "taken"),
        "control_folder": str(tmp_path / "bindings"),
        "polling_interval": 0.05,
    }
    return {"broker_url": "filesystem://localhost", "broker_transport_options": options}


def redis_broker(tmp_path) -> dict:
    return {"broker_url": redis_server().address}


@pytest.fixture(
    params=[filesystem_broker, pytest.param(redis_broker, marks=pytest.mark.needs("redis"))],
    ids=["filesystem", "redis"],
)
def run(request, tmp_path, transactional_db):
    """Sends a task by name to a worker on a broker of this test alone; returns its end: SUCCESS."""
    app = Celery("okrtracker", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.update(request.param(tmp_path), task_default_queue=f"test-{uuid.uuid4()}")
    app.finalize()
    ends: queue.Queue[tuple[str, str]] = queue.Queue()

    def note(sender, state, **_kwargs) -> None:
        ends.put((sender.name, state))

    def send(name: str) -> str:
        app.send_task(name)
        ended, state = ends.get(timeout=20)
        assert ended == name
        return state

    task_postrun.connect(note, weak=False)
    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=20):
        yield send
    task_postrun.disconnect(note)
    with app.connection_for_write() as connection:
        connection.default_channel.queue_delete(app.conf.task_default_queue)


@pytest.fixture
def today(time_machine):
    time_machine.move_to(NOW)


def test_every_task_of_the_beat_table_exists():
    wiring.app.loader.import_default_modules()
    names = {entry["task"] for entry in wiring.app.conf.beat_schedule.values()}
    assert names >= {
        task.name for task in (tasks.find_due_check_ins, tasks.send_outbox, tasks.take_daily_snapshots)
    }
    assert names <= set(wiring.app.tasks)


def test_a_worker_finds_who_owes_and_sends_once(run: Callable[[str], str], lead, key_result, smtp, today):
    for _beat in range(2):
        assert run("goals.tasks.find_due_check_ins") == "SUCCESS"
    assert OutboxMail.objects.count() == 1
    for _beat in range(2):
        assert run("goals.tasks.send_outbox") == "SUCCESS"
    assert smtp.addresses == [lead.email]
    assert OutboxMail.objects.get().state == "sent"


def test_a_worker_takes_the_snapshots_of_what_runs(run: Callable[[str], str], key_result, today):
    assert run("goals.tasks.take_daily_snapshots") == "SUCCESS"
    assert set(Snapshot.objects.values_list("taken_on", flat=True)) == {TODAY}
    assert Snapshot.objects.count() == 2  # the roadmap and its objective


@pytest.mark.django_db
def test_cycles_that_are_planned_or_closed_have_no_snapshots(key_result, today):
    for state in (Cycle.State.PLANNING, Cycle.State.CLOSED):
        Cycle.objects.update(state=state)
        tasks.take_daily_snapshots()
        assert not Snapshot.objects.exists()
    Cycle.objects.update(state=Cycle.State.CLOSING)
    tasks.take_daily_snapshots()
    assert Snapshot.objects.exists()


@pytest.mark.django_db
def test_reminders_that_are_off_find_and_send_nothing(key_result, settings, mailoutbox, today):
    settings.REMINDERS_ENABLED = False
    tasks.find_due_check_ins()
    assert not OutboxMail.objects.exists()
    settings.REMINDERS_ENABLED = True
    tasks.find_due_check_ins()
    settings.REMINDERS_ENABLED = False
    tasks.send_outbox()
    assert mailoutbox == []
    settings.REMINDERS_ENABLED = True
    tasks.send_outbox()
    assert len(mailoutbox) == 1
