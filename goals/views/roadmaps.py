"""An area in a cycle: its roadmap, or the roll-up of its teams."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from areas.models import Area, Membership, Role
from goals.figures import KeyResultFigures, RoadmapFigures, definition_changes
from goals.figures.changes import target_moments
from goals.figures.means import contributions_of
from goals.figures.remarks import review_of
from goals.figures.tree import Part
from goals.models import Cycle, KeyResult, Risk, Roadmap
from goals.models.subscription import with_followed
from goals.views.context import (
    ABOVE,
    Reader,
    area_crumbs,
    cycle_named,
    may_edit,
    saying_area,
    with_rights,
)
from goals.views.courses import mean_chart
from goals.views.exports import kept_lengths, mark_of
from goals.views.kpis import kpis_of_area
from goals.views.looking_back import (
    ShownDay,
    day_context,
    figures_of_area,
    figures_of_roadmap,
    known_check_ins,
    shown_day,
)
from goals.views.need_lines import lines_of
from goals.views.risks_and_needs import needs_around, risks_of
from goals.views.subscriptions import press_for
from goals.views.tag_filter import NAME, TagFilter

LATEST_SHOWN = 6
CONTRIBUTIONS_SHOWN = 20  # of a roll-up; all are on a page of their own (goals.views.whole_lists)


@dataclass(frozen=True)
class ObjectiveCard:
    """An objective as a card of its roadmap."""

    figures: Part
    key_results: tuple[KeyResultFigures, ...]  # all of them, where no filter leaves some out
    risks: list[Risk]

    @property
    def is_narrowed(self) -> bool:
        return len(self.key_results) < len(self.figures.key_results)


@require_safe
def roadmap_detail(request: HttpRequest, area_key: str, cycle_key: str) -> HttpResponse:
    """The roadmap of an area; for an area with teams the roll-up of everything below."""
    area = get_object_or_404(_areas(request.user), key=area_key)
    cycle = cycle_named(request, cycle_key)
    shown = shown_day(request, cycle)
    days = day_context(request, cycle, shown, filters=[NAME])
    context = {
        "nav": "areas",
        "area": area,
        "follow": None if shown.as_of else press_for(area, "area", cycle_key=cycle.key),
        "cycle": cycle,
        "cycle_page": reverse("areas:area_detail", args=[area.key]),
        "crumbs": area_crumbs(area, query=days["plan_query"]),
        "leads": list(Membership.objects.filter(area=area, role=Role.LEAD).select_related("user")),
        "needs_query": urlencode({"cycle": cycle.key, "area": area.key} | _day(shown)),
        "saying_area": None if shown.as_of else saying_area(area),
        # What an area watches is of no cycle: it stands there as of today alone.
        **({} if shown.as_of else kpis_of_area(area, request.user)),
        **days,
        **may_edit(request.user, area, cycle, as_of=shown.as_of, asked=area),
    }
    if area.has_teams:
        found = _roll_up(request, area, cycle, shown)
        return render(request, "goals/area_roll_up.html", context | found)
    roadmaps = Roadmap.objects.visible_to(request.user).select_related("area", "cycle")
    roadmap = get_object_or_404(roadmaps, area=area, cycle=cycle)
    figures = figures_of_roadmap(roadmap, user=request.user, shown=shown)
    return render(
        request,
        "goals/roadmap_detail.html",
        context | _roadmap(request, figures, shown, can_edit=context["can_edit"]),
    )


def _areas(user: Reader) -> QuerySet[Area]:
    """With all that their page asks about them; what is above them comes with them."""
    areas = with_rights(with_followed(Area.objects.live(), user, "area"), user)
    teams = Area.objects.without_tree_fields().live().filter(parent=OuterRef("pk"))
    return areas.without_tree_fields().select_related(ABOVE).annotate(has_teams=Exists(teams.order_by()))


def _day(shown: ShownDay) -> dict[str, str]:
    return {"as_of": shown.as_of.isoformat()} if shown.as_of else {}


def _roll_up(request: HttpRequest, area: Area, cycle: Cycle, shown: ShownDay) -> dict[str, object]:
    found = figures_of_area(area, cycle, user=request.user, shown=shown)
    if found is None:
        raise Http404(_("There is no such area."))
    figures, course = found
    roadmaps = list(figures.roadmaps())
    key_result_ids = [row.key_result.pk for found in roadmaps for row in found.key_results]
    targets = target_moments(key_result_ids, until=shown.as_of)
    series = course.line(figures.ids, shown.day)
    tags = TagFilter.of(request, figures.focus)
    return {
        "tags": tags,
        "figures": figures,
        "teams": figures.teams,
        "objectives": tags.left,
        "contributions": contributions_of(figures.focus)[:CONTRIBUTIONS_SHOWN],
        "all_contributions": len(figures.focus),
        "chart": mean_chart(cycle, series, figures.mean, targets, today=shown.day),
    }


def _roadmap(
    request: HttpRequest, figures: RoadmapFigures, shown: ShownDay, *, can_edit: bool
) -> dict[str, object]:
    """Who can mend the plan is told how long it is when printed; where that is not known, in a moment."""
    roadmap, user = figures.roadmap, request.user
    tags = TagFilter.of(request, [*figures.objectives, *figures.shared])
    key_result_ids = [row.key_result.pk for row in figures.key_results]
    check_ins = known_check_ins(key_result_ids, shown)
    changes = definition_changes(key_result_ids, until=shown.as_of)
    objective_ids = [row.objective.pk for row in figures.objectives]
    shared = [row.objective.pk for row in figures.shared]
    risks = risks_of([*objective_ids, *shared], user, shown)
    of_others = [row.key_result.pk for part in figures.shared for row in part.key_results]
    # A closed plan cannot be mended any more.
    is_reviewed = not (roadmap.cycle.is_closed or shown.as_of)
    needs, asked = needs_around(objective_ids, user, shown)
    mark = mark_of(figures, risks, needs) if is_reviewed and can_edit else ""
    lengths = kept_lengths(roadmap, user, mark) if mark else {}
    return {
        "roadmap": roadmap,
        "figures": figures,
        "contributions": contributions_of(figures.parts),
        "tags": tags,
        "focus": objective_cards(tags.parts(figures.focus), risks),
        "excellence": objective_cards(tags.parts(figures.excellence), risks),
        "shared": objective_cards(tags.parts(figures.shared), risks),
        "needs": lines_of(needs, user, shown),
        "asked_of_us": lines_of(asked, user, shown),
        "checkable": set()
        if shown.as_of
        else checkable_ids([*key_result_ids, *of_others], user, roadmap.cycle, shown.today),
        "latest": list(check_ins.order_by("-created_at", "-pk")[:LATEST_SHOWN]),
        "changes": changes[:LATEST_SHOWN],
        "last_change": _newest(figures),
        "review": review_of(figures, risks, today=shown.today, lengths=lengths) if is_reviewed else None,
        "unmeasured": mark if not lengths else "",
    }


def objective_cards(
    rows: Iterable[tuple[Part, tuple[KeyResultFigures, ...]]], risks: Mapping[int, Iterable[Risk]]
) -> list[ObjectiveCard]:
    """Of objectives with the key results to show, and those of the risks by objective that are not closed."""
    return [
        ObjectiveCard(row, found, [r for r in risks[row.objective.pk] if r.is_open]) for row, found in rows
    ]


def checkable_ids(key_result_ids: list[int], user: Reader, cycle: Cycle, today: date) -> set[int]:
    """Those of the key results that the person may check in on now."""
    if not cycle.takes_check_ins:
        return set()
    # What was given up takes no check-in.
    rows = KeyResult.objects.counting().checkable_by(user, today).filter(pk__in=key_result_ids)
    return set(rows.values_list("pk", flat=True))


def _newest(figures: RoadmapFigures) -> date | None:
    days = [row.key_result.last_check_in_on for row in figures.key_results]
    return max((day for day in days if day is not None), default=None)
