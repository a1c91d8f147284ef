"""A check-in: lock, insert, two updates in one transaction."""

from __future__ import annotations

import json

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from bench.floor.sql import is_postgresql

INSERT = (
    "INSERT INTO goals_checkin (key_result_id, sequence, value, is_no_change, start_value, target_value, "
    "completion, status, note, blocker, evidence_url, effective_on, author_id, source, reason, created_at) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, '', '', '', %s, %s, 'api', '', %s) RETURNING id"
)


def check_in(request: HttpRequest, code: str) -> HttpResponse:
    given, now = json.loads(request.body), timezone.now()
    lock = " FOR UPDATE" if is_postgresql() else ""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, objective_id, owner_id, check_in_count, start_value, target_value, completion "
            f"FROM goals_keyresult WHERE code = %s{lock}",
            [code],
        )
        pk, objective_id, owner_id, count, start, target, share = cursor.fetchone()
        row = [pk, count + 1, given["value"], False, start, target, share, given["status"]]
        cursor.execute(INSERT, [*row, now.date(), owner_id, now])
        [check_in_id] = cursor.fetchone()
        cursor.execute(
            "UPDATE goals_keyresult SET current_value = %s, check_in_count = %s, last_check_in_id = %s, "
            "updated_at = %s WHERE id = %s",
            [given["value"], count + 1, check_in_id, now, pk],
        )
        cursor.execute("UPDATE goals_objective SET updated_at = %s WHERE id = %s", [now, objective_id])
    return HttpResponse(json.dumps({"sequence": count + 1}), content_type="application/json", status=201)
