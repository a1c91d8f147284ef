"""What the mail lists besides check-ins: steps, reviews and scores, of those whom they ask."""

import datetime as dt

import pytest

from accounts.models import User
from accounts.tests.factories import UserFactory
from areas.models import Area, Membership
from goals.models import Absence, Cycle, KeyResult, Mitigation, Objective, OutboxMail, Risk
from goals.reminders.due import find_due
from goals.reminders.duties import duties_of, duties_seen_by
from goals.reminders.message import build_message
from goals.tests.factories import (
    NOW,
    TODAY,
    KeyResultFactory,
    MitigationFactory,
    RiskFactory,
    check_in,
)

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def risk(objective):
    return RiskFactory(objective=objective, title="The vendor is late", review_on=TODAY + 30 * DAY)


def owed(*people, today=TODAY):
    found = duties_of({person.pk: today for person in people})
    return {User.objects.get(pk=pk).name: [duty.kind for duty in of] for pk, of in found.items()}


def message_to(user, *, now=NOW):
    mail = OutboxMail(user=user, kind="check_ins_due", period="2024-W42", message_id="<one@okr.example.org>")
    return build_message(mail, now=now)


def test_the_owner_of_a_step_is_asked_from_its_day_on(risk, contributor, lead):
    MitigationFactory(risk=risk, owner=contributor, due_on=TODAY + DAY)
    assert owed(contributor, lead) == {}
    assert owed(contributor, lead, today=TODAY + DAY) == {"Con Tributor": ["mitigation"]}
    find_due(now=NOW)
    assert not OutboxMail.objects.exists()
    find_due(now=NOW + DAY)
    assert [mail.user for mail in OutboxMail.objects.all()] == [contributor]


@pytest.mark.parametrize(
    "table, change",
    [
        (Mitigation, {"state": "done"}),
        (Mitigation, {"state": "dropped"}),
        (Mitigation, {"due_on": None}),
        (Risk, {"archived_at": NOW}),
        (Objective, {"archived_at": NOW}),
        (Objective, {"dropped_at": NOW}),
        (Area, {"archived_at": NOW}),
        (Cycle, {"state": "planning"}),
        (Cycle, {"state": "closed"}),
    ],
)
def test_a_step_that_is_done_or_of_something_that_is_over_asks_nobody(risk, contributor, table, change):
    MitigationFactory(risk=risk, owner=contributor, due_on=TODAY)
    assert owed(contributor) == {"Con Tributor": ["mitigation"]}
    table.objects.update(**change)
    assert owed(contributor) == {}


def test_a_risk_that_is_closed_asks_neither_for_steps_nor_for_a_look(objective, contributor):
    risk = RiskFactory(objective=objective, owner=contributor, state="closed", review_on=TODAY)
    MitigationFactory(risk=risk, owner=contributor, due_on=TODAY)
    assert owed(contributor) == {}


def test_the_owner_of_a_risk_is_asked_to_look_on_its_day_or_after_thirty_without_a_change(objective, lead):
    dated = RiskFactory(objective=objective, owner=lead, review_on=TODAY + 2 * DAY)
    assert owed(lead, today=TODAY + DAY) == {}
    assert owed(lead, today=TODAY + 2 * DAY) == {"Lea Lead": ["review"]}
    Risk.objects.filter(pk=dated.pk).update(review_on=None)
    Risk.history.update(history_date=NOW)
    assert owed(lead, today=TODAY + 29 * DAY) == {}
    assert owed(lead, today=TODAY + 30 * DAY) == {"Lea Lead": ["review"]}


def test_a_risk_that_goes_on_in_another_cycle_is_looked_at_there(objective, lead):
    before = RiskFactory(objective=objective, owner=lead, review_on=TODAY)
    RiskFactory(objective=objective, owner=lead, review_on=TODAY + 9 * DAY, predecessor=before)
    assert owed(lead) == {}


def test_leads_are_asked_for_scores_while_the_cycle_closes(cycle, key_result, lead, contributor, manager):
    KeyResultFactory(objective=key_result.objective)
    assert owed(lead) == {}
    Cycle.objects.update(state="closing")
    assert owed(lead, contributor, manager) == {"Lea Lead": ["scores"]}
    [duty] = duties_of({lead.pk: TODAY})[lead.pk]
    assert (duty.code, duty.missing, duty.due_on) == ("EDGE", 2, cycle.ends_on)
    KeyResult.objects.update(final_score="0.7")
    assert owed(lead) == {}


def test_a_lead_of_a_team_below_is_not_asked_for_the_scores_of_what_is_above(lib, key_result):
    other = UserFactory(email="team@example.org")
    Membership.objects.create(user=other, area=lib, role="lead")
    Cycle.objects.update(state="closing")
    assert owed(other) == {}


def test_one_mail_lists_all_of_it_the_latest_first(risk, key_result, lead):
    check_in(key_result, 5, on=TODAY)
    Risk.objects.update(owner=lead, review_on=TODAY - 3 * DAY)
    MitigationFactory(risk=risk, owner=lead, due_on=TODAY - DAY, text="Ask <b>twice</b>")
    Cycle.objects.update(state="closing")
    find_due(now=NOW)
    assert OutboxMail.objects.count() == 1
    message = message_to(lead)
    assert message.subject == "3 things are due · 2024 H2"
    assert [line.strip() for line in message.body.partition("\n--")[0].splitlines() if line.strip()] == [
        "Hello Lea Lead,",
        "This is due:",
        "* The vendor is late",
        f"{risk.code} · Risk to look at again · 3 days overdue",
        f"http://127.0.0.1:8000/risks/{risk.code}/",
        "* Ask <b>twice</b>",
        f"{risk.code} · Mitigation · 1 day overdue",
        f"http://127.0.0.1:8000/risks/{risk.code}/",
        "* Edge",
        "EDGE · 1 score to give",
        "http://127.0.0.1:8000/cycles/24H2/scores/EDGE/",
    ]
    [(html, _kind)] = message.alternatives
    assert "Ask &lt;b&gt;twice&lt;/b&gt;" in html
    assert "Open My check-ins" not in html


def test_check_ins_come_first_and_all_are_counted(risk, key_result, lead):
    MitigationFactory(risk=risk, owner=lead, due_on=TODAY, text="Ask twice")
    message = message_to(lead)
    assert message.subject == "2 things are due · 2024 H2"
    assert "1 check-in is due. Answer it here:" in message.body
    assert message.body.index(key_result.code) < message.body.index("This is due too:")
    assert "Ask twice" in message.body
    assert f"{risk.code} · Mitigation · due today" in message.body


def test_who_is_away_is_not_asked_nor_is_their_stand_in(risk, contributor, outsider):
    MitigationFactory(risk=risk, owner=contributor, due_on=TODAY)
    Absence.objects.create(person=contributor, stand_in=outsider, first_on=TODAY, last_on=TODAY)
    find_due(now=NOW)
    assert not OutboxMail.objects.exists()
    assert message_to(contributor) is None
    assert message_to(outsider) is None


def test_what_its_owner_does_not_see_is_not_told(risk, outsider):
    MitigationFactory(risk=risk, owner=outsider, due_on=TODAY, text="Behind the curtain")
    assert "Behind the curtain" in message_to(outsider).body
    Risk.objects.update(visibility="restricted")
    assert message_to(outsider) is None


def test_the_queries_are_as_many_for_a_hundred_as_for_one(risk, lead, django_assert_num_queries):
    Cycle.objects.update(state="closing")

    def add(count):
        for _number in range(count):
            mine = RiskFactory(objective=risk.objective, owner=lead, review_on=TODAY)
            MitigationFactory(risk=mine, owner=lead, due_on=TODAY)
            KeyResultFactory(objective=risk.objective)

    add(1)
    with django_assert_num_queries(6):
        assert len(duties_seen_by({lead: TODAY})[lead.pk]) == 3
    add(20)
    with django_assert_num_queries(6):
        assert len(duties_seen_by({lead: TODAY})[lead.pk]) == 43
