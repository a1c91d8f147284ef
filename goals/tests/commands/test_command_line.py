"""Commands as a shell runs them: what they end with, and that nobody sees a traceback."""

import errno
import io
import os
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command

COMMANDS = [
    "load_demo",
    "import_roadmap",
    "export_roadmap",
    "create_token",
    "run_reminders",
    "send_webhooks",
    "take_snapshots",
    "rebuild_progress",
    "close_cycle",
    "anonymise_person",
]


class FullScreen(io.StringIO):
    def write(self, text):
        raise OSError(errno.ENOSPC, "No space left on device")


def manage(*arguments):
    """What the command ended with, and what it wrote."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "okrtracker.settings",
        "SECRET_KEY": "a key that protects nothing but tests",
        "DATABASE_URL": "sqlite:///:memory:",
    }
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], env=environment, capture_output=True, timeout=60
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_does(command):
    done = manage(command, "--help")
    assert done.returncode == 0
    assert b"usage: manage.py " + command.encode() in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["create_token", "--user", b"\xff@example.org", "--scope", "read"],
        ["close_cycle", b"24H\xff"],
        ["run_reminders", "--once", "--now", "never"],
        ["take_snapshots", "--date", "2024-02-30"],
        ["export_roadmap"],
    ],
)
def test_what_cannot_be_meant_is_a_mistake_of_usage(arguments):
    done = manage(*arguments)
    assert done.returncode == 2
    assert done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [["rebuild_progress"], ["load_demo"], ["create_token", "--user", "a@b.org", "--scope", "read"]],
)
def test_a_database_that_is_not_there_is_told_in_a_sentence(arguments):
    done = manage(*arguments)
    assert done.returncode == 1
    assert done.stderr.startswith(b"The database cannot be used: no such table")
    assert b"Traceback" not in done.stderr


def test_the_traceback_is_there_for_whoever_asks():
    assert b"Traceback" in manage("rebuild_progress", "--traceback").stderr


def test_a_screen_that_takes_nothing_is_told(roadmap):
    with pytest.raises(CommandError, match="the screen: No space left"):
        call_command("export_roadmap", roadmap.code, stdout=FullScreen())
