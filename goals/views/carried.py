"""Where a row was carried over from and to, as far as its reader sees it."""

from typing import Any

from django.db.models import Q

from goals.models import KeyResult, Objective, Risk, RolloverDecision
from goals.views.context import Reader


def carried_key_result(key_result: KeyResult, user: Reader) -> dict[str, Any]:
    """Its predecessor, its successor and, where it was dropped on the way, why. Two queries."""
    kin = KeyResult.objects.live().visible_to(user).filter(_kin(key_result))
    rows = list(kin.select_related("objective__roadmap__cycle"))
    dropped = key_result.rollover_decisions.filter(choice=RolloverDecision.Choice.DROP)
    return _links(key_result, rows) | {"dropped": list(dropped.select_related("into"))}


def carried_objective(objective: Objective, user: Reader) -> dict[str, Any]:
    """Its predecessor and its successor. One query."""
    kin = Objective.objects.live().visible_to(user).filter(_kin(objective))
    return _links(objective, list(kin.select_related("roadmap__cycle")))


def carried_risk(risk: Risk, user: Reader) -> dict[str, Any]:
    """Its predecessor and its successor. One query."""
    kin = Risk.objects.live().visible_to(user).filter(_kin(risk))
    return _links(risk, list(kin.select_related("objective__roadmap__cycle")))


def _kin(row: Any) -> Q:
    after = Q(predecessor=row.pk)
    return after if row.predecessor_id is None else after | Q(pk=row.predecessor_id)


def _links(row: Any, kin: list[Any]) -> dict[str, Any]:
    before = [found for found in kin if found.pk == row.predecessor_id]
    after = [found for found in kin if found.predecessor_id == row.pk]
    return {"before": before[0] if before else None, "after": after[0] if after else None}
