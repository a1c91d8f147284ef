"""The inbox: what a person was told, read and unread, and nothing of what they may not see any more."""

import datetime as dt
import re

import pytest

from goals.actions.activity_marks import begin_mark
from goals.actions.comments import add_comment, delete_comment
from goals.actions.needs import answer_dependency, ask_again
from goals.actions.nudges import nudge
from goals.figures.unread import unread_count
from goals.models import ActivityMark, Comment, KeyResult, Objective, OutboxMail
from goals.reminders.due import find_due
from goals.reminders.escalation import find_escalations
from goals.reminders.send import send_waiting
from goals.tests.factories import (
    NOW,
    TODAY,
    DependencyFactory,
    KeyResultFactory,
    ObjectiveFactory,
    RoadmapFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.on_both]

PAGE = "/inbox/"
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(NOW + HOUR, tick=False)


@pytest.fixture
def late(objective, contributor):
    return KeyResultFactory(objective=objective, owner=contributor, title="Decode speed on a phone")


@pytest.fixture
def told(late, lead, contributor, core, cycle, outsider):
    """A mail, a nudge, a mention and an answer, in this order."""
    find_due(now=NOW)
    send_waiting(now=NOW)
    OutboxMail.objects.update(sent_at=NOW)
    nudge(late, by=lead, now=NOW + HOUR / 4, today=TODAY, sentence="The board meets tomorrow.")
    add_comment(late.objective, by=lead, now=NOW + HOUR / 3, text="Have a look", mentions=[contributor])
    own = ObjectiveFactory(roadmap=late.objective.roadmap, owner=contributor, title="Kernels everywhere")
    needed = ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle), title="A compiler")
    need = DependencyFactory(objective=own, on_objective=needed, partner="")
    answer_dependency(need, "declined", by=outsider, now=NOW + HOUR / 2, note="No hands free")
    return need


@pytest.fixture
def reader(client, contributor):
    client.force_login(contributor)
    return client


def rows_of(page) -> list[str]:
    items = re.findall(r"<li(?: class=\"is-new\")?>\s*<span class=\"changes__when.*?</li>", page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", item).split()) for item in items]


def inbox_of(client, query="") -> list[str]:
    return rows_of(client.get(f"{PAGE}{query}").content.decode())


def count_in_header(client) -> str:
    page = client.get("/areas/").content.decode()
    return re.sub(
        r"<[^>]+>", "", re.search(r'id="unread-count">(.*?)</span></a>', page, re.DOTALL)[1]
    ).strip()


def until_of(page: str) -> str:
    return re.search(r'name="until" value="([^"]*)"', page)[1]


def test_it_lists_what_one_was_told_the_newest_first(reader, told, late):
    rows = inbox_of(reader)
    assert [row.partition(" New ")[2] for row in rows] == [
        f"Kernels everywhere {told.objective.code} Out Sider declined what it needs · “No hands free”",
        f"{late.objective.title} {late.objective.code} Lea Lead mentions you · “Have a look”",
        f"{late.title} {late.code} Lea Lead asks for a check-in · “The board meets tomorrow.”",
        "Check-ins of yours are due by mail",
    ]


def test_looking_marks_nothing_and_the_press_marks_all(reader, told, contributor):
    page = reader.get(PAGE).content.decode()
    assert count_in_header(reader) == "4 unread"
    assert "is-new" in reader.get(PAGE).content.decode()
    answer = reader.post("/activity/seen/", {"until": until_of(page), "back": PAGE})
    assert answer.url == PAGE
    assert count_in_header(reader) == ""
    page = reader.get(PAGE).content.decode()
    assert "is-new" not in page
    assert "Mark all as read" not in page
    assert len(rows_of(page)) == 4
    answer = reader.post("/activity/seen/", {"until": "1-0-1", "back": "https://elsewhere.example.org/"})
    assert answer.url == "/activity/"


def test_the_activity_tells_what_is_unread_of_it_and_one_mark_is_for_both(reader, told, contributor):
    page = reader.get("/activity/").content.decode()
    for_you = page.partition('id="told"')[2].partition("</section>")[0]
    assert len(rows_of(for_you)) == 3, "the mention is among what happened"
    assert "Have a look" in page
    reader.post("/activity/seen/", {"until": until_of(page)})
    assert count_in_header(reader) == ""
    assert 'id="told"' not in reader.get("/activity/").content.decode()


def test_it_is_of_its_reader_alone(client, told, lead, outsider, manager):
    for person in (lead, outsider, manager):
        client.force_login(person)
        assert inbox_of(client) == []


def test_what_one_may_not_see_any_more_is_neither_told_nor_counted(reader, told, late, contributor):
    contributor.memberships.all().delete()
    Objective.objects.update(visibility="restricted", owner=None)
    KeyResult.objects.update(owner=None)
    page = reader.get(PAGE).content.decode()
    assert rows_of(page) == ["14 Oct 2024, 10:00 New Check-ins of yours are due by mail"]
    for words in (
        "Decode",
        "Kernels",
        "board meets",
        "Have a look",
        "No hands",
        late.code,
        told.objective.code,
    ):
        assert words not in page
    assert count_in_header(reader) == "1 unread"


def test_a_need_on_what_is_hidden_is_not_told(reader, told):
    Objective.objects.filter(title="A compiler").update(visibility="restricted")
    assert not [row for row in inbox_of(reader) if "declined" in row]


def test_what_was_taken_back_is_not_told(reader, told, lead, outsider):
    delete_comment(Comment.objects.get(), by=lead, now=NOW + HOUR / 2)
    told.refresh_from_db()
    ask_again(told, by=told.objective.owner, now=NOW + HOUR)
    assert [row.rpartition(" ")[2] for row in inbox_of(reader)] == ["tomorrow.”", "mail"]


def test_a_mail_that_was_not_needed_is_not_told_and_one_that_never_arrived_is(reader, told):
    mails = OutboxMail.objects.filter(kind="check_ins_due")
    for state, count in (("pending", 3), ("skipped", 3), ("dead", 4)):
        mails.update(state=state)
        assert len(inbox_of(reader)) == count, state


def test_who_wants_no_mail_is_told_here(reader, late, lead, contributor):
    contributor.nudge_mails_enabled = False
    contributor.save()
    nudge(late, by=lead, now=NOW, today=TODAY)
    assert count_in_header(reader) == "1 unread"
    assert len(inbox_of(reader)) == 1


def test_leads_are_told_of_what_stays_overdue(client, late, lead, time_machine):
    late.owner.reminders_enabled = False
    late.owner.save()
    find_escalations(now=NOW)
    send_waiting(now=NOW)
    client.force_login(lead)
    [row] = inbox_of(client)
    assert row.endswith("New Check-ins of others stay overdue by mail")
    assert late.code not in row
    assert count_in_header(client) == "1 unread"


def test_what_was_told_before_there_was_a_mark_is_not_new(reader, contributor):
    OutboxMail.objects.create(
        user=contributor, kind="digest", period="2024-W40", message_id="<1>", state="sent", sent_at=NOW - HOUR
    )
    assert count_in_header(reader) == ""
    assert "New" not in inbox_of(reader)[0]
    begin_mark(contributor, now=NOW)
    assert count_in_header(reader) == ""


def test_older_ones_are_on_the_next_page(reader, contributor, lead, objective):
    for number in range(60):
        add_comment(
            objective, by=lead, now=NOW - number * HOUR, text=f"Number {number:02}", mentions=[contributor]
        )
    page = reader.get(PAGE).content.decode()
    assert [row[-4:-1] for row in rows_of(page)] == [f" {number:02}" for number in range(50)]
    older = re.search(r'rel="next" href="([^"]*)"', page)[1]
    page = reader.get(older).content.decode()
    assert [row[-4:-1] for row in rows_of(page)] == [f" {number:02}" for number in range(50, 60)]
    assert 'rel="next"' not in page
    assert 'name="until"' not in page, "only who sees all of what is newest has seen it"


@pytest.mark.parametrize(
    "before", ["", "x", "2024-10-14", "2024-10-14T10:00", "2024-13-14T10:00Z", "%00", "9" * 40]
)
def test_what_is_no_moment_is_no_page(reader, before):
    assert reader.get(f"{PAGE}?before={before}").status_code == 404


def test_an_empty_one_says_so(reader):
    assert "Nothing was told to you yet" in reader.get(PAGE).content.decode()


def test_programs_count_without_it(told, contributor):
    """They read what is followed and mentions; the inbox is a page."""
    seen_until = ActivityMark.objects.get(person=contributor).seen_until
    assert unread_count(contributor, seen_until) == 1
    assert unread_count(contributor, seen_until, with_inbox=True) == 4


@pytest.mark.only_on("sqlite")
def test_the_count_is_still_one_query_and_the_page_costs_the_same_for_many(
    reader, told, contributor, lead, objective, django_assert_num_queries, django_assert_max_num_queries
):
    with django_assert_num_queries(1):
        unread_count(contributor, NOW, with_inbox=True)
    with django_assert_max_num_queries(20) as few:
        reader.get(PAGE)
    for number in range(20):
        add_comment(objective, by=lead, now=NOW, text=f"Number {number}", mentions=[contributor])
        nudge(KeyResultFactory(objective=objective, owner=contributor), by=lead, now=NOW, today=TODAY)
    with django_assert_max_num_queries(len(few)):
        assert len(inbox_of(reader)) == 44
