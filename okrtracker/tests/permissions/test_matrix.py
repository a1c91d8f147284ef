"""The matrix: every address, every method, every actor, every kind of row, against addresses.txt."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from okrtracker.tests.permissions import rules
from okrtracker.tests.permissions.requests import BEFORE, address, form_of, rows_of
from okrtracker.tests.permissions.rules import RULES, SAFE, Rule
from okrtracker.tests.permissions.world import tables_written, taken_back
from okrtracker.tests.test_walk import ROUTES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("blank_pages")]

NAMES = sorted(set(ROUTES) & set(RULES))
# One of each way in, and of each that is shut.
FEW = ("visitor", "other lead", "administrator", "without CSRF token")
FEW += ("token: read", "token: administrator's", "token: manager's, bound", "token: revoked")


def test_every_address_has_its_rule():
    assert not (new := sorted(set(ROUTES) - set(RULES))), (
        f"Say who may read and write {', '.join(new)}: a line in okrtracker/tests/permissions/addresses.txt, "
        "and in requests.py a form that does something, where a POST is taken."
    )
    assert not (gone := sorted(set(RULES) - set(ROUTES))), f"There is no {', '.join(gone)} any more."


def test_every_actor_is_asked_about(world):
    assert set(world.actors) == rules.EVERYBODY


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("name", NAMES)
def test_who_reads(world, name):
    assert not differences(world, name, ["GET"])


@pytest.mark.parametrize("name", [name for name in NAMES if "POST" in RULES[name].cells])
def test_who_writes(world, name):
    assert not differences(world, name, ["POST"])


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("name", NAMES)
def test_what_other_methods_answer(world, name):
    methods = ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"]
    unknown = [] if "POST" in RULES[name].cells else ["POST"]
    assert not differences(world, name, [*methods, *unknown])


def differences(world, name: str, methods: list[str]) -> list[str]:
    """What is not as the table says, in words; nothing is as it should be."""
    found = []
    for row in rows_of(name):
        with taken_back():
            BEFORE.get(name, lambda: None)()
            path, form = address(name, row), form_of(name, row)
            for method in methods:
                if row != "own" and not RULES[name].knows(method):
                    continue  # 405, whatever it would be about
                for actor in asked(name, method, world):
                    found += difference(world, Question(RULES[name], row, path, form, method, actor))
    return found


def asked(name: str, method: str, world) -> Iterable[str]:
    """Everybody, by the methods that an address takes; of the others a few of each kind, as nobody may."""
    rule = RULES[name]
    takes = (rule.cells.keys() - {"HEAD"}) | rule.others.keys() - SAFE
    if method == "HEAD" and "HEAD" in rule.cells:
        return ("visitor", "other lead", "token: administrator's")  # GET without its body
    return world.actors if method in takes else FEW


@dataclass(frozen=True)
class Question:
    rule: Rule
    row: str
    path: str
    form: dict[str, Any]
    method: str
    actor: str

    def __str__(self) -> str:
        return f"{self.method} {self.path} by {self.actor}"


def difference(world, question: Question) -> Iterator[str]:
    rule, method, actor = question.rule, question.method, question.actor
    expected = rule.expected(method, actor, question.row)
    with taken_back(), tables_written() as written:
        response = world.ask(actor, method, question.path, None if method in SAFE else question.form)
    if response.status_code != expected:
        yield f"{question}: {response.status_code}, not {expected}"
    is_sent_away = expected == 302 and not rule.is_open and actor not in rules.SESSIONS
    target = response.headers.get("Location", "")
    if is_sent_away and not target.startswith("/sign-in/?next="):
        yield f"{question}: sent to {target}"
    may_write = method in {"POST", "DELETE"} and 200 <= expected < 400
    may_write = may_write and rule.lets_write(actor, question.row)
    if not may_write and written:
        yield f"{question}: wrote to {written}"
    is_in = rule.is_open or actor in rules.SESSIONS | (rules.TOKENS if rule.is_for_programs else set())
    if may_write and is_in and rule.writes_to and rule.writes_to not in written:
        yield f"{question}: wrote to {written or 'nothing'}, not to {rule.writes_to}"


# What an administrator may do in the admin; nobody else gets in.
IN_THE_ADMIN = """
accounts.User            view add change
accounts.ApiToken        view change
mfa.Authenticator        view delete
socialaccount.SocialAccount view delete
areas.Area               view add change delete
areas.Membership         view add change delete
goals.Cycle              view add change
goals.Roadmap            view
goals.Objective          view
goals.KeyResult          view
goals.CheckIn            view
goals.Kpi                view
goals.KpiEntry           view
goals.Risk               view
goals.Mitigation         view
goals.Concern            view
goals.Initiative         view
goals.Dependency         view
goals.Alignment          view
goals.MovedCode          view
goals.Share              view
goals.Snapshot           view
goals.OutboxMail         view
"""
ADMIN = {line.split()[0]: set(line.split()[1:]) for line in IN_THE_ADMIN.strip().splitlines()}

AT_THE_ADMIN = ["visitor", "deactivated", "lead", "manager", "administrator"]
AT_THE_ADMIN += ["token: admin", "without CSRF token"]


def test_every_model_of_the_admin_has_its_rule():
    registered = {model._meta.label for model in admin.site._registry}
    assert registered == set(ADMIN), "Say in IN_THE_ADMIN what an administrator may do with it."


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("label", sorted(ADMIN))
def test_who_may_what_in_the_admin(world, label):
    options = apps.get_model(label)._meta
    row = options.model._default_manager.first()
    key = row.pk if row else 1
    found = []
    for action, parts in {
        "changelist": (),
        "add": (),
        "change": (key,),
        "delete": (key,),
        "history": (key,),
    }.items():
        path = reverse(f"admin:{options.app_label}_{options.model_name}_{action}", args=parts)
        allowed = {"changelist": "view", "change": "view", "history": "view"}.get(action, action) in ADMIN[
            label
        ]
        for method in ("GET", "POST"):
            needed = "change" if (action, method) == ("change", "POST") else None
            may = allowed and (needed is None or needed in ADMIN[label])
            for actor in AT_THE_ADMIN:
                with taken_back(), tables_written() as written:
                    response = world.ask(actor, method, path, {} if method == "POST" else None)
                if not (
                    is_as_expected(response, actor, method, may=may, exists=not parts or row is not None)
                ):
                    found.append(f"{method} {path} by {actor}: {response.status_code}")
                if written and (actor != "administrator" or not may):
                    found.append(f"{method} {path} by {actor}: wrote to {written}")
    assert not found


def is_as_expected(response, actor: str, method: str, *, may: bool, exists: bool) -> bool:
    if actor == "without CSRF token" and method == "POST":
        return response.status_code == 403
    if actor not in {"administrator", "without CSRF token"}:
        return response.status_code == 302 and (
            "/sign-in/" in response.url or "/admin/login/" in response.url
        )
    if not may:
        return response.status_code == 403
    return response.status_code in ({200, 302} if exists else {302})
