"""Long answers: a cycle in one JSON text, and all check-ins by COPY."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator

from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from bench.floor.sql import KEY_RESULT, is_postgresql, rows_query, text_of

CHECK_INS = (
    "SELECT k.code, i.sequence, i.value, i.previous_value, i.completion, i.status, i.confidence, i.note, "
    "i.blocker, i.evidence_url, i.effective_on, u.email, i.source, i.reason, i.created_at "
    "FROM goals_checkin i JOIN goals_keyresult k ON k.id = i.key_result_id "
    "JOIN accounts_user u ON u.id = i.author_id ORDER BY i.id DESC"
)
PIECE = 64 * 1024


def key_results_of_cycle(request: HttpRequest, cycle_key: str) -> HttpResponse:
    query = rows_query(
        KEY_RESULT,
        "FROM goals_keyresult k JOIN goals_objective o ON o.id = k.objective_id "
        "JOIN goals_roadmap m ON m.id = o.roadmap_id JOIN goals_cycle c ON c.id = m.cycle_id "
        "WHERE c.key = %s AND k.archived_at IS NULL AND o.archived_at IS NULL ORDER BY k.id",
    )
    return HttpResponse(text_of(query, [cycle_key]), content_type="application/json")


def check_ins(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(_pieces(), content_type="text/csv")


def _pieces() -> Iterator[bytes]:
    with tempfile.TemporaryFile("w+b") as file, connection.cursor() as cursor:
        if is_postgresql():
            cursor.execute("SET statement_timeout = 0")
            cursor.copy_expert(f"COPY ({CHECK_INS}) TO STDOUT WITH (FORMAT csv, HEADER)", file)
            cursor.execute("RESET statement_timeout")
        else:
            with open(file.fileno(), "w", closefd=False) as text:
                csv.writer(text).writerows(cursor.execute(CHECK_INS))
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece
