"""One command runs everything, and takes everything with it when it goes."""

import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings

from okrtracker.tests.conftest import bare

PARTS = {"gunicorn": "-m gunicorn", "worker": "okrtracker worker", "beat": "okrtracker beat"}

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


SECONDS_OF_A_CHECK = 1.2  # on a quiet machine that starts in 3 to 4
SECRET_KEY = "a key that protects nothing but tests"


@pytest.fixture(scope="session")
def database(tmp_path_factory) -> Path:
    """A migrated database that is not empty, so that no start loads the demo."""
    path = tmp_path_factory.mktemp("database") / "okrtracker.sqlite3"
    environment = bare({"SECRET_KEY": SECRET_KEY, "DATABASE_URL": f"sqlite:///{path}"})
    area = "from areas.models import Area; Area.objects.create(key='EDGE', name='Edge')"
    for arguments in (["migrate", "--verbosity", "0"], ["shell", "--command", area]):
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(command, cwd=settings.BASE_DIR, env=environment, check=True)
    return path


class Installation:
    """A running `manage.py up` in a copy of the product."""

    def __init__(self, checkout: Path, database: Path, port: int) -> None:
        self.checkout, self.port = checkout, port
        self.environment = bare({"SECRET_KEY": SECRET_KEY})
        (checkout / "var").mkdir()
        shutil.copy(database, checkout / "var")

    def start(self) -> None:
        self.output = (self.checkout / "output").open("w+")
        command = [sys.executable, "manage.py", "up", "--port", str(self.port)]
        self.process = subprocess.Popen(
            command, cwd=self.checkout, env=self.environment, stdout=self.output, stderr=subprocess.STDOUT
        )
        wait_until(self.answers)

    def answers(self) -> bool:
        assert self.process.poll() is None, self.said()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def said(self) -> str:
        return Path(self.output.name).read_text()

    def pids(self) -> dict[int, str]:
        """Every process that runs in this copy, with its command line; the supervisor left out."""
        found = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal() and int(entry.name) != self.process.pid:
                try:
                    if (entry / "cwd").readlink() == self.checkout:
                        found[int(entry.name)] = (entry / "cmdline").read_text().replace("\0", " ")
                except OSError:
                    continue  # it ended, or is not ours to look at
        return found

    def seconds_computed(self) -> float:
        """By the supervisor and every process of this copy, until now."""
        ticks = 0
        for pid in [self.process.pid, *self.pids()]:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])  # in this process and in the kernel for it
        return ticks / os.sysconf("SC_CLK_TCK")

    def pids_of(self, part: str) -> list[int]:
        return sorted(pid for pid, command in self.pids().items() if PARTS[part] in command)


def wait_until(holds, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.1)


@pytest.fixture
def installation(checkout, database, free_port):
    installation = Installation(checkout, database, free_port)
    installation.start()
    yield installation
    installation.process.kill()
    installation.process.wait()
    for pid in installation.pids():
        os.kill(pid, signal.SIGKILL)
    installation.output.close()


def slowness(installation) -> float:
    """How much longer than on a quiet machine a process takes now to load the product: cores share much."""
    began = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "manage.py", "check"]
    subprocess.run(
        command, cwd=installation.checkout, env=installation.environment, check=True, capture_output=True
    )
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = ended.ru_utime - began.ru_utime + ended.ru_stime - began.ru_stime
    return max(1, seconds / SECONDS_OF_A_CHECK)


@linux_only
def test_all_parts_run_and_the_address_is_said(installation):
    wait_until(lambda: all(installation.pids_of(part) for part in PARTS))
    wait_until(lambda: f"okrtracker answers at http://127.0.0.1:{installation.port}" in installation.said())


@linux_only
def test_a_second_start_takes_less_than_five_seconds(installation):
    """Of computing, which is what it spends them on: the clock on the wall also counts who else is busy."""
    assert installation.seconds_computed() < 5 * slowness(installation)


@linux_only
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_every_part(installation, number):
    wait_until(lambda: all(installation.pids_of(part) for part in PARTS))

    installation.process.send_signal(number)

    assert installation.process.wait(timeout=60) == 0
    assert installation.pids() == {}
    assert installation.said().endswith("Stopped.\n")


@linux_only
def test_no_part_outlives_a_supervisor_that_was_killed(installation):
    wait_until(lambda: all(installation.pids_of(part) for part in PARTS))

    installation.process.kill()

    wait_until(lambda: not installation.pids())


@linux_only
@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_was_killed_comes_back(installation, part):
    wait_until(lambda: bool(installation.pids_of(part)))
    before = installation.pids_of(part)

    os.kill(before[0], signal.SIGKILL)

    wait_until(lambda: bool(set(installation.pids_of(part)) - set(before)))
    wait_until(installation.answers)
    assert "starts again in 1 s." in installation.said()


def test_a_taken_port_is_refused_in_a_sentence(checkout, manage, free_port):
    with socket.socket() as other:
        other.bind(("127.0.0.1", free_port))
        other.listen()
        result = manage("up", SECRET_KEY="a key", PORT=str(free_port))

    assert result.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{free_port} (Address already in use)." in result.stderr
    assert f"PORT={free_port + 1} make run" in result.stderr
    assert not (checkout / "var").exists(), "it must not touch the database before it knows that it can start"


@pytest.mark.parametrize("port", ["0", "65536", "eight", "٨٠٠٠"])
def test_what_is_no_port_is_refused(manage, port):
    result = manage("up", "--port", port, SECRET_KEY="a key")

    assert result.returncode == 2
    assert "write a number from 1 to 65535" in result.stderr
