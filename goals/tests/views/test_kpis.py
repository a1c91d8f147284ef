"""KPIs on pages: the list, one of them, the form, entering a value, and the card of their area."""

import datetime as dt
import uuid

import pytest

from goals.actions.kpis import archive_kpi, change_kpi
from goals.models import CheckIn, CheckInDraft, KeyResult, Kpi, KpiEntry
from goals.tests.factories import NOW, TODAY, KeyResultFactory, KpiFactory, enter
from goals.tests.views.entries import entries, entry, text_of

WEEK = dt.timedelta(7)
PAGE, ENTER = "/kpis/EDGE-K1/", "/kpis/EDGE-K1/enter/"
NEW = {"title": "Crashes", "aim": "within", "upper_bound": "5", "check_in_every_days": "7"}
NEW |= {"visibility": "internal", "unit": "%"}


@pytest.fixture
def kpi(edge, lead):
    """Decode speed, at 4 where it should be 5 or more; entered a week ago."""
    kpi = KpiFactory(area=edge, owner=lead, within=True, title="Decode speed")
    enter(kpi, 6, on=TODAY - WEEK * 5)
    enter(kpi, 4, on=TODAY - WEEK, note="a **note**")
    return kpi


def value(kpi, text="", **fields):
    """A row of My check-ins, or the form by itself, as the page sends it."""
    kpi.refresh_from_db()
    sent = {"value": text, "seen": kpi.entry_count, "form_id": uuid.uuid4()} | fields
    return {f"{kpi.code}-{name}": told for name, told in sent.items()}


def test_the_page_says_where_it_stands_in_words_and_figures(client, outsider, kpi, key_result):
    KeyResult.objects.update(kpi=kpi)
    client.force_login(outsider)
    text = text_of(client.get(PAGE))
    assert "Outside bounds" in text
    assert "4 tok/s, should be at least 5 tok/s" in text
    assert "↓ −2 tok/s 6 tok/s → 4 tok/s since 9 Sep 2024" in text
    assert text.count("since 9 Sep 2024") == 2  # against the value before, and in 28 days; not in 90
    assert "EDGE-24H2-O1-KR1 Decode speed on a phone" in text
    assert "Enter a value" not in text
    assert "Enter a value" not in text_of(client.get("/kpis/"))


def test_only_who_edits_and_enters_is_offered_it(client, lead, contributor, outsider, kpi):
    offers = {}
    for person in (lead, contributor, outsider):
        client.force_login(person)
        page = client.get(PAGE).content.decode()
        offers[person] = [f'href="{PAGE}{word}/"' in page for word in ("edit", "enter")]
    assert offers == {lead: [True, True], contributor: [False, True], outsider: [False, False]}


@pytest.mark.parametrize("path", ["", "values.csv", "enter/", "edit/"])
def test_a_restricted_one_is_not_there_for_others(client, contributor, outsider, lead, kpi, path):
    Kpi.objects.update(visibility="restricted")
    client.force_login(outsider)
    hidden = client.get(f"{PAGE}{path}")
    nothing = client.get(f"{PAGE.replace('K1', 'K9')}{path}")
    assert hidden.status_code == nothing.status_code == 404
    assert "Decode speed" not in hidden.content.decode()
    client.force_login(lead)
    assert client.get(f"{PAGE}{path}").status_code == 200


def test_a_hidden_key_result_that_takes_its_value_is_not_named(client, outsider, lead, kpi, key_result):
    KeyResult.objects.update(kpi=kpi, visibility="restricted")
    client.force_login(outsider)
    assert key_result.code not in client.get(PAGE).content.decode()
    client.force_login(lead)
    assert key_result.code in client.get(PAGE).content.decode()


def test_a_hidden_kpi_is_not_named_where_its_value_is_taken(client, outsider, lead, kpi, key_result):
    KeyResult.objects.update(kpi=kpi)
    Kpi.objects.update(visibility="restricted")
    client.force_login(lead)
    assert "EDGE-K1" in client.get(key_result.get_absolute_url()).content.decode()
    client.force_login(outsider)
    page = client.get(key_result.get_absolute_url()).content.decode()
    assert "EDGE-K1" not in page
    assert "Decode speed" not in page.replace(key_result.title, "")


def test_with_a_direction_it_says_better_or_worse(client, lead, edge):
    kpi = KpiFactory(area=edge, aim="down", added_on=TODAY)
    enter(kpi, 6, on=TODAY - WEEK)
    enter(kpi, 4)
    client.force_login(lead)
    text = text_of(client.get(PAGE))
    assert "Better" in text
    assert "4 tok/s, −2 tok/s against the value before; should go down" in text
    enter(kpi, 5, effective_on=TODAY)
    assert "↓ −1 tok/s · Better" in text_of(client.get(PAGE))


def test_a_stale_one_says_so_over_any_colour(client, lead, kpi):
    Kpi.objects.update(check_in_every_days=1)
    client.force_login(lead)
    page = client.get("/kpis/")
    assert 'badge--stale"' in page.content.decode()
    assert "badge--at_risk" not in page.content.decode()
    assert "Stale Outside bounds" in text_of(page)
    assert "silent for 7 days" in text_of(client.get(PAGE))


def test_the_list_is_narrowed_down_by_its_address(client, outsider, kpi, edge, core, contributor):
    KpiFactory(area=core, owner=contributor, title="Silent one")
    KpiFactory(area=edge, title="Hidden one", visibility="restricted")
    client.force_login(outsider)

    def shown(query):
        text = text_of(client.get(f"/kpis/?{query}"))
        return [title for title in ("Decode speed", "Silent one", "Hidden one") if title in text]

    assert shown("") == ["Decode speed", "Silent one"]
    assert shown("area=LIB") == shown("show=outside") == ["Decode speed"]
    assert shown("show=stale") == shown(f"owner={contributor.pk}") == ["Silent one"]
    assert shown("area=NOPE") == ["Decode speed", "Silent one"]
    csv = client.get("/kpis.csv?show=outside").content.decode().splitlines()
    assert csv[1].startswith("EDGE-K1,Decode speed,EDGE,tok/s,within,5,,4,2024-10-07,outside,false,-2,-2,,")
    assert client.get("/kpis.csv?area=NOPE").status_code == 404


def test_a_lead_adds_one_once_and_changes_it(client, lead, edge):
    client.force_login(lead)
    form = NEW | {"form_id": str(uuid.uuid4())}
    for _twice in range(2):
        assert client.post("/areas/EDGE/kpis/new/", form).headers["Location"] == PAGE
    kpi = Kpi.objects.get()
    assert (kpi.upper_bound, kpi.added_on) == (5, TODAY)
    response = client.post("/kpis/EDGE-K1/edit/", NEW | {"aim": "down", "version": "1"})
    assert response.status_code == 302
    kpi.refresh_from_db()
    assert (kpi.aim, kpi.upper_bound) == ("down", None)
    change_kpi(kpi, by=lead, now=NOW, title="Theirs")
    response = client.post("/kpis/EDGE-K1/edit/", NEW | {"aim": "down", "version": "2", "title": "Mine"})
    assert response.status_code == 409
    assert "Theirs" in text_of(response)


def test_what_does_not_fit_stands_at_its_field(client, lead, edge):
    client.force_login(lead)
    response = client.post("/areas/EDGE/kpis/new/", NEW | {"upper_bound": ""})
    assert response.status_code == 422
    assert "To stay within bounds it needs one" in text_of(response)
    response = client.post("/areas/EDGE/kpis/new/", NEW | {"check_in_every_days": "0", "title": ""})
    assert response.status_code == 422
    assert not Kpi.objects.exists()


def test_it_is_archived_and_restored_with_a_press(client, lead, kpi):
    client.force_login(lead)
    assert "EDGE-K1 is archived." in text_of(client.post(f"{PAGE}archive/", follow=True))
    assert "No KPI yet" in text_of(client.get("/kpis/"))
    assert client.get(ENTER).status_code == 404
    assert "is archived already" in text_of(client.post(f"{PAGE}archive/", follow=True))
    assert "is watched again" in text_of(client.post(f"{PAGE}restore/", follow=True))


def test_a_value_is_entered_for_an_earlier_day_with_note_and_evidence(client, contributor, kpi, key_result):
    odd = KeyResultFactory(objective=key_result.objective, unit="ms")
    KeyResult.objects.update(kpi=kpi)
    client.force_login(contributor)
    assert "Recorded at these key results too:" in text_of(client.get(ENTER))
    told = {"note": "by hand", "evidence_url": "https://example.org/1", "effective_on": "2024-10-10"}
    text = text_of(client.post(ENTER, value(kpi, "7,5 tok/s".replace(",", "."), **told), follow=True))
    assert "Saved: EDGE-K1 7.5 tok/s." in text
    assert f"Recorded too: {key_result.code}." in text
    assert f"Not recorded at {odd.code}: EDGE-K1 is measured in tok/s" in text
    kept = kpi.entries.get(sequence=3)
    assert (kept.value, kept.note, kept.evidence_url) == (7.5, "by hand", "https://example.org/1")
    assert (kept.effective_on, kept.author, kept.source) == (dt.date(2024, 10, 10), contributor, "page")


def test_what_takes_it_and_is_hidden_from_who_enters_it_is_not_named(client, outsider, kpi, key_result):
    KeyResult.objects.update(kpi=kpi, visibility="restricted", owner=None)
    Kpi.objects.update(owner=outsider)
    client.force_login(outsider)
    text = text_of(client.post(ENTER, value(kpi, "7"), follow=True))
    assert "Saved: EDGE-K1 7 tok/s." in text
    assert key_result.code not in text
    assert key_result.check_ins.get().value == 7


def test_a_refused_value_keeps_what_was_typed(client, lead, kpi):
    client.force_login(lead)
    response = client.post(ENTER, value(kpi, "much", note="kept"))
    assert (response.status_code, "kept" in response.content.decode()) == (422, True)
    response = client.post(ENTER, value(kpi))
    assert "Enter the value now, or mark “no change”." in text_of(response)
    response = client.post(ENTER, value(kpi, "5", no_change="on"))
    assert "not both" in text_of(response)
    assert kpi.entries.count() == 2


def test_who_has_not_seen_the_newest_value_finds_both(client, lead, contributor, kpi):
    mine = value(kpi, "5", note="mine")
    enter(kpi, 7, author=contributor, note="theirs")
    client.force_login(lead)
    response = client.post(ENTER, mine)
    assert response.status_code == 409
    text = text_of(response)
    assert "Con Tributor reported 7 tok/s on 14 Oct meanwhile" in text
    assert "What you typed" in text
    assert 'name="EDGE-K1-seen" value="3"' in response.content.decode()
    assert client.post(ENTER, value(kpi, "5")).status_code == 302


def test_a_value_is_corrected_with_a_reason(client, lead, kpi):
    client.force_login(lead)
    assert client.get(f"{ENTER}?corrects=9").status_code == 404
    assert client.post(f"{ENTER}?corrects=1", value(kpi, "5")).status_code == 422
    assert client.post(f"{ENTER}?corrects=1", value(kpi, "5", reason="a slip")).status_code == 302
    assert "corrects #1 : “a slip”" in text_of(client.get(PAGE))


def test_my_check_ins_lists_them_beside_key_results_and_saves_with_one_press(client, lead, kpi, key_result):
    """The KPI gives its value to KR1, of which the lead says more with the same press."""
    KeyResult.objects.update(kpi=kpi)
    client.force_login(lead)
    page = client.get("/check-ins/")
    text = text_of(page)
    assert "1 KPI is due." in text
    assert "Enter it at EDGE-K1" in text
    assert '<span class="count">2<' in page.content.decode()
    assert '<span class="count">2<' in client.get("/risks/").content.decode()
    key_result.refresh_from_db()
    form = {"kpi": "EDGE-K1"} | value(kpi, "7")
    form |= entries(entry(key_result, no_change="on", status="at_risk", note="it will not last"))
    text = text_of(client.post("/check-ins/", form, follow=True))
    assert "2 check-ins saved: EDGE-K1 7 tok/s, EDGE-24H2-O1-KR1 no change." in text
    told = CheckIn.objects.order_by("sequence").values_list("value", "status", "source")
    assert list(told) == [(7, "on_track", "kpi"), (7, "at_risk", "page")]
    assert "Nothing is due" in text
    assert "due Mon 21 Oct" in text


def test_the_rest_as_no_change_says_it_once_for_both(client, lead, kpi, key_result):
    KeyResult.objects.update(kpi=kpi)
    client.force_login(lead)
    form = {"kpi": "EDGE-K1", "rest": "no_change"} | value(kpi) | entries(entry(key_result))
    client.post("/check-ins/", form)
    assert KpiEntry.objects.get(sequence=3).is_no_change
    assert CheckIn.objects.get().source == "kpi"


def test_a_row_that_fails_takes_no_other_with_it(client, lead, kpi, key_result):
    client.force_login(lead)
    form = {"kpi": "EDGE-K1"} | value(kpi, "many") | entries(entry(key_result, "5"))
    response = client.post("/check-ins/", form)
    assert response.status_code == 422
    assert 'value="many"' in response.content.decode()
    assert (CheckIn.objects.count(), KpiEntry.objects.count()) == (1, 2)


def test_a_value_has_no_draft_and_is_not_lost_where_others_are_kept_as_such(client, lead, kpi, key_result):
    client.force_login(lead)
    form = {"kpi": "EDGE-K1", "draft": "1"} | value(kpi, "7") | entries(entry(key_result, "5"))
    response = client.post("/check-ins/", form)
    assert "Values of KPIs are kept in no draft" in text_of(response)
    assert 'name="EDGE-K1-value" id="id_EDGE-K1-value" value="7"' in response.content.decode()
    assert (CheckInDraft.objects.count(), KpiEntry.objects.count()) == (1, 2)


def test_what_is_not_theirs_any_more_is_not_saved(client, lead, outsider, kpi):
    Kpi.objects.update(owner=None)
    client.force_login(outsider)
    response = client.post("/check-ins/", {"kpi": "EDGE-K1"} | value(kpi, "5"))
    assert "no longer yours to enter" in text_of(response)
    Kpi.objects.update(visibility="restricted")
    response = client.post("/check-ins/", {"kpi": ["EDGE-K1", "\0"]} | value(kpi, "5"), follow=True)
    assert "Not open to you any more: EDGE-K1" in text_of(response)
    assert KpiEntry.objects.count() == 2


def test_the_page_of_the_area_shows_what_it_watches_today_alone(client, contributor, lead, kpi, key_result):
    KpiFactory(area=kpi.area.parent, title="Of the area above")
    client.force_login(contributor)
    text = text_of(client.get("/areas/EDGE/24H2/"))
    assert "Decode speed EDGE-K1 Outside bounds 4 tok/s" in text
    assert "Add KPI" not in text
    assert "Decode speed EDGE-K1" not in text_of(client.get("/areas/EDGE/24H2/?as_of=2024-10-01"))
    assert "Of the area above" in text_of(client.get("/areas/LIB/24H2/"))
    client.force_login(lead)
    assert "Add KPI" in text_of(client.get("/areas/EDGE/24H2/"))


def test_the_page_of_the_area_shows_no_hidden_one(client, outsider, lead, kpi, key_result):
    Kpi.objects.update(visibility="restricted")
    for person, is_shown in ((lead, True), (outsider, False)):
        client.force_login(person)
        assert ("EDGE-K1" in client.get("/areas/EDGE/24H2/").content.decode()) is is_shown


def test_the_check_in_form_points_to_the_kpi(client, lead, kpi, key_result):
    KeyResult.objects.update(kpi=kpi)
    client.force_login(lead)
    address = f"/key-results/{key_result.code}/check-in/"
    page = client.get(address).content.decode()
    assert f'href="{ENTER}"' in page
    assert f'name="{key_result.code}-value"' not in page
    response = client.post(address, entry(key_result, "5"))
    assert (response.status_code, "takes its value from EDGE-K1" in text_of(response)) == (422, True)
    enter(kpi, 5)
    text = text_of(client.get(f"/key-results/{key_result.code}/"))
    assert "Value from KPI EDGE-K1 Decode speed" in text
    assert "· KPI · #1 · EDGE-K1" in text


def test_a_key_result_is_planned_with_one(client, lead, kpi, key_result):
    client.force_login(lead)
    address = f"/key-results/{key_result.code}/edit/"
    assert "EDGE-K1 Decode speed (tok/s)" in text_of(client.get(address))
    form = {"title": "Speed", "kind": "reach", "unit": "tok/s", "start_value": "0", "target_value": "10"}
    form |= {"weight": "1", "visibility": "inherit", "position": "1", "version": str(key_result.version)}
    assert client.post(address, form | {"kpi": str(kpi.pk), "reason": "why"}).status_code == 302
    key_result.refresh_from_db()
    assert key_result.kpi == kpi
    # Archived, it stays where it is chosen already, and nobody else may choose it.
    archive_kpi(kpi, by=lead, now=NOW)
    assert "EDGE-K1 Decode speed" in text_of(client.get(address))
    assert "EDGE-K1" not in text_of(client.get(f"/objectives/{key_result.objective.code}/key-results/"))


def test_a_first_value_is_neither_better_nor_unchanged(client, edge, lead):
    kpi = KpiFactory(area=edge, owner=lead)
    enter(kpi, 3, on=TODAY)
    client.force_login(lead)
    page = client.get(f"/kpis/{kpi.code}/").content.decode()
    assert "First value" in page
    assert "Unchanged" not in page
