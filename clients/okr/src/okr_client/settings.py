"""Where one is signed in: the environment, else a file that its owner alone can read.

The file holds a token for each server, so that none is ever sent to another than the one it is for.
"""

from __future__ import annotations

import json
import os
import re
import stat
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from okr_client.failures import NotAllowed, Usage

URL, TOKEN, ALLOW_HTTP = "OKR_URL", "OKR_TOKEN", "OKR_ALLOW_HTTP"
# What goes into a header; anything else would be quoted in an error message.
TOKEN_FORM = re.compile(r"[\x21-\x7e]{8,200}")
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass
class Kept:
    """What the file holds: the server signed in at last, and the token of each."""

    server: str = ""
    tokens: dict[str, str] = field(default_factory=dict)


def path() -> Path:
    return Path(click.get_app_dir("okr")) / "servers.json"


def kept() -> Kept:
    """Raises Usage where the file cannot be read, or where others can."""
    file = path()
    try:
        if os.name == "posix" and stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise Usage(f"Others can read {file}, where your tokens are: chmod 600 {file}")
        found: Any = json.loads(file.read_text(encoding="utf-8"))
        server, tokens = found["server"], found["tokens"]
    except FileNotFoundError:
        return Kept()
    except (OSError, ValueError, KeyError, TypeError):
        raise Usage(f"{file} cannot be read; delete it and sign in again.") from None
    if not isinstance(tokens, dict):
        raise Usage(f"{file} cannot be read; delete it and sign in again.")
    return Kept(str(server), {str(name): str(token) for name, token in tokens.items()})


def keep(content: Kept) -> None:
    """Writes the file whole or not at all, never readable by others, not for a moment."""
    file = path()
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent)  # mode 600
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as new:
                json.dump({"server": content.server, "tokens": content.tokens}, new, indent=2)
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise Usage(f"{file} cannot be written: {error.strerror}.") from None


def signed_in(url: str | None) -> tuple[str, str]:
    """The server and the token to use. Raises NotAllowed where there is none."""
    content = kept() if not (os.environ.get(TOKEN) and (url or os.environ.get(URL))) else Kept()
    server = url or os.environ.get(URL) or content.server
    if not server:
        raise NotAllowed(f"You are not signed in. Run okr sign-in, or set {URL} and {TOKEN}.")
    server = plain_url(server)
    token = os.environ.get(TOKEN) or content.tokens.get(server)
    if not token:
        raise NotAllowed(
            f"You are not signed in at {server}. Run okr sign-in --url {server}, or set {TOKEN}."
        )
    return server, plain_token(token)


def plain_token(token: str) -> str:
    token = token.strip()
    if not TOKEN_FORM.fullmatch(token):
        raise Usage("This is no token; one begins with okr_ and has no blanks.")
    return token


def plain_url(url: str) -> str:
    """Scheme, host and port alone. Raises Usage for anything else."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in ("http", "https") or "@" in parts.netloc:
        raise Usage("A server is written like https://okr.example.org.")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise Usage("A server is written without a path, like https://okr.example.org.")
    if parts.scheme == "http" and host not in LOOPBACK and os.environ.get(ALLOW_HTTP) != "1":
        raise Usage(
            f"Over http anybody on the way could read your token. Use https://{host}, or set {ALLOW_HTTP}=1."
        )
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (f":{port}" if port else "")
