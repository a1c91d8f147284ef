#!/usr/bin/env python3
"""Asks whether a vulnerability is known in anything that the locks name, with pip-audit.

First comes a question whose answer is known: does the service name the vulnerabilities of Django 2.0? One
that does can be asked, and then whatever pip-audit refuses is a failure. One that does not (no network, a
mirror that has files alone) cannot be asked: that is said in one line; REQUIRE_AUDIT=1 makes it a failure.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ["requirements.txt", "requirements-test.txt", "requirements-dev.txt"]
# The locks are complete and name the hash of each file: nothing has to be resolved or installed.
PIP_AUDIT = [
    *(str(Path(sys.executable).with_name("pip-audit")), "--progress-spinner=off"),
    *("--strict", "--disable-pip", "--require-hashes"),
]
KNOWN_TO_BE_VULNERABLE = f"django==2.0 --hash=sha256:{'0' * 64}\n"  # its files are never fetched


def run(locks: list[str], *options: str) -> subprocess.CompletedProcess[str]:
    files = [word for lock in locks for word in ("-r", lock)]
    return subprocess.run(
        [*PIP_AUDIT, *options, *files], capture_output=True, text=True, cwd=ROOT, check=False
    )


def why_not_asked(service: list[str]) -> str:
    """Why the service cannot be asked; empty when it can."""
    with tempfile.TemporaryDirectory() as folder:
        lock = Path(folder) / "requirements.txt"
        lock.write_text(KNOWN_TO_BE_VULNERABLE, encoding="utf-8")
        answer = run([str(lock)], "--format=json", *service)
    try:
        if any(package["vulns"] for package in json.loads(answer.stdout)["dependencies"]):
            return ""
    except (ValueError, KeyError, TypeError):
        words = answer.stderr.strip().splitlines()[-1:] or ["no answer"]
        return words[0][:160]
    return "it names no vulnerability even of Django 2.0"


def main(service: list[str], locks: list[str]) -> int:
    """0 or 1, with what was found printed. `service` are options of pip-audit; nothing means PyPI's own."""
    readable = run(locks, "--dry-run")
    if readable.returncode != 0:
        print(f"The locks cannot be audited.\n{readable.stderr}")
        return 1
    if reason := why_not_asked(service):
        print(f"Not audited: the vulnerability service cannot be asked ({reason}).")
        return int(os.environ.get("REQUIRE_AUDIT") == "1")
    audit = run(locks, *service)
    print(audit.stdout + audit.stderr.strip())
    return int(audit.returncode != 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], LOCKS))
