"""roll_over: keeps what is unfinished, once; tells it in words or as JSON; refuses with a sentence."""

import json

import pytest
from django.core.management import CommandError, call_command

from goals.models import Cycle, KeyResult
from goals.tests.factories import DependencyFactory, RiskFactory, check_in


@pytest.fixture
def reached(key_result, into):
    check_in(key_result, "4.6")
    RiskFactory(objective=key_result.objective)
    DependencyFactory(objective=key_result.objective)
    Cycle.objects.filter(key="24H2").update(state="closed")
    return key_result


def carried():
    return KeyResult.objects.filter(predecessor__isnull=False).count()


def test_it_keeps_what_is_unfinished_and_says_so(reached, manager, capsys):
    call_command("roll_over", "24h2", "--into", "25h1", "--by", manager.email)
    assert capsys.readouterr().out == (
        "  EDGE-24H2-O1-KR1 -> EDGE-25H1-O1-KR1  (4.6 tok/s to 10)\n"
        "into 25H1: 1 key results, 1 new objectives, 1 new roadmaps, 1 risks, 1 needs, "
        "0 initiatives, 0 alignments, 0 concerns of risks, 0 shares\n"
        "This was carried out.\n"
    )
    assert KeyResult.objects.get(predecessor=reached).history.get().history_user == manager
    call_command("roll_over", "24H2", "--into", "25H1")
    assert "into 25H1: 0 key results" in capsys.readouterr().out
    assert carried() == 1


def test_a_dry_run_writes_nothing(reached, capsys):
    call_command("roll_over", "24H2", "--into", "25H1", "--dry-run", "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["dry_run"] is True
    assert told["key_results"] == [
        {
            "code": "EDGE-24H2-O1-KR1",
            "choice": "keep",
            "successor": "EDGE-25H1-O1-KR1",
            "start_value": "4.6",
            "target_value": "10",
        }
    ]
    assert (told["into"], told["risks"]) == ("25H1", ["EDGE-25H1-O1-R1"])
    assert (told["needs"], told["left"]) == (["EDGE-25H1-O1: Hugging Face"], [])
    assert carried() == 0


@pytest.fixture
def terminal(monkeypatch):
    """A person at a terminal, who answers."""

    def answers(text: str) -> list[str]:
        asked: list[str] = []
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        monkeypatch.setattr("builtins.input", lambda question: asked.append(question) or text)
        return asked

    return answers


@pytest.mark.parametrize(("answer", "count"), [("y", 1), (" Yes ", 1), ("n", 0), ("", 0), ("perhaps", 0)])
def test_at_a_terminal_it_is_shown_and_asked_about_first(reached, capsys, terminal, answer, count):
    asked = terminal(answer)
    call_command("roll_over", "24H2", "--into", "25H1")
    told = capsys.readouterr().out.splitlines()
    assert "EDGE-24H2-O1-KR1 -> EDGE-25H1-O1-KR1" in told[0]
    assert told[-1] == ("This was carried out." if count else "Nothing was written.")
    assert (len(asked), carried()) == (1, count)


@pytest.mark.parametrize("option", ["--yes", "--json", "--dry-run"])
def test_who_has_said_so_is_not_asked(reached, terminal, option):
    asked = terminal("n")
    call_command("roll_over", "24H2", "--into", "25H1", option)
    assert asked == []
    assert carried() == (0 if option == "--dry-run" else 1)


def test_nothing_is_carried_out_that_was_not_shown(reached, monkeypatch, terminal):
    terminal("y")
    Cycle.objects.filter(key="24H2").update(state="closing")
    monkeypatch.setattr("builtins.input", lambda question: check_in(reached, "7") and "y")
    with pytest.raises(CommandError, match="Something changed since this was shown"):
        call_command("roll_over", "24H2", "--into", "25H1")
    assert carried() == 0


def test_a_lead_may_not(reached, lead):
    with pytest.raises(CommandError, match="Lea Lead may not roll a cycle over"):
        call_command("roll_over", "24H2", "--into", "25H1", "--by", lead.email)
    assert carried() == 0


@pytest.mark.parametrize(
    ("key", "into_key", "sentence"),
    [
        ("99H9", "25H1", "There is no cycle with the key 99H9"),
        ("24H2", "x" * 300, "There is no cycle with the key xxx"),
        ("25H1", "24H2", "2024 H2 does not begin after 2025 H1"),
        ("24H2", "24H2", "does not begin after"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(reached, key, into_key, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("roll_over", key, "--into", into_key)
    assert carried() == 0


def test_a_closed_target_is_refused(reached, into):
    Cycle.objects.filter(pk=into.pk).update(state="closed")
    with pytest.raises(CommandError, match="2025 H1 is closed"):
        call_command("roll_over", "24H2", "--into", "25H1")
