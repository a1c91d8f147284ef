"""What clients of goals.tests.races.client do to the places of a plan."""

import datetime as dt
from decimal import Decimal
from typing import Any

from accounts.models import User
from goals.actions.check_ins import record_check_in
from goals.actions.comments import acknowledge
from goals.actions.moving import move_key_result, move_objective
from goals.actions.nudges import nudge
from goals.actions.reviews import ask_back
from goals.actions.roadmaps import change_objective
from goals.models import CheckIn, KeyResult, Objective, Roadmap

NOW = dt.datetime(2024, 10, 14, 10, 0, tzinfo=dt.UTC)


def move_to_and_fro(answer: Any, *, key_result: int, places: list[int], by: int) -> None:
    """To each objective in turn, with a check-in between."""
    actor = User.objects.get(pk=by)
    for number, place in enumerate(places):
        row = KeyResult.objects.select_related("objective__roadmap").get(pk=key_result)
        into = Objective.objects.get(pk=place)
        answer.note(
            lambda row=row, into=into: move_key_result(row, into, by=actor, now=NOW, reason="why").new_code
        )
        answer.note(
            lambda row=row, value=number: (
                record_check_in(
                    row,
                    author=actor,
                    now=NOW,
                    today=NOW.date(),
                    value=Decimal(value % 11),
                    status="on_track",
                    source="api",
                ).sequence
            )
        )


def move_objectives(answer: Any, *, objective: int, places: list[int], by: int) -> None:
    actor = User.objects.get(pk=by)
    for place in places:
        row = Objective.objects.select_related("roadmap").get(pk=objective)
        into = Roadmap.objects.get(pk=place)
        answer.note(
            lambda row=row, into=into: move_objective(row, into, by=actor, now=NOW, reason="why").new_code
        )


def review(answer: Any, *, check_ins: list[int], by: int, does: str, reviewer: int = 0) -> None:
    """Of one check-in after the other: takes note, asks back, or names another reviewer."""
    actor, other = User.objects.get(pk=by), User.objects.filter(pk=reviewer).first()
    related = "key_result__objective__roadmap__cycle", "key_result__objective__roadmap__area"
    rows = CheckIn.objects.select_related("author", "key_result__owner", *related).in_bulk(check_ins)
    acts: dict[str, Any] = {
        "acknowledge": lambda row: acknowledge(row, by=actor, now=NOW),
        "ask back": lambda row: ask_back(row, by=actor, now=NOW, text="Why?").pk,
        "hand over": lambda row: change_objective(
            row.key_result.objective, by=actor, now=NOW, reviewer=other
        ),
    }
    for pk in check_ins:
        answer.note(lambda row=rows[pk]: acts[does](row))


def press_nudge(answer: Any, *, key_results: list[int], by: int) -> None:
    """About one key result after the other."""
    actor = User.objects.get(pk=by)
    rows = KeyResult.objects.with_context().in_bulk(key_results)
    for pk in key_results:
        answer.note(lambda row=rows[pk]: nudge(row, by=actor, now=NOW, today=NOW.date()).key_result_id)


WORK = {work.__name__: work for work in (move_to_and_fro, move_objectives, review, press_nudge)}
