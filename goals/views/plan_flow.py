"""How every page that edits the plan answers: the form, what is wrong with it, or what it led to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from areas.models import Area
from areas.permissions import can_contribute, can_edit_plan
from goals.actions.once import SentBefore, make_once
from goals.actions.refusals import Archived, CycleClosed, Refused, StaleVersion, WrongState
from goals.figures.tags import suggested
from goals.forms.plan import PlanForm
from goals.models import Cycle, InterimTarget, KeyResult, Objective, Risk
from goals.models.objective import ObjectiveQuerySet

CONFLICTS = (Archived, CycleClosed, SentBefore, StaleVersion, WrongState)
MakeForm = Callable[..., Any]
get_and_post = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True)
class AnyPage:
    """What stands around a form: `back` is where its reader came from; no cycle where it is of none."""

    template: str
    heading: str
    cycle: Cycle | None
    crumbs: list[tuple[str, str]]
    back: str
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Page(AnyPage):
    """Of a form that changes the plan of a cycle."""

    cycle: Cycle


def refuse_non_editors(request: HttpRequest, area: Area) -> None:
    """Raises PermissionDenied. Whether one may see it was asked before."""
    if not can_edit_plan(request.user, area):
        raise PermissionDenied(
            _("The plan of %(area)s is edited by its leads and by managers.") % {"area": area.name}
        )


def refuse_non_contributors(request: HttpRequest, area: Area) -> None:
    if not can_contribute(request.user, area):
        raise PermissionDenied(
            _("Risks of %(area)s are edited by its leads and contributors, and by managers.")
            % {"area": area.name}
        )


def visible_objective(request: HttpRequest, code: str) -> Objective:
    """Raises Http404."""
    return get_object_or_404(_objectives(request).live(), code=code)


def visible_key_result(request: HttpRequest, code: str) -> KeyResult:
    key_results = KeyResult.objects.visible_to(request.user).live().with_context()
    return get_object_or_404(key_results, code=code)


def visible_risk(request: HttpRequest, code: str) -> Risk:
    risks = Risk.objects.visible_to(request.user).live()
    related = risks.select_related("objective__roadmap__area__parent", "objective__roadmap__cycle")
    return get_object_or_404(related, code=code)


def _objectives(request: HttpRequest) -> ObjectiveQuerySet:
    visible = Objective.objects.visible_to(request.user)
    return visible.select_related("roadmap__area__parent", "roadmap__cycle")


def create(
    request: HttpRequest, page: AnyPage, make_form: MakeForm, act: Callable[[dict[str, Any]], Any]
) -> HttpResponse:
    """A form that makes something. Sent twice it makes one, and leads to it both times."""
    if request.method != "POST":
        return answer(request, page, make_form(None))
    form = make_form(request.POST)
    if not form.is_valid() or "more_rows" in request.POST:
        return answer(request, page, form, status=_status(request))
    try:
        led_to, is_new = make_once(
            form.cleaned_data["form_id"] or uuid4(),
            fingerprint=form.fingerprint,
            by=request.user,
            now=timezone.now(),
            make=lambda: act(form.entered).get_absolute_url(),
        )
    except Refused as refusal:
        return _refused(request, page, form, refusal)
    messages.success(request, _("Saved.") if is_new else _("This was saved already."))
    return redirect(led_to)


def change(
    request: HttpRequest,
    page: AnyPage,
    make_form: MakeForm,
    row: Any,
    act: Callable[[PlanForm], bool],
) -> HttpResponse:
    """A form that changes something; what somebody else saved meanwhile is shown beside it."""
    if request.method != "POST":
        return answer(request, page, make_form(None, instance=row))
    form = make_form(request.POST, instance=row)
    if not form.is_valid() or "more_rows" in request.POST:
        return answer(request, page, form, status=_status(request))
    try:
        is_changed = act(form)
    except StaleVersion as refusal:
        return _conflict(request, page, make_form, form, refusal)
    except Refused as refusal:
        return _refused(request, page, form, refusal)
    messages.success(request, _("Saved.") if is_changed else _("Nothing was changed."))
    return redirect(page.back)


def answer(
    request: HttpRequest, page: AnyPage, form: Any, *, status: int = HTTPStatus.OK, **more: Any
) -> HttpResponse:
    context = {
        "nav": "areas",
        "page": page,
        "form": form,
        "cycle": page.cycle,
        "crumbs": page.crumbs,
        "is_closed": page.cycle is not None and page.cycle.is_closed,
    }
    if "tags" in form.fields:
        context["suggested_tags"] = suggested(request.user, form["tags"].value() or "")
    return render(request, page.template, context | page.more | more, status=status)


def _status(request: HttpRequest) -> HTTPStatus:
    """Asking for more rows is no mistake."""
    return HTTPStatus.OK if "more_rows" in request.POST else HTTPStatus.UNPROCESSABLE_ENTITY


def _refused(request: HttpRequest, page: AnyPage, form: Any, refusal: Refused) -> HttpResponse:
    form.refuse(refusal)
    is_conflict = isinstance(refusal, CONFLICTS)
    status = HTTPStatus.CONFLICT if is_conflict else HTTPStatus.UNPROCESSABLE_ENTITY
    return answer(request, page, form, status=status)


def _conflict(
    request: HttpRequest, page: AnyPage, make_form: MakeForm, form: Any, refusal: StaleVersion
) -> HttpResponse:
    """Both versions side by side; the form goes on from what was entered, over what is saved now."""
    current: Any = type(form.instance)._base_manager.get(pk=form.instance.pk)
    theirs = make_form(None, instance=current)
    base = _as_seen(make_form, current, form.seen_version)
    last = current.history.select_related("history_user").order_by("-history_id").first()
    merged = make_form(form.merged_data(base, theirs), instance=current)
    merged.is_valid()
    return answer(
        request,
        page,
        merged,
        status=HTTPStatus.CONFLICT,
        conflict=refusal.sentence,
        differences=form.differences(theirs),
        changed_by=last.history_user if last else None,
        changed_at=last.history_date if last else None,
    )


def _as_seen(make_form: MakeForm, current: Model, version: int) -> Any:
    """The form as its reader was shown it; None where the history does not hold that version."""
    history: Any = current.history  # type: ignore[attr-defined]
    row = history.filter(version=version).order_by("-history_id").first()
    if row is None:
        return None
    options = {}
    if isinstance(current, KeyResult):
        interim = InterimTarget.history.as_of(row.history_date).filter(key_result=current)
        options["interim_targets"] = sorted((found.on, found.value) for found in interim)
    return make_form(None, instance=row.instance, **options)
