"""A copy of the product to start and break without touching the real one."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

PRODUCT = ("okrtracker", "accounts", "areas", "goals", "templates", "manage.py")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The product's files as a fresh clone has them: no var/, no .env, no collected files.

    What is compiled comes along, as after a first start: to compile it anew in every process costs seconds.
    """
    for name in PRODUCT:
        source = settings.BASE_DIR / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("tests"))
        else:
            shutil.copy(source, tmp_path / name)
    return tmp_path


@pytest.fixture
def manage(checkout: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a command in the copy, with nothing but the given environment."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=checkout, env=bare(environment), capture_output=True, text=True, timeout=60
        )

    return run


def bare(environment: dict[str, str]) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", **environment}


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
