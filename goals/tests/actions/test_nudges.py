"""Asking for an overdue check-in: whom, when, how often, and what stands in the record."""

import datetime as dt

import pytest

from accounts.models import AuditEntry
from goals.actions import nudges
from goals.actions.refusals import Archived, CycleClosed, CycleNotActive, Invalid, WrongState
from goals.models import Absence, Cycle, KeyResult, Nudge, OutboxMail
from goals.tests.factories import NOW, TODAY, KeyResultFactory, check_in

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


@pytest.fixture
def late(objective, contributor):
    return KeyResultFactory(objective=objective, owner=contributor)


def nudge(row, by, *, now=NOW, sentence=""):
    row = KeyResult.objects.with_context().get(pk=row.pk)
    return nudges.nudge(row, by=by, now=now, today=now.date(), sentence=sentence)


def test_the_owner_is_asked_by_a_mail_and_the_record_says_so(late, lead, contributor):
    made = nudge(late, lead, sentence="The board meets tomorrow.")
    assert (made.person, made.author) == (contributor, lead)
    mail = OutboxMail.objects.get()
    assert (mail.user, mail.kind, mail.period) == (contributor, "nudge", str(made.pk))
    entry = AuditEntry.objects.get(model="goals.nudge")
    # About the key result and nobody: whoever is asked and may not see it any more is not told by the record.
    assert (entry.action, entry.actor, entry.about, entry.subject) == ("created", lead, None, late.code)
    assert entry.changes["sentence"] == [None, "The board meets tomorrow."]


def test_nobody_asks_again_within_seven_days(late, lead, manager):
    nudge(late, lead)
    for by, now in ((lead, NOW), (manager, NOW + DAY), (manager, NOW + 7 * DAY - dt.timedelta(seconds=1))):
        with pytest.raises(WrongState, match=f"Lea Lead nudged about {late.code} on 14 Oct"):
            nudge(late, by, now=now)
    assert nudge(late, manager, now=NOW + 7 * DAY)
    assert OutboxMail.objects.count() == 2


def test_about_another_key_result_they_may(late, lead, objective, contributor):
    nudge(late, lead)
    assert nudge(KeyResultFactory(objective=objective, owner=contributor), lead)


def test_only_what_is_overdue(late, lead):
    check_in(late, 3, on=TODAY - 14 * DAY)
    due = KeyResult.objects.with_context().get(pk=late.pk)
    assert due.check_in_due_on == TODAY
    with pytest.raises(WrongState, match=r"No check-in of .* is overdue"):
        nudge(late, lead)
    assert nudge(late, lead, now=NOW + DAY)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"paused_on": TODAY, "paused_until": TODAY + 9 * DAY, "pause_reason": "no phones"}, WrongState),
        ({"completion": 1}, WrongState),
        ({"dropped_at": NOW}, Archived),
        ({"archived_at": NOW}, Archived),
        ({"owner": None}, WrongState),
    ],
)
def test_not_about_what_owes_nothing_or_is_nobodys(late, lead, changes, refusal):
    KeyResult.objects.filter(pk=late.pk).update(**changes)
    with pytest.raises(refusal):
        nudge(late, lead)
    assert not OutboxMail.objects.exists()


@pytest.mark.parametrize(("state", "refusal"), [("planning", CycleNotActive), ("closed", CycleClosed)])
def test_only_while_check_ins_are_open(late, lead, state, refusal):
    Cycle.objects.update(state=state)
    with pytest.raises(refusal):
        nudge(late, lead)


def test_while_the_owner_is_away_their_stand_in_is_asked(late, lead, viewer, contributor):
    Absence.objects.create(person=contributor, stand_in=viewer, first_on=TODAY, last_on=TODAY)
    assert nudge(late, lead).person == viewer
    assert OutboxMail.objects.get().user == viewer


def test_a_stand_in_who_does_not_see_it_is_not_asked(late, lead, outsider, contributor):
    KeyResult.objects.update(visibility="restricted")
    Absence.objects.create(person=contributor, stand_in=outsider, first_on=TODAY, last_on=TODAY)
    with pytest.raises(WrongState, match="nobody to ask"):
        nudge(late, lead)


def test_an_owner_who_left_is_not_asked(late, lead, contributor):
    contributor.is_active = False
    contributor.save()
    with pytest.raises(WrongState, match="nobody to ask"):
        nudge(late, lead)


def test_nobody_asks_themselves(late, contributor):
    with pytest.raises(WrongState, match="yourself"):
        nudge(late, contributor)


def test_who_wants_no_such_mail_is_asked_without_one(late, lead, contributor):
    contributor.nudge_mails_enabled = False
    contributor.save()
    assert nudge(late, lead)
    assert not OutboxMail.objects.exists()


@pytest.mark.parametrize("sentence", ["a\0b", "two\nlines", "x" * 301])
def test_a_sentence_is_one_line_of_text(late, lead, sentence):
    with pytest.raises(Invalid):
        nudge(late, lead, sentence=sentence)
    assert not Nudge.objects.exists()
    assert not OutboxMail.objects.exists()


def test_leads_of_the_area_and_managers_may(
    late, lead, manager, administrator, contributor, viewer, outsider
):
    assert [nudges.may_nudge(person, late) for person in (lead, manager, administrator)] == [True] * 3
    assert [nudges.may_nudge(person, late) for person in (contributor, viewer, outsider)] == [False] * 3
