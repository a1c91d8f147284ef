"""Skipping, pausing and the rhythm, on their pages."""

import datetime as dt

import pytest
import time_machine

from areas.models import Area
from goals.actions.pauses import set_area_rhythm
from goals.models import KeyResult
from goals.tests.factories import NOW
from goals.tests.views.entries import text_of

UNTIL = {"until": "2024-11-04", "reason": "The cluster <is> down"}


def pause_page(key_result):
    return f"/key-results/{key_result.code}/pause/"


def test_a_pause_shows_with_its_reason_wherever_the_key_result_is(client, lead, five, page):
    address = pause_page(five[0])
    assert 'value="2024-10-28"' in page(address, user=lead)  # skips this one
    response = client.post(address, UNTIL, follow=True)
    shown = text_of(response)
    assert f"{five[0].code} is paused until 4 Nov 2024." in shown
    assert "Paused from 14 Oct 2024 until 4 Nov 2024: The cluster &lt;is&gt; down" in shown
    mine = text_of(client.get("/check-ins/"))
    assert "4 key results are due" in mine
    assert "paused until Mon 4 Nov" in mine
    assert "The cluster &lt;is&gt; down" in mine
    for address in ("/areas/EDGE/24H2/", f"/objectives/{five[0].objective.code}/"):
        assert "Paused until 4 Nov The cluster &lt;is&gt; down" in text_of(client.get(address))


def test_a_pause_is_ended_by_a_press(client, lead, five):
    client.force_login(lead)
    client.post(pause_page(five[0]), UNTIL)
    response = client.post(pause_page(five[0]), {"resume": "1"}, follow=True)
    assert f"{five[0].code} is asked about again." in text_of(response)
    assert "5 key results are due" in text_of(client.get("/check-ins/"))
    again = client.post(pause_page(five[0]), {"resume": "1"}, follow=True)
    assert f"{five[0].code} is not paused." in text_of(again)


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"until": "2024-10-14"}, "A pause ends after today."),
        ({"until": "2025-01-01"}, "A pause ends in the cycle, on 31 Dec 2024 at the latest."),
        ({"until": "２０２４-11-04"}, "Write the day as year-month-day"),
        ({"until": "0001-01-01"}, "A pause ends after today."),
        ({"reason": " "}, "Say why it is paused."),
        ({"reason": "nul \x00"}, "Null characters"),
        ({"reason": "bell \x07"}, "cannot be stored"),
        ({"reason": "x" * 501}, "500"),
        ({"version": "99"}, "was changed by somebody else in the meantime"),
        ({"version": "９"}, "valid value"),
    ],
)
def test_what_cannot_be_keeps_what_was_typed(client, lead, five, sent, sentence):
    client.force_login(lead)
    response = client.post(pause_page(five[0]), UNTIL | sent)
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert "2024-11-04" in response.content.decode() or "The cluster" in response.content.decode()
    assert KeyResult.objects.get(pk=five[0].pk).paused_until is None


@pytest.mark.parametrize(
    ("role", "answer"),
    [("lead", 302), ("contributor", 302), ("manager", 302), ("viewer", 403), ("outsider", 403)],
)
def test_who_checks_in_may_pause(client, request, key_result, role, answer):
    client.force_login(request.getfixturevalue(role))
    assert client.post(pause_page(key_result), UNTIL).status_code == answer
    assert client.get(pause_page(key_result)).status_code == (200 if answer == 302 else 403)


def test_the_rhythm_is_told_with_who_says_it_and_changed_by_a_lead(client, lead, key_result, edge):
    client.force_login(lead)
    detail = f"/key-results/{key_result.code}/"
    assert "every 14 days as the cycle says Change" in text_of(client.get(detail))
    version = Area.objects.get(pk=edge.pk).version
    client.post("/areas/EDGE/rhythm/", {"days": "7", "version": version})
    assert "every 7 days as Edge says" in text_of(client.get(detail))
    key_result.refresh_from_db()
    client.post(f"{detail}rhythm/", {"days": "3", "version": key_result.version})
    assert "every 3 days set here" in text_of(client.get(detail))
    stale = client.post(f"{detail}rhythm/", {"days": "5", "version": key_result.version})
    assert stale.status_code == 422
    assert "was changed by somebody else" in text_of(stale)
    key_result.refresh_from_db()
    client.post(f"{detail}rhythm/", {"days": "", "version": key_result.version})
    assert "every 7 days as Edge says" in text_of(client.get(detail))


def test_the_page_of_an_area_says_how_often_is_asked_and_leads_to_the_form(
    client, page, lead, manager, viewer, lib, edge, key_result
):
    link = 'href="/areas/EDGE/rhythm/"'
    for address in ("/areas/EDGE/24H2/", "/areas/LIB/24H2/"):
        text = page(address, user=manager)
        assert "check-ins every 14 days as the cycle says" in " ".join(text.split())
        assert f'href="{address.removesuffix("24H2/")}rhythm/"' in text
    set_area_rhythm(lib, by=manager, now=NOW, days=1, version=lib.version)
    assert "check-ins every day as Libraries says" in page("/areas/EDGE/24H2/", user=viewer)
    assert link not in page("/areas/EDGE/24H2/", user=viewer)
    assert link in page("/areas/EDGE/24H2/", user=lead)
    edge.refresh_from_db()
    set_area_rhythm(edge, by=manager, now=NOW, days=7, version=edge.version)
    text = page("/areas/EDGE/24H2/", user=lead)
    assert "check-ins every 7 days (<a" in text
    assert link not in page("/areas/EDGE/24H2/?as_of=2024-10-10")


def test_the_page_of_an_area_without_a_plan_leads_there_too(page, lead, viewer, edge, cycle):
    text = page("/areas/EDGE/?cycle=24H2", user=lead)
    assert "No roadmap to show in this cycle" in text
    assert 'href="/areas/EDGE/rhythm/"' in text
    assert "check-ins every 14 days as the cycle says" in text
    assert 'href="/areas/EDGE/rhythm/"' not in page("/areas/EDGE/?cycle=24H2", user=viewer)


@pytest.mark.parametrize("days", ["0", "367", "-1", "７", "1e2", "x", "9" * 40])
def test_a_rhythm_that_is_none_is_refused(client, lead, key_result, edge, days):
    client.force_login(lead)
    for address in ("/areas/EDGE/rhythm/", f"/key-results/{key_result.code}/rhythm/"):
        response = client.post(address, {"days": days, "version": "1"})
        assert response.status_code == 422
        assert "errorlist" in response.content.decode()
    assert Area.objects.get(pk=edge.pk).check_in_every_days is None


@pytest.mark.parametrize(
    ("role", "answer"), [("lead", 200), ("manager", 200), ("contributor", 403), ("outsider", 403)]
)
def test_who_edits_the_plan_sets_the_rhythm(client, request, key_result, role, answer):
    client.force_login(request.getfixturevalue(role))
    for address in ("/areas/EDGE/rhythm/", f"/key-results/{key_result.code}/rhythm/"):
        assert client.get(address).status_code == answer


def test_a_pause_ends_by_itself(client, lead, five):
    client.force_login(lead)
    client.post(pause_page(five[0]), UNTIL)
    with time_machine.travel(dt.datetime(2024, 11, 4, 8, tzinfo=dt.UTC)):
        client.force_login(lead)
        assert "5 key results are due" in text_of(client.get("/check-ins/"))
        assert "Paused" not in text_of(client.get(f"/key-results/{five[0].code}/"))
