"""JSON that a database builds, on PostgreSQL and on SQLite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

# What is stored of a key result; with subqueries for what lies in other tables.
KEY_RESULT: dict[str, str] = {
    **{
        name: f"k.{name}"
        for name in (
            *("id", "code", "title", "metric", "unit", "kind", "start_value", "commit_value", "target_value"),
            *("stretch_value", "lower_bound", "upper_bound", "current_value", "completion", "weight"),
            *("due_on", "paused_on", "paused_until", "pause_reason", "check_in_count", "source_note"),
            *("position", "tags", "proposed_score", "final_score", "score_reason", "closing_note", "version"),
            *("visibility", "created_at", "updated_at", "dropped_at", "archived_at"),
        )
    },
    "objective": "(SELECT o.code FROM goals_objective o WHERE o.id = k.objective_id)",
    "area": "(SELECT a.key FROM goals_objective o JOIN goals_roadmap m ON m.id = o.roadmap_id "
    "JOIN areas_area a ON a.id = m.area_id WHERE o.id = k.objective_id)",
    "cycle": "(SELECT c.key FROM goals_objective o JOIN goals_roadmap m ON m.id = o.roadmap_id "
    "JOIN goals_cycle c ON c.id = m.cycle_id WHERE o.id = k.objective_id)",
    "owner": "(SELECT u.email FROM accounts_user u WHERE u.id = k.owner_id)",
    "owner_name": "(SELECT u.name FROM accounts_user u WHERE u.id = k.owner_id)",
    **{
        name: f"(SELECT i.{column} FROM goals_checkin i WHERE i.id = k.last_check_in_id)"
        for name, column in (
            ("said_status", "status"),
            ("confidence", "confidence"),
            ("last_sequence", "sequence"),
            ("last_on", "effective_on"),
            ("last_value", "value"),
        )
    },
}
OBJECTIVE: dict[str, str] = {
    **{
        name: f"o.{name}"
        for name in (
            *("code", "title", "kind", "description", "commitment", "priority", "confidence", "weight"),
            *("counts_supporters", "position", "tags", "pillar", "impact", "cost", "post_mortem", "version"),
            *("visibility", "completion", "created_at", "updated_at", "dropped_at", "archived_at"),
        )
    },
    "roadmap": "m.code",
    "owner": "(SELECT u.email FROM accounts_user u WHERE u.id = o.owner_id)",
    "owner_name": "(SELECT u.name FROM accounts_user u WHERE u.id = o.owner_id)",
}
# The area that a key names, and what is directly below it.
AREAS = (
    "SELECT a.id FROM areas_area a LEFT JOIN areas_area p ON p.id = a.parent_id WHERE %s IN (a.key, p.key)"
)


def is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def row_of(fields: Mapping[str, str]) -> str:
    """One JSON object, of columns or of JSON that was built below."""
    build = "json_build_object" if is_postgresql() else "json_object"
    parts = ", ".join(f"'{name}', {column}" for name, column in fields.items())
    return f"{build}({parts})"


def list_of(row: str) -> str:
    """The rows of a query as one JSON list."""
    if is_postgresql():
        return f"coalesce(json_agg({row}), '[]'::json)"
    return f"json_group_array({row})"


def rows_query(fields: Mapping[str, str], rest: str) -> str:
    """SELECT one JSON list of rows; `rest` is what follows the columns of one."""
    columns = ", ".join(f"{column} AS {name}" for name, column in fields.items())
    inner = f"SELECT {columns} {rest}"
    if is_postgresql():
        return f"SELECT coalesce(json_agg(row_to_json(r)), '[]')::text FROM ({inner}) r"
    return f"SELECT json_group_array({row_of({name: f'r.{name}' for name in fields})}) FROM ({inner}) r"


def text_of(query: str, parameters: Sequence[Any]) -> str:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        found = cursor.fetchone()
    return found[0]


def all_of(query: str, parameters: Sequence[Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall()
