"""The roll-up of a cycle is written by plain functions: they tell what the serializers describe."""

import json

import pytest
from rest_framework.renderers import JSONRenderer

from goals.api.progress_serializers import Progress, ProgressSerializer
from goals.api.progress_tree import told_progress
from goals.figures import cycle_figures
from goals.models import Objective
from goals.tests.factories import (
    TODAY,
    AlignmentFactory,
    KeyResultFactory,
    ObjectiveFactory,
    RoadmapFactory,
    ShareFactory,
    check_in,
)

# Reads alone: what PostgreSQL would refuse shows in the walk over all pages.
pytestmark = pytest.mark.only_on("sqlite")


@pytest.fixture
def organisation(lib, edge, core, cycle):
    for area in (lib, edge, core):
        roadmap = RoadmapFactory(area=area, cycle=cycle)
        objective = ObjectiveFactory(roadmap=roadmap, weight="1.50")
        check_in(KeyResultFactory(objective=objective, target_value=3), 1)
        check_in(KeyResultFactory(objective=objective, guardrail=True), 13)
        check_in(KeyResultFactory(objective=objective, milestone=True), 1)
        KeyResultFactory(objective=objective, target_value=None)
        KeyResultFactory(objective=ObjectiveFactory(roadmap=roadmap, kind="excellence"))
    Objective.objects.filter(code="EDGE-24H2-O1").update(counts_supporters=True)
    edge_objective = Objective.objects.get(code="EDGE-24H2-O1")
    AlignmentFactory(supporter=Objective.objects.get(code="CORE-24H2-O1"), supported=edge_objective)
    ShareFactory(objective=edge_objective, area=core, weight=2)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("is_bound", [False, True])
def test_both_ways_say_the_same_in_the_same_order(organisation, cycle, core, settings, language, is_bound):
    from django.utils import translation

    figures = cycle_figures(cycle, user=None, today=TODAY)
    progress = Progress(cycle, TODAY, None, figures.areas, figures.mean)
    reached = {core.pk} if is_bound else None
    with translation.override(language):
        described = JSONRenderer().render(ProgressSerializer(progress, context={"reached": reached}).data)
        assert JSONRenderer().render(told_progress(progress, reached=reached)) == described
    told = json.loads(described)
    assert "shared_from" in json.dumps(told)
    [shared] = [area for area in told["areas"] if area["key"] == "CORE"]
    assert [row["shared_from"] for row in shared["objectives"]] == (
        [None, None] if is_bound else [None, None, "EDGE"]
    )
