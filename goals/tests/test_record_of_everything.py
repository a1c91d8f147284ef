"""Every write the product has leaves its entry in the record: who, from where, what, old, new and why.

A function of goals.actions that is new, and an address that takes a POST, fail a test here until it is said
which entry they leave, or why they leave none.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

import goals.actions
from accounts.audit import Origin, coming_from
from accounts.models import AuditEntry
from accounts.tests.factories import UserFactory
from areas.models import Area
from goals.actions import anonymising, check_ins, cycles, key_results, leaving, people, risks, roadmaps
from goals.models import CheckIn, Cycle, Dependency, Objective
from goals.tests.factories import NOW, TODAY, MitigationFactory, RiskFactory
from okrtracker.tests.test_walk import ROUTES, address

DERIVED = "derived figures: they follow from check-ins and definitions, which are recorded"
READS = "reads only"
HELPS = "a part of the others, which are exercised"
NO_ENTRY = {
    "check_ins.record_check_in": "check-ins are a record of their own, append-only",
    "check_ins.refuse_unless_open": READS,
    "cycles.proposed_score_of": READS,
    "anonymising.refusal": READS,
    "leaving.holdings": READS,
    "leaving.taken_over_from": READS,
    "locks.share_cycle": READS,
    "locks.lock_cycle": READS,
    "locks.lock_roadmap": READS,
    "locks.lock_objective": READS,
    "locks.lock_key_result": READS,
    "people.lock_administrators": READS,
    "people.lock_person": READS,
    "people.refuse_last": READS,
    "people.save_person": HELPS,
    "people.end_invitations": HELPS,
    "people.skip_mails": "a mail that waits is no change of anything; why it is not sent is recorded",
    "rebuild.rebuild_progress": DERIVED,
    "rows.save_row": HELPS,
    "rows.refuse_unstorable": READS,
    "rows.apply_changes": HELPS,
    "rows.next_number": "a counter; the number stands in the code of what was created",
    "rows.refuse_closed": READS,
    "rows.refuse_given_up": READS,
    "rows.refuse_stale": READS,
    "rows.refuse_without_reason": READS,
    "snapshots.take_snapshots": DERIVED,
    "stored.stored_completion": READS,
    "stored.key_result_figures": READS,
    "stored.objective_completion": READS,
    "stored.refresh_key_result": DERIVED,
    "stored.refresh_objective": DERIVED,
    "stored.differences": READS,
    "what_if.figures_after": READS,
}
EXERCISED: dict[str, Callable[["Cast"], Any]] = {}
EXPECTED: dict[str, dict[str, Any]] = {}


class Cast:
    """The rows of the story, and who acts."""

    def __init__(self, **rows: Any) -> None:
        self.__dict__.update(rows)


def leaves(name: str, **expected: Any) -> Callable[[Callable[[Cast], Any]], None]:
    def keep(story: Callable[[Cast], Any]) -> None:
        EXERCISED[name], EXPECTED[name] = story, expected

    return keep


leaves("roadmaps.create_roadmap", action="created", kind="roadmap", subject="CORE-24H2")(
    lambda c: roadmaps.create_roadmap(c.core, c.cycle, by=c.by, now=NOW, title="Core")
)
leaves("roadmaps.change_roadmap", action="changed", kind="roadmap", changes={"title": [..., "New"]})(
    lambda c: roadmaps.change_roadmap(c.roadmap, by=c.by, now=NOW, title="New")
)
leaves("roadmaps.create_objective", action="created", kind="objective", subject="EDGE-24H2-O2")(
    lambda c: roadmaps.create_objective(c.roadmap, by=c.by, now=NOW, title="Second")
)
leaves(
    "roadmaps.change_objective",
    action="changed",
    subject="EDGE-24H2-O1",
    changes={"weight": ["1", "2"]},
    reason="why",
)(lambda c: roadmaps.change_objective(c.objective, by=c.by, now=NOW, weight=Decimal(2), reason="why"))
leaves(
    "roadmaps.archive_objective",
    action="changed",
    kind="objective",
    changes={"archived_at": [None, ...]},
    reason="why",
)(lambda c: roadmaps.archive_objective(c.objective, by=c.by, now=NOW, reason="why"))


@leaves(
    "roadmaps.restore_objective", action="changed", kind="objective", changes={"archived_at": [..., None]}
)
def _(c):
    roadmaps.archive_objective(c.objective, by=c.by, now=NOW)
    roadmaps.restore_objective(c.objective, by=c.by, now=NOW)


leaves(
    "key_results.create_key_result",
    action="created",
    kind="key result",
    changes={"target_value": [None, "9"]},
)(
    lambda c: key_results.create_key_result(
        c.objective,
        by=c.by,
        now=NOW,
        today=TODAY,
        title="KR",
        metric="m",
        start_value=Decimal(0),
        target_value=Decimal(9),
    )
)
leaves(
    "key_results.change_key_result",
    action="changed",
    subject="EDGE-24H2-O1-KR1",
    changes={"target_value": ["10", "20"]},
    reason="why",
)(
    lambda c: key_results.change_key_result(
        c.key_result, by=c.by, now=NOW, target_value=Decimal(20), reason="why"
    )
)
leaves(
    "key_results.archive_key_result", action="changed", changes={"archived_at": [None, ...]}, reason="why"
)(lambda c: key_results.archive_key_result(c.key_result, by=c.by, now=NOW, reason="why"))


@leaves(
    "key_results.restore_key_result", action="changed", changes={"archived_at": [..., None]}, reason="why"
)
def _(c):
    key_results.archive_key_result(c.key_result, by=c.by, now=NOW)
    key_results.restore_key_result(c.key_result, by=c.by, now=NOW, reason="why")


leaves("key_results.drop_key_result", action="changed", changes={"dropped_at": [None, ...]}, reason="why")(
    lambda c: key_results.drop_key_result(c.key_result, by=c.by, now=NOW, reason="why")
)
leaves("risks.create_risk", action="created", kind="risk", subject="EDGE-24H2-O1-R1")(
    lambda c: risks.create_risk(c.objective, by=c.by, now=NOW, title="R", likelihood=1, impact=1)
)
leaves("risks.change_risk", action="changed", kind="risk", changes={"title": [..., "New"]}, reason="why")(
    lambda c: risks.change_risk(
        RiskFactory(objective=c.objective), by=c.by, now=NOW, title="New", reason="why"
    )
)
leaves("risks.create_mitigation", action="created", kind="mitigation", changes={"text": [None, "Step"]})(
    lambda c: risks.create_mitigation(RiskFactory(objective=c.objective), by=c.by, now=NOW, text="Step")
)
leaves(
    "risks.change_mitigation", action="changed", kind="mitigation", changes={"state": ["planned", "done"]}
)(
    lambda c: risks.change_mitigation(
        MitigationFactory(risk=RiskFactory(objective=c.objective)), by=c.by, now=NOW, state="done"
    )
)
leaves("risks.create_dependency", action="created", kind="need", changes={"partner": [None, "ACME"]})(
    lambda c: risks.create_dependency(c.objective, by=c.by, now=NOW, partner="ACME")
)


@leaves("risks.change_dependency", action="changed", kind="need", changes={"state": ["asked", "met"]})
def _(c):
    risks.create_dependency(c.objective, by=c.by, now=NOW, partner="ACME")
    risks.change_dependency(Dependency.objects.get(), by=c.by, now=NOW, state="met")


def _state(state: str) -> Callable[[Cast], Cycle]:
    def put(c: Cast) -> Cycle:
        Cycle.objects.filter(pk=c.cycle.pk).update(state=state)
        Cycle.history.filter(id=c.cycle.pk).update(state=state)
        return Cycle.objects.get(pk=c.cycle.pk)

    return put


in_planning, in_active, in_closing, in_closed = map(_state, ("planning", "active", "closing", "closed"))
leaves("cycles.activate_cycle", kind="cycle", subject="24H2", changes={"state": [..., "active"]})(
    lambda c: cycles.activate_cycle(in_planning(c), by=c.by, now=NOW)
)
leaves("cycles.begin_closing", kind="cycle", subject="24H2", changes={"state": [..., "closing"]})(
    lambda c: cycles.begin_closing(in_active(c), by=c.by, now=NOW)
)
leaves("cycles.close_cycle", kind="cycle", subject="24H2", changes={"state": [..., "closed"]})(
    lambda c: cycles.close_cycle(in_closing(c), by=c.by, now=NOW)
)
leaves(
    "cycles.reopen_cycle", kind="cycle", subject="24H2", changes={"state": [..., "closing"]}, reason="why"
)(lambda c: cycles.reopen_cycle(in_closed(c), by=c.by, now=NOW, reason="why"))


@leaves("cycles.score_key_result", kind="key result", changes={"final_score": [None, "0.4"]}, reason="why")
def _(c):
    in_closing(c)
    cycles.score_key_result(c.key_result, by=c.by, now=NOW, score=Decimal("0.4"), reason="why")


leaves("people.add_person", action="invited", kind="invitation", subject="Nia")(
    lambda c: people.add_person("nia@example.org", name="Nia", by=c.by, now=NOW)
)
leaves("people.invite_again", action="invited", kind="invitation", subject="Gone")(
    lambda c: people.invite_again(UserFactory(name="Gone", is_active=False), by=c.by, now=NOW)
)


@leaves("people.revoke_invitation", action="revoked", kind="invitation", subject="Nia")
def _(c):
    person = people.add_person("nia@example.org", name="Nia", by=c.by, now=NOW).person
    people.revoke_invitation(person, by=c.by, now=NOW)


leaves(
    "people.give_role",
    action="created",
    kind="role in an area",
    subject="CORE",
    changes={"role": [None, "lead"]},
)(lambda c: people.give_role(c.lead, c.core, "lead", by=c.by, now=NOW))
leaves("people.take_role", action="deleted", kind="role in an area", subject="EDGE", about="Lea Lead")(
    lambda c: people.take_role(c.lead, Area.objects.get(key="EDGE"), by=c.by, now=NOW)
)
leaves(
    "people.change_org_role",
    action="changed",
    kind="role in the organisation",
    changes={"org_role": [None, "manager"]},
)(lambda c: people.change_org_role(c.lead, "manager", by=c.by, now=NOW))
leaves("people.note_export", action="exported", kind="person", about="Lea Lead")(
    lambda c: people.note_export(c.lead, by=c.by, now=NOW)
)
leaves(
    "leaving.deactivate_person",
    action="changed",
    changes={"owner": [..., ...]},
    reason="taken over from Lea Lead",
)(lambda c: leaving.deactivate_person(c.lead, by=c.by, now=NOW, successors={}, successor=c.by))


@leaves("anonymising.anonymise_person", action="anonymised", kind="person", reason="why")
def _(c):
    gone = UserFactory(name="Gone", is_active=False)
    anonymising.anonymise_person(gone, by=c.by, now=NOW, address=gone.email, reason="why")


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


# What an address that takes a POST writes: an action above, a story of another file, or nothing to tell.
WAYS_IN = "a story of test_record_of_ways_in.py"
TOKENS = "tokens have a history; test_token_pages.py and test_tokens_api.py look for the entries"
ASKS = "asks or confirms only; a failure is recorded"
POSTED = {
    "accounts:invitation": WAYS_IN,
    "accounts:preferences": WAYS_IN,
    "accounts:sign_in": WAYS_IN,
    "accounts:sign_out": WAYS_IN,
    "accounts:token_list": TOKENS,
    "accounts:token_revoke": TOKENS,
    "accounts:token_rotate": TOKENS,
    "account_login": WAYS_IN,
    "account_logout": WAYS_IN,
    "account_change_password": WAYS_IN,
    "account_set_password": "as changing it: both keep a new password, which is what is recorded",
    "account_reset_password": "asks for a mail; nothing changes before its link is used",
    "account_reset_password_from_key": WAYS_IN,
    "account_reauthenticate": ASKS,
    "api:key-result-check-ins": "check_ins.record_check_in",
    "api:token-detail": TOKENS,
    "api:token-list": TOKENS,
    "goals:check_in_create": "check_ins.record_check_in",
    "goals:check_in_preview": "what_if.figures_after",
    "goals:my_check_ins": "check_ins.record_check_in",
    "mfa_activate_totp": WAYS_IN,
    "mfa_add_webauthn": WAYS_IN,
    "mfa_authenticate": WAYS_IN,
    "mfa_deactivate_totp": WAYS_IN,
    "mfa_generate_recovery_codes": WAYS_IN,
    "mfa_login_webauthn": "a sign-in: Django's signal, as with a password",
    "mfa_reauthenticate": ASKS,
    "mfa_reauthenticate_webauthn": ASKS,
    "mfa_remove_webauthn": WAYS_IN,
    "mfa_trust": WAYS_IN,
    "openid_connect_callback": "a sign-in: Django's signal, as with a password",
    "openid_connect_login": ASKS,
    "people:person_add": "people.add_person",
    "people:person_anonymise": "anonymising.anonymise_person",
    "people:person_data": "people.note_export",
    "people:person_deactivate": "leaving.deactivate_person",
    "people:person_invite": "people.invite_again",
    "people:person_invite_end": "people.revoke_invitation",
    "people:person_org_role": "people.change_org_role",
    "people:person_role": "people.give_role",
    "people:person_role_end": "people.take_role",
    "usersessions_end": WAYS_IN,
    "usersessions_list": WAYS_IN,
}
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
    assert posted - set(POSTED) == set(), "say here which entry of the record these leave"
    known = public_functions() | {WAYS_IN, TOKENS, ASKS}
    assert {why for why in POSTED.values() if "." in why and " " not in why} <= known
    assert len(posted) > 25
