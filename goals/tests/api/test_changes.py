"""What changed since, for programs that follow."""

import datetime as dt

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from areas.tests.factories import AreaFactory
from goals.actions.areas import archive_area
from goals.actions.changes import KINDS, number_changes
from goals.actions.key_results import archive_key_result, change_key_result
from goals.actions.moving import move_objective
from goals.actions.roadmaps import archive_objective, change_objective, change_roadmap
from goals.actions.shares import share
from goals.models import Change, ChangeCount, KeyResult, Objective
from goals.tests.factories import (
    NOW,
    CycleFactory,
    InitiativeFactory,
    KeyResultFactory,
    KpiFactory,
    MitigationFactory,
    RiskFactory,
    RoadmapFactory,
    check_in,
    enter,
)
from goals.tests.recorded_actions import EXERCISED, Cast

URL = "/api/v1/changes/"


def read(client, since=None, **query) -> tuple[list[tuple], str]:
    """([(kind, code, change)], the cursor to go on with)."""
    answer = client.get(URL, query | ({} if since is None else {"since": since}))
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert body["previous"] is None
    return [(one["kind"], one["code"], one["change"]) for one in body["results"]], body["cursor"]


def now_at(client) -> str:
    """The cursor at the end of all that there is."""
    told, cursor = read(client, limit=500)
    assert len(told) < 500
    return cursor


def test_a_program_hears_of_each_change_once(reader, key_result, objective, lead):
    began = now_at(reader)
    assert read(reader, began) == ([], began)
    change_key_result(key_result, by=lead, now=NOW, reason="measured anew", target_value=20)
    told, after = read(reader, began)
    assert told == [("objective", objective.code, "changed"), ("key-result", key_result.code, "changed")]
    assert read(reader, after) == ([], after)
    # A cursor stays good: what lies between is told again to who asks again.
    assert read(reader, began) == (told, after)


def test_a_check_in_is_a_change_of_its_key_result_and_objective_too(reader, key_result, objective):
    began = now_at(reader)
    check_in(key_result, 5)
    answer = reader.get(URL, {"since": began}).json()
    told = {(one["kind"], one["code"]): one for one in answer["results"]}
    assert set(told) == {
        ("check-in", key_result.code),
        ("key-result", key_result.code),
        ("objective", objective.code),
    }
    assert told["check-in", key_result.code] == {
        "kind": "check-in",
        "code": key_result.code,
        "change": "changed",
        "area": "EDGE",
        "changed_at": "2024-10-14T10:00:00Z",
        "url": f"{settings.SITE_URL}/api/v1/key-results/{key_result.code}/check-ins/",
        "sequence": 1,
        "moved_to": None,
    }
    for one in answer["results"]:
        assert reader.get("/api/v1/" + one["url"].partition("/api/v1/")[2]).status_code == 200


def test_each_thing_comes_once_where_it_changed_last(reader, key_result, objective, lead):
    other = KeyResultFactory(objective=objective)
    began = now_at(reader)
    for row in (key_result, other, key_result):
        change_key_result(row, by=lead, now=NOW, title=f"Title {row.version}", version=None)
        number_changes()
        row.refresh_from_db()
    told = [one for one in read(reader, began)[0] if one[0] == "key-result"]
    assert told == [("key-result", other.code, "changed"), ("key-result", key_result.code, "changed")]


def test_pages_follow_each_other(reader, objective):
    rows = [KeyResultFactory(objective=objective) for _ in range(5)]
    everything, end = read(reader, limit=500)
    seen, url = [], f"{URL}?limit=2"
    while url:
        body = reader.get(url).json()
        seen += [(one["kind"], one["code"], one["change"]) for one in body["results"]]
        url = body["next"]
    assert (seen, body["cursor"]) == (everything, end)
    assert {("key-result", row.code, "changed") for row in rows} <= set(seen)


def test_what_was_archived_leaves_a_tombstone_and_takes_what_is_below_along(
    reader, manager, objective, key_result
):
    risk = RiskFactory(objective=objective)
    step = MitigationFactory(risk=risk)
    work = InitiativeFactory(key_result=key_result)
    began = now_at(reader)
    archive_key_result(key_result, by=manager, now=NOW, reason="a mistake")
    told, after = read(reader, began)
    assert ("key-result", key_result.code, "archived") in told
    assert ("initiative", str(work.pk), "archived") in told
    archive_objective(objective, by=manager, now=NOW, reason="a mistake")
    told, _cursor = read(reader, after)
    assert {
        ("objective", objective.code, "archived"),
        ("key-result", key_result.code, "archived"),
        ("risk", risk.code, "archived"),
        ("mitigation", str(step.pk), "archived"),
    } <= set(told)


def test_an_area_that_is_archived_takes_its_plans_along(reader, administrator, edge, key_result, roadmap):
    kpi = KpiFactory(area=edge)
    began = now_at(reader)
    archive_area(edge, by=administrator, now=NOW, version=None)
    told, _cursor = read(reader, began)
    assert {
        ("area", "EDGE", "archived"),
        ("roadmap", roadmap.code, "archived"),
        ("key-result", key_result.code, "archived"),
        ("kpi", kpi.code, "archived"),
    } <= set(told)


def test_what_moved_leaves_a_tombstone_with_its_old_code(reader, manager, objective, key_result, core, cycle):
    place = RoadmapFactory(area=core, cycle=cycle)
    began = now_at(reader)
    old = objective.code, key_result.code
    move_objective(objective, place, by=manager, now=NOW, reason="reorganised")
    objective.refresh_from_db()
    answer = reader.get(URL, {"since": began}).json()["results"]
    moved = {one["code"]: one["moved_to"] for one in answer if one["change"] == "moved"}
    assert moved == {old[0]: objective.code, old[1]: KeyResult.objects.get().code}
    assert ("objective", objective.code) in [(one["kind"], one["code"]) for one in answer]


def test_beyond_a_token_it_is_told_that_it_moved_and_not_where(
    program, manager, edge, core, cycle, objective, key_result
):
    place = RoadmapFactory(area=core, cycle=cycle)
    RiskFactory(objective=objective)
    here, there = (program(manager, "read", area=area) for area in (edge, core))
    began = {client: now_at(client) for client in (here, there)}
    old = objective.code
    move_objective(objective, place, by=manager, now=NOW, reason="reorganised")
    objective.refresh_from_db()
    answer = here.get(URL, {"since": began[here]}).json()["results"]
    assert {
        (one["code"], one["change"], one["moved_to"]) for one in answer if one["kind"] == "objective"
    } == {(old, "moved", None)}
    assert objective.code not in here.get(URL).content.decode()
    told = read(there, began[there])[0]
    assert ("objective", objective.code, "changed") in told
    # Who reaches the new place is told of all that went there, whatever it was.
    assert {one[:2] for one in told if one[2] == "moved"} == {
        ("objective", old),
        ("key-result", f"{old}-KR1"),
        ("risk", f"{old}-R1"),
    }


def test_what_moves_out_of_sight_or_elsewhere_altogether_is_not_told(
    program, reader, manager, lib, cycle, objective, key_result
):
    place = RoadmapFactory(area=lib, cycle=cycle, visibility="restricted")
    elsewhere = program(manager, "read", area=AreaFactory(key="DATA"))
    began = {client: now_at(client) for client in (reader, elsewhere)}
    move_objective(objective, place, by=manager, now=NOW, reason="reorganised")
    for client, cursor in began.items():
        assert read(client, cursor)[0] == []
    moved = [one for one in read(program(manager))[0] if one[2] == "moved"]
    assert moved == [("objective", objective.code, "moved"), ("key-result", key_result.code, "moved")]


def test_a_bound_token_hears_of_its_area_alone(program, manager, core, cycle, key_result):
    bound = program(manager, "read", area=core)
    told, _cursor = read(bound)
    assert told == [("area", "CORE", "changed"), ("cycle", cycle.key, "changed")]


HIDES = {"key-result": KeyResult, "objective": Objective}


def hidden_and_shown(kind, row, lead, visibility) -> None:
    row.refresh_from_db()
    act = change_key_result if kind == "key-result" else change_objective
    act(row, by=lead, now=NOW, visibility=visibility)


@pytest.mark.parametrize(("kind", "shown"), [("key-result", "inherit"), ("objective", "internal")])
def test_what_is_hidden_is_not_told_nor_that_it_was_hidden(
    reader, program, lead, objective, key_result, kind, shown
):
    row = {"key-result": key_result, "objective": objective}[kind]
    kept = check_in(key_result, 5)
    insider = program(lead)
    began, inside = now_at(reader), now_at(insider)
    hidden_and_shown(kind, row, lead, "restricted")
    told, hidden = read(reader, began)
    assert [one for one in told if one[0] != "objective" or kind == "objective"] == []
    assert (kind, row.code, "changed") in read(insider, inside)[0]
    hidden_and_shown(kind, row, lead, shown)
    # Shown again, all of it is there, what did not change itself too.
    told, _cursor = read(reader, hidden)
    assert {(kind, row.code, "changed"), ("check-in", key_result.code, "changed")} <= set(told)
    assert kept.pk


def test_a_roadmap_that_is_shown_brings_what_is_in_it(reader, lead, roadmap, objective, key_result):
    change_roadmap(roadmap, by=lead, now=NOW, visibility="restricted")
    began = now_at(reader)
    roadmap.refresh_from_db()
    change_roadmap(roadmap, by=lead, now=NOW, visibility="internal")
    told, _cursor = read(reader, began)
    assert {
        ("roadmap", roadmap.code, "changed"),
        ("objective", objective.code, "changed"),
        ("key-result", key_result.code, "changed"),
    } <= set(told)


def test_a_share_shows_an_objective_to_another_area(program, outsider, lead, core, roadmap, key_result):
    change_roadmap(roadmap, by=lead, now=NOW, visibility="restricted")
    reader = program(outsider)
    began = now_at(reader)
    share(key_result.objective, core, by=lead, now=NOW, reason="together")
    told, _cursor = read(reader, began)
    assert ("objective", key_result.objective.code, "changed") in told
    assert ("key-result", key_result.code, "changed") in told


def test_parts_are_told_as_changes_of_what_they_are_parts_of(reader, edge):
    kpi = KpiFactory(area=edge)
    began = now_at(reader)
    enter(kpi, 5)
    assert read(reader, began)[0] == [("kpi", kpi.code, "changed")]


def test_since_a_moment_or_a_day(reader, objective):
    KeyResultFactory(objective=objective)
    now_at(reader)
    for number, row in enumerate(Change.objects.order_by("position")):
        Change.objects.filter(pk=row.pk).update(changed_at=NOW + dt.timedelta(days=number))
    everything, end = read(reader)
    later = len(everything) - 2
    assert later > 0
    for since in ("2024-10-16T10:00:00Z", "2024-10-16T12:00:00+02:00", "2024-10-16"):
        told, cursor = read(reader, since)
        assert (told, cursor) == (everything[-later:], end)
    assert read(reader, "2030-01-01") == ([], end)


@pytest.mark.parametrize(
    "since",
    [
        *("yesterday", "2024-13-01", "0001-01-01T00:00:00", "9999-99-99", "Y2hhbmdlLS0x", "é", "٢٠٢٤-10-14"),
        *(
            "YWZ0ZXItNQ",
            "x" * 5_000,
            "2024-10-14T10:00:00",
            "a\0b",
            "Y2hhbmdlLTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5",
        ),
    ],
)
def test_what_is_no_since_is_refused(reader, since):
    answer = reader.get(URL, {"since": since})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert [error["field"] for error in answer.json()["errors"]] == ["since"]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_days_at_the_ends_of_the_calendar_are_answered(program, outsider, day, key_result):
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        outsider.time_zone = zone
        outsider.save()
        assert program(outsider).get(URL, {"since": day}).status_code in (200, 400)


def test_a_cursor_from_after_a_backup_is_refused(reader, key_result):
    cursor = now_at(reader)
    ChangeCount.objects.update(last_position=1)
    answer = reader.get(URL, {"since": cursor})
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor_gone")


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "501"}, {"kind": "risk"}, {"format": "csv"}])
def test_nothing_else_can_be_asked_for(reader, query):
    assert reader.get(URL, query).status_code == 400


def test_an_answer_that_stayed_the_same_is_304(reader, key_result, lead):
    began = now_at(reader)
    first = reader.get(URL, {"since": began})
    assert reader.get(URL, {"since": began}, headers={"If-None-Match": first["ETag"]}).status_code == 304
    check_in(key_result, 5)
    assert reader.get(URL, {"since": began}, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_a_page_costs_the_same_however_much_is_on_it(reader, objective):
    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            read(reader, limit=500)
        return len(counted)

    check_in(KeyResultFactory(objective=objective), 1)
    now_at(reader)
    few = queries()
    for _ in range(20):
        check_in(KeyResultFactory(objective=objective), 1)
    now_at(reader)
    assert queries() == few


def test_hidden_rows_are_passed_over_and_the_page_is_filled(reader, lead, objective, key_result):
    others = [KeyResultFactory(objective=objective, visibility="restricted") for _ in range(7)]
    seen = KeyResultFactory(objective=objective)
    began = now_at(reader)
    for row in [*others, seen]:
        Change.objects.mark(Change.Kind.KEY_RESULT, [row.pk])
    told, cursor = read(reader, began, limit=2)
    assert told == [("key-result", seen.code, "changed")]
    assert read(reader, cursor) == ([], cursor)


@pytest.mark.parametrize("name", sorted(EXERCISED))
def test_every_action_marks_what_it_changes(
    name, cycle, roadmap, objective, key_result, lead, core, administrator
):
    """What the record tells of an action, and is told here, waits for its position afterwards."""
    cast = Cast(
        cycle=cycle, roadmap=roadmap, objective=objective, key_result=key_result, lead=lead, core=core,
        by=administrator,
    )  # fmt: skip
    number_changes()
    before = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    EXERCISED[name](cast)
    kinds = {model._meta.label_lower: kind for model, kind in KINDS.items()}
    recorded = {
        (kinds[entry.model], entry.object_id)
        for entry in AuditEntry.objects.filter(pk__gt=before)
        if entry.model in kinds
    }
    marked = set(Change.objects.unnumbered().values_list("kind", "object_id"))
    assert recorded <= marked


def test_a_cycle_of_its_own_is_a_change(reader):
    began = now_at(reader)
    CycleFactory(key="30H1", starts_on=dt.date(2030, 1, 1), ends_on=dt.date(2030, 6, 30))
    assert read(reader, began)[0] == [("cycle", "30H1", "changed")]
