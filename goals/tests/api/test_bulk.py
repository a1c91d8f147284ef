"""Many check-ins in one request: each is judged by itself, in order."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from goals.actions.stored import differences
from goals.models import CheckIn, Cycle, IdempotencyKey, KeyResult, Objective
from goals.tests.api.test_check_in import HOSTILE_FIELDS
from goals.tests.factories import (
    AlignmentFactory,
    KeyResultFactory,
    KpiFactory,
    MovedCodeFactory,
    ObjectiveFactory,
    RoadmapFactory,
    check_in,
)

# Queries for another check-in in a bulk, with its savepoint; PostgreSQL asks for the lock of its cycle too.
EACH = {"sqlite": 11, "postgresql": 12}
URL = "/api/v1/check-ins/bulk/"


def item(key_result, value="5", **fields) -> dict:
    code = key_result if isinstance(key_result, str) else key_result.code
    return {"key_result": code, "value": value, "status": "on_track"} | fields


def sent(client, *items, **headers) -> list[dict]:
    """The results of a bulk that was taken."""
    answer = client.post(URL, {"check_ins": list(items)}, headers=headers)
    assert answer.status_code == 200, answer.content
    results = answer.json()["results"]
    assert [one["key_result"] for one in results] == [
        one.get("key_result") if isinstance(one, dict) else None for one in items
    ]
    return results


def fates(results) -> list[tuple[int, str]]:
    """(status, code of the problem or "") of each; a result holds a check-in or a problem, never both."""
    found = []
    for one in results:
        assert set(one) == {"key_result", "status", "check_in" if one["status"] == 201 else "problem"}
        problem = one.get("problem")
        assert problem is None or problem["status"] == one["status"]
        found.append((one["status"], problem["code"] if problem else ""))
    return found


def test_good_ones_are_kept_and_bad_ones_are_told_why_in_their_order(
    reporter, contributor, key_result, objective, core, cycle
):
    hidden = KeyResultFactory(
        objective=ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle), visibility="restricted")
    )
    elsewhere = KeyResultFactory(objective=ObjectiveFactory(roadmap=hidden.objective.roadmap))
    gone = KeyResultFactory(objective=objective, archived_at=key_result.created_at)
    taking = KeyResultFactory(objective=objective, kpi=KpiFactory(area=objective.roadmap.area))
    results = sent(
        reporter,
        item(key_result),
        item(hidden),
        item("EDGE-24H2-O9-KR9"),
        item(elsewhere),
        item(gone),
        item(taking),
        item(taking, value=None),
        item(key_result, effective_on="2024-10-15"),
        item(key_result, status="done", note=5),
        item(key_result, "6"),
    )
    assert fates(results) == [
        (201, ""),
        (404, "not_found"),
        (404, "not_found"),
        (403, "forbidden"),
        (409, "archived"),
        (400, "takes_from_kpi"),
        (400, "invalid"),
        (400, "invalid"),
        (400, "invalid"),
        (201, ""),
    ]
    assert [error["field"] for error in results[8]["problem"]["errors"]] == ["status", "note"]
    assert results[1]["problem"] == results[2]["problem"]
    assert list(
        CheckIn.objects.order_by("pk").values_list("key_result", "sequence", "value", "author", "source")
    ) == [
        (key_result.pk, 1, 5, contributor.pk, "api"),
        (key_result.pk, 2, 6, contributor.pk, "api"),
    ]


def test_a_check_in_is_told_as_if_it_had_come_alone(reporter, key_result, objective):
    other = KeyResultFactory(objective=objective)
    alone = reporter.post(f"/api/v1/key-results/{other.code}/check-ins/", item(other) | {"key_result": None})
    assert alone.status_code == 400  # the code stands in the address there
    alone = reporter.post(
        f"/api/v1/key-results/{other.code}/check-ins/", {"value": "5", "status": "on_track"}
    ).json()
    (result,) = sent(reporter, item(key_result))
    assert set(result["check_in"]) == set(alone)
    assert set(result["check_in"]["key_result"]) == set(alone["key_result"])
    assert reporter.get(f"/api/v1/key-results/{key_result.code}/").json() == result["check_in"]["key_result"]


def test_one_key_result_twice_is_two_check_ins_and_the_second_may_correct_the_first(reporter, key_result):
    results = sent(
        reporter,
        item(key_result, "50"),
        item(key_result, "5", corrects=1, reason="A digit too many."),
        item(key_result, None),
        item(key_result, "1", corrects=7, reason="Which?"),
    )
    assert fates(results) == [(201, ""), (201, ""), (201, ""), (400, "invalid")]
    told = [one["check_in"] for one in results[:3]]
    assert [(one["sequence"], one["value"], one["previous_value"]) for one in told] == [
        (1, "50", None),
        (2, "5", "50"),
        (3, "5", "5"),
    ]
    # The key result is told as all of them left it.
    assert {one["key_result"]["current_value"] for one in told} == {"5"}
    assert results[3]["problem"]["errors"][0]["field"] == "corrects"


def test_a_code_from_before_a_move_leads_on(reporter, key_result, program, outsider):
    MovedCodeFactory(code="EDGE-24H2-O7-KR7", objective=None, former_roadmap=None, key_result=key_result)
    (result,) = sent(reporter, item("EDGE-24H2-O7-KR7"))
    assert (result["status"], result["check_in"]["key_result"]["code"]) == (201, key_result.code)
    KeyResult.objects.filter(pk=key_result.pk).update(visibility="restricted")
    assert fates(sent(program(outsider, "check-in"), item("EDGE-24H2-O7-KR7"))) == [(404, "not_found")]


def test_what_is_no_report_at_all_is_told_so(reporter, key_result):
    results = sent(
        reporter, 5, None, [], "text", {}, {"key_result": ""}, {"key_result": "A\0"}, item(key_result)
    )
    assert fates(results)[-2:] == [(404, "not_found"), (201, "")]
    assert {code for _status, code in fates(results)[:-2]} == {"invalid"}


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(("field", "value"), HOSTILE_FIELDS, ids=lambda value: ascii(value)[:30])
def test_hostile_values_take_nothing_with_them(reporter, key_result, field, value):
    results = sent(reporter, item(key_result, **{field: value}), item(key_result, "7"))
    assert fates(results) == [(400, "invalid"), (201, "")]
    assert [error["field"] for error in results[0]["problem"]["errors"]] == [field[:100]]
    assert CheckIn.objects.get().value == 7


@pytest.mark.parametrize("name", [5, None, ["EDGE"], {"code": "EDGE"}, True, 2**63])
def test_a_code_that_is_none_is_told_so(reporter, name):
    answer = reporter.post(URL, {"check_ins": [{"key_result": name, "value": "5", "status": "on_track"}]})
    (result,) = answer.json()["results"]
    assert (result["key_result"], fates([result])) == (None, [(400, "invalid")])
    assert result["problem"]["errors"][0]["field"] == "key_result"


def test_a_long_code_is_not_repeated_whole(reporter):
    answer = reporter.post(URL, {"check_ins": [item("X" * 10_000)]})
    assert len(answer.content) < 1000
    assert fates(answer.json()["results"]) == [(404, "not_found")]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "check_ins"),
        ({"check_ins": None}, "check_ins"),
        ({"check_ins": {}}, "check_ins"),
        ({"check_ins": "text"}, "check_ins"),
        ({"check_ins": [], "colour": "red"}, "colour"),
        ({"check_ins": [{}] * 501}, "check_ins"),
        ([], ""),
    ],
)
def test_what_is_no_list_of_up_to_500_is_refused_whole(reporter, body, field):
    answer = reporter.post(URL, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_nothing_to_report_is_no_mistake(reporter):
    assert sent(reporter) == []


def test_reading_alone_is_not_enough(program, contributor, key_result):
    answer = program(contributor).post(URL, {"check_ins": [item(key_result)]})
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    assert not CheckIn.objects.exists()


def test_a_bound_token_finds_nothing_elsewhere(program, manager, key_result, core):
    assert fates(sent(program(manager, "check-in", area=core), item(key_result))) == [(404, "not_found")]


def test_who_may_what_is_judged_for_each(program, key_result, objective, viewer):
    own = KeyResultFactory(objective=objective, owner=viewer)
    assert fates(sent(program(viewer, "check-in"), item(key_result), item(own))) == [
        (403, "forbidden"),
        (201, ""),
    ]


def test_a_closed_cycle_refuses_what_is_in_it_and_nothing_else(reporter, key_result, edge, into):
    other = KeyResultFactory(objective=ObjectiveFactory(roadmap=RoadmapFactory(area=edge, cycle=into)))
    Cycle.objects.filter(pk=into.pk).update(state=Cycle.State.CLOSED)
    assert fates(sent(reporter, item(other), item(key_result))) == [(409, "cycle_closed"), (201, "")]


def test_sent_again_with_its_key_it_takes_effect_once(reporter, key_result):
    body = {"check_ins": [item(key_result), item("EDGE-24H2-O9-KR9")]}
    first = reporter.post(URL, body, headers={"Idempotency-Key": "job-42"})
    again = reporter.post(URL, body, headers={"Idempotency-Key": "job-42"})
    assert (again.status_code, again.content) == (200, first.content)
    assert again["Idempotency-Replayed"] == "true"
    assert CheckIn.objects.count() == 1
    body["check_ins"].reverse()
    other = reporter.post(URL, body, headers={"Idempotency-Key": "job-42"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")


def test_what_breaks_off_in_the_middle_leaves_nothing(reporter, key_result, monkeypatch):
    from goals.actions import bulk_check_ins

    record = bulk_check_ins.record_check_in

    def breaks_off(row, **values):
        if values["value"] == 2:
            raise RuntimeError("killed")
        return record(row, **values)

    monkeypatch.setattr(bulk_check_ins, "record_check_in", breaks_off)
    reporter.raise_request_exception = False
    body = {"check_ins": [item(key_result, "1"), item(key_result, "2")]}
    assert reporter.post(URL, body, headers={"Idempotency-Key": "job-42"}).status_code == 500
    assert not CheckIn.objects.exists()
    assert not IdempotencyKey.objects.exists()
    monkeypatch.setattr(bulk_check_ins, "record_check_in", record)
    again = reporter.post(URL, body, headers={"Idempotency-Key": "job-42"})
    assert [one["status"] for one in again.json()["results"]] == [201, 201]


def test_what_is_stored_of_objectives_is_what_the_formulas_say(reporter, objective, key_result):
    above = ObjectiveFactory(roadmap=objective.roadmap, counts_supporters=True)
    AlignmentFactory(supporter=objective, supported=above)
    others = [KeyResultFactory(objective=place) for place in (objective, above)]
    sent(reporter, *(item(row, str(number)) for number, row in enumerate([key_result, *others, key_result])))
    assert differences(KeyResult.objects.all(), Objective.objects.all()) == []
    above.refresh_from_db()
    assert above.completion


def test_another_report_costs_as_much_as_the_one_before(reporter, objective, key_result):
    rows = [key_result, *(KeyResultFactory(objective=objective) for _ in range(19))]
    for row in rows:
        check_in(row, 1)

    def queries(count) -> int:
        with CaptureQueriesContext(connection) as counted:
            sent(reporter, *(item(row) for row in rows[:count]))
        return len(counted)

    each = EACH[connection.vendor]
    two, ten, twenty = queries(2), queries(10), queries(20)
    assert (ten - two, twenty - ten) == (8 * each, 10 * each)


def test_what_is_refused_before_it_is_recorded_costs_nothing(reporter, key_result):
    def queries(count) -> int:
        with CaptureQueriesContext(connection) as counted:
            sent(reporter, *(item(f"EDGE-24H2-O9-KR{number}") for number in range(count)))
        return len(counted)

    queries(1)  # the token is noted as used
    assert queries(1) == queries(100)


def test_the_day_is_that_of_the_person(program, edge, key_result):
    ahead = UserFactory(time_zone="Pacific/Kiritimati")
    KeyResult.objects.filter(pk=key_result.pk).update(owner=ahead)
    (result,) = sent(program(ahead, "check-in"), item(key_result))
    assert result["check_in"]["effective_on"] == "2024-10-15"
