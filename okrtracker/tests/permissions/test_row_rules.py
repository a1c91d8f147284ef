"""Each rule about people finds the rows of the table in row_rules.py, for each person, and no others."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.models import ApiToken, User
from areas.models import Area
from goals.models import KeyResult, Objective, Risk, Roadmap
from goals.tests.factories import MovedCodeFactory
from okrtracker.tests.permissions.row_rules import (
    CASES,
    EVERYBODY,
    FOR_SOMEBODY_SIGNED_IN,
    NAMED_RULES,
    RULES,
    absent,
    change,
    place,
    rows,
)
from okrtracker.tests.permissions.world import World, taken_back

pytestmark = [pytest.mark.django_db]


def rules() -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """Every QuerySet method that takes a person and nothing else but the day, with a way to ask it."""
    for model in apps.get_models():
        if model.__module__.partition(".")[0] not in {"accounts", "areas", "goals"}:
            continue
        for name, method in inspect.getmembers(type(model._default_manager.all()), inspect.isfunction):
            takes = list(inspect.signature(method).parameters)
            if takes[1:] in (["user"], ["person"], ["user", "today"], ["person", "today"]):
                on = {"today": timezone.localdate()} if "today" in takes else {}
                yield f"{model.__name__}.{name}", partial(getattr(model._default_manager, name), **on)


def test_every_rule_is_in_a_table():
    assert {name for name, _ask in rules()} == set(RULES) | set(NAMED_RULES)


@pytest.fixture(scope="module")
def told(world) -> World:
    """The world, in which every objective had another code before."""
    for letter in "oxr":
        for objective in rows(Objective, letter):
            MovedCodeFactory(
                objective=objective, former_roadmap=objective.roadmap, code=f"GONE-{objective.code}"
            )
    return world


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.told)
def test_each_rule_finds_these_rows_and_no_others(told, case):
    with taken_back():
        case.arrange(told)
        for rule, ask in rules():
            if rule not in RULES or not case.concerns(rule):
                continue
            for person in EVERYBODY:
                usual = next((set(letters) for letters, who in RULES[rule].items() if person in who), set())
                found = {place(row) for row in ask(told.person(person))}
                assert found == usual ^ case.changes(rule, person), (rule, person)


def test_rules_about_people_areas_and_tokens(told):
    for rule, ask in rules():
        for person in EVERYBODY if rule in NAMED_RULES else ():
            found = {str(getattr(row, "owner", getattr(row, "key", row))) for row in ask(told.person(person))}
            expected = next((names for names, who in NAMED_RULES[rule].items() if person in who), "")
            everybody = {
                "everybody": set(map(str, User.objects.all())),
                "everybody's": {str(row.owner) for row in ApiToken.objects.filter(revoked_at=None)},
                "their own": {str(told.person(person))},
            }
            assert found == everybody.get(expected, set(expected.split())), (rule, person)


def test_who_has_not_signed_in_finds_nothing_by_any_rule(told):
    for rule, ask in rules():
        if rule not in FOR_SOMEBODY_SIGNED_IN:
            assert not ask(AnonymousUser()).exists(), rule


def test_who_was_deactivated_keeps_no_right_that_an_office_gave(told):
    left = User.objects.get(pk=told.person("deactivated").pk)
    for rule in ("User.listed_for", "User.manageable_by"):
        assert not dict(rules())[rule](left).exists(), rule


def test_a_stand_in_owes_what_they_see_of_who_is_away(told):
    """Of `of no area`: the open key result of who is away, and no hidden one that is theirs too."""
    today = timezone.localdate()
    with taken_back():
        rows(KeyResult, "r").update(owner=told.person("owner"))
        assert not KeyResult.objects.answered_for_by(told.person("of no area"), today).exists()
        absent(told)
        owed = KeyResult.objects.answered_for_by(told.person("of no area"), today)
        assert {place(row) for row in owed} == {"o"}
        owed = KeyResult.objects.answered_for_by(told.person("owner"), today)
        assert {place(row) for row in owed} == {"o", "r"}


def archive_area(world: World) -> None:
    Area.objects.filter(key="EDGE").update(archived_at=timezone.now())


@pytest.mark.parametrize(
    ("arrange", "is_public"),
    [
        (lambda world: None, "Roadmap Objective KeyResult"),
        (change(Roadmap, "o", visibility="internal"), ""),
        (change(Roadmap, "o", visibility="restricted"), ""),
        (change(Roadmap, "o", state="draft"), ""),
        (archive_area, ""),
        (change(Objective, "o", visibility="internal"), "Roadmap"),
        (change(KeyResult, "o", visibility="restricted"), "Roadmap Objective"),
        (change(Risk, "o", visibility="public"), "Roadmap Objective KeyResult Risk"),
        (change(Risk, "x", visibility="public"), "Roadmap Objective KeyResult"),
        (change(Risk, "r", visibility="public"), "Roadmap Objective KeyResult"),
        (change(KeyResult, "x", visibility="inherit"), "Roadmap Objective KeyResult"),
        (change(Objective, "x", visibility="public"), "Roadmap Objective KeyResult"),
        (change(Objective, "r", visibility="public"), "Roadmap Objective KeyResult"),
    ],
)
def test_the_world_reads_what_was_published_and_is_public_at_every_level(told, arrange, is_public):
    with taken_back():
        arrange(told)
        for model in (Roadmap, Objective, KeyResult, Risk):
            found = {place(row) for row in model.objects.public()}
            assert found == ({"o"} if model.__name__ in is_public.split() else set()), model


def test_a_public_risk_about_a_restricted_key_result_is_not_for_the_world(told):
    with taken_back():
        rows(Risk, "o").update(visibility="public")
        assert Risk.objects.public().exists()
        rows(KeyResult, "o").update(visibility="restricted")
        assert not Risk.objects.public().exists()
