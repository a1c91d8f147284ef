"""What an objective needs from elsewhere: asking for it, answering, asking again, withdrawing."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from goals.actions.needs import (
    answer_dependency,
    ask_again,
    change_dependency,
    create_dependency,
    withdraw_dependency,
)
from goals.actions.refusals import AnsweredBefore, Refused
from goals.forms.needs import AnswerForm, NeedForm, PressForm
from goals.models import Dependency, Objective
from goals.views import plan_flow
from goals.views.objectives import objective_crumbs
from goals.views.plan_flow import CONFLICTS, Page, get_and_post, refuse_non_editors, visible_objective


@get_and_post
def need_create(request: HttpRequest, code: str) -> HttpResponse:
    objective = visible_objective(request, code)
    refuse_non_editors(request, objective.roadmap.area)
    page = _page("goals/need_form.html", _("New need"), objective, objective.get_absolute_url())
    who: dict[str, Any] = {"by": request.user, "now": timezone.now()}
    return plan_flow.create(
        request,
        page,
        partial(NeedForm, instance=Dependency(objective=objective), reader=request.user),
        lambda entered: create_dependency(objective, **who, **entered),
    )


@get_and_post
def need_edit(request: HttpRequest, need_id: int) -> HttpResponse:
    need = _editable_need(request, need_id)
    objective = need.objective
    page = _page("goals/need_form.html", _("Edit a need"), objective, need.get_absolute_url(), need=need)
    return plan_flow.change(
        request,
        page,
        partial(NeedForm, reader=request.user),
        need,
        lambda form: change_dependency(
            need, by=request.user, now=timezone.now(), version=form.seen_version, **form.entered
        ),
    )


@get_and_post
def need_answer(request: HttpRequest, need_id: int) -> HttpResponse:
    """The other side accepts or declines; of a partner, its own side notes the answer."""
    need = _visible_need(request, need_id)
    _refuse_strangers(request, need)
    subject = need.on_objective or need.objective
    heading = _("Answer a need") if need.on_objective else _("Note what the partner says")
    page = _page("goals/need_answer.html", heading, subject, subject.get_absolute_url(), need=need)
    start = {name: request.GET.get(name, "") for name in ("answer", "back")} | {"version": need.version}
    form = AnswerForm(request.POST if request.method == "POST" else None, initial=start)
    if not form.is_bound:
        return plan_flow.answer(request, page, form)
    if not form.is_valid():
        return plan_flow.answer(request, page, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    given = form.cleaned_data
    try:
        kept = answer_dependency(
            need,
            given["answer"],
            by=request.user,
            now=timezone.now(),
            version=form.seen_version,
            note=given["answer_note"],
        )
    except Refused as refusal:
        return _refused(request, page, form, refusal)
    is_accepted = kept.answer == Dependency.Answer.ACCEPTED
    messages.success(request, _("Accepted.") if is_accepted else _("Declined."))
    place = "asked" if need.on_objective else "need"
    return _back(form, need, f"{subject.get_absolute_url()}#{place}-{need.pk}")


@require_POST
def need_ask_again(request: HttpRequest, need_id: int) -> HttpResponse:
    """One press after an answer: it is taken back, and another is waited for."""
    need = _editable_need(request, need_id)
    return _press(request, need, ask_again, _("Asked again."))


@require_POST
def need_withdraw(request: HttpRequest, need_id: int) -> HttpResponse:
    need = _editable_need(request, need_id)
    return _press(request, need, withdraw_dependency, _("Withdrawn."))


def _press(request: HttpRequest, need: Dependency, act: Any, done: str) -> HttpResponse:
    form = PressForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Nothing was changed: this press did not say what it saw."))
        return redirect(need.objective)
    try:
        act(need, by=request.user, now=timezone.now(), version=form.seen_version)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, done)
    return _back(form, need, need.objective.get_absolute_url())


def _refused(request: HttpRequest, page: Page, form: AnswerForm, refusal: Refused) -> HttpResponse:
    """What was typed stays; sent once more, it is sent by somebody who saw what stands there now."""
    need = _visible_need(request, page.more["need"].pk)
    typed = request.POST.copy()
    typed["version"] = str(need.version)
    form.data = typed
    form.refuse(refusal)
    is_conflict = isinstance(refusal, (*CONFLICTS, AnsweredBefore))
    status = HTTPStatus.CONFLICT if is_conflict else HTTPStatus.UNPROCESSABLE_ENTITY
    return plan_flow.answer(request, page, form, status=status, need=need)


def _visible_need(request: HttpRequest, need_id: int) -> Dependency:
    """Raises Http404, also where the person may not see what is needed or who needs it."""
    seen = Dependency.objects.live().visible_to(request.user).filter(objective__in=Objective.objects.live())
    related = seen.with_context().select_related(
        "objective__roadmap__area__parent", "on_objective__roadmap__area__parent"
    )
    return get_object_or_404(related, pk=need_id)


def _editable_need(request: HttpRequest, need_id: int) -> Dependency:
    need = _visible_need(request, need_id)
    refuse_non_editors(request, need.objective.roadmap.area)
    return need


def _refuse_strangers(request: HttpRequest, need: Dependency) -> None:
    """Raises PermissionDenied. Whether one may see it was asked before."""
    if Dependency.objects.answerable_by(request.user).filter(pk=need.pk).exists():
        return
    if need.on_objective is None:
        sentence = _("What a partner says is noted by the leads of %(area)s and by managers.")
        raise PermissionDenied(sentence % {"area": need.objective.roadmap.area.name})
    sentence = _("What is asked of %(area)s is answered by its leads and by managers.")
    raise PermissionDenied(sentence % {"area": need.on_objective.roadmap.area.name})


def _page(template: str, heading: str, objective: Objective, back: str, **more: Any) -> Page:
    crumbs = [*objective_crumbs(objective, last=False), (heading, "")]
    return Page(template, heading, objective.roadmap.cycle, crumbs, back, {"objective": objective} | more)


def _back(form: PressForm, need: Dependency, page: str) -> HttpResponse:
    """To where the press stood."""
    cycle = need.objective.roadmap.cycle
    asked = {PressForm.LIST: {"cycle": cycle.key}, PressForm.MINE: {"cycle": cycle.key, "state": "mine"}}
    query = asked.get(form.cleaned_data["back"])
    return redirect(f"{reverse('goals:dependency_list')}?{urlencode(query)}" if query else page)
