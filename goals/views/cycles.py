"""The cycles: all of them, one with its life, and the forms that make and change one."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from areas.permissions import can_manage_cycles
from goals.actions.refusals import StaleVersion
from goals.figures.scores import missing_counts, roadmaps_scores
from goals.forms.cycles import CycleForm
from goals.models import CheckIn, Cycle, KeyResult, Objective, Risk, Roadmap
from goals.models.cycle import RoadmapQuerySet
from goals.views.context import Reader

CHANGES_SHOWN = 20
LIFE = {
    Cycle.State.PLANNING: gettext_lazy("Plans are written and change freely; nobody checks in yet."),
    Cycle.State.ACTIVE: gettext_lazy(
        "Check-ins are open. Start, target, bounds, weight and kind change with a reason only."
    ),
    Cycle.State.CLOSING: gettext_lazy("Last check-ins; leads give scores and write closing notes."),
    Cycle.State.CLOSED: gettext_lazy(
        "The numbers are frozen and every write is refused. A manager may open it again, with a reason."
    ),
}


@dataclass(frozen=True)
class LifeStep:
    """One state in the life of a cycle: when it was reached, and by whom, if it was."""

    label: str
    text: str
    is_current: bool
    is_past: bool
    reached_at: Any = None
    by: str = ""


def refuse_who_runs_no_cycles(request: HttpRequest) -> None:
    if not can_manage_cycles(request.user):
        raise PermissionDenied(_("Managers and administrators alone run the cycles."))


def crumbs_of(cycle: Cycle, *, here: str = "") -> list[tuple[str, str]]:
    """From the list of cycles to the page of one, and on to `here`."""
    cycles = (_("Cycles"), reverse("cycles:cycle_list"))
    if not here:
        return [cycles, (cycle.name, "")]
    return [cycles, (cycle.name, cycle.get_absolute_url()), (here, "")]


def roadmaps_of(cycle: Cycle, user: Reader) -> RoadmapQuerySet:
    """Those of live areas that the person sees, with area and cycle, in the order of the areas."""
    roadmaps = Roadmap.objects.visible_to(user).filter(cycle=cycle, area__archived_at__isnull=True)
    return roadmaps.select_related("area", "cycle").order_by("area__position", "area__key")


@require_safe
def cycle_list(request: HttpRequest) -> HttpResponse:
    seen = Roadmap.objects.visible_to(request.user).filter(area__archived_at__isnull=True)
    counts = dict(seen.order_by().values_list("cycle").annotate(Count("pk")))
    context = {
        "nav": "cycles",
        "rows": [(cycle, counts.get(cycle.pk, 0)) for cycle in Cycle.objects.all()],
        "can_manage": can_manage_cycles(request.user),
    }
    return render(request, "goals/cycle_list.html", context)


@require_safe
def cycle_detail(request: HttpRequest, cycle_key: str) -> HttpResponse:
    """Where a cycle stands in its life, what was agreed on for it, and what it holds."""
    cycle = get_object_or_404(Cycle, key=cycle_key)
    can_manage = can_manage_cycles(request.user)
    history = list(cycle.history.select_related("history_user").order_by("history_id"))
    scores = roadmaps_scores(roadmaps_of(cycle, request.user), user=request.user)
    context = {
        "nav": "cycles",
        "this_cycle": cycle,
        "crumbs": crumbs_of(cycle),
        "can_manage": can_manage,
        "life": _life(cycle, history),
        "counts": _counts(cycle, request.user),
        "scores": scores,
        "scored_count": sum(entry.scored_count for entry in scores),
        "key_result_count": sum(len(entry.key_results) for entry in scores),
        "missing": missing_counts(scores),
        "changes": _changes(history)[:CHANGES_SHOWN] if can_manage else [],
        "later": list(Cycle.objects.filter(starts_on__gt=cycle.starts_on).order_by("starts_on")),
        "others": list(Cycle.objects.exclude(pk=cycle.pk)),
    }
    return render(request, "goals/cycle_detail.html", context)


def _life(cycle: Cycle, history: list[Any]) -> list[LifeStep]:
    """The four states; of each when it was last entered. A state that lies ahead was not reached."""
    states = list(Cycle.State)
    here = states.index(Cycle.State(cycle.state))
    entered: dict[str, Any] = {}
    before = None
    for row in history:
        if row.state != before:
            entered[row.state] = row
        before = row.state
    steps = []
    for number, state in enumerate(states):
        row = entered.get(state) if number <= here else None
        who = row.history_user.name if row is not None and row.history_user else ""
        moment = row.history_date if row is not None else None
        steps.append(LifeStep(str(state.label), str(LIFE[state]), number == here, number < here, moment, who))
    return steps


def _counts(cycle: Cycle, user: Reader) -> dict[str, int]:
    """What the cycle holds, of what the person sees. Four queries."""
    roadmaps = roadmaps_of(cycle, user).aggregate(
        all=Count("pk"), drafts=Count("pk", filter=Q(state=Roadmap.State.DRAFT))
    )
    key_results = KeyResult.objects.counting().of_cycle(cycle).visible_to(user)
    return {
        "roadmaps": roadmaps["all"],
        "drafts": roadmaps["drafts"],
        "objectives": Objective.objects.counting().visible_to(user).filter(roadmap__cycle=cycle).count(),
        "check_ins": CheckIn.objects.filter(key_result__in=key_results).count(),
        "risks": Risk.objects.open().of_cycle(cycle).visible_to(user).count(),
    }


def _changes(history: list[Any]) -> list[Any]:
    """What was changed, the latest first: who, when, which fields and why."""
    fields = {field.name: field for field in Cycle._meta.concrete_fields}
    quiet = {"version", "updated_at"}
    changes = []
    for before, row in zip([None, *history], history, strict=False):
        named = [] if before is None else [name for name in fields if name not in quiet]
        moved = [name for name in named if getattr(before, name, None) != getattr(row, name, None)]
        labels = [str(getattr(fields[name], "verbose_name", name)) for name in moved]
        if before is None or moved:
            changes.append(
                {"row": row, "labels": labels, "is_first": before is None, "has_moved": "state" in moved}
            )
    return changes[::-1]


@require_http_methods(["GET", "HEAD", "POST"])
def cycle_add(request: HttpRequest) -> HttpResponse:
    refuse_who_runs_no_cycles(request)
    form = CycleForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        made = form.save(by=request.user, now=timezone.now())
        if made is not None:
            messages.success(
                request, _("%(cycle)s is made; its plans can be written.") % {"cycle": made.name}
            )
            return redirect(made)
    return _answer_form(request, form, crumbs=[(_("Cycles"), reverse("cycles:cycle_list")), (_("New"), "")])


@require_http_methods(["GET", "HEAD", "POST"])
def cycle_edit(request: HttpRequest, cycle_key: str) -> HttpResponse:
    cycle = get_object_or_404(Cycle, key=cycle_key)
    refuse_who_runs_no_cycles(request)
    form = CycleForm(request.POST if request.method == "POST" else None, cycle=cycle)
    if request.method == "POST" and form.is_valid() and form.save(by=request.user, now=timezone.now()):
        messages.success(request, _("%(cycle)s is saved.") % {"cycle": form.cleaned_data["name"]})
        return redirect(cycle)
    return _answer_form(request, form, crumbs=crumbs_of(cycle, here=_("Edit")))


def _answer_form(request: HttpRequest, form: CycleForm, *, crumbs: list[tuple[str, str]]) -> HttpResponse:
    refusal = getattr(form, "refusal", None)
    is_conflict = isinstance(refusal, StaleVersion) or getattr(refusal, "code", "") == "cycle_closed"
    status = HTTPStatus.CONFLICT if is_conflict else HTTPStatus.UNPROCESSABLE_ENTITY
    context = {"nav": "cycles", "form": form, "this_cycle": form.cycle, "crumbs": crumbs}
    return render(request, "goals/cycle_form.html", context, status=status if form.errors else HTTPStatus.OK)
