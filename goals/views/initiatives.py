"""What is being done for a key result: the card on its page, the form, and what one press does."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from goals.actions.initiatives import change_initiative, create_initiative, shift_initiative
from goals.actions.refusals import Refused
from goals.figures.initiatives import Initiatives, initiatives_of
from goals.forms.initiatives import InitiativeForm, MoveForm, StateForm
from goals.models import Initiative, KeyResult
from goals.views import plan_flow
from goals.views.context import Reader
from goals.views.looking_back import ShownDay
from goals.views.objectives import objective_crumbs
from goals.views.plan_flow import Page, get_and_post, visible_key_result

MOST_OF_MINE = 30


@dataclass(frozen=True)
class Line:
    """One initiative as its reader finds it."""

    row: Initiative
    may_edit: bool
    is_first: bool = False
    is_last: bool = False


@dataclass(frozen=True)
class Card:
    """The initiatives of a key result on the shown day."""

    all: Initiatives
    lines: list[Line]
    may_add: bool


def initiatives_card(key_result: KeyResult, user: Reader, shown: ShownDay, *, may_run: bool) -> Card:
    """`may_run`: the person may check in on it. Two queries at most; looking back, one."""
    found = initiatives_of([key_result.pk], until=shown.as_of)[key_result.pk]
    is_open = shown.as_of is None and not key_result.cycle.is_closed and key_result.is_counting
    may_add = is_open and may_run
    own = Initiative.objects.filter(key_result=key_result).editable_by(user, shown.today) if is_open else []
    editable = {row.pk for row in own}
    last = len(found.rows) - 1
    lines = [Line(row, row.pk in editable, place == 0, place == last) for place, row in enumerate(found.rows)]
    return Card(found, lines, may_add)


def my_initiatives(user: Any) -> dict[str, Any]:
    """For My check-ins: what its reader is still to do, and how much of it is not shown."""
    rows = list(Initiative.objects.awaited_of(user).with_context()[: MOST_OF_MINE + 1])
    return {"initiatives": rows[:MOST_OF_MINE], "has_more_initiatives": len(rows) > MOST_OF_MINE}


def refuse_non_runners(request: HttpRequest, key_result: KeyResult) -> None:
    """Raises PermissionDenied. Whether one may see it was asked before."""
    checkable = KeyResult.objects.checkable_by(request.user, timezone.localdate())
    if not checkable.filter(pk=key_result.pk).exists():
        raise _not_allowed(key_result)


def _not_allowed(key_result: KeyResult) -> PermissionDenied:
    return PermissionDenied(
        _("What is done for %(code)s is written down by its owner and the people of its area.")
        % {"code": key_result.code}
    )


def _own_initiative(request: HttpRequest, initiative_id: int) -> Initiative:
    """Raises Http404 for what the person may not see, PermissionDenied for what they may not change."""
    seen = Initiative.objects.visible_to(request.user).live().with_context()
    initiative = get_object_or_404(seen, pk=initiative_id)
    editable = Initiative.objects.editable_by(request.user, timezone.localdate())
    if not editable.filter(pk=initiative.pk).exists():
        raise _not_allowed(initiative.key_result)
    return initiative


def _page(heading: str, key_result: KeyResult, back: str) -> Page:
    crumbs = [
        *objective_crumbs(key_result.objective, last=False),
        (key_result.short_code, key_result.get_absolute_url()),
        (heading, ""),
    ]
    more = {"key_result": key_result}
    return Page("goals/initiative_form.html", heading, key_result.cycle, crumbs, back, more)


@get_and_post
def initiative_create(request: HttpRequest, code: str) -> HttpResponse:
    key_result = visible_key_result(request, code)
    refuse_non_runners(request, key_result)
    who: dict[str, Any] = {"by": request.user, "now": timezone.now()}
    return plan_flow.create(
        request,
        _page(_("New initiative"), key_result, f"{key_result.get_absolute_url()}#initiatives"),
        partial(InitiativeForm, instance=Initiative(key_result=key_result)),
        lambda entered: create_initiative(key_result, **who, **entered),
    )


@get_and_post
def initiative_edit(request: HttpRequest, initiative_id: int) -> HttpResponse:
    initiative = _own_initiative(request, initiative_id)
    return plan_flow.change(
        request,
        _page(_("Edit an initiative"), initiative.key_result, initiative.get_absolute_url()),
        InitiativeForm,
        initiative,
        lambda form: change_initiative(
            initiative, by=request.user, now=timezone.now(), version=form.seen_version, **form.entered
        ),
    )


@require_POST
def initiative_state(request: HttpRequest, initiative_id: int) -> HttpResponse:
    """One press: from planned to under way to done, without opening the form."""
    initiative = _own_initiative(request, initiative_id)
    form = StateForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Nothing was changed: this press named no state."))
        return redirect(initiative)
    state, version = form.cleaned_data["state"], int(form.cleaned_data["version"])
    try:
        change_initiative(initiative, by=request.user, now=timezone.now(), version=version, state=state)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        told = {"title": initiative.title, "state": Initiative.State(state).label}
        messages.success(request, _("“%(title)s”: %(state)s.") % told)
    return redirect("goals:my_check_ins") if form.cleaned_data["mine"] else redirect(initiative)


@require_POST
def initiative_move(request: HttpRequest, initiative_id: int) -> HttpResponse:
    """One place up or down, from where it stands now."""
    initiative = _own_initiative(request, initiative_id)
    form = MoveForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Nothing was moved: say up or down."))
        return redirect(initiative)
    try:
        shift_initiative(initiative, by=request.user, now=timezone.now(), steps=form.steps)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect(initiative)
