"""rebuild_progress and take_snapshots: the figures that are stored."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.core.management import CommandError, call_command

from goals.actions import rebuild
from goals.models import Cycle, KeyResult, Objective, Snapshot
from goals.tests.factories import NOW, TODAY, check_in


@pytest.fixture(autouse=True)
def _fixed_day():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def reported(key_result):
    """4 of 10 tok/s."""
    check_in(key_result, 4)
    return key_result


def spoil(key_result, **figures):
    KeyResult.objects.filter(pk=key_result.pk).update(**figures)


def stored():
    return [
        KeyResult.objects.values_list("current_value", "completion", "check_in_count").get(),
        Objective.objects.values_list("completion").get(),
    ]


def refused(capsys, *arguments):
    """(what stands on the screen, what stands on stderr) when the command ends with 1."""
    with pytest.raises(SystemExit) as end:
        call_command(*arguments)
    assert end.value.code == 1
    return capsys.readouterr()


def test_nothing_differs_after_a_check_in(reported, capsys):
    call_command("rebuild_progress", "--check")
    assert capsys.readouterr().out == "Every stored figure is what its formula says.\n"


def test_a_check_names_what_differs_and_changes_nothing(reported, capsys):
    spoil(reported, completion=Decimal("0.9"), check_in_count=7)
    before = stored()

    out, err = refused(capsys, "rebuild_progress", "--check")

    code = reported.code
    assert f"{code} completion: 0.900000000000000 instead of 0.4" in out
    assert f"{code} check_in_count: 7 instead of 1" in out
    assert err == "2 stored figures differ; run rebuild_progress without --check.\n"
    assert stored() == before


def test_a_rebuild_puts_right_what_differs(reported, capsys):
    right = stored()
    spoil(reported, completion=Decimal("0.9"), current_value=Decimal(9), last_check_in=None)
    Objective.objects.update(completion=Decimal("0.9"))

    call_command("rebuild_progress")

    out = capsys.readouterr().out
    assert f"{reported.objective.code} completion: 0.900000000000000 instead of" in out
    assert "4 stored figures differed and were put right." in out
    assert stored() == right
    assert KeyResult.objects.get().last_check_in == reported.check_ins.get()


def test_an_objective_that_differs_alone_is_found_too(reported, capsys):
    Objective.objects.update(completion=None)
    refused(capsys, "rebuild_progress", "--check")
    call_command("rebuild_progress")
    assert Objective.objects.get().completion == Decimal("0.4")


def test_a_rebuild_reaches_a_closed_cycle_and_leaves_scores_and_history(reported, capsys):
    Cycle.objects.update(state=Cycle.State.CLOSED)
    spoil(reported, completion=Decimal("0.9"), final_score=Decimal("0.7"))
    written = KeyResult.history.count()

    call_command("rebuild_progress")

    kept = KeyResult.objects.get()
    assert (kept.completion, kept.final_score) == (Decimal("0.4"), Decimal("0.7"))
    assert KeyResult.history.count() == written


def test_a_check_in_that_came_in_meanwhile_is_no_difference(reported, monkeypatch):
    """The rows were read before the check-in, and are looked at again under their locks."""
    look = rebuild._rebuild_objective

    def report_first(objective, *, store):
        check_in(reported, 8)
        return look(objective, store=store)

    monkeypatch.setattr(rebuild, "_rebuild_objective", report_first)
    assert rebuild.rebuild_progress(store=False) == []


def test_todays_figures_are_kept_once(reported, capsys):
    call_command("take_snapshots")
    call_command("take_snapshots", "--date", TODAY.isoformat())

    assert capsys.readouterr().out == f"24H2: 2 snapshots of {TODAY}.\n" * 2
    assert set(Snapshot.objects.values_list("taken_on", flat=True)) == {TODAY}
    assert Snapshot.objects.count() == 2


def test_a_day_that_is_over_is_not_taken_again(reported):
    yesterday = TODAY - dt.timedelta(days=1)
    with pytest.raises(CommandError, match="is over: a snapshot holds what was known on its day"):
        call_command("take_snapshots", "--date", yesterday.isoformat())
    with pytest.raises(CommandError, match="has not come"):
        call_command("take_snapshots", "--date", "9999-12-31")
    assert not Snapshot.objects.exists()


@pytest.mark.parametrize(
    "day", ["", "today", "2024-02-30", "20241014", "2024-W42-1", "0000-01-01", "２０２４-10-14"]
)
def test_what_is_no_day_is_refused(reported, day):
    with pytest.raises(CommandError, match="is not a day"):
        call_command("take_snapshots", "--date", day)


def test_a_cycle_in_planning_has_nothing_to_keep(reported, capsys):
    Cycle.objects.update(state=Cycle.State.PLANNING)
    call_command("take_snapshots")
    assert capsys.readouterr().out == "No cycle is running; there is nothing to keep.\n"
    assert not Snapshot.objects.exists()
