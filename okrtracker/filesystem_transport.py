"""Celery's embedded broker: kombu's filesystem transport, made safe for several processes at once.

Kombu writes a message where a reader may already look, so a reader can meet half of it. Here a message
is written beside the queue and renamed into it, a reader takes it by renaming it away, and a table of
bindings is replaced as a whole. A message that was taken by a process which then died is gone: tasks here
only wake a worker, what is due is in the database.
"""

import contextlib
import fcntl
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

Binding = filesystem.exchange_queue_t


class Channel(filesystem.Channel):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for folder in (self.messages, self.taken, self.control_folder):
            folder.mkdir(parents=True, exist_ok=True)

    @property
    def messages(self) -> Path:
        return Path(self.data_folder_in)

    @property
    def taken(self) -> Path:
        return Path(self.processed_folder)

    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:  # type: ignore[override]
        # Wall-clock nanoseconds first, so that names sort in the order of publishing, also after a reboot.
        name = f"{time.time_ns()}_{uuid.uuid4()}.{queue}.msg"
        _write_whole(self.messages / name, dumps(payload))

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for message in sorted(self.messages.iterdir()):
            if message.name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = self.taken / message.name
            try:
                message.rename(taken)
            except FileNotFoundError:
                continue  # another process was faster
            text = taken.read_text(encoding="utf-8")
            taken.unlink()
            try:
                return loads(text)
            except ValueError:
                continue  # the machine lost power between the rename and the content reaching the disk
        raise Empty

    def _queue_bind(
        self, exchange: str, routing_key: str | None, pattern: str | None, queue: str | None
    ) -> None:
        with self._changing(exchange) as bindings:
            binding = Binding(routing_key or "", pattern or "", queue or "")
            if binding not in bindings:
                bindings.insert(0, binding)

    def _delete(
        self, queue: str, exchange: str, routing_key: str, pattern: str, *args: Any, **kwargs: Any
    ) -> None:
        self._purge(queue)
        with self._changing(exchange) as bindings:
            binding = Binding(routing_key or "", pattern or "", queue or "")
            if binding in bindings:
                bindings.remove(binding)

    @contextlib.contextmanager
    def _changing(self, exchange: str) -> Iterator[list[Binding]]:
        """The bindings of an exchange, to be changed in place by one process at a time."""
        with (self.control_folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            bindings = self.get_table(exchange)
            before = list(bindings)
            yield bindings
            if bindings != before:
                _write_whole(self.control_folder / f"{exchange}.exchange", dumps(bindings))


class Transport(filesystem.Transport):
    Channel = Channel


def _write_whole(path: Path, text: str) -> None:
    """Write a file that nobody can see half of."""
    # No queue and no exchange has a name with this ending.
    unfinished = path.with_name(f"{uuid.uuid4()}.unfinished")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.rename(path)
