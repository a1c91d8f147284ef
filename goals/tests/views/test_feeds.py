"""Calendars of due dates and feeds of what happens: what their holder sees, and for nobody else."""

import datetime as dt
import xml.etree.ElementTree as ET

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from accounts.private_addresses import private_address
from goals.actions.leaving import deactivate_person
from goals.models import Cycle, KeyResult, Mitigation, Objective, Roadmap, Visibility
from goals.tests.factories import (
    NOW,
    InitiativeFactory,
    KeyResultFactory,
    KpiFactory,
    MitigationFactory,
    ObjectiveFactory,
    RiskFactory,
    check_in,
    enter,
)

MINE, EDGE, LIB = "/feeds/mine.ics", "/feeds/areas/EDGE.ics", "/feeds/areas/LIB.ics"
ATOM = "/feeds/areas/EDGE.atom"
ADDRESSES = (MINE, EDGE, ATOM)
OF_ATOM = "{http://www.w3.org/2005/Atom}"


def day(number, month=11):
    return dt.date(2024, month, number)


@pytest.fixture
def calendar(client):
    """The events of a calendar as (day, summary), by day; fails unless it is one."""

    def get(path, person):
        answer = client.get(private_address(path, person))
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        read = Calendar.from_ical(answer.content)
        return [(event["DTSTART"].dt, str(event["SUMMARY"])) for event in read.walk("VEVENT")]

    return get


@pytest.fixture
def feed(client):
    def get(person, path=ATOM):
        answer = client.get(private_address(path, person))
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
        return ET.fromstring(answer.content)

    return get


@pytest.fixture
def plan(reported, objective, lead, contributor):
    """Something due of every kind."""
    KeyResult.objects.filter(pk=reported.pk).update(due_on=day(20))
    InitiativeFactory(key_result=reported, title="Write kernels", due_on=day(5), owner=lead)
    risk = RiskFactory(objective=objective, title="No phones", review_on=day(12), owner=lead)
    MitigationFactory(risk=risk, text="Buy phones", due_on=day(8), owner=contributor)
    return reported


IN_THE_AREA = [
    (day(5), "EDGE-24H2-O1-KR1 initiative: Write kernels"),
    (day(8), "EDGE-24H2-O1-R1 mitigation: Buy phones"),
    (day(12), "EDGE-24H2-O1-R1 review of the risk: No phones"),
    (day(20), "EDGE-24H2-O1-KR1 due: Decode speed on a phone"),
    (day(31, 12), "24H2 last day: 2024 H2"),
]


@pytest.mark.parametrize("path", [EDGE, LIB])
def test_the_calendar_of_an_area_holds_what_is_due_there_and_below(calendar, plan, outsider, path):
    assert calendar(path, outsider) == IN_THE_AREA


def test_the_calendar_of_a_person_holds_what_they_own(calendar, plan, lead, contributor, edge):
    enter(KpiFactory(area=edge, owner=lead, title="Latency", check_in_every_days=30), 3)
    own = [row for row in IN_THE_AREA if "mitigation" not in row[1] and "last day" not in row[1]]
    asked = [
        (day(28, 10), "EDGE-24H2-O1-KR1 check-in: Decode speed on a phone"),
        (day(13), "EDGE-K1 value: Latency"),
    ]
    assert calendar(MINE, lead) == sorted([*own, *asked])
    assert calendar(MINE, contributor) == [row for row in IN_THE_AREA if "mitigation" in row[1]]


def test_what_is_over_is_out(calendar, plan, lead):
    check_in(plan, 10)
    Mitigation.objects.update(state="done")
    assert [what for _day, what in calendar(EDGE, lead)] == [
        "EDGE-24H2-O1-KR1 initiative: Write kernels",
        "EDGE-24H2-O1-R1 review of the risk: No phones",
        "24H2 last day: 2024 H2",
    ]
    Cycle.objects.update(state=Cycle.State.CLOSED)
    assert calendar(EDGE, lead) == []


def test_what_is_restricted_is_in_the_calendars_of_its_members_alone(calendar, plan, lead, outsider, manager):
    Objective.objects.update(visibility=Visibility.RESTRICTED)
    assert calendar(EDGE, lead) == IN_THE_AREA == calendar(EDGE, manager)
    assert calendar(EDGE, outsider) == IN_THE_AREA[-1:]
    Roadmap.objects.update(visibility=Visibility.RESTRICTED)
    assert calendar(EDGE, outsider) == []


def test_an_event_keeps_its_name_when_its_day_moves(client, plan, lead):
    def names():
        read = Calendar.from_ical(client.get(private_address(EDGE, lead)).content)
        return [str(event["UID"]) for event in read.walk("VEVENT") if "KR1 due" in event["SUMMARY"]]

    before = names()
    KeyResult.objects.update(due_on=day(27))
    assert names() == before
    assert len(before) == 1


def test_hostile_titles_make_no_event_of_their_own(calendar, plan, lead):
    KeyResult.objects.update(title="A\\nB; C, D" + "ü" * 100)
    assert (day(20), "EDGE-24H2-O1-KR1 due: A\\nB; C, D" + "ü" * 100) in calendar(EDGE, lead)
    assert len(calendar(EDGE, lead)) == len(IN_THE_AREA)


def test_it_speaks_the_language_of_its_holder(calendar, plan, lead):
    lead.language = "de"
    lead.save()
    assert (day(20), "EDGE-24H2-O1-KR1 fällig: Decode speed on a phone") in calendar(EDGE, lead)


def test_queries_of_a_calendar_do_not_grow(client, plan, lead, objective):
    def count():
        with CaptureQueriesContext(connection) as asked:
            for path in (EDGE, MINE):
                client.get(private_address(path, lead))
        return len(asked)

    before = count()
    for number in range(1, 5):
        row = KeyResultFactory(objective=objective, owner=lead, due_on=day(number))
        check_in(row, number)
        InitiativeFactory(key_result=row, due_on=day(number), owner=lead)
        risk = RiskFactory(objective=objective, review_on=day(number), owner=lead)
        MitigationFactory(risk=risk, due_on=day(number), owner=lead)
    assert count() == before


def entries(feed):
    return feed.findall(f"{OF_ATOM}entry")


def test_the_feed_of_an_area_holds_what_happened_the_newest_first(feed, reported, outsider):
    with time_machine.travel(NOW + dt.timedelta(hours=1)):
        check_in(reported, 4, note="Nightly", now=NOW + dt.timedelta(hours=1))
    read = feed(outsider)
    assert read.find(f"{OF_ATOM}title").text == "Edge: activity"
    first = entries(read)[0]
    assert first.find(f"{OF_ATOM}title").text == "EDGE-24H2-O1-KR1 Decode speed on a phone: check-in 3 → 4"
    assert first.find(f"{OF_ATOM}link").get("href") == ("http://127.0.0.1:8000/key-results/EDGE-24H2-O1-KR1/")
    assert "Nightly" in first.find(f"{OF_ATOM}summary").text
    assert first.find(f"{OF_ATOM}author/{OF_ATOM}name").text == "Lea Lead"
    assert first.find(f"{OF_ATOM}updated").text.startswith("2024-10-14T11:00")


def test_each_entry_has_one_name_for_ever(feed, reported, lead):
    ids = [entry.find(f"{OF_ATOM}id").text for entry in entries(feed(lead))]
    assert len(ids) == len(set(ids)) > 1
    assert ids == [entry.find(f"{OF_ATOM}id").text for entry in entries(feed(lead))]


def test_the_feed_is_as_short_as_a_page(feed, key_result, lead, roadmap):
    for number in range(60):
        ObjectiveFactory(roadmap=roadmap, title=f"Objective {number}")
    assert len(entries(feed(lead))) == 50


def test_what_is_restricted_is_in_the_feeds_of_its_members_alone(feed, reported, lead, outsider):
    Roadmap.objects.update(visibility=Visibility.RESTRICTED)
    assert any("Decode" in entry.find(f"{OF_ATOM}title").text for entry in entries(feed(lead)))
    assert entries(feed(outsider)) == []


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize("user", [None, "lead", "administrator"])
def test_without_a_key_nobody_reads_them_signed_in_or_not(status, request, reported, path, user):
    person = user and request.getfixturevalue(user)
    assert status(path, user=person) == 404
    assert status(f"{path}?key=1-x", user=person) == 404


@pytest.mark.parametrize("path", ADDRESSES)
def test_each_opens_itself_alone_and_to_reading_alone(client, status, reported, lead, path):
    address = private_address(path, lead)
    key = address.partition("?")[2]
    assert status(address) == 200
    assert all(status(f"{other}?{key}") == 404 for other in {*ADDRESSES, LIB} - {path})
    assert client.post(address).status_code == 405


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_program_that_has_it_already_is_told_so(client, reported, lead, path):
    answer = client.get(private_address(path, lead))
    assert set(answer.headers["Cache-Control"].split(", ")) == {"private", "max-age=300"}
    again = client.get(private_address(path, lead), headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("path", ["/feeds/areas/NOWHERE.ics", "/feeds/areas/NOWHERE.atom"])
def test_there_is_none_of_an_area_that_is_not_there(status, lead, edge, path):
    assert status(private_address(path, lead)) == 404


def test_nor_of_one_that_is_archived(status, lead, edge, lib):
    edge.archived_at = NOW
    edge.save()
    assert status(private_address(EDGE, lead)) == 404
    assert status(private_address(LIB, lead)) == 200


def test_the_page_lists_addresses_that_open(page, client, reported, lead, core):
    text = page("/feeds/", user=lead)
    client.logout()
    for path in (*ADDRESSES, "/feeds/areas/CORE.atom"):
        address = private_address(path, lead)
        assert f"http://127.0.0.1:8000{address}<" in text
        assert client.get(address).status_code == 200


def test_it_can_be_of_one_area(page, reported, lead, core):
    text = page("/feeds/?area=EDGE", user=lead)
    assert EDGE in text
    assert "CORE" not in text
    assert MINE not in text
    assert "No areas yet" in page("/feeds/?area=%00", user=lead)


@pytest.mark.on_both
def test_renewing_ends_them_all(client, page, status, reported, lead, outsider):
    old = [private_address(path, lead) for path in ADDRESSES]
    others = private_address(EDGE, outsider)
    client.force_login(lead)
    answer = client.post("/feeds/renew/", follow=True)
    assert "Your old addresses have ended" in answer.content.decode()
    assert "Renewed last on 14 Oct 2024" in answer.content.decode()
    client.logout()
    assert [status(address) for address in old] == [404, 404, 404]
    assert status(others) == 200
    lead.refresh_from_db()
    assert status(private_address(EDGE, lead)) == 200


def test_who_leaves_takes_their_addresses_along_for_ever(status, reported, lead, administrator):
    address = private_address(EDGE, lead)
    deactivate_person(lead, by=administrator, now=NOW, successors={}, successor=administrator)
    assert status(address) == 404
    lead.refresh_from_db()
    lead.is_active = True
    lead.save()
    assert status(address) == 404
