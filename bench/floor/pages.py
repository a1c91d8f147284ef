"""Pages: the rows that are shown, in one string join."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from bench.floor.rows import MEANS
from bench.floor.sql import all_of

HEAD = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Floor</title></head><body>'


def page(parts: list[str]) -> HttpResponse:
    return HttpResponse(HEAD + "".join(parts) + "</body></html>")


def roadmap(request: HttpRequest, code: str) -> HttpResponse:
    """Each key result of a roadmap beside its objective, with what was reported last."""
    found = all_of(
        "SELECT o.code, o.title, o.completion, k.code, k.title, k.unit, k.start_value, k.target_value, "
        "k.current_value, k.completion, u.name, i.status, i.effective_on "
        "FROM goals_keyresult k JOIN goals_objective o ON o.id = k.objective_id "
        "JOIN goals_roadmap m ON m.id = o.roadmap_id LEFT JOIN accounts_user u ON u.id = k.owner_id "
        "LEFT JOIN goals_checkin i ON i.id = k.last_check_in_id "
        "WHERE m.code = %s AND k.archived_at IS NULL AND o.archived_at IS NULL "
        "ORDER BY o.position, k.position",
        [code],
    )
    return page(
        [
            f'<div id="{row[3]}"><p>{row[0]} {row[1]} {row[2]}</p>'
            f'<p><a href="/key-results/{row[3]}/">{row[4]}</a></p><p>{row[6]} {row[7]} {row[8]} {row[5]}</p>'
            f"<p>{row[9]} {row[10]} {row[11]} {row[12]}</p></div>"
            for row in found
        ]
    )


def overview(request: HttpRequest, cycle_key: str) -> HttpResponse:
    """The means of all areas, and the eight key results that are furthest behind."""
    means = all_of(MEANS, [cycle_key])
    behind = all_of(
        "SELECT k.code, k.title, k.completion FROM goals_keyresult k "
        "JOIN goals_objective o ON o.id = k.objective_id JOIN goals_roadmap m ON m.id = o.roadmap_id "
        "JOIN goals_cycle c ON c.id = m.cycle_id WHERE c.key = %s AND k.completion IS NOT NULL "
        "ORDER BY k.completion LIMIT 8",
        [cycle_key],
    )
    return page(
        [
            f"<p>{area} {completion} {counted} {reported}</p>"
            for area, completion, _, counted, reported in means
        ]
        + [f'<p><a href="/key-results/{code}/">{title}</a> {share}</p>' for code, title, share in behind]
    )


def my_check_ins(request: HttpRequest, user_id: int) -> HttpResponse:
    """What a person owns in running cycles, each with its last value and three fields."""
    found = all_of(
        "SELECT k.code, k.title, k.unit, k.current_value, k.target_value, i.effective_on "
        "FROM goals_keyresult k JOIN goals_objective o ON o.id = k.objective_id "
        "JOIN goals_roadmap m ON m.id = o.roadmap_id JOIN goals_cycle c ON c.id = m.cycle_id "
        "LEFT JOIN goals_checkin i ON i.id = k.last_check_in_id "
        "WHERE k.owner_id = %s AND c.state IN ('active', 'closing') ORDER BY i.effective_on LIMIT 60",
        [user_id],
    )
    return page(
        [
            f'<fieldset id="{code}"><legend>{title}</legend><p>{value} {unit} ({target}) {on}</p>'
            f'<input name="{code}-value"><select name="{code}-status"><option>on track<option>behind'
            f'<option>at risk</select><input name="{code}-confidence"><textarea name="{code}-note">'
            f"</textarea></fieldset>"
            for code, title, unit, value, target, on in found
        ]
    )
