"""Check-ins: the only way to report a value, whatever it came through."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from areas.models import Area
from goals.actions import locks
from goals.actions.corrections import day_of_correction
from goals.actions.refusals import (
    CycleClosed,
    CycleNotActive,
    Invalid,
    ReportedMeanwhile,
    TakesFromKpi,
)
from goals.actions.rows import refuse_given_up, refuse_unstorable
from goals.actions.stored import refresh_key_result
from goals.actions.webhook_events import listening, notice_check_in
from goals.models import CheckIn, Cycle, KeyResult, Kpi, KpiEntry, Webhook
from goals.progress import stored_completion


@transaction.atomic
def record_check_in(
    key_result: KeyResult,
    *,
    author: Any,
    now: datetime,
    today: date,
    value: Decimal | None,
    status: str,
    source: str,
    confidence: int | None = None,
    note: str = "",
    blocker: str = "",
    evidence_url: str = "",
    effective_on: date | None = None,
    corrects: CheckIn | None = None,
    reason: str = "",
    form_id: UUID | None = None,
    seen_count: int | None = None,
    kpi_entry: KpiEntry | None = None,
    stores_objective: bool = True,
    webhooks_of: Callable[[Area], list[Webhook]] = listening,
) -> CheckIn:
    """Reports a value, or None for "no change"; answers the check-in kept.

    `kpi_entry` is the value of a KPI that is recorded here too (actions.kpi_entries); another value than that
    of its KPI is refused where a key result takes it from there. Whoever reports many at once stores the
    figures of the objectives once afterwards, and asks once which webhooks listen.

    Two at once are both kept, one after the other. A form sent twice answers what its first sending kept.
    Raises CycleClosed, CycleNotActive, Archived, or Invalid with a sentence per field; writing nothing.
    Whether the author may is asked at the door. docs/progress-and-pace.md says which check-in counts.
    """
    cycle = locks.share_cycle(key_result.objective.roadmap.cycle_id)
    key_result = locks.lock_key_result(key_result.pk)
    if form_id is not None and (kept := CheckIn.objects.filter(form_id=form_id).first()):
        return _same_form(kept, key_result=key_result, author=author)
    refuse_unless_open(cycle, key_result)
    if seen_count is not None:
        _refuse_unseen(key_result, seen_count, author=author)
    if value is not None and kpi_entry is None:
        _refuse_value_of_kpi(key_result, corrects, author=author)
    if corrects is not None:
        effective_on = _effective_day_of_correction(
            corrects, effective_on, key_result=key_result, value=value
        )
    effective_on = effective_on or today
    _refuse_wrong_day(effective_on, cycle=cycle, today=today)
    reported = _reported_value(value, key_result, effective_on=effective_on)
    previous = CheckIn.objects.filter(key_result=key_result, sequence=key_result.check_in_count).first()
    check_in = CheckIn(
        key_result=key_result,
        sequence=key_result.check_in_count + 1,
        value=reported,
        is_no_change=value is None,
        previous_value=previous.value if previous else None,
        start_value=key_result.start_value,
        target_value=key_result.target_value,
        lower_bound=key_result.lower_bound,
        upper_bound=key_result.upper_bound,
        completion=stored_completion(
            key_result.kind, key_result.start_value, key_result.target_value, reported
        ),
        status=status,
        confidence=confidence,
        note=note,
        blocker=blocker,
        evidence_url=evidence_url,
        effective_on=effective_on,
        author=author,
        source=source,
        kpi_entry=kpi_entry,
        corrects=corrects,
        reason=reason,
        form_id=form_id,
        created_at=now,
    )
    _clean(check_in)
    check_in.save()
    refresh_key_result(key_result, with_objective=stores_objective)
    notice_check_in(check_in, now=now, today=today, webhooks_of=webhooks_of)
    return check_in


def _same_form(kept: CheckIn, *, key_result: KeyResult, author: Any) -> CheckIn:
    if kept.key_result_id != key_result.pk or kept.author_id != author.pk:
        raise Invalid(_("This form was used for another check-in; open it anew."))
    return kept


def refuse_unless_open(cycle: Cycle, key_result: KeyResult) -> None:
    """Raises CycleClosed, CycleNotActive or Archived where nobody checks in."""
    if cycle.is_closed:
        raise CycleClosed(cycle.name)
    if not cycle.takes_check_ins:
        raise CycleNotActive(cycle.name)
    refuse_given_up(key_result)


def _refuse_unseen(key_result: KeyResult, seen_count: int, *, author: Any) -> None:
    if seen_count >= key_result.check_in_count:
        return
    newest = CheckIn.objects.select_related("author", "key_result").get(
        key_result=key_result, sequence=key_result.check_in_count
    )
    raise ReportedMeanwhile(newest, is_own=newest.author_id == author.pk)


def _refuse_value_of_kpi(key_result: KeyResult, corrects: CheckIn | None, *, author: Any) -> None:
    """A value that comes from a KPI is entered there; what was reported before it did is corrected here."""
    if key_result.kpi_id is None or (corrects is not None and corrects.kpi_entry_id is None):
        return
    kpi = Kpi.objects.visible_to(author).filter(pk=key_result.kpi_id).first()
    raise TakesFromKpi(key_result.code, kpi.code if kpi else "")


def _refuse_wrong_day(effective_on: date, *, cycle: Cycle, today: date) -> None:
    if effective_on > today:
        raise Invalid(_("A check-in lies on today or before."), field="effective_on")
    if effective_on < cycle.starts_on:
        raise Invalid(
            _("A check-in lies in its cycle, which begins on %(day)s.")
            % {"day": cycle.starts_on.isoformat()},
            field="effective_on",
        )


def _effective_day_of_correction(
    corrects: CheckIn, effective_on: date | None, *, key_result: KeyResult, value: Decimal | None
) -> date:
    """The day of the check-in corrected: a correction stands in its place, so it has no other day."""
    if corrects.key_result_id != key_result.pk:
        raise Invalid(_("The check-in to correct belongs to another key result."), field="corrects")
    return day_of_correction(corrects, effective_on, value=value)


def _reported_value(value: Decimal | None, key_result: KeyResult, *, effective_on: date) -> Decimal:
    if value is None:
        return _value_in_force(key_result, effective_on)
    try:
        value = CheckIn._meta.get_field("value").clean(value, None)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), field="value") from error
    if key_result.kind == KeyResult.Kind.MILESTONE and value not in (0, 1):
        raise Invalid(_("A milestone is done (1) or not done (0)."), field="value")
    return value


def _value_in_force(key_result: KeyResult, day: date) -> Decimal:
    """What "no change" means: the value as it was on that day, not a later one."""
    until = CheckIn.objects.filter(key_result=key_result, effective_on__lte=day)
    known = until.newest_first().first()
    if known is None or known.value is None:
        raise Invalid(_("There is no value yet that could stay as it is; enter one."), field="value")
    return known.value


def _clean(check_in: CheckIn) -> None:
    """Judges the fields; the database judges the constraints again, without a query for each."""
    refuse_unstorable(check_in)
    try:
        check_in.clean_fields(exclude={"key_result", "author", "corrects", "kpi_entry", "completion"})
    except ValidationError as error:
        raise Invalid.from_validation(error) from error
    if check_in.corrects_id is not None and not check_in.reason.strip():
        raise Invalid(_("Say why the check-in is corrected."), field="reason")
    if check_in.confidence is not None and not 0 <= check_in.confidence <= 10:
        raise Invalid(_("Confidence goes from 0 to 10."), field="confidence")
