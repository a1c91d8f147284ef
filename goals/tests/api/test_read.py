"""What programs read."""

from decimal import Decimal

import pytest

from goals.actions.key_results import drop_key_result, restore_key_result
from goals.actions.roadmaps import drop_objective
from goals.models import KeyResult, Objective
from goals.progress import FORMULA_VERSION
from goals.tests.factories import NOW, KeyResultFactory, ObjectiveFactory, RoadmapFactory, check_in

URL = "/api/v1/"

KEY_RESULT_NAMES = {
    "code",
    "title",
    "objective",
    "area",
    "cycle",
    "kind",
    "metric",
    "unit",
    "start_value",
    "target_value",
    "commit_value",
    "stretch_value",
    "reached_mark",
    "lower_bound",
    "upper_bound",
    "current_value",
    "completion",
    "progress",
    "expected",
    "pace",
    "reason",
    "stale",
    "violated",
    "said_status",
    "confidence",
    "weight",
    "owner",
    "due_on",
    "check_in_due_on",
    "last_check_in",
    "version",
    "formula_version",
    "visibility",
    "created_at",
    "updated_at",
    "url",
}
ABOVE_NAMES = {
    "completion",
    "progress",
    "expected",
    "pace",
    "reason",
    "coverage",
    "health",
    "version",
    "formula_version",
    "url",
}


def test_a_key_result_says_what_it_is_and_where_it_stands(reader, key_result, lead):
    check_in(key_result, "5.310000", confidence=6)
    body = reader.get(f"{URL}key-results/{key_result.code}/").json()
    assert set(body) >= KEY_RESULT_NAMES
    assert (body["code"], body["objective"], body["area"], body["cycle"]) == (
        "EDGE-24H2-O1-KR1",
        "EDGE-24H2-O1",
        "EDGE",
        "24H2",
    )
    assert (body["start_value"], body["target_value"], body["current_value"]) == ("0", "10", "5.31")
    assert (body["completion"], body["progress"], body["weight"]) == ("0.531", "0.531", "1")
    assert Decimal(body["expected"]) == round(Decimal(105) / 183, 15)
    assert (body["pace"], body["said_status"], body["confidence"]) == ("on_track", "on_track", 6)
    assert body["last_check_in"] == {
        "sequence": 1,
        "effective_on": "2024-10-14",
        "value": "5.31",
        "created_at": "2024-10-14T10:00:00Z",
    }
    assert (body["due_on"], body["owner"]) == ("2024-12-31", lead.email)
    assert body["created_at"].endswith("Z") and body["updated_at"].endswith("Z")
    assert body["formula_version"] == FORMULA_VERSION
    assert body["url"] == f"http://127.0.0.1:8000/api/v1/key-results/{key_result.code}/"


def test_the_furthest_mark_is_named(reader, key_result, objective):
    KeyResult.objects.filter(pk=key_result.pk).update(commit_value=Decimal(4), stretch_value=Decimal(12))
    KeyResultFactory(objective=objective, guardrail=True)
    check_in(key_result, 5)
    rows = reader.get(f"{URL}key-results/").json()["results"]
    told = [(row["commit_value"], row["stretch_value"], row["reached_mark"]) for row in rows]
    assert told == [("4", "12", "commit"), (None, None, None)]


def test_before_the_first_check_in_there_is_no_data(reader, key_result):
    body = reader.get(f"{URL}key-results/{key_result.code}/").json()
    assert (body["pace"], body["said_status"], body["last_check_in"]) == ("no_data", None, None)
    assert (body["current_value"], body["completion"]) == (None, "0")


def test_completion_is_raw_and_progress_is_clamped(reader, key_result):
    check_in(key_result, 12)
    body = reader.get(f"{URL}key-results/{key_result.code}/").json()
    assert (body["completion"], body["progress"], body["pace"]) == ("1.2", "1", "done")


def test_large_numbers_are_written_without_an_exponent(reader, key_result):
    KeyResult.objects.filter(pk=key_result.pk).update(target_value=Decimal("1E+13"))
    check_in(key_result, "10000000000")
    body = reader.get(f"{URL}key-results/{key_result.code}/").json()
    assert (body["target_value"], body["completion"]) == ("10000000000000", "0.001")


def test_an_objective_has_its_mean_with_coverage_and_health(reader, key_result, objective):
    KeyResultFactory(objective=objective)
    KeyResultFactory(objective=objective, guardrail=True)
    check_in(key_result, 5)
    body = reader.get(f"{URL}objectives/{objective.code}/").json()
    assert set(body) >= ABOVE_NAMES
    assert (body["completion"], body["progress"]) == ("0.25", "0.25")
    assert body["coverage"] == {"counted": 2, "reported": 1, "older_than_14_days": 0}
    # 50 % reached where 57 % are expected: 7 points, 87 %.
    assert body["health"] == {"done": 0, "on_track": 0, "behind": 1, "at_risk": 0, "no_data": 2}
    assert body["key_results"] == [f"{objective.code}-KR{number}" for number in (1, 2, 3)]


def test_a_roadmap_keeps_engineering_excellence_apart(reader, roadmap, objective, key_result):
    better = ObjectiveFactory(roadmap=roadmap, kind=Objective.Kind.EXCELLENCE)
    check_in(KeyResultFactory(objective=better), 10)
    check_in(key_result, 5)
    body = reader.get(f"{URL}roadmaps/{roadmap.code}/").json()
    assert set(body) >= ABOVE_NAMES
    assert (body["completion"], body["excellence"]["completion"]) == ("0.5", "1")
    assert body["objectives"] == [objective.code, better.code]


def test_cycles_and_areas_are_found_by_their_keys(reader, roadmap):
    cycle = reader.get(f"{URL}cycles/24H2/").json()
    assert (cycle["starts_on"], cycle["ends_on"], cycle["state"]) == ("2024-07-01", "2024-12-31", "active")
    assert cycle["on_track_ratio"] == "0.9"
    assert reader.get(f"{URL}areas/EDGE/").json()["parent"] == "LIB"


def test_check_ins_come_newest_first(reader, key_result):
    for value in (1, 2, 3):
        check_in(key_result, value)
    for url in (f"{URL}check-ins/", f"{URL}key-results/{key_result.code}/check-ins/"):
        results = reader.get(url).json()["results"]
        assert [row["sequence"] for row in results] == [3, 2, 1]
        assert [row["previous_value"] for row in results] == ["2", "1", None]


def test_progress_is_a_tree_down_to_key_results(reader, core, key_result, objective):
    check_in(key_result, 5)
    body = reader.get(f"{URL}progress/?cycle=24H2").json()
    assert set(body) >= ABOVE_NAMES - {"version", "url"}
    assert (body["cycle"], body["as_of"], body["completion"]) == ("24H2", "2024-10-14", "0.5")
    assert [area["key"] for area in body["areas"]] == ["CORE", "LIB"]
    lib = body["areas"][1]
    edge = lib["teams"][0]
    assert (lib["roadmap"], edge["roadmap"], edge["teams"]) == (None, "EDGE-24H2", [])
    found = edge["objectives"][0]
    assert (found["code"], found["title"], found["completion"]) == (objective.code, objective.title, "0.5")
    assert found["key_results"][0]["code"] == key_result.code
    for node in (body, lib, edge, found):
        assert node["coverage"] == {"counted": 1, "reported": 1, "older_than_14_days": 0}
        assert node["health"]["behind"] == 1
        assert (node["pace"], node["expected"]) == ("behind", body["expected"])


def test_progress_of_an_area_holds_it_and_what_is_below(reader, lib, core, key_result):
    body = reader.get(f"{URL}progress/?cycle=24H2&area=LIB").json()
    assert (body["area"], [area["key"] for area in body["areas"]]) == ("LIB", ["LIB"])
    assert body["areas"][0]["teams"][0]["key"] == "EDGE"


@pytest.mark.parametrize("query", ["cycle=25H1", "cycle=24H2&area=NONE", "cycle=%00", "cycle=24H2&area=%00"])
def test_progress_of_what_does_not_exist_is_not_found(reader, roadmap, query):
    assert reader.get(f"{URL}progress/?{query}").status_code == 404


def test_progress_needs_a_cycle(reader, roadmap):
    assert reader.get(f"{URL}progress/").json()["errors"][0]["field"] == "cycle"


def test_what_was_given_up_says_why_and_what_is_in_the_plan_does_not(reader, key_result, lead):
    other = KeyResultFactory(objective=key_result.objective)
    drop_key_result(other, by=lead, now=NOW, reason="the vendor is gone")
    rows = reader.get(f"{URL}key-results/").json()["results"]
    assert {row["code"]: row["given_up_reason"] for row in rows} == {
        key_result.code: "",
        other.code: "the vendor is gone",
    }
    restore_key_result(KeyResult.objects.get(pk=other.pk), by=lead, now=NOW)
    assert reader.get(f"{URL}key-results/{other.code}/").json()["given_up_reason"] == ""
    drop_objective(Objective.objects.get(), by=lead, now=NOW, reason="merged")
    assert reader.get(f"{URL}objectives/").json()["results"][0]["given_up_reason"] == "merged"
    assert reader.get(f"{URL}objectives/EDGE-24H2-O1/").json()["given_up_reason"] == "merged"


def test_archived_rows_leave_the_lists_and_stay_readable(reader, key_result):
    KeyResult.objects.filter(pk=key_result.pk).update(archived_at=key_result.created_at)
    assert reader.get(f"{URL}key-results/").json()["results"] == []
    assert reader.get(f"{URL}key-results/{key_result.code}/").json()["archived_at"]


@pytest.mark.parametrize(
    ("path", "at_most"),
    [
        ("areas/", 5),
        ("cycles/", 4),
        ("roadmaps/", 11),
        ("objectives/", 10),
        ("key-results/", 7),
        ("check-ins/", 6),
        ("progress/?cycle=24H2", 14),
    ],
)
def test_a_list_costs_the_same_whatever_its_length(
    reader, cycle, core, django_assert_num_queries, django_assert_max_num_queries, path, at_most
):
    roadmap = RoadmapFactory(area=core, cycle=cycle)

    def grow(objectives: int) -> None:
        for _ in range(objectives):
            made = ObjectiveFactory(roadmap=roadmap)
            for _ in range(3):
                row = KeyResultFactory(objective=made)
                for value in (1, 2, 3):
                    check_in(row, value)

    grow(1)
    reader.get(URL + path)  # notes the last use of the token, once a minute
    with django_assert_max_num_queries(at_most) as once:
        reader.get(URL + path)
    grow(4)
    with django_assert_num_queries(len(once.captured_queries)):
        assert reader.get(URL + path).status_code == 200
