"""Nudging the owner of an overdue key result, and when it was done last."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.ways import is_path_here
from areas.models import Area
from goals.actions.nudges import is_overdue, may_nudge, nudge
from goals.actions.refusals import Refused
from goals.figures import KeyResultFigures
from goals.forms.nudges import NudgeForm
from goals.models import KeyResult, Nudge
from goals.views.looking_back import ShownDay


@dataclass(frozen=True)
class NudgePress:
    """What stands where a key result is overdue: the press, or who did it less than seven days ago."""

    key_result: KeyResult
    last: Nudge | None
    form: NudgeForm

    @property
    def due_on(self) -> date | None:
        return self.key_result.check_in_due_on


@require_POST
def key_result_nudge(request: HttpRequest, code: str) -> HttpResponse:
    """One press asks its owner for a check-in."""
    key_results = KeyResult.objects.live().visible_to(request.user).with_context()
    key_result = get_object_or_404(key_results, code=code)
    if not may_nudge(request.user, key_result):
        raise PermissionDenied(
            _("The leads of %(area)s and the managers nudge.") % {"area": key_result.area.name}
        )
    form = NudgeForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(sentence) for sentence in form.errors["sentence"]))
    else:
        _nudge(request, key_result, form.cleaned_data["sentence"])
    back = str(request.POST.get("back", ""))
    return redirect(back) if is_path_here(back) else redirect(key_result)


def presses_for(
    key_results: Collection[KeyResult], user: Any, *, today: date, now: datetime, led: set[int] | None = None
) -> dict[int, NudgePress]:
    """By key result, for those that are overdue and that the person may nudge about. Two queries at most.

    `led`: which of their areas the person plans, where that is known; it saves one of the two.
    """
    overdue = [
        row
        for row in key_results
        if row.owner_id not in (None, user.pk) and row.is_counting and is_overdue(row, today)
    ]
    if not overdue:
        return {}
    if led is None:
        areas = {row.objective.roadmap.area_id for row in overdue}
        led = set(Area.objects.editable_by(user).filter(pk__in=areas).values_list("pk", flat=True))
    mine = [row for row in overdue if row.objective.roadmap.area_id in led]
    recent = Nudge.objects.recent(now).filter(key_result__in=mine).select_related("author", "person")
    last = {nudge.key_result_id: nudge for nudge in recent.order_by("made_at", "pk")} if mine else {}
    return {row.pk: NudgePress(row, last.get(row.pk), NudgeForm()) for row in mine}


def with_presses(
    rows: Sequence[KeyResultFigures], user: Any, shown: ShownDay
) -> list[tuple[KeyResultFigures, NudgePress | None]]:
    """Nobody is nudged about a past day."""
    key_results = [] if shown.as_of else [row.key_result for row in rows]
    presses = presses_for(key_results, user, today=shown.today, now=timezone.now())
    return [(row, presses.get(row.key_result.pk)) for row in rows]


def _nudge(request: HttpRequest, key_result: KeyResult, sentence: str) -> None:
    try:
        made = nudge(
            key_result,
            by=request.user,
            now=timezone.now(),
            today=timezone.localdate(),
            sentence=sentence,
        )
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        names = {"who": made.person.name, "code": key_result.code}
        messages.success(request, _("%(who)s is asked for a check-in on %(code)s.") % names)
