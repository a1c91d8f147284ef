"""Stored figures anew, from the check-ins."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from goals.actions.rebuild import rebuild_progress


class Command(BaseCommand):
    help = (
        "Computes the stored figures of all key results and objectives anew and stores those that differ. "
        "Exit code: 0 done, 1 with --check where one differs, 2 usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="name what differs from its formula, and change nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        is_check = options["check"]
        found = rebuild_progress(store=not is_check)
        for sentence in found:
            self.stdout.write(sentence)
        if not found:
            self.stdout.write("Every stored figure is what its formula says.")
        elif is_check:
            self.stderr.write(f"{len(found)} stored figures differ; run rebuild_progress without --check.")
            sys.exit(1)
        else:
            self.stdout.write(f"{len(found)} stored figures differed and were put right.")
