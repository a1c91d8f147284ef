"""What the mail says, and what cannot get into it."""

import datetime as dt
import re
from decimal import Decimal

import pytest

from accounts.mails import stop_address
from accounts.models import User
from accounts.tests.factories import UserFactory
from goals.actions.mail_answers import Answer, answer_address
from goals.models import Cycle, KeyResult, OutboxMail
from goals.reminders.due import find_due
from goals.reminders.message import build_message
from goals.tests.factories import NOW, TODAY, CycleFactory, KeyResultFactory, KpiFactory, check_in, enter

pytestmark = pytest.mark.django_db

SITE = "https://okr.example.org"


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL = SITE


@pytest.fixture
def message_to():
    """The message that would be sent to a person at a moment."""

    def build(user, *, now=NOW):
        mail = OutboxMail(
            user=user, kind="check_ins_due", period="2024-W42", message_id="<one@okr.example.org>"
        )
        return build_message(mail, now=now)

    return build


def html_of(message) -> str:
    [(html, kind)] = message.alternatives
    assert kind == "text/html"
    return html


def addresses_in(text: str) -> list[str]:
    return re.findall(r"https?://[^\s\"<>]+", text)


def test_kpis_are_asked_for_too_also_where_nothing_else_is_owed(edge, lead, message_to):
    kpi = KpiFactory(area=edge, owner=lead, within=True, title="Crash-free", unit="%")
    assert "no check-in yet" in message_to(lead).body
    enter(kpi, 4, on=TODAY - dt.timedelta(9))
    find_due(now=NOW)
    assert OutboxMail.objects.get().user == lead
    message = message_to(lead)
    assert message.subject == "1 check-in is due · KPIs"
    for words in (
        "1. Crash-free",
        "EDGE-K1 · 2 days overdue",
        "Expected today: at least 5\u202f%",
        f"{SITE}/kpis/EDGE-K1/enter/",
    ):
        assert words in message.body
    enter(kpi, 6)
    assert message_to(lead) is None


def test_it_lists_all_that_is_owed_the_latest_first(lead, objective, message_to):
    on_time = KeyResultFactory(objective=objective, owner=lead, title="Peak memory", unit="GB")
    late = KeyResultFactory(objective=objective, owner=lead, title="Decode speed")
    never = KeyResultFactory(objective=objective, owner=lead, title="Kernels", unit="")
    check_in(on_time, "4.5", on=dt.date(2024, 9, 30))
    check_in(late, "2.25", on=dt.date(2024, 9, 16))
    message = message_to(lead)
    assert message.subject == "3 check-ins are due · 2024 H2"
    for text in (message.body, html_of(message)):
        assert text.index(never.code) < text.index(late.code) < text.index(on_time.code)
    assert [line.strip() for line in message.body.splitlines() if line.strip()] == [
        "Hello Lea Lead,",
        "3 check-ins are due. Answer all of them on one page:",
        f"{SITE}/check-ins/",
        "1. Kernels",
        "EDGE-24H2-O1-KR3 · 91 days overdue",
        "Last: no check-in yet",
        "Expected today: 5.7",
        f"{SITE}/key-results/EDGE-24H2-O1-KR3/check-in/",
        "2. Decode speed",
        "EDGE-24H2-O1-KR2 · 14 days overdue",
        "Last: 2.25 tok/s (16 Sep 2024)",
        "Expected today: 5.7 tok/s",
        f"{SITE}/key-results/EDGE-24H2-O1-KR2/check-in/",
        f"No change: {answer_address(Answer(lead.pk, late.pk, 1, NOW))}",
        "3. Peak memory",
        "EDGE-24H2-O1-KR1 · due today",
        "Last: 4.5 GB (30 Sep 2024)",
        "Expected today: 5.7 GB",
        f"{SITE}/key-results/EDGE-24H2-O1-KR1/check-in/",
        f"No change: {answer_address(Answer(lead.pk, on_time.pk, 1, NOW))}",
        "--",
        "You get this mail once a week while you owe something. Change the day, the hour or how often:",
        f"{SITE}/preferences/",
        "Stop these mails, or put them off until a day:",
        stop_address(lead, "check_ins_due"),
    ]


def test_one_is_not_called_several(lead, key_result, message_to):
    check_in(key_result, 5, on=dt.date(2024, 9, 29))
    message = message_to(lead, now=NOW + dt.timedelta(days=1))
    assert message.subject == "1 check-in is due · 2024 H2"
    assert "1 day overdue" in message.body
    assert "1 check-in is due" in html_of(message)


def test_guardrails_show_their_bounds_and_milestones_no_half(lead, objective, message_to):
    guardrail = KeyResultFactory(objective=objective, owner=lead, guardrail=True, unit="GB")
    milestone = KeyResultFactory(objective=objective, owner=lead, milestone=True)
    check_in(guardrail, "12.9", on=dt.date(2024, 9, 1))
    check_in(milestone, 0, on=dt.date(2024, 9, 1))
    body = message_to(lead).body
    assert "Expected today: at most 12.85 GB" in body
    assert "Last: not done (1 Sep 2024)\n   Expected today: –" in body


def test_every_address_is_of_the_site_and_leads_to_the_right_page(lead, objective, message_to):
    codes = [KeyResultFactory(objective=objective, owner=lead).code for _number in range(3)]
    message = message_to(lead)
    pages = [f"{SITE}/check-ins/", *(f"{SITE}/key-results/{code}/check-in/" for code in codes)]
    pages += [f"{SITE}/preferences/", stop_address(lead, "check_ins_due")]
    assert addresses_in(message.body) == pages
    assert addresses_in(html_of(message)) == pages
    assert "<img" not in html_of(message)
    assert "src=" not in html_of(message)


def test_headers_say_how_to_stop_it_with_one_click(lead, key_result, message_to):
    message = message_to(lead).message()
    assert message["Message-ID"] == "<one@okr.example.org>"
    address = stop_address(lead, "check_ins_due")
    assert address.startswith(f"{SITE}/mails/stop/?token=")
    assert message["List-Unsubscribe"] == f"<{address}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["To"] == lead.email


def test_nothing_owed_any_more_is_no_mail(lead, key_result, message_to):
    assert message_to(lead)
    check_in(key_result, 5, on=TODAY)
    assert message_to(lead) is None


def test_it_says_what_is_owed_at_sending_and_not_at_finding(lead, objective, key_result, message_to):
    find_due(now=NOW)
    other = KeyResultFactory(objective=objective, owner=lead)
    check_in(key_result, 5, on=TODAY)
    message = build_message(OutboxMail.objects.get(), now=NOW)
    assert other.code in message.body
    assert key_result.code not in message.body


@pytest.mark.parametrize("change", [{"is_active": False}, {"reminders_enabled": False}])
def test_who_left_or_wants_none_gets_none(lead, key_result, message_to, change):
    User.objects.filter(pk=lead.pk).update(**change)
    lead.refresh_from_db()
    assert message_to(lead) is None


def test_the_mail_of_a_later_week_takes_the_place_of_one_that_is_stuck(lead, key_result):
    find_due(now=NOW)
    find_due(now=NOW + dt.timedelta(days=7))
    older, newer = OutboxMail.objects.order_by("period")
    assert build_message(older, now=NOW + dt.timedelta(days=7)) is None
    assert build_message(newer, now=NOW + dt.timedelta(days=7))


def test_today_is_the_persons_day(objective, message_to):
    """At 11:00 UTC on Sunday it is Monday in Auckland."""
    person = UserFactory(name="Aroha", time_zone="Pacific/Auckland")
    key_result = KeyResultFactory(objective=objective, owner=person)
    check_in(key_result, 5, on=dt.date(2024, 9, 30))
    sunday = dt.datetime(2024, 10, 13, 11, tzinfo=dt.UTC)
    assert "due today" in message_to(person, now=sunday).body
    person.time_zone = "UTC"
    assert message_to(person, now=sunday) is None


def test_other_peoples_and_hidden_things_are_absent(lead, contributor, objective, key_result, message_to):
    other = KeyResultFactory(objective=objective, owner=contributor, title="Not yours")
    gone = KeyResultFactory(objective=objective, owner=lead, title="Gone", archived_at=NOW)
    dropped = KeyResultFactory(objective=objective, owner=lead, title="Dropped", dropped_at=NOW)
    check_in(key_result, 5, on=dt.date(2024, 9, 1), note="A note of mine", blocker="A blocker")
    message = message_to(lead)
    for text in (message.body, html_of(message)):
        for hidden in (other.title, gone.title, dropped.title, "A note of mine", "A blocker"):
            assert hidden not in text
        assert key_result.title in text


def test_line_breaks_make_no_header_and_no_line(lead, cycle, key_result, message_to):
    Cycle.objects.update(name="2024 H2\r\nBcc: everybody@example.org")
    KeyResult.objects.update(
        title="Decode\r\n1. Forged\u2028line\x07", unit="tok\n\n.\nQUIT", current_value=Decimal(3)
    )
    User.objects.filter(pk=lead.pk).update(name="Lea\r\nBcc: everybody@example.org")
    lead.refresh_from_db()
    message = message_to(lead)
    sent = message.message()
    assert sent["Bcc"] is None
    assert "\n" not in message.subject and "\r" not in message.subject
    assert message.subject == "1 check-in is due · 2024 H2 Bcc: everybody@example.org"
    assert "1. Decode 1. Forged line" in message.body
    assert "Expected today: 5.7 tok . QUIT" in message.body
    assert message.body.startswith("Hello Lea Bcc: everybody@example.org,\n")
    assert message.recipients() == [lead.email]


def test_markup_is_shown_as_text(lead, key_result, message_to):
    KeyResult.objects.update(title="<script>alert(1)</script> & <b>more</b>", unit="<i>")
    message = message_to(lead)
    html = html_of(message)
    assert "<script>" not in html and "<b>" not in html and "<i>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;more&lt;/b&gt;" in html
    assert "<script>alert(1)</script> & <b>more</b>" in message.body


def test_extreme_values_are_written_out(lead, key_result, message_to):
    check_in(key_result, 0, on=dt.date(2024, 9, 1))
    KeyResult.objects.update(
        start_value=Decimal("-99999999999999.999999"),
        target_value=Decimal("99999999999999.999999"),
        current_value=Decimal("0.000001"),
    )
    body = message_to(lead).body
    assert "Last: 0.000001 tok/s" in body
    assert re.search(r"Expected today: 14[\d\u202f]+ tok/s", body)


def test_two_cycles_stand_in_one_mail(lead, key_result, message_to, edge):
    cycle = CycleFactory(
        key="24Q4", name="2024 Q4", starts_on=dt.date(2024, 9, 1), ends_on=dt.date(2024, 12, 31)
    )
    KeyResultFactory(
        objective__roadmap__area=edge,
        objective__roadmap__cycle=cycle,
        owner=lead,
        added_on=dt.date(2024, 9, 1),
    )
    message = message_to(lead)
    assert message.subject == "2 check-ins are due · 2024 H2, 2024 Q4"


def test_the_number_of_queries_does_not_grow_with_key_results(
    lead, objective, key_result, message_to, django_assert_num_queries
):
    def three_check_ins(row):
        for day in (1, 2, 3):
            check_in(row, day, on=dt.date(2024, 9, day))

    three_check_ins(key_result)
    with django_assert_num_queries(16):
        message_to(lead)
    for _number in range(20):
        three_check_ins(KeyResultFactory(objective=objective, owner=lead))
    with django_assert_num_queries(16):
        assert message_to(lead).subject.startswith("21 ")


@pytest.mark.parametrize(
    ("start", "target", "shown"),
    [
        ("0", "10", "5.7"),
        ("45", "62", "54.8"),
        ("128", "512", "348"),
        ("1", "1.1", "1.057"),
        ("62", "45", "52.2"),
    ],
)
def test_what_is_expected_is_as_fine_as_its_way(lead, key_result, message_to, start, target, shown):
    KeyResult.objects.update(start_value=Decimal(start), target_value=Decimal(target), unit="")
    assert f"Expected today: {shown}\n" in message_to(lead).body


def test_who_put_reminders_off_meanwhile_gets_none_of_those_that_wait(lead, key_result, message_to):
    User.objects.update(reminders_snoozed_until=TODAY + dt.timedelta(days=1))
    lead.refresh_from_db()
    assert message_to(lead) is None
    assert message_to(lead, now=NOW + dt.timedelta(days=1)) is not None


@pytest.mark.parametrize(
    ("rhythm", "words"),
    [("weekly", "once a week"), ("fortnightly", "every two weeks"), ("monthly", "once a month")],
)
def test_it_says_how_often_it_comes(lead, key_result, message_to, rhythm, words):
    User.objects.update(reminder_rhythm=rhythm)
    lead.refresh_from_db()
    message = message_to(lead)
    for text in (message.body, html_of(message)):
        assert f"You get this mail {words} while you owe something." in text
