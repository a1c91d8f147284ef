"""What every mail needs: addresses that lead back here, and texts that make no header of their own."""

from __future__ import annotations

import re

from django.conf import settings
from django.urls import reverse

CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def address_of(name: str, *arguments: str) -> str:
    return settings.SITE_URL + reverse(name, args=arguments)


def one_line(text: str) -> str:
    """Without line breaks and control characters: a title makes no header and no line of its own."""
    return CONTROL_CHARACTERS.sub(" ", text).strip()
