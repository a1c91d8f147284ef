"""A mail server that listens, people who owe check-ins, and senders that are processes of their own."""

import asyncio
import email.policy
import os
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings
from django.db import connection

from accounts.tests.factories import UserFactory
from goals.tests.factories import KeyResultFactory

HELD = """
import sys, django
from django.core.management import execute_from_command_line
django.setup()
print("ready", flush=True)
sys.stdin.readline()
execute_from_command_line(sys.argv)
"""


@dataclass
class Letterbox:
    """What a mail server does: accepts, refuses as told, and keeps what it accepted."""

    letters: list[EmailMessage] = field(default_factory=list)
    # Answers to give, one for each time, to the recipient's address and to the content sent to it.
    recipient_answers: dict[str, list[str]] = field(default_factory=dict)
    content_answers: dict[str, list[str]] = field(default_factory=dict)
    # Nothing is accepted before so many senders have come.
    wait_for_senders: int = 0
    # After so many recipients or letters, the sender is killed: before it hears the answer.
    kill_at_recipient: set[int] = field(default_factory=set)
    kill_at_letter: set[int] = field(default_factory=set)
    victim: subprocess.Popen | None = None
    recipients: int = 0
    sessions: set = field(default_factory=set)
    arrived: threading.Condition = field(default_factory=threading.Condition)
    port: int = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def addresses(self) -> list[str]:
        return sorted(letter["To"] for letter in self.letters)

    @property
    def message_ids(self) -> Counter:
        return Counter(letter["Message-ID"] for letter in self.letters)

    def to(self, user) -> EmailMessage:
        [letter] = [letter for letter in self.letters if letter["To"] == user.email]
        return letter

    def wait_for(self, count: int) -> bool:
        with self.arrived:
            return self.arrived.wait_for(lambda: len(self.letters) >= count, timeout=30)

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        self.recipients += 1
        if self.recipients in self.kill_at_recipient:
            self.kill_sender()
        if answers := self.recipient_answers.get(address):
            return answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.sessions.add(session.peer)
        while len(self.sessions) < self.wait_for_senders:
            await asyncio.sleep(0.01)
        if answers := self.content_answers.get(envelope.rcpt_tos[0]):
            return answers.pop(0)
        with self.arrived:
            self.letters.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
            self.arrived.notify_all()
        if len(self.letters) in self.kill_at_letter:
            self.kill_sender()
        return "250 OK"

    def kill_sender(self) -> None:
        os.kill(self.victim.pid, signal.SIGKILL)
        self.victim.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def letterbox():
    """A mail server on this machine, listening."""
    box = Letterbox(port=free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


@pytest.fixture
def smtp(letterbox, settings):
    """Mail of this process goes to the letterbox, over the network."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", letterbox.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = None
    return letterbox


@pytest.fixture
def owners(objective):
    """Makes people who each own a key result that owes a check-in."""

    def make(count: int) -> list:
        people = [UserFactory(name=f"Owner {number:02}") for number in range(1, count + 1)]
        for person in people:
            KeyResultFactory(objective=objective, owner=person)
        return people

    return make


@pytest.fixture
def start_sender(letterbox):
    """Starts `run_reminders` as a process of its own, on the database of this test.

    With `held` it is ready and waits for a line, so that several can begin together.
    """
    started = []

    def start(*arguments: str, held: bool = False) -> subprocess.Popen:
        begin = ["-c", HELD] if held else ["-m", "django"]
        command = [sys.executable, *begin, "run_reminders", "--once", "--json", *arguments]
        environment = {**os.environ, "DATABASE_URL": database_url(), "EMAIL_URL": letterbox.url}
        process = subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        if held:
            assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def database_url() -> str:
    """The test's database, for another process."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    given = urlsplit(os.environ["DATABASE_URL"])
    return given._replace(path=f"{given.path.rpartition('/')[0]}/{name}").geturl()
