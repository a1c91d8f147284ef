"""Scores at the end of a cycle: how far every roadmap is, and all key results of one in one form."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from goals.figures.scores import ObjectiveScore, RoadmapScores, roadmaps_scores, told_proposal
from goals.forms.scores import PostMortemForm, RowForm, ScoreForm
from goals.models import Cycle, KeyResult, Roadmap
from goals.views.cycles import crumbs_of, roadmaps_of


@dataclass(frozen=True)
class ScoreRow:
    key_result: KeyResult
    proposed: Any
    form: ScoreForm


@dataclass(frozen=True)
class ScoreSection:
    """An objective, its key results with their fields, and the post-mortem it asks for."""

    scores: ObjectiveScore
    rows: list[ScoreRow]
    post_mortem: PostMortemForm


@require_safe
def cycle_scores(request: HttpRequest, cycle_key: str) -> HttpResponse:
    """Every roadmap with its score so far and what is missing."""
    cycle = get_object_or_404(Cycle, key=cycle_key)
    editable = set(Roadmap.objects.editable_by(request.user).filter(cycle=cycle).values_list("pk", flat=True))
    context = {
        "nav": "cycles",
        "this_cycle": cycle,
        "crumbs": crumbs_of(cycle, here=_("Scores")),
        "scores": roadmaps_scores(roadmaps_of(cycle, request.user), user=request.user),
        "editable": editable if cycle.state == Cycle.State.CLOSING else set(),
    }
    return render(request, "goals/cycle_scores.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def roadmap_scores(request: HttpRequest, cycle_key: str, area_key: str) -> HttpResponse:
    """Scores, notes and post-mortems of a roadmap. What can be saved is; the rest stays and says why."""
    cycle = get_object_or_404(Cycle, key=cycle_key)
    roadmap = get_object_or_404(roadmaps_of(cycle, request.user), area__key=area_key)
    may_score = Roadmap.objects.editable_by(request.user).filter(pk=roadmap.pk).exists()
    if request.method != "POST":
        return _answer(request, roadmap, may_score=may_score)
    if not may_score:
        raise PermissionDenied(_("Its leads and the managers score this roadmap."))
    [scores] = roadmaps_scores([roadmap], user=request.user)
    forms = _forms(scores, request)
    kept_back = [form for form in forms if not form.record(by=request.user, now=timezone.now())]
    _say(request, len(forms) - len(kept_back), len(kept_back))
    if not kept_back:
        return redirect("cycles:roadmap_scores", cycle.key, area_key)
    is_conflict = any(form.refusal is not None and form.refusal.code != "invalid" for form in kept_back)
    status = HTTPStatus.CONFLICT if is_conflict else HTTPStatus.UNPROCESSABLE_ENTITY
    return _answer(request, roadmap, may_score=True, kept_back=kept_back, status=status)


def _forms(scores: RoadmapScores, request: HttpRequest) -> list[RowForm]:
    """The rows in which something was written, as they were sent."""
    found: list[RowForm] = []
    takes_proposed = request.POST.get("rest") == "proposed"
    for entry in scores.objectives:
        for key_result in entry.key_results:
            form = ScoreForm(request.POST, row=key_result)
            if takes_proposed:
                form.take_proposed()
            found.append(form)
        found.append(PostMortemForm(request.POST, row=entry.objective))
    return [form for form in found if form.is_entered]


def _say(request: HttpRequest, saved: int, kept_back: int) -> None:
    if saved:
        sentence = ngettext("%(count)d row is saved.", "%(count)d rows are saved.", saved)
        messages.success(request, sentence % {"count": saved})
    if kept_back:
        sentence = ngettext(
            "%(count)d row was not saved; it says why.",
            "%(count)d rows were not saved; each says why.",
            kept_back,
        )
        messages.error(request, sentence % {"count": kept_back})
    if not saved and not kept_back:
        messages.info(request, _("Nothing was entered, so nothing was saved."))


def _answer(
    request: HttpRequest,
    roadmap: Roadmap,
    *,
    may_score: bool,
    kept_back: list[RowForm] | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    # Read anew: the cycle may have closed, and rows were saved, since the form was opened.
    cycle = Cycle.objects.get(pk=roadmap.cycle_id)
    [scores] = roadmaps_scores([roadmap], user=request.user)
    forms: dict[str, Any] = {form.row.code: form for form in kept_back or []}
    context = {
        "nav": "cycles",
        "this_cycle": cycle,
        "roadmap": roadmap,
        "crumbs": [*crumbs_of(cycle, here=_("Scores")), (roadmap.area.name, "")],
        "scores": scores,
        "sections": [
            ScoreSection(
                entry,
                [
                    ScoreRow(row, told_proposal(row, cycle), forms.get(row.code) or ScoreForm(row=row))
                    for row in entry.key_results
                ],
                forms.get(entry.objective.code) or PostMortemForm(row=entry.objective),
            )
            for entry in scores.objectives
        ],
        "may_score": may_score,
        "is_open": may_score and (cycle.state == Cycle.State.CLOSING or bool(forms)),
    }
    return render(request, "goals/cycle_roadmap_scores.html", context, status=status)
