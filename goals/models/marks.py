"""The three marks of a reach, in the order in which a value passes them: commit, target, stretch."""

from __future__ import annotations

from itertools import pairwise

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


def _before(first: str, second: str) -> Q:
    """Whether a value of this row lies below another of it.

    By value and by the digits: on SQLite the first is told to about 15 of them, and equal is equal in all.
    """
    return Q(**{f"{first}__lte": F(second)}) & ~Q(**{first: F(second)})


def _in_order(*names: str) -> Q:
    """Whether these values follow each other upwards or downwards; where one is missing, nothing is said."""
    missing = Q(*[Q(**{f"{name}__isnull": True}) for name in names], _connector=Q.OR)
    rising, falling = Q(), Q()
    for first, second in pairwise(names):
        rising &= _before(first, second)
        falling &= _before(second, first)
    return missing | rising | falling


MARK_CONSTRAINTS = [
    models.CheckConstraint(
        name="key_result_commit_of_reach_only",
        condition=Q(commit_value__isnull=True) | Q(kind="reach"),
        violation_error_message=_("Only a reach has a commit."),
    ),
    models.CheckConstraint(
        name="key_result_commit_before_target",
        condition=_in_order("start_value", "commit_value", "target_value"),
        violation_error_message=_("A commit lies between start and target."),
    ),
    models.CheckConstraint(
        name="key_result_stretch_beyond_target",
        # Of a reach alone: what a milestone once got as its stretch says nothing and stays.
        condition=~Q(kind="reach") | _in_order("start_value", "target_value", "stretch_value"),
        violation_error_message=_("A stretch lies beyond the target, seen from the start."),
    ),
]
