"""“No change” answered from the mail: what it records, for whom and how long, and when it records nothing."""

import datetime as dt
import re
from urllib.parse import urlsplit

import pytest
from django.test import Client

from accounts.models import User
from areas.models import Membership
from goals.actions.mail_answers import Answer
from goals.models import Absence, CheckIn, Cycle, KeyResult, OutboxMail
from goals.reminders.due import find_due
from goals.reminders.send import send_waiting
from goals.tests.factories import NOW, TODAY, KeyResultFactory, KpiFactory, check_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]

SPENT = "This link records nothing"


@pytest.fixture
def now(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def reported(key_result, lead):
    """Due again, and reported before: 3, behind."""
    check_in(key_result, 3, on=TODAY - dt.timedelta(20), author=lead, status="behind")
    key_result.refresh_from_db()
    return key_result


@pytest.fixture
def link(reported, mailoutbox):
    """The address in the mail that was sent about it, without the host."""
    find_due(now=NOW)
    send_waiting(now=NOW)
    [mail] = mailoutbox
    [(html, _kind)] = mail.alternatives
    [address] = re.findall(r"No change: (\S+)", mail.body)
    assert address in html
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def text_of(response) -> str:
    return response.content.decode()


def newest() -> CheckIn:
    return CheckIn.objects.order_by("-pk").first()


def assert_records_nothing(client, link, words: str, *, status: int = 410) -> None:
    """Looking and pressing say the same, and neither writes."""
    before = CheckIn.objects.count()
    for response in (client.get(link), client.post(link)):
        assert response.status_code == status
        assert SPENT in text_of(response)
        assert words in text_of(response)
    assert CheckIn.objects.count() == before


def test_a_press_records_it_without_a_sign_in(client, link, reported, lead):
    response = client.post(link)
    assert response.status_code == 200
    assert "Recorded: no change" in text_of(response)
    kept = newest()
    assert (kept.sequence, kept.author, kept.source) == (2, lead, "mail_link")
    assert (kept.value, kept.is_no_change, kept.status) == (3, True, "behind")
    assert kept.effective_on == TODAY
    assert "_auth_user_id" not in client.session
    reported.refresh_from_db()
    assert not reported.owes_check_in(TODAY)


def test_looking_shows_what_would_be_recorded_and_records_nothing(client, link, reported):
    for _look in range(10):
        for method in (client.get, client.head):
            assert method(link).status_code == 200
    page = text_of(client.get(link))
    for words in (
        reported.code,
        reported.title,
        "3 tok/s, as before",
        "behind, as before",
        "14 Oct 2024",
        "Lea Lead",
    ):
        assert words in page
    assert CheckIn.objects.count() == 1


def test_the_press_is_the_form_of_the_page_and_of_no_other_site(link):
    browser = Client(enforce_csrf_checks=True)
    assert browser.post(link).status_code == 403
    page = text_of(browser.get(link))
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    assert f'action="{link}"' in page
    assert browser.post(link, {"csrfmiddlewaretoken": token}).status_code == 200
    assert CheckIn.objects.count() == 2


def test_it_opens_nothing_else(client, link, reported):
    client.post(link)
    assert client.get("/check-ins/").status_code == 302
    assert client.get(f"/key-results/{reported.code}/").status_code == 302
    client.post(link, {"value": "9", "status": "on_track", f"{reported.code}-value": "9"})
    assert CheckIn.objects.count() == 2
    assert newest().value == 3


def test_the_second_press_says_what_the_first_did(client, link):
    client.post(link)
    assert_records_nothing(client, link, "you said so already. No change was recorded on 14 Oct 2024")


def test_it_is_good_for_seven_days(client, link, now):
    now.move_to(NOW + dt.timedelta(days=7, seconds=-1), tick=False)
    assert client.get(link).status_code == 200
    now.move_to(NOW + dt.timedelta(days=7), tick=False)
    assert_records_nothing(client, link, "good for seven days")


@pytest.mark.parametrize(
    "tamper",
    [
        lambda link: link[:-1],
        lambda link: link + "A",
        lambda link: link.partition("?")[0],
        lambda link: link.replace("token=", "token=1"),
        lambda link: link.replace("token=", "token=%00"),
        lambda link: re.sub(r"token=(\d+)\.", lambda found: f"token={int(found[1]) + 1}.", link),
        lambda link: re.sub(r"\.(\d+)\.", lambda found: f".{int(found[1]) + 1}.", link, count=1),
        lambda link: re.sub(r"\.(\d+)%3A", ".99999999999%3A", link),
    ],
)
def test_a_link_that_was_changed_is_none_of_ours(client, link, reported, tamper):
    KeyResultFactory(objective=reported.objective)
    assert tamper(link) != link
    assert_records_nothing(client, tamper(link), "not one of ours", status=404)


def test_a_token_for_stopping_mails_answers_nothing(client, link, lead):
    from accounts.mails import stop_address

    query = urlsplit(stop_address(lead, "check_ins_due")).query
    assert_records_nothing(client, f"/check-ins/no-change/?{query}", "not one of ours", status=404)


def test_somebody_checked_in_since(client, link, reported, contributor):
    check_in(reported, 4, on=TODAY, author=contributor)
    assert_records_nothing(client, link, "somebody has checked in since this mail was sent")
    assert contributor.name not in text_of(client.get(link))
    assert newest().value == 4


@pytest.mark.parametrize("gone", ["archived_at", "dropped_at"])
def test_what_was_given_up_takes_none(client, link, reported, gone):
    KeyResult.objects.update(**{gone: NOW})
    assert_records_nothing(client, link, reported.code)


def test_a_closed_cycle_takes_none(client, link):
    Cycle.objects.update(state=Cycle.State.CLOSED)
    assert_records_nothing(client, link, "is closed; its numbers are frozen")


def test_a_planned_cycle_takes_none(client, link):
    Cycle.objects.update(state=Cycle.State.PLANNING)
    assert_records_nothing(client, link, "is being planned")


def test_who_owns_it_no_longer_answers_no_longer(client, link, reported, lead, contributor):
    """Lea leads the area still, and may check in when she signs in; the mail asked her as its owner."""
    assert Membership.objects.filter(user=lead, role="lead").exists()
    KeyResult.objects.update(owner=contributor)
    assert_records_nothing(client, link, "is no longer yours to check in on")
    assert reported.title not in text_of(client.get(link))


def test_who_left_answers_no_longer(client, link, lead):
    User.objects.filter(pk=lead.pk).update(is_active=False)
    assert_records_nothing(client, link, "Your account is not active any more")


def test_a_value_that_comes_from_a_kpi_is_said_there(client, link, reported, edge, lead):
    KeyResult.objects.update(kpi=KpiFactory(area=edge, owner=lead))
    assert_records_nothing(client, link, "its value is entered elsewhere now")


def test_a_stand_in_answers_while_they_stand_in(client, reported, lead, contributor, mailoutbox, now):
    Absence.objects.create(person=lead, stand_in=contributor, first_on=TODAY, last_on=TODAY + dt.timedelta(2))
    find_due(now=NOW)
    send_waiting(now=NOW)
    [mail] = mailoutbox
    assert mail.to == [contributor.email]
    [address] = re.findall(r"No change: (\S+)", mail.body)
    link = f"/check-ins/no-change/?{urlsplit(address).query}"
    now.move_to(NOW + dt.timedelta(days=3), tick=False)
    assert_records_nothing(client, link, "is no longer yours to check in on")
    now.move_to(NOW + dt.timedelta(days=2), tick=False)
    assert client.post(link).status_code == 200
    assert newest().author == contributor


def test_the_day_is_that_of_the_person_asked(client, link, now):
    User.objects.update(time_zone="Pacific/Auckland")
    now.move_to(dt.datetime(2024, 10, 14, 13, tzinfo=dt.UTC), tick=False)
    client.post(link)
    assert newest().effective_on == dt.date(2024, 10, 15)


def test_no_link_where_nothing_was_reported_or_a_kpi_gives_the_value(key_result, edge, lead, mailoutbox):
    fed = KeyResultFactory(objective=key_result.objective, owner=lead)
    check_in(fed, 2, on=TODAY - dt.timedelta(20))
    KeyResult.objects.filter(pk=fed.pk).update(kpi=KpiFactory(area=edge, owner=lead))
    find_due(now=NOW)
    send_waiting(now=NOW)
    [mail] = mailoutbox
    assert key_result.code in mail.body
    assert fed.code in mail.body
    assert "no-change" not in mail.body + mail.alternatives[0][0]


def test_each_row_has_a_link_of_its_own(link, reported, lead, mailoutbox, client):
    other = KeyResultFactory(objective=reported.objective, owner=lead)
    check_in(other, 7, on=TODAY - dt.timedelta(20))
    OutboxMail.objects.all().delete()
    find_due(now=NOW)
    send_waiting(now=NOW)
    addresses = re.findall(r"No change: \S+(/check-ins/\S+)", mailoutbox[1].body)
    assert len(set(addresses)) == 2
    for address in addresses:
        assert client.post(address).status_code == 200
    assert set(CheckIn.objects.filter(source="mail_link").values_list("key_result", "value")) == {
        (reported.pk, 3),
        (other.pk, 7),
    }


def test_the_name_of_what_it_records_cannot_be_guessed_nor_shared():
    answers = [Answer(1, 1, 1, NOW), Answer(2, 1, 1, NOW), Answer(1, 2, 1, NOW), Answer(1, 1, 2, NOW)]
    answers.append(Answer(1, 1, 1, NOW + dt.timedelta(seconds=1)))
    assert len({answer.form_id for answer in answers}) == len(answers)


def test_the_token_stands_in_no_log(client, link, caplog):
    client.get(link)
    client.post(link)
    assert "/check-ins/no-change/" in caplog.text
    assert urlsplit(link).query not in caplog.text
