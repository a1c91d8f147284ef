"""close_cycle: as on the page, and what it refuses."""

import pytest
from django.core.management import CommandError, call_command

from goals.models import Cycle, KeyResult
from goals.tests.factories import check_in


@pytest.fixture
def closing(cycle):
    Cycle.objects.update(state=Cycle.State.CLOSING)
    return cycle


def state():
    return Cycle.objects.get().state


def test_a_manager_closes_a_cycle_and_the_history_says_so(closing, key_result, manager, capsys):
    check_in(key_result, 6)
    call_command("close_cycle", "24h2", "--by", manager.email.upper())

    assert capsys.readouterr().out == "2024 H2 is closed.\n"
    assert state() == Cycle.State.CLOSED
    assert Cycle.history.latest("history_id").history_user == manager
    assert str(KeyResult.objects.get().final_score) == "0.6"


def test_nobody_need_be_named(closing):
    call_command("close_cycle", "24H2")
    assert state() == Cycle.State.CLOSED
    assert Cycle.history.latest("history_id").history_user is None


def test_a_lead_may_not_close_a_cycle(closing, lead):
    with pytest.raises(CommandError, match="Lea Lead may not close a cycle"):
        call_command("close_cycle", "24H2", "--by", lead.email)
    assert state() == Cycle.State.CLOSING


def test_a_running_cycle_is_not_closed_at_once(cycle, manager):
    with pytest.raises(CommandError, match="2024 H2 is active; this step begins from closing"):
        call_command("close_cycle", "24H2")
    assert state() == Cycle.State.ACTIVE


@pytest.mark.parametrize("key", ["25H1", "", "x" * 500, "' OR 1=1"])
def test_a_cycle_that_does_not_exist(closing, key):
    with pytest.raises(CommandError, match="There is no cycle with the key"):
        call_command("close_cycle", key)
    assert state() == Cycle.State.CLOSING


@pytest.mark.parametrize("address", ["nobody@example.org", ""])
def test_a_person_who_does_not_exist(closing, address):
    with pytest.raises(CommandError, match="nobody here has the address"):
        call_command("close_cycle", "24H2", "--by", address)
    assert state() == Cycle.State.CLOSING
