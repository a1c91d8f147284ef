"""Reading a pasted list of people: one on a line, or several with commas or semicolons between them."""

from __future__ import annotations

import re
from dataclasses import dataclass

BETWEEN = re.compile(r"[,;]")
NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<email>[^<>]*)>\Z")
NAME_LENGTH = 120


@dataclass(frozen=True)
class Address:
    """One person of the list: `text` as it was written, for whoever has to mend it."""

    text: str
    email: str
    name: str


def read_addresses(text: str) -> list[Address]:
    """Every person named, in order, each address once. Nothing is judged and nothing is left out.

    >>> [(one.name, one.email) for one in read_addresses("Lovelace, Ada <ada@b.org>; g.hopper@b.org")]
    [('Ada Lovelace', 'ada@b.org'), ('G Hopper', 'g.hopper@b.org')]
    """
    found: dict[str, Address] = {}
    for line in text.splitlines():
        for part in _parts(line):
            address = _read(part)
            found.setdefault(address.email.casefold(), address)
    return list(found.values())


def _parts(line: str) -> list[str]:
    """Pieces that hold one address each; a comma within a name separates nothing."""
    parts, begun = [], ""
    for piece in BETWEEN.split(line):
        whole = f"{begun}, {piece.strip()}" if begun else piece.strip()
        begun = "" if "@" in piece else whole
        if "@" in piece:
            parts.append(whole)
    return [*parts, begun] if begun else parts


def _read(part: str) -> Address:
    named = NAMED.match(part)
    email = named["email"].strip() if named else part
    name = named["name"].strip().strip("\"'").strip() if named else ""
    return Address(part, email, (_in_order(name) or _name_in(email))[:NAME_LENGTH])


def _in_order(name: str) -> str:
    """As people are called here: a mail program's `Lovelace, Ada` is Ada Lovelace."""
    family, comma, given = name.partition(", ")
    return f"{given} {family}" if comma and "," not in given else name


def _name_in(email: str) -> str:
    """What a person may be called until they say it themselves: `ada.lovelace@…` is Ada Lovelace."""
    words = re.split(r"[._+-]+", email.partition("@")[0])
    return " ".join(word[:1].upper() + word[1:] for word in words if word) or email
