"""While somebody is away their stand-in is asked, sees what is due and checks in; nobody else may."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from goals.actions.absences import add_absence, end_absence, left_out
from goals.actions.leaving import deactivate_person
from goals.actions.refusals import Invalid, WrongState
from goals.models import Absence, CheckIn, KeyResult, Kpi, OutboxMail
from goals.reminders.asked import owed_by
from goals.reminders.due import find_due
from goals.reminders.message import build_message
from goals.tests.factories import NOW, TODAY, KeyResultFactory, KpiFactory
from goals.tests.views.entries import entry, text_of

DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _in_october():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def away(key_result, lead, outsider):
    """The lead is away for a week from today on, and somebody of another area stands in."""
    return be_away(lead, outsider)


def be_away(person, stand_in, first=TODAY, last=TODAY + 6 * DAY, **options):
    return add_absence(
        person, now=NOW, today=TODAY, first_on=first, last_on=last, stand_in=stand_in, **options
    )


def may(person, key_result) -> bool:
    today = timezone.localdate()
    return KeyResult.objects.checkable_by(person, today).filter(pk=key_result.pk).exists()


@pytest.mark.parametrize(("days", "expected"), [(-1, False), (0, True), (6, True), (7, False)])
def test_a_stand_in_checks_in_on_these_days_alone(key_result, lead, outsider, days, expected):
    be_away(lead, outsider)
    with time_machine.travel(NOW + days * DAY, tick=False):
        assert may(outsider, key_result) is expected
        assert may(lead, key_result)


def test_only_on_what_the_absent_person_owns(away, objective, contributor, outsider):
    assert not may(outsider, KeyResultFactory(objective=objective, owner=contributor))
    assert not may(outsider, KeyResultFactory(objective=objective))


def test_the_stand_in_is_asked_and_the_absent_one_is_not(away, key_result, lead, outsider):
    find_due(now=NOW)
    [mail] = OutboxMail.objects.all()
    assert mail.user == outsider
    message = build_message(mail, now=NOW)
    assert key_result.code in message.body
    assert "For Lea Lead" in message.body
    assert owed_by(lead, today=TODAY) == []
    Absence.objects.update(last_on=TODAY - DAY, first_on=TODAY - DAY)
    OutboxMail.objects.all().delete()
    find_due(now=NOW)
    assert OutboxMail.objects.get().user == lead


def test_a_mail_written_before_is_not_sent_to_who_is_away(key_result, lead, outsider):
    find_due(now=NOW)
    be_away(lead, outsider)
    assert build_message(OutboxMail.objects.get(), now=NOW) is None


def test_the_stand_in_finds_it_among_what_is_due_and_saves_it(away, client, key_result, outsider, lead):
    client.force_login(outsider)
    page = text_of(client.get("/check-ins/"))
    assert "1 key result is due" in page
    assert "For Lea Lead, away until 20 Oct" in page
    assert "My check-ins 1 due" in page
    client.post("/check-ins/", entry(key_result, "4"))
    assert CheckIn.objects.get().author == outsider


def test_everybody_reads_who_stands_in(away, client, key_result, viewer):
    client.force_login(viewer)
    page = text_of(client.get(f"/key-results/{key_result.code}/"))
    assert "Lea Lead · away until 20 Oct 2024, Out Sider stands in" in page


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"last": TODAY - DAY}, "last_on", "The last day is the first day or a later one."),
        ({"first": TODAY - 2 * DAY, "last": TODAY - DAY}, "last_on", "These days are over."),
        ({"first": TODAY + 6 * DAY, "last": TODAY + 9 * DAY}, "first_on", "You are away from 14 Oct 2024 to"),
    ],
)
def test_days_that_do_not_fit_are_refused(away, lead, outsider, fields, field, sentence):
    with pytest.raises(Invalid) as refused:
        be_away(lead, outsider, **fields)
    assert refused.value.errors[field][0].startswith(sentence)
    assert Absence.objects.count() == 1


def test_who_cannot_stand_in_is_refused(key_result, lead, viewer, outsider):
    User.objects.filter(pk=viewer.pk).update(is_active=False)
    key_result.objective.roadmap.visibility = "restricted"
    key_result.objective.roadmap.save()
    for person, sentence in (
        (lead, "Nobody stands in for themselves."),
        (viewer, "Vi Ewer is deactivated."),
        (outsider, "Out Sider sees none of your key results and KPIs."),
    ):
        with pytest.raises(Invalid) as refused:
            be_away(lead, person)
        assert refused.value.errors == {"stand_in": [sentence]}


def test_what_the_stand_in_does_not_see_is_named_and_left_out(objective, key_result, lead, outsider, client):
    hidden = KeyResultFactory(objective=objective, owner=lead, visibility="restricted")
    client.force_login(lead)
    sent = {"first_on": "2024-10-14", "last_on": "2024-10-20", "stand_in": outsider.pk, "note": "At sea"}
    response = client.post("/preferences/absences/", sent, follow=True)
    assert f"Left out, as Out Sider does not see them: {hidden.code}." in text_of(response)
    assert left_out(lead, outsider) == [hidden]
    assert owed_by(outsider, today=TODAY) == [key_result]
    client.force_login(outsider)
    assert "At sea" in text_of(client.get("/preferences/absences/"))
    assert client.get(f"/key-results/{hidden.code}/check-in/").status_code == 404


def test_a_stand_in_who_leaves_stands_in_no_more(away, lead, outsider, administrator):
    deactivate_person(outsider, by=administrator, now=NOW, successors={}, successor=lead)
    assert not Absence.objects.exists()
    assert len(owed_by(lead, today=TODAY)) == 1


def test_one_comes_back_early_or_takes_it_back(away, client, lead, outsider, key_result):
    client.force_login(outsider)
    assert client.post(f"/preferences/absences/{away.pk}/end/").status_code == 404
    client.force_login(lead)
    client.post(f"/preferences/absences/{away.pk}/end/")
    assert not Absence.objects.exists()
    begun = be_away(lead, outsider)
    with time_machine.travel(NOW + 3 * DAY, tick=False):
        end_absence(begun, by=lead, now=NOW, today=TODAY + 3 * DAY)
        assert not may(outsider, key_result)
        with pytest.raises(WrongState):
            end_absence(begun, by=lead, now=NOW, today=TODAY + 3 * DAY)
    assert Absence.objects.get().last_on == TODAY + 2 * DAY


@pytest.fixture
def kpis(edge, lead):
    """One that the lead owns and everybody sees, and a restricted one; both are due."""
    made = {"owner": lead, "added_on": TODAY - 30 * DAY}
    return [KpiFactory(area=edge, **made), KpiFactory(area=edge, visibility="restricted", **made)]


def test_a_stand_in_is_asked_for_the_values_of_kpis_they_see_and_enters_them(kpis, client, lead, outsider):
    shown, hidden = kpis
    address = f"/kpis/{shown.code}/enter/"
    client.force_login(outsider)
    assert client.get(address).status_code == 403
    be_away(lead, outsider)
    assert left_out(lead, outsider) == [hidden]
    find_due(now=NOW)
    [mail] = OutboxMail.objects.all()
    message = build_message(mail, now=NOW)
    assert mail.user == outsider
    assert (shown.code in message.body, hidden.code in message.body) == (True, False)
    assert "For Lea Lead" in message.body
    page = text_of(client.get("/check-ins/"))
    assert (shown.code in page, hidden.code in page, "For Lea Lead" in page) == (True, False, True)
    assert client.get(f"/kpis/{hidden.code}/enter/").status_code == 404
    assert client.get(address).status_code == 200
    client.post("/check-ins/", {"kpi": [shown.code], f"{shown.code}-value": "5"})
    shown.refresh_from_db()
    assert (shown.current_value, shown.last_entry.author) == (5, outsider)
    assert build_message(mail, now=NOW) is None
    with time_machine.travel(NOW + 7 * DAY, tick=False):
        client.force_login(outsider)
        assert client.get(address).status_code == 403


def test_who_owns_kpis_alone_finds_somebody_who_sees_one(kpis, lead, outsider):
    be_away(lead, outsider)
    Absence.objects.all().delete()
    Kpi.objects.update(visibility="restricted")
    with pytest.raises(Invalid, match="sees none of your key results and KPIs"):
        be_away(lead, outsider)


@pytest.mark.only_on("sqlite")
def test_wherever_an_owner_is_named_it_says_until_when_they_are_away(kpis, away, client, key_result, manager):
    KeyResult.objects.update(created_at=NOW - 60 * DAY)
    pages = ["/?cycle=24H2", "/kpis/", f"/kpis/{kpis[0].code}/", key_result.get_absolute_url()]
    client.force_login(manager)
    for address in pages:
        assert "away until 20 Oct 2024, Out Sider stands in" in text_of(client.get(address)), address
    assert "away until" not in text_of(client.get("/?cycle=24H2&as_of=2024-10-10"))
    Absence.objects.update(first_on=TODAY + DAY)
    for address in pages:
        assert "away until" not in text_of(client.get(address)), address
