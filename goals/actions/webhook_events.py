"""Notes what webhooks are owed, in the transaction of what they are told (docs/adr/0016-webhooks.md).

One query where no webhook listens. What a key result stands at is noted then, as it is another one when the
message is sent; everything else is read at that time, with the rights that the webhook has then.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from areas.models import Area
from goals.figures import KeyResultFigures, key_result_figures
from goals.models import CheckIn, Cycle, KeyResult, NotedPace, Risk, Webhook, WebhookDelivery
from goals.models.webhook import Event
from goals.webhooks.bodies import share_text, written

# What says what is aimed at; weights say how much it counts.
TARGET_FIELDS = (
    *("kind", "start_value", "commit_value", "target_value", "stretch_value", "lower_bound", "upper_bound"),
    "due_on",
)
BATCH = 200


def listening(area: Area) -> list[Webhook]:
    """The webhooks that are told what happens in an area. One query."""
    return list(Webhook.objects.running().about(area).order_by("pk"))


def listening_once() -> Callable[[Area], list[Webhook]]:
    """`listening` for one transaction that tells much: each area is asked for once."""
    known: dict[int, list[Webhook]] = {}

    def answer(area: Area) -> list[Webhook]:
        if area.pk not in known:
            known[area.pk] = listening(area)
        return known[area.pk]

    return answer


def notice_check_in(
    check_in: CheckIn,
    *,
    now: datetime,
    today: date,
    webhooks_of: Callable[[Area], list[Webhook]] = listening,
) -> None:
    """A check-in was kept, and may have changed the pace. The caller holds the key result."""
    hooks = webhooks_of(check_in.key_result.area)
    if not hooks:
        return
    figures = _figures(check_in.key_result_id, today)
    _owe(hooks, Event.CHECK_IN, about=check_in.pk, now=now, facts={"figures": told_figures(figures)})
    _notice_pace_of(check_in.key_result, hooks, now=now)


def notice_target(
    key_result: KeyResult, before: Mapping[str, Any], *, by: Any, now: datetime, reason: str
) -> None:
    """What was agreed on in a cycle that has begun changed. The caller holds the key result."""
    changes = {
        name: [written(before[name]), written(getattr(key_result, name))]
        for name in TARGET_FIELDS
        if before[name] != getattr(key_result, name)
    }
    hooks = listening(key_result.area)
    if not hooks:
        return
    if changes:
        figures = told_figures(_figures(key_result.pk, day_of_paces(now)))
        facts = {"figures": figures, "changes": changes, "reason": reason, "by": by.pk if by else None}
        _owe(hooks, Event.TARGET, about=key_result.pk, now=now, facts=facts)
    _notice_pace_of(key_result, hooks, now=now)


def has_occurred(risk: Risk) -> bool:
    return risk.state == Risk.State.OCCURRED or risk.outcome == Risk.Outcome.HANDLED


def notice_risk(risk: Risk, *, now: datetime) -> None:
    """A risk occurred, whether it is closed with that or stays open."""
    facts = {
        "state": risk.state,
        "occurred_on": written(risk.occurred_on),
        "consequence": risk.consequence,
    }
    _owe(listening(risk.objective.roadmap.area), Event.RISK, about=risk.pk, now=now, facts=facts)


def notice_closing(cycle: Cycle, *, now: datetime) -> None:
    """A cycle was closed, which is told to every webhook that asked for it, in whatever area."""
    _owe(Webhook.objects.running().order_by("pk"), Event.CYCLE, about=cycle.pk, now=now)


def notice_paces(*, now: datetime, areas: Iterable[Area] = ()) -> int:
    """Compares the pace of every key result that a webhook is told about with the one last told.

    A pace changes by the day alone too, so the daily snapshots call this. `areas` are watched from now on: a
    webhook that begins is not told what was before. Answers how many changed.
    """
    hooks = [hook for hook in Webhook.objects.running() if Event.PACE in hook.chosen]
    places: dict[int, list[Webhook]] = {area.pk: [] for area in _below(areas)}
    for hook in hooks:
        for area in _below([hook.area_id]):
            places.setdefault(area.pk, []).append(hook)
    if not places:
        return 0
    rows = KeyResult.objects.counting().filter(
        objective__roadmap__area__in=places,
        objective__roadmap__cycle__state__in=[Cycle.State.ACTIVE, Cycle.State.CLOSING],
    )
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    return sum(
        _compare(keys[start : start + BATCH], lambda row: places[row.area.pk], now=now)
        for start in range(0, len(keys), BATCH)
    )


def told_figures(figures: KeyResultFigures) -> dict[str, Any]:
    """As the API names and writes them."""
    return {
        "current_value": written(figures.key_result.current_value),
        "completion": share_text(figures.completion),
        "progress": share_text(figures.progress),
        "expected": share_text(figures.expected),
        "pace": figures.pace,
    }


def day_of_paces(now: datetime) -> date:
    """The installation's day, whoever asks: on two people's days a pace would go to and fro."""
    return timezone.localdate(now, timezone.get_default_timezone())


def _below(areas: Iterable[Any]) -> Iterable[Area]:
    found: Iterable[Area] = Area.objects.without_tree_fields().at_or_below(areas)
    return found


def _figures(key_result_id: int, today: date) -> KeyResultFigures:
    return key_result_figures(KeyResult.objects.with_context().get(pk=key_result_id), today=today)


def _owe(
    hooks: Iterable[Webhook],
    event: Event,
    *,
    about: int,
    now: datetime,
    facts: dict[str, Any] | None = None,
) -> None:
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery.owed(hook, event, about=about, now=now, facts=facts)
        for hook in hooks
        if event in hook.chosen
    )


def _notice_pace_of(key_result: KeyResult, hooks: Sequence[Webhook], *, now: datetime) -> None:
    told = [hook for hook in hooks if Event.PACE in hook.chosen]
    if told and key_result.cycle.takes_check_ins:
        _compare([key_result.pk], lambda row: told, now=now, waits=True)


@transaction.atomic
def _compare(
    keys: Collection[int],
    hooks_of: Callable[[KeyResult], Iterable[Webhook]],
    *,
    now: datetime,
    waits: bool = False,
) -> int:
    """What was noted is held before the key results are read, so that of two who compare the second finds
    what the first noted. Who compares many passes over what is held: its holder compares it anyway, and
    nobody waits for another in a circle.
    """
    NotedPace.objects.bulk_create(
        [NotedPace(key_result_id=key) for key in _not_noted(keys)], ignore_conflicts=True
    )
    rows = NotedPace.objects.filter(key_result__in=keys).order_by("key_result")
    skips = not waits and connection.features.has_select_for_update_skip_locked
    noted = {row.key_result_id: row for row in rows.select_for_update(of=("self",), skip_locked=skips)}
    changed = []
    for key_result in KeyResult.objects.filter(pk__in=noted).with_context():
        row = noted[key_result.pk]
        figures = key_result_figures(key_result, today=day_of_paces(now))
        if figures.pace == row.pace:
            continue
        if row.pace:
            facts = {"figures": told_figures(figures), "previous_pace": row.pace}
            _owe(hooks_of(key_result), Event.PACE, about=key_result.pk, now=now, facts=facts)
        row.pace = figures.pace
        changed.append(row)
    NotedPace.objects.bulk_update(changed, ["pace"], batch_size=BATCH)
    return len(changed)


def _not_noted(keys: Collection[int]) -> list[int]:
    known = set(NotedPace.objects.filter(key_result__in=keys).values_list("key_result", flat=True))
    return [key for key in keys if key not in known]
