"""Rollover: what is unfinished goes on in another cycle, kept, modified or dropped.

All in one transaction, through the actions that pages use. What was decided before is not decided again, so
running it twice makes nothing twice; the cycle it begins from, which may be closed, does not change.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from goals.actions import locks
from goals.actions.carrying import Carrier
from goals.actions.following import IN_ORDER, follow
from goals.actions.refusals import Invalid, ReasonNeeded, Refused, WrongState
from goals.actions.rows import refuse_closed, refuse_unstorable
from goals.models import Cycle, KeyResult, RolloverDecision
from goals.values import plain_number

Choice = RolloverDecision.Choice


@dataclass(frozen=True)
class Decision:
    """What becomes of one key result. Title, target and due day are those of a modified one."""

    choice: str = Choice.KEEP
    reason: str = ""
    title: str = ""
    target_value: Decimal | None = None
    due_on: date | None = None


@dataclass(frozen=True)
class Line:
    """What was done with one key result; `successor` is empty for a dropped one."""

    code: str
    title: str
    choice: str
    reason: str
    successor: str = ""
    unit: str = ""
    kind: str = ""
    start_value: Decimal | None = None
    target_value: Decimal | None = None
    due_on: date | None = None


@dataclass
class RolloverReport:
    """What was carried over, in the order of the plan; of a dry run, what would be."""

    lines: list[Line] = field(default_factory=list)
    roadmaps: list[str] = field(default_factory=list)
    objectives: list[str] = field(default_factory=list)
    risks: list[str] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)
    initiatives: list[str] = field(default_factory=list)
    supports: list[str] = field(default_factory=list)
    concerns: list[str] = field(default_factory=list)
    shares: list[str] = field(default_factory=list)
    mitigation_count: int = 0
    # Of risks, needs and initiatives that the other plan did not take: which, and why.
    left: list[str] = field(default_factory=list)

    @property
    def fingerprint(self) -> str:
        """Tells whether carrying out would do what a dry run showed: of what it says, not how it is held."""
        told = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), default=_plain)
        return hashlib.sha256(told.encode()).hexdigest()[:32]

    @property
    def carried_count(self) -> int:
        return sum(line.choice != Choice.DROP for line in self.lines)

    @property
    def dropped_count(self) -> int:
        return len(self.lines) - self.carried_count


def _plain(value: Any) -> str:
    """A number or a day as JSON has none of its own; a choice is its word already."""
    return plain_number(value) if isinstance(value, Decimal) else date.isoformat(value)


class PlanChanged(Refused):
    """What would be carried over is not what was shown."""

    code = "plan_changed"

    def __init__(self) -> None:
        super().__init__(_("Something changed since this was shown; look at it once more."))


def unfinished(cycle: Cycle, into: Cycle) -> list[KeyResult]:
    """What is left to decide about: neither done, nor carried over or dropped on the way there before.

    A guardrail has no end of its own; it goes on with its objective.
    """
    rows = list(
        KeyResult.objects.counting()
        .of_cycle(cycle)
        .filter(successors__isnull=True)
        .exclude(rollover_decisions__into=into)
        .with_context()
        .order_by(*IN_ORDER, "position", "number")
    )
    guardrail = KeyResult.Kind.GUARDRAIL
    goes_on = {row.objective_id for row in rows if row.kind != guardrail and not row.is_done}
    carried = KeyResult.objects.of_cycle(into).filter(
        predecessor__objective__in={r.objective_id for r in rows}
    )
    goes_on |= set(carried.values_list("predecessor__objective", flat=True))
    return [
        row for row in rows if (row.objective_id in goes_on if row.kind == guardrail else not row.is_done)
    ]


def roll_over(
    cycle: Cycle,
    *,
    into: Cycle,
    by: Any,
    now: datetime,
    today: date,
    decisions: Mapping[str, Decision] | None = None,
    dry_run: bool = False,
    expected: str | None = None,
) -> RolloverReport:
    """Carries over what `decisions` name by code, or keeps all that is unfinished; a dry run takes it back.

    Open risks and needs of objectives that go on follow, and unfinished initiatives of key results that do,
    also those that were added since an earlier run.
    `expected` is the fingerprint of the dry run that was shown. Raises CycleClosed, WrongState, PlanChanged,
    Invalid with the fields that do not hold, each named CODE-field.
    """
    with transaction.atomic():
        cycle, into = _hold(cycle, into)
        rows = unfinished(cycle, into)
        if decisions is not None:
            rows = [row for row in rows if row.code in decisions]
        report = RolloverReport()
        carrier = Carrier(into, report, by=by, now=now, today=today)
        errors: dict[str, list[str]] = {}
        made: list[RolloverDecision] = []
        for row in rows:
            decision = Decision() if decisions is None else decisions[row.code]
            try:
                with transaction.atomic():
                    made.append(_decided(row, decision, carrier))
                    report.lines.append(_carry_out(row, decision, carrier))
            except Refused as refusal:
                for name, sentences in refusal.errors.items():
                    errors.setdefault(f"{row.code}-{name}", []).extend(sentences)
        if errors:
            sentence = " ".join(
                f"{name.rpartition('-')[0]}: {' '.join(said)}" for name, said in errors.items()
            )
            raise Invalid(sentence, errors=errors)
        # Together, as both cycles are held; that none of them was made before is what `unfinished` says.
        RolloverDecision.objects.bulk_create(made)
        follow(cycle, into, report, by=by, now=now)
        if expected is not None and expected != report.fingerprint:
            raise PlanChanged
        if dry_run:
            transaction.set_rollback(True)
    return report


def _hold(cycle: Cycle, into: Cycle) -> tuple[Cycle, Cycle]:
    """Both cycles, held alone: rows of one and then of the other are written, by one rollover at a time."""
    held = {pk: locks.lock_cycle(pk) for pk in sorted({cycle.pk, into.pk})}
    cycle, into = held[cycle.pk], held[into.pk]
    names = {"cycle": cycle.name, "into": into.name}
    if into.starts_on <= cycle.starts_on:
        raise WrongState(_("%(into)s does not begin after %(cycle)s.") % names)
    if cycle.state == Cycle.State.PLANNING:
        raise WrongState(_("%(cycle)s is being planned; nothing of it is unfinished yet.") % names)
    refuse_closed(into)
    if into.state == Cycle.State.CLOSING:
        raise WrongState(_("%(into)s is closing; nothing new is planned in it.") % names)
    return cycle, into


def _decided(row: KeyResult, decision: Decision, carrier: Carrier) -> RolloverDecision:
    """What is kept of a decision. Raises Invalid, ReasonNeeded."""
    if decision.choice not in Choice.values:
        raise Invalid(_("A key result is kept, modified or dropped."), field="choice")
    reason = decision.reason.strip()
    if decision.choice == Choice.DROP and not reason:
        raise ReasonNeeded(_("Say why %(code)s is not carried over.") % {"code": row.code})
    kept = RolloverDecision(
        key_result=row,
        into=carrier.into,
        choice=decision.choice,
        reason=reason,
        by=carrier.by,
        made_at=carrier.now,
    )
    refuse_unstorable(kept)
    return kept


def _carry_out(row: KeyResult, decision: Decision, carrier: Carrier) -> Line:
    reason = decision.reason.strip()
    if decision.choice == Choice.DROP:
        return Line(row.code, row.title, decision.choice, reason)
    changes: dict[str, Any] = {}
    if decision.choice == Choice.MODIFY:
        changes = _modified(row, decision, carrier.into)
    successor = carrier.carry(row, changes)
    return Line(
        row.code,
        successor.title,
        decision.choice,
        reason,
        successor=successor.code,
        unit=successor.unit,
        kind=successor.kind,
        start_value=successor.start_value,
        target_value=successor.target_value,
        due_on=successor.due_on,
    )


def _modified(row: KeyResult, decision: Decision, into: Cycle) -> dict[str, Any]:
    """What a modified key result has other than its predecessor. Raises Invalid where that is nothing."""
    changes: dict[str, Any] = {}
    if decision.title.strip() and decision.title.strip() != row.title:
        changes["title"] = decision.title.strip()
    if decision.target_value is not None and decision.target_value != row.target_value:
        if row.kind != KeyResult.Kind.REACH:
            raise Invalid(_("Only a reach has a target to change."), field="target_value")
        changes["target_value"] = decision.target_value
    if decision.due_on is not None:
        if not into.starts_on <= decision.due_on <= into.ends_on:
            raise Invalid(_("This day lies outside %(into)s.") % {"into": into.name}, field="due_on")
        changes["due_on"] = decision.due_on
    if not changes:
        raise Invalid(_("Say what is modified: title, target or due day; or keep it."), field="choice")
    return changes
