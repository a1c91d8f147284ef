"""Values keep every digit on both databases, and compare as numbers."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db.models import F, FloatField
from django.db.models.functions import Cast

from goals.models import KeyResult
from goals.models.fields import value_field
from goals.tests.factories import KeyResultFactory

LARGEST = Decimal("99999999999999.999999")


def keep(row: KeyResult, value) -> KeyResult:
    KeyResult.objects.filter(pk=row.pk).update(current_value=value)
    return KeyResult.objects.get(pk=row.pk)


@pytest.mark.parametrize(
    "text",
    ["99999999999999.999999", "-99999999999999.999999", "0.000001", "12345678901234.567891", "0.1", "1E+3"],
)
def test_every_digit_comes_back(key_result, text):
    assert keep(key_result, Decimal(text)).current_value == Decimal(text)
    assert KeyResult.objects.get(current_value=Decimal(text)) == key_result
    assert KeyResult.objects.get(current_value__in=[Decimal(text)]) == key_result


def test_neighbours_at_the_last_digit_are_two_numbers(key_result):
    keep(key_result, LARGEST)
    assert not KeyResult.objects.filter(current_value=LARGEST - Decimal("0.000001")).exists()


def test_nothing_stays_nothing(key_result):
    assert keep(key_result, None).current_value is None
    assert KeyResult.objects.get(current_value__isnull=True) == key_result


@pytest.mark.parametrize("written", ["5", "5.0", "5.000000", "0.5E+1"])
def test_one_number_is_found_however_it_is_written(key_result, written):
    keep(key_result, Decimal(written))
    assert KeyResult.objects.get(current_value=Decimal("5.00")) == key_result
    # In the database too: target 10 and start 0 are compared there.
    KeyResult.objects.filter(pk=key_result.pk).update(target_value=Decimal("5.0"))
    assert KeyResult.objects.get(current_value=F("target_value")) == key_result


def test_zero_has_no_sign(key_result):
    assert str(keep(key_result, Decimal("-0.0")).current_value) == "0.000000"
    assert KeyResult.objects.get(current_value=0) == key_result


def test_values_compare_and_sort_as_numbers(objective):
    rows = [
        keep(KeyResultFactory(objective=objective), Decimal(text))
        for text in ("9", "-10", "100", "-9", "0.5")
    ]
    nine, minus_ten, hundred, minus_nine, half = rows
    of_value = KeyResult.objects.order_by(Cast("current_value", FloatField()))
    assert list(of_value) == [minus_ten, minus_nine, half, nine, hundred]
    assert list(of_value.filter(current_value__gt=9)) == [hundred]
    assert list(of_value.filter(current_value__gte=9)) == [nine, hundred]
    assert list(of_value.filter(current_value__lt=Decimal("-9"))) == [minus_ten]
    assert list(of_value.filter(current_value__lte="0.5")) == [minus_ten, minus_nine, half]
    assert list(of_value.exclude(current_value__lt=F("target_value"))) == [hundred]


@pytest.mark.parametrize(
    "value", ["NaN", "sNaN", "Infinity", "-Infinity", "1e400", "ten", "１２", float("inf")]
)
def test_what_is_no_finite_number_is_refused(value):
    # Full-width digits are digits to Python; people's input is judged by goals.values before it comes here.
    field = value_field("value")
    field.set_attributes_from_name("value")
    if value == "１２":
        assert field.clean(value, None) == 12
        return
    with pytest.raises(ValidationError):
        field.clean(value, None)
