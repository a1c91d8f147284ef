"""The record of who did what: complete, in the same transaction, never changed."""

import csv
import datetime as dt
import io

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.audit import record
from accounts.models import ApiToken, AuditEntry
from accounts.models.audit import NeverChanged
from areas.models import Role
from areas.tests.factories import MembershipFactory
from goals.actions.key_results import change_key_result
from goals.actions.refusals import ReasonNeeded
from goals.tests.factories import NOW

PASSWORD = "a long enough password"


def newest() -> AuditEntry:
    return AuditEntry.objects.order_by("-pk").select_related("actor").first()


def test_change_of_a_target_says_who_when_what_old_new_and_why(key_result, lead):
    change_key_result(key_result, by=lead, now=NOW, target_value=20, reason="the demo machine is faster")
    entry = newest()
    assert (entry.actor, entry.made_at, entry.subject, entry.kind) == (
        lead,
        NOW,
        key_result.code,
        "key result",
    )
    assert entry.changes == {"target_value": ["10", "20"]}
    assert entry.reason == "the demo machine is faster"
    assert entry.origin == "command"


def test_refused_change_leaves_no_entry(key_result, lead):
    before = AuditEntry.objects.count()
    with pytest.raises(ReasonNeeded):
        change_key_result(key_result, by=lead, now=NOW, target_value=20)
    assert AuditEntry.objects.count() == before


def test_entry_goes_with_the_transaction_it_tells_about(key_result, lead):
    before = AuditEntry.objects.count()
    with transaction.atomic():
        change_key_result(key_result, by=lead, now=NOW, title="Another")
        transaction.set_rollback(True)
    assert AuditEntry.objects.count() == before


def test_roles_are_recorded_when_given_changed_and_taken(lead, edge, viewer):
    membership = MembershipFactory(user=lead, area=edge.parent, role=Role.VIEWER)
    assert (newest().action, newest().kind) == ("created", "role in an area")
    membership.role = Role.LEAD
    membership.save()
    assert newest().changes == {"role": ["viewer", "lead"]}
    membership.delete()
    assert newest().action == "deleted"


def test_role_in_the_organisation_is_recorded_and_a_password_is_not(manager):
    manager.org_role = "administrator"
    manager.set_password(PASSWORD)
    manager.save()
    role, password = AuditEntry.objects.order_by("-pk")[:2][::-1]
    assert role.changes == {"org_role": ["manager", "administrator"]}
    assert (password.kind, password.action, password.changes) == ("password", "changed", {})
    assert "argon2" not in str(list(AuditEntry.objects.values()))


def test_tokens_are_recorded_when_issued_and_revoked_without_their_secret(lead):
    row, token = ApiToken.issue(owner=lead, scope="read")
    assert (newest().action, newest().kind) == ("created", "token")
    row.revoke(now=NOW)
    assert newest().changes == {"revoked_at": [None, "2024-10-14 10:00:00+00:00"]}
    assert token not in str(list(AuditEntry.objects.values()))
    assert row.digest not in str(list(AuditEntry.objects.values()))


def test_sign_in_out_and_failure_are_recorded_with_the_address(client, lead):
    lead.set_password(PASSWORD)
    lead.save()
    client.post("/sign-in/", {"username": lead.email, "password": "wrong"}, REMOTE_ADDR="192.0.2.7")
    entry = newest()
    assert (entry.action, entry.actor, entry.actor_email) == ("sign_in_failed", None, lead.email)
    assert (entry.origin, entry.address) == ("page", "192.0.2.7")
    client.post("/sign-in/", {"username": lead.email, "password": PASSWORD})
    assert (newest().action, newest().actor) == ("signed_in", lead)
    client.post("/sign-out/")
    assert newest().action == "signed_out"


def test_a_password_typed_for_an_address_is_not_kept(client, db):
    client.post("/sign-in/", {"username": "my-secret-password", "password": "x"})
    assert "my-secret-password" not in str(list(AuditEntry.objects.values()))


def test_change_through_a_page_names_its_sender(client, lead):
    client.force_login(lead)
    client.post(
        "/preferences/",
        {
            "name": "Lea Lead-Smith",
            "time_zone": "Europe/Berlin",
            "language": "en",
            "reminder_rhythm": "weekly",
            "reminder_weekday": 0,
            "reminder_hour": 9,
        },
    )
    entry = newest()
    assert (entry.actor, entry.origin, entry.kind) == (lead, "page", "person")
    assert entry.changes["time_zone"] == ["UTC", "Europe/Berlin"]


def test_nobody_changes_or_deletes_an_entry(lead):
    record("changed", actor=lead, kind="test", subject="EDGE")
    entry = newest()
    for forbidden in (
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(reason="x"),
    ):
        with pytest.raises(NeverChanged):
            forbidden()


def test_only_the_retention_period_ends_entries(lead, settings):
    record("changed", actor=lead, kind="test", subject="OLD", made_at=NOW - dt.timedelta(days=9000))
    call_command("end_old_records", stdout=io.StringIO())
    assert AuditEntry.objects.filter(subject="OLD").exists()
    settings.AUDIT_RETENTION_DAYS = 4000
    before = AuditEntry.objects.count()
    call_command("end_old_records", stdout=io.StringIO())
    assert not AuditEntry.objects.filter(subject="OLD").exists()
    assert AuditEntry.objects.count() == before - 1


@pytest.mark.parametrize("path", ["/record/", "/record.csv"])
def test_record_is_for_administrators(client, request, administrator, path):
    for role in ("lead", "contributor", "viewer", "outsider", "manager"):
        client.force_login(request.getfixturevalue(role))
        assert client.get(path).status_code == 403
    client.force_login(administrator)
    assert client.get(path).status_code == 200
    assert client.post(path).status_code == 405


def test_filters_narrow_the_page(client, administrator, lead, key_result):
    change_key_result(key_result, by=lead, now=NOW, title="Seen by all")
    record(
        "changed", actor=None, actor_email="other@example.org", kind="test", subject="OTHER-1", made_at=NOW
    )
    client.force_login(administrator)
    for query, shown in [
        ("?what=EDGE-24H2-O1-KR1", {"Seen by all"}),
        ("?who=lea", {"Seen by all"}),
        ("?who=Other@example.org", {"OTHER-1"}),
        ("?who=other@", set()),
        ("?action=sign_in_failed", set()),
        ("?until=2024-10-13", set()),
        ("?since=2024-10-14&until=2024-10-14", {"Seen by all", "OTHER-1"}),
    ]:
        page = client.get(f"/record/{query}").content.decode()
        assert {text for text in ("Seen by all", "OTHER-1") if text in page} == shown, query


@pytest.mark.parametrize(
    "query", ["?since=soon", "?before=-1", "?action=burnt", "?before=9" + "9" * 40, "?who=%00"]
)
def test_filter_that_cannot_be_understood_is_said(client, administrator, query):
    client.force_login(administrator)
    assert client.get(f"/record/{query}").status_code == 422
    assert client.get(f"/record.csv{query}").status_code == 422


def test_older_entries_follow_on_the_next_page(client, administrator, lead):
    for number in range(250):
        record("changed", actor=lead, kind="test", subject=f"ROW-{number:03}")
    client.force_login(administrator)
    seen, query = [], "?what=ROW"
    while query:
        page = client.get(f"/record/{query}")
        seen += [row.entry.subject for row in page.context["rows"]]
        older = page.context["older"]
        query = f"?what=ROW&before={older}" if older else ""
    assert seen == [f"ROW-{number:03}" for number in reversed(range(250))]


def test_queries_of_the_page_do_not_grow(client, administrator, lead, django_assert_num_queries):
    client.force_login(administrator)
    for number in (1, 60):
        for _ in range(number):
            record("changed", actor=lead, kind="test", subject="ROW")
        with django_assert_num_queries(7):
            client.get("/record/")


def test_csv_opens_no_formula(administrator, lead):
    record("changed", actor=lead, kind="test", subject="=HYPERLINK(1)", reason="@SUM(1)")
    client = Client()
    client.force_login(administrator)
    rows = list(
        csv.DictReader(io.StringIO(b"".join(client.get("/record.csv?what==").streaming_content).decode()))
    )
    assert [row["subject"] for row in rows] == ["'=HYPERLINK(1)"]
    assert rows[0]["reason"] == "'@SUM(1)"
    assert rows[0]["actor"] == lead.email


def test_entry_with_the_key_of_an_old_one_does_not_take_its_place(lead):
    record("changed", actor=lead, kind="test", subject="EDGE")
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEntry(pk=newest().pk, origin="page", action="changed", kind="test", subject="OTHER").save()
    assert newest().subject == "EDGE"
