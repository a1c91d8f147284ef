"""The record as CSV, written line by line."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from django.http import StreamingHttpResponse

from accounts.models.audit import AuditEntryQuerySet
from accounts.spreadsheets import Line, text_cell

CHUNK = 500
COLUMNS = [
    "id",
    "made_at",
    "actor",
    "origin",
    "address",
    "action",
    "kind",
    "subject",
    "about",
    "changes",
    "reason",
]


def csv_response(entries: AuditEntryQuerySet) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        _lines(entries.select_related("about")),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="record.csv"'},
    )


def _lines(entries: AuditEntryQuerySet) -> Iterator[str]:
    writer: Any = csv.writer(Line())
    yield writer.writerow(COLUMNS)
    for entry in entries.iterator(chunk_size=CHUNK):
        changes = json.dumps(entry.changes, ensure_ascii=False) if entry.changes else ""
        made_at = entry.made_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        about = entry.about.email if entry.about else ""
        texts = [entry.actor_email, entry.origin, entry.address or "", entry.action, entry.kind]
        cells = map(text_cell, [*texts, entry.subject, about, changes, entry.reason])
        yield writer.writerow([entry.pk, made_at, *cells])
