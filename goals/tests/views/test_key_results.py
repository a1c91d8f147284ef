"""The page of a key result: its course, its definition, every check-in."""

import datetime as dt
import re
from decimal import Decimal

import pytest

from goals.actions.key_results import change_key_result
from goals.models import CheckIn, KeyResult
from goals.tests.factories import NOW, KeyResultFactory, check_in

ADDRESS = "/key-results/EDGE-24H2-O1-KR1/"


def test_visitor_is_sent_to_sign_in(client, key_result):
    assert client.get(ADDRESS)["Location"].startswith("/sign-in/")


def test_shows_value_expectation_and_reason(page, outsider, reported):
    text = page(ADDRESS, user=outsider)
    assert "<strong>3 tok/s</strong>" in text
    assert "5.7 tok/s" in text
    assert "57\u202f% expected, 30\u202f% reached: 27 points behind" in text


def test_check_in_shows_note_author_status_and_day(page, outsider, reported):
    text = page(ADDRESS, user=outsider)
    assert "<strong>merged</strong>" in text
    assert "Lea Lead" in text
    assert "14 Oct 2024" in text
    assert "on track" in text


def test_blocker_and_evidence_are_shown(page, lead, key_result):
    check_in(key_result, 3, blocker="No device", evidence_url="https://example.org/run")
    text = page(ADDRESS, user=lead)
    assert "No device" in text
    assert 'href="https://example.org/run" rel="nofollow noopener noreferrer"' in text


def test_correction_and_what_it_corrects_point_at_each_other(page, lead, key_result):
    wrong = check_in(key_result, 8)
    check_in(key_result, 3, corrects=wrong, reason="a typing error")
    text = page(ADDRESS, user=lead)
    assert 'corrects <a href="#check-in-1">#1</a>: “a typing error”' in text
    assert 'corrected by <a href="#check-in-2">#2</a>' in text


def test_chart_draws_the_correction_and_not_what_it_corrects(client, lead, key_result):
    wrong = check_in(key_result, 8)
    check_in(key_result, 3, corrects=wrong, reason="a typing error")
    client.force_login(lead)
    (label,) = [
        label for label in client.get(ADDRESS).context["chart"].drawing.labels if label.kind == "actual"
    ]
    assert label.text == "3"


def test_chart_has_its_table_of_values_newest_first(page, lead, key_result):
    check_in(key_result, 2, on=dt.date(2024, 8, 1))
    check_in(key_result, 3)
    text = page(ADDRESS, user=lead)
    table = text[
        text.index("These figures as a table") : text.index("</details>", text.index("These figures"))
    ]
    cells = [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td.*?</td>", table)]
    assert cells == ["14 Oct 2024", "3 tok/s", "5.7 tok/s", "1 Aug 2024", "2 tok/s", "1.7 tok/s"]


def test_page_stands_before_the_first_check_in(page, lead, key_result):
    text = page(ADDRESS, user=lead)
    assert "No check-in yet" in text
    assert "These figures as a table" not in text


def test_start_is_not_drawn_as_a_reported_value(client, lead, key_result):
    client.force_login(lead)
    drawing = client.get(ADDRESS).context["chart"].drawing
    assert drawing.dots == []
    assert drawing.text == "No values yet."
    check_in(key_result, 3)
    drawing = client.get(ADDRESS).context["chart"].drawing
    assert len(drawing.dots) == 1
    assert drawing.text == "The last value is 3 on 14 Oct 2024."


def test_changed_target_is_told_with_reason_and_marked(page, lead, reported):
    change_key_result(reported, by=lead, now=NOW, reason="Beta adds reach", target_value=Decimal(12))
    text = page(ADDRESS, user=lead)
    assert "10 → 12" in text
    assert "“Beta adds reach”" in text
    assert "chart__mark" in text


def test_three_check_ins_give_a_forecast(page, lead, key_result):
    for week, value in enumerate((1, 2, 3)):
        check_in(key_result, value, on=dt.date(2024, 9, 30) + dt.timedelta(days=7 * week))
    text = page(ADDRESS, user=lead)
    assert "forecast 14" in text


def test_two_check_ins_give_none(page, lead, key_result):
    for week, value in enumerate((1, 2)):
        check_in(key_result, value, on=dt.date(2024, 10, 7) + dt.timedelta(days=7 * week))
    assert "chart__line--forecast" not in page(ADDRESS, user=lead)


def test_silent_key_result_says_so_over_its_pace(page, lead, key_result):
    check_in(key_result, 6, on=dt.date(2024, 9, 9))
    text = page(ADDRESS, user=lead)
    assert "badge--stale" in text
    assert "no check-in for 35 days" in text


def test_without_a_target_there_is_a_dash_and_no_bar(page, lead, objective):
    KeyResultFactory(objective=objective, owner=lead, target_value=None)
    text = page(ADDRESS, user=lead)
    assert "nothing to measure yet" in text
    assert "No check-in yet" in text


def test_the_furthest_mark_is_named_and_each_has_its_line(client, page, lead, objective):
    row = KeyResultFactory(objective=objective, owner=lead, commit_value=7, stretch_value=12)
    assert "no mark reached yet" in page(row.get_absolute_url(), user=lead)
    for value, words in ((7, "commit reached"), (11, "target reached"), (12, "stretch reached")):
        check_in(row, value)
        assert words in page(row.get_absolute_url())
        assert words in page(objective.get_absolute_url())
    chart = client.get(row.get_absolute_url()).context["chart"].drawing
    kinds = [line.kind for line in chart.lines]
    assert kinds[:3] == ["commit", "target", "stretch"]
    text = page(row.get_absolute_url())
    assert "key--commit" in text
    assert "key--stretch" in text


def test_a_target_alone_is_not_named_twice(page, lead, reported):
    assert "no mark reached yet" not in page(reported.get_absolute_url(), user=lead)


def test_milestone_speaks_of_done(page, lead, objective):
    check_in(KeyResultFactory(objective=objective, owner=lead, milestone=True), 1)
    assert "<strong>done</strong>" in page(ADDRESS, user=lead)


@pytest.mark.parametrize(("bound", "kept"), [("12.85", "Kept"), ("2", "Violated")])
def test_guardrail_is_kept_or_violated(page, lead, objective, bound, kept):
    made = KeyResultFactory(objective=objective, owner=lead, guardrail=True, upper_bound=Decimal(bound))
    check_in(made, 3)
    assert kept in page(ADDRESS, user=lead)


def test_only_who_may_check_in_is_offered_it(page, lead, outsider, reported):
    assert "/check-in/" in page(ADDRESS, user=lead)
    assert "/check-in/" not in page(ADDRESS, user=outsider)


def test_restricted_key_result_is_not_found_for_an_outsider(status, outsider, viewer, key_result):
    KeyResult.objects.update(visibility=KeyResult.Visibility.RESTRICTED)
    assert status(ADDRESS, user=outsider) == 404
    assert status(ADDRESS, user=viewer) == 200


def test_unknown_and_archived_are_not_found(status, lead, key_result):
    assert status("/key-results/EDGE-24H2-O1-KR9/", user=lead) == 404
    KeyResult.objects.update(archived_at=NOW)
    assert status(ADDRESS) == 404


@pytest.mark.parametrize("number", [1, 20])
def test_queries_do_not_grow_with_the_check_ins(client, lead, key_result, django_assert_num_queries, number):
    for index in range(number):
        check_in(key_result, index)
    client.force_login(lead)
    client.get(ADDRESS)
    with django_assert_num_queries(18):
        client.get(ADDRESS)


def test_long_list_of_check_ins_has_pages(page, lead, key_result):
    for index in range(52):
        check_in(key_result, index)
    assert CheckIn.objects.count() == 52
    first = page(ADDRESS, user=lead)
    assert "Page 1 of 2" in first
    assert 'id="check-in-52"' in first
    assert 'id="check-in-1"' in page(f"{ADDRESS}?page=2")
    assert "Page 2 of 2" in page(f"{ADDRESS}?page=99")
    assert "Page 1 of 2" in page(f"{ADDRESS}?page=nonsense")
