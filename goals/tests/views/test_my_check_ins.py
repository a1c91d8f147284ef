import datetime as dt
import re
from decimal import Decimal

import pytest
import time_machine

from accounts.tests.factories import UserFactory
from goals.models import CheckIn, Cycle, KeyResult
from goals.tests.factories import NOW, KeyResultFactory, check_in
from goals.tests.views.entries import entries, entry, hidden_fields, text_of, values_of

PAGE = "/check-ins/"
LAST_TIME = dt.date(2024, 9, 30)


def test_the_page_lists_what_is_due_with_last_and_expected_value(client, lead, five):
    client.force_login(lead)
    page = text_of(client.get(PAGE))
    assert "5 key results are due since Monday 14 Oct." in page
    assert "Speed 1 EDGE-24H2-O1-KR1" in page
    assert "1 tok/s" in page
    assert "30 Sep" in page
    assert "note 1" in page
    assert " 5.7 = No change, Speed 1 At risk so far 10 %, 47 points behind" in page


def test_a_mark_that_was_reached_stands_beside_the_effect(client, lead, five):
    KeyResult.objects.filter(pk=five[2].pk).update(commit_value=Decimal(3))
    KeyResult.objects.filter(pk=five[3].pk).update(commit_value=Decimal(5))
    client.force_login(lead)
    text = text_of(client.get(PAGE))
    assert "30 %, 27 points behind, commit reached" in text
    assert text.count("commit reached") == 1


def test_five_check_ins_in_one_post(client, lead, five):
    client.force_login(lead)
    response = client.post(
        PAGE, entries(*[entry(row, str(n + 5)) for n, row in enumerate(five)]), follow=True
    )
    assert [values_of(row)[-1] for row in five] == [5, 6, 7, 8, 9]
    assert "5 check-ins saved: EDGE-24H2-O1-KR1 5 tok/s" in text_of(response)
    kept = five[0].check_ins.get(sequence=2)
    assert (kept.author, kept.source, kept.effective_on) == (lead, "page", dt.date(2024, 10, 14))
    assert "Nothing is due" in text_of(response)


def test_a_failing_row_keeps_what_was_typed_while_the_others_are_saved(client, lead, five):
    client.force_login(lead)
    typed = entry(five[1], "1.400", note="a <b>note</b> kept", blocker="the cluster", status="at_risk")
    response = client.post(PAGE, entries(entry(five[0], "4"), typed, entry(five[2], "6")))
    assert response.status_code == 422
    assert [len(values_of(row)) for row in five] == [2, 1, 2, 1, 1]
    page = response.content.decode()
    assert 'value="1.400"' in page
    assert "a &lt;b&gt;note&lt;/b&gt; kept" in page
    assert "the cluster" in page
    words = text_of(response)
    assert "1.400 can mean 1400 or 1.4: write 1400 or 1.4." in words
    assert "2 check-ins saved: EDGE-24H2-O1-KR1 4 tok/s, EDGE-24H2-O1-KR3 6 tok/s." in words
    assert "1 was not saved, its row says why: EDGE-24H2-O1-KR2." in words
    checked = re.findall(r'<input[^>]*KR2-status"[^>]*value="(\w+)"[^>]*checked', page)
    assert checked == ["at_risk"]


def test_rows_left_empty_are_not_touched(client, lead, five):
    client.force_login(lead)
    response = client.post(PAGE, entries(*[entry(row) for row in five]), follow=True)
    assert CheckIn.objects.count() == 5
    assert "Nothing was entered, so nothing was saved." in text_of(response)


@pytest.mark.parametrize("alone", [{"note": "why"}, {"status": "at_risk"}, {"confidence": "3"}])
def test_a_row_without_a_value_but_with_more_is_not_dropped_silently(client, lead, five, alone):
    client.force_login(lead)
    response = client.post(PAGE, entry(five[0], **alone))
    assert response.status_code == 422
    assert "Enter the value now, or mark “no change”." in text_of(response)
    assert CheckIn.objects.count() == 5


def test_no_change_repeats_the_value(client, lead, five):
    client.force_login(lead)
    client.post(PAGE, entry(five[2], no_change="on", status="behind"))
    kept = five[2].check_ins.get(sequence=2)
    assert (kept.value, kept.is_no_change, kept.status) == (3, True, "behind")


def test_no_change_for_the_rest_leaves_values_and_first_check_ins_alone(client, lead, five, objective):
    never = KeyResultFactory(objective=objective, owner=lead)
    client.force_login(lead)
    rows = [entry(five[0], "4"), *[entry(row) for row in five[1:]], entry(never, status="")]
    response = client.post(PAGE, entries(*rows) | {"rest": "no_change"}, follow=True)
    newest = [row.check_ins.order_by("sequence").last() for row in five]
    assert [row.is_no_change for row in newest] == [False, True, True, True, True]
    assert never.check_ins.count() == 0
    assert "5 check-ins saved" in text_of(response)


def test_a_value_and_no_change_contradict_each_other(client, lead, five):
    client.force_login(lead)
    response = client.post(PAGE, entry(five[0], "4", no_change="on"))
    assert "Enter a value or mark “no change”, not both." in text_of(response)
    assert CheckIn.objects.count() == 5


def test_a_first_check_in_says_how_it_looks(client, lead, key_result):
    client.force_login(lead)
    response = client.post(PAGE, entry(key_result, "4", status=""))
    assert "Say on track, behind or at risk." in text_of(response)
    assert 'value="4"' in response.content.decode()
    assert not CheckIn.objects.exists()


def test_a_form_sent_twice_is_one_check_in(client, lead, five):
    client.force_login(lead)
    sent = entry(five[0], "4", note="line one\r\nline two")
    for _time in range(3):
        response = client.post(PAGE, sent, follow=True)
        assert "1 check-in saved" in text_of(response)
    assert values_of(five[0]) == [1, 4]
    assert five[0].check_ins.get(sequence=2).note == "line one\nline two"


def test_a_form_sent_again_with_another_value_is_not_passed_over(client, lead, five):
    client.force_login(lead)
    sent = entry(five[0], "4")
    client.post(PAGE, sent)
    response = client.post(PAGE, sent | {f"{five[0].code}-value": "5"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "This form was saved before; save again to keep this as a new check-in." in page
    again = sent | {f"{five[0].code}-value": "5"} | hidden_fields(page, five[0])
    assert client.post(PAGE, again).status_code == 302
    assert values_of(five[0]) == [1, 4, 5]


def test_what_somebody_else_reported_meanwhile_is_shown_before_both_are_kept(client, lead, contributor, five):
    client.force_login(lead)
    sent = entry(five[0], "4")
    check_in(five[0], 7, author=contributor)
    response = client.post(PAGE, sent)
    assert response.status_code == 422
    assert values_of(five[0]) == [1, 7]
    assert "Con Tributor reported 7 tok/s on 14 Oct meanwhile; save again to keep both." in text_of(response)
    page = response.content.decode()
    assert 'value="4"' in page
    assert client.post(PAGE, sent | hidden_fields(page, five[0])).status_code == 302
    assert values_of(five[0]) == [1, 7, 4]


def test_an_invalid_row_does_not_hide_what_was_reported_meanwhile(client, lead, contributor, five):
    client.force_login(lead)
    sent = entry(five[0], "four")
    check_in(five[0], 7, author=contributor)
    page = client.post(PAGE, sent).content.decode()
    response = client.post(PAGE, sent | hidden_fields(page, five[0]) | {f"{five[0].code}-value": "4"})
    assert "Con Tributor reported 7 tok/s" in text_of(response)
    assert values_of(five[0]) == [1, 7]


@pytest.mark.parametrize(
    ("language", "typed", "kept"),
    [
        ("en", "1,400.5", "1400.5"),
        ("de", "1.400,5 tok/s", "1400.5"),
        ("de", "52,9", "52.9"),
        ("en", "1 400", "1400"),
    ],
)
def test_a_value_is_written_as_its_reader_sees_it(client, lead, five, language, typed, kept):
    lead.language = language
    lead.save()
    client.force_login(lead)
    response = client.post(PAGE, entry(five[0], typed), follow=True)
    assert values_of(five[0])[-1] == Decimal(kept)
    shown = {
        "1400.5": {"en": "1 400.5", "de": "1 400,5"},
        "52.9": {"de": "52,9"},
        "1400": {"en": "1 400"},
    }
    assert f" {shown[kept][language]} tok/s" in text_of(response)


HOSTILE_VALUES = [
    "NaN", "Infinity", "-inf", "1e400", "1_000", "１２", "٣", "4\x00", "123456789012345", "1" * 21, "0x1f",
    "1" * 5000, "+5", "5 0000", "<script>", "1.1234567", "--1", "1.",
]  # fmt: skip


@pytest.mark.parametrize("value", HOSTILE_VALUES)
def test_hostile_values_are_refused_with_a_sentence_on_every_page(client, lead, five, value):
    client.force_login(lead)
    sent = entry(five[0], value)
    for address in (PAGE, f"/key-results/{five[0].code}/check-in/"):
        response = client.post(address, sent)
        assert response.status_code == 422
        assert 'class="errorlist' in response.content.decode()
        assert "<script>" not in response.content.decode().split("</head>")[1]
    preview = client.get(f"/check-ins/preview/{five[0].code}/", {f"{five[0].code}-value": value})
    assert preview.status_code == 200
    assert "effect__error" in preview.content.decode()
    assert CheckIn.objects.count() == 5
    assert client.get(PAGE).status_code == 200


@pytest.mark.parametrize(
    ("field", "entered", "sentence"),
    [
        ("note", "x" * 10_001, "10000"),
        ("note", "nul \x00", "Null characters"),
        ("note", "bell \x07", "cannot be stored"),
        ("blocker", "x" * 2_001, "2000"),
        ("evidence_url", "javascript:alert(1)", "URL"),
        ("evidence_url", "https://example.org/" + "x" * 500, "500"),
        ("confidence", "11", "Confidence goes from 0 to 10."),
        ("confidence", "５", "Confidence goes from 0 to 10."),
        ("status", "great", "The status is on track, behind or at risk."),
        ("form_id", "not a name", "UUID"),
        ("seen", "９", "valid value"),
    ],
)
def test_hostile_fields_are_refused_at_the_field(client, lead, five, field, entered, sentence):
    client.force_login(lead)
    response = client.post(PAGE, entry(five[0], "4", **{field: entered}))
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert CheckIn.objects.count() == 5


def test_a_note_of_ten_thousand_characters_and_every_extreme_value_can_be_read_again(client, lead, five):
    client.force_login(lead)
    extreme = "99999999999999.999999"
    sent = entry(five[0], extreme, note="é" * 10_000)
    assert client.post(PAGE, sent).status_code == 302
    assert client.post(PAGE, entry(five[1], f"-{extreme}")).status_code == 302
    kept = five[0].check_ins.get(sequence=2)
    assert (kept.value, len(kept.note)) == (Decimal(extreme), 10_000)
    with time_machine.travel(NOW + dt.timedelta(days=20)):
        client.force_login(lead)
        assert client.get(PAGE).status_code == 200
        assert client.get(f"/key-results/{five[1].code}/check-in/").status_code == 200


def test_a_milestone_is_done_or_not_done(client, lead, objective):
    milestone = KeyResultFactory(objective=objective, owner=lead, milestone=True)
    client.force_login(lead)
    assert '<option value="done">' in client.get(PAGE).content.decode()
    assert client.post(PAGE, entry(milestone, "0.5")).status_code == 422
    client.post(PAGE, entry(milestone, "done"))
    assert values_of(milestone) == [1]
    page = text_of(client.get(PAGE))
    assert "Nothing is due" in page
    assert "Done" in page


def test_next_tells_what_is_due_later_and_done_what_is_over(client, lead, objective, key_result):
    later = KeyResultFactory(objective=objective, owner=lead, title="Later on")
    check_in(later, 3)
    done = KeyResultFactory(objective=objective, owner=lead, title="Over and done")
    check_in(done, 10, on=LAST_TIME)
    client.force_login(lead)
    page = text_of(client.get(PAGE))
    assert "1 key result is due since Monday 15 Jul." in page
    assert page.index("Next") < page.index("Later on") < page.index("Over and done")
    assert "due Mon 28 Oct, in 14 days" in page


def test_the_page_says_when_there_is_nothing(client, outsider, five):
    client.force_login(outsider)
    page = text_of(client.get(PAGE))
    assert "You own no key result" in page
    assert "Speed" not in page


def test_what_others_own_closed_planned_dropped_and_archived_is_not_on_the_page(client, lead, five, cycle):
    KeyResult.objects.filter(pk=five[0].pk).update(owner=UserFactory())
    KeyResult.objects.filter(pk=five[1].pk).update(dropped_at=NOW)
    KeyResult.objects.filter(pk=five[2].pk).update(archived_at=NOW)
    client.force_login(lead)
    page = text_of(client.get(PAGE))
    assert "2 key results are due" in page
    for state in (Cycle.State.CLOSED, Cycle.State.PLANNING):
        Cycle.objects.update(state=state)
        assert "You own no key result" in text_of(client.get(PAGE))


def test_a_viewer_checks_in_on_an_own_key_result(client, viewer, key_result):
    KeyResult.objects.update(owner=viewer)
    client.force_login(viewer)
    assert client.post(PAGE, entry(key_result, "4")).status_code == 302
    assert values_of(key_result) == [4]


def test_an_outsider_reads_but_does_not_check_in(client, outsider, five):
    client.force_login(outsider)
    response = client.post(PAGE, entry(five[0], "4"))
    assert response.status_code == 422
    assert "This key result is no longer yours to check in on." in text_of(response)
    address = f"/key-results/{five[0].code}/check-in/"
    assert client.get(address).status_code == 403
    assert client.post(address, entry(five[0], "4")).status_code == 403
    assert client.get(f"/check-ins/preview/{five[0].code}/").status_code == 403
    assert CheckIn.objects.count() == 5


def test_what_one_may_not_see_is_not_there(client, outsider, five):
    KeyResult.objects.update(visibility="restricted")
    client.force_login(outsider)
    response = client.post(PAGE, entry(five[0], "4"), follow=True)
    assert f"Not open to you any more: {five[0].code}." in text_of(response)
    assert "Speed" not in text_of(response)
    assert client.get(f"/key-results/{five[0].code}/check-in/").status_code == 404
    assert client.get(f"/check-ins/preview/{five[0].code}/").status_code == 404
    assert CheckIn.objects.count() == 5


def test_a_cycle_closed_meanwhile_keeps_the_row_and_its_input(client, lead, five):
    client.force_login(lead)
    sent = entry(five[0], "4", note="typed for nothing")
    Cycle.objects.update(state=Cycle.State.CLOSED)
    response = client.post(PAGE, sent)
    assert response.status_code == 422
    assert "2024 H2 is closed; its numbers are frozen." in text_of(response)
    assert "typed for nothing" in response.content.decode()
    assert CheckIn.objects.count() == 5


def test_visitors_are_sent_to_sign_in(client, five):
    for address in (PAGE, f"/key-results/{five[0].code}/check-in/", f"/check-ins/preview/{five[0].code}/"):
        for answer in (client.get(address), client.post(address, entry(five[0], "4"))):
            assert answer.status_code == 302
            assert answer.url.startswith("/sign-in/?next=")
    assert CheckIn.objects.count() == 5


@pytest.mark.parametrize("count", [1, 20])
def test_the_page_costs_the_same_for_one_row_and_for_twenty(
    client, lead, objective, django_assert_num_queries, count
):
    for number in range(count):
        for moment in ("due", "later", "done"):
            made = KeyResultFactory(objective=objective, owner=lead, title=f"{moment} {number}")
            for value in (1, 2, 3):
                check_in(made, value, on=dt.date(2024, 9, 8 + value))
            if moment != "due":
                check_in(made, 10 if moment == "done" else 4)
    client.force_login(lead)
    client.get(PAGE)
    with django_assert_num_queries(PAGE_QUERIES):
        client.get(PAGE)


# Session, person, owned key results, values of the due, the later and the done ones, cycles of the menu.
PAGE_QUERIES = 15


def test_trend_draws_the_correction_and_not_what_it_corrects(client, lead, key_result):
    check_in(key_result, 2, author=lead, on=dt.date(2024, 9, 2))
    wrong = check_in(key_result, 80, author=lead, on=dt.date(2024, 9, 16))
    check_in(key_result, 3, author=lead, on=dt.date(2024, 9, 16), corrects=wrong, reason="a typing error")
    client.force_login(lead)
    (row,) = client.get("/check-ins/").context["rows"]
    assert row.trend == [2, 3]
