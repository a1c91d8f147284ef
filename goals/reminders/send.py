"""Sends what waits in the outbox. May be killed at any moment, and run by any number of processes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

import structlog
from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils import timezone

from goals.models import OutboxMail
from goals.reminders.claim import (
    MAX_ATTEMPTS,
    begin_attempt,
    claim,
    note_dead,
    note_failed,
    note_sent,
    note_skipped,
    release,
)
from goals.reminders.comments import build_comments
from goals.reminders.cycle_mails import build_cycle_mail
from goals.reminders.digest import build_digest
from goals.reminders.escalation import build_escalation
from goals.reminders.gathered import Gathered, gather
from goals.reminders.invitations import build_invitation
from goals.reminders.message import build_message
from goals.reminders.nudges import build_nudge
from goals.reminders.refused_drafts import build_refusal

# Claimed at a time and sent over one connection. When the sender dies, they wait for its lease to pass.
BATCH = 25
# For so long, what was asked for a whole batch is said in its mails.
FRESH_SECONDS = 5

BUILDERS: dict[str, Any] = {
    OutboxMail.Kind.INVITATION: build_invitation,
    OutboxMail.Kind.MENTION: build_comments,
    OutboxMail.Kind.DIGEST: build_digest,
    OutboxMail.Kind.ESCALATION: build_escalation,
    OutboxMail.Kind.CYCLE: build_cycle_mail,
    OutboxMail.Kind.NUDGE: build_nudge,
    OutboxMail.Kind.CHECK_IN_REFUSED: build_refusal,
}

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What became of the mails that were due. A failed one is tried again later, a dead one is not."""

    sent: int
    failed: int
    dead: int
    problem: str  # why the mail server could not be reached; empty when it could

    @property
    def due(self) -> int:
        return self.sent + self.failed + self.dead


class Ahead:
    """What the mails of a batch about check-ins need, asked for all of them when the first is written.

    A mail says how things are at its moment: what was gathered too long ago is not used any more.
    """

    def __init__(self, mails: Iterable[OutboxMail], *, now: datetime) -> None:
        self.people = [mail.user for mail in mails if mail.kind == OutboxMail.Kind.CHECK_INS_DUE]
        self.now = now
        self.gathered: dict[int, Gathered] | None = None
        self.until = 0.0

    def of(self, mail: OutboxMail) -> Gathered | None:
        """None where the mail has to ask for itself."""
        if self.gathered is None:
            self.until = time.monotonic() + FRESH_SECONDS
            self.gathered = self._gather()
        return self.gathered.get(mail.user_id) if time.monotonic() < self.until else None

    def _gather(self) -> dict[int, Gathered]:
        try:
            return gather(self.people, now=self.now)
        except Exception:  # whatever is wrong with one of them: each mail asks for itself then
            log.exception("what a batch of mails needs cannot be asked at once")
            return {}


class MailServerUnreachable(Exception):
    """There is no connection to the mail server, which is no fault of any mail."""


class Post:
    """A connection to the mail server, opened when it is needed and anew after trouble."""

    def __init__(self) -> None:
        self.connection = get_connection()

    def open(self) -> None:
        """Raises MailServerUnreachable; does nothing while the connection is open."""
        try:
            self.connection.open()
        except OSError as error:  # smtplib's own exceptions are OSErrors too
            raise MailServerUnreachable(f"The mail server cannot be reached: {_reason(error)}") from error

    def send(self, message: EmailMultiAlternatives) -> None:
        if not self.connection.send_messages([message]):
            raise ValueError("There is no address to send it to.")

    def close(self) -> None:
        with suppress(OSError):
            self.connection.close()


def send_waiting(*, now: datetime, for_seconds: float | None = None) -> Outcome:
    """Sends until nothing waits, the mail server is gone, or `for_seconds` have passed.

    No transaction is open while a mail is on its way. What fails is tried again in another run.
    """
    counts: Counter[str] = Counter()
    problem = ""
    until = None if for_seconds is None else time.monotonic() + for_seconds
    while (until is None or time.monotonic() < until) and (mails := claim(now=now, limit=BATCH)):
        try:
            ahead = Ahead(mails, now=now)
            with closing(Post()) as post:
                for mail in mails:
                    counts[_send(mail, post, ahead, now=now)] += 1
        except MailServerUnreachable as error:
            problem = str(error)
            log.warning("mail server unreachable", reason=problem)
            release(mails, because=problem)
            counts["failed"] += OutboxMail.objects.waiting(now).free(timezone.now()).count()
            break
    return Outcome(counts["sent"], counts["failed"], counts["dead"], problem)


def _send(mail: OutboxMail, post: Post, ahead: Ahead, *, now: datetime) -> str:
    """One attempt at one mail; answers what became of it. Raises MailServerUnreachable before it begins."""
    if mail.attempts >= MAX_ATTEMPTS:
        note_dead(mail, because=f"Given up: its sender was stopped in the last of {mail.attempts} attempts.")
        return "dead"
    post.open()
    if not begin_attempt(mail):
        return "taken over"
    try:
        message = _built(mail, ahead, now=now)
        if message is None:
            note_skipped(mail)
            return "skipped"
        post.send(message)
    except Exception as error:  # whatever is wrong with this mail, the others go out
        log.exception("mail failed", mail=mail.pk, attempt=mail.attempts)
        post.close()
        return _note_failure(mail, error, now=now)
    if not note_sent(mail):
        log.warning("mail sent after the lease had passed to another sender", mail=mail.pk)
    return "sent"


def _built(mail: OutboxMail, ahead: Ahead, *, now: datetime) -> EmailMultiAlternatives | None:
    if build := BUILDERS.get(mail.kind):
        message: EmailMultiAlternatives | None = build(mail, now=now)
        return message
    return build_message(mail, now=now, gathered=ahead.of(mail))


def _note_failure(mail: OutboxMail, error: Exception, *, now: datetime) -> str:
    if _is_refused_for_good(error) or mail.attempts >= MAX_ATTEMPTS:
        note_dead(mail, because=_reason(error))
        return "dead"
    note_failed(mail, now=now, because=_reason(error))
    return "failed"


def _is_refused_for_good(error: Exception) -> bool:
    """5xx for the recipient or the content; for our own address or sign-in a setting can be mended."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _text in error.recipients.values())
    return isinstance(error, SMTPDataError) and 500 <= error.smtp_code < 600


def _reason(error: Exception) -> str:
    """What the mail server answered, like "550 no such user"; or what else went wrong."""
    if isinstance(error, SMTPRecipientsRefused):
        return "; ".join(_answer(code, text) for code, text in error.recipients.values())
    if isinstance(error, SMTPResponseException):
        return _answer(error.smtp_code, error.smtp_error)
    return f"{type(error).__name__}: {error}"


def _answer(code: int, text: bytes | str) -> str:
    return f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
