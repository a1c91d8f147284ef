"""The database itself keeps the record: raw statements change and delete nothing."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.audit import record
from accounts.models import AuditEntry, RecordOpening
from accounts.models.audit import opened
from goals.tests.factories import NOW

TABLE = AuditEntry._meta.db_table


@pytest.fixture
def entry(lead):
    record("changed", actor=lead, kind="test", subject="EDGE", reason="why", made_at=NOW)
    return AuditEntry.objects.get(kind="test")


def execute(statement: str, parameters: tuple = ()) -> None:
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute(statement, parameters)


def reason_of(entry: AuditEntry) -> str | None:
    return AuditEntry.objects.filter(pk=entry.pk).values_list("reason", flat=True).first()


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE {TABLE} SET reason = 'another'",
        f"UPDATE {TABLE} SET made_at = '2020-01-01 00:00:00+00:00'",
        f"DELETE FROM {TABLE}",
        f"DELETE FROM {TABLE} WHERE kind = 'test'",
    ],
)
def test_raw_statements_are_refused(entry, statement):
    with pytest.raises(IntegrityError, match="never changed or deleted"):
        execute(statement)
    assert reason_of(entry) == "why"


@pytest.mark.only_on("sqlite")
def test_an_entry_is_not_replaced_in_sqlite_either(entry):
    """INSERT OR REPLACE deletes the old row, of which triggers are told by a setting only."""
    columns = [field.column for field in AuditEntry._meta.concrete_fields if field.column != "reason"]
    names = ", ".join(columns)
    with pytest.raises(IntegrityError):
        execute(
            f"INSERT OR REPLACE INTO {TABLE} ({names}, reason) SELECT {names}, 'another' FROM {TABLE} "
            f"WHERE id = {entry.pk}"
        )
    assert reason_of(entry) == "why"


@pytest.mark.only_on("postgresql")
def test_an_entry_is_not_replaced_in_postgresql_either(entry):
    with pytest.raises(IntegrityError):
        execute(
            f"INSERT INTO {TABLE} SELECT * FROM {TABLE} WHERE id = {entry.pk} "
            "ON CONFLICT (id) DO UPDATE SET reason = 'another'"
        )
    assert reason_of(entry) == "why"


def test_the_orm_and_its_base_manager_are_refused_too(entry):
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEntry._base_manager.filter(pk=entry.pk).update(reason="another")
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEntry._base_manager.filter(pk=entry.pk)._raw_delete("default")
    assert reason_of(entry) == "why"


def test_an_opening_ends_what_is_older_and_nothing_else(entry):
    before = AuditEntry.objects.count()
    assert AuditEntry.objects.end_before(NOW) == 0
    with opened(RecordOpening.Why.RETENTION, before=NOW), pytest.raises(IntegrityError):
        execute(f"DELETE FROM {TABLE} WHERE id = {entry.pk}")
    with opened(RecordOpening.Why.RETENTION, before=NOW), pytest.raises(IntegrityError):
        execute(f"UPDATE {TABLE} SET reason = 'another'")
    assert reason_of(entry) == "why"
    assert AuditEntry.objects.end_before(NOW + dt.timedelta(seconds=1)) >= 1
    assert reason_of(entry) is None
    assert AuditEntry.objects.count() < before


def test_an_opening_to_anonymise_changes_neither_who_nor_when_nor_what(entry, viewer):
    with opened(RecordOpening.Why.ANONYMISING):
        for change in (f"actor_id = {viewer.pk}", "action = 'deleted'", "origin = 'api'", "kind = 'other'"):
            with pytest.raises(IntegrityError):
                execute(f"UPDATE {TABLE} SET {change} WHERE id = {entry.pk}")
        with pytest.raises(IntegrityError):
            execute(f"DELETE FROM {TABLE}")
        execute(f"UPDATE {TABLE} SET reason = 'another' WHERE id = {entry.pk}")
    assert reason_of(entry) == "another"
    with pytest.raises(IntegrityError):
        execute(f"UPDATE {TABLE} SET reason = 'a third'")


@pytest.mark.django_db(transaction=True)
def test_an_opening_that_is_left_behind_cannot_be_committed():
    with pytest.raises(IntegrityError), transaction.atomic():
        RecordOpening.objects.create(why=RecordOpening.Why.ANONYMISING, never_id=0)
    assert not RecordOpening.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_rollback_leaves_no_entry(django_user_model):
    """Each of these keeps its row and its entry in one transaction, which is taken back as one."""
    person = django_user_model.objects.create_user("una@example.org", None, name="Una")
    before = AuditEntry.objects.count()

    class Broken(Exception):
        pass

    def break_off(*args, **kwargs):
        raise Broken

    for change in (
        lambda: setattr(person, "name", "Another"),
        lambda: person.set_password("a lighthouse keeper's tea"),
    ):
        change()
        original, AuditEntry.save = AuditEntry.save, break_off
        try:
            with pytest.raises(Broken):
                person.save()
        finally:
            AuditEntry.save = original
        person.refresh_from_db()
        assert (person.name, person.has_usable_password()) == ("Una", False)
        assert person.history.count() == 1
    assert AuditEntry.objects.count() == before
