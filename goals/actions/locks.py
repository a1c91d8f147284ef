"""Locks, taken in one order everywhere; docs/adr/0003-locks.md says why.

The order is KPI, cycle, who waits for whom, roadmap, key result, objective; a risk, a mitigation, a need or a
draft comes last.
Objectives that count others come after these; an area, which a new KPI gets its number from, goes alone.

On SQLite every transaction of this project begins IMMEDIATE, so there is one writer at a time and nothing to
lock.

Row locks are FOR NO KEY UPDATE: keys never change here, and FOR UPDATE would also keep out whoever inserts a
row that refers to the locked one. A new risk of a key result, made under the lock of its objective, would
then wait for a check-in that waits for the objective.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from areas.models import Area
from goals.models import Cycle, Dependency, KeyResult, Kpi, Objective, Roadmap

# Marks our advisory locks; the second half of their name is the cycle's primary key.
CYCLE_LOCKS = 24_182
# In the place of a cycle's primary key; those begin with 1.
GRAPH_OF_NEEDS = 0


def share_cycle(cycle_id: int) -> Cycle:
    """The cycle, held so that nobody closes it while we write; many may hold it so at once.

    An advisory lock, because its queue is fair: on a row, FOR SHARE lets every newcomer pass whoever waits to
    close the cycle, for as long as check-ins keep coming. Read after the lock: the state is of now.
    """
    _hold("pg_advisory_xact_lock_shared", cycle_id)
    return Cycle.objects.get(pk=cycle_id)


def share_cycles(cycle_ids: Iterable[int]) -> None:
    """Several, the lowest primary key first, like those who hold several alone."""
    for cycle_id in sorted(set(cycle_ids)):
        share_cycle(cycle_id)


def lock_cycle(cycle_id: int) -> Cycle:
    """The cycle, held alone: whoever writes in it has finished, and nobody begins."""
    _hold("pg_advisory_xact_lock", cycle_id)
    return Cycle.objects.select_for_update(no_key=True).get(pk=cycle_id)


def lock_cycles(cycle_ids: Iterable[int]) -> None:
    """Several, each held alone, the lowest primary key first: the same order for everybody."""
    for cycle_id in sorted(set(cycle_ids)):
        lock_cycle(cycle_id)


def _hold(function: str, cycle_id: int) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s, %s)", [CYCLE_LOCKS, cycle_id])


def lock_roadmap(roadmap_id: int) -> Roadmap:
    return (
        Roadmap.objects.select_for_update(of=("self",), no_key=True)
        .select_related("area", "cycle")
        .get(pk=roadmap_id)
    )


def lock_objective(objective_id: int) -> Objective:
    return (
        Objective.objects.select_for_update(of=("self",), no_key=True)
        .select_related("roadmap__area", "roadmap__cycle")
        .get(pk=objective_id)
    )


def lock_alignments(cycle_id: int) -> Cycle:
    """Who supports whom in a cycle: the cycle, held alone.

    One lock for the whole graph, as a loop may close anywhere in it. And since everybody else who writes in
    the cycle holds it shared, the order of `lock_objectives` is the same for all of them.
    """
    return lock_cycle(cycle_id)


def lock_needs() -> None:
    """Who waits for whom, in all cycles: a need may reach into another one, and a loop close anywhere.

    Of its own, as only whoever asks for something waits for it: check-ins go on.
    """
    _hold("pg_advisory_xact_lock", GRAPH_OF_NEEDS)


def lock_objectives(objective_ids: Sequence[int]) -> None:
    """Several, one after the other in the order given; that order has to be the same for everybody."""
    if connection.vendor == "postgresql" and objective_ids:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT objective.id FROM goals_objective objective "
                "JOIN unnest(%s::bigint[]) WITH ORDINALITY AS wanted (id, place) ON wanted.id = objective.id "
                "ORDER BY wanted.place FOR NO KEY UPDATE OF objective",
                [list(objective_ids)],
            )


def lock_need(dependency_id: int) -> Dependency:
    return (
        Dependency.objects.select_for_update(of=("self",), no_key=True)
        .select_related("objective", "on_objective", "answered_by")
        .get(pk=dependency_id)
    )


def lock_key_result(key_result_id: int) -> KeyResult:
    return (
        KeyResult.objects.select_for_update(of=("self",), no_key=True)
        .select_related("objective__roadmap__cycle", "objective__roadmap__area", "last_check_in")
        .get(pk=key_result_id)
    )


def lock_key_results(key_result_ids: Iterable[int]) -> None:
    """Several, the lowest primary key first: the same order for everybody who locks more than one."""
    rows = KeyResult.objects.filter(pk__in=set(key_result_ids)).order_by("pk")
    list(rows.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))


def lock_area(area_id: int) -> Area:
    """For the number of a new KPI: the next one asks when this one is there."""
    area: Area = Area.objects.without_tree_fields().select_for_update(no_key=True).get(pk=area_id)
    return area


def lock_kpi(kpi_id: int) -> Kpi:
    """Before any cycle: a value of it is recorded in those of all key results that take it."""
    return (
        Kpi.objects.select_for_update(of=("self",), no_key=True)
        .select_related("area", "last_entry")
        .get(pk=kpi_id)
    )


def lock_kpis_of(owner: Any) -> list[Kpi]:
    """All that a person owns, one after the other."""
    rows = Kpi.objects.live().filter(owner=owner).select_related("area", "last_entry")
    return list(rows.order_by("pk").select_for_update(of=("self",), no_key=True))
