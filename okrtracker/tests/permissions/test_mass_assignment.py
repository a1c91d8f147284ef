"""A form changes what it is for: any other field of any model, sent along with it, changes nothing."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.urls import reverse
from django.utils import timezone

from okrtracker.tests.permissions.requests import FORMS, address, form_of
from okrtracker.tests.permissions.rules import RULES
from okrtracker.tests.permissions.world import PERSON, tables_written, taken_back

pytestmark = pytest.mark.django_db

SMUGGLED = "smuggled"
MODELS = [
    model for room in ("accounts", "areas", "goals") for model in apps.get_app_config(room).get_models()
]
SOURCES = [model for model in MODELS if not model.__name__.startswith("Historical")]
# Made by chance, so different each time; what is smuggled into them shows all the same.
BY_CHANCE = {"digest", "prefix", "password", "nonce", "message_id", "form_id"}
TOKEN = re.compile(r"okr_[\w-]{6}…")
SERIAL = {"id", "history_id"}
MORE_NAMES = (
    "pk",
    "is_staff",
    "is_superuser",
    "groups",
    "user_permissions",
    "key_result",
    "by",
    "today",
    "now",
)

WRITES = sorted(name for name, rule in RULES.items() if "POST" in rule.cells and rule.writes_to)
PAGES = [name for name in WRITES if not RULES[name].is_for_programs]
PROGRAMS = [name for name in WRITES if RULES[name].is_for_programs]
OUTSIDE_PAGES = {"accounts:invitation", "account_reset_password"}
ADMIN_FORM = {
    "email": "in.vited@example.org",
    "name": "A New Name",
    "time_zone": "UTC",
    "language": "en",
    "reminder_weekday": "0",
    "reminder_hour": "9",
}


def actor_of(name: str) -> str:
    if name in OUTSIDE_PAGES:
        return "visitor"
    return "administrator" if name.startswith("people:") else "lead"


def other_value(field: Any) -> Any:
    """What would be a change if the form took it."""
    if field.choices:
        return str([value for value, _label in field.flatchoices][-1])
    if field.remote_field:
        other = field.remote_field.model._default_manager.order_by("-pk").first()
        return str(other.pk if other else 1)
    if isinstance(field, models.BooleanField):
        return "on"
    if isinstance(field, models.DateTimeField):
        return "2001-02-03T04:05:06Z"
    if isinstance(field, models.DateField):
        return "2024-08-08"
    if isinstance(field, (models.IntegerField, models.DecimalField, models.AutoField)):
        return "7"
    return SMUGGLED


def fields_of(model: type[models.Model]) -> dict[str, Any]:
    names: dict[str, Any] = dict.fromkeys(MORE_NAMES, "7")
    for field in model._meta.concrete_fields:
        names[field.name] = names[field.attname] = other_value(field)
    return names


def batches() -> list[dict[str, Any]]:
    """The fields of all models in as few requests as take every value: a name has one value in each."""
    found: list[dict[str, Any]] = []
    for model in SOURCES:
        fields = fields_of(model)
        fits = (
            batch for batch in found if all(batch.get(name, fields[name]) == fields[name] for name in fields)
        )
        batch = next(fits, None)
        if batch is None:
            found.append(fields)
        else:
            batch.update(fields)
    return found


def rows() -> dict[tuple[str, Any], dict[str, Any]]:
    """Every row of the product, by table and key."""
    return {
        (model._meta.db_table, row[model._meta.pk.attname]): row
        for model in MODELS
        for row in model._base_manager.values()
    }


def changes(before: dict, after: dict, *, now: dt.datetime) -> Counter:
    """What is different, in words that do not depend on serial numbers, moments and chance."""
    new = {key for key in after if key not in before}
    found: Counter = Counter()
    found.update(("gone", *key) for key in before if key not in after)
    for key, row in after.items():
        old = before.get(key)
        table = key[0] if old is None else f"{key[0]} {key[1]}"
        told = {
            name: in_words(key[0], name, value, new, now=now)
            for name, value in row.items()
            if old is None or old[name] != value
        }
        if told:
            found[table, tuple(sorted(told.items()))] += 1
    return found


def in_words(table: str, name: str, value: Any, new: set, *, now: dt.datetime) -> str:
    if isinstance(value, dt.datetime):
        return f"{round((value - now).total_seconds() / 3600)} hours from now"
    if name in SERIAL or (name.endswith("_id") and any(value == key for _table, key in new)):
        return "serial"
    if name == "changes":
        return str(sorted(value))
    if name in BY_CHANCE and SMUGGLED not in str(value):
        return "by chance"
    return TOKEN.sub("a token", str(value))


def effect(world, actor: str, path: str, form: dict[str, Any], *, before: dict) -> Counter:
    """What a POST changes; it never happened afterwards."""
    with taken_back():
        world.ask(actor, "POST", path, form)
        return changes(before, rows(), now=timezone.now())


@pytest.mark.parametrize("name", [*PAGES, "admin"])
def test_a_page_takes_the_fields_of_its_form_alone(world, name):
    if name == "admin":
        actor, path = "administrator", reverse("admin:accounts_user_change", args=(PERSON,))
        form = ADMIN_FORM
    else:
        actor, path, form = actor_of(name), address(name), form_of(name, "own")
    before = rows()
    intended = effect(world, actor, path, form, before=before)
    assert intended
    # A form with a prefix could take fields with the same prefix.
    prefixes = {"", *(field.rpartition("-")[0] + "-" for field in form if "-" in field)}
    for batch in batches():
        smuggled = {prefix + field: value for prefix in prefixes for field, value in batch.items()}
        smuggled = {field: value for field, value in smuggled.items() if field not in known(name, form)}
        assert effect(world, actor, path, smuggled | form, before=before) == intended


def known(name: str, form: dict[str, Any]) -> set[str]:
    """The fields of the form itself, also those that were left empty."""
    optional = {
        "goals:check_in_create": {"confidence", "note", "blocker", "evidence_url", "effective_on", "form_id"},
        "accounts:preferences": {"reminders_enabled"},
        "accounts:token_list": {"area"},
        "people:person_add": {"area"},
        "admin": {"reminders_enabled"},
    }.get(name, set())
    prefixes = {field.rpartition("-")[0] + "-" for field in form if "-" in field}
    return set(form) | optional | {prefix + field for prefix in prefixes for field in optional}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_is_told_that_a_field_is_not_known(world, name):
    every = {field: value for batch in batches() for field, value in batch.items()}
    for field in every.keys() - REPORT_FIELDS[name]:
        with taken_back(), tables_written() as written:
            response = world.ask("lead", "POST", address(name), FORMS[name] | {field: every[field]})
        assert response.status_code == 400, field
        assert response.json()["errors"][0]["code"] == "unknown", field
        assert not written, field


# What a program may say, as docs/api.md lists it; everything else is refused.
REPORT_FIELDS = {
    "api:key-result-check-ins": {
        "value",
        "status",
        "confidence",
        "note",
        "blocker",
        "evidence_url",
        "effective_on",
        "corrects",
        "reason",
    }
}


def test_every_write_of_a_program_is_told_about():
    assert set(PROGRAMS) == set(REPORT_FIELDS)
