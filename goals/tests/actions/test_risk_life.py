"""A risk is looked at again, ends, begins once more, and concerns other objectives."""

import datetime as dt

import pytest

from goals.actions.concerns import add_concern, end_concern
from goals.actions.refusals import (
    Archived,
    CycleClosed,
    Invalid,
    ReasonNeeded,
    StaleVersion,
    WrongState,
)
from goals.actions.risk_life import close_risk, reopen_risk, review_risk
from goals.actions.risks import change_risk, create_mitigation, create_risk
from goals.actions.roadmaps import drop_objective
from goals.actions.rollover import roll_over
from goals.models import Concern, Cycle, Mitigation, Risk
from goals.tests.factories import (
    NOW,
    TODAY,
    ConcernFactory,
    KeyResultFactory,
    MitigationFactory,
    ObjectiveFactory,
    RiskFactory,
    RoadmapFactory,
)
from goals.tests.past import on

DAY = dt.timedelta(days=1)


@pytest.fixture
def who(contributor):
    return {"by": contributor, "now": NOW}


@pytest.fixture
def risk(objective, who):
    return create_risk(objective, title="One vendor", likelihood=4, impact=4, **who)


def fresh(risk):
    return Risk.objects.with_last_change().get(pk=risk.pk)


def test_closing_says_how_it_ended_and_when(risk, who):
    close_risk(risk, today=TODAY, outcome="prevented", outcome_note="A second one delivers.", **who)
    now = fresh(risk)
    assert (now.state, now.outcome, now.closed_on) == ("closed", "prevented", TODAY)
    assert now.outcome_note == "A second one delivers."
    with pytest.raises(WrongState):
        close_risk(risk, today=TODAY, outcome="irrelevant", **who)


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"outcome": "not_recorded"}, "outcome"),
        ({"outcome": ""}, ""),
        ({"outcome": "handled"}, ""),
        ({"outcome": "prevented", "closed_on": TODAY + DAY}, "closed_on"),
    ],
)
def test_an_ending_that_says_too_little_is_refused(risk, who, told, field):
    with pytest.raises(Invalid) as refusal:
        close_risk(risk, today=TODAY, **told, **who)
    assert field in refusal.value.errors
    assert fresh(risk).is_open


def test_what_was_handled_has_occurred(risk, who):
    occurred = {"occurred_on": TODAY - DAY, "consequence": "A week is lost."}
    close_risk(risk, today=TODAY, outcome="handled", **occurred, **who)
    assert (fresh(risk).occurred_on, fresh(risk).outcome) == (TODAY - DAY, "handled")


def test_opened_again_it_has_not_ended_and_the_history_keeps_both(risk, who):
    change_risk(risk, state="mitigating", **who)
    close_risk(risk, today=TODAY, outcome="prevented", outcome_note="So we thought.", **who)
    with pytest.raises(ReasonNeeded):
        reopen_risk(risk, reason=" ", **who)
    reopen_risk(risk, reason="The second one left.", **who)
    now = fresh(risk)
    assert (now.state, now.outcome, now.outcome_note, now.closed_on) == ("mitigating", "", "", None)
    newest, before = now.history.all()[:2]
    assert newest.history_change_reason == "The second one left."
    assert (before.outcome, before.outcome_note) == ("prevented", "So we thought.")
    with pytest.raises(WrongState):
        reopen_risk(risk, reason="Once more.", **who)


def test_a_review_stamps_and_sets_the_next_day(risk, who, contributor, cycle):
    assert review_risk(risk, today=TODAY, **who) == TODAY + 30 * DAY
    now = fresh(risk)
    assert (now.reviewed_on, now.reviewed_by, now.review_on) == (TODAY, contributor, TODAY + 30 * DAY)
    assert review_risk(risk, today=cycle.ends_on - 3 * DAY, **who) == cycle.ends_on
    assert review_risk(risk, today=TODAY, review_on=TODAY + DAY, **who) == TODAY + DAY
    with pytest.raises(Invalid) as refusal:
        review_risk(risk, today=TODAY, review_on=TODAY, **who)
    assert "review_on" in refusal.value.errors
    with pytest.raises(StaleVersion):
        review_risk(risk, today=TODAY, version=1, **who)
    close_risk(risk, today=TODAY, outcome="irrelevant", **who)
    with pytest.raises(WrongState):
        review_risk(risk, today=TODAY, **who)


def test_a_day_of_review_told_by_a_document_names_nobody(risk, who):
    review_risk(risk, today=TODAY, **who)
    change_risk(risk, reviewed_on=TODAY - DAY, **who)
    assert fresh(risk).reviewed_by is None


@pytest.mark.parametrize(
    ("fields", "day", "is_stale"),
    [
        ({"review_on": TODAY - DAY}, TODAY, True),
        ({"review_on": TODAY}, TODAY, False),
        ({}, TODAY + 30 * DAY, False),
        ({}, TODAY + 31 * DAY, True),
        ({"review_on": TODAY + 90 * DAY}, TODAY + 60 * DAY, False),
        ({"state": "accepted", "review_on": TODAY - DAY}, TODAY, True),
        ({"state": "closed", "review_on": TODAY - DAY}, TODAY, False),
    ],
)
def test_what_nobody_looked_at_in_time_is_stale(objective, fields, day, is_stale):
    with on(TODAY):
        risk = RiskFactory(objective=objective, **fields)
    assert fresh(risk).is_stale(day) is is_stale
    assert Risk.objects.stale(day).filter(pk=risk.pk).exists() is is_stale


def test_a_changed_step_is_a_change_of_its_risk(objective):
    with on(TODAY):
        risk = RiskFactory(objective=objective)
    with on(TODAY + 20 * DAY):
        MitigationFactory(risk=risk)
    assert fresh(risk).changed_on == TODAY + 20 * DAY
    assert not Risk.objects.stale(TODAY + 50 * DAY).exists()
    assert Risk.objects.stale(TODAY + 51 * DAY).exists()


def test_in_a_closed_cycle_nothing_is_to_be_looked_at(objective):
    RiskFactory(objective=objective, review_on=TODAY - DAY)
    assert Risk.objects.stale(TODAY).exists()
    Cycle.objects.update(state="closed")
    assert not Risk.objects.stale(TODAY).exists()


def test_a_risk_concerns_other_objectives_of_its_cycle(risk, roadmap, who, into):
    other = ObjectiveFactory(roadmap=roadmap)
    concern = add_concern(risk, other, **who)
    for wrong, sentence in (
        (other, "This risk concerns that objective already."),
        (risk.objective, "The risk belongs to this objective."),
        (
            ObjectiveFactory(roadmap=RoadmapFactory(area=roadmap.area, cycle=into)),
            "A risk concerns objectives of its own cycle.",
        ),
    ):
        with pytest.raises(Invalid) as refusal:
            add_concern(risk, wrong, **who)
        assert sentence in refusal.value.sentence
    assert Concern.objects.count() == 1
    end_concern(concern, **who)
    assert Concern.history.first().history_type == "-"
    with pytest.raises(StaleVersion):
        end_concern(concern, **who)


def test_what_is_given_up_is_concerned_no_more_and_a_closed_cycle_takes_nothing(risk, roadmap, who, lead):
    other = ObjectiveFactory(roadmap=roadmap)
    drop_objective(other, by=lead, now=NOW, reason="not now")
    with pytest.raises(Archived):
        add_concern(risk, other, **who)
    concern = ConcernFactory(risk=risk)
    Cycle.objects.update(state="closed")
    for act in (
        lambda: add_concern(risk, ObjectiveFactory(roadmap=roadmap), **who),
        lambda: end_concern(concern, **who),
        lambda: review_risk(risk, today=TODAY, **who),
        lambda: close_risk(risk, today=TODAY, outcome="prevented", **who),
    ):
        with pytest.raises(CycleClosed):
            act()


@pytest.fixture
def second(roadmap, objective):
    other = ObjectiveFactory(roadmap=roadmap)
    KeyResultFactory(objective=other)
    return other


@pytest.fixture
def carried(risk, key_result, second, into, manager):
    """The risk in 2025 H1, with what it concerned beside it."""
    ConcernFactory(risk=risk, objective=second)
    roll_over(key_result.cycle, into=into, by=manager, now=NOW, today=TODAY)
    return Risk.objects.get(predecessor=risk)


def test_new_steps_belong_to_what_a_risk_was_carried_over_to(risk, carried, who, outsider):
    for act in (
        lambda by: create_mitigation(risk, text="Ask a second one", by=by, now=NOW),
        lambda by: review_risk(risk, today=TODAY, by=by, now=NOW),
    ):
        with pytest.raises(WrongState) as refusal:
            act(who["by"])
        assert f"{risk.code} goes on in 2025 H1 as {carried.code}" in refusal.value.sentence
    assert create_mitigation(carried, text="Ask a second one", **who)
    Risk.objects.filter(pk=carried.pk).update(visibility="restricted")
    with pytest.raises(WrongState) as refusal:
        create_mitigation(risk, text="Ask a third one", by=outsider, now=NOW)
    assert carried.code not in refusal.value.sentence
    assert "goes on in another cycle" in refusal.value.sentence
    assert Mitigation.objects.count() == 1
    Risk.objects.filter(pk=carried.pk).update(archived_at=NOW)
    assert create_mitigation(risk, text="Ask a second one", **who)


def test_what_was_carried_over_is_not_looked_at_again_where_it_was(risk, carried):
    Risk.objects.update(review_on=TODAY - DAY)
    assert list(Risk.objects.stale(TODAY)) == [carried]


def test_what_a_risk_concerns_follows_once(risk, carried, manager, into, who):
    [there] = carried.concerns.all()
    assert there.objective.predecessor.code == "EDGE-24H2-O2"
    report = roll_over(risk.objective.roadmap.cycle, into=into, by=manager, now=NOW, today=TODAY)
    assert report.concerns == []
    end_concern(there, **who)
    report = roll_over(risk.objective.roadmap.cycle, into=into, by=manager, now=NOW, today=TODAY)
    assert report.concerns == []
