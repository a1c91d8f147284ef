"""Figures that are stored beside the rows they are of; everything that stores one does it here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.utils import timezone

from goals.actions import locks
from goals.graph import reached, supporters_first
from goals.models import Alignment, Change, CheckIn, KeyResult, Objective
from goals.progress import clamp, rolled_up, stored_completion


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


def objective_completion(objective: Objective) -> Decimal | None:
    """The mean of the stored completions of its key results, and of its supporters if they count."""
    return _completions([objective.pk], with_supporters=objective.counts_supporters)[objective.pk]


def _completions(in_order: Sequence[int], *, with_supporters: bool) -> dict[int, Decimal | None]:
    """Of objectives, supporters first; whatever else supports them counts as stored. Two queries at most."""
    own: dict[int, list[tuple[Decimal, Decimal | None]]] = defaultdict(list)
    rows = KeyResult.objects.filter(
        objective__in=in_order, archived_at__isnull=True, dropped_at__isnull=True
    ).exclude(kind=KeyResult.Kind.GUARDRAIL)
    for objective_id, weight, share in rows.order_by().values_list("objective", "weight", "completion"):
        own[objective_id].append((weight, None if share is None else clamp(share)))
    supporters: dict[int, list[tuple[Decimal, int]]] = defaultdict(list)
    known: dict[int, Decimal | None] = {}
    if with_supporters:
        counted = Alignment.objects.counting().filter(supported__in=in_order).order_by()
        fields = ("supported", "weight", "supporter", "supporter__completion")
        for supported_id, weight, supporter_id, share in counted.values_list(*fields):
            supporters[supported_id].append((weight, supporter_id))
            known[supporter_id] = share
    return rolled_up(in_order, own=own, supporters=supporters, known=known)


def refresh_key_result(key_result: KeyResult, *, with_objective: bool = True) -> None:
    """Stores its figures and those of its objective. The caller holds the key result's lock.

    Without the objective where the caller has more of its key results to store and does it afterwards.
    `update` on purpose: what is stored here is derived and has no place in the history of the plan.
    """
    figures = key_result_figures(key_result)
    KeyResult.objects.filter(pk=key_result.pk).update(**figures, updated_at=timezone.now())
    for field, value in figures.items():
        setattr(key_result, field, value)
    Change.objects.mark(Change.Kind.KEY_RESULT, [key_result.pk])
    if with_objective:
        refresh_objective(key_result.objective_id)


def refresh_objective(objective_id: int) -> None:
    """Stores its completion, and that of everything that counts it, to the top, in seven queries.

    Locked before the key results are read, so that two check-ins add up. The caller holds the cycle.
    """
    locked = locks.lock_objective(objective_id)
    above = _counting(objective_id)
    locks.lock_objectives(above)
    _store([objective_id, *above], with_supporters=bool(above) or locked.counts_supporters)


def refresh_objectives(objective_ids: Iterable[int]) -> None:
    """`refresh_objective` of many, in six queries; locked in the one order that all others lock them in.

    The caller holds their cycles, and locks no objective before.
    """
    wanted = set(objective_ids)
    cycles = Objective.objects.filter(pk__in=wanted).values_list("roadmap__cycle", flat=True)
    order = _to_the_top(_edges(cycles.order_by().distinct()), wanted)
    locks.lock_objectives(order)
    _store(order, with_supporters=True)


def _store(in_order: Sequence[int], *, with_supporters: bool) -> None:
    completions = _completions(in_order, with_supporters=with_supporters)
    rows = [
        Objective(pk=pk, completion=completion, updated_at=timezone.now())
        for pk, completion in completions.items()
    ]
    Objective.objects.bulk_update(rows, ["completion", "updated_at"], batch_size=200)
    Change.objects.mark(Change.Kind.OBJECTIVE, completions)


def _counting(objective_id: int) -> list[int]:
    """What counts an objective, itself or through others, supporters first. One query where nothing does."""
    first = Alignment.objects.filter(supporter=objective_id, supported__counts_supporters=True)
    cycle_id = first.values_list("supporter__roadmap__cycle", flat=True).first()
    if cycle_id is None:
        return []
    return [one for one in _to_the_top(_edges([cycle_id]), {objective_id}) if one != objective_id]


def _edges(cycle_ids: Iterable[int]) -> list[tuple[int, int, bool]]:
    """Who supports whom in some cycles, and whether it counts there."""
    rows = Alignment.objects.filter(supporter__roadmap__cycle__in=cycle_ids).order_by()
    return list(rows.values_list("supporter", "supported", "supported__counts_supporters"))


def _to_the_top(edges: Sequence[tuple[int, int, bool]], objectives: set[int]) -> list[int]:
    """Some objectives and whatever counts them, itself or through others, supporters first.

    The order is that of the whole graph, so it is the same for everybody: the graph of a cycle does not
    change while somebody holds the cycle shared, and what lies elsewhere moves nothing in it.
    """
    chosen = reached([(lower, upper) for lower, upper, counts in edges if counts], objectives)
    order = supporters_first([(lower, upper) for lower, upper, _counts in edges], objectives)
    return [one for one in order if one in chosen]


def differences(key_results: Iterable[KeyResult], objectives: Iterable[Objective]) -> list[str]:
    """Codes and fields whose stored figure is not what the formulas say."""
    found = []
    for key_result in key_results:
        for field, value in key_result_figures(key_result).items():
            if getattr(key_result, field) != value:
                found.append(f"{key_result.code} {field}: {getattr(key_result, field)} instead of {value}")
    for objective in objectives:
        value = objective_completion(objective)
        if objective.completion != value:
            found.append(f"{objective.code} completion: {objective.completion} instead of {value}")
    return found
