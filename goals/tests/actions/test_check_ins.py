"""Reporting about a key result: what is kept, what counts, what is refused."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest

from goals.actions.check_ins import record_check_in
from goals.actions.refusals import Archived, CycleClosed, CycleNotActive, Invalid, ReportedMeanwhile
from goals.actions.stored import differences
from goals.models import CheckIn, Cycle, KeyResult, Objective
from goals.tests.factories import NOW, TODAY, KeyResultFactory, check_in

AUGUST, SEPTEMBER = dt.date(2024, 8, 12), dt.date(2024, 9, 9)


def stored() -> list[tuple]:
    """Everything a check-in may move, to see that it did not."""
    return [
        *CheckIn.objects.order_by("pk").values_list(),
        *KeyResult.objects.order_by("pk").values_list(),
        *Objective.objects.order_by("pk").values_list(),
    ]


@pytest.fixture
def refused(key_result, lead):
    """Reports, sees it refused and nothing written; answers the refusal."""
    check_in(key_result, 3, author=lead, on=AUGUST)

    def attempt(value, kind=Invalid, of=key_result, **fields):
        before = stored()
        with pytest.raises(kind) as refusal:
            check_in(of, value, author=lead, **fields)
        assert stored() == before
        return refusal.value

    return attempt


def test_first_check_in_starts_the_chain(key_result, objective, lead):
    kept = check_in(key_result, 4, author=lead, note="Two of five phones.", confidence=7, blocker="No lab.")
    kept = CheckIn.objects.get(pk=kept.pk)
    assert (kept.sequence, kept.value, kept.previous_value) == (1, 4, None)
    assert (kept.start_value, kept.target_value, kept.completion) == (0, 10, Decimal("0.4"))
    assert (kept.effective_on, kept.created_at, kept.author) == (TODAY, NOW, lead)
    assert (kept.note, kept.blocker, kept.confidence) == ("Two of five phones.", "No lab.", 7)
    assert (key_result.current_value, key_result.completion, key_result.last_check_in) == (
        4,
        Decimal("0.4"),
        kept,
    )
    objective.refresh_from_db()
    assert objective.completion == Decimal("0.4")


def test_each_check_in_knows_the_one_before(key_result):
    kept = [check_in(key_result, value) for value in (4, 6, 5)]
    assert [row.sequence for row in kept] == [1, 2, 3]
    assert [row.previous_value for row in kept] == [None, 4, 6]
    assert (key_result.current_value, key_result.check_in_count) == (5, 3)


def test_back_dated_check_in_is_kept_and_moves_nothing(key_result):
    check_in(key_result, 5)
    late = check_in(key_result, 2, effective_on=SEPTEMBER)
    assert (late.sequence, late.previous_value) == (2, 5)
    assert (key_result.current_value, key_result.completion) == (5, Decimal("0.5"))
    assert (key_result.check_in_count, key_result.last_check_in.sequence) == (2, 1)


def test_of_two_check_ins_for_one_day_the_later_number_counts(key_result):
    check_in(key_result, 5)
    check_in(key_result, 4)
    assert (key_result.current_value, key_result.last_check_in.sequence) == (4, 2)


def test_a_day_in_the_future_or_before_the_cycle_is_refused(refused):
    assert refused(5, effective_on=TODAY + dt.timedelta(days=1)).errors == {
        "effective_on": ["A check-in lies on today or before."]
    }
    assert refused(5, effective_on=dt.date(2024, 6, 30)).errors == {
        "effective_on": ["A check-in lies in its cycle, which begins on 2024-07-01."]
    }


def test_no_change_repeats_the_value_and_says_so(key_result):
    check_in(key_result, 5, on=AUGUST)
    same = check_in(key_result, None)
    assert (same.value, same.previous_value, same.is_no_change) == (5, 5, True)
    assert not CheckIn.objects.get(sequence=1).is_no_change


def test_no_change_as_of_an_earlier_day_is_the_value_of_that_day(key_result):
    check_in(key_result, 3, on=AUGUST)
    check_in(key_result, 8)
    assert check_in(key_result, None, effective_on=SEPTEMBER).value == 3
    assert key_result.current_value == 8


def test_no_change_of_nothing_is_refused(refused, objective):
    sentence = ["There is no value yet that could stay as it is; enter one."]
    assert refused(None, of=KeyResultFactory(objective=objective)).errors == {"value": sentence}
    assert refused(None, effective_on=dt.date(2024, 7, 3)).errors == {"value": sentence}


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("NaN", "“NaN” value must be a decimal number."),
        ("sNaN", "“sNaN” value must be a decimal number."),
        ("Infinity", "“Infinity” value must be a decimal number."),
        ("-Infinity", "“-Infinity” value must be a decimal number."),
        ("1e400", "Ensure that there are no more than 20 digits in total."),
        ("100000000000000", "Ensure that there are no more than 14 digits before the decimal point."),
        ("0.0000001", "Ensure that there are no more than 6 decimal places."),
    ],
)
def test_what_is_no_value_is_refused(refused, value, sentence):
    assert sentence in refused(Decimal(value)).errors["value"][0]


def test_the_largest_and_the_finest_value_are_kept_to_the_digit(key_result):
    for text in ("99999999999999.999999", "-99999999999999.999999", "0.000001"):
        check_in(key_result, text)
        assert key_result.current_value == Decimal(text)
        assert CheckIn.objects.newest_first().first().value == Decimal(text)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("status", "fine", "Value 'fine' is not a valid choice."),
        ("source", "rumour", "Value 'rumour' is not a valid choice."),
        ("confidence", 11, "Ensure this value is less than or equal to 10."),
        ("confidence", -1, "Ensure this value is greater than or equal to 0."),
        ("note", "a\x00b", "This text holds characters that cannot be stored."),
        ("blocker", "a\ud800b", "This text holds characters that cannot be stored."),
        ("note", "x" * 10_001, "Ensure this value has at most 10000 characters (it has 10001)."),
        ("evidence_url", "javascript:alert(1)", "Enter a valid URL."),
        ("evidence_url", "https://example.org/\x00", "This text holds characters that cannot be stored."),
    ],
)
def test_a_field_that_does_not_hold_what_it_should_is_refused(refused, field, value, sentence):
    assert refused(5, **{field: value}).errors == {field: [sentence]}


def test_milestone_is_done_or_not(refused, objective):
    milestone = KeyResultFactory(objective=objective, milestone=True)
    assert refused(Decimal("0.5"), of=milestone).errors == {
        "value": ["A milestone is done (1) or not done (0)."]
    }
    refused(2, of=milestone)
    check_in(milestone, 0)
    assert milestone.completion == 0
    check_in(milestone, 1)
    assert milestone.completion == 1


def test_guardrail_has_a_value_and_no_completion(key_result, objective):
    guardrail = KeyResultFactory(objective=objective, guardrail=True)
    kept = check_in(guardrail, "12.9")
    assert (kept.completion, kept.upper_bound) == (None, Decimal("12.85"))
    assert (guardrail.current_value, guardrail.completion) == (Decimal("12.9"), None)
    objective.refresh_from_db()
    assert objective.completion == 0  # of the key result beside it


def test_check_in_keeps_the_definition_it_was_made_under(key_result):
    kept = check_in(key_result, 5)
    KeyResult.objects.filter(pk=key_result.pk).update(target_value=20)
    later = check_in(key_result, 5)
    assert CheckIn.objects.get(pk=kept.pk).completion == Decimal("0.5")
    assert (later.target_value, later.completion) == (20, Decimal("0.25"))


@pytest.mark.parametrize(("state", "refusal"), [("planning", CycleNotActive), ("closed", CycleClosed)])
def test_check_ins_are_made_in_a_cycle_that_runs(refused, cycle, state, refusal):
    Cycle.objects.filter(pk=cycle.pk).update(state=state)
    assert refused(5, refusal).code in ("cycle_not_active", "cycle_closed")


def test_last_check_ins_are_made_while_the_cycle_closes(key_result, cycle):
    Cycle.objects.filter(pk=cycle.pk).update(state="closing")
    check_in(key_result, 9, on=dt.date(2025, 1, 7))
    assert key_result.current_value == 9


@pytest.mark.parametrize("field", ["archived_at", "dropped_at"])
def test_nobody_reports_about_what_is_out_of_the_plan(refused, key_result, objective, field):
    type(key_result).objects.filter(pk=key_result.pk).update(**{field: NOW})
    assert refused(5, Archived).sentence == f"{key_result.code} is archived or dropped; restore it first."
    type(key_result).objects.filter(pk=key_result.pk).update(**{field: None})
    Objective.objects.filter(pk=objective.pk).update(**{field: NOW})
    refused(5, Archived)


def test_a_form_sent_twice_is_one_check_in(key_result, lead):
    form_id = uuid.UUID(int=24)
    first = check_in(key_result, 5, author=lead, form_id=form_id)
    assert check_in(key_result, 6, author=lead, form_id=form_id) == first
    assert (CheckIn.objects.count(), key_result.current_value) == (1, 5)


def test_a_form_sent_again_after_the_cycle_closed_still_answers_what_was_kept(key_result, lead, cycle):
    form_id = uuid.UUID(int=24)
    first = check_in(key_result, 5, author=lead, form_id=form_id)
    Cycle.objects.filter(pk=cycle.pk).update(state="closed")
    assert check_in(key_result, 5, author=lead, form_id=form_id) == first


def test_the_form_of_another_person_or_key_result_is_refused(refused, key_result, contributor, objective):
    form_id = uuid.UUID(int=24)
    check_in(key_result, 5, author=contributor, form_id=form_id)
    sentence = "This form was used for another check-in; open it anew."
    assert refused(6, form_id=form_id).sentence == sentence
    assert refused(6, of=KeyResultFactory(objective=objective), form_id=form_id).sentence == sentence


def test_a_check_in_that_arrived_meanwhile_is_shown_before_one_is_kept(refused, key_result, contributor):
    check_in(key_result, 5, author=contributor)
    refusal = refused(6, ReportedMeanwhile, seen_count=1)
    assert refusal.sentence == "Con Tributor reported 5 tok/s on 14 Oct meanwhile; save again to keep both."
    assert check_in(key_result, 6, seen_count=2).previous_value == 5


def test_reported_as_text_or_whole_number_it_is_the_same_decimal(key_result, lead):
    for value in (7, "7.0"):
        kept = record_check_in(
            key_result, author=lead, now=NOW, today=TODAY, value=value, status="behind", source="command"
        )
        assert kept.completion == Decimal("0.7")
    assert differences(KeyResult.objects.all(), Objective.objects.all()) == []
