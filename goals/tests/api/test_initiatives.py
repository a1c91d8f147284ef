"""Initiatives by programs: read, added, changed with If-Match, dropped."""

import datetime as dt

import pytest

from goals.actions.initiatives import change_initiative
from goals.models import Initiative, KeyResult
from goals.tests.factories import (
    NOW,
    TODAY,
    InitiativeFactory,
    KeyResultFactory,
    ObjectiveFactory,
    RoadmapFactory,
)

OF_ONE = "/api/v1/key-results/EDGE-24H2-O1-KR1/initiatives/"
ALL = "/api/v1/initiatives/"
LINK = "https://example.org/pull/7"


@pytest.fixture
def writer(program, contributor):
    return program(contributor, "write")


@pytest.fixture
def initiative(key_result, contributor):
    return InitiativeFactory(
        key_result=key_result,
        title="Order a lab",
        link=LINK,
        owner=contributor,
        due_on=TODAY - dt.timedelta(1),
        state="doing",
    )


def address(row):
    return f"{ALL}{row.pk}/"


def etag(client, row):
    return client.get(address(row)).headers["ETag"]


def patch(client, row, body, **headers):
    sent = headers or {"if-match": etag(client, row)}
    return client.patch(address(row), body, format="json", headers=sent)


def titles(client, query=""):
    return [row["title"] for row in client.get(f"{ALL}{query}").json()["results"]]


def test_one_is_read_with_all_that_the_page_shows(reader, initiative, contributor):
    told = reader.get(address(initiative)).json()
    assert told.pop("created_at").endswith("Z")
    assert told.pop("updated_at").endswith("Z")
    assert told.pop("url").endswith(address(initiative))
    assert told.pop("page_url").endswith(f"/key-results/EDGE-24H2-O1-KR1/#initiative-{initiative.pk}")
    assert told == {
        "id": initiative.pk,
        "title": "Order a lab",
        "key_result": "EDGE-24H2-O1-KR1",
        "area": "EDGE",
        "cycle": "24H2",
        "link": LINK,
        "owner": contributor.email,
        "owner_name": "Con Tributor",
        "due_on": "2024-10-13",
        "state": "doing",
        "overdue": True,
        "position": 1,
        "version": 1,
    }


def test_one_is_added_last_or_at_a_place(writer, initiative, contributor):
    body = {"title": "Use it", "link": LINK, "owner": contributor.email.upper(), "due_on": "2024-11-01"}
    response = writer.post(OF_ONE, body, format="json")
    assert response.status_code == 201
    told = response.json()
    assert (told["title"], told["position"], told["state"], told["owner"], told["overdue"]) == (
        "Use it",
        2,
        "planned",
        contributor.email,
        False,
    )
    first = writer.post(OF_ONE, {"title": "Ask for money", "position": 1}, format="json").json()
    assert first["position"] == 1
    listed = writer.get(OF_ONE).json()["results"]
    assert {row["title"]: row["position"] for row in listed} == {
        "Ask for money": 1,
        "Order a lab": 2,
        "Use it": 3,
    }
    made = Initiative.objects.get(title="Use it")
    assert made.history.earliest("history_id").history_user == contributor


def test_sent_again_with_its_key_it_is_added_once(writer, key_result):
    headers = {"idempotency-key": "one"}
    for replayed in (None, "true"):
        response = writer.post(OF_ONE, {"title": "Use it"}, format="json", headers=headers)
        assert (response.status_code, response.headers.get("Idempotency-Replayed")) == (201, replayed)
    response = writer.post(OF_ONE, {"title": "Something else"}, format="json", headers=headers)
    assert (response.status_code, response.json()["code"]) == (422, "idempotency_mismatch")
    assert Initiative.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "title", "required"),
        ({"title": ""}, "title", "required"),
        ({"title": 7}, "title", "invalid"),
        ({"title": "x" * 201}, "title", "max_length"),
        ({"title": "x" * 200 + " "}, "title", "max_length"),
        ({"title": "two\nlines"}, "title", "invalid"),
        ({"title": "NUL \0"}, "title", "null_characters_not_allowed"),
        ({"title": "x", "link": "javascript:alert(1)"}, "link", "invalid"),
        ({"title": "x", "link": f"https://e.org/{'x' * 500}"}, "link", "max_length"),
        ({"title": "x", "owner": "nobody@example.org"}, "owner", "invalid"),
        ({"title": "x", "owner": ["a@b.org"]}, "owner", "invalid"),
        ({"title": "x", "due_on": "1.11.2024"}, "due_on", "invalid"),
        ({"title": "x", "state": "late"}, "state", "invalid_choice"),
        ({"title": "x", "position": 0}, "position", "min_value"),
        ({"title": "x", "position": 2}, "position", "invalid"),
        ({"title": "x", "position": "1"}, "position", "invalid"),
        ({"title": "x", "version": 9}, "version", "unknown"),
        ({"title": "x", "key_result": "CORE-24H2-O1-KR1"}, "key_result", "unknown"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field_and_nothing_is_kept(writer, key_result, body, field, code):
    response = writer.post(OF_ONE, body, format="json")
    assert response.status_code == 400, response.json()
    errors = response.json()["errors"]
    assert {error["field"] for error in errors} == {field}
    assert code in {error["code"] for error in errors}
    assert all(error["detail"] for error in errors)
    assert not Initiative.objects.exists()


def test_who_left_gets_nothing_new_and_may_keep_what_they_have(writer, initiative, outsider):
    outsider.is_active = False
    outsider.save()
    assert patch(writer, initiative, {"owner": outsider.email}).status_code == 400
    Initiative.objects.update(owner=outsider)
    assert patch(writer, initiative, {"owner": outsider.email, "title": "New"}).status_code == 200
    assert patch(writer, initiative, {"owner": None}).json()["owner"] is None


def test_a_change_needs_what_was_read_and_leaves_the_rest(writer, initiative, lead):
    response = writer.patch(address(initiative), {"state": "done"}, format="json")
    assert (response.status_code, response.json()["code"]) == (428, "precondition_required")
    response = patch(writer, initiative, {"state": "done"})
    assert response.status_code == 200
    told = response.json()
    assert (told["state"], told["title"], told["link"], told["version"]) == ("done", "Order a lab", LINK, 2)
    # The answer names itself: the next change needs no reading.
    named = {"if-match": response.headers["ETag"]}
    assert patch(writer, initiative, {"title": "Buy a lab"}, **named).status_code == 200
    change_initiative(initiative, by=lead, now=NOW, title="Theirs")
    response = patch(writer, initiative, {"title": "Mine"}, **named)
    assert (response.status_code, response.json()["code"]) == (412, "stale_version")
    initiative.refresh_from_db()
    assert initiative.title == "Theirs"


def test_a_refused_place_takes_the_other_changes_back(writer, initiative):
    response = patch(writer, initiative, {"title": "New", "position": 5})
    assert response.status_code == 400
    assert response.json()["errors"][0]["detail"] == "The place goes from 1 to 1."
    initiative.refresh_from_db()
    assert (initiative.title, initiative.version) == ("Order a lab", 1)


def test_moved_by_its_position(writer, initiative, key_result):
    second = InitiativeFactory(key_result=key_result, title="Use it")
    assert patch(writer, second, {"position": 1}).json()["position"] == 1
    assert writer.get(address(initiative)).json()["position"] == 2


def test_deleted_is_dropped_and_stays_to_be_read(writer, initiative):
    response = writer.delete(address(initiative))
    assert (response.status_code, response.json()["code"]) == (428, "precondition_required")
    for _twice in range(2):
        headers = {"if-match": etag(writer, initiative)}
        assert writer.delete(address(initiative), headers=headers).status_code == 204
    assert writer.get(address(initiative)).json()["state"] == "dropped"
    assert titles(writer) == ["Order a lab"]
    assert initiative.history.count() == 2


def test_lists_are_narrowed(writer, reader, initiative, key_result, contributor, core, cycle):
    elsewhere = KeyResultFactory(objective=ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle)))
    InitiativeFactory(key_result=elsewhere, title="Elsewhere", state="done")
    InitiativeFactory(key_result=key_result, title="Someday")
    assert titles(reader) == ["Order a lab", "Elsewhere", "Someday"]
    for query, expected in {
        "?area=EDGE": ["Order a lab", "Someday"],
        "?area=LIB&state=planned": ["Someday"],
        "?cycle=24H2&state=done": ["Elsewhere"],
        "?key_result=EDGE-24H2-O1-KR1": ["Order a lab", "Someday"],
        f"?owner={contributor.email}": ["Order a lab"],
        "?owner=me": [],
        "?overdue=true": ["Order a lab"],
        "?overdue=false": ["Elsewhere", "Someday"],
        "?q=pull/7": ["Order a lab"],
        "?updated_since=2024-10-15T00:00:00Z": [],
        "?updated_since=2024-10-14T00:00:00Z": ["Order a lab", "Elsewhere", "Someday"],
    }.items():
        assert titles(reader, query) == expected, query
    assert titles(writer, "?owner=me") == ["Order a lab"]
    for query in ("?overdue=yes", "?state=late", "?owner=nobody@example.org", "?colour=red", "?cycle=99H9"):
        assert reader.get(f"{ALL}{query}").status_code == 400, query
    assert [row["title"] for row in reader.get(f"{OF_ONE}?overdue=true").json()["results"]] == ["Order a lab"]
    assert reader.get(f"{OF_ONE}?cycle=24H2").status_code == 400


def test_pages_of_the_list(reader, key_result):
    for number in range(5):
        InitiativeFactory(key_result=key_result, title=f"Step {number}")
    first = reader.get(f"{ALL}?limit=3").json()
    assert [row["title"] for row in first["results"]] == ["Step 0", "Step 1", "Step 2"]
    second = reader.get(first["next"]).json()
    assert ([row["title"] for row in second["results"]], second["next"]) == (["Step 3", "Step 4"], None)


@pytest.mark.parametrize("number", [1, 30])
def test_a_list_costs_the_same_however_long(
    reader, key_result, contributor, django_assert_num_queries, number
):
    for _each in range(number):
        InitiativeFactory(key_result=key_result, owner=contributor)
    reader.get(ALL)
    with django_assert_num_queries(2):  # the token, the rows
        reader.get(ALL)


def test_who_may_write(program, request, initiative, key_result):
    for role in ("lead", "contributor", "manager", "administrator", "viewer", "outsider"):
        client = program(request.getfixturevalue(role), "write")
        may = role not in {"viewer", "outsider"}
        body = {"title": f"By {role}"}
        assert client.post(OF_ONE, body, format="json").status_code == (201 if may else 403), role
        assert patch(client, initiative, body).status_code == (200 if may else 403), role
        headers = {"if-match": etag(client, initiative)}
        assert client.delete(address(initiative), headers=headers).status_code == (204 if may else 403), role


def test_its_own_owner_changes_it_and_adds_none(program, initiative, outsider):
    Initiative.objects.update(owner=outsider)
    client = program(outsider, "write")
    assert patch(client, initiative, {"state": "done"}).status_code == 200
    response = client.post(OF_ONE, {"title": "Another"}, format="json")
    assert (response.status_code, response.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("scope", ["read", "check-in"])
def test_a_token_that_may_not_write_does_not(program, contributor, initiative, scope):
    client = program(contributor, scope)
    for response in (
        client.post(OF_ONE, {"title": "x"}, format="json"),
        client.patch(address(initiative), {"title": "x"}, format="json", headers={"if-match": "*"}),
        client.delete(address(initiative), headers={"if-match": "*"}),
    ):
        assert (response.status_code, response.json()["code"]) == (403, "insufficient_scope")


def test_a_token_of_another_area_finds_nothing(program, manager, initiative, core):
    client = program(manager, "write", area=core)
    assert titles(client) == []
    assert client.get(OF_ONE).status_code == 404
    assert client.get(address(initiative)).status_code == 404
    assert client.post(OF_ONE, {"title": "x"}, format="json").status_code == 404
    headers = {"if-match": "*"}
    assert (
        client.patch(address(initiative), {"title": "x"}, format="json", headers=headers).status_code == 404
    )
    assert client.delete(address(initiative), headers=headers).status_code == 404


def test_of_a_restricted_key_result_nothing_is_told(program, initiative, outsider):
    KeyResult.objects.update(visibility="restricted")
    Initiative.objects.update(owner=outsider)
    client = program(outsider, "write")
    assert titles(client) == titles(client, "?owner=me") == []
    for path in (OF_ONE, address(initiative)):
        assert client.get(path).status_code == 404
    assert client.get(f"{ALL}?key_result=EDGE-24H2-O1-KR1").status_code == 400
    assert client.delete(address(initiative), headers={"if-match": "*"}).status_code == 404


def test_in_a_closed_cycle_and_for_what_was_given_up_nothing_is_written(
    writer, initiative, cycle, key_result, lead
):
    cycle.state = "closed"
    cycle.save()
    for response in (
        writer.post(OF_ONE, {"title": "x"}, format="json"),
        patch(writer, initiative, {"title": "x"}),
        writer.delete(address(initiative), headers={"if-match": etag(writer, initiative)}),
    ):
        assert (response.status_code, response.json()["code"]) == (409, "cycle_closed")
    cycle.state = "active"
    cycle.save()
    KeyResult.objects.update(dropped_at=NOW)
    response = writer.post(OF_ONE, {"title": "x"}, format="json")
    assert (response.status_code, response.json()["code"]) == (409, "archived")
    assert Initiative.objects.count() == initiative.version == 1


def test_what_is_archived_leaves_the_list_and_stays_readable(writer, initiative):
    KeyResult.objects.update(archived_at=NOW)
    assert titles(writer) == []
    assert writer.get(address(initiative)).status_code == 200


@pytest.mark.parametrize("name", ["0", "999999999999999999", "12a"])
def test_a_number_of_nothing_is_not_found(writer, name):
    assert writer.get(f"{ALL}{name}/").status_code == 404
