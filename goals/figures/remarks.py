"""Review remarks: what somebody who reads a plan before it begins would say about it. Never a refusal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goals.figures.tree import RoadmapFigures
from goals.models import KeyResult, Mitigation, Objective, Risk, Roadmap
from goals.values import format_number

MOST_FOCUS = 5
FEWEST_EXCELLENCE, MOST_EXCELLENCE = 3, 5
MOST_KEY_RESULTS = 5
MOST_PAGES = Decimal(1)
# Pages that a part of a printed plan takes, by its kind.
Lengths = Mapping[str, Decimal]

WARNING, HINT = "warning", "hint"
SEVERITIES = (WARNING, HINT)


@dataclass(frozen=True)
class Remark:
    """One thing to mend (warning) or to think about (hint).

    `code` names the check, for programs; `subject` is the code of what is remarked on, `url` its page.
    """

    code: str
    severity: str
    subject: str
    url: str
    sentence: str


@dataclass(frozen=True)
class Plan:
    """A roadmap with what belongs to it and counts, as far as its reader sees it.

    `lengths` are empty where nobody measured.
    """

    roadmap: Roadmap
    objectives: list[ObjectivePlan] = field(default_factory=list)
    lengths: Lengths = field(default_factory=dict)

    def of_kind(self, kind: str) -> list[ObjectivePlan]:
        return [entry for entry in self.objectives if entry.objective.kind == kind]


@dataclass(frozen=True)
class ObjectivePlan:
    objective: Objective
    key_results: list[KeyResult] = field(default_factory=list)
    risks: list[RiskPlan] = field(default_factory=list)


@dataclass(frozen=True)
class RiskPlan:
    risk: Risk
    mitigations: list[Mitigation] = field(default_factory=list)


@dataclass(frozen=True)
class Review:
    """The remarks on one roadmap, those to mend first, and how long its parts are when printed."""

    roadmap: Roadmap
    remarks: tuple[Remark, ...]
    lengths: Lengths = field(default_factory=dict)

    @property
    def warnings(self) -> tuple[Remark, ...]:
        return tuple(remark for remark in self.remarks if remark.severity == WARNING)

    @property
    def hints(self) -> tuple[Remark, ...]:
        return tuple(remark for remark in self.remarks if remark.severity == HINT)


def review(plan: Plan, *, today: date) -> Review:
    """Every remark on a plan, the warnings before the hints, each in the order of the plan. No query."""
    remarks = [*_of_roadmap(plan)]
    for entry in plan.objectives:
        remarks += _of_objective(entry)
        for key_result in entry.key_results:
            remarks += _of_key_result(key_result, plan.roadmap)
        for risk in entry.risks:
            remarks += _of_risk(risk, plan.roadmap, today=today)
    in_order = sorted(remarks, key=lambda remark: SEVERITIES.index(remark.severity))
    return Review(plan.roadmap, tuple(in_order), plan.lengths)


def review_of(
    figures: RoadmapFigures, risks: Mapping[int, Iterable[Risk]], *, today: date, lengths: Lengths
) -> Review:
    """As `reviews`, of a roadmap whose rows are at hand as its reader sees them. No query.

    `risks` are by objective, with their mitigations, closed ones and those of other objectives among them.
    """
    plan = Plan(figures.roadmap, lengths=lengths)
    for row in figures.objectives:
        own = [risk for risk in risks[row.objective.pk] if risk.is_open]
        known = [RiskPlan(risk, in_order(risk)) for risk in own if risk.objective_id == row.objective.pk]
        entry = ObjectivePlan(row.objective, [found.key_result for found in row.key_results], known)
        plan.objectives.append(entry)
    return review(plan, today=today)


def in_order(risk: Risk) -> list[Mitigation]:
    return sorted(risk.mitigations.all(), key=lambda step: (step.position, step.pk))


def reviews(
    roadmaps: Iterable[Roadmap], *, user: Any, today: date, lengths: Mapping[int, Lengths]
) -> list[Review]:
    """The reviews of roadmaps loaded with area and cycle, in their order, of what `user` sees; None sees all.

    `lengths` are those of what is printed for `user`, by roadmap. Four queries, however many roadmaps there
    are.
    """
    listed = list(roadmaps)
    objectives = Objective.objects.counting().filter(roadmap__in=[row.pk for row in listed])
    key_results = KeyResult.objects.counting().filter(objective__roadmap__in=[row.pk for row in listed])
    risks = Risk.objects.open().filter(objective__roadmap__in=[row.pk for row in listed])
    if user is not None:
        objectives, key_results = objectives.visible_to(user), key_results.visible_to(user)
        risks = risks.visible_to(user)
    results_of: dict[int, list[KeyResult]] = defaultdict(list)
    for key_result in key_results.order_by("position", "number"):
        results_of[key_result.objective_id].append(key_result)
    risks_of: dict[int, list[RiskPlan]] = defaultdict(list)
    mitigations = Prefetch("mitigations", Mitigation.objects.order_by("position", "pk"))
    for risk in risks.select_related("objective").prefetch_related(mitigations).order_by("number"):
        risks_of[risk.objective_id].append(RiskPlan(risk, list(risk.mitigations.all())))
    plans = {roadmap.pk: Plan(roadmap, lengths=lengths.get(roadmap.pk, {})) for roadmap in listed}
    for objective in objectives.order_by("-kind", "position", "number"):
        entry = ObjectivePlan(objective, results_of[objective.pk], risks_of[objective.pk])
        plans[objective.roadmap_id].objectives.append(entry)
    return [review(plan, today=today) for plan in plans.values()]


def _of_roadmap(plan: Plan) -> Iterator[Remark]:
    roadmap = plan.roadmap

    def remark(code: str, severity: str, sentence: str) -> Remark:
        return Remark(code, severity, roadmap.code, roadmap.get_absolute_url(), sentence)

    if not roadmap.background.strip():
        yield remark("background_missing", WARNING, _("The background is missing: why these goals, why now?"))
    focus = len(plan.of_kind(Objective.Kind.FOCUS))
    if focus > MOST_FOCUS:
        yield remark(
            "too_many_focus_objectives",
            HINT,
            _("%(count)d focus objectives; more than %(most)d are hard to keep in focus.")
            % {"count": focus, "most": MOST_FOCUS},
        )
    items = len(plan.of_kind(Objective.Kind.EXCELLENCE))
    if not FEWEST_EXCELLENCE <= items <= MOST_EXCELLENCE:
        code = "too_few_excellence_items" if items < FEWEST_EXCELLENCE else "too_many_excellence_items"
        sentence = ngettext(
            "%(count)d item of engineering excellence; %(fewest)d to %(most)d are usual.",
            "%(count)d items of engineering excellence; %(fewest)d to %(most)d are usual.",
            items,
        )
        limits = {"count": items, "fewest": FEWEST_EXCELLENCE, "most": MOST_EXCELLENCE}
        yield remark(code, HINT, sentence % limits)

    for kind, sentence in (
        (Objective.Kind.FOCUS, _("Printed, background and focus areas take %(pages)s pages; one is meant.")),
        (
            Objective.Kind.EXCELLENCE,
            _("Printed, engineering excellence takes %(pages)s pages; one is meant."),
        ),
    ):
        pages = plan.lengths.get(kind, Decimal(0))
        if pages > MOST_PAGES:
            yield remark("part_longer_than_a_page", HINT, sentence % {"pages": format_number(pages)})


def _of_objective(entry: ObjectivePlan) -> Iterator[Remark]:
    objective, count = entry.objective, len(entry.key_results)
    place, names = (objective.code, objective.get_absolute_url()), {"code": objective.short_code}
    if objective.owner_id is None:
        yield Remark("objective_without_owner", WARNING, *place, _("%(code)s has no owner.") % names)
    if not count:
        sentence = _("%(code)s has no key result: how will one see that it is met?") % names
        yield Remark("objective_without_key_results", WARNING, *place, sentence)
    if count > MOST_KEY_RESULTS:
        sentence = _("%(code)s has %(count)d key results; up to %(most)d are usual.")
        names_and_counts = names | {"count": count, "most": MOST_KEY_RESULTS}
        yield Remark("too_many_key_results", HINT, *place, sentence % names_and_counts)


def _of_key_result(key_result: KeyResult, roadmap: Roadmap) -> Iterator[Remark]:
    place = (key_result.code, key_result.get_absolute_url())
    names = {"code": _short(key_result.code, roadmap)}
    # A guardrail has bounds in place of a target, and a milestone is its own measure.
    if key_result.kind == KeyResult.Kind.REACH and key_result.target_value is None:
        yield Remark("key_result_without_target", WARNING, *place, _("%(code)s has no target.") % names)
    if key_result.kind != KeyResult.Kind.MILESTONE and not key_result.metric.strip():
        sentence = _("%(code)s does not say what is measured.") % names
        yield Remark("key_result_without_metric", WARNING, *place, sentence)
    if key_result.owner_id is None:
        yield Remark("key_result_without_owner", WARNING, *place, _("%(code)s has no owner.") % names)
    if key_result.due_on is not None and _is_outside(key_result.due_on, roadmap):
        yield Remark("due_outside_cycle", WARNING, *place, _due_outside(names["code"], key_result.due_on))


def _of_risk(entry: RiskPlan, roadmap: Roadmap, *, today: date) -> Iterator[Remark]:
    risk = entry.risk
    place = (risk.code, risk.get_absolute_url())
    names = {"code": _short(risk.code, roadmap)}
    steps = [step for step in entry.mitigations if step.state in Mitigation.COUNTING_STATES]
    # Whoever accepts a risk takes no step against it.
    is_accepted = risk.state == Risk.State.ACCEPTED or risk.response == Risk.Response.ACCEPT
    if risk.kind == Risk.Kind.KNOWN and not steps and not is_accepted:
        sentence = _("%(code)s is a known risk without a mitigation.") % names
        yield Remark("known_risk_without_mitigation", WARNING, *place, sentence)
    if risk.kind == Risk.Kind.UNKNOWN and risk.review_on is None:
        sentence = _("%(code)s is an unknown risk without a day of review.") % names
        yield Remark("unknown_risk_without_review", WARNING, *place, sentence)
    for step in steps:
        if step.due_on is None:
            continue
        if step.is_overdue(today):
            sentence = _("%(code)s: “%(step)s” is overdue since %(day)s.")
            words = names | {"step": step.text, "day": formats.date_format(step.due_on, "j M Y")}
            yield Remark("mitigation_overdue", WARNING, *place, sentence % words)
        elif step.state != Mitigation.State.DONE and _is_outside(step.due_on, roadmap):
            yield Remark("due_outside_cycle", WARNING, *place, _due_outside(names["code"], step.due_on))


def _short(code: str, roadmap: Roadmap) -> str:
    """Without the roadmap's own code, under which it is read: O1-KR2."""
    return code.removeprefix(f"{roadmap.code}-")


def _is_outside(day: date, roadmap: Roadmap) -> bool:
    return not roadmap.cycle.starts_on <= day <= roadmap.cycle.ends_on


def _due_outside(code: str, day: date) -> str:
    return _("%(code)s is due on %(day)s, outside the cycle.") % {
        "code": code,
        "day": formats.date_format(day, "j M Y"),
    }
