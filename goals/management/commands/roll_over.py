"""From one cycle into the next."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from areas.permissions import can_manage_cycles
from goals.actions.refusals import Refused
from goals.actions.rollover import RolloverReport, roll_over
from goals.management.people import person
from goals.models import Cycle
from goals.values import format_value, plain_number


class Command(BaseCommand):
    help = (
        "Keeps every unfinished key result of a cycle in another one: its value becomes the new start, and "
        "objectives, open risks and needs come along. What would be done is shown first; at a terminal you "
        "are asked before it is carried out. A second run makes nothing twice, and takes along what was "
        "added since. To modify or drop single key results, use the page of the cycle."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key", metavar="KEY", help="like 24H2")
        parser.add_argument("--into", metavar="KEY", required=True, help="the cycle to plan, like 25H1")
        parser.add_argument("--dry-run", action="store_true", help="tell what would be done, and do nothing")
        parser.add_argument("--yes", action="store_true", help="carry it out without asking")
        parser.add_argument("--json", action="store_true", help="print what was done as JSON")
        parser.add_argument("--by", metavar="EMAIL", help="the manager whom the history names")

    def handle(self, *args: Any, **options: Any) -> None:
        by = person(options["by"])
        if by is not None and not can_manage_cycles(by):
            raise CommandError(f"{by.name} may not roll a cycle over; a manager or an administrator may.")
        cycle, into = _cycle(options["key"]), _cycle(options["into"])
        try:
            # What is shown is what is carried out, or nothing is.
            report = self._run(cycle, into, by=by, dry_run=True)
            is_wanted = not options["dry_run"]
            if not options["json"]:
                self._tell(report, into)
                is_wanted = is_wanted and (options["yes"] or self._is_wanted())
            if is_wanted:
                report = self._run(cycle, into, by=by, expected=report.fingerprint)
        except Refused as refused:
            raise CommandError(refused.sentence) from refused
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(report, into, dry_run=options["dry_run"])))
        elif is_wanted:
            self.stdout.write("This was carried out.")
        else:
            self.stdout.write("Nothing was written.")

    def _run(self, cycle: Cycle, into: Cycle, *, by: Any, **options: Any) -> RolloverReport:
        return roll_over(cycle, into=into, by=by, now=timezone.now(), today=timezone.localdate(), **options)

    def _is_wanted(self) -> bool:
        """A person at a terminal is asked; a script has said what it wants."""
        if sys.stdin is None or not sys.stdin.isatty():
            return True
        return input("Carry this out? [y/N] ").strip().lower() in ("y", "yes")

    def _tell(self, report: RolloverReport, into: Cycle) -> None:
        for line in report.lines:
            way = f"{format_value(line.start_value, unit=line.unit)} to {format_value(line.target_value)}"
            self.stdout.write(
                f"  {line.code} -> {line.successor}" + (f"  ({way})" if _is_reach(line) else "")
            )
        for sentence in report.left:
            self.stdout.write(f"  stays behind: {sentence}")
        self.stdout.write(
            f"into {into.key}: {report.carried_count} key results, {len(report.objectives)} new objectives, "
            f"{len(report.roadmaps)} new roadmaps, {len(report.risks)} risks, {len(report.needs)} needs, "
            f"{len(report.initiatives)} initiatives, "
            f"{len(report.supports)} alignments, {len(report.concerns)} concerns of risks, "
            f"{len(report.shares)} shares"
        )


def _is_reach(line: Any) -> bool:
    return line.kind == "reach"


def _cycle(key: str) -> Cycle:
    found = Cycle.objects.filter(key=key.upper()).first()
    if found is None:
        raise CommandError(f"There is no cycle with the key {key}.")
    return found


def _as_json(report: RolloverReport, into: Cycle, *, dry_run: bool) -> dict[str, Any]:
    return {
        "into": into.key,
        "dry_run": dry_run,
        "key_results": [
            {
                "code": line.code,
                "choice": line.choice,
                "successor": line.successor or None,
                "start_value": None if line.start_value is None else plain_number(line.start_value),
                "target_value": None if line.target_value is None else plain_number(line.target_value),
            }
            for line in report.lines
        ],
        "roadmaps": report.roadmaps,
        "objectives": report.objectives,
        "risks": report.risks,
        "needs": report.needs,
        "initiatives": report.initiatives,
        "supports": report.supports,
        "concerns": report.concerns,
        "shares": report.shares,
        "left": report.left,
        "mitigations": report.mitigation_count,
    }
