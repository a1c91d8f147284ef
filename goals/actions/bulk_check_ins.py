"""Many check-ins in one transaction, each by `record_check_in`: what one is refused takes nothing with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from goals.actions import locks
from goals.actions.check_ins import record_check_in
from goals.actions.refusals import Invalid, Refused
from goals.actions.stored import refresh_objectives
from goals.actions.webhook_events import listening_once
from goals.models import CheckIn, KeyResult


@dataclass(frozen=True)
class Report:
    """What is reported about a key result, as `record_check_in` takes it; `corrects` is a number."""

    key_result: KeyResult
    values: dict[str, Any]


@transaction.atomic
def record_check_ins(
    reports: Sequence[Report], *, author: Any, now: datetime, today: date, source: str
) -> list[CheckIn | Refused]:
    """What was kept, or why it was not, of each report in their order; they come with their roadmaps.

    All key results are locked before the first report and all objectives after the last, each in one order
    (docs/adr/0003-locks.md): two that report about the same in other orders do not wait for each other, and
    whoever reports about something else waits for neither. Whether the author may is asked at the door.
    """
    locks.share_cycles(report.key_result.objective.roadmap.cycle_id for report in reports)
    locks.lock_key_results(report.key_result.pk for report in reports)
    outcomes: list[CheckIn | Refused] = []
    who = {"author": author, "now": now, "today": today, "source": source, "webhooks_of": listening_once()}
    for report in reports:
        try:
            values = report.values | {"corrects": _corrected(report)}
            outcomes.append(record_check_in(report.key_result, **who, **values, stores_objective=False))
        except Refused as refusal:
            outcomes.append(refusal)
    kept = {outcome.key_result.objective_id for outcome in outcomes if isinstance(outcome, CheckIn)}
    if kept:
        refresh_objectives(kept)
    return outcomes


def _corrected(report: Report) -> CheckIn | None:
    """Looked up here and not before, as an earlier report may have made it."""
    sequence = report.values.get("corrects")
    if sequence is None:
        return None
    found = CheckIn.objects.filter(key_result=report.key_result, sequence=sequence).first()
    if found is None:
        raise Invalid(_("This key result has no check-in with this number."), field="corrects")
    return found
