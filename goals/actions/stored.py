"""Figures that are stored beside the rows they are of; everything that stores one does it here."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.utils import timezone

from goals.actions import locks
from goals.models import CheckIn, KeyResult, Objective
from goals.progress import COMPLETION_PLACES, clamp, round_half_up, stored_completion, weighted_mean


def key_result_figures(key_result: KeyResult) -> dict:
    """The stored fields as the check-ins say: the latest effective one, then the highest number, counts."""
    check_ins = CheckIn.objects.filter(key_result=key_result)
    newest = check_ins.order_by("-effective_on", "-sequence").first()
    value = newest.value if newest else None
    return {
        "current_value": value,
        "completion": stored_completion(
            key_result.kind, key_result.start_value, key_result.target_value, value
        ),
        "check_in_count": check_ins.order_by("-sequence").values_list("sequence", flat=True).first() or 0,
        "last_check_in_id": newest.pk if newest else None,
    }


def objective_completion(objective_id: int) -> Decimal | None:
    """The clamped weighted mean of the stored completions of the key results that count."""
    rows = (
        KeyResult.objects.filter(objective=objective_id, archived_at__isnull=True, dropped_at__isnull=True)
        .exclude(kind=KeyResult.Kind.GUARDRAIL)
        .values_list("weight", "completion")
    )
    mean = weighted_mean((weight, None if share is None else clamp(share)) for weight, share in rows)
    return None if mean is None else round_half_up(mean, COMPLETION_PLACES)


def refresh_key_result(key_result: KeyResult) -> None:
    """Stores its figures and those of its objective. The caller holds the key result's lock.

    `update` on purpose: what is stored here is derived and has no place in the history of the plan.
    """
    figures = key_result_figures(key_result)
    KeyResult.objects.filter(pk=key_result.pk).update(**figures, updated_at=timezone.now())
    for field, value in figures.items():
        setattr(key_result, field, value)
    refresh_objective(key_result.objective_id)


def refresh_objective(objective_id: int) -> None:
    """Stores its completion. Locked before the key results are read, so that two check-ins add up."""
    locks.lock_objective(objective_id)
    Objective.objects.filter(pk=objective_id).update(
        completion=objective_completion(objective_id), updated_at=timezone.now()
    )


def differences(key_results: Iterable[KeyResult], objectives: Iterable[Objective]) -> list[str]:
    """Codes and fields whose stored figure is not what the formulas say."""
    found = []
    for key_result in key_results:
        for field, value in key_result_figures(key_result).items():
            if getattr(key_result, field) != value:
                found.append(f"{key_result.code} {field}: {getattr(key_result, field)} instead of {value}")
    for objective in objectives:
        value = objective_completion(objective.pk)
        if objective.completion != value:
            found.append(f"{objective.code} completion: {objective.completion} instead of {value}")
    return found
