"""Figures for programs: of a past day, day by day, and how a mean came about."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine

from goals.actions.key_results import change_key_result, drop_key_result
from goals.models import KeyResult, Roadmap
from goals.tests.factories import (
    NOW,
    TODAY,
    CycleFactory,
    KeyResultFactory,
    ObjectiveFactory,
    RoadmapFactory,
    check_in,
)
from goals.tests.past import AUGUST, JULY, SEPTEMBER, on

URL = "/api/v1/"
CODE = "EDGE-24H2-O1"


@pytest.fixture
def plan(lib, edge, lead):
    """O1: KR1 at 1 of 10 since 30 September, today at 8 of 20; KR2, of weight 3, at 6 of 10 since August."""
    with on(JULY):
        roadmap = RoadmapFactory(area=edge, cycle=CycleFactory())
        objective = ObjectiveFactory(roadmap=roadmap, owner=lead, weight=2)
        rows = [KeyResultFactory(objective=objective, owner=lead, weight=weight) for weight in (1, 3)]
    with on(AUGUST):
        check_in(rows[1], 6, on=AUGUST)
    with on(SEPTEMBER):
        check_in(rows[0], 1, on=SEPTEMBER)
    change_key_result(rows[0], by=lead, now=NOW, reason="agreed", target_value=Decimal(20))
    check_in(rows[0], 8)
    return rows


def rows_of(reader, path) -> dict:
    body = reader.get(URL + path).json()
    days = [row["day"] for row in body["results"]]
    assert days == sorted(set(days))
    return {row.pop("day"): row for row in body["results"]}


def test_a_key_result_day_by_day(reader, plan):
    rows = rows_of(reader, f"key-results/{CODE}-KR1/series/")
    assert (min(rows), max(rows), len(rows)) == ("2024-07-01", "2024-10-14", 106)
    assert rows["2024-07-01"] == {"value": None, "completion": "0", "expected": "0", "pace": "no_data"}
    assert (rows["2024-09-29"]["value"], rows["2024-09-30"]["value"]) == (None, "1")
    assert (rows["2024-10-13"]["completion"], rows["2024-10-14"]["completion"]) == ("0.1", "0.4")
    assert rows["2024-10-14"]["expected"] == "0.573770491803279"
    assert (rows["2024-09-29"]["pace"], rows["2024-09-30"]["pace"]) == ("no_data", "at_risk")


def test_an_objective_and_its_area_day_by_day(reader, plan):
    for path in (
        f"objectives/{CODE}/series/",
        "areas/EDGE/series/?cycle=24H2",
        "areas/LIB/series/?cycle=24H2",
    ):
        rows = rows_of(reader, path)
        assert len(rows) == 106
        assert [
            rows[day]["completion"] for day in ("2024-08-11", "2024-08-12", "2024-09-30", "2024-10-14")
        ] == [
            "0",
            "0.45",  # 3 x 0.6 / 4
            "0.475",
            "0.55",
        ]
        assert rows["2024-08-12"]["pace"] == "on_track"
        assert set(rows["2024-08-12"]) == {"completion", "expected", "pace"}


def test_the_last_row_is_what_the_pages_say_today(reader, plan):
    for path in (f"key-results/{CODE}-KR1/", f"objectives/{CODE}/"):
        today = reader.get(URL + path).json()
        last = rows_of(reader, f"{path}series/")["2024-10-14"]
        assert {name: today[name] for name in ("completion", "expected", "pace")} == {
            name: last[name] for name in ("completion", "expected", "pace")
        }


def test_a_row_for_each_day_in_the_plan(reader, plan, lead):
    drop_key_result(plan[1], by=lead, now=NOW, reason="not worth it")
    assert max(rows_of(reader, f"key-results/{CODE}-KR2/series/")) == "2024-10-13"
    late = KeyResultFactory(objective=plan[0].objective)
    assert list(rows_of(reader, f"key-results/{late.code}/series/")) == ["2024-10-14"]


def test_a_cycle_that_has_not_begun_has_no_rows(reader, edge):
    roadmap = RoadmapFactory(
        area=edge,
        cycle=CycleFactory(key="25H1", starts_on=dt.date(2025, 1, 1), ends_on=dt.date(2025, 6, 30)),
    )
    objective = ObjectiveFactory(roadmap=roadmap)
    assert rows_of(reader, f"objectives/{objective.code}/series/") == {}
    assert rows_of(reader, "areas/EDGE/series/?cycle=25H1") == {}


def test_progress_of_a_past_day(reader, plan):
    body = reader.get(f"{URL}progress/?cycle=24H2&as_of=2024-10-01").json()
    assert (body["as_of"], body["completion"], body["is_partial"]) == ("2024-10-01", "0.475", False)
    (found,) = body["areas"][1]["teams"][0]["objectives"]
    assert [row["current_value"] for row in found["key_results"]] == ["1", "6"]
    assert [row["completion"] for row in found["key_results"]] == ["0.1", "0.6"]
    of_edge = reader.get(f"{URL}progress/?cycle=24H2&area=EDGE&as_of=2024-10-01").json()
    assert (of_edge["area"], of_edge["completion"]) == ("EDGE", "0.475")
    today = reader.get(f"{URL}progress/?cycle=24H2&as_of=2024-10-14").content
    assert today == reader.get(f"{URL}progress/?cycle=24H2").content


@pytest.mark.parametrize(
    ("day", "code"),
    [
        ("2024-10-15", "future"),
        ("2024-06-30", "before_cycle"),
        ("2024-13-01", "invalid"),
        ("today", "invalid"),
        ("%00", "invalid"),
    ],
)
@pytest.mark.parametrize("path", ["progress/?cycle=24H2&", f"objectives/{CODE}/explain/?"])
def test_a_day_that_cannot_be_shown_is_refused(reader, plan, path, day, code):
    answer = reader.get(f"{URL}{path}as_of={day}")
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert (error["field"], error["code"]) == ("as_of", code)


@pytest.mark.parametrize(
    ("query", "completion", "adds"),
    [("", "0.55", ["0.1", "0.45"]), ("?as_of=2024-10-01", "0.475", ["0.025", "0.45"])],
)
def test_how_the_mean_of_an_objective_came_about(reader, plan, query, completion, adds):
    KeyResultFactory(objective=plan[0].objective, guardrail=True)
    body = reader.get(f"{URL}objectives/{CODE}/explain/{query}").json()
    assert (body["code"], body["completion"], body["is_partial"]) == (CODE, completion, False)
    assert [part["adds"] for part in body["parts"] if part["adds"]] == adds
    assert [part["weight_share"] for part in body["parts"]][:2] == ["0.25", "0.75"]
    assert body["parts"][0]["code"] == f"{CODE}-KR1"
    if not query:
        assert body["parts"][2]["left_out_because"] == "a guardrail is kept or violated, it has no progress"


@pytest.mark.parametrize(
    "path",
    [
        "roadmaps/EDGE-24H2/explain/?",
        "areas/EDGE/explain/?cycle=24H2&",
        "areas/LIB/explain/?cycle=24H2&",
        "progress/explain/?cycle=24H2&",
    ],
)
@pytest.mark.parametrize(("query", "of_first"), [("", "0.55"), ("as_of=2024-10-01", "0.475")])
def test_how_a_mean_over_objectives_came_about(reader, plan, path, query, of_first):
    with on(AUGUST):
        other = ObjectiveFactory(roadmap=plan[0].objective.roadmap, weight=1)
        check_in(KeyResultFactory(objective=other), 1, on=AUGUST)
        ObjectiveFactory(roadmap=plan[0].objective.roadmap, kind="excellence")
        ObjectiveFactory(roadmap=plan[0].objective.roadmap)
    body = reader.get(URL + path + query).json()
    first, second, third = body["parts"]
    assert (first["code"], first["progress"], first["weight"]) == (CODE, of_first, "2")
    assert (second["progress"], second["weight_share"]) == ("0.1", "0.333333333333333")
    assert (third["adds"], third["left_out_because"]) == (None, "no key result counts")
    added = Decimal(first["adds"]) + Decimal(second["adds"])
    assert abs(added - Decimal(body["completion"])) <= Decimal("1e-14")


def test_what_is_hidden_is_said_and_left_out(reader, program, manager, plan):
    """The reader is at home in CORE."""
    KeyResult.objects.filter(pk=plan[0].pk).update(visibility="restricted")
    for path in (
        f"objectives/{CODE}/",
        f"objectives/{CODE}/explain/",
        "roadmaps/EDGE-24H2/",
        "roadmaps/EDGE-24H2/explain/",
        "areas/LIB/explain/?cycle=24H2",
        "progress/?cycle=24H2",
        "progress/?cycle=24H2&as_of=2024-10-01",
        "progress/explain/?cycle=24H2",
    ):
        body = reader.get(URL + path).json()
        assert (body["is_partial"], body["completion"]) == (True, "0.6"), path
        assert "KR1" not in str(body)
        assert program(manager).get(URL + path).json()["is_partial"] is False
    for path in (f"objectives/{CODE}/series/", "areas/EDGE/series/?cycle=24H2"):
        assert rows_of(reader, path)["2024-10-14"]["completion"] == "0.6"
    excellence = reader.get(f"{URL}roadmaps/EDGE-24H2/").json()["excellence"]
    assert excellence["is_partial"] is False
    core, lib = reader.get(f"{URL}progress/?cycle=24H2").json()["areas"]
    assert (core["is_partial"], lib["is_partial"], lib["teams"][0]["is_partial"]) == (False, True, True)


def test_a_roadmap_that_is_restricted_has_no_figures_for_others(reader, plan):
    Roadmap.objects.update(visibility="restricted")
    assert reader.get(f"{URL}objectives/{CODE}/series/").status_code == 404
    body = reader.get(f"{URL}areas/EDGE/explain/?cycle=24H2").json()
    assert (body["completion"], body["parts"], body["is_partial"]) == (None, [], True)
    assert {row["completion"] for row in rows_of(reader, "areas/EDGE/series/?cycle=24H2").values()} == {None}


def test_a_bound_token_reaches_its_area_alone(program, lead, core, edge, plan):
    bound = program(lead, area=core)
    for path in (
        f"key-results/{CODE}-KR1/series/",
        f"objectives/{CODE}/series/",
        f"objectives/{CODE}/explain/",
    ):
        assert bound.get(URL + path).status_code == 404
    assert bound.get(f"{URL}areas/EDGE/series/?cycle=24H2").status_code == 404
    assert bound.get(f"{URL}areas/EDGE/explain/?cycle=24H2").status_code == 404
    assert bound.get(f"{URL}progress/explain/?cycle=24H2").json()["area"] == "CORE"
    assert program(lead, area=edge).get(f"{URL}areas/EDGE/series/?cycle=24H2").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "areas/EDGE/series/",
        "areas/EDGE/explain/",
        "progress/explain/",
        f"objectives/{CODE}/series/?as_of=2024-10-01",
        f"key-results/{CODE}-KR1/series/?cycle=24H2",
    ],
)
def test_a_query_that_lacks_something_or_is_not_known_is_refused(reader, plan, path):
    assert reader.get(URL + path).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        f"key-results/{CODE}-KR1/series/",
        f"objectives/{CODE}/series/",
        f"objectives/{CODE}/explain/",
        f"objectives/{CODE}/explain/?as_of=2024-10-01",
        "roadmaps/EDGE-24H2/explain/?as_of=2024-10-01",
        "areas/EDGE/series/?cycle=24H2",
        "areas/LIB/explain/?cycle=24H2&as_of=2024-10-01",
        "progress/?cycle=24H2&as_of=2024-10-01",
    ],
)
def test_the_cost_does_not_grow_with_the_plan(reader, plan, django_assert_max_num_queries, path):
    # A forecast, and the one query for all of them, begin with three.
    for value in (1, 2, 3):
        check_in(plan[0], value, on=TODAY)
    reader.get(URL + path)

    def cost() -> int:
        with django_assert_max_num_queries(20) as queries:
            reader.get(URL + path)
        return len(queries.captured_queries)

    before = cost()
    for _ in range(3):
        row = KeyResultFactory(objective=ObjectiveFactory(roadmap=plan[0].objective.roadmap))
        for value in (1, 2, 3):
            check_in(row, value, on=TODAY)
            check_in(plan[0], value, on=TODAY)
    assert cost() == before


def test_the_evening_of_a_reader_is_the_next_morning_of_the_installation(program, outsider, plan):
    """In Los Angeles it is still 14 October when somebody reports at 3 o'clock of the 15th."""
    outsider.time_zone = "America/Los_Angeles"
    outsider.save()
    night = dt.datetime(2024, 10, 15, 3, tzinfo=dt.UTC)
    with time_machine.travel(night, tick=False):
        check_in(plan[0], 20, on=dt.date(2024, 10, 14), now=night)
        objective = program(outsider).get(f"{URL}objectives/{CODE}/").json()
        explained = program(outsider).get(f"{URL}objectives/{CODE}/explain/").json()
    assert explained["completion"] == objective["completion"] == "0.7"  # (1 x 1 + 3 x 0.6) / 4
