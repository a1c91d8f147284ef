"""Drafts of check-ins: kept for their author alone, thrown away, or sent by the one way in.

A draft is held after its cycle and key result, as everything below them (docs/adr/0003-locks.md).
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from goals.actions import locks
from goals.actions.check_ins import record_check_in, refuse_unless_open
from goals.actions.people import NotAllowed
from goals.actions.refusals import Invalid, Refused, StaleVersion
from goals.actions.rows import refuse_unstorable
from goals.models import CheckIn, CheckInDraft, KeyResult
from goals.notation import NotReadable
from goals.sentences import refusal_text
from goals.values import parse_reported, plain_number

# What a draft says, and what it says where nothing was entered.
EMPTY: dict[str, Any] = {
    "value_text": "",
    "is_no_change": False,
    "status": "",
    "confidence": None,
    "note": "",
    "blocker": "",
    "evidence_url": "",
    "effective_on": None,
}


class DraftChanged(StaleVersion):
    """Its author changed, sent or threw away the draft in another window or by a program."""

    def __init__(self) -> None:
        Refused.__init__(self, _("You changed or sent this draft elsewhere in the meantime."))


def may_check_in(person: Any, key_result: KeyResult, today: date) -> bool:
    """Whether the person has, at this moment, the rights that a check-in asks for."""
    rows = KeyResult.objects.visible_to(person).filter(pk=key_result.pk)
    return person.is_active and rows.filter(pk__in=KeyResult.objects.checkable_by(person, today)).exists()


@transaction.atomic
def keep_draft(
    key_result: KeyResult,
    *,
    author: Any,
    now: datetime,
    version: int | None,
    send_at: datetime | None = None,
    seen_count: int | None = None,
    **written: Any,
) -> CheckInDraft:
    """Keeps what was written in place of what was; `version` is the one its author saw, None where none.

    What is left out of `written` is empty afterwards. With `send_at` it is sent then, by itself.
    Raises CycleClosed, CycleNotActive, Archived, DraftChanged, or Invalid with a sentence per field. Whether
    the author may check in is asked at the door, and again when it is sent.
    """
    cycle = locks.share_cycle(key_result.objective.roadmap.cycle_id)
    refuse_unless_open(cycle, key_result)
    if send_at is not None and send_at <= now:
        raise Invalid(_("Choose a time that lies ahead."), field="send_at")
    draft = _held(author, key_result)
    if (draft.version if draft else None) != version:
        raise DraftChanged
    draft = draft or CheckInDraft(author=author, key_result=key_result)
    for name, nothing in EMPTY.items():
        setattr(draft, name, written.get(name, nothing))
    refuse_nothing(draft)
    value = written.get("value")
    draft.value = _read(draft.value_text, key_result) if value is None else value
    draft.seen_count = key_result.check_in_count if seen_count is None else seen_count
    draft.send_at, draft.refusal, draft.refused_at = send_at, "", None
    # Whoever is about to send what stood here finds the lease gone.
    draft.attempts, draft.lease_token, draft.leased_until = 0, None, None
    _save(draft)
    return draft


def refuse_nothing(draft: CheckInDraft) -> None:
    if draft.is_empty:
        raise Invalid(_("Nothing was entered, so there is nothing to keep."))


def discard_draft(draft: CheckInDraft, *, version: int | None = None) -> None:
    """Deletes it for good; only as its author saw it where a version is given. Raises DraftChanged."""
    rows = CheckInDraft.objects.filter(pk=draft.pk)
    deleted, _each = (rows if version is None else rows.filter(version=version)).delete()
    if version is not None and not deleted:
        raise DraftChanged


@transaction.atomic
def send_draft(draft: CheckInDraft, *, now: datetime, today: date, source: str) -> CheckIn:
    """Makes the check-in of a draft, as it was read, and ends the draft; both or neither.

    Raises DraftChanged where it is another by now, NotAllowed where its author may not check in any more, and
    whatever `record_check_in` refuses. `today` is the day it is where the author is.
    """
    key_result = draft.key_result
    locks.share_cycle(key_result.objective.roadmap.cycle_id)
    key_result = locks.lock_key_result(key_result.pk)
    kept = _held(draft.author, key_result)
    # By its lease too: a worker whose lease has passed sends nothing.
    known = (draft.pk, draft.version, draft.lease_token)
    if kept is None or (kept.pk, kept.version, kept.lease_token) != known:
        raise DraftChanged
    if not may_check_in(draft.author, key_result, today):
        raise NotAllowed(_("You may not check in on %(code)s any more.") % {"code": key_result.code})
    check_in = record_check_in(
        key_result,
        author=draft.author,
        now=now,
        today=today,
        value=_value_of(kept, key_result),
        status=_status_of(kept),
        source=source,
        confidence=kept.confidence,
        note=kept.note,
        blocker=kept.blocker,
        evidence_url=kept.evidence_url,
        effective_on=kept.effective_on,
        seen_count=kept.seen_count,
    )
    kept.delete()
    return check_in


@transaction.atomic
def check_in_from_form(
    key_result: KeyResult, *, author: Any, draft_version: int | None, **report: Any
) -> CheckIn:
    """`record_check_in`; the draft that the form was filled in from has served, and goes.

    One that was changed since in another window stays: its words are not in what was sent.
    """
    check_in = record_check_in(key_result, author=author, **report)
    if draft_version is not None:
        CheckInDraft.objects.filter(author=author, key_result=key_result, version=draft_version).delete()
    return check_in


def as_typed(value: Decimal, key_result: KeyResult) -> str:
    """A value that a program wrote, as a person would have typed it into the form."""
    if key_result.kind == KeyResult.Kind.MILESTONE and value in (0, 1):
        return "done" if value else "not done"
    return plain_number(value)


def _held(author: Any, key_result: KeyResult) -> CheckInDraft | None:
    rows = CheckInDraft.objects.select_for_update(no_key=True)
    return rows.filter(author=author, key_result=key_result).first()


def _save(draft: CheckInDraft) -> None:
    refuse_unstorable(draft)
    try:
        draft.clean_fields()
    except ValidationError as error:
        raise Invalid.from_validation(error) from error
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError as error:  # two windows began one at once
        raise DraftChanged from error


def _read(text: str, key_result: KeyResult) -> Decimal | None:
    """What was typed as a number, in the notation of who typed it; None where it is none yet."""
    if not text.strip():
        return None
    try:
        return parse_reported(text, kind=key_result.formula_kind, unit=key_result.unit)
    except NotReadable:
        return None


def _value_of(draft: CheckInDraft, key_result: KeyResult) -> Decimal | None:
    if draft.is_no_change:
        if draft.value_text.strip():
            raise Invalid(_("Enter a value or mark “no change”, not both."), field="value")
        return None
    if draft.value is not None:
        return draft.value
    if not draft.value_text.strip():
        raise Invalid(_("Enter the value now, or mark “no change”."), field="value")
    try:
        return parse_reported(draft.value_text, kind=key_result.formula_kind, unit=key_result.unit)
    except NotReadable as error:
        raise Invalid(refusal_text(error), field="value") from error


def _status_of(draft: CheckInDraft) -> str:
    if not draft.status:
        raise Invalid(_("Say on track, behind or at risk."), field="status")
    return draft.status
