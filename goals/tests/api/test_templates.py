"""Templates by programs."""

import pytest

from goals.models import Objective, ObjectiveTemplate
from goals.tests.factories import ObjectiveFactory, RoadmapFactory, TemplateFactory

TEMPLATES = "/api/v1/templates/"


@pytest.fixture
def writer(program, lead, key_result):
    return program(lead, "write")


@pytest.fixture
def template(edge):
    return TemplateFactory(area=edge)


def own(template):
    return f"{TEMPLATES}{template.pk}/"


def test_a_program_saves_reads_changes_and_archives(writer):
    key = {"HTTP_IDEMPOTENCY_KEY": "once"}
    answers = [writer.post(TEMPLATES, {"objective": "EDGE-24H2-O1"}, format="json", **key) for _ in "ab"]
    assert [answer.status_code for answer in answers] == [201, 201], answers[0].json()
    [template] = ObjectiveTemplate.objects.all()
    told = answers[0].json()
    assert (told["name"], told["area"], told["kind"]) == (template.title, "EDGE", "focus")
    [part] = told["key_results"]
    assert (part["number"], part["title"], part["target_value"]) == (
        1,
        "Decode speed on a phone",
        "10",
    )
    read = writer.get(own(template))
    changed = writer.patch(own(template), {"name": "New"}, format="json", HTTP_IF_MATCH=read["ETag"])
    assert (changed.status_code, changed.json()["name"]) == (200, "New")
    stale = writer.patch(own(template), {"name": "Old"}, format="json", HTTP_IF_MATCH=read["ETag"])
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    assert writer.delete(own(template), HTTP_IF_MATCH=changed["ETag"]).status_code == 204
    assert writer.get(TEMPLATES).json()["results"] == []


def test_lists_are_filtered(writer, template, core):
    TemplateFactory(area=core, name="Other")
    TemplateFactory(area=None, name="All of us")

    def names(query):
        return [row["name"] for row in writer.get(f"{TEMPLATES}?{query}").json()["results"]]

    assert sorted(names("")) == ["All of us", "Faster", "Other"]
    assert (names("area=EDGE"), names("q=other")) == (["Faster"], ["Other"])
    assert writer.get(f"{TEMPLATES}?nonsense=1").status_code == 400


def test_an_objective_begins_with_what_is_named(writer, template, into, edge):
    RoadmapFactory(area=edge, cycle=into)
    sent = {"roadmap": "EDGE-25H1", "key_results": [{"number": 1, "target_value": "12", "due_on": None}]}
    answer = writer.post(f"{own(template)}begin/", sent, format="json")
    assert answer.status_code == 201, answer.json()
    assert answer.json()["codes"] == ["EDGE-25H1-O1", "EDGE-25H1-O1-KR1"]
    made = Objective.objects.get(code="EDGE-25H1-O1").key_results.get()
    assert (made.target_value, made.due_on) == (12, None)


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"roadmap": "NONE-24H2"},
        {"roadmap": "EDGE-24H2", "key_results": [{"number": 7}]},
        {"roadmap": "EDGE-24H2", "key_results": [{"number": 1}, {"number": 1}]},
        {"roadmap": "EDGE-24H2", "key_results": [{"number": 1, "owner": "me"}]},
    ],
)
def test_what_does_not_fit_is_refused(writer, template, sent):
    answer = writer.post(f"{own(template)}begin/", sent, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert Objective.objects.count() == 1


def test_the_organisations_are_the_managers(program, writer, manager, core, key_result):
    sent = {"objective": "EDGE-24H2-O1", "area": None}
    assert writer.post(TEMPLATES, sent, format="json").status_code == 403
    assert program(manager, "write").post(TEMPLATES, sent, format="json").status_code == 201
    [template] = ObjectiveTemplate.objects.all()
    assert writer.patch(own(template), {"name": "x"}, format="json").status_code == 403
    bound = program(manager, "write", area=core)
    assert bound.get(own(template)).status_code == 200
    assert bound.patch(own(template), {"name": "x"}, format="json").status_code == 403


def test_a_bound_token_reads_and_makes_none_of_another_area(program, manager, core, cycle, template):
    theirs = ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle))
    bound = program(manager, "write", area=core)
    refused = bound.post(TEMPLATES, {"objective": theirs.code, "area": "EDGE"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    made = bound.post(TEMPLATES, {"objective": theirs.code, "area": "CORE"}, format="json")
    assert made.status_code == 201
    assert bound.get(own(template)).status_code == 404
    assert [row["id"] for row in bound.get(TEMPLATES).json()["results"]] == [made.json()["id"]]


def test_what_is_restricted_is_refused(writer):
    Objective.objects.update(visibility="restricted")
    answer = writer.post(TEMPLATES, {"objective": "EDGE-24H2-O1"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")


def test_a_plan_of_others_is_theirs(program, outsider, lead, template, key_result):
    into_theirs = {"objective": "EDGE-24H2-O1", "area": "CORE"}
    assert program(lead, "write").post(TEMPLATES, into_theirs, format="json").status_code == 403
    writer = program(outsider, "write")
    # Among the templates of the area they lead as little as among those of its own.
    for sent in ({}, {"area": "CORE"}):
        sent["objective"] = "EDGE-24H2-O1"
        assert writer.post(TEMPLATES, sent, format="json").status_code == 403
    assert writer.patch(own(template), {"name": "x"}, format="json").status_code == 403
    assert writer.post(f"{own(template)}begin/", {"roadmap": "EDGE-24H2"}, format="json").status_code == 403
