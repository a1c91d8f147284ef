"""Keeps several processes running together: restarts what dies, stops all of them, outlives none of them."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import FrameType

STOP_SECONDS = 10
LOOK_SECONDS = 0.2
# A process that ran this long has recovered; the next death waits the shortest time again.
STEADY_SECONDS = 60
LONGEST_WAIT_SECONDS = 30
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    deaths: int = 0
    start_again_at: float = 0.0

    def start(self, now: float) -> None:
        # In a session of its own: Ctrl-C reaches only the supervisor, which then asks each child once.
        self.process = subprocess.Popen(
            self.command, start_new_session=True, preexec_fn=_die_with(os.getpid())
        )
        self.started_at = now

    def look(self, now: float) -> str | None:
        """Start the process when it is time to. Returns a sentence when it was found dead."""
        if self.process is None:
            if now >= self.start_again_at:
                self.start(now)
            return None
        status = self.process.poll()
        if status is None:
            return None
        self.process = None
        self.deaths = 1 if now - self.started_at > STEADY_SECONDS else self.deaths + 1
        wait = min(2 ** (self.deaths - 1), LONGEST_WAIT_SECONDS)
        self.start_again_at = now + wait
        return f"{self.name} ended with status {status}; it starts again in {wait} s."


class Supervisor:
    """Runs the commands until SIGTERM, SIGINT or SIGHUP comes; `say` gets what people should know."""

    def __init__(self, commands: Mapping[str, Sequence[str]], say: Callable[[str], None]) -> None:
        self.children = [Child(name, command) for name, command in commands.items()]
        self.say = say
        self.is_stopping = False

    def run(self, at_every_look: Callable[[], None]) -> None:
        """Must run in the main thread: signals go there, and children die with the thread that made them."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._stop)
        try:
            while not self.is_stopping:
                for child in self.children:
                    if sentence := child.look(time.monotonic()):
                        self.say(sentence)
                at_every_look()
                time.sleep(LOOK_SECONDS)
        finally:
            self._end_all()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.is_stopping = True

    def _end_all(self) -> None:
        running = [child.process for child in self.children if child.process]
        for process in running:
            process.terminate()
        until = time.monotonic() + STOP_SECONDS
        for process in running:
            try:
                process.wait(timeout=max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _die_with(parent: int) -> Callable[[], None] | None:
    """What a child does before it becomes its command, so that not even SIGKILL of its parent leaves it."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl

    def prepare() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # the parent was faster
            os._exit(1)

    return prepare
