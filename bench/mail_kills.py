"""Is every mail sent once, however often its sender dies, with two beats, and whatever a mail server answers?

    [DATABASE_URL=postgresql://...] python bench/mail_kills.py [--people 2500] [--kills 200]

Celery with three worker processes over Redis (`CELERY_BROKER_URL`), and a mail server that listens. Three
rounds, each with one mail to everybody: two beats find and send; the processes of the worker are killed
(SIGKILL) at random moments of sending; the mail server refuses some mails for now, some for good, hangs once
and is away for a while. Prints JSON; exit code 1 where a mail is lost, or more than one in ten kills made a
copy, or a copy has a Message-ID of its own, or two beats made one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from reminders import MAKE, OF_AN_AREA, OF_AN_OBJECTIVE, ROOT, run

from tests.e2e.product import Product, create_database, drop_database, environment_for, free_port

WORKERS = 3
SECONDS_OF_A_MAIL = 0.03  # that the mail server takes
LONGEST = 40 * 60
# What beat sends every half minute, more often: a killed process leaves the task that it was at.
BEAT = """
import time
from goals.tasks import find_due_check_ins, send_outbox
while True:
    for task in (find_due_check_ins, send_outbox):
        task.apply_async(expires=2)
    time.sleep(1)
"""
# A round begins with none sent; and in one of them what waits for another attempt need not wait long.
FORGET = """
from goals.models import OutboxMail
OutboxMail.objects.all().delete()
"""
HURRY = """
from django.utils import timezone
from goals.models import OutboxMail
OutboxMail.objects.filter(state="pending").update(next_attempt_at=timezone.now())
"""
STATES = """
import json
from collections import Counter
from goals.models import OutboxMail
print(json.dumps(Counter(OutboxMail.objects.filter(kind="check_ins_due").values_list("state", flat=True))))
"""


class MailServer:
    """Keeps the Message-ID of all that it took; `answers` says what it answers to a person, or None."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.people: dict[str, set[str]] = {}
        self.answers: Callable[[str], str | None] = lambda address: None
        self.port = free_port()
        self.controller: Controller | None = None

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if answer := self.answers(address):
            if answer == "hang":
                await asyncio.sleep(120)
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        await asyncio.sleep(SECONDS_OF_A_MAIL)
        lines = envelope.content.decode(errors="replace").splitlines()
        message_id = next(line for line in lines if line.lower().startswith("message-id:"))
        self.taken[message_id] += 1
        self.people.setdefault(envelope.rcpt_tos[0], set()).add(message_id)
        return "250 OK"

    def begin(self) -> None:
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def end(self) -> None:
        if self.controller:
            self.controller.stop()

    def forget(self) -> None:
        self.taken.clear()
        self.people.clear()
        self.answers = lambda address: None


@contextmanager
def beats(product: Product, count: int) -> Iterator[None]:
    started = [run(product, BEAT) for _number in range(count)]
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


@contextmanager
def worker(product: Product, log: Path) -> Iterator[subprocess.Popen]:
    """The master, which starts a process anew where one was killed."""
    command = [sys.executable, "-m", "celery", "--app", "okrtracker", "worker", "--pool", "prefork"]
    command += ["--concurrency", str(WORKERS), "--without-gossip", "--without-mingle"]
    with log.open("ab") as output:
        master = subprocess.Popen(command, cwd=ROOT, env=product.environment, stdout=output, stderr=output)
        try:
            yield master
        finally:
            master.terminate()
            try:
                master.wait(30)
            except subprocess.TimeoutExpired:
                master.kill()


def processes(master: subprocess.Popen) -> list[int]:
    children = Path(f"/proc/{master.pid}/task/{master.pid}/children")
    return [int(pid) for pid in children.read_text().split()]


def kill_at_random(master: subprocess.Popen, server: MailServer, kills: int, people: int) -> int:
    """One process after the other, only while mails go out; answers how many."""
    done, before = 0, 0
    until = time.monotonic() + LONGEST
    while done < kills and len(server.taken) < people and time.monotonic() < until:
        time.sleep(random.uniform(0.05, 0.5))
        if sum(server.taken.values()) == before:
            continue  # all that is left waits for the leases of the dead
        before = sum(server.taken.values())
        if found := processes(master):
            os.kill(random.choice(found), signal.SIGKILL)
            done += 1
    return done


def wait_for_all(product: Product, states: dict[str, int], *, hurry: bool = False) -> dict[str, int]:
    """The states of all mails when there are no others than `states` has; or those after the longest time."""
    until = time.monotonic() + LONGEST
    while True:
        found: dict[str, int] = json.loads(product.manage("shell", "--no-imports", "--command", STATES))
        if found == states or time.monotonic() > until:
            return found
        if hurry:
            product.manage("shell", "--no-imports", "--command", HURRY)
        time.sleep(5)


def told(server: MailServer, states: dict[str, int], expected: dict[str, int]) -> dict[str, Any]:
    return {
        "states": states,
        "lost": expected["sent"] - len(server.taken),
        "copies": sum(server.taken.values()) - len(server.taken),
        "people with two Message-IDs": sum(len(found) > 1 for found in server.people.values()),
        "whole": states == expected,
    }


def with_two_beats(product: Product, server: MailServer, log: Path, people: int) -> dict[str, Any]:
    expected = {"sent": people}
    with worker(product, log), beats(product, 2):
        states = wait_for_all(product, expected)
    return told(server, states, expected)


def with_kills(product: Product, server: MailServer, log: Path, people: int, kills: int) -> dict[str, Any]:
    expected = {"sent": people}
    with worker(product, log) as master, beats(product, 1):
        done = kill_at_random(master, server, kills, people)
        states = wait_for_all(product, expected)
    return {"kills": done} | told(server, states, expected)


def with_faults(product: Product, server: MailServer, log: Path, people: int) -> dict[str, Any]:
    """Of every ten one is put off, of every hundred one refused; one mail hangs; then nobody answers."""
    asked: Counter[str] = Counter()

    def answer(address: str) -> str | None:
        number = int(address.partition("@")[0].rpartition("-")[2])
        asked[address] += 1
        if number % 100 == 50:
            return "550 5.1.1 no such person"
        if number % 10 == 5 and asked[address] == 1:
            return "451 4.3.0 later, please"
        return "hang" if number == 7 and asked[address] == 1 else None

    server.answers = answer
    refused = sum(number % 100 == 50 for number in range(people))
    expected = {"sent": people - refused} | ({"dead": refused} if refused else {})
    with worker(product, log), beats(product, 1):
        while len(server.taken) < people // 4:
            time.sleep(0.5)
        server.end()
        time.sleep(10)
        server.begin()
        states = wait_for_all(product, expected, hurry=True)
    return told(server, states, expected)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--people", type=int, default=2500)
    parser.add_argument("--kills", type=int, default=200)
    asked = parser.parse_args()
    server_url = os.environ.get("DATABASE_URL", "")
    server = MailServer()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database_url, dropped = create_database(server_url, folder, "_kills")
        product = Product("", environment_for(folder, 8000, database_url))
        product.environment |= {
            "EMAIL_URL": f"smtp://127.0.0.1:{server.port}",
            "CELERY_BROKER_URL": os.environ.get("CELERY_BROKER_URL", "redis://127.0.0.1:6379/13"),
        }
        results: dict[str, Any] = {"database": database_url.split(":")[0], "people": asked.people}
        try:
            product.manage("migrate", "--verbosity", "0")
            of_all = {"of_area": OF_AN_AREA, "of_objective": OF_AN_OBJECTIVE}
            run(product, MAKE.format(people=asked.people, owed=1, **of_all)).wait()
            server.begin()
            log = folder / "worker.log"
            rounds: dict[str, Callable[[], dict[str, Any]]] = {
                "two beats": lambda: with_two_beats(product, server, log, asked.people),
                "kills": lambda: with_kills(product, server, log, asked.people, asked.kills),
                "faults": lambda: with_faults(product, server, log, asked.people),
            }
            for title, play in rounds.items():
                began = time.monotonic()
                results[title] = play() | {"seconds": round(time.monotonic() - began)}
                print(title, json.dumps(results[title]), file=sys.stderr, flush=True)
                product.manage("shell", "--no-imports", "--command", FORGET)
                server.forget()
        finally:
            server.end()
            drop_database(server_url, dropped)
    print(json.dumps(results, indent=2))
    return int(not holds(results, asked.kills))


def holds(results: dict[str, Any], kills: int) -> bool:
    rounds = [results[title] for title in ("two beats", "kills", "faults")]
    return (
        all(played["whole"] and not played["lost"] for played in rounds)
        and not any(played["people with two Message-IDs"] for played in rounds)
        and not results["two beats"]["copies"]
        and results["kills"]["kills"] == kills
        and results["kills"]["copies"] <= kills / 10
    )


if __name__ == "__main__":
    sys.exit(main())
