"""The headers of a message, as the Standard Webhooks specification says.

By hand: it is one HMAC. That receivers can check it with the library of the specification is a test.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

from goals.models.webhook import PREFIX


def signature_of(body: bytes, *, message_id: str, timestamp: int, secret: str) -> str:
    """`v1,` and the HMAC-SHA256 of id, moment and body, in Base64.

    >>> key = "whsec_" + base64.b64encode(bytes(range(32))).decode()
    >>> signature_of(b'{"test": 2432232314}', message_id="msg_1", timestamp=1614265330, secret=key)
    'v1,GWvjEzx3AphU7wha3hNZPXJnymF9Fg+ZdvPQqWPOjZ0='
    """
    key = base64.b64decode(secret.removeprefix(PREFIX))
    mac = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(mac.digest()).decode()}"


def headers_of(body: bytes, *, message_id: str, secrets: Iterable[str], now: datetime) -> dict[str, str]:
    """The moment is that of the attempt: receivers refuse what is older than some minutes.

    Each secret signs, with a blank between: a receiver takes a message that one of those it knows has signed.
    """
    timestamp = int(now.timestamp())
    signatures = (
        signature_of(body, message_id=message_id, timestamp=timestamp, secret=secret) for secret in secrets
    )
    return {
        "Content-Type": "application/json",
        "User-Agent": "okrtracker-webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }
