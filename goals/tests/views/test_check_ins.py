import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.urls import reverse

from goals.models import CheckIn, Cycle, KeyResult
from goals.tests.factories import NOW, KeyResultFactory, check_in
from goals.tests.views.entries import entries, entry, hidden_fields, text_of, values_of

pytestmark = pytest.mark.on_both

PAGE = "/check-ins/"
LAST_TIME = dt.date(2024, 9, 30)


# What a value would make


def test_the_preview_uses_the_figures_and_writes_nothing(client, lead, five):
    client.force_login(lead)
    before = list(KeyResult.objects.order_by("pk").values())
    preview = client.get(f"/check-ins/preview/{five[0].code}/", {f"{five[0].code}-value": "3"})
    assert text_of(preview) == "At risk 30 %, 27 points behind"
    same = client.get(f"/check-ins/preview/{five[0].code}/", {f"{five[0].code}-no_change": "on"})
    assert text_of(same) == "At risk no change, 10 %"
    done = client.get(f"/check-ins/preview/{five[0].code}/", {f"{five[0].code}-value": "11"})
    assert text_of(done) == "Done 110 %, over target"
    assert CheckIn.objects.count() == 5
    assert list(KeyResult.objects.order_by("pk").values()) == before
    assert client.post(f"/check-ins/preview/{five[0].code}/").status_code == 405


def test_the_preview_agrees_with_what_is_kept(client, lead, five):
    client.force_login(lead)
    for value in ("-3", "0", "4.2", "5.1", "5.3", "10", "12"):
        preview = text_of(client.get(f"/check-ins/preview/{five[0].code}/", {f"{five[0].code}-value": value}))
        client.post(PAGE, entry(five[0], value))
        now = text_of(client.get(f"/check-ins/preview/{five[0].code}/"))
        assert preview == now.replace(" so far", "")


def test_the_preview_of_a_day_before_the_last_check_in_leaves_the_value(client, lead, five):
    client.force_login(lead)
    sent = {f"{five[0].code}-value": "9", f"{five[0].code}-effective_on": "2024-09-01"}
    preview = client.get(f"/check-ins/preview/{five[0].code}/", sent)
    assert text_of(preview) == "At risk a later value stays the current one"


def test_without_scripts_a_button_shows_what_the_values_make(client, lead, five):
    client.force_login(lead)
    response = client.post(PAGE, entries(entry(five[0], "9"), entry(five[1])) | {"preview": "1"})
    assert "90 %, 33 points ahead" in text_of(response)
    assert 'value="9"' in response.content.decode()
    assert "errorlist" not in response.content.decode()
    assert CheckIn.objects.count() == 5


def test_the_preview_of_a_guardrail_names_its_bound(client, lead, objective):
    guardrail = KeyResultFactory(objective=objective, owner=lead, guardrail=True, unit="ms")
    client.force_login(lead)
    preview = client.get(f"/check-ins/preview/{guardrail.code}/", {f"{guardrail.code}-value": "13"})
    assert text_of(preview) == "Violated 13 ms is above the bound of 12.85 ms"


# One key result


def single(key_result):
    return reverse("goals:check_in_create", args=[key_result.code])


def test_the_form_shows_where_it_stands_and_saves_everything(client, lead, five):
    client.force_login(lead)
    page = text_of(client.get(single(five[0])))
    assert "Check in: Speed 1" in page
    assert "note 1" in page
    fields = {
        "status": "behind", "confidence": "4", "note": "slower **now**", "blocker": "no cluster",
        "evidence_url": "https://example.org/run/1", "effective_on": "2024-10-11",
    }  # fmt: skip
    response = client.post(single(five[0]), entry(five[0], "2.5", **fields))
    assert response.url == f"/key-results/{five[0].code}/"
    kept = five[0].check_ins.get(sequence=2)
    assert (kept.value, kept.status, kept.confidence, kept.effective_on) == (
        Decimal("2.5"), "behind", 4, dt.date(2024, 10, 11),
    )  # fmt: skip
    assert (kept.note, kept.blocker, kept.evidence_url) == (
        "slower **now**", "no cluster", "https://example.org/run/1",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("2024-10-15", "A check-in lies on today or before."),
        ("2024-06-30", "A check-in lies in its cycle, which begins on 2024-07-01."),
        ("0001-01-01", "A check-in lies in its cycle, which begins on 2024-07-01."),
        ("14.10.2024", "Write the day as year-month-day"),
        ("２０２４-10-14", "Write the day as year-month-day"),
        ("2024-02-31", "Write the day as year-month-day"),
    ],
)
def test_days_outside_the_cycle_are_refused(client, lead, five, day, sentence):
    client.force_login(lead)
    response = client.post(single(five[0]), entry(five[0], "2.5", effective_on=day))
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert 'value="2.5"' in response.content.decode()
    assert len(values_of(five[0])) == 1


def test_a_closed_cycle_says_so_and_refuses_with_what_was_typed(client, lead, five):
    Cycle.objects.update(state=Cycle.State.CLOSED)
    client.force_login(lead)
    page = client.get(single(five[0]))
    assert page.status_code == 200
    assert "2024 H2 is closed; its numbers are frozen." in text_of(page)
    assert "Save check-in" not in text_of(page)
    refused = client.post(single(five[0]), entry(five[0], "4", note="typed for nothing"))
    assert refused.status_code == 409
    assert "2024 H2 is closed; its numbers are frozen." in text_of(refused)
    assert "typed for nothing" in refused.content.decode()
    assert 'value="4"' in refused.content.decode()
    assert len(values_of(five[0])) == 1


def test_a_dropped_key_result_takes_no_check_in(client, lead, five):
    KeyResult.objects.filter(pk=five[0].pk).update(dropped_at=NOW)
    client.force_login(lead)
    refused = client.post(single(five[0]), entry(five[0], "4"))
    assert refused.status_code == 409
    assert "is archived or dropped" in text_of(refused)


def test_a_check_in_made_meanwhile_is_a_conflict_on_the_single_page_too(client, lead, contributor, five):
    client.force_login(lead)
    sent = entry(five[0], "4")
    check_in(five[0], 7, author=contributor, note="seen on the bench")
    conflict = client.post(single(five[0]), sent)
    assert conflict.status_code == 409
    assert "Con Tributor reported 7 tok/s on 14 Oct meanwhile" in text_of(conflict)
    assert "seen on the bench" in text_of(conflict)
    page = conflict.content.decode()
    assert client.post(single(five[0]), sent | hidden_fields(page, five[0])).status_code == 302
    assert values_of(five[0]) == [1, 7, 4]


def test_a_correction_stands_beside_what_it_corrects(client, lead, five):
    client.force_login(lead)
    address = f"{single(five[0])}?corrects=1"
    assert "Lea Lead reported 1 tok/s for 30 Sep 2024." in text_of(client.get(address))
    without_reason = client.post(address, entry(five[0], "1.5"))
    assert without_reason.status_code == 422
    assert "Say why the check-in is corrected." in text_of(without_reason)
    without_value = client.post(address, entry(five[0], "", no_change="on", reason="typo"))
    assert "Enter the right value." in text_of(without_value)
    assert client.post(address, entry(five[0], "1.5", reason="typo")).status_code == 302
    kept = five[0].check_ins.get(sequence=2)
    assert (kept.value, kept.corrects.sequence, kept.reason, kept.effective_on) == (
        Decimal("1.5"), 1, "typo", LAST_TIME,
    )  # fmt: skip
    five[0].refresh_from_db()
    assert five[0].current_value == Decimal("1.5")


@pytest.mark.parametrize("sequence", ["2", "0", "x", "-1", "１", "9" * 30, ""])
def test_a_correction_of_nothing_is_not_found(client, lead, five, sequence):
    client.force_login(lead)
    assert client.get(single(five[0]), {"corrects": sequence}).status_code == 404


def test_a_form_of_another_key_result_is_refused(client, lead, five):
    client.force_login(lead)
    form_id = uuid.uuid4()
    client.post(PAGE, entry(five[0], "4", form_id=form_id))
    response = client.post(PAGE, entry(five[1], "4", form_id=form_id))
    assert "This form was used for another check-in; open it anew." in text_of(response)
    assert len(values_of(five[1])) == 1


@pytest.mark.parametrize("role", ["lead", "contributor", "manager", "administrator"])
def test_who_may_check_in(client, request, objective, role):
    key_result = KeyResultFactory(objective=objective, owner=None)
    client.force_login(request.getfixturevalue(role))
    response = client.post(f"/key-results/{key_result.code}/check-in/", entry(key_result, "4"))
    assert response.status_code == 302
    assert values_of(key_result) == [4]


@pytest.mark.parametrize("role", ["viewer", "outsider"])
def test_who_may_not_check_in(client, request, objective, role):
    key_result = KeyResultFactory(objective=objective, owner=None)
    client.force_login(request.getfixturevalue(role))
    response = client.post(f"/key-results/{key_result.code}/check-in/", entry(key_result, "4"))
    assert response.status_code == 403
    assert "its owner and the people of its area check in" in text_of(response)
