"""Reporting a value through the API."""

import datetime as dt
import json

import pytest

from accounts.tests.factories import UserFactory
from goals.models import CheckIn, Cycle, KeyResult
from goals.tests.factories import TODAY, KeyResultFactory, ObjectiveFactory, RoadmapFactory, check_in

JSON = "application/json"
HUGE = "9" * 400


def url_of(key_result) -> str:
    return f"/api/v1/key-results/{key_result.code}/check-ins/"


def report(**fields) -> dict:
    return {"value": "5.31", "status": "on_track"} | fields


def refused_fields(answer) -> list[tuple[str, str]]:
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert set(body) == {"type", "title", "status", "detail", "code", "errors"}
    assert body["status"] == answer.status_code
    return [(error["field"], error["code"]) for error in body["errors"]]


def test_a_check_in_is_kept_and_the_key_result_moves(reporter, contributor, key_result):
    check_in(key_result, 4)
    sent = report(
        confidence=6,
        note="New *kernels*.",
        blocker="",
        evidence_url="https://ci.example.org/42",
        effective_on="2024-10-14",
        corrects=None,
        reason="",
    )
    answer = reporter.post(url_of(key_result), sent)
    assert answer.status_code == 201
    body = answer.json()
    assert {name: body[name] for name in sent} == sent
    assert (body["sequence"], body["previous_value"], body["completion"]) == (2, "4", "0.531")
    assert (body["author"], body["source"]) == (contributor.email, "api")
    assert body["created_at"] == "2024-10-14T10:00:00Z"
    stands = body["key_result"]
    assert (stands["code"], stands["current_value"], stands["check_in_count"]) == (key_result.code, "5.31", 2)
    assert reporter.get(f"/api/v1/key-results/{key_result.code}/").json() == stands
    listed = reporter.get(url_of(key_result)).json()["results"][0]
    assert listed == body | {"key_result": key_result.code}


def test_null_means_no_change(reporter, key_result):
    check_in(key_result, 4)
    body = reporter.post(url_of(key_result), report(value=None, status="behind")).json()
    assert (body["value"], body["is_no_change"], body["status"]) == ("4", True, "behind")


def test_no_change_needs_a_value_that_could_stay(reporter, key_result):
    answer = reporter.post(url_of(key_result), report(value=None))
    assert (answer.status_code, refused_fields(answer)) == (400, [("value", "invalid")])


@pytest.mark.parametrize(("value", "current"), [("1", "1"), ("0", "0"), (1, "1")])
def test_a_milestone_is_done_or_not(reporter, objective, value, current):
    milestone = KeyResultFactory(objective=objective, milestone=True)
    body = reporter.post(url_of(milestone), report(value=value)).json()
    assert body["key_result"]["current_value"] == current


def test_a_milestone_is_not_half_done(reporter, objective):
    milestone = KeyResultFactory(objective=objective, milestone=True)
    answer = reporter.post(url_of(milestone), report(value="0.5"))
    assert (answer.status_code, refused_fields(answer)) == (400, [("value", "invalid")])


def test_a_correction_names_the_check_in_by_its_number(reporter, key_result):
    wrong = check_in(key_result, 50, on=TODAY - dt.timedelta(days=3))
    sent = report(value="5", corrects=wrong.sequence, reason="A digit too many.")
    body = reporter.post(url_of(key_result), sent).json()
    assert (body["corrects"], body["effective_on"]) == (1, "2024-10-11")
    assert body["key_result"]["current_value"] == "5"


def test_a_correction_of_something_else_is_refused(reporter, key_result, objective):
    other = KeyResultFactory(objective=objective)
    for _ in range(2):
        check_in(other, 1)
    check_in(key_result, 1)
    answer = reporter.post(url_of(key_result), report(corrects=2, reason="Because."))
    assert (answer.status_code, refused_fields(answer)) == (400, [("corrects", "invalid")])


def test_an_owner_checks_in_without_a_role(program, key_result):
    owner = UserFactory(name="O Wner")
    KeyResult.objects.filter(pk=key_result.pk).update(owner=owner)
    assert program(owner, "check-in").post(url_of(key_result), report()).status_code == 201


@pytest.mark.parametrize(
    ("state", "code"), [(Cycle.State.CLOSED, "cycle_closed"), (Cycle.State.PLANNING, "cycle_not_active")]
)
def test_a_cycle_that_takes_no_check_ins_is_a_conflict(reporter, key_result, cycle, state, code):
    Cycle.objects.filter(pk=cycle.pk).update(state=state)
    answer = reporter.post(url_of(key_result), report())
    assert (answer.status_code, answer.json()["code"], refused_fields(answer)) == (409, code, [])
    assert not CheckIn.objects.exists()


def test_an_archived_key_result_is_a_conflict(reporter, key_result):
    KeyResult.objects.filter(pk=key_result.pk).update(archived_at=key_result.created_at)
    answer = reporter.post(url_of(key_result), report())
    assert (answer.status_code, answer.json()["code"]) == (409, "archived")


@pytest.mark.parametrize("who", ["outsider", "viewer"])
def test_who_may_not_check_in_is_told_so(program, key_result, who, request):
    answer = program(request.getfixturevalue(who), "admin").post(url_of(key_result), report())
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert not CheckIn.objects.exists()


def test_what_one_may_not_see_is_not_found(program, outsider, key_result):
    KeyResult.objects.filter(pk=key_result.pk).update(visibility="restricted")
    client = program(outsider, "admin")
    for answer in (client.post(url_of(key_result), report()), client.get(url_of(key_result))):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


HOSTILE_FIELDS = [
    ("value", 5.31),
    ("value", True),
    ("value", ["5"]),
    ("value", {"value": "5"}),
    ("value", ""),
    ("value", "NaN"),
    ("value", "Infinity"),
    ("value", "-inf"),
    ("value", "1e400"),
    ("value", "1_000"),
    ("value", "1,5"),
    ("value", "+5"),
    ("value", "５"),
    ("value", "٣"),
    ("value", "5\u0000"),
    ("value", "0x10"),
    ("value", "0.1234567"),
    ("value", "123456789012345"),
    ("value", HUGE),
    ("value", 10**18),
    ("status", "done"),
    ("status", None),
    ("status", ["on_track"]),
    ("status", {}),
    ("status", ""),
    ("confidence", 11),
    ("confidence", -1),
    ("confidence", "6"),
    ("confidence", 6.0),
    ("confidence", True),
    ("confidence", 2**63 - 1),
    ("corrects", 0),
    ("corrects", 2**31),
    ("corrects", 2**63 - 1),
    ("corrects", "1"),
    ("corrects", [1]),
    ("note", "a\u0000b"),
    ("note", "\u0007"),
    ("note", 5),
    ("note", None),
    ("note", "x" * 10_001),
    ("blocker", "x" * 2_001),
    ("evidence_url", "javascript:alert(1)"),
    ("evidence_url", "https://example.org/\r\nX: y"),
    ("evidence_url", "https://example.org/" + "x" * 500),
    ("effective_on", "0001-01-01"),
    ("effective_on", "9999-12-31"),
    ("effective_on", "10000-01-01"),
    ("effective_on", "2024-02-30"),
    ("effective_on", "２０２４-10-14"),
    ("effective_on", "20241014"),
    ("effective_on", "2024-10-14T00:00:00Z"),
    ("effective_on", 20241014),
    ("effective_on", "2024-10-15"),
    ("colour", "red"),
    ("author", "somebody@example.org"),
    ("x" * 5_000, "long"),
]


@pytest.mark.parametrize(("field", "value"), HOSTILE_FIELDS, ids=lambda value: ascii(value)[:30])
def test_hostile_values_are_refused_with_the_field_and_write_nothing(reporter, key_result, field, value):
    answer = reporter.post(url_of(key_result), report(**{field: value}))
    assert answer.status_code == 400
    assert [name for name, _ in refused_fields(answer)] == [field[:100]]
    assert not CheckIn.objects.exists()


HOSTILE_BODIES = [
    "",
    "{",
    "null",
    "[]",
    '"text"',
    "5",
    '{"value": NaN, "status": "on_track"}',
    '{"value": -Infinity, "status": "on_track"}',
    '{"value": 1e400, "status": "on_track"}',
    '{"value": 18446744073709551616, "status": "on_track"}',
    '{"value": "5", "status": "on_track", "note": "\\ud800"}',
    '{"value": "5", "status": "on_track", "\\udfff": 1}',
    '{"value": "5", "status": "on_track", "confidence": ' + HUGE + "}",
    '{"value": "5", "status": "on_track", "corrects": ' + HUGE + "}",
    '{"value": "5", "status": "on_track",}',
    '{"note": ' + "[" * 100_000 + "]" * 100_000 + "}",
    '{"note": ' + '{"a":' * 1_000 + "1" + "}" * 1_000 + ', "value": "5", "status": "on_track"}',
    b'{"value": "5", "status": "on_track", "note": "\xff"}',
    b'\xef\xbb\xbf{"value": "5", "status": "on_track"}',
    '{"value": "5", "status": "on_track"}'.encode("utf-16"),
]


@pytest.mark.parametrize("body", HOSTILE_BODIES, ids=lambda body: ascii(body)[:40])
def test_hostile_bodies_are_refused_and_write_nothing(reporter, key_result, body):
    answer = reporter.generic("POST", url_of(key_result), body, content_type=JSON)
    assert answer.status_code == 400
    refused_fields(answer)
    assert not CheckIn.objects.exists()


def test_of_a_repeated_field_the_last_counts(reporter, key_result):
    body = '{"value": "1", "value": "2", "status": "on_track"}'
    assert reporter.generic("POST", url_of(key_result), body, content_type=JSON).json()["value"] == "2"


def test_a_body_over_two_megabytes_is_too_large(reporter, key_result):
    body = json.dumps(report(note="x" * (2 * 1024 * 1024)))
    answer = reporter.generic("POST", url_of(key_result), body, content_type=JSON)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"])
def test_only_json_is_read(reporter, key_result, kind):
    answer = reporter.generic("POST", url_of(key_result), "value=5&status=on_track", content_type=kind)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_are_not_allowed(program, manager, key_result, method):
    client = program(manager, "admin")
    urls = [url_of(key_result)]
    if method not in ("PATCH", "DELETE"):
        urls.append(f"/api/v1/key-results/{key_result.code}/")
    for url in urls:
        answer = client.generic(method, url)
        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
        assert "GET" in answer["Allow"]


KEPT_VALUES = [
    "0",
    "-0",
    "99999999999999.999999",
    "-99999999999999.999999",
    "0.000001",
    "-0.000001",
    "00012",
    10**14 - 1,
    "12345678901234.123456",
]


@pytest.mark.parametrize("value", KEPT_VALUES)
def test_what_is_kept_reads_the_same_everywhere(reporter, key_result, objective, roadmap, value):
    KeyResult.objects.filter(pk=key_result.pk).update(start_value=0, target_value="0.000001")
    note = "=1+1 \u202e \U0001f600 <script>\r\n"
    kept = reporter.post(url_of(key_result), report(value=value, note=note))
    assert kept.status_code == 201
    expected = {"-0": "0", "00012": "12"}.get(value, str(value))
    assert kept.json()["value"] == kept.json()["key_result"]["current_value"] == expected
    assert reporter.get(url_of(key_result)).json()["results"][0]["value"] == expected
    assert reporter.get("/api/v1/check-ins/").json()["results"][0]["note"] == note.strip()
    detail = reporter.get(f"/api/v1/key-results/{key_result.code}/").json()
    assert (detail["current_value"], "E" in detail["completion"]) == (expected, False)
    for path in (
        "key-results/",
        f"objectives/{objective.code}/",
        f"roadmaps/{roadmap.code}/",
        "progress/?cycle=24H2",
    ):
        assert reporter.get(f"/api/v1/{path}").status_code == 200


def test_a_check_in_far_back_and_a_forecast_of_extremes_can_be_read(reporter, key_result):
    for number, day in enumerate(("2024-07-01", "2024-10-13", "2024-10-14")):
        value = "-99999999999999.999999" if number % 2 else "99999999999999.999999"
        assert reporter.post(url_of(key_result), report(value=value, effective_on=day)).status_code == 201
    detail = reporter.get(f"/api/v1/key-results/{key_result.code}/")
    assert detail.json()["forecast_value"]


def test_a_key_result_of_another_area_is_not_touched(reporter, core, cycle):
    elsewhere = KeyResultFactory(objective=ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle)))
    assert reporter.post(url_of(elsewhere), report()).status_code == 403
    elsewhere.refresh_from_db()
    assert elsewhere.check_in_count == 0


def test_the_day_is_that_of_the_person(reporter, contributor, key_result):
    """14 October, 10:00 in London, is 15 October where the day begins 14 hours earlier."""
    refused = reporter.post(url_of(key_result), report(effective_on="2024-10-15"))
    contributor.time_zone = "Pacific/Kiritimati"
    contributor.save()
    kept = reporter.post(url_of(key_result), report())
    assert (refused.status_code, kept.json()["effective_on"]) == (400, "2024-10-15")
    assert reporter.get("/api/v1/progress/?cycle=24H2").json()["as_of"] == "2024-10-15"
