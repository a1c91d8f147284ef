"""Reviewing: what waits for whom, until note is taken of it or it was asked back."""

import datetime as dt

import pytest

from accounts.tests.factories import UserFactory
from areas.models import Membership
from goals.actions.check_ins import record_check_in
from goals.actions.comments import acknowledge, add_comment, delete_comment, take_back_acknowledgement
from goals.actions.leaving import deactivate_person, holdings
from goals.actions.refusals import Invalid, WrongState
from goals.actions.reviews import acknowledge_all, ask_back
from goals.actions.roadmaps import change_objective, create_objective
from goals.actions.rollover import roll_over
from goals.figures.reviews import asked_of, waiting_for
from goals.models import CheckIn, Cycle, KeyResult, Mention, Objective, OutboxMail
from goals.tests.factories import NOW, TODAY, KeyResultFactory, check_in

EARLIER = NOW - dt.timedelta(days=30)


@pytest.fixture
def reviewed(objective, key_result, manager, lead):
    """The manager reviews EDGE-24H2-O1 for a month; its lead owns KR1."""
    change_objective(objective, by=lead, now=EARLIER, reviewer=manager)
    return KeyResult.objects.select_related("objective").get(pk=key_result.pk)


@pytest.fixture
def reported(reviewed, contributor):
    return check_in(reviewed, 3, author=contributor)


def waits(person) -> list[str]:
    return [str(row) for row in waiting_for(person)]


def asked(person) -> list[str]:
    return [row.text for row in asked_of(person)]


def fresh(made: CheckIn) -> CheckIn:
    return CheckIn.objects.get(pk=made.pk)


def test_a_check_in_of_another_waits_until_note_is_taken_of_it(reported, manager, lead):
    assert (waits(manager), waits(lead)) == ([str(reported)], [])
    acknowledge(reported, by=lead, now=NOW)
    assert waits(manager) == [str(reported)]
    acknowledge(reported, by=manager, now=NOW)
    assert waits(manager) == []
    take_back_acknowledgement(reported, by=manager, now=NOW)
    assert waits(manager) == [str(reported)]


def test_what_was_there_before_or_is_ones_own_does_not_wait(objective, reviewed, manager, contributor, lead):
    check_in(reviewed, 1, author=contributor, on=TODAY - dt.timedelta(days=40))
    check_in(reviewed, 2, author=manager)
    assert waits(manager) == []
    made = check_in(reviewed, 3, author=contributor)
    assert waits(manager) == [str(made)]
    change_objective(objective, by=lead, now=NOW + dt.timedelta(hours=1), reviewer=contributor)
    assert (waits(manager), waits(contributor)) == ([], [])


def test_a_correction_waits_in_the_place_of_what_it_corrects(reported, reviewed, manager, contributor):
    better = record_check_in(
        reviewed,
        author=contributor,
        now=NOW,
        today=TODAY,
        value=reported.value + 1,
        status="on_track",
        source="page",
        corrects=reported,
        reason="misread",
    )
    assert waits(manager) == [str(better)]


@pytest.mark.parametrize("answers", ["contributor", "lead"])
def test_a_question_waits_for_its_answer_and_then_for_the_reviewer(
    reported, manager, contributor, lead, outsider, answers
):
    ask_back(reported, by=manager, now=NOW, text="On which phone?")
    assert waits(manager) == []
    assert (asked(contributor), asked(lead)) == (["On which phone?"], ["On which phone?"])
    assert (asked(outsider), asked(manager)) == ([], [])
    add_comment(reported, by=outsider, now=NOW, text="I wonder too")
    assert waits(manager) == []
    add_comment(reported, by={"contributor": contributor, "lead": lead}[answers], now=NOW, text="On all")
    assert waits(manager) == [str(reported)]
    assert (asked(contributor), asked(lead)) == ([], [])
    ask_back(reported, by=manager, now=NOW, text="Really?")
    assert (waits(manager), asked(contributor)) == ([], ["Really?"])


def test_who_can_answer_is_told_by_mail(reported, manager, contributor, lead):
    ask_back(reported, by=manager, now=NOW, text="How so?")
    assert {row.person for row in Mention.objects.all()} == {contributor, lead}
    assert OutboxMail.objects.filter(kind="mention").count() == 2


def test_a_question_taken_back_asks_nobody(reported, manager, contributor):
    question = ask_back(reported, by=manager, now=NOW, text="How so?")
    delete_comment(question, by=manager, now=NOW)
    assert (waits(manager), asked(contributor)) == ([str(reported)], [])


def test_the_reviewer_alone_asks_back_and_nothing_of_their_own(
    reported, reviewed, manager, lead, contributor
):
    own = check_in(reviewed, 4, author=manager)
    for made, person in ((reported, lead), (own, manager)):
        with pytest.raises(WrongState, match="reviewer"):
            ask_back(made, by=person, now=NOW, text="How so?")
    acknowledge(reported, by=manager, now=NOW)
    with pytest.raises(WrongState, match="taken note"):
        ask_back(fresh(reported), by=manager, now=NOW, text="How so?")


def test_several_at_once_and_one_that_cannot(reported, reviewed, manager, contributor):
    own = check_in(reviewed, 4, author=manager)
    count, refusals = acknowledge_all([reported, own], by=manager, now=NOW)
    assert (count, [refusal.code for refusal in refusals], waits(manager)) == (1, ["wrong_state"], [])
    assert acknowledge_all([reported], by=manager, now=NOW) == (0, [])


def test_who_does_not_see_an_objective_does_not_review_it(objective, roadmap, outsider, lead):
    Objective.objects.filter(pk=objective.pk).update(visibility="restricted")
    with pytest.raises(Invalid, match="Out Sider cannot see this objective") as refusal:
        change_objective(objective, by=lead, now=NOW, reviewer=outsider)
    assert list(refusal.value.errors) == ["reviewer"]
    hidden = {"title": "Second", "visibility": "restricted", "reviewer": outsider}
    with pytest.raises(Invalid):
        create_objective(roadmap, by=lead, now=NOW, **hidden)
    assert not Objective.objects.filter(reviewer=outsider).exists()


def test_what_was_hidden_since_waits_for_nobody_outside(reported, objective, outsider, lead, reviewed):
    change_objective(objective, by=lead, now=EARLIER, reviewer=outsider)
    assert waits(outsider) == [str(reported)]
    KeyResult.objects.filter(pk=reviewed.pk).update(visibility="restricted")
    assert waits(outsider) == []


@pytest.mark.parametrize("change", ["closed", "dropped", "archived"])
def test_what_is_over_does_not_wait(reported, objective, manager, cycle, change):
    if change == "closed":
        Cycle.objects.filter(pk=cycle.pk).update(state="closed")
    else:
        Objective.objects.filter(pk=objective.pk).update(**{f"{change}_at": NOW})
    assert waits(manager) == []


def test_who_leaves_hands_their_reviews_over_with_what_waits(reported, objective, administrator, manager):
    other = UserFactory(name="Other Manager", org_role="manager")
    assert [row.code for holding in holdings(manager) for row in holding.reviews] == [objective.code]
    assert deactivate_person(manager, by=administrator, now=NOW, successors={}, successor=other) == 1
    assert (waits(manager), waits(other), holdings(manager)) == ([], [str(reported)], [])
    objective.refresh_from_db()
    assert objective.history.latest("history_id").history_change_reason == "taken over from Mana Ger"


def test_owner_and_reviewer_in_one_are_handed_over_both(objective, manager, lead, administrator):
    change_objective(objective, by=lead, now=NOW, reviewer=manager, owner=manager)
    deactivate_person(manager, by=administrator, now=NOW, successors={}, successor=lead)
    objective.refresh_from_db()
    assert (objective.owner, objective.reviewer) == (lead, lead)


def test_who_takes_over_and_cannot_see_it_does_not_review_it(
    objective, roadmap, manager, lead, administrator, outsider
):
    change_objective(objective, by=lead, now=NOW, reviewer=manager, visibility="restricted")
    deactivate_person(manager, by=administrator, now=NOW, successors={}, successor=outsider)
    objective.refresh_from_db()
    assert (objective.reviewer, objective.reviewer_since) == (None, None)


@pytest.mark.parametrize("stays", [True, False])
def test_a_reviewer_goes_on_in_the_next_cycle_as_long_as_they_see_it(
    objective, key_result, viewer, lead, cycle, into, manager, stays
):
    change_objective(objective, by=lead, now=NOW, reviewer=viewer, visibility="restricted")
    KeyResultFactory(objective=objective)
    if not stays:
        Membership.objects.filter(user=viewer).delete()
    roll_over(cycle, into=into, by=manager, now=NOW, today=TODAY)
    made = Objective.objects.get(predecessor=objective)
    assert (made.reviewer, made.reviewer_since) == ((viewer, NOW) if stays else (None, None))
