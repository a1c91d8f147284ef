"""What every mail needs: addresses that lead back here, texts that make no header of their own, its frame."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.mails import MAILS, stop_address, unsubscribe_headers
from goals.models import OutboxMail

CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def address_of(name: str, *arguments: str) -> str:
    return settings.SITE_URL + reverse(name, args=arguments)


def one_line(text: str) -> str:
    """Without line breaks and control characters: a title makes no header and no line of its own."""
    return CONTROL_CHARACTERS.sub(" ", text).strip()


def letter(mail: OutboxMail, template: str, context: dict[str, Any]) -> EmailMultiAlternatives:
    """The mail to its person, as text and as HTML, in the language and the time zone that are spoken now.

    Made of `emails/<template>.subject.txt`, `.txt` and `.html`. One that may be stopped says where, in a
    header too.
    """
    user = mail.user
    may_be_stopped = mail.kind in MAILS
    known = {"name": one_line(user.name), "preferences_url": address_of("accounts:preferences"), **context}
    if may_be_stopped:
        known["stop_url"] = stop_address(user, mail.kind)
    message = EmailMultiAlternatives(
        subject=one_line(render_to_string(f"emails/{template}.subject.txt", known)),
        body=render_to_string(f"emails/{template}.txt", known),
        to=[user.email],
        headers={
            "Message-ID": mail.message_id,
            **(unsubscribe_headers(user, mail.kind) if may_be_stopped else {}),
            # Absence notes are not an answer to this.
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(render_to_string(f"emails/{template}.html", known), "text/html")
    return message
