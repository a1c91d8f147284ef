"""Rolling over by its pages: choose, look, carry out; once, whatever is pressed how often."""

import datetime as dt
import re
from decimal import Decimal

import pytest

from goals.models import Cycle, KeyResult, RolloverDecision
from goals.tests.factories import (
    DependencyFactory,
    InitiativeFactory,
    KeyResultFactory,
    RiskFactory,
    check_in,
)
from goals.tests.views.entries import text_of
from goals.views.cycle_rollover import ROWS_SHOWN

PAGE = "/cycles/24H2/roll-over/?into=25H1"
KR1, KR2 = "EDGE-24H2-O1-KR1", "EDGE-24H2-O1-KR2"


@pytest.fixture
def two(client, manager, key_result, objective, into):
    """Two unfinished key results of a closed cycle; the manager is signed in."""
    check_in(key_result, "4.6")
    KeyResultFactory(objective=objective)
    Cycle.objects.filter(key="24H2").update(state="closed")
    client.force_login(manager)
    return key_result


def sent(**rows):
    fields = {f"{KR1}-choice": "keep", f"{KR2}-choice": "keep"}
    return fields | {
        name.replace("KR1_", f"{KR1}-").replace("KR2_", f"{KR2}-"): text for name, text in rows.items()
    }


def preview(client, **rows):
    answer = client.post(PAGE, sent(**rows) | {"preview": "1"})
    assert answer.status_code == 200, text_of(answer)
    return answer, answer.context["report"].fingerprint


def test_the_cycle_to_plan_is_chosen_first(client, two):
    text = client.get("/cycles/24H2/roll-over/").content.decode()
    assert '<option value="25H1">' in text
    for unknown in ("24H2", "99H9", "%00", "x" * 200):
        assert client.get(f"/cycles/24H2/roll-over/?into={unknown}").status_code == 200


def test_what_is_unfinished_is_asked_about(client, two):
    text = text_of(client.get(PAGE))
    assert "4.6 tok/s" in text
    assert "KR2" in text


def test_the_plan_is_shown_and_then_carried_out(client, two, manager):
    rows = {"KR2_choice": "drop", "KR2_reason": "Another team has it."}
    answer, fingerprint = preview(client, **rows)
    text = text_of(answer)
    assert "1 key result goes on, 1 is dropped" in text
    assert "4.6 → 10 tok/s" in text
    assert not KeyResult.objects.filter(predecessor__isnull=False).exists()
    done = client.post(PAGE, sent(**rows) | {"carry_out": "1", "fingerprint": fingerprint})
    assert done["Location"] == "/cycles/25H1/"
    made = KeyResult.objects.get(predecessor=two)
    assert (made.start_value, made.history.get().history_user) == (Decimal("4.6"), manager)
    assert RolloverDecision.objects.get(choice="drop").reason == "Another team has it."


def test_carrying_out_twice_has_one_effect_and_says_so(client, two):
    _answer, fingerprint = preview(client)
    order = sent() | {"carry_out": "1", "fingerprint": fingerprint}
    for _press in range(2):
        assert client.post(PAGE, order)["Location"] == "/cycles/25H1/"
    assert KeyResult.objects.filter(predecessor__isnull=False).count() == 2
    assert "it was carried over before" in text_of(client.get("/cycles/25H1/"))


@pytest.mark.parametrize("fingerprint", ["", "0" * 32, "\0", "x" * 5000])
def test_nothing_is_carried_out_that_was_not_shown(client, two, fingerprint):
    answer = client.post(PAGE, sent() | {"carry_out": "1", "fingerprint": fingerprint})
    assert answer.status_code == 409
    assert "Something changed since this was shown" in text_of(answer)
    assert not RolloverDecision.objects.exists()


def test_a_value_that_moved_since_is_shown_once_more(client, two):
    Cycle.objects.filter(key="24H2").update(state="closing")
    _answer, fingerprint = preview(client)
    check_in(two, 7)
    answer = client.post(PAGE, sent() | {"carry_out": "1", "fingerprint": fingerprint})
    assert answer.status_code == 409
    assert "7 → 10 tok/s" in text_of(answer)
    again = answer.context["report"].fingerprint
    assert client.post(PAGE, sent() | {"carry_out": "1", "fingerprint": again}).status_code == 302
    assert KeyResult.objects.get(predecessor=two).start_value == 7


def test_decisions_can_be_changed_after_a_look(client, two):
    answer = client.post(PAGE, sent(KR1_choice="modify", KR1_title="Two phones") | {"edit": "1"})
    assert answer.status_code == 200
    assert 'value="Two phones"' in answer.content.decode()
    assert not RolloverDecision.objects.exists()


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ({"KR2_choice": "drop"}, "Say why EDGE-24H2-O1-KR2 is not carried over."),
        ({"KR1_choice": "modify"}, "Say what is modified"),
        ({"KR1_choice": "burn"}, "A key result is kept, modified or dropped."),
        ({"KR1_choice": "modify", "KR1_target_value": "NaN"}, "plain digits"),
        ({"KR1_choice": "modify", "KR1_target_value": "1e400"}, "plain digits"),
        ({"KR1_choice": "modify", "KR1_target_value": "4.6"}, "Start and target are the same"),
        ({"KR1_choice": "modify", "KR1_due_on": "2024-12-31"}, "This day lies outside 2025 H1."),
        ({"KR1_choice": "modify", "KR1_due_on": "soon"}, "year-month-day"),
        ({"KR1_choice": "modify", "KR1_title": "a\x07b"}, "cannot be stored"),
        ({"KR1_choice": "modify", "KR1_title": "x" * 201}, "at most 200 characters"),
        ({"KR1_choice": "modify", "KR1_title": "\0"}, "Null characters are not allowed."),
    ],
)
def test_what_does_not_hold_is_told_at_its_row(client, two, rows, sentence):
    answer = client.post(PAGE, sent(**rows) | {"preview": "1"})
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert not RolloverDecision.objects.exists()


def test_rows_of_elsewhere_are_passed_over(client, two):
    answer = client.post(PAGE, {"EDGE-99H9-O1-KR1-choice": "keep", "\0-choice": "keep", "preview": "1"})
    assert answer["Location"] == "/cycles/25H1/"


def test_a_target_that_closed_meanwhile_is_refused(client, two, into):
    _answer, fingerprint = preview(client)
    Cycle.objects.filter(pk=into.pk).update(state="closed")
    answer = client.post(PAGE, sent() | {"carry_out": "1", "fingerprint": fingerprint})
    assert answer.status_code == 422
    assert not RolloverDecision.objects.exists()


def test_both_pages_lead_to_each_other(client, two, outsider, objective):
    _answer, fingerprint = preview(client, KR2_choice="drop", KR2_reason="Not worth it.")
    rows = sent(KR2_choice="drop", KR2_reason="Not worth it.")
    client.post(PAGE, rows | {"carry_out": "1", "fingerprint": fingerprint})
    made = KeyResult.objects.get(predecessor=two)
    assert f'href="{made.get_absolute_url()}"' in client.get(two.get_absolute_url()).content.decode()
    assert f'href="{two.get_absolute_url()}"' in client.get(made.get_absolute_url()).content.decode()
    before, after = objective.get_absolute_url(), made.objective.get_absolute_url()
    assert f'href="{after}"' in client.get(before).content.decode()
    assert f'href="{before}"' in client.get(after).content.decode()
    text = text_of(client.get(f"/key-results/{KR2}/"))
    assert "Not carried over into 2025 H1: Not worth it." in text
    KeyResult.objects.filter(pk=made.pk).update(visibility="restricted")
    client.force_login(outsider)
    assert made.code not in client.get(two.get_absolute_url()).content.decode()


def fields_of(answer) -> dict[str, list[str]]:
    """What a browser would send of the page's form."""
    page = answer.content.decode()
    page = page[page.index('<form class="stack" method="post"') :]
    sent = {
        name: [""] for name in re.findall(r'<input(?=[^>]*type="(?:text|date)")[^>]*name="([^"]+)"', page)
    }
    sent |= {name: ["keep"] for name in re.findall(r'<select[^>]*name="([^"]+)"', page)}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page):
        sent.setdefault(name, []).append(value)
    return sent


def add_key_results(objective, count):
    """So many more, unfinished."""
    Cycle.objects.filter(key="24H2").update(state="closing")
    rows = [
        KeyResult(
            objective=objective,
            number=number,
            position=number,
            code=f"{objective.code}-KR{number}",
            title=f"Key result {number}",
            start_value=0,
            target_value=10,
            added_on=dt.date(2024, 7, 1),
        )
        for number in range(3, 3 + count)
    ]
    KeyResult.objects.bulk_create(rows)


@pytest.fixture
def many(two, objective, monkeypatch):
    """23 unfinished key results, of which a page shows 20, more than it shows with all their fields."""
    monkeypatch.setattr("goals.views.cycle_rollover.ROWS_SHOWN", 20)
    monkeypatch.setattr("goals.views.cycle_rollover.ROWS_WITH_DETAILS", 4)
    add_key_results(objective, 21)
    return two


def test_a_page_of_them_is_carried_out_in_one_pass_and_the_others_follow(client, many):
    sent = fields_of(client.get(PAGE))
    assert len([name for name in sent if name.endswith("-choice")]) == 20
    assert len(sent) < 30
    answer = client.post(PAGE, sent | {"preview": "1"})
    assert answer.status_code == 200
    assert "20 key results go on" in text_of(answer)
    done = client.post(PAGE, fields_of(answer) | {"carry_out": "1"})
    assert done["Location"] == PAGE
    assert KeyResult.objects.filter(predecessor__isnull=False).count() == 20
    text = text_of(client.get(PAGE))
    assert "KR23" in text
    assert "New title" in text


def test_those_beyond_are_on_the_next_page(client, many):
    first, second = client.get(PAGE), client.get(f"{PAGE}&page=2")
    assert 'href="?into=25H1&amp;page=2"' in first.content.decode()
    assert set(fields_of(second)) & set(fields_of(first)) == {"csrfmiddlewaretoken"} & set(fields_of(first))
    sent = fields_of(second) | {"preview": "1"}
    assert "3 key results go on" in text_of(client.post(f"{PAGE}&page=2", sent))
    for odd in ("0", "99", "x", "%00"):
        assert client.get(f"{PAGE}&page={odd}").status_code == 200


def test_of_many_only_what_is_not_kept_is_asked_for_more(client, many):
    sent = fields_of(client.get(PAGE)) | {f"{KR2}-choice": ["drop"], f"{KR1}-choice": ["modify"]}
    assert f"{KR2}-reason" not in sent
    answer = client.post(PAGE, sent | {"preview": "1"})
    assert answer.status_code == 422
    asked = fields_of(answer)
    assert f"{KR2}-reason" in asked
    assert f"{KR1}-target_value" in asked
    assert "EDGE-24H2-O1-KR3-reason" not in asked
    told = {f"{KR2}-choice": ["drop"], f"{KR2}-reason": ["Enough."]}
    told |= {f"{KR1}-choice": ["modify"], f"{KR1}-target_value": ["20"]}
    answer = client.post(PAGE, asked | told | {"preview": "1"})
    assert "19 key results go on, 1 is dropped" in text_of(answer)


@pytest.mark.only_on("sqlite")
def test_a_page_never_sends_more_fields_than_are_taken(client, two, objective, settings):
    add_key_results(objective, ROWS_SHOWN)
    sent = {name: ["modify"] for name in fields_of(client.get(PAGE)) if name.endswith("-choice")}
    assert len(sent) == ROWS_SHOWN
    answer = client.post(PAGE, sent | {"preview": "1"})
    assert answer.status_code == 422
    asked = fields_of(answer)
    assert 900 < sum(map(len, asked.values())) < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    assert "more follow once these are decided" in text_of(answer)
    assert client.post(PAGE, asked | {"preview": "1"}).status_code == 200


def test_what_came_since_follows_with_another_pass(client, two, objective, manager):
    _answer, fingerprint = preview(client)
    client.post(PAGE, sent() | {"carry_out": "1", "fingerprint": fingerprint})
    assert "Nothing is left to decide about" in text_of(client.get(PAGE))
    Cycle.objects.filter(key="24H2").update(state="closing")
    late = RiskFactory(objective=objective, title="Late")
    DependencyFactory(objective=objective, partner="ACME")
    InitiativeFactory(key_result=objective.key_results.get(number=1), title="Late too")
    text = text_of(client.get(PAGE))
    assert "1 initiative" in text
    assert "1 open risk" in text
    assert "1 need" in text
    answer = client.post(PAGE, {"preview": "1"})
    assert "1 risk comes along" in text_of(answer)
    assert "1 unfinished initiative comes along" in text_of(answer)
    assert not late.successors.exists()
    order = {"carry_out": "1", "fingerprint": answer.context["report"].fingerprint}
    for _press in range(2):
        assert client.post(PAGE, order)["Location"] == "/cycles/25H1/"
    assert late.successors.get().history.get().history_user == manager
    assert objective.successors.get().needs.get().partner == "ACME"
    text = text_of(client.get("/cycles/25H1/"))
    assert "3 risks, needs and initiatives follow" in text
