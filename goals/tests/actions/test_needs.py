"""Asking for something, answering, asking again: what each of them does to a need."""

import datetime as dt

import pytest

from goals.actions.needs import (
    answer_dependency,
    ask_again,
    change_dependency,
    create_dependency,
    withdraw_dependency,
)
from goals.actions.refusals import AnsweredBefore, Archived, Invalid, NeedLoop, StaleVersion, WrongState
from goals.figures.needs import in_circles, most_pressing_first, partners_of
from goals.models import Dependency, Objective
from goals.models.dependency import Standing
from goals.tests.factories import NOW, DependencyFactory, ObjectiveFactory, RoadmapFactory

LATER = NOW + dt.timedelta(days=3)


@pytest.fixture
def needed(core, cycle):
    return ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle))


@pytest.fixture
def need(objective, needed, lead):
    return create_dependency(objective, by=lead, now=NOW, on_objective=needed, note="a compiler")


def now_of(need):
    return Dependency.objects.get(pk=need.pk)


def test_accepting_agrees_and_keeps_who_and_when_and_the_word(need, outsider):
    kept = answer_dependency(need, "accepted", by=outsider, now=LATER, note="By August.")
    found = now_of(need)
    assert kept == found
    assert (found.state, found.answer, found.answer_note) == ("agreed", "accepted", "By August.")
    assert (found.answered_by, found.answered_at) == (outsider, LATER)
    assert found.standing == Standing.AGREED
    assert found.history.first().history_user == outsider


def test_declining_takes_a_word_and_an_agreement_back(need, outsider):
    with pytest.raises(Invalid) as refusal:
        answer_dependency(need, "declined", by=outsider, now=NOW, note="  ")
    assert refusal.value.errors == {"answer_note": ["Whoever declines says why."]}
    assert now_of(need).answer == ""
    Dependency.objects.update(state="agreed")  # as documents say it, without an answer
    answer_dependency(need, "declined", by=outsider, now=NOW, note="No room.")
    assert (now_of(need).state, now_of(need).standing) == ("asked", Standing.DECLINED)


@pytest.mark.parametrize(("answer", "standing"), [("accepted", "at_risk"), ("declined", "at_risk")])
def test_what_its_own_side_holds_to_be_at_risk_stays_so(need, outsider, lead, answer, standing):
    change_dependency(need, by=lead, now=NOW, state="at_risk")
    answer_dependency(need, answer, by=outsider, now=NOW, note="Well.")
    assert (now_of(need).standing, now_of(need).answer) == (standing, answer)


def test_the_first_of_two_answers_stands(need, outsider, manager):
    seen = need.version
    answer_dependency(need, "declined", by=outsider, now=NOW, version=seen, note="No room.")
    with pytest.raises(AnsweredBefore) as refusal:
        answer_dependency(need, "accepted", by=manager, now=LATER, version=seen)
    assert refusal.value.sentence == f"{outsider.name} declined this on 14 Oct already."
    with pytest.raises(AnsweredBefore):
        answer_dependency(need, "accepted", by=manager, now=LATER)
    assert now_of(need).answer == "declined"


def test_who_saw_the_answer_may_change_it_but_not_say_it_twice(need, outsider):
    answer_dependency(need, "accepted", by=outsider, now=NOW)
    version = now_of(need).version
    with pytest.raises(AnsweredBefore):
        answer_dependency(need, "accepted", by=outsider, now=LATER, version=version)
    answer_dependency(need, "declined", by=outsider, now=LATER, version=version, note="We cannot.")
    assert (now_of(need).standing, now_of(need).answered_at) == (Standing.DECLINED, LATER)


def test_an_answer_to_other_words_is_refused(need, outsider, lead):
    seen = need.version
    change_dependency(need, by=lead, now=NOW, note="a compiler and a debugger")
    with pytest.raises(StaleVersion):
        answer_dependency(need, "accepted", by=outsider, now=NOW, version=seen)


def test_an_answer_for_another_area_is_refused(need, outsider, lead, roadmap):
    change_dependency(need, by=lead, now=NOW, on_objective=ObjectiveFactory(roadmap=roadmap))
    with pytest.raises(StaleVersion):
        answer_dependency(need, "accepted", by=outsider, now=NOW)


def test_what_is_met_or_withdrawn_takes_no_answer(need, outsider, lead):
    change_dependency(need, by=lead, now=NOW, state="met")
    for act in (lambda: answer_dependency(need, "accepted", by=outsider, now=NOW), lambda: again(need, lead)):
        with pytest.raises(WrongState) as refusal:
            act()
        assert refusal.value.sentence == "This need is met; it waits for no answer."
    withdraw_dependency(need, by=lead, now=NOW)
    for act in (lambda: answer_dependency(need, "accepted", by=outsider, now=NOW), lambda: again(need, lead)):
        with pytest.raises(Archived):
            act()


def again(need, lead, **options):
    return ask_again(need, by=lead, now=LATER, **options)


def test_asking_again_waits_anew(need, outsider, lead):
    with pytest.raises(WrongState) as refusal:
        again(need, lead)
    assert refusal.value.sentence == "This need waits for an answer already."
    answer_dependency(need, "declined", by=outsider, now=NOW, note="No room.")
    again(need, lead)
    found = now_of(need)
    assert (found.standing, found.answer, found.answer_note, found.answered_by) == ("asked", "", "", None)
    assert (found.awaits_answer, found.asked_at) == (True, LATER)


@pytest.mark.parametrize("changes", [{"note": "another compiler"}, {"on_objective": "EDGE-24H2-O2"}])
def test_other_words_and_another_objective_take_the_answer_back(need, outsider, lead, roadmap, changes):
    ObjectiveFactory(roadmap=roadmap)
    answer_dependency(need, "accepted", by=outsider, now=NOW)
    if "on_objective" in changes:
        changes = {"on_objective": Objective.objects.get(code="EDGE-24H2-O2")}
    change_dependency(need, by=lead, now=LATER, **changes)
    found = now_of(need)
    assert (found.state, found.answer, found.answered_at, found.asked_at) == ("asked", "", None, LATER)


def test_at_risk_and_met_keep_the_answer_and_asked_takes_it_back(need, outsider, lead):
    answer_dependency(need, "accepted", by=outsider, now=NOW)
    for state in ("at_risk", "agreed", "met"):
        change_dependency(need, by=lead, now=NOW, state=state)
        assert (now_of(need).state, now_of(need).answer) == (state, "accepted")
    change_dependency(need, by=lead, now=NOW, state="asked")
    assert (now_of(need).state, now_of(need).answer) == ("asked", "")


def test_who_corrects_a_word_before_the_answer_does_not_wait_anew(need, lead):
    change_dependency(need, by=lead, now=LATER, note="A compiler")
    assert now_of(need).asked_at == NOW


def test_a_partner_stands_once_however_it_is_written(objective, lead):
    first = create_dependency(objective, by=lead, now=NOW, partner="Hugging Face")
    with pytest.raises(Invalid) as refusal:
        create_dependency(objective, by=lead, now=NOW, partner="HUGGING face")
    assert refusal.value.errors == {"partner": ["This objective lists this partner already."]}
    withdraw_dependency(first, by=lead, now=NOW)
    assert create_dependency(objective, by=lead, now=NOW, partner="HUGGING face").pk


def test_what_presses_comes_first_and_then_who_waits_longest(objective):
    rows = {
        "met": DependencyFactory(objective=objective, partner="A", state="met"),
        "late": DependencyFactory(objective=objective, partner="B", created_at=LATER),
        "early": DependencyFactory(objective=objective, partner="C", created_at=NOW),
        "risk": DependencyFactory(objective=objective, partner="D", state="at_risk"),
        "no": DependencyFactory(
            objective=objective, partner="E", answer="declined", answer_note="No", answered_at=NOW
        ),
    }
    assert most_pressing_first(rows.values()) == [rows[n] for n in ("risk", "no", "early", "late", "met")]


def test_partners_are_one_whatever_the_case(cycle):
    one, other = DependencyFactory(partner="Arm"), DependencyFactory(partner="ARM", state="at_risk")
    DependencyFactory(partner="Zulip")
    arm, zulip = partners_of(Dependency.objects.all())
    assert (arm.name, arm.needs, arm.pressing) == ("Arm", (other, one), 1)
    assert zulip.name == "Zulip"


def test_circles_are_found_through_others_and_end_with_what_is_met(objective, needed):
    third = ObjectiveFactory(roadmap=needed.roadmap)
    ways = [(objective, needed), (needed, third), (third, objective)]
    rows = [DependencyFactory(objective=one, partner="", on_objective=other) for one, other in ways]
    outside = DependencyFactory(
        objective=ObjectiveFactory(roadmap=needed.roadmap), partner="", on_objective=third
    )
    assert in_circles([*rows, outside]) == {row.pk for row in rows}
    rows[0].state = "met"
    assert in_circles([*rows, outside]) == set()


def test_what_would_wait_for_itself_is_refused_and_its_way_is_named(objective, needed, need, lead):
    third = ObjectiveFactory(roadmap=needed.roadmap)
    create_dependency(needed, by=lead, now=NOW, on_objective=third)
    for waits, ways in (
        (needed, "CORE-24H2-O1 → EDGE-24H2-O1 → CORE-24H2-O1"),
        (third, "CORE-24H2-O2 → EDGE-24H2-O1 → CORE-24H2-O1 → CORE-24H2-O2"),
    ):
        with pytest.raises(NeedLoop) as refusal:
            create_dependency(waits, by=lead, now=NOW, on_objective=objective)
        sentence = f"{waits.code} would wait for itself: {ways}."
        assert refusal.value.errors == {"on_objective": [sentence]}
    with pytest.raises(Invalid, match="does not need itself"):
        create_dependency(objective, by=lead, now=NOW, on_objective=objective)
    assert Dependency.objects.count() == 2


def test_the_way_of_a_loop_of_needs_does_not_name_what_is_hidden(objective, core, cycle, lead):
    secret = ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle), visibility="restricted")
    last = ObjectiveFactory(roadmap=objective.roadmap)
    DependencyFactory(objective=objective, partner="", on_objective=secret)
    DependencyFactory(objective=secret, partner="", on_objective=last)
    with pytest.raises(NeedLoop) as refusal:
        create_dependency(last, by=lead, now=NOW, on_objective=objective)
    assert secret.code not in refusal.value.sentence
    assert "→ one that is hidden from you →" in refusal.value.sentence


def test_what_is_met_or_withdrawn_waits_no_more_and_waiting_again_is_judged(objective, needed, need, lead):
    change_dependency(need, by=lead, now=NOW, state="met")
    back = create_dependency(needed, by=lead, now=NOW, on_objective=objective)
    with pytest.raises(NeedLoop) as refusal:
        change_dependency(need, by=lead, now=NOW, state="asked")
    assert list(refusal.value.errors) == ["state"]
    assert now_of(need).state == "met"
    withdraw_dependency(back, by=lead, now=NOW)
    change_dependency(need, by=lead, now=NOW, state="asked")
    assert now_of(need).state == "asked"


def test_what_is_pointed_elsewhere_is_judged_and_what_is_given_up_still_waits(objective, needed, need, lead):
    third = ObjectiveFactory(roadmap=needed.roadmap)
    other = create_dependency(needed, by=lead, now=NOW, on_objective=third)
    Objective.objects.filter(pk=objective.pk).update(dropped_at=NOW)  # it may be restored
    with pytest.raises(NeedLoop):
        change_dependency(other, by=lead, now=NOW, on_objective=objective)
    assert now_of(other).on_objective == third


def test_a_loop_over_two_cycles_is_one_too(objective, edge, into, lead):
    later = ObjectiveFactory(roadmap=RoadmapFactory(area=edge, cycle=into))
    create_dependency(objective, by=lead, now=NOW, on_objective=later)
    with pytest.raises(NeedLoop):
        create_dependency(later, by=lead, now=NOW, on_objective=objective)


def test_a_loop_that_was_there_before_goes_on_being_told_about(objective, needed, need, lead):
    back = DependencyFactory(objective=needed, partner="", on_objective=objective)
    for row, changes in (
        (back, {"note": "measured"}),
        (back, {"state": "at_risk"}),
        (need, {"state": "met"}),
    ):
        assert change_dependency(row, by=lead, now=NOW, **changes)
    assert now_of(back).standing == Standing.AT_RISK
