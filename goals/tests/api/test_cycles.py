"""The life of a cycle by programs: managers move it, once, and a closed one refuses every write."""

import pytest

from goals.models import Cycle, IdempotencyKey, KeyResult, Objective
from goals.tests.factories import KeyResultFactory, check_in

STEPS = {"activate": "planning", "begin-closing": "active", "close": "closing", "reopen": "closed"}
REASON = {"reason": "A value was wrong."}


def url(step: str, key: str = "24H2") -> str:
    return f"/api/v1/cycles/{key}/{step}/"


@pytest.fixture
def runner(program, manager):
    return program(manager, "write")


def body(step: str) -> dict:
    return REASON if step == "reopen" else {}


def test_a_manager_moves_a_cycle_through_its_life(runner, cycle, manager):
    Cycle.objects.update(state="planning")
    states = []
    for step in STEPS:
        answer = runner.post(url(step), body(step))
        assert answer.status_code == 200, answer.json()
        states.append(answer.json()["state"])
    assert states == ["active", "closing", "closed", "closing"]
    newest = cycle.history.latest("history_id")
    assert (newest.history_user, newest.history_change_reason) == (manager, "A value was wrong.")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("role", ["lead", "contributor", "viewer", "outsider"])
def test_others_may_not(program, request, cycle, role, step):
    Cycle.objects.update(state=STEPS[step])
    answer = program(request.getfixturevalue(role), "admin").post(url(step), body(step))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert Cycle.objects.get().state == STEPS[step]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("scope", ["read", "check-in"])
def test_a_token_that_only_reads_or_reports_may_not(program, manager, cycle, step, scope):
    Cycle.objects.update(state=STEPS[step])
    answer = program(manager, scope).post(url(step), body(step))
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    assert Cycle.objects.get().state == STEPS[step]


def test_a_token_bound_to_an_area_runs_no_cycle(program, manager, edge, cycle):
    answer = program(manager, "admin", area=edge).post(url("begin-closing"), {})
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    assert Cycle.objects.get().state == "active"


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("at", ["planning", "active", "closing", "closed"])
def test_a_step_from_the_wrong_state_is_a_conflict(runner, cycle, step, at):
    if STEPS[step] == at:
        return
    Cycle.objects.update(state=at)
    answer = runner.post(url(step), body(step))
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")
    assert Cycle.objects.get().state == at


def test_a_retry_takes_effect_once(runner, cycle):
    key = {"Idempotency-Key": "close-the-half-year"}
    first = runner.post(url("begin-closing"), {}, headers=key)
    again = runner.post(url("begin-closing"), {}, headers=key)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.content == again.content
    assert again["Idempotency-Replayed"] == "true"
    assert Cycle.history.filter(state="closing").count() == 1
    other = runner.post(url("close"), {}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")


def test_a_refused_step_leaves_no_key_behind(runner, cycle):
    answer = runner.post(url("close"), {}, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 409
    assert not IdempotencyKey.objects.exists()


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({}, "invalid"),
        ({"reason": ""}, "invalid"),
        ({"reason": "  "}, "invalid"),
        ({"reason": 7}, "invalid"),
        ({"reason": "x" * 2001}, "invalid"),
        ({"reason": "because", "force": True}, "invalid"),
        (["because"], "invalid"),
    ],
)
def test_reopening_asks_for_a_reason(runner, cycle, sent, code):
    Cycle.objects.update(state="closed")
    answer = runner.post(url("reopen"), sent)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert Cycle.objects.get().state == "closed"


@pytest.mark.parametrize("reason", ["a\0b", "a\x07b"])
def test_a_reason_that_cannot_be_kept(runner, cycle, reason):
    Cycle.objects.update(state="closed")
    answer = runner.post(url("reopen"), {"reason": reason})
    assert answer.status_code == 400
    assert Cycle.objects.get().state == "closed"


def test_a_field_that_is_not_known_is_refused(runner, cycle):
    answer = runner.post(url("begin-closing"), {"force": True})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "unknown")
    assert runner.post(url("begin-closing", "99H9"), {}).status_code == 404


def test_a_closed_cycle_refuses_check_ins_of_programs(runner, reporter, key_result):
    Cycle.objects.update(state="closing")
    runner.post(url("close"), {})
    answer = reporter.post(
        f"/api/v1/key-results/{key_result.code}/check-ins/", {"value": "5", "status": "on_track"}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "cycle_closed")


def test_scores_are_read(reader, runner, key_result, objective):
    check_in(key_result, "4.6")
    KeyResultFactory(objective=objective, guardrail=True)
    address = f"/api/v1/key-results/{key_result.code}/"
    assert reader.get(address).json()["proposed_score"] is None
    Cycle.objects.update(state="closing")
    told = reader.get(address).json()
    assert (told["proposed_score"], told["final_score"]) == ("0.5", None)
    KeyResult.objects.filter(pk=key_result.pk).update(
        final_score="0.7", proposed_score="0.5", score_reason="Late.", closing_note="Half."
    )
    Objective.objects.update(post_mortem="Why.")
    runner.post(url("close"), {})
    told = reader.get(address).json()
    assert (told["proposed_score"], told["final_score"]) == ("0.5", "0.7")
    assert (told["score_reason"], told["closing_note"]) == ("Late.", "Half.")
    told = reader.get(f"/api/v1/objectives/{objective.code}/").json()
    assert (told["score"], told["score_band"], told["post_mortem"]) == ("0.70", "green", "Why.")
