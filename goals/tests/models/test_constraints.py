"""Every rule of the models: the sentence people see, and the refusal of the database behind it."""

from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction

from goals.tests.models.constraint_cases import CASES, Case

OUR_APPS = ("accounts", "areas", "goals")


def our_models() -> list[type[models.Model]]:
    return [model for app in OUR_APPS for model in apps.get_app_config(app).get_models()]


def named_constraints() -> dict[str, models.BaseConstraint]:
    return {constraint.name: constraint for model in our_models() for constraint in model._meta.constraints}


def breaching(case: Case) -> tuple[models.Model, dict[str, Any]]:
    """A row that breaches the constraint, not saved, and the fields in which it does."""
    row = case.make()
    changes = dict(case.changes(row) if callable(case.changes) else case.changes)
    if case.copy:
        fields = [field for field in row._meta.concrete_fields if not field.primary_key]
        row = type(row)(**{field.attname: getattr(row, field.attname) for field in fields})
    for name, value in changes.items():
        setattr(row, name, value)
    return row, changes


def test_every_constraint_has_a_sentence_and_a_breach():
    named = named_constraints()
    silent = [
        name
        for name, constraint in named.items()
        if constraint.violation_error_message == constraint.default_violation_error_message
    ]
    assert silent == []
    assert {case.constraint for case in CASES} == set(named)
    assert len(named) > 50


def test_every_unique_rule_of_two_fields_is_named():
    assert [model for model in our_models() if model._meta.unique_together] == []


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_breach_is_told_in_one_sentence(case):
    row, changes = breaching(case)
    with pytest.raises(ValidationError) as refused:
        row.validate_constraints()
    also = [named_constraints()[name].violation_error_message for name in case.also]
    assert sorted(refused.value.messages) == sorted([case.sentence, *also])
    # A form judges the fields first; what they refuse already is not said twice.
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    blamed = {name.removesuffix("_id") for name in changes}
    assert refused.value.messages == [case.sentence] or set(refused.value.message_dict) <= blamed


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_database_itself_refuses_a_breach(case):
    row, changes = breaching(case)
    rows = type(row)._base_manager
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        if case.copy:
            rows.bulk_create([row])
        else:
            rows.filter(pk=row.pk).update(**changes)
    # SQLite names the columns of a unique rule instead.
    if connection.vendor == "postgresql" or not case.copy:
        assert any(name in str(refused.value) for name in (case.constraint, *case.also))
