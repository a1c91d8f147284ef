"""Several processes publish and take at once: every message arrives once and whole."""

import json
import subprocess
import sys
from collections import Counter

import pytest
from django.conf import settings
from kombu import Connection

import okrtracker.celery  # noqa: F401  (registers the transport)

PUBLISHERS = 4
CONSUMERS = 2
MESSAGES = 150

SHARED = """
import json, os, sys
from queue import Empty
from kombu import Connection
from kombu.transport import TRANSPORT_ALIASES
TRANSPORT_ALIASES["filesystem"] = "okrtracker.filesystem_transport:Transport"
folder = sys.argv[1]
connection = Connection("filesystem://localhost", transport_options={
    "data_folder_in": f"{folder}/messages", "data_folder_out": f"{folder}/messages",
    "processed_folder": f"{folder}/taken", "control_folder": f"{folder}/bindings",
})
queue = connection.SimpleQueue("story")
"""
# Long enough that a reader would meet half of it if it could be seen while it is written.
PUBLISH = f"""
for number in range({MESSAGES}):
    queue.put({{"from": sys.argv[2], "number": number, "padding": "x" * 100_000}}, serializer="json")
"""
TAKE = """
while True:
    try:
        message = queue.get(block=False)
    except Empty:
        if os.path.exists(f"{folder}/all-published"):
            break
        continue
    assert len(message.payload["padding"]) == 100_000
    print(json.dumps([message.payload["from"], message.payload["number"]]))
    message.ack()
"""


def start(script: str, *arguments: str) -> subprocess.Popen:
    command = [sys.executable, "-c", SHARED + script, *arguments]
    return subprocess.Popen(
        command, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_no_message_is_lost_torn_or_taken_twice(tmp_path):
    consumers = [start(TAKE, str(tmp_path)) for _ in range(CONSUMERS)]
    publishers = [start(PUBLISH, str(tmp_path), f"publisher {number}") for number in range(PUBLISHERS)]
    for publisher in publishers:
        assert publisher.communicate(timeout=60)[1] == ""
    (tmp_path / "all-published").touch()
    answers = [consumer.communicate(timeout=60) for consumer in consumers]

    assert [errors for _, errors in answers] == [""] * CONSUMERS
    taken = Counter(tuple(json.loads(line)) for output, _ in answers for line in output.splitlines())
    assert taken == Counter((f"publisher {p}", n) for p in range(PUBLISHERS) for n in range(MESSAGES))
    assert all(output for output, _ in answers), "one consumer took everything, so nothing raced"


@pytest.fixture
def queue(tmp_path):
    options = {
        "data_folder_in": f"{tmp_path}/messages",
        "data_folder_out": f"{tmp_path}/messages",
        "processed_folder": f"{tmp_path}/taken",
        "control_folder": f"{tmp_path}/bindings",
    }
    # A name of its own: kombu remembers what a process has bound, whatever the folder.
    with Connection("filesystem://localhost", transport_options=options) as connection:
        yield connection.SimpleQueue(tmp_path.name)


def take(queue):
    message = queue.get(block=False)
    message.ack()
    return message.payload


def test_messages_come_in_the_order_they_were_put(queue):
    for number in range(20):
        queue.put(number)

    assert [take(queue) for _ in range(20)] == list(range(20))


def test_an_unfinished_message_is_not_taken(queue, tmp_path):
    (tmp_path / "messages" / "0_crashed.unfinished").write_text('{"body":')
    queue.put("whole")

    assert take(queue) == "whole"
    with pytest.raises(queue.Empty):
        queue.get(block=False)


def test_a_message_that_a_power_cut_emptied_is_passed_over(queue, tmp_path):
    (tmp_path / "messages" / f"0_empty.{tmp_path.name}.msg").touch()
    queue.put("whole")

    assert take(queue) == "whole"
    assert list((tmp_path / "taken").iterdir()) == []


def test_a_queue_that_is_deleted_is_no_longer_bound(queue, tmp_path):
    queue.put("lost with its queue")
    bindings = tmp_path / "bindings" / f"{tmp_path.name}.exchange"
    assert tmp_path.name in bindings.read_text()

    queue.queue.delete()

    assert bindings.read_text() == "[]"
    assert list((tmp_path / "messages").iterdir()) == []
