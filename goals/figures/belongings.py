"""What belongs to an objective or a key result, counted."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from goals.models import (
    Alignment,
    CheckIn,
    Comment,
    Concern,
    Dependency,
    Initiative,
    InterimTarget,
    KeyResult,
    Objective,
    Risk,
    Share,
)


@dataclass(frozen=True)
class Belongings:
    """How many of each there are, archived ones too."""

    key_results: int = 0
    check_ins: int = 0
    comments: int = 0
    initiatives: int = 0
    interim_targets: int = 0
    risks: int = 0
    needs: int = 0
    alignments: int = 0
    concerns: int = 0
    shares: int = 0


def of_key_result(key_result: KeyResult) -> Belongings:
    """Five queries."""
    return Belongings(
        check_ins=CheckIn.objects.filter(key_result=key_result).count(),
        comments=Comment.objects.filter(check_in__key_result=key_result).count(),
        initiatives=Initiative.objects.filter(key_result=key_result).count(),
        interim_targets=InterimTarget.objects.filter(key_result=key_result).count(),
        risks=Risk.objects.filter(key_result=key_result).count(),
    )


def of_objective(objective: Objective) -> Belongings:
    """Ten queries. Needs and alignments at both ends: others go on naming it, under its new code."""
    said = Q(objective=objective) | Q(check_in__key_result__objective=objective)
    needed = Q(objective=objective) | Q(on_objective=objective)
    aligned = Q(supporter=objective) | Q(supported=objective)
    return Belongings(
        key_results=KeyResult.objects.filter(objective=objective).count(),
        check_ins=CheckIn.objects.filter(key_result__objective=objective).count(),
        comments=Comment.objects.filter(said).count(),
        initiatives=Initiative.objects.filter(key_result__objective=objective).count(),
        interim_targets=InterimTarget.objects.filter(key_result__objective=objective).count(),
        risks=Risk.objects.filter(objective=objective).count(),
        needs=Dependency.objects.live().filter(needed).count(),
        alignments=Alignment.objects.filter(aligned).count(),
        concerns=Concern.objects.filter(objective=objective).count(),
        shares=Share.objects.filter(objective=objective).count(),
    )
