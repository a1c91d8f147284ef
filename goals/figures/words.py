"""How words are found in the text of rows: full text on PostgreSQL, every word anywhere on SQLite.

PostgreSQL compares English word stems, and a word finds what begins with it, so that typing narrows down;
the index of each table is in migration 0029 and holds for exactly these expressions. SQLite has no such
index in the build that Python brings everywhere; there a word is found inside others too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.db import connection
from django.db.models import Case, FloatField, Q, QuerySet, Value, When

MOST_WORDS = 8
CONFIG = "english"
EXCERPT = 160
# As codes are written: EDGE-24H2-O1-KR2, or how one begins.
CODE = re.compile(r"[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]*)*")


@dataclass(frozen=True)
class Piece:
    """A part of an excerpt; `is_found` where it is what was looked for."""

    text: str
    is_found: bool = False


def words_in(text: str) -> list[str]:
    """What is looked for, at most `MOST_WORDS`; all of them have to be found."""
    return re.findall(r"\w+", text)[:MOST_WORDS]


def having_words(
    rows: QuerySet[Any], text: str, *, title: str, others: tuple[str, ...] = (), code: str = ""
) -> QuerySet[Any]:
    """Rows with all words in the title and the other fields together, or whose code begins with the text.

    `relevance` is higher where the title has them, highest for a code; rows are in no order.
    """
    words, names = words_in(text), (title, *others)
    # Codes are upper case; LIKE on its beginning uses their index.
    begins = Q(**{f"{code}__startswith": text.upper()}) if code and CODE.fullmatch(text) else Q(pk__in=[])
    if not words:
        return rows.annotate(relevance=Value(0.0)).none()
    relevance: Any
    if connection.vendor == "postgresql":
        query = SearchQuery(" & ".join(f"{word}:*" for word in words), config=CONFIG, search_type="raw")
        weighted: Any = SearchVector(title, weight="A", config=CONFIG)
        if others:
            weighted += SearchVector(*others, weight="D", config=CONFIG)
        rows = rows.annotate(text_of_row=SearchVector(*names, config=CONFIG))
        matches, relevance = Q(text_of_row=query), SearchRank(weighted, query)
    else:
        matches, in_title = Q(), Q()
        for word in words:
            in_title &= Q(**{f"{title}__icontains": word})
            anywhere = Q()
            for name in names:
                anywhere |= Q(**{f"{name}__icontains": word})
            matches &= anywhere
        relevance = Case(When(in_title, then=Value(0.5)), default=Value(0.1), output_field=FloatField())
    first = Case(When(begins, then=Value(2.0)), default=relevance, output_field=FloatField())
    return rows.filter(begins | matches).annotate(relevance=first)


def excerpt(text: str, words: list[str]) -> list[Piece]:
    """What stands around the first word that is found, some `EXCERPT` characters, in pieces."""
    text = " ".join(text.split())
    wanted = re.compile("|".join(re.escape(word) for word in words) or r"(?!)", re.IGNORECASE)
    first = wanted.search(text)
    start = max((first.start() if first else 0) - EXCERPT // 3, 0)
    if start:
        # Not within a word, where there is a space near.
        start = text.find(" ", start, start + 20) + 1 or start
    shown = text[start : start + EXCERPT]
    before, after = "… " if start else "", " …" if start + EXCERPT < len(text) else ""
    pieces = [Piece(before)] if before else []
    pieces += pieces_of(shown, wanted)
    return [*pieces, Piece(after)] if after else pieces


def pieces_of(text: str, wanted: re.Pattern[str]) -> Iterator[Piece]:
    end = 0
    for match in wanted.finditer(text):
        if match.start() > end:
            yield Piece(text[end : match.start()])
        yield Piece(match.group(), is_found=True)
        end = match.end()
    if end < len(text):
        yield Piece(text[end:])
