"""The branch of one area: the same figures as in the tree of the whole cycle, and no more than is in it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from goals.figures import area_figures, cycle_figures
from goals.figures.key_result import with_forecasts
from goals.models import KeyResult, Objective
from goals.tests.factories import (
    NOW,
    TODAY,
    AlignmentFactory,
    KeyResultFactory,
    ObjectiveFactory,
    RoadmapFactory,
    ShareFactory,
    check_in,
)


@pytest.fixture
def organisation(lib, edge, core, cycle):
    """EDGE is a team of LIB. CORE supports EDGE, and shares with it; each holds something restricted."""
    plans = {area.key: RoadmapFactory(area=area, cycle=cycle) for area in (lib, edge, core)}
    found = {}
    for key, plan in plans.items():
        for number in (1, 2):
            objective = found[key, number] = ObjectiveFactory(roadmap=plan, weight=number)
            for value in (number, number + 3):
                check_in(KeyResultFactory(objective=objective), value)
        check_in(KeyResultFactory(objective=objective, visibility="restricted"), 9)
        check_in(KeyResultFactory(objective=ObjectiveFactory(roadmap=plan, visibility="restricted")), 8)
        check_in(KeyResultFactory(objective=ObjectiveFactory(roadmap=plan, kind="excellence")), 4)
    Objective.objects.filter(pk=found["EDGE", 1].pk).update(counts_supporters=True)
    AlignmentFactory(supporter=found["CORE", 2], supported=found["EDGE", 1], weight=2)
    ShareFactory(objective=found["CORE", 1], area=edge, weight=3)
    ShareFactory(objective=found["EDGE", 2], area=lib, weight=5)
    return found


@pytest.mark.parametrize("sees", ["everything", "lead", "outsider", "manager"])
@pytest.mark.parametrize("key", ["LIB", "EDGE", "CORE"])
def test_a_branch_is_what_it_is_in_the_whole_tree(request, organisation, cycle, key, sees):
    user = None if sees == "everything" else request.getfixturevalue(sees)
    whole = cycle_figures(cycle, user=user, today=TODAY)
    branch = area_figures(cycle, key, user=user, today=TODAY)
    area = whole.find_area(key)
    assert branch.find_area(key) == area
    assert (branch.mean, branch.focus, branch.past_hidden) == (area.mean, area.focus, whole.past_hidden)
    assert branch.shares_since.now == whole.shares_since.now


def test_a_plan_that_is_hidden_as_a_whole_is_as_absent_from_the_branch(organisation, outsider, cycle):
    type(organisation["CORE", 1].roadmap).objects.filter(area__key="CORE").update(visibility="restricted")
    for key in ("LIB", "EDGE", "CORE"):
        whole = cycle_figures(cycle, user=outsider, today=TODAY).find_area(key)
        assert area_figures(cycle, key, user=outsider, today=TODAY).find_area(key) == whole


def test_what_is_in_no_tree_has_no_branch(organisation, edge, cycle):
    assert area_figures(cycle, "NOPE", user=None, today=TODAY) is None
    type(edge).objects.filter(pk=edge.pk).update(archived_at=NOW)
    assert area_figures(cycle, "EDGE", user=None, today=TODAY) is None


def test_a_branch_loads_what_is_in_it_and_its_queries_do_not_grow(organisation, outsider, cycle):
    def told(key: str) -> tuple[int, set[str]]:
        with CaptureQueriesContext(connection) as queries:
            branch = area_figures(cycle, key, user=outsider, today=TODAY)
        rows = {row.key_result.code for row in branch.key_results()}
        return len(queries), rows

    before, rows = told("CORE")
    assert {code[:4] for code in rows} == {"CORE"}
    for _ in range(19):
        for key in ("CORE", "EDGE"):
            check_in(KeyResultFactory(objective=ObjectiveFactory(roadmap=organisation[key, 1].roadmap)), 3)
    after, more = told("CORE")
    assert (after, len(more)) == (before, len(rows) + 19)


def test_forecasts_are_added_to_the_rows_that_are_shown(organisation, cycle, django_assert_num_queries):
    row = KeyResult.objects.get(code="EDGE-24H2-O1-KR1")
    for week in (3, 2, 1):
        check_in(row, 9 - week, on=TODAY - timedelta(weeks=week))
    wanted = {r.key_result.pk: r for r in cycle_figures(cycle, user=None, today=TODAY).key_results()}
    assert wanted[row.pk].forecast is not None
    bare = cycle_figures(cycle, user=None, today=TODAY, has_forecasts=False)
    assert not any(found.forecast for found in bare.key_results())
    assert bare.mean == cycle_figures(cycle, user=None, today=TODAY).mean
    with django_assert_num_queries(1):
        told = with_forecasts(list(bare.key_results()), today=TODAY)
    assert told == list(wanted.values())
