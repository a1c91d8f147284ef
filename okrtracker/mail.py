"""Mail into a folder instead of a mail server: one readable file for each mail."""

import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone


class FolderBackend(BaseEmailBackend):
    """Writes each mail into EMAIL_FILE_PATH as an .eml file that mail programs open.

    A file appears whole or not at all, also when several processes send. Only its owner may read it.
    """

    def __init__(self, *args: Any, file_path: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.folder = Path(file_path or settings.EMAIL_FILE_PATH)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        sendable = [message for message in email_messages if message.recipients()]
        for message in sendable:
            self._write(message)
        return len(sendable)

    def _write(self, message: EmailMessage) -> None:
        content = message.message().as_bytes()
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor, unfinished = tempfile.mkstemp(
            dir=self.folder, prefix=_name(message), suffix=".unfinished"
        )
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(unfinished).rename(Path(unfinished).with_suffix(".eml"))


def _name(message: EmailMessage) -> str:
    """Sorts by time and says to whom: `2024-10-14T090000-lea.lead@example.org-`."""
    moment = timezone.now().strftime("%Y-%m-%dT%H%M%S.%f")[:-3]
    to = re.sub(r"[^\w.@+-]", "_", message.recipients()[0], flags=re.ASCII)[:80]
    return f"{moment}-{to}-"
