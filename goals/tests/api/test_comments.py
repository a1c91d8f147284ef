"""Comments and taking note by programs: the same words, rights and refusals as on the pages."""

import datetime as dt

import pytest
import time_machine

from accounts.models import AuditEntry
from goals.actions.comments import add_comment, edit_comment
from goals.api import comment_views
from goals.models import Acknowledgement, Comment, Cycle, KeyResult, Mention, Objective, OutboxMail
from goals.tests.factories import NOW, KeyResultFactory, ObjectiveFactory, RoadmapFactory, check_in

ALL = "/api/v1/comments/"
ON_OBJECTIVE = "/api/v1/objectives/EDGE-24H2-O1/comments/"
CHECK_IN = "/api/v1/key-results/EDGE-24H2-O1-KR1/check-ins/1/"
ON_CHECK_IN = f"{CHECK_IN}comments/"
NOTED = f"{CHECK_IN}acknowledgements/"
MINE = f"{NOTED}me/"


@pytest.fixture
def reported(key_result, contributor):
    return check_in(key_result, 3, author=contributor)


@pytest.fixture
def writer(program, viewer):
    """May say something about everything that Vi Ewer sees."""
    return program(viewer, "write")


@pytest.fixture
def said(objective, viewer):
    return add_comment(objective, by=viewer, now=NOW, text="Why **so** slow?")


def texts(answer):
    return [row["text"] for row in answer.json()["results"]]


def matching(client, address, method, sent=None, **headers):
    """As a program does it: reads, and sends the ETag along."""
    etag = client.get(address)["ETag"]
    return getattr(client, method)(address, sent, format="json", headers={"If-Match": etag} | headers)


def test_a_comment_on_an_objective_is_told_as_it_was_written_and_as_it_is_shown(writer, objective, viewer):
    answer = writer.post(ON_OBJECTIVE, {"text": "Why **so** <b>slow</b>?"}, format="json")
    assert answer.status_code == 201, answer.json()
    row = Comment.objects.get()
    assert answer.json() == {
        "id": row.pk,
        "objective": "EDGE-24H2-O1",
        "key_result": None,
        "check_in": None,
        "author": viewer.email,
        "author_name": "Vi Ewer",
        "text": "Why **so** <b>slow</b>?",
        "asks_back": False,
        "html": "<p>Why <strong>so</strong> &lt;b&gt;slow&lt;/b&gt;?</p>\n",
        "mentions": [],
        "created_at": "2024-10-14T10:00:00Z",
        "edited_at": None,
        "deleted_at": None,
        "url": f"http://127.0.0.1:8000/api/v1/comments/{row.pk}/",
        "page_url": f"http://127.0.0.1:8000/objectives/EDGE-24H2-O1/#comment-{row.pk}",
    }
    assert writer.get(f"{ALL}{row.pk}/").json() == answer.json()
    assert AuditEntry.objects.filter(kind="comment", actor=viewer, origin="api").exists()


def test_a_comment_on_a_check_in_names_it(writer, reported):
    told = writer.post(ON_CHECK_IN, {"text": "Which phone?"}, format="json").json()
    assert (told["objective"], told["key_result"], told["check_in"]) == (None, reported.key_result.code, 1)
    assert texts(writer.get(ON_CHECK_IN)) == ["Which phone?"]
    assert texts(writer.get(ON_OBJECTIVE)) == []
    assert writer.get(ON_CHECK_IN.replace("/1/", "/2/")).status_code == 404


def test_a_mention_makes_a_mail_to_who_may_see_it(writer, objective, lead, manager, outsider):
    sent = {"text": "Look", "mentions": [lead.email.upper(), manager.email, lead.email.upper()]}
    told = writer.post(ON_OBJECTIVE, sent, format="json").json()
    assert sorted(told["mentions"]) == sorted([lead.email, manager.email])
    assert OutboxMail.objects.count() == 2
    Objective.objects.update(visibility="restricted")
    answers = []
    for address in (outsider.email, "no.body@example.org", lead.name):
        answer = writer.post(ON_OBJECTIVE, {"text": "Look", "mentions": [address]}, format="json")
        assert answer.status_code == 400
        [error] = answer.json()["errors"]
        assert error["field"] == "mentions"
        answers.append(error["detail"].replace(address, ""))
    assert len(set(answers)) == 1, "who may not see it is told like who is not here"
    assert Comment.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "text"),
        ({"text": ""}, "text"),
        ({"text": "  "}, "text"),
        ({"text": None}, "text"),
        ({"text": 7}, "text"),
        ({"text": "x" * 5001}, "text"),
        ({"text": "a\0b"}, "text"),
        ({"text": "a\x07b"}, "text"),
        ({"text": "x", "mentions": "lea.lead@example.org"}, "mentions"),
        ({"text": "x", "mentions": ["a@b.c"] * 11}, "mentions"),
        ({"text": "x", "mentions": [7]}, "mentions.0"),
        ({"text": "x", "mentions": ["a\0@b.c"]}, "mentions.0"),
        ({"text": "x", "author": "lea.lead@example.org"}, "author"),
        ({"text": "x", "created_at": "2001-01-01T00:00:00Z"}, "created_at"),
    ],
    ids=str,
)
def test_what_cannot_be_kept_is_refused_with_its_field(writer, objective, sent, field):
    answer = writer.post(ON_OBJECTIVE, sent, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field
    assert not Comment.objects.exists()


def test_sent_again_it_is_said_once(writer, objective, lead):
    sent = {"text": "Once", "mentions": [lead.email]}
    first, second = (
        writer.post(ON_OBJECTIVE, sent, format="json", headers={"Idempotency-Key": "k1"}) for _ in range(2)
    )
    assert (first.status_code, second.status_code) == (201, 201)
    assert second["Idempotency-Replayed"] == "true"
    assert first.json() == second.json()
    assert (Comment.objects.count(), Mention.objects.count(), OutboxMail.objects.count()) == (1, 1, 1)
    other = writer.post(ON_OBJECTIVE, {"text": "x"}, format="json", headers={"Idempotency-Key": "k1"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")


def test_ones_own_words_are_edited_within_a_quarter_of_an_hour(writer, said):
    address = f"{ALL}{said.pk}/"
    answer = matching(writer, address, "patch", {"text": "Why slow?"})
    assert (answer.status_code, answer.json()["text"]) == (200, "Why slow?")
    assert answer.json()["edited_at"] == "2024-10-14T10:00:00Z"
    assert answer["ETag"] == writer.get(address)["ETag"]
    with time_machine.travel(NOW + dt.timedelta(minutes=16), tick=False):
        answer = matching(writer, address, "patch", {"text": "Too late"})
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")
    said.refresh_from_db()
    assert said.text == "Why slow?"


@pytest.mark.parametrize("sent", [{}, {"text": ""}, {"text": "x", "mentions": []}, {"text": "a\x07b"}])
def test_other_words_have_to_be_words(writer, said, sent):
    assert matching(writer, f"{ALL}{said.pk}/", "patch", sent).status_code == 400
    assert said.history.count() == 1


def test_a_deleted_comment_leaves_its_place_without_its_words(writer, reader, said, objective, lead):
    address = f"{ALL}{said.pk}/"
    Mention.objects.create(comment=said, person=lead)
    assert matching(writer, address, "delete").status_code == 204
    told = reader.get(address).json()
    assert (told["text"], told["html"], told["mentions"]) == ("", "", [])
    assert told["deleted_at"] == "2024-10-14T10:00:00Z"
    assert [row["id"] for row in reader.get(ALL).json()["results"]] == [said.pk]
    assert reader.get(f"{ALL}?q=slow").json()["results"] == []
    assert reader.get(f"{ALL}?mentions={lead.email}").json()["results"] == []
    answer = matching(writer, address, "delete")
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")
    assert matching(writer, address, "patch", {"text": "Anew"}).status_code == 409


@pytest.mark.parametrize(("method", "sent"), [("patch", {"text": "x"}), ("delete", None)])
def test_who_did_not_read_does_not_write(writer, said, method, sent):
    address = f"{ALL}{said.pk}/"
    answer = getattr(writer, method)(address, sent, format="json")
    assert (answer.status_code, answer.json()["code"]) == (428, "precondition_required")
    answer = getattr(writer, method)(address, sent, format="json", headers={"If-Match": '"else"'})
    assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")
    said.refresh_from_db()
    assert (said.text, said.deleted_at) == ("Why **so** slow?", None)


@pytest.mark.parametrize(("method", "sent"), [("patch", {"text": "Mine"}), ("delete", None)])
def test_of_two_at_the_same_moment_one_wins(writer, said, viewer, monkeypatch, method, sent):
    """Both pass the question of `If-Match`; what stands there, asked under the lock, decides."""
    passed = comment_views.refuse_unless_matched

    def from_another_window(request, told):
        passed(request, told)
        edit_comment(Comment.objects.get(), by=viewer, now=NOW, text="Theirs")

    monkeypatch.setattr(comment_views, "refuse_unless_matched", from_another_window)
    answer = matching(writer, f"{ALL}{said.pk}/", method, sent)
    assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")
    said.refresh_from_db()
    assert (said.text, said.deleted_at) == ("Theirs", None)


def test_nobody_changes_the_words_of_others(program, said, lead, manager, administrator):
    for person in (lead, manager, administrator):
        client = program(person, "write")
        for method, sent in (("patch", {"text": "x"}), ("delete", None)):
            answer = matching(client, f"{ALL}{said.pk}/", method, sent)
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    said.refresh_from_db()
    assert (said.text, said.deleted_at) == ("Why **so** slow?", None)


@pytest.mark.parametrize("scope", ["read", "check-in"])
def test_saying_something_needs_a_token_that_writes(program, lead, reported, said, scope):
    client = program(lead, scope)
    for address in (ON_OBJECTIVE, ON_CHECK_IN, NOTED):
        answer = client.post(address, {"text": "x"}, format="json")
        assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    assert client.delete(MINE).status_code == 403
    assert client.get(ON_OBJECTIVE).status_code == 200


def test_what_one_may_not_see_is_not_there(program, outsider, viewer, lead, core, edge, said, reported):
    add_comment(reported, by=viewer, now=NOW, text="Which phone?")
    bound = program(lead, "write", area=core)
    assert bound.get(ALL).json()["results"] == []
    assert bound.get(f"{ALL}{said.pk}/").status_code == 404
    assert len(texts(program(lead, area=edge).get(ALL))) == 2
    hidden = program(outsider, "write")
    assert texts(hidden.get(ALL)) == ["Why **so** slow?", "Which phone?"]
    Objective.objects.update(visibility="restricted")
    for client in (hidden, bound):
        assert client.get(ALL).json()["results"] == []
        for address in (ON_OBJECTIVE, ON_CHECK_IN):
            assert client.get(address).status_code == 404
            assert client.post(address, {"text": "x"}, format="json").status_code == 404
        for address in (f"{ALL}{said.pk}/", NOTED):
            assert client.get(address).status_code == 404
        assert client.post(NOTED, {}, format="json").status_code == 404
        assert client.delete(MINE).status_code == 404
    assert Comment.objects.count() == 2
    assert texts(program(lead, area=said.objective.roadmap.area).get(ALL)) == texts(program(lead).get(ALL))


def test_what_is_said_about_a_restricted_key_result_is_as_hidden_as_it(reader, reported, viewer):
    add_comment(reported, by=viewer, now=NOW, text="Which phone?")
    assert texts(reader.get(ALL)) == ["Which phone?"]
    KeyResult.objects.update(visibility="restricted")
    assert texts(reader.get(ALL)) == []


def test_the_list_is_filtered_and_paged(reader, said, reported, viewer, lead, core, cycle):
    elsewhere = ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle))
    later = NOW + dt.timedelta(hours=1)
    add_comment(reported, by=lead, now=later, text="Which phone?", mentions=[viewer])
    add_comment(elsewhere, by=lead, now=later, text="Fine.")
    everything = ["Why **so** slow?", "Which phone?", "Fine."]
    for query, found in {
        "": everything,
        "cycle=24H2": everything,
        "area=EDGE": everything[:2],
        "area=LIB": everything[:2],
        "area=CORE": everything[2:],
        "objective=EDGE-24H2-O1": everything[:1],
        "key_result=EDGE-24H2-O1-KR1": everything[1:2],
        f"author={lead.email}": everything[1:],
        f"mentions={viewer.email}": everything[1:2],
        "q=phone": everything[1:2],
        "updated_since=2024-10-14T10:30:00Z": everything[1:],
    }.items():
        assert texts(reader.get(f"{ALL}?{query}")) == found, query
    Comment.objects.filter(pk=said.pk).update(edited_at=later)
    assert texts(reader.get(f"{ALL}?updated_since=2024-10-14T10:30:00Z")) == everything
    first = reader.get(f"{ALL}?limit=2").json()
    assert len(first["results"]) == 2
    assert texts(reader.get(first["next"])) == everything[2:]
    for query in ("cycle=99H9", "area=NONE", "objective=X", "author=nobody@example.org", "colour=red"):
        assert reader.get(f"{ALL}?{query}").status_code == 400, query
    assert texts(reader.get(f"{ON_OBJECTIVE}?q=slow")) == everything[:1]
    assert reader.get(f"{ON_OBJECTIVE}?cycle=24H2").status_code == 400


def test_a_list_takes_as_many_queries_for_one_as_for_many(
    reader, said, reported, lead, viewer, django_assert_max_num_queries
):
    for number in range(5):
        add_comment(reported, by=lead, now=NOW, text=f"No {number}", mentions=[viewer])
    with django_assert_max_num_queries(5):
        reader.get(ALL)


def test_in_a_closed_cycle_and_on_what_is_archived_nothing_more_is_said(
    writer, program, manager, said, reported
):
    noting = program(manager, "write")
    KeyResult.objects.update(archived_at=NOW)
    for client, address in ((writer, ON_CHECK_IN), (noting, NOTED)):
        sent = {"text": "x"} if client is writer else {}
        answer = client.post(address, sent, format="json")
        assert (answer.status_code, answer.json()["code"]) == (409, "archived")
    Objective.objects.update(archived_at=NOW)
    assert writer.post(ON_OBJECTIVE, {"text": "x"}, format="json").json()["code"] == "archived"
    assert texts(writer.get(ON_OBJECTIVE)) == ["Why **so** slow?"]
    Cycle.objects.update(state="closed")
    for answer in (
        writer.post(ON_OBJECTIVE, {"text": "x"}, format="json"),
        writer.post(ON_CHECK_IN, {"text": "x"}, format="json"),
        matching(writer, f"{ALL}{said.pk}/", "patch", {"text": "x"}),
        matching(writer, f"{ALL}{said.pk}/", "delete"),
        noting.post(NOTED, {}, format="json"),
        noting.delete(MINE),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "cycle_closed")
    assert Comment.objects.get().text == "Why **so** slow?"
    assert not Acknowledgement.objects.exists()


def test_leads_and_managers_take_note_once_and_take_it_back(
    request, program, reader, reported, lead, manager
):
    for role in ("contributor", "viewer", "outsider"):
        client = program(request.getfixturevalue(role), "write")
        assert client.post(NOTED, {}, format="json").status_code == 403
        assert client.delete(MINE).status_code == 403
    noting = program(manager, "write")
    first = noting.post(NOTED, {}, format="json")
    assert first.status_code == 201
    assert first.json() == {
        "key_result": "EDGE-24H2-O1-KR1",
        "check_in": 1,
        "person": manager.email,
        "person_name": "Mana Ger",
        "made_at": "2024-10-14T10:00:00Z",
    }
    again = noting.post(NOTED, {}, format="json")
    assert (again.status_code, again.json()) == (200, first.json())
    assert program(lead, "write").post(NOTED).status_code == 201
    assert [row["person"] for row in reader.get(NOTED).json()["results"]] == [manager.email, lead.email]
    assert noting.delete(MINE).status_code == 204
    assert noting.delete(MINE).status_code == 204
    assert Acknowledgement.objects.get().person == lead
    assert Acknowledgement.history.filter(history_type="-").get().history_user == manager


def test_nobody_takes_note_of_their_own_check_in(program, key_result, lead):
    check_in(key_result, 3, author=lead)
    answer = program(lead, "write").post(NOTED, {}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")
    assert not Acknowledgement.objects.exists()


def test_taking_note_says_nothing_else(program, reported, manager):
    answer = program(manager, "write").post(NOTED, {"person": "lea.lead@example.org"}, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "person")
    assert not Acknowledgement.objects.exists()


def test_a_comment_on_one_of_two_key_results_stays_with_it(reader, reported, viewer):
    other = KeyResultFactory(objective=reported.key_result.objective)
    check_in(other, 1, author=viewer)
    add_comment(reported, by=viewer, now=NOW, text="Which phone?")
    assert reader.get(f"/api/v1/key-results/{other.code}/check-ins/1/comments/").json()["results"] == []


def test_ones_note_is_taken_back_as_it_was_given(program, manager, reported):
    noting = program(manager, "write")
    etag = noting.post(NOTED, {}, format="json")["ETag"]
    answer = noting.delete(MINE, headers={"If-Match": '"else"'})
    assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")
    assert Acknowledgement.objects.count() == 1
    assert noting.delete(MINE, headers={"If-Match": etag}).status_code == 204
    assert not Acknowledgement.objects.exists()
    assert noting.delete(MINE, headers={"If-Match": etag}).status_code == 412
    assert noting.delete(MINE).status_code == 204
