"""Drafts on the pages: they come back where they were left, and nobody else meets them."""

import datetime as dt
import re
from decimal import Decimal

import pytest

from goals.models import CheckIn, CheckInDraft, Cycle, KeyResult, Roadmap
from goals.tests.factories import NOW, check_in
from goals.tests.views.entries import entries, entry, text_of, values_of

pytestmark = pytest.mark.on_both

PAGE, DRAFTS = "/check-ins/", "/drafts/"
KEEP, LATER = {"draft": "1"}, {"draft": "later"}
WORDS = {"confidence": "4", "note": "slower *now*", "blocker": "no cluster"}
WORDS |= {"evidence_url": "https://example.org/run/1"}


def single(key_result):
    return f"/key-results/{key_result.code}/check-in/"


def seen(key_result):
    """What a form says that was filled in from the draft there is."""
    return {"draft_version": CheckInDraft.objects.get(key_result=key_result).version}


def at(day, hour):
    return {"send_on": day, "send_hour": str(hour)}


@pytest.fixture
def written(client, lead, five):
    """The lead has begun a draft about the first key result, on its form."""
    client.force_login(lead)
    sent = entry(five[0], "2.5", status="behind", effective_on="2024-10-11", **WORDS)
    assert client.post(single(five[0]), sent | KEEP).url == DRAFTS
    return CheckInDraft.objects.get()


@pytest.mark.parametrize("lost", ["sight", "right"])
def test_of_what_its_author_lost_the_list_says_the_words_and_not_the_title(client, lead, five, written, lost):
    title = five[0].title
    assert title in client.get(DRAFTS).content.decode()
    lead.memberships.all().delete()
    KeyResult.objects.update(owner=None)
    five[0].objective.roadmap.objectives.update(owner=None)
    if lost == "sight":
        Roadmap.objects.update(visibility="restricted")
    page = client.get(DRAFTS).content.decode()
    assert "slower" in page
    assert title not in page
    assert f'href="{single(five[0])}"' not in page


def test_a_draft_comes_back_where_it_was_left(client, five, written):
    assert not five[0].check_ins.filter(sequence=2).exists()
    form = client.get(single(five[0]))
    page = form.content.decode()
    assert "Your draft, kept on 14 Oct, 10:00. Nobody else sees it." in text_of(form)
    for shown in ('value="2.5"', 'value="2024-10-11"', "slower *now*", "no cluster", WORDS["evidence_url"]):
        assert shown in page
    assert re.search(r'value="behind"[^>]* checked', page)
    assert '<option value="4" selected>' in page
    row = client.get(PAGE)
    assert "Your draft , as of 11 Oct" in text_of(row)
    assert "You have 1 draft that only you see" in text_of(row)
    assert 'value="2.5"' in row.content.decode()


def test_what_is_not_whole_is_kept_as_it_is(client, lead, five):
    client.force_login(lead)
    client.post(single(five[0]), entry(five[0], "about 3", status="") | KEEP)
    draft = CheckInDraft.objects.get()
    assert (draft.value_text, draft.value, draft.status, draft.effective_on) == ("about 3", None, "", None)
    assert 'value="about 3"' in client.get(single(five[0])).content.decode()


def test_one_press_saves_the_week_and_ends_the_drafts(client, five, written):
    drafted = entry(five[0], "2.5", status="behind", effective_on="2024-10-11", **WORDS, **seen(five[0]))
    response = client.post(PAGE, entries(drafted, entry(five[1], "3"), entry(five[2])))
    assert response.status_code == 302
    assert (values_of(five[0]), values_of(five[1]), values_of(five[2])) == ([1, 2.5], [2, 3], [3])
    assert five[0].check_ins.get(sequence=2).effective_on == dt.date(2024, 10, 11)
    assert not CheckInDraft.objects.exists()


def test_several_rows_are_kept_by_one_press(client, lead, five):
    client.force_login(lead)
    sent = entries(entry(five[0], "2"), entry(five[1], "", note="asked around"), entry(five[2]))
    response = client.post(PAGE, sent | KEEP, follow=True)
    codes = f"{five[0].code}, {five[1].code}"
    assert f"Kept as drafts that only you see: {codes}." in text_of(response)
    assert CheckIn.objects.count() == 5
    client.post(PAGE, entries(entry(five[0], "", **seen(five[0]))) | KEEP)  # emptied
    assert [draft.key_result for draft in CheckInDraft.objects.all()] == [five[1]]


def test_an_untouched_form_is_not_kept(client, lead, five):
    client.force_login(lead)
    for page in (PAGE, single(five[0])):
        response = client.post(page, entry(five[0]) | KEEP, follow=True)
        assert "Nothing was entered, so there is nothing to keep." in text_of(response)
    assert not CheckInDraft.objects.exists()


def test_a_draft_that_was_changed_elsewhere_is_not_overwritten_unseen(client, five, written):
    stale = entry(five[0], "9", draft_version=written.version - 1)
    response = client.post(single(five[0]), stale | KEEP)
    assert response.status_code == 422
    assert "You changed or sent this draft elsewhere in the meantime." in text_of(response)
    assert f'name="{five[0].code}-draft_version" value="{written.version}"' in response.content.decode()
    # Nor does saving the other window's words throw away these.
    client.post(single(five[0]), stale)
    assert CheckInDraft.objects.get().value_text == "2.5"


# A time of its own


def test_it_is_sent_at_an_hour_of_its_author(client, lead, five):
    lead.time_zone = "Europe/Berlin"
    lead.save()
    client.force_login(lead)
    response = client.post(single(five[0]), entry(five[0], "2", **at("2024-10-18", 16)) | LATER, follow=True)
    assert f"{five[0].code} will be sent on 18 Oct, 16:00." in text_of(response)
    assert CheckInDraft.objects.get().send_at == dt.datetime(2024, 10, 18, 14, tzinfo=dt.UTC)
    form = client.get(single(five[0]))
    assert "It will be sent on Fri 18 Oct, 16:00; nobody else sees it before." in text_of(form)
    assert 'value="2024-10-18"' in form.content.decode()
    assert "Save check-in now" in text_of(form)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (at("", 16), "Choose the day on which it is sent."),
        (at("2024-10-14", 10), "Choose a time that lies ahead."),
        (at("2024-10-18", 24), "Choose a full hour."),
        (at("2024-10-18", 16) | {"status": ""}, "Say on track, behind or at risk."),
        (at("2024-10-18", 16) | {"value": "about 3"}, "Write the number in plain digits"),
        (at("2024-10-18", 16) | {"value": "", "note": "so far"}, "Enter the value now, or mark"),
    ],
)
def test_nothing_is_missing_from_what_is_sent_by_itself(client, lead, five, fields, sentence):
    client.force_login(lead)
    response = client.post(single(five[0]), entry(five[0], fields.pop("value", "2"), **fields) | LATER)
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert not CheckInDraft.objects.exists()


def test_a_chosen_time_is_not_passed_over_by_the_other_button(client, lead, five):
    client.force_login(lead)
    response = client.post(single(five[0]), entry(five[0], "2", **at("2024-10-18", 16)))
    assert "Press “Send it then”, or empty the day to save it now." in text_of(response)
    assert CheckIn.objects.count() == 5


def test_saving_the_others_leaves_alone_what_waits_for_its_time(client, lead, five):
    client.force_login(lead)
    client.post(single(five[0]), entry(five[0], "2", note="a\r\nb", **at("2024-10-18", 16)) | LATER)
    row = entry(five[0], "2", note="a\r\nb", **seen(five[0]))
    client.post(PAGE, entries(row, entry(five[1], "3")))
    assert (values_of(five[0]), values_of(five[1])) == ([1], [2, 3])
    assert "Your draft, goes out on Fri 18 Oct, 16:00" in text_of(client.get(PAGE))
    # Changed there, it is kept with its time, or sent now.
    client.post(PAGE, entries(row | {f"{five[0].code}-value": "2.1"}) | KEEP)
    assert (CheckInDraft.objects.get().value_text, CheckInDraft.objects.get().send_at.day) == ("2.1", 18)
    client.post(PAGE, entries(entry(five[0], "2.2", **seen(five[0]))))
    assert values_of(five[0]) == [1, Decimal("2.2")]
    assert not CheckInDraft.objects.exists()


# The list


def test_drafts_are_listed_sent_and_thrown_away(client, five, written):
    assert "Speed 1 2.5 behind confidence 4/10 Kept on 14 Oct 2024, 10:00" in text_of(client.get(DRAFTS))
    assert client.get(DRAFTS).content.decode().count("<em>now</em>") == 1
    client.post(f"/key-results/{five[0].code}/draft/send/")
    assert values_of(five[0]) == [1, 2.5]
    client.post(single(five[1]), entry(five[1], "3") | KEEP)
    client.post(f"/key-results/{five[1].code}/draft/discard/")
    assert "No drafts" in text_of(client.get(DRAFTS))
    assert values_of(five[1]) == [2]


def test_what_cannot_be_sent_says_why_and_stays(client, five, written, contributor):
    check_in(five[0], 7, author=contributor)
    response = client.post(f"/key-results/{five[0].code}/draft/send/", follow=True)
    assert "was not sent: Con Tributor reported 7 tok/s on 14 Oct meanwhile" in text_of(response)
    CheckInDraft.objects.update(refusal="It is closed.", refused_at=NOW)
    for page in (DRAFTS, single(five[0])):
        assert "Not sent on 14 Oct, 10:00: It is closed." in text_of(client.get(page)), page
    assert "1 draft was not sent at its time; see why" in text_of(client.get(PAGE))
    # On its form both are kept with a second press, as in every conflict.
    sent = entry(five[0], "2.5", seen=1, **seen(five[0]))
    assert client.post(single(five[0]), sent).status_code == 409
    assert client.post(single(five[0]), sent | {f"{five[0].code}-seen": "2"}).status_code == 302
    assert not CheckInDraft.objects.exists()


def test_in_a_closed_cycle_the_words_are_there_to_be_copied(client, five, written):
    Cycle.objects.update(state="closed")
    page = client.get(single(five[0]))
    assert "slower *now*" in page.content.decode()
    assert "Keep as a draft" not in text_of(page)
    assert client.post(single(five[0]), entry(five[0], "3") | KEEP).status_code == 409


def test_the_title_of_what_is_hidden_by_now_is_not_told(client, five, written, lead):
    lead.memberships.all().delete()
    KeyResult.objects.update(owner=None, visibility="restricted")
    five[0].objective.owner = None
    five[0].objective.save()
    page = text_of(client.get(DRAFTS))
    assert five[0].code in page
    assert "Speed 1" not in page
    assert client.get(single(five[0])).status_code == 404


@pytest.mark.parametrize("who", ["contributor", "manager", "administrator"])
def test_nobody_else_meets_a_draft(client, request, five, written, who):
    client.force_login(request.getfixturevalue(who))
    for page in (DRAFTS, PAGE, single(five[0]), f"/key-results/{five[0].code}/", "/changes/", "/"):
        text = client.get(page).content.decode()
        assert "slower" not in text, page
        assert "no cluster" not in text, page
    for step in ("send", "discard"):
        assert client.post(f"/key-results/{five[0].code}/draft/{step}/").status_code == 404
    # Keeping one of their own leaves it as it is.
    client.post(single(five[0]), entry(five[0], "8", **seen(five[0])) | KEEP)
    client.post(single(five[0]), entry(five[0], "8", **seen(five[0])))
    written.refresh_from_db()
    assert written.note == "slower *now*"
