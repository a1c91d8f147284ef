"""The figures that pages, API, documents and mail show alike: model rows joined with the formulas.

Nothing here is stored and nothing is computed anew: formulas live in goals.progress and goals.pace.
"""

from goals.figures.changes import DefinitionChange, definition_changes, objective_changes, plan_changes
from goals.figures.key_result import KeyResultFigures, key_result_figures, key_results_figures
from goals.figures.means import (
    Contribution,
    Coverage,
    Health,
    MeanFigures,
    ObjectiveFigures,
    objective_figures,
)
from goals.figures.series import SeriesPoint, change_since, mean_series
from goals.figures.tree import AreaFigures, CycleFigures, RoadmapFigures, cycle_figures, roadmap_figures

__all__ = [
    "AreaFigures",
    "Contribution",
    "Coverage",
    "CycleFigures",
    "DefinitionChange",
    "Health",
    "KeyResultFigures",
    "MeanFigures",
    "ObjectiveFigures",
    "RoadmapFigures",
    "SeriesPoint",
    "change_since",
    "cycle_figures",
    "definition_changes",
    "key_result_figures",
    "key_results_figures",
    "mean_series",
    "objective_changes",
    "objective_figures",
    "plan_changes",
    "roadmap_figures",
]
