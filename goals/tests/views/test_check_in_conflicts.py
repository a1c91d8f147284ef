"""Somebody else reported since the form was opened: both versions stand together, and one press decides."""

import pytest

from goals.models import CheckIn, Cycle
from goals.tests.factories import check_in
from goals.tests.views.entries import entries, entry, hidden_fields, text_of, values_of

PAGE = "/check-ins/"
MINE = {"status": "at_risk", "note": "mine <b>", "blocker": "no cluster", "confidence": "2"}


@pytest.fixture
def stale(client, lead, contributor, five):
    """What the lead sent for two rows, the first of which the contributor reported about meanwhile."""
    client.force_login(lead)
    sent = entries(entry(five[0], "4", **MINE), entry(five[1], "9"))
    check_in(five[0], 7, author=contributor, note="theirs", blocker="a meeting", confidence=8)
    return sent


def both_versions(response):
    page = text_of(response).split("Saved meanwhile")[1].split("Save mine after all")[0]
    return page.split("What you typed")


def test_both_versions_stand_side_by_side_and_the_other_row_is_saved(client, stale, five):
    response = client.post(PAGE, stale)
    assert response.status_code == 422
    theirs, mine = both_versions(response)
    for words in ("7 tok/s", "Con Tributor, as of 14 Oct", "theirs", "a meeting", "confidence 8/10"):
        assert words in theirs
    assert mine.strip() == ("Now 4 You say at risk Confidence 2 Note mine &lt;b&gt; Blocker no cluster")
    assert values_of(five[0]) == [1, 7]
    assert values_of(five[1]) == [2, 9]


def test_one_press_saves_mine_after_all_and_leaves_the_other_rows_as_typed(client, stale, five):
    page = client.post(PAGE, stale).content.decode()
    waiting = entry(five[2], "5", note="not yet")
    pressed = entries(entry(five[0], "4", **MINE) | hidden_fields(page, five[0]), waiting)
    response = client.post(PAGE, pressed | {"only": five[0].code})
    assert response.status_code == 200
    assert values_of(five[0]) == [1, 7, 4]
    kept = five[0].check_ins.get(sequence=3)
    assert (kept.previous_value, kept.note, kept.status) == (7, "mine <b>", "at_risk")
    assert values_of(five[2]) == [3]
    assert "not yet" in response.content.decode()
    assert f'data-saved="{five[0].code}"' in response.content.decode()


def test_one_press_drops_mine_and_leaves_the_other_rows_as_typed(client, stale, five):
    page = client.post(PAGE, stale).content.decode()
    waiting = entry(five[2], "5", note="not yet")
    pressed = entries(entry(five[0], "4", **MINE) | hidden_fields(page, five[0]), waiting)
    response = client.post(PAGE, pressed | {"drop": five[0].code})
    assert values_of(five[0]) == [1, 7]
    assert f"{five[0].code}: yours is dropped." in text_of(response)
    assert "mine &lt;b&gt;" not in response.content.decode()
    assert "not yet" in response.content.decode()


def test_the_single_page_shows_both_too_and_saves_after_all(client, stale, five):
    address = f"/key-results/{five[0].code}/check-in/"
    response = client.post(address, stale)
    assert response.status_code == 409
    theirs, mine = both_versions(response)
    assert "theirs" in theirs
    assert "mine &lt;b&gt;" in mine
    assert values_of(five[0]) == [1, 7]
    again = stale | hidden_fields(response.content.decode(), five[0])
    assert client.post(address, again).status_code == 302
    assert values_of(five[0]) == [1, 7, 4]


def test_a_third_report_while_reading_the_conflict_is_shown_again(client, stale, five, contributor):
    page = client.post(PAGE, stale).content.decode()
    check_in(five[0], 8, author=contributor)
    pressed = entry(five[0], "4", **MINE) | hidden_fields(page, five[0]) | {"only": five[0].code}
    response = client.post(PAGE, pressed)
    assert response.status_code == 422
    assert "8 tok/s" in both_versions(response)[0]
    assert values_of(five[0]) == [1, 7, 8]


def test_pressing_twice_saves_once(client, stale, five):
    page = client.post(PAGE, stale).content.decode()
    pressed = entry(five[0], "4", **MINE) | hidden_fields(page, five[0]) | {"only": five[0].code}
    assert [client.post(PAGE, pressed).status_code for _time in range(3)] == [302, 302, 302]
    assert values_of(five[0]) == [1, 7, 4]


def test_many_reports_meanwhile_are_shown_newest_first_and_not_all(client, stale, five, contributor):
    for value in (11, 12, 13, 14, 15, 16):
        check_in(five[0], value, author=contributor)
    theirs = both_versions(client.post(PAGE, stale))[0]
    assert theirs.index("16 tok/s") < theirs.index("12 tok/s")
    assert "11 tok/s" not in theirs


@pytest.mark.parametrize("press", ["only", "drop"])
def test_a_press_for_another_row_saves_nothing(client, stale, five, press):
    response = client.post(PAGE, stale | {press: "NOWHERE-24H2-O1-KR1\x00"})
    assert response.status_code == 200
    assert CheckIn.objects.count() == 6
    assert "mine &lt;b&gt;" in response.content.decode()


def test_a_cycle_closed_meanwhile_keeps_what_was_typed_too(client, stale, five):
    Cycle.objects.update(state=Cycle.State.CLOSED)
    response = client.post(PAGE, stale)
    assert "2024 H2 is closed; its numbers are frozen." in text_of(response)
    assert "mine &lt;b&gt;" in response.content.decode()
    assert CheckIn.objects.count() == 6
