"""Lists and single rows as JSON, and the roll-ups."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from bench.floor.sql import (
    AREAS,
    KEY_RESULT,
    OBJECTIVE,
    is_postgresql,
    list_of,
    row_of,
    rows_query,
    text_of,
)

JSON = "application/json"


def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


def key_results(request: HttpRequest) -> HttpResponse:
    """A page of those of an area and cycle, after a primary key."""
    asked = request.GET
    query = rows_query(
        KEY_RESULT,
        "FROM goals_keyresult k JOIN goals_objective o ON o.id = k.objective_id "
        "JOIN goals_roadmap m ON m.id = o.roadmap_id JOIN goals_cycle c ON c.id = m.cycle_id "
        f"WHERE c.key = %s AND m.area_id IN ({AREAS}) AND k.archived_at IS NULL "
        "AND o.archived_at IS NULL AND k.id > %s ORDER BY k.id LIMIT %s",
    )
    found = text_of(query, [asked["cycle"], asked["area"], int(asked["after"]), int(asked["limit"])])
    return HttpResponse(f'{{"next": null, "previous": null, "results": {found}}}', content_type=JSON)


def key_result(request: HttpRequest, code: str) -> HttpResponse:
    query = rows_query(KEY_RESULT, "FROM goals_keyresult k WHERE k.code = %s")
    return HttpResponse(text_of(query, [code]), content_type=JSON)


def objective(request: HttpRequest, code: str) -> HttpResponse:
    codes = list_of("k.code")
    fields = OBJECTIVE | {
        "key_results": f"(SELECT {codes} FROM goals_keyresult k WHERE k.objective_id = o.id)"
    }
    rest = "FROM goals_objective o JOIN goals_roadmap m ON m.id = o.roadmap_id WHERE o.code = %s"
    return HttpResponse(text_of(rows_query(fields, rest), [code]), content_type=JSON)


def area(request: HttpRequest, area_key: str, cycle_key: str) -> HttpResponse:
    """Objectives, key results and risks of an area and its teams, each below what it belongs to."""
    names = ("code", "title", "kind", "unit", "weight", "current_value", "completion")
    inner = list_of(row_of({name: f"k.{name}" for name in names}))
    risk = list_of(row_of({name: f"r.{name}" for name in ("code", "title", "state", "likelihood", "impact")}))
    wrap = "{}" if is_postgresql() else "json({})"
    fields = {name: f"o.{name}" for name in ("code", "title", "kind", "weight", "completion")} | {
        "area": "a.key",
        "key_results": wrap.format(
            f"(SELECT {inner} FROM goals_keyresult k WHERE k.objective_id = o.id AND k.archived_at IS NULL)"
        ),
        "risks": wrap.format(f"(SELECT {risk} FROM goals_risk r WHERE r.objective_id = o.id)"),
    }
    query = (
        f"SELECT {list_of(row_of(fields))}{'::text' if is_postgresql() else ''} FROM goals_objective o "
        "JOIN goals_roadmap m ON m.id = o.roadmap_id JOIN goals_cycle c ON c.id = m.cycle_id "
        f"JOIN areas_area a ON a.id = m.area_id WHERE c.key = %s AND a.id IN ({AREAS})"
    )
    return HttpResponse(text_of(query, [cycle_key, area_key]), content_type=JSON)


# Clamped means by weight, the excellence objectives apart, and how much of it was reported on.
MEANS = """
SELECT a.parent_id AS area, sum(o.completion * o.weight) / sum(o.weight) AS completion,
       count(*) AS objectives, sum(k.counted) AS counted, sum(k.reported) AS reported
FROM goals_objective o
JOIN goals_roadmap m ON m.id = o.roadmap_id
JOIN goals_cycle c ON c.id = m.cycle_id
JOIN areas_area a ON a.id = m.area_id
JOIN (SELECT objective_id, count(*) AS counted, count(last_check_in_id) AS reported
      FROM goals_keyresult WHERE archived_at IS NULL AND kind <> 'guardrail' GROUP BY objective_id) k
  ON k.objective_id = o.id
WHERE c.key = %s AND o.kind = 'focus' AND o.archived_at IS NULL AND o.dropped_at IS NULL
GROUP BY a.parent_id
"""


def progress(request: HttpRequest, cycle_key: str) -> HttpResponse:
    """The means of all areas, from what is stored of their objectives."""
    fields = {name: f"r.{name}" for name in ("area", "completion", "objectives", "counted", "reported")}
    cast = "::text" if is_postgresql() else ""
    query = f"SELECT {list_of(row_of(fields))}{cast} FROM ({MEANS}) r"
    return HttpResponse(text_of(query, [cycle_key]), content_type=JSON)
