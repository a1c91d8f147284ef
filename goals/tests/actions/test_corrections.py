"""A correction is a new check-in that stands in the place of another."""

import datetime as dt
from decimal import Decimal

import pytest

from goals.actions.refusals import Invalid
from goals.models import CheckIn
from goals.tests.factories import TODAY, KeyResultFactory, check_in

AUGUST = dt.date(2024, 8, 12)


@pytest.fixture
def first(key_result):
    """3 tok/s, as of 12 August."""
    return check_in(key_result, 3, on=AUGUST)


def correct(check_in_to_correct, value, **fields):
    return check_in(
        fields.pop("of", check_in_to_correct.key_result),
        value,
        **{"corrects": check_in_to_correct, "reason": "Read off the wrong line."} | fields,
    )


def test_correction_stands_on_the_day_it_corrects(key_result, first):
    right = correct(first, 4)
    assert (right.sequence, right.effective_on, right.corrects, right.reason) == (
        2,
        AUGUST,
        first,
        "Read off the wrong line.",
    )
    assert CheckIn.objects.get(pk=first.pk).value == 3
    key_result.refresh_from_db()
    assert (key_result.current_value, key_result.completion) == (4, Decimal("0.4"))


def test_correction_of_an_earlier_day_leaves_the_current_value(key_result, first):
    check_in(key_result, 8)
    correct(first, 4)
    key_result.refresh_from_db()
    assert (key_result.current_value, key_result.last_check_in.sequence) == (8, 2)


def test_a_correction_may_be_corrected(key_result, first):
    second = correct(first, 4)
    correct(second, 5)
    key_result.refresh_from_db()
    assert key_result.current_value == 5
    assert list(first.corrections.all()) == [second]


@pytest.mark.parametrize("reason", ["", "  \n "])
def test_correction_without_a_reason_is_refused(first, reason):
    with pytest.raises(Invalid) as refusal:
        correct(first, 4, reason=reason)
    assert refusal.value.errors == {"reason": ["Say why the check-in is corrected."]}
    assert CheckIn.objects.count() == 1


def test_correction_has_no_other_day(first):
    with pytest.raises(Invalid) as refusal:
        correct(first, 4, effective_on=TODAY)
    assert refusal.value.errors == {
        "effective_on": ["A correction is as of the day it corrects, 2024-08-12."]
    }
    assert correct(first, 4, effective_on=AUGUST).effective_on == AUGUST


def test_correction_gives_a_value(first):
    with pytest.raises(Invalid) as refusal:
        correct(first, None)
    assert refusal.value.errors == {"value": ["A correction gives the right value."]}


def test_check_in_of_another_key_result_is_not_corrected(first, objective):
    other = KeyResultFactory(objective=objective)
    with pytest.raises(Invalid) as refusal:
        correct(first, 4, of=other)
    assert refusal.value.errors == {"corrects": ["The check-in to correct belongs to another key result."]}
    assert CheckIn.objects.count() == 1
