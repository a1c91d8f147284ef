"""Pages on which key results and objectives move; what would happen is shown before it does."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from goals.actions.moving import Moved, move_key_result, move_objective
from goals.actions.refusals import Invalid, ReasonNeeded, Refused
from goals.figures.belongings import Belongings, of_key_result, of_objective
from goals.forms.moves import MoveForm, MoveKeyResultForm, MoveObjectiveForm
from goals.models import Cycle
from goals.views import plan_flow
from goals.views.objectives import objective_crumbs
from goals.views.plan_flow import (
    Page,
    get_and_post,
    refuse_non_editors,
    visible_key_result,
    visible_objective,
)

MISTAKES = (Invalid, ReasonNeeded)


@dataclass(frozen=True)
class Preview:
    """What a move would do, and what comes along."""

    moved: Moved
    belongings: Belongings


@get_and_post
def key_result_move(request: HttpRequest, code: str) -> HttpResponse:
    key_result = visible_key_result(request, code)
    refuse_non_editors(request, key_result.area)
    crumbs = [
        *objective_crumbs(key_result.objective, last=False),
        (key_result.short_code, key_result.get_absolute_url()),
    ]
    page = _page(key_result, key_result.cycle, crumbs)
    return _move(request, page, MoveKeyResultForm, move_key_result, lambda: of_key_result(key_result))


@get_and_post
def objective_move(request: HttpRequest, code: str) -> HttpResponse:
    objective = visible_objective(request, code)
    refuse_non_editors(request, objective.roadmap.area)
    page = _page(objective, objective.roadmap.cycle, objective_crumbs(objective, last=False))
    return _move(request, page, MoveObjectiveForm, move_objective, lambda: of_objective(objective))


def _page(row: Any, cycle: Cycle, crumbs: list[tuple[str, str]]) -> Page:
    return Page(
        "goals/move_form.html",
        _("Move %(code)s") % {"code": row.code},
        cycle,
        [*crumbs, (_("Move"), "")],
        row.get_absolute_url(),
        {"row": row},
    )


def _move(
    request: HttpRequest, page: Page, form_class: type[MoveForm], act: Any, belongings: Any
) -> HttpResponse:
    row, cycle = page.more["row"], page.cycle
    form = form_class(request.POST or None, row=row, reader=request.user, asks_reason=cycle.takes_check_ins)
    if request.method != "POST" or not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        return plan_flow.answer(request, page, form, status=status)
    is_asked = "move" in request.POST
    place, status = form.cleaned_data["place"], HTTPStatus.OK
    who: dict[str, Any] = {"by": request.user, "now": timezone.now(), "version": form.seen_version}
    if is_asked:
        try:
            act(row, place, reason=form.why, **who)
        except Refused as refusal:
            form.refuse(refusal)
            is_mistake = isinstance(refusal, MISTAKES)
            status = HTTPStatus.UNPROCESSABLE_ENTITY if is_mistake else HTTPStatus.CONFLICT
            if not isinstance(refusal, ReasonNeeded):
                return plan_flow.answer(request, page, form, status=status)
        else:
            messages.success(request, _("Moved. The old code leads here."))
            return redirect(type(row).objects.get(pk=row.pk))
    try:
        moved = act(row, place, dry_run=True, **who)
    except Refused as refusal:
        form.refuse(refusal)
        return plan_flow.answer(request, page, form, status=HTTPStatus.CONFLICT)
    return plan_flow.answer(request, page, form, status=status, preview=Preview(moved, belongings()))
