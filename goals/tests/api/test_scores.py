"""Scores and post-mortems by programs: read by all, written while the cycle closes, never over another's."""

from decimal import Decimal

import pytest

from accounts.models import AuditEntry
from goals.actions.scores import score_key_result
from goals.api import parts
from goals.models import Cycle, KeyResult, Objective
from goals.tests.factories import (
    NOW,
    CycleFactory,
    KeyResultFactory,
    ObjectiveFactory,
    RoadmapFactory,
    check_in,
)

SCORE = "/api/v1/key-results/EDGE-24H2-O1-KR1/score/"
POST_MORTEM = "/api/v1/objectives/EDGE-24H2-O1/post-mortem/"


@pytest.fixture
def closing(key_result, cycle):
    """EDGE-24H2-O1-KR1 stands at 4.6 of 10, and the cycle closes."""
    check_in(key_result, "4.6")
    Cycle.objects.filter(pk=cycle.pk).update(state="closing")
    return key_result


@pytest.fixture
def writer(program, lead):
    return program(lead, "write")


def change(client, address, sent, **headers):
    """As a program does it: reads, and sends the ETag along."""
    etag = client.get(address)["ETag"]
    return client.patch(address, sent, format="json", headers={"If-Match": etag} | headers)


def test_a_score_is_given_with_reason_and_note(writer, closing, lead):
    told = writer.get(SCORE).json()
    assert (told["proposed_score"], told["final_score"], told["closing_note"]) == ("0.5", None, "")
    sent = {"final_score": "0.7", "score_reason": "Late phones.", "closing_note": "Half."}
    answer = change(writer, SCORE, sent)
    assert answer.status_code == 200, answer.json()
    assert answer.json() == {
        "key_result": closing.code,
        "proposed_score": "0.5",
        "final_score": "0.7",
        "score_reason": "Late phones.",
        "closing_note": "Half.",
        "version": told["version"] + 1,
    }
    assert answer["ETag"] == writer.get(SCORE)["ETag"]
    kept = closing.history.latest("history_id")
    assert (kept.history_user, kept.final_score, kept.proposed_score) == (
        lead,
        Decimal("0.7"),
        Decimal("0.5"),
    )
    entry = AuditEntry.objects.latest("pk")
    assert (entry.origin, entry.actor, entry.changes["final_score"]) == ("api", lead, [None, "0.7"])


def test_what_is_left_out_stays(writer, closing):
    change(writer, SCORE, {"final_score": "0.7", "score_reason": "Late.", "closing_note": "Half."})
    answer = change(writer, SCORE, {"closing_note": "Nearly half."})
    told = answer.json()
    assert (told["final_score"], told["score_reason"], told["closing_note"]) == (
        "0.7",
        "Late.",
        "Nearly half.",
    )
    told = change(writer, SCORE, {"final_score": None, "score_reason": ""}).json()
    assert (told["final_score"], told["closing_note"]) == (None, "Nearly half.")
    before = closing.history.count()
    assert change(writer, SCORE, {}).status_code == 200
    assert closing.history.count() == before


def test_a_post_mortem_is_written(writer, closing, objective, lead):
    answer = change(writer, POST_MORTEM, {"post_mortem": "Phones came **late**.\n"})
    assert answer.json() == {
        "objective": objective.code,
        "post_mortem": "Phones came **late**.",
        "version": objective.version + 1,
    }
    assert objective.history.latest("history_id").history_user == lead
    assert (
        writer.get(f"/api/v1/objectives/{objective.code}/").json()["post_mortem"] == "Phones came **late**."
    )


@pytest.mark.parametrize(
    ("sent", "code", "field"),
    [
        ({"final_score": "0.7"}, "invalid", ""),  # 0.5 is proposed: say why
        ({"final_score": "0.55"}, "invalid", "final_score"),
        ({"final_score": "1.1", "score_reason": "far"}, "invalid", ""),
        ({"final_score": "-0.1", "score_reason": "low"}, "invalid", ""),
        ({"final_score": "NaN"}, "invalid", "final_score"),
        ({"final_score": "1e400"}, "invalid", "final_score"),
        ({"final_score": 0.5}, "invalid", "final_score"),
        ({"final_score": True}, "invalid", "final_score"),
        ({"final_score": "9" * 400}, "invalid", "final_score"),
        ({"closing_note": None}, "invalid", "closing_note"),
        ({"closing_note": 7}, "invalid", "closing_note"),
        ({"closing_note": "x" * 10_001}, "invalid", "closing_note"),
        ({"closing_note": "a\x07b"}, "invalid", "closing_note"),
        ({"closing_note": "a\0b"}, "invalid", "closing_note"),
        ({"proposed_score": "1.0"}, "invalid", "proposed_score"),
        ({"target_value": "1"}, "invalid", "target_value"),
        (["0.7"], "invalid", ""),
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused_with_its_field(writer, closing, sent, code, field):
    before = list(KeyResult.objects.values_list())
    answer = change(writer, SCORE, sent)
    assert answer.status_code == 400, answer.content
    assert answer.json()["code"] in (code, "parse_error")
    if field and answer.json()["code"] == code:
        assert answer.json()["errors"][0]["field"] == field
    assert list(KeyResult.objects.values_list()) == before
    assert writer.get(SCORE).status_code == 200


@pytest.mark.parametrize("sent", [{}, {"post_mortem": None}, {"post_mortem": "a\0b"}, {"text": "Why"}])
def test_a_post_mortem_that_cannot_be_kept(writer, closing, sent):
    assert change(writer, POST_MORTEM, sent).status_code == 400
    assert Objective.objects.get().post_mortem == ""


SENT = {SCORE: {"closing_note": "Mine."}, POST_MORTEM: {"post_mortem": "Mine."}}


@pytest.mark.parametrize("address", SENT)
def test_who_did_not_read_does_not_write(writer, closing, address):
    answer = writer.patch(address, SENT[address], format="json")
    assert (answer.status_code, answer.json()["code"]) == (428, "precondition_required")
    for etag in ('"something else"', "nonsense", 'W/"x"'):
        answer = writer.patch(address, SENT[address], format="json", headers={"If-Match": etag})
        assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")
    assert writer.patch(address, SENT[address], format="json", headers={"If-Match": "*"}).status_code == 200


@pytest.mark.parametrize("address", SENT)
def test_of_two_with_one_etag_one_wins(writer, closing, address):
    etag = writer.get(address)["ETag"]
    name, text = next(iter(SENT[address].items()))
    first, second = (
        writer.patch(address, {name: f"{text} {who}"}, format="json", headers={"If-Match": etag})
        for who in ("First", "Second")
    )
    assert (first.status_code, second.status_code) == (200, 412)
    assert writer.get(address).json()[name] == f"{text} First"


def test_of_two_at_the_same_moment_one_wins_too(writer, closing, manager, monkeypatch):
    """Both pass the question of `If-Match`; the version, asked under the lock, decides."""
    passed = parts.refuse_unless_matched

    def somebody_else(request, told):
        passed(request, told)
        score_key_result(closing, by=manager, now=NOW, score=None, closing_note="Theirs.")

    monkeypatch.setattr(parts, "refuse_unless_matched", somebody_else)
    answer = change(writer, SCORE, {"closing_note": "Mine."})
    assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")
    assert KeyResult.objects.get().closing_note == "Theirs."


@pytest.mark.parametrize("address", SENT)
@pytest.mark.parametrize(
    ("state", "code"), [("planning", "wrong_state"), ("active", "wrong_state"), ("closed", "cycle_closed")]
)
def test_scores_are_given_while_the_cycle_closes_alone(writer, closing, address, state, code):
    Cycle.objects.update(state=state)
    answer = change(writer, address, SENT[address])
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert (KeyResult.objects.get().closing_note, Objective.objects.get().post_mortem) == ("", "")


def test_what_was_dropped_is_not_scored(writer, closing):
    KeyResult.objects.update(dropped_at=NOW)
    answer = change(writer, SCORE, SENT[SCORE])
    assert (answer.status_code, answer.json()["code"]) == (409, "archived")


@pytest.mark.parametrize("address", SENT)
@pytest.mark.parametrize(
    ("role", "scope", "status"),
    [
        ("lead", "write", 200),
        ("manager", "write", 200),
        ("administrator", "admin", 200),
        ("lead", "check-in", 403),
        ("lead", "read", 403),
        ("contributor", "write", 403),
        ("viewer", "write", 403),
        ("outsider", "admin", 403),
    ],
)
def test_who_scores_on_the_page_scores_by_a_program(
    request, client, program, closing, address, role, scope, status
):
    person = request.getfixturevalue(role)
    answer = change(program(person, scope), address, SENT[address])
    assert answer.status_code == status
    client.force_login(person)
    by_page = client.post("/cycles/24H2/scores/EDGE/", {}).status_code
    assert (by_page == 403) == (role not in ("lead", "manager", "administrator"))


@pytest.mark.parametrize("address", SENT)
def test_what_one_may_not_see_is_not_there(program, outsider, lead, core, closing, address):
    Objective.objects.update(visibility="restricted")
    assert program(outsider, "write").get(address).status_code == 404
    assert program(outsider, "write").patch(address, SENT[address], format="json").status_code == 404
    bound = program(lead, "write", area=core)
    assert bound.get(address).status_code == 404


@pytest.fixture
def carried(key_result, objective, edge, core):
    """EDGE-24H2-O1 with its key result goes on in 25H1."""
    roadmap = RoadmapFactory(area=edge, cycle=CycleFactory(key="25H1", name="2025 H1"))
    made = ObjectiveFactory(roadmap=roadmap, predecessor=objective)
    return KeyResultFactory(objective=made, predecessor=key_result)


def kin(client, kind, code):
    told = client.get(f"/api/v1/{kind}/{code}/").json()
    return told["predecessor"], told["successor"]


def test_predecessor_and_successor_lead_to_each_other(reader, carried):
    assert kin(reader, "key-results", "EDGE-24H2-O1-KR1") == (None, "EDGE-25H1-O1-KR1")
    assert kin(reader, "key-results", "EDGE-25H1-O1-KR1") == ("EDGE-24H2-O1-KR1", None)
    assert kin(reader, "objectives", "EDGE-24H2-O1") == (None, "EDGE-25H1-O1")
    assert kin(reader, "objectives", "EDGE-25H1-O1") == ("EDGE-24H2-O1", None)
    rows = reader.get("/api/v1/key-results/?cycle=25H1").json()["results"]
    assert [row["predecessor"] for row in rows] == ["EDGE-24H2-O1-KR1"]


def test_kin_that_one_may_not_see_is_not_named(reader, writer, program, manager, carried, edge, core):
    Objective.objects.filter(code="EDGE-25H1-O1").update(visibility="restricted")
    for kind, code in (("key-results", "EDGE-24H2-O1-KR1"), ("objectives", "EDGE-24H2-O1")):
        assert kin(reader, kind, code) == (None, None)
        assert kin(writer, kind, code)[1].startswith("EDGE-25H1-O1")
    Objective.objects.filter(code="EDGE-25H1-O1").update(visibility="internal", roadmap=moved(core))
    assert kin(program(manager, area=edge), "objectives", "EDGE-24H2-O1") == (None, None)


def moved(core):
    return RoadmapFactory(area=core, cycle=Cycle.objects.get(key="25H1"))


def test_a_check_in_answers_with_the_kin_too(reporter, carried):
    sent = {"value": "5", "status": "on_track"}
    answer = reporter.post("/api/v1/key-results/EDGE-24H2-O1-KR1/check-ins/", sent)
    assert answer.json()["key_result"]["successor"] == "EDGE-25H1-O1-KR1"
