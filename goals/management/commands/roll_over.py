"""From one cycle into the next."""

from __future__ import annotations

import json
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
        "objectives and open risks come along. A second run makes nothing twice. To modify or drop single "
        "key results, use the page of the cycle."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key", metavar="KEY", help="like 24H2")
        parser.add_argument("--into", metavar="KEY", required=True, help="the cycle to plan, like 25H1")
        parser.add_argument("--dry-run", action="store_true", help="tell what would be done, and do nothing")
        parser.add_argument("--json", action="store_true", help="print what was done as JSON")
        parser.add_argument("--by", metavar="EMAIL", help="the manager whom the history names")

    def handle(self, *args: Any, **options: Any) -> None:
        by = person(options["by"])
        if by is not None and not can_manage_cycles(by):
            raise CommandError(f"{by.name} may not roll a cycle over; a manager or an administrator may.")
        cycle, into = _cycle(options["key"]), _cycle(options["into"])
        try:
            report = roll_over(
                cycle,
                into=into,
                by=by,
                now=timezone.now(),
                today=timezone.localdate(),
                dry_run=options["dry_run"],
            )
        except Refused as refused:
            raise CommandError(refused.sentence) from refused
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(report, into, dry_run=options["dry_run"])))
        else:
            self._tell(report, into, dry_run=options["dry_run"])

    def _tell(self, report: RolloverReport, into: Cycle, *, dry_run: bool) -> None:
        for line in report.lines:
            way = f"{format_value(line.start_value, unit=line.unit)} to {format_value(line.target_value)}"
            self.stdout.write(
                f"  {line.code} -> {line.successor}" + (f"  ({way})" if _is_reach(line) else "")
            )
        self.stdout.write(
            f"into {into.key}: {report.carried_count} key results, {len(report.objectives)} new objectives, "
            f"{len(report.roadmaps)} new roadmaps, {len(report.risks)} risks"
        )
        if dry_run:
            self.stdout.write("A dry run: nothing was written.")


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
        "mitigations": report.mitigation_count,
    }
