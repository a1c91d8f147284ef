"""Tags, and the KPI that gives the value, are written with objectives and key results."""

import pytest

from goals.models import KeyResult, Kpi, Objective
from goals.tests.api.test_plan_writes import KEY_RESULT, KEY_RESULTS, OBJECTIVE, OBJECTIVES, patch, refusal
from goals.tests.factories import KpiFactory

WHY = "measured there anyway"


@pytest.fixture
def writer(program, lead):
    return program(lead, "write")


@pytest.fixture
def kpi(edge):
    return KpiFactory(area=edge, unit="tok/s")


def test_tags_are_made_changed_and_taken_away(writer, key_result):
    made = writer.post(OBJECTIVES, {"title": "New", "tags": ["Speed", "#on-device", "speed"]}, format="json")
    assert made.status_code == 201, made.json()
    assert made.json()["tags"] == ["on-device", "speed"]
    body = {"title": "New", "start_value": "1", "target_value": "2", "tags": ["latency"]}
    made = writer.post(KEY_RESULTS, body, format="json")
    assert made.json()["tags"] == ["latency"]
    for path in (OBJECTIVE, KEY_RESULT):
        assert patch(writer, path, {"tags": ["b", "a"]}).json()["tags"] == ["a", "b"]
        assert patch(writer, path, {"title": "Other"}).json()["tags"] == ["a", "b"]
        assert patch(writer, path, {"tags": []}).json()["tags"] == []


@pytest.mark.parametrize(
    "tags",
    [
        *(
            "speed",
            None,
            5,
            {"tag": "a"},
            ["a b"],
            ["a,b"],
            ["a;b"],
            ["!"],
            [""],
            ["x" * 31],
            [5],
            [None],
            [["a"]],
        ),
        *(["a\0"], ["a/b"], ["<script>"], [str(number) for number in range(11)]),
    ],
)
def test_what_are_no_tags_is_refused(writer, key_result, tags):
    for path in (OBJECTIVE, KEY_RESULT):
        status, code, fields = refusal(patch(writer, path, {"tags": tags}))
        assert (status, code) == (400, "invalid")
        assert {field.partition(".")[0] for field in fields} == {"tags"}
    assert {*Objective.objects.values_list("tags", flat=True)} == {""}


def test_a_key_result_takes_its_value_from_a_kpi_and_no_more(writer, kpi, key_result):
    unit = key_result.unit
    Kpi.objects.update(unit=unit)
    assert patch(writer, KEY_RESULT, {"kpi": kpi.code, "reason": WHY}).json()["kpi"] == kpi.code
    assert KeyResult.objects.get(pk=key_result.pk).kpi == kpi
    assert patch(writer, KEY_RESULT, {"kpi": None, "reason": WHY}).json()["kpi"] is None
    body = {"title": "New", "start_value": "1", "target_value": "2", "unit": unit, "kpi": kpi.code}
    assert writer.post(KEY_RESULTS, body, format="json").json()["kpi"] == kpi.code


def test_a_kpi_has_to_fit(writer, kpi, key_result, core):
    Kpi.objects.update(unit="another unit")
    assert refusal(patch(writer, KEY_RESULT, {"kpi": kpi.code, "reason": WHY})) == (400, "invalid", ["kpi"])
    elsewhere = KpiFactory(area=core, unit=key_result.unit)
    assert refusal(patch(writer, KEY_RESULT, {"kpi": elsewhere.code, "reason": WHY}))[2] == ["kpi"]


@pytest.mark.parametrize("code", ["", 5, [], {}, "EDGE-K99", "x" * 5_000, "a\0b", True])
def test_what_is_no_kpi_is_refused(writer, key_result, code):
    assert refusal(patch(writer, KEY_RESULT, {"kpi": code, "reason": WHY})) == (400, "invalid", ["kpi"])


def test_a_hidden_kpi_is_as_absent_as_none(program, writer, outsider, core, cycle, kpi, key_result):
    hidden = KpiFactory(area=core, unit=key_result.unit, visibility="restricted")
    told = {}
    for code in (hidden.code, "EDGE-K99"):
        answer = patch(writer, KEY_RESULT, {"kpi": code, "reason": WHY})
        told[code] = (answer.status_code, answer.json()["detail"])
    assert len(set(told.values())) == 1
