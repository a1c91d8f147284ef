"""The figures that pages, API, documents and mail show alike: model rows joined with the formulas.

Nothing here is stored and nothing is computed anew: formulas live in goals.progress and goals.pace.
"""

from goals.figures.changes import DefinitionChange, definition_changes, objective_changes, plan_changes
from goals.figures.course import Course, DayFigures, course_of
from goals.figures.key_result import KeyResultFigures, key_result_figures, key_results_figures
from goals.figures.means import (
    Contribution,
    Coverage,
    Health,
    MeanFigures,
    ObjectiveFigures,
    objective_figures,
)
from goals.figures.past import Past
from goals.figures.plan import figures_of
from goals.figures.series import SeriesPoint, SnapshotCourse
from goals.figures.tree import (
    AreaFigures,
    CycleFigures,
    RoadmapFigures,
    area_figures,
    cycle_figures,
    cycle_tree,
    roadmap_branch,
    roadmap_figures,
)

__all__ = [
    "AreaFigures",
    "Contribution",
    "Course",
    "Coverage",
    "CycleFigures",
    "DayFigures",
    "DefinitionChange",
    "Health",
    "KeyResultFigures",
    "MeanFigures",
    "ObjectiveFigures",
    "Past",
    "RoadmapFigures",
    "SeriesPoint",
    "SnapshotCourse",
    "area_figures",
    "course_of",
    "cycle_figures",
    "cycle_tree",
    "definition_changes",
    "figures_of",
    "key_result_figures",
    "key_results_figures",
    "objective_changes",
    "objective_figures",
    "plan_changes",
    "roadmap_branch",
    "roadmap_figures",
]
