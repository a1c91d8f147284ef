"""Every write the product has leaves its entry in the record: who, from where, what, old, new and why.

A function of goals.actions that is new, and an address that takes a POST, fail a test here until it is said
which entry they leave, or why they leave none.
"""

import importlib
import inspect
import pkgutil
from decimal import Decimal
from typing import Any

import pytest

import goals.actions
from accounts.audit import Origin, coming_from
from accounts.models import AuditEntry
from goals.actions import check_ins, leaving
from goals.models import CheckIn, Objective
from goals.tests.factories import NOW, TODAY, MitigationFactory, RiskFactory
from goals.tests.recorded_actions import EXERCISED, EXPECTED, NO_ENTRY, Cast
from goals.tests.recorded_addresses import ASKS, POSTED, TOKENS, WAYS_IN
from okrtracker.tests.test_walk import ROUTES, address


def public_functions() -> set[str]:
    found = set()
    for module in pkgutil.iter_modules(goals.actions.__path__):
        loaded = importlib.import_module(f"goals.actions.{module.name}")
        found |= {
            f"{module.name}.{name}"
            for name, function in inspect.getmembers(loaded, inspect.isfunction)
            if function.__module__ == loaded.__name__ and not name.startswith("_")
        }
    return found


def test_every_action_is_exercised_or_leaves_no_entry_for_a_reason():
    assert set(EXERCISED) & set(NO_ENTRY) == set()
    assert public_functions() == set(EXERCISED) | set(NO_ENTRY)
    assert len(EXERCISED) > 25


@pytest.fixture
def cast(cycle, roadmap, objective, key_result, lead, core, administrator):
    return Cast(
        cycle=cycle, roadmap=roadmap, objective=objective, key_result=key_result, lead=lead, core=core,
        by=administrator,
    )  # fmt: skip


def fits(entry: AuditEntry, expected: dict[str, Any]) -> bool:
    """`...` stands for anything that is there."""
    for name, value in expected.items():
        found: Any = getattr(entry, name)
        if name == "about":
            found = found and found.name
        if name == "changes":
            pairs = [(found.get(field), pair) for field, pair in value.items()]
            if not all(
                kept is not None
                and all(wanted is ... or part == wanted for part, wanted in zip(kept, pair, strict=True))
                for kept, pair in pairs
            ):
                return False
        elif found != value:
            return False
    return True


@pytest.mark.parametrize("name", sorted(EXERCISED))
def test_an_action_leaves_its_entry(cast, name):
    before = AuditEntry.objects.newest_first().values_list("pk", flat=True).first() or 0
    with coming_from(Origin("page", "192.0.2.7")):
        EXERCISED[name](cast)
    entries = list(AuditEntry.objects.filter(pk__gt=before).select_related("about", "actor"))
    found = [entry for entry in entries if fits(entry, EXPECTED[name])]
    assert found, [
        (entry.action, entry.kind, entry.subject, entry.changes, entry.reason) for entry in entries
    ]
    for entry in found:
        assert (entry.actor, entry.actor_email) == (cast.by, cast.by.email)
        assert (entry.origin, entry.address, entry.made_at) == ("page", "192.0.2.7", NOW)


def test_every_part_of_handing_over_is_told(cast, lead):
    MitigationFactory(risk=RiskFactory(objective=cast.objective, owner=lead), owner=lead)
    leaving.deactivate_person(lead, by=cast.by, now=NOW, successors={}, successor=cast.by)
    entries = AuditEntry.objects.filter(reason="taken over from Lea Lead")
    assert sorted(entries.values_list("kind", flat=True)) == ["key result", "mitigation", "objective", "risk"]
    assert AuditEntry.objects.get(action="deactivated").reason == "4 things went to Ad Ministrator"


def test_a_check_in_is_its_own_record(cast):
    before = AuditEntry.objects.count()
    check_ins.record_check_in(
        cast.key_result,
        author=cast.lead,
        now=NOW,
        today=TODAY,
        value=Decimal(3),
        status="on_track",
        source="page",
    )
    assert (CheckIn.objects.count(), AuditEntry.objects.count()) == (1, before)
    with pytest.raises(TypeError):
        CheckIn.objects.update(value=4)


def test_an_import_leaves_an_entry_for_each_row(cast, administrator, tmp_path):
    from django.core.management import call_command

    path = tmp_path / "edge.md"
    path.write_text(
        "---\narea: EDGE\ncycle: 24H2\n---\n\n# Edge\n\n## Focus areas\n\n### [O1] Imported title\n",
        encoding="utf-8",
    )
    call_command("import_roadmap", str(path), "--by", administrator.email, verbosity=0)
    entry = AuditEntry.objects.filter(subject="EDGE-24H2-O1", action="changed").latest("pk")
    assert entry.changes["title"] == [Objective.history.earliest().title, "Imported title"]
    assert (entry.actor, entry.origin, entry.address) == (administrator, "command", None)


READING = {"GET", "HEAD", "OPTIONS", "TRACE", ""}


def test_every_address_that_takes_a_post_says_what_it_writes(client, administrator, key_result):
    posted = set()
    for name, parts in ROUTES.items():
        client.force_login(administrator)
        try:
            where = address(name, parts)
        except AssertionError:
            continue
        response = client.options(where)
        allowed = {method.strip() for method in response.headers.get("Allow", "").split(",")}
        if allowed - READING:
            posted.add(name)
    assert sorted(posted - set(POSTED)) == [], "say here which entry of the record these leave"
    known = public_functions() | {WAYS_IN, TOKENS, ASKS}
    assert {why for why in POSTED.values() if "." in why and " " not in why} <= known
    assert len(posted) > 25
