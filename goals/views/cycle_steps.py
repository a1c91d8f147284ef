"""The steps in the life of a cycle: each says first what is missing, and then asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from areas.models import Area
from goals.actions.cycles import activate_cycle, begin_closing, close_cycle, reopen_cycle
from goals.actions.refusals import ReasonNeeded, Refused, WrongState
from goals.figures.remarks import reviews
from goals.figures.scores import missing_counts, roadmaps_scores
from goals.forms.cycles import StepForm
from goals.models import Cycle, Roadmap
from goals.views.cycles import crumbs_of, refuse_who_runs_no_cycles, roadmaps_of
from goals.views.exports import printed_lengths


@dataclass(frozen=True)
class Step:
    """A step as its page says it. `missing` looks up what is not there yet."""

    act: Callable[..., Cycle]
    begins_from: str
    leads_to: str
    title: Any
    effects: tuple[Any, ...]
    button: Any
    done: Any
    missing: Callable[[Cycle, Any], dict[str, Any]] | None = None
    asks_reason: bool = False


def _missing_in_plans(cycle: Cycle, user: Any) -> dict[str, Any]:
    """Drafts, areas without a roadmap, and the review remarks by roadmap."""
    roadmaps = list(roadmaps_of(cycle, user))
    planned = {roadmap.area_id for roadmap in roadmaps}
    teams = Area.objects.live().without_tree_fields().filter(children__isnull=True)
    found = reviews(roadmaps, user=user, today=timezone.localdate(), lengths=printed_lengths(roadmaps, user))
    return {
        "shows_plans": True,
        "has_plans": bool(roadmaps),
        "drafts": [roadmap for roadmap in roadmaps if roadmap.state == Roadmap.State.DRAFT],
        "without_roadmap": [area for area in teams.order_by("key") if area.pk not in planned],
        "reviews": [review for review in found if review.remarks],
        "warning_count": sum(len(review.warnings) for review in found),
        "hint_count": sum(len(review.hints) for review in found),
    }


def _missing_in_scores(cycle: Cycle, user: Any) -> dict[str, Any]:
    scores = roadmaps_scores(roadmaps_of(cycle, user), user=user)
    return {
        "shows_scores": True,
        "incomplete": [entry for entry in scores if not entry.is_complete],
        "missing": missing_counts(scores),
    }


ACTIVATE = Step(
    act=activate_cycle,
    begins_from=Cycle.State.PLANNING,
    leads_to=Cycle.State.ACTIVE,
    title=gettext_lazy("Activate"),
    effects=(
        gettext_lazy("Check-ins open, and reminders begin to ask for them."),
        gettext_lazy("Start, target, bounds, weight and kind of a key result change with a reason only."),
        gettext_lazy("Dates and thresholds of the cycle change with a reason only."),
        gettext_lazy("Drafts stay drafts; whoever leads the area publishes them."),
    ),
    button=gettext_lazy("Activate"),
    done=gettext_lazy("%(cycle)s is active; check-ins are open."),
    missing=_missing_in_plans,
)
BEGIN_CLOSING = Step(
    act=begin_closing,
    begins_from=Cycle.State.ACTIVE,
    leads_to=Cycle.State.CLOSING,
    title=gettext_lazy("Begin closing"),
    effects=(
        gettext_lazy("Last check-ins are still taken."),
        gettext_lazy("Leads score the key results of their areas and write closing notes."),
        gettext_lazy("There is no way back to active; re-opening leads here too."),
    ),
    button=gettext_lazy("Begin closing"),
    done=gettext_lazy("%(cycle)s is closing; scores can be given."),
)
CLOSE = Step(
    act=close_cycle,
    begins_from=Cycle.State.CLOSING,
    leads_to=Cycle.State.CLOSED,
    title=gettext_lazy("Close"),
    effects=(
        gettext_lazy("Numbers, plans, risks and scores are frozen; every write is refused."),
        gettext_lazy("A key result nobody scored gets its proposed score."),
        gettext_lazy("The figures of the day are kept as a snapshot."),
        gettext_lazy("A manager may open the cycle again, with a reason."),
    ),
    button=gettext_lazy("Close"),
    done=gettext_lazy("%(cycle)s is closed; its numbers are frozen."),
    missing=_missing_in_scores,
)
REOPEN = Step(
    act=reopen_cycle,
    begins_from=Cycle.State.CLOSED,
    leads_to=Cycle.State.CLOSING,
    title=gettext_lazy("Open again"),
    effects=(
        gettext_lazy("The cycle is closing again: check-ins and scores are taken."),
        gettext_lazy("Who opened it, when and why stays in its history."),
    ),
    button=gettext_lazy("Open again"),
    done=gettext_lazy("%(cycle)s is closing again."),
    asks_reason=True,
)


def cycle_activate(request: HttpRequest, cycle_key: str) -> HttpResponse:
    return _step(request, cycle_key, ACTIVATE)


def cycle_begin_closing(request: HttpRequest, cycle_key: str) -> HttpResponse:
    return _step(request, cycle_key, BEGIN_CLOSING)


def cycle_close(request: HttpRequest, cycle_key: str) -> HttpResponse:
    return _step(request, cycle_key, CLOSE)


def cycle_reopen(request: HttpRequest, cycle_key: str) -> HttpResponse:
    return _step(request, cycle_key, REOPEN)


@require_http_methods(["GET", "HEAD", "POST"])
def _step(request: HttpRequest, cycle_key: str, step: Step) -> HttpResponse:
    cycle = get_object_or_404(Cycle, key=cycle_key)
    refuse_who_runs_no_cycles(request)
    if request.method != "POST":
        form = StepForm(initial={"version": cycle.version}, asks_reason=step.asks_reason)
        return _ask(request, cycle, step, form)
    form = StepForm(request.POST, asks_reason=step.asks_reason)
    if not form.is_valid():
        return _ask(request, cycle, step, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        moved = step.act(cycle, by=request.user, now=timezone.now(), **form.arguments)
    except Refused as refusal:
        return _refused(request, cycle, step, form, refusal)
    messages.success(request, step.done % {"cycle": moved.name})
    return redirect(cycle)


def _refused(
    request: HttpRequest, cycle: Cycle, step: Step, form: StepForm, refusal: Refused
) -> HttpResponse:
    cycle.refresh_from_db()
    if isinstance(refusal, WrongState) and cycle.state == step.leads_to:
        # Pressed twice, or by two at once: what was asked for is the case.
        names = {"cycle": cycle.name, "state": cycle.get_state_display()}
        messages.info(request, _("%(cycle)s is %(state)s already; nothing was done twice.") % names)
        return redirect(cycle)
    if isinstance(refusal, ReasonNeeded):
        form.add_error("reason", refusal.sentence)
        return _ask(request, cycle, step, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    form.add_error(None, refusal.sentence)
    form.data = dict(form.data.items()) | {"version": str(cycle.version)}
    return _ask(request, cycle, step, form, status=HTTPStatus.CONFLICT)


def _ask(
    request: HttpRequest, cycle: Cycle, step: Step, form: StepForm, *, status: int = HTTPStatus.OK
) -> HttpResponse:
    can_begin = cycle.state == step.begins_from
    context = {
        "nav": "cycles",
        "this_cycle": cycle,
        "step": step,
        "form": form,
        "can_begin": can_begin,
        "begins_from": Cycle.State(step.begins_from).label,
        "crumbs": crumbs_of(cycle, here=str(step.title)),
    }
    if can_begin and step.missing is not None:
        context |= step.missing(cycle, request.user)
    return render(request, "goals/cycle_step.html", context, status=status)
