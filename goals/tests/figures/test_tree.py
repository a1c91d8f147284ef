"""The roll-up, computed by hand: areas with teams, weights, a violated guardrail, silence, hidden things.

    LIB   LIB-24H2-O1   weight 1   0.8
    └ EDGE  EDGE-24H2-O1  weight 3   (2 x 0.5 + 1 x 1 + 1 x 0) / 4 = 0.5, a guardrail is violated
            EDGE-24H2-O2  weight 1   1 (a milestone that is done)
            EDGE-24H2-O3  weight 0   0, left out
            EDGE-24H2-B1  excellence 0.2
    CORE  CORE-24H2-O1  weight 1   0.1, restricted
          CORE-24H2-O2  weight 1   (0.9 + 0.3) / 2 = 0.6; the second is restricted

On 2024-10-14, day 105 of 183, 105 / 183 = 57.4 % is expected of everything.
"""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goals.figures import cycle_figures, key_result_figures, roadmap_figures
from goals.figures.means import Health
from goals.models import KeyResult, Objective
from goals.progress import COMPLETION_PLACES, round_half_up, stored_completion
from goals.tests.factories import NOW, TODAY, KeyResultFactory, ObjectiveFactory, RoadmapFactory, check_in

SEPTEMBER = dt.date(2024, 9, 9)
EXPECTED = Decimal(105) / 183


def reports(objective, value, *, on=TODAY, **fields) -> KeyResult:
    row = KeyResultFactory(objective=objective, **fields)
    if value is not None:
        check_in(row, value, on=on)
    return row


@pytest.fixture
def organisation(lib, edge, core, cycle):
    plans = {area.key: RoadmapFactory(area=area, cycle=cycle) for area in (lib, edge, core)}
    reports(ObjectiveFactory(roadmap=plans["LIB"]), 8)
    first = ObjectiveFactory(roadmap=plans["EDGE"], weight=3)
    reports(first, 5, on=SEPTEMBER, weight=2)
    reports(first, 12)
    reports(first, None)
    reports(first, 13, guardrail=True)
    reports(first, 9, dropped_at=None)
    KeyResult.objects.filter(code="EDGE-24H2-O1-KR5").update(dropped_at=NOW)
    reports(first, None, archived_at=NOW)
    reports(ObjectiveFactory(roadmap=plans["EDGE"]), 1, milestone=True)
    reports(ObjectiveFactory(roadmap=plans["EDGE"], weight=0), 0)
    reports(ObjectiveFactory(roadmap=plans["EDGE"], kind="excellence"), 2)
    gone = ObjectiveFactory(roadmap=plans["EDGE"], number=9, archived_at=NOW)
    reports(gone, None)
    reports(ObjectiveFactory(roadmap=plans["CORE"], visibility="restricted"), 1)
    second = ObjectiveFactory(roadmap=plans["CORE"])
    reports(second, 9)
    reports(second, 3, visibility="restricted")
    return plans


@pytest.fixture
def figures(organisation, cycle):
    return cycle_figures(cycle, user=None, today=TODAY)


def focus(figures, area) -> dict:
    return {row.objective.code: row for row in figures.find_area(area).roadmap.focus}


def test_objectives_by_hand(figures):
    found = {
        code: row.mean.completion
        for area in ("LIB", "EDGE", "CORE")
        for code, row in focus(figures, area).items()
    }
    assert found == {
        "LIB-24H2-O1": Decimal("0.8"),
        "EDGE-24H2-O1": Decimal("0.5"),
        "EDGE-24H2-O2": 1,
        "EDGE-24H2-O3": 0,
        "CORE-24H2-O1": Decimal("0.1"),
        "CORE-24H2-O2": Decimal("0.6"),
    }


def test_roadmaps_areas_and_the_organisation_by_hand(figures):
    edge = figures.find_area("EDGE")
    assert edge.roadmap.mean.completion == Decimal("0.625")  # (3 x 0.5 + 1 x 1) / 4
    assert edge.roadmap.excellence_mean.completion == Decimal("0.2")
    assert edge.mean == edge.roadmap.mean
    lib = figures.find_area("LIB")
    assert lib.roadmap.mean.completion == Decimal("0.8")
    assert lib.mean.completion == Decimal("0.66")  # (0.8 + 3 x 0.5 + 1) / 5
    assert [area.area.key for area in lib.at_or_below()] == ["LIB", "EDGE"]
    assert figures.find_area("CORE").mean.completion == Decimal("0.35")
    # (0.8 + 3 x 0.5 + 1 + 0.1 + 0.6) / 7
    assert round_half_up(figures.mean.completion, 6) == Decimal("0.571429")
    assert figures.mean.weight == 7


def test_what_is_expected_of_a_mean_is_expected_of_its_parts(figures):
    for mean in (figures.mean, figures.find_area("EDGE").mean, focus(figures, "EDGE")["EDGE-24H2-O1"].mean):
        assert round_half_up(mean.expected, 12) == round_half_up(EXPECTED, 12)


def test_coverage_says_what_a_mean_rests_on(figures):
    edge = focus(figures, "EDGE")
    assert edge["EDGE-24H2-O1"].mean.coverage.sentence == "from 2 of 3 key results, 1 older than 14 days"
    assert edge["EDGE-24H2-O2"].mean.coverage.sentence == "from 1 of 1 key result"
    # O3 has no weight: the mean of the roadmap does not rest on it.
    area = figures.find_area("EDGE").mean
    assert area.coverage.sentence == "from 3 of 4 key results, 1 older than 14 days"
    assert figures.mean.coverage.sentence == "from 7 of 8 key results, 1 older than 14 days"


def test_health_counts_every_key_result_and_stale_ones_beside(figures):
    # O1: behind, done, no data, violated; O2: done; O3: at risk. Silent are the first and the third.
    assert figures.find_area("EDGE").mean.health == Health(done=2, behind=1, at_risk=2, no_data=1, stale=2)
    assert figures.find_area("EDGE").mean.health.total == 6


def test_a_violated_guardrail_holds_its_objective_back(figures):
    first = focus(figures, "EDGE")["EDGE-24H2-O1"]
    assert first.mean.pace == "behind"
    assert first.mean.reason.startswith("held back by the violated guardrail EDGE-24H2-O1-KR4; 57")
    second = focus(figures, "EDGE")["EDGE-24H2-O2"]
    assert (second.mean.pace, second.mean.word) == ("done", "Done")


def test_a_done_objective_with_a_violated_guardrail_is_behind(objective):
    reports(objective, 10)
    guardrail = reports(objective, 13, guardrail=True)
    (row,) = roadmap_figures(objective.roadmap, user=None, today=TODAY).focus
    assert (row.mean.completion, row.mean.pace) == (1, "behind")
    check_in(guardrail, "12.85")
    (row,) = roadmap_figures(objective.roadmap, user=None, today=TODAY).focus
    assert row.mean.pace == "done"


def test_dropped_and_archived_ones_are_out(figures):
    codes = {row.key_result.code for row in figures.key_results()}
    assert {f"EDGE-24H2-O1-KR{number}" for number in (1, 2, 3, 4)} < codes
    assert not codes & {"EDGE-24H2-O1-KR5", "EDGE-24H2-O1-KR6", "EDGE-24H2-O9-KR1"}


def test_a_stale_key_result_is_never_green(figures):
    row = focus(figures, "EDGE")["EDGE-24H2-O1"].key_results[0]
    assert (row.stale, row.silent_days, row.badge, row.pace) == (True, 35, "stale", "behind")
    assert row.reason.endswith("; no check-in for 35 days")
    fresh = focus(figures, "LIB")["LIB-24H2-O1"].key_results[0]
    assert (fresh.stale, fresh.badge, fresh.health) == (False, "on_track", "on_track")


def test_what_adds_up_to_the_mean(figures):
    for roadmap in figures.roadmaps():
        for row in roadmap.objectives:
            shares = [part.weight_share for part in row.contributions if part.weight_share is not None]
            added = sum(part.adds for part in row.contributions if part.adds is not None)
            assert round_half_up(sum(shares), 20) == 1
            assert round_half_up(added, 20) == round_half_up(row.mean.completion, 20)
    parts = focus(figures, "EDGE")["EDGE-24H2-O1"].contributions
    assert [part.adds for part in parts] == [Decimal("0.25"), Decimal("0.25"), 0, None]
    assert parts[3].left_out_because == "a guardrail is kept or violated, it has no progress"


def test_one_figure_is_the_same_wherever_it_is_shown(figures, organisation):
    for key, roadmap in organisation.items():
        alone = roadmap_figures(roadmap, user=None, today=TODAY)
        within = figures.find_area(key).roadmap
        assert (alone.mean, alone.excellence_mean) == (within.mean, within.excellence_mean)
        assert [row.mean for row in alone.objectives] == [row.mean for row in within.objectives]
        for row in alone.objectives:
            stored = Objective.objects.get(pk=row.objective.pk).completion
            assert stored == round_half_up(row.mean.completion, COMPLETION_PLACES)
            for part in row.key_results:
                bare = KeyResult.objects.with_context().get(pk=part.key_result.pk)
                assert key_result_figures(bare, today=TODAY) == part
                assert part.completion == stored_completion(
                    bare.kind, bare.start_value, bare.target_value, bare.current_value
                )


def test_an_outsider_sees_means_of_what_they_see(organisation, cycle, lead, outsider, manager):
    seen = cycle_figures(cycle, user=lead, today=TODAY)
    core = seen.find_area("CORE")
    assert [row.objective.code for row in core.roadmap.focus] == ["CORE-24H2-O2"]
    assert core.mean.completion == Decimal("0.9")
    assert core.mean.coverage.counted == 1
    assert seen.mean.completion == Decimal("0.7")  # (0.8 + 3 x 0.5 + 1 + 0.9) / 6
    # Who is at home in CORE, and a manager, see everything there.
    for person in (outsider, manager):
        assert cycle_figures(cycle, user=person, today=TODAY).find_area("CORE").mean.completion == Decimal(
            "0.35"
        )
    assert roadmap_figures(organisation["CORE"], user=lead, today=TODAY).mean == core.roadmap.mean


def test_a_restricted_roadmap_leaves_its_area_without_one(organisation, cycle, lead):
    type(organisation["CORE"]).objects.filter(pk=organisation["CORE"].pk).update(visibility="restricted")
    core = cycle_figures(cycle, user=lead, today=TODAY).find_area("CORE")
    assert (core.roadmap, core.mean.completion) == (None, None)


def test_where_nothing_counts_there_is_no_mean(cycle, edge):
    empty = cycle_figures(cycle, user=None, today=TODAY)
    assert (empty.mean.completion, empty.mean.pace) == (None, "no_data")
    assert empty.mean.coverage.sentence == "no key result counts"
    row = ObjectiveFactory(roadmap=RoadmapFactory(area=edge, cycle=cycle))
    KeyResultFactory(objective=row, weight=0)
    KeyResultFactory(objective=row, target_value=None)
    (found,) = roadmap_figures(row.roadmap, user=None, today=TODAY).focus
    assert found.mean.completion is None
    assert [part.left_out_because for part in found.contributions] == [
        "its weight is 0",
        "it has no start or no target",
    ]


def test_before_the_first_day_nothing_has_started(organisation, cycle):
    early = cycle_figures(cycle, user=None, today=dt.date(2024, 6, 30))
    assert early.find_area("LIB").mean.pace == "not_started"
    assert not any(row.stale for row in early.key_results())


@pytest.mark.parametrize("sees", ["everything", "lead", "manager"])
def test_the_number_of_queries_does_not_grow(request, organisation, cycle, sees):
    user = None if sees == "everything" else request.getfixturevalue(sees)

    def cost(figure) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            figure()
        return len(queries)

    def of_cycle():
        return cycle_figures(cycle, user=user, today=TODAY)

    def of_roadmap():
        return roadmap_figures(organisation["EDGE"], user=user, today=TODAY)

    before = cost(of_cycle), cost(of_roadmap)
    for _ in range(5):
        objective = ObjectiveFactory(roadmap=organisation["EDGE"], number=Objective.objects.count() + 20)
        for value in (1, 2):
            row = reports(objective, value)
            check_in(row, value + 1)
            check_in(row, value + 2)
    settled = cost(of_cycle), cost(of_roadmap)
    assert settled == (before[0] + 1, before[1] + 1)  # the check-ins that forecasts rest on
    assert settled[0] <= 12
    for _ in range(5):
        reports(ObjectiveFactory(roadmap=organisation["EDGE"], number=Objective.objects.count() + 20), 4)
    assert (cost(of_cycle), cost(of_roadmap)) == settled
