"""What a batch of mails needs is asked at once, and each says what it would have said by itself."""

import datetime as dt
from unittest.mock import Mock

import pytest
from django.utils import translation

from goals.models import Absence, CheckInDraft, OutboxMail
from goals.reminders import send
from goals.reminders.due import find_due
from goals.reminders.gathered import gather
from goals.reminders.message import Owed
from goals.reminders.send import send_waiting
from goals.tests.factories import (
    NOW,
    TODAY,
    KeyResultFactory,
    KpiFactory,
    MitigationFactory,
    ObjectiveFactory,
    RiskFactory,
    UserFactory,
    check_in,
)

pytestmark = pytest.mark.django_db

LONG_AGO = dt.date(2024, 9, 1)


@pytest.fixture
def everybody(objective, edge, lead, contributor, outsider, manager):
    """People who owe of every kind, in three time zones: two of them are on another day."""
    people = [lead, contributor, outsider, manager]
    zones = ("Pacific/Auckland", "America/Los_Angeles")
    people += [UserFactory(name=zone, time_zone=zone) for zone in zones]
    for place, person in enumerate(people):
        for number in range(3):
            row = KeyResultFactory(objective=objective, owner=person)
            for step in range(4 if number else 0):
                check_in(row, place + step, on=LONG_AGO + dt.timedelta(days=step))
        CheckInDraft.objects.create(author=person, key_result=row, value=place, status="on_track")
    KeyResultFactory(objective=objective, owner=manager, visibility="restricted")
    KpiFactory(area=edge, owner=contributor, added_on=LONG_AGO)
    risk = RiskFactory(objective=objective, owner=contributor, review_on=TODAY)
    MitigationFactory(risk=risk, owner=lead, due_on=TODAY)
    secret = ObjectiveFactory(roadmap=objective.roadmap, visibility="restricted")
    hidden = RiskFactory(objective=secret, owner=lead)
    MitigationFactory(risk=hidden, owner=outsider, due_on=TODAY)
    days = {"first_on": TODAY, "last_on": TODAY}
    # The outsider sees what a manager owns, but for what is restricted.
    Absence.objects.create(person=manager, stand_in=outsider, **days)
    Absence.objects.create(person=people[-1], stand_in=lead, **days)
    return people


def test_each_is_told_in_a_batch_what_they_would_be_told_alone(everybody):
    gathered = gather(everybody, now=NOW)
    said = {person.name: Owed.of(person, gathered[person.pk], now=NOW) for person in everybody}
    assert said == {person.name: Owed.by(person, now=NOW) for person in everybody}
    counts = {name: (len(owed.rows), len(owed.duties)) for name, owed in said.items()}
    assert counts == {
        "Lea Lead": (6, 1),  # three of who is away in Los Angeles, and a step
        "Con Tributor": (4, 1),  # a KPI, and a look at a risk
        "Out Sider": (6, 0),  # three of the manager, not the restricted one; no step of a hidden risk
        "Mana Ger": (0, 0),
        "Pacific/Auckland": (3, 0),
        "America/Los_Angeles": (0, 0),
    }


def test_each_reads_it_in_their_own_language(owners, lead):
    german, english = owners(2)
    german.language = "de"
    gathered = gather([german, english], now=NOW)
    with translation.override("de"):
        [row] = Owed.of(german, gathered[german.pk], now=NOW).rows
    [other] = Owed.of(english, gathered[english.pk], now=NOW).rows
    assert other.told == "From Wednesday, 16 Oct on, your lead is told."
    assert row.told == "Ab Mittwoch, 16 Okt erfährt es Ihre Leitung."


def test_many_are_asked_in_as_many_queries_as_one(owners, django_assert_max_num_queries):
    people = owners(30)
    with django_assert_max_num_queries(15) as one:
        gather(people[:1], now=NOW)
    with django_assert_max_num_queries(len(one)):
        assert all(found.figures for found in gather(people, now=NOW).values())


def test_a_mail_of_a_batch_takes_three_queries(owners, smtp, django_assert_max_num_queries):
    """One to begin, one whether a later mail says the same, one to note it."""
    later = NOW + dt.timedelta(hours=1)
    owners(25)
    find_due(now=NOW)
    OutboxMail.objects.filter(pk__in=OutboxMail.objects.values("pk")[:20]).update(next_attempt_at=later)
    with django_assert_max_num_queries(40) as few:
        assert send_waiting(now=NOW).sent == 5
    with django_assert_max_num_queries(len(few) + 3 * 15):
        assert send_waiting(now=later).sent == 20


def test_where_a_batch_cannot_be_asked_at_once_each_mail_asks_for_itself(owners, smtp, monkeypatch):
    def broken(people, *, now):
        raise ZeroDivisionError("a figure that nobody thought of")

    monkeypatch.setattr(send, "gather", broken)
    owners(3)
    find_due(now=NOW)
    assert send_waiting(now=NOW).sent == 3
    assert len(smtp.letters) == 3


def test_what_was_gathered_too_long_ago_is_asked_again(owners, smtp, monkeypatch):
    """A mail server that answers slowly lets nobody be asked for what they have given meanwhile."""
    people = owners(3)
    clock = Mock(monotonic=Mock(return_value=0))
    monkeypatch.setattr(send, "time", clock)

    def check_in_meanwhile(post, message):
        """The second is written within five seconds of the asking, the third is not."""
        if not clock.monotonic.return_value:
            for person in people[1:]:
                check_in(person.owned_key_results.get(), 3)
        clock.monotonic.return_value += 3
        return deliver(post, message)

    deliver = send.Post.send
    monkeypatch.setattr(send.Post, "send", check_in_meanwhile)
    find_due(now=NOW)
    assert send_waiting(now=NOW).sent == 2
    assert smtp.addresses == sorted(person.email for person in people[:2])
    assert OutboxMail.objects.get(user=people[2]).state == "skipped"
