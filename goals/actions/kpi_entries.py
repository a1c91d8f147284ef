"""Values of KPIs: the only way to enter one, which key results that take it get at the same time.

One transaction for both (docs/adr/0012): the value of the KPI is kept whatever becomes of its key results.
What one of them refuses is told; it takes nothing with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from goals import pace as paces
from goals.actions import locks
from goals.actions.check_ins import record_check_in
from goals.actions.corrections import day_of_correction
from goals.actions.kpi_links import refuse_unfit
from goals.actions.kpis import fed_by, refuse_archived
from goals.actions.refusals import EnteredMeanwhile, Invalid, Refused
from goals.actions.rows import refuse_unstorable
from goals.models import CheckIn, KeyResult, Kpi, KpiEntry
from goals.models.key_result import KeyResultQuerySet
from goals.progress import expected_share, is_violated, stored_completion

FIRST_DAY = date(1990, 1, 1)
SAID = {paces.DONE: CheckIn.Status.ON_TRACK, paces.ON_TRACK: CheckIn.Status.ON_TRACK} | {
    paces.BEHIND: CheckIn.Status.BEHIND,
    paces.AT_RISK: CheckIn.Status.AT_RISK,
}


@dataclass(frozen=True)
class NotRecorded:
    """A key result that did not get the value, and why."""

    key_result: KeyResult
    refusal: Refused


@dataclass(frozen=True)
class Entered:
    """The value that was kept, and what became of it at the key results that take it, in order of code."""

    entry: KpiEntry
    check_ins: list[CheckIn] = field(default_factory=list)
    not_recorded: list[NotRecorded] = field(default_factory=list)

    def among(self, seen: KeyResultQuerySet) -> Entered:
        """The same without the key results that are not among those that somebody sees."""
        ids = [row.key_result_id for row in self.check_ins] + [row.key_result.pk for row in self.not_recorded]
        if not ids:
            return self
        found = set(seen.filter(pk__in=ids).values_list("pk", flat=True))
        return Entered(
            self.entry,
            [row for row in self.check_ins if row.key_result_id in found],
            [row for row in self.not_recorded if row.key_result.pk in found],
        )


@transaction.atomic
def record_entry(
    kpi: Kpi,
    *,
    author: Any,
    now: datetime,
    today: date,
    value: Decimal | None,
    source: str,
    note: str = "",
    evidence_url: str = "",
    effective_on: date | None = None,
    corrects: KpiEntry | None = None,
    reason: str = "",
    form_id: UUID | None = None,
    seen_count: int | None = None,
) -> Entered:
    """Keeps a value, or None for "no change", and checks in with it on each key result that takes it.

    Two at once are both kept, one after the other. A form sent twice answers what its first sending kept.
    Raises Archived, EnteredMeanwhile, or Invalid with a sentence per field; writing nothing. Whether the
    author may is asked at the door.
    """
    kpi = locks.lock_kpi(kpi.pk)
    if form_id is not None and (kept := KpiEntry.objects.filter(form_id=form_id).first()):
        return _same_form(kept, kpi=kpi, author=author)
    refuse_archived(kpi)
    if seen_count is not None:
        _refuse_unseen(kpi, seen_count, author=author)
    if corrects is not None:
        effective_on = _day_of_correction(corrects, effective_on, kpi=kpi, value=value)
    effective_on = effective_on or today
    _refuse_wrong_day(effective_on, today=today)
    previous = KpiEntry.objects.filter(kpi=kpi, sequence=kpi.entry_count).first()
    entry = KpiEntry(
        kpi=kpi,
        sequence=kpi.entry_count + 1,
        value=_entered_value(value, kpi, effective_on=effective_on),
        is_no_change=value is None,
        previous_value=previous.value if previous else None,
        lower_bound=kpi.lower_bound,
        upper_bound=kpi.upper_bound,
        note=note,
        evidence_url=evidence_url,
        effective_on=effective_on,
        author=author,
        source=source,
        corrects=corrects,
        reason=reason,
        form_id=form_id,
        created_at=now,
    )
    _clean(entry)
    entry.save()
    _refresh(kpi)
    return _feed(kpi, entry, now=now, today=today)


def _same_form(kept: KpiEntry, *, kpi: Kpi, author: Any) -> Entered:
    if kept.kpi_id != kpi.pk or kept.author_id != author.pk:
        raise Invalid(_("This form was used for another value; open it anew."))
    return Entered(kept, list(_check_ins_of(kept)))


def _check_ins_of(entry: KpiEntry) -> Any:
    return CheckIn.objects.filter(kpi_entry=entry).select_related("key_result").order_by("key_result__code")


def _refuse_unseen(kpi: Kpi, seen_count: int, *, author: Any) -> None:
    if seen_count < kpi.entry_count:
        newest = KpiEntry.objects.select_related("author", "kpi").get(kpi=kpi, sequence=kpi.entry_count)
        raise EnteredMeanwhile(newest, is_own=newest.author_id == author.pk)


def _refuse_wrong_day(effective_on: date, *, today: date) -> None:
    if effective_on > today:
        raise Invalid(_("A value lies on today or before."), field="effective_on")
    if effective_on < FIRST_DAY:
        sentence = _("A value lies on %(day)s or later.") % {"day": FIRST_DAY.isoformat()}
        raise Invalid(sentence, field="effective_on")


def _day_of_correction(
    corrects: KpiEntry, effective_on: date | None, *, kpi: Kpi, value: Decimal | None
) -> date:
    """The day of the value corrected: a correction stands in its place, so it has no other day."""
    if corrects.kpi_id != kpi.pk:
        raise Invalid(_("The value to correct belongs to another KPI."), field="corrects")
    return day_of_correction(corrects, effective_on, value=value)


def _entered_value(value: Decimal | None, kpi: Kpi, *, effective_on: date) -> Decimal:
    """What was entered; for "no change" the value as it was on that day, not a later one."""
    if value is None:
        until = KpiEntry.objects.filter(kpi=kpi, effective_on__lte=effective_on)
        known = until.newest_first().first()
        if known is None or known.value is None:
            raise Invalid(_("There is no value yet that could stay as it is; enter one."), field="value")
        return known.value
    try:
        cleaned: Decimal = KpiEntry._meta.get_field("value").clean(value, None)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), field="value") from error
    return cleaned


def _clean(entry: KpiEntry) -> None:
    """Judges the fields; the database judges the constraints again, without a query for each."""
    refuse_unstorable(entry)
    try:
        entry.clean_fields(exclude={"kpi", "author", "corrects"})
    except ValidationError as error:
        raise Invalid.from_validation(error) from error
    if entry.corrects_id is not None and not entry.reason.strip():
        raise Invalid(_("Say why the value is corrected."), field="reason")


def _refresh(kpi: Kpi) -> None:
    """The value in force: of the latest day, then the highest number; no part of the KPI's history."""
    entries = KpiEntry.objects.filter(kpi=kpi)
    newest = entries.newest_first().first()
    stored = {
        "current_value": newest.value if newest else None,
        "last_entry": newest,
        "entry_count": entries.order_by("-sequence").values_list("sequence", flat=True).first() or 0,
    }
    Kpi.objects.filter(pk=kpi.pk).update(**stored, updated_at=timezone.now())
    for name, value in stored.items():
        setattr(kpi, name, value)


def _feed(kpi: Kpi, entry: KpiEntry, *, now: datetime, today: date) -> Entered:
    """Checks in on every key result that takes the value.

    Their cycles are held alone, the first one first: it is many rows in one transaction. What was unlinked
    while we waited is left alone; what was linked meanwhile gets the next value.
    """
    taking = list(fed_by(kpi).values_list("pk", "objective__roadmap__cycle"))
    locks.lock_cycles(cycle_id for _pk, cycle_id in taking)
    entered = Entered(entry)
    rows = KeyResult.objects.filter(pk__in=[pk for pk, _cycle in taking], kpi=kpi)
    for key_result in rows.with_context().order_by("code") if taking else ():
        try:
            # With a savepoint of its own, as every check-in has: what it refuses takes nothing with it.
            entered.check_ins.append(_check_in(key_result, entry, now=now, today=today))
        except Refused as refusal:
            entered.not_recorded.append(NotRecorded(key_result, refusal))
    return entered


def _check_in(key_result: KeyResult, entry: KpiEntry, *, now: datetime, today: date) -> CheckIn:
    """Raises what `record_check_in` raises, and Invalid where the two do not fit together any more."""
    refuse_unfit(key_result)
    if entry.value is None:  # the database has none such
        raise Invalid(_("An entry has a value."))
    corrects = None
    if entry.corrects_id is not None:
        corrects = CheckIn.objects.filter(key_result=key_result, kpi_entry=entry.corrects_id).first()
    return record_check_in(
        key_result,
        author=entry.author,
        now=now,
        today=today,
        value=entry.value,
        status=said_by(key_result, entry.value, day=entry.effective_on),
        source=CheckIn.Source.KPI,
        kpi_entry=entry,
        note=entry.note,
        evidence_url=entry.evidence_url,
        effective_on=entry.effective_on,
        corrects=corrects,
        reason=entry.reason if corrects else "",
    )


def said_by(key_result: KeyResult, value: Decimal, *, day: date) -> str:
    """The status said where nobody said one: the pace at this value on its day.

    What has no pace keeps the status said last, and is on track before the first. Needs `with_context()`.
    """
    if key_result.kind == KeyResult.Kind.GUARDRAIL:
        is_broken = is_violated(value, lower=key_result.lower_bound, upper=key_result.upper_bound)
        return CheckIn.Status.AT_RISK if is_broken else CheckIn.Status.ON_TRACK
    cycle = key_result.cycle
    start, target = key_result.start_value, key_result.target_value
    completion = stored_completion(key_result.kind, start, target, value)
    expected = expected_share(
        day, starts_on=cycle.starts_on, due_on=key_result.due_date, plan=key_result.plan
    )
    pace = paces.pace(completion, expected, checked_in=True, started=True, thresholds=cycle.thresholds)
    if pace in SAID:
        return SAID[pace]
    return key_result.last_check_in.status if key_result.last_check_in else CheckIn.Status.ON_TRACK
