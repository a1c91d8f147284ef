"""Closing writes all scores at once, and leaves what it would leave if each row were saved alone."""

from decimal import Decimal

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.audit import Origin, coming_from
from accounts.models import AuditEntry
from goals.actions import cycles
from goals.actions.cycles import begin_closing, close_cycle, reopen_cycle
from goals.actions.rows import save_row
from goals.actions.scores import score_key_result
from goals.models import KeyResult, Snapshot
from goals.tests.factories import NOW, KeyResultFactory, check_in

SERIALS = {"id", "history_id"}


@pytest.fixture
def closing(key_result, objective, cycle, lead, manager):
    """One key result of each sort: unscored, scored as proposed or otherwise, guardrails, without data."""
    check_in(key_result, "4.6")
    rows = [KeyResultFactory(objective=objective) for _number in range(3)]
    guardrails = [KeyResultFactory(objective=objective, guardrail=True) for _number in range(3)]
    for row, value in ((rows[0], "7"), (rows[1], "8"), (guardrails[0], "13")):
        check_in(row, value, author=lead)
    KeyResultFactory(objective=objective, dropped_at=NOW)
    closing = begin_closing(cycle, by=manager, now=NOW)
    score_key_result(rows[0], by=lead, now=NOW, score=Decimal("0.7"), closing_note="As said.")
    score_key_result(rows[1], by=lead, now=NOW, score=Decimal("0.3"), reason="It broke.")
    score_key_result(guardrails[1], by=lead, now=NOW, score=Decimal("0.5"))
    check_in(guardrails[1], "12", author=lead)
    check_in(rows[0], "9", author=lead)
    return closing


def one_by_one(rows, fields, *, by, now, reason=""):
    for row in rows:
        save_row(row, by=by, now=now, reason=reason)


def what_is_left() -> list[list[dict]]:
    """Rows, their histories, the record and the snapshots; serial numbers by their order alone."""
    histories = KeyResult.history.order_by("id", "history_id")
    tables = (KeyResult.objects.order_by("pk"), histories, AuditEntry.objects.order_by("pk"))
    found = [list(rows.values()) for rows in (*tables, Snapshot.objects.order_by("pk"))]
    return [
        [{name: value for name, value in row.items() if name not in SERIALS} for row in rows]
        for rows in found
    ]


class TakenBack(Exception):
    pass


@pytest.mark.parametrize("again", [False, True], ids=["first time", "after a re-opening"])
def test_it_leaves_what_saving_each_would(closing, manager, monkeypatch, again):
    def close():
        with time_machine.travel(NOW, tick=False), coming_from(Origin("page", "192.0.2.7")):
            closed = close_cycle(closing, by=manager, now=NOW)
            if again:
                close_cycle(reopen_cycle(closed, by=manager, now=NOW, reason="why"), by=manager, now=NOW)
        return what_is_left()

    alone = []
    with monkeypatch.context() as patched, pytest.raises(TakenBack), transaction.atomic():
        patched.setattr(cycles, "save_rows", one_by_one)
        alone = close()
        raise TakenBack
    together = close()
    assert together == alone
    entries = AuditEntry.objects.filter(reason="cycle closed", kind="key result")
    assert {entry.actor for entry in entries} == {manager}
    # Of those without anything to propose nothing changed, so nothing is told.
    assert entries.count() == 5


def test_it_takes_no_statement_for_each_row(closing, objective, manager):
    def statements() -> list[str]:
        with CaptureQueriesContext(connection) as captured, transaction.atomic():
            close_cycle(closing, by=manager, now=NOW)
            transaction.set_rollback(True)
        return [query["sql"] for query in captured]

    few = statements()
    for _number in range(22):
        KeyResultFactory(objective=objective)
    many = statements()
    # SQLite takes 999 parameters in one statement, so what is inserted may come in two parts there.
    assert len(many) <= len(few) + 1
    updates = [sql for sql in many if sql.startswith('UPDATE "goals_keyresult"')]
    assert len(updates) == 1
