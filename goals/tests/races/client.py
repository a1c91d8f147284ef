"""A client in a process of its own: reads one order a line, answers one line when it is done.

Run as `python -m goals.tests.races.client [--without-locks]` with DATABASE_URL naming the database. An order
is {"work": name of a function below, ...its arguments}; it starts when the line arrives. An answer is
{"kept": [...], "refused": [codes of refusals], "errors": [anything else that was raised]}.
"""

import datetime as dt
import json
import os
import sys
from decimal import Decimal
from threading import Thread
from typing import Any
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "okrtracker.settings_test")
django.setup()

from django.core.cache import cache  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.test import Client  # noqa: E402

from accounts.models import User  # noqa: E402
from areas.models import Area  # noqa: E402
from goals.actions import locks  # noqa: E402
from goals.actions.absences import add_absence  # noqa: E402
from goals.actions.activity_marks import mark_seen  # noqa: E402
from goals.actions.alignments import align, unalign  # noqa: E402
from goals.actions.check_ins import record_check_in  # noqa: E402
from goals.actions.cycles import close_cycle  # noqa: E402
from goals.actions.draft_sending import send_due_drafts  # noqa: E402
from goals.actions.drafts import keep_draft  # noqa: E402
from goals.actions.initiatives import create_initiative, shift_initiative  # noqa: E402
from goals.actions.key_results import change_key_result, create_key_result  # noqa: E402
from goals.actions.kpi_entries import record_entry  # noqa: E402
from goals.actions.kpis import create_kpi  # noqa: E402
from goals.actions.needs import answer_dependency, create_dependency  # noqa: E402
from goals.actions.once import make_once  # noqa: E402
from goals.actions.pauses import set_area_rhythm  # noqa: E402
from goals.actions.refusals import Refused  # noqa: E402
from goals.actions.risks import create_risk  # noqa: E402
from goals.actions.roadmaps import create_objective  # noqa: E402
from goals.actions.rollover import roll_over  # noqa: E402
from goals.actions.scores import score_key_result  # noqa: E402
from goals.actions.shares import share, weigh_share  # noqa: E402
from goals.actions.subscriptions import subscribe, unsubscribe  # noqa: E402
from goals.actions.weights import Wanted, change_key_result_weights  # noqa: E402
from goals.models import Cycle, Dependency, Initiative, KeyResult, Kpi, Objective, Roadmap, Share  # noqa: E402
from goals.tests.races import people, plans, programs  # noqa: E402

TODAY = dt.date(2024, 10, 14)
NOW = dt.datetime(2024, 10, 14, 10, 0, tzinfo=dt.UTC)


class Answer:
    def __init__(self) -> None:
        self.kept: list[Any] = []
        self.refused: list[str] = []
        self.errors: list[str] = []

    def note(self, write: Any) -> None:
        """Runs one write and notes what became of it."""
        try:
            self.kept.append(write())
        except Refused as refusal:
            self.refused.append(refusal.code)
        except Exception as error:  # noqa: BLE001 - a client tells everything that goes wrong
            self.errors.append(f"{type(error).__name__}: {error}")


def forget(answer: Answer) -> None:
    """What another test has left in this process: another one begins."""
    cache.clear()
    connections.close_all()


def check_ins(answer: Answer, *, key_result: int, author: int, clients: int, each: int) -> None:
    """`clients` people at once, each reporting `each` different values, one after the other."""

    def report(client: int) -> None:
        for number in range(each):
            value = Decimal(author * 10_000 + client * 100 + number)
            answer.note(lambda value=value: _check_in(key_result, author, value))

    _at_once(report, clients)


def report(answer: Answer, *, key_result: int, author: int, values: list[int]) -> None:
    """One person, one value after the other."""
    for value in values:
        answer.note(lambda value=value: _check_in(key_result, author, Decimal(value)))


def check_in_until_refused(
    answer: Answer, *, key_result: int, author: int, clients: int, at_most: int
) -> None:
    def report(client: int) -> None:
        for number in range(at_most):
            answer.note(lambda number=number: _check_in(key_result, author, Decimal(number)))
            if answer.refused or answer.errors:
                return

    _at_once(report, clients)


def enter_values(answer: Answer, *, kpi: int, author: int, clients: int, each: int) -> None:
    """`clients` people at once, each entering `each` different values, one after the other."""
    who = User.objects.get(pk=author)

    def report(client: int) -> None:
        for number in range(each):
            value = Decimal(author * 10_000 + client * 100 + number)
            answer.note(lambda value=value: _entry(kpi, who, value))

    _at_once(report, clients)


def _entry(kpi: int, author: User, value: Decimal) -> int:
    entered = record_entry(
        Kpi.objects.get(pk=kpi), author=author, now=NOW, today=TODAY, value=value, source="api"
    )
    assert not entered.not_recorded, entered.not_recorded
    return entered.entry.sequence


def create_kpis(answer: Answer, *, area: int, by: int, count: int) -> None:
    lead, where = User.objects.get(pk=by), Area.objects.get(pk=area)
    for _ in range(count):
        answer.note(lambda: create_kpi(where, by=lead, now=NOW, today=TODAY, title="Speed").number)


def _at_once(report: Any, clients: int) -> None:
    def run(client: int) -> None:
        report(client)
        connections.close_all()

    threads = [Thread(target=run, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _check_in(key_result: int, author: int, value: Decimal) -> int:
    kept = record_check_in(
        KeyResult.objects.get(pk=key_result),
        author=User.objects.get(pk=author),
        now=NOW,
        today=TODAY,
        value=value,
        status="on_track",
        source="api",
    )
    return kept.sequence


def close(answer: Answer, *, cycle: int, by: int) -> None:
    manager = User.objects.get(pk=by)
    answer.note(lambda: close_cycle(Cycle.objects.get(pk=cycle), by=manager, now=NOW).pk)


def score_until_refused(answer: Answer, *, key_result: int, by: int, clients: int, at_most: int) -> None:
    lead = User.objects.get(pk=by)

    def score(client: int) -> None:
        for number in range(at_most):
            row = KeyResult.objects.select_related("objective__roadmap").get(pk=key_result)
            note = f"note {client}-{number}"
            answer.note(
                lambda row=row, note=note: score_key_result(
                    row, by=lead, now=NOW, score=Decimal("0.3"), reason="said so", closing_note=note
                )
            )
            if answer.refused or answer.errors:
                return

    _at_once(score, clients)


def carry_over(answer: Answer, *, cycle: int, into: int, by: int) -> None:
    manager = User.objects.get(pk=by)
    source, target = Cycle.objects.get(pk=cycle), Cycle.objects.get(pk=into)
    answer.note(
        lambda: roll_over(source, into=target, by=manager, now=NOW, today=TODAY).carried_count,
    )


def change_targets(answer: Answer, *, key_result: int, by: int, targets: list[int]) -> None:
    lead = User.objects.get(pk=by)
    for target in targets:
        row = KeyResult.objects.get(pk=key_result)
        answer.note(
            lambda row=row, target=target: change_key_result(
                row, by=lead, now=NOW, reason="measured anew", target_value=Decimal(target)
            )
        )


def create_objectives(answer: Answer, *, roadmap: int, by: int, titles: list[str]) -> None:
    lead = User.objects.get(pk=by)
    for title in titles:
        row = Roadmap.objects.get(pk=roadmap)
        answer.note(lambda row=row, title=title: create_objective(row, by=lead, now=NOW, title=title).number)


def create_risks(answer: Answer, *, key_result: int, by: int, count: int) -> None:
    """Risks of a key result: made under the lock of its objective, they refer to the key result."""
    row = KeyResult.objects.get(pk=key_result)
    objective = Objective.objects.select_related("roadmap").get(pk=row.objective_id)
    lead = User.objects.get(pk=by)
    for number in range(count):
        answer.note(
            lambda number=number: (
                create_risk(
                    objective,
                    by=lead,
                    now=NOW,
                    key_result=row,
                    title=f"Risk {number}",
                    likelihood=3,
                    impact=3,
                ).number
            )
        )


def send_drafts(answer: Answer, *, times: int) -> None:
    """A worker that looks for what is due again and again; keeps how many it sent."""
    for _ in range(times):
        answer.note(lambda: send_due_drafts(now=NOW))


def write_draft(answer: Answer, *, key_results: list[int], by: int, name: str) -> None:
    """One draft after the other, each by a window that knows of none."""
    lead = User.objects.get(pk=by)
    for row in KeyResult.objects.select_related("objective__roadmap__cycle").filter(pk__in=key_results):
        answer.note(
            lambda row=row: keep_draft(row, author=lead, now=NOW, version=None, note=f"{name} {row.pk}").note
        )


def be_away(answer: Answer, *, person: int, stand_in: int, weeks: int) -> None:
    """One week after the other, each asked for as if nobody else did."""
    who, other = (User.objects.get(pk=pk) for pk in (person, stand_in))
    for week in range(weeks):
        first = TODAY + dt.timedelta(weeks=week)
        days = {"first_on": first, "last_on": first + dt.timedelta(days=6)}
        answer.note(lambda days=days: add_absence(who, now=NOW, today=TODAY, stand_in=other, **days).pk)


def press_follow(answer: Answer, *, objective: int, person: int, rounds: int, ends: bool = False) -> None:
    """Follows one thing over and over; with `ends` stops each time, so that there is something to do."""
    row, who = Objective.objects.get(pk=objective), User.objects.get(pk=person)
    for _round in range(rounds):
        answer.note(lambda: subscribe(row, by=who, now=NOW))
        if ends:
            answer.note(lambda: unsubscribe(row, by=who))


def see(answer: Answer, *, person: int, minutes: list[int]) -> None:
    """Marks as seen, over and over, what is so many minutes old."""
    who = User.objects.get(pk=person)
    for ago in minutes:
        answer.note(lambda ago=ago: mark_seen(who, until=NOW - dt.timedelta(minutes=ago), now=NOW))


def run_initiatives(answer: Answer, *, key_result: int, by: int, name: str, rounds: int) -> None:
    """Adds some to the list and shifts each through it."""
    row = KeyResult.objects.select_related("objective__roadmap").get(pk=key_result)
    who: dict[str, Any] = {"by": User.objects.get(pk=by), "now": NOW}
    for number in range(rounds):
        answer.note(
            lambda number=number: create_initiative(row, title=f"{name} {number}", **who).position,
        )
        for initiative in Initiative.objects.filter(key_result=row, title__startswith=name):
            answer.note(lambda initiative=initiative: shift_initiative(initiative, steps=-2, **who) and None)


def post(answer: Answer, *, address: str, user: int | None, sent: dict[str, str], times: int) -> None:
    """The same form sent by so many browsers at once; keeps the statuses of the answers."""
    person = User.objects.get(pk=user) if user else None

    def send(number: int) -> None:
        browser = Client(SERVER_NAME="localhost")
        if person:
            browser.force_login(person)
        answer.note(lambda: browser.post(address, sent).status_code)

    _at_once(send, times)


def set_rhythms(answer: Answer, *, area: int, by: int, days: list[int | None]) -> None:
    lead = User.objects.get(pk=by)
    for each in days:
        row = Area.objects.without_tree_fields().get(pk=area)
        answer.note(
            lambda row=row, each=each: (
                set_area_rhythm(row, by=lead, now=NOW, days=each, version=row.version).rhythm_days
            )
        )


def change_title(answer: Answer, *, key_result: int, by: int, version: int, title: str) -> None:
    """One editor with a form as it was when its reader opened it."""
    lead = User.objects.get(pk=by)
    row = KeyResult.objects.get(pk=key_result)
    answer.note(lambda: change_key_result(row, by=lead, now=NOW, version=version, title=title) and title)


def weigh(answer: Answer, *, objective: int, by: int, weights: dict[str, int], rounds: int) -> None:
    """Every weight of an objective at once, again and again."""
    lead = User.objects.get(pk=by)
    row = Objective.objects.get(pk=objective)
    for number in range(rounds):
        wanted = {int(pk): Wanted(Decimal(weight + number)) for pk, weight in weights.items()}
        answer.note(
            lambda wanted=wanted: change_key_result_weights(row, wanted, by=lead, now=NOW, reason="weighed")
        )


def support(answer: Answer, *, pairs: list[list[int]], by: int) -> None:
    """One alignment after the other, each of (supporter, supported)."""
    lead = User.objects.get(pk=by)
    objectives = Objective.objects.select_related("roadmap").in_bulk({pk for pair in pairs for pk in pair})
    for supporter, supported in pairs:
        answer.note(
            lambda supporter=supporter, supported=supported: (
                align(objectives[supporter], objectives[supported], by=lead, now=NOW, reason="agreed").pk
            )
        )


def need(answer: Answer, *, pairs: list[list[int]], by: int) -> None:
    """One need after the other, each of (waiting, needed)."""
    lead = User.objects.get(pk=by)
    objectives = Objective.objects.select_related("roadmap").in_bulk({pk for pair in pairs for pk in pair})
    for waiting, needed in pairs:
        answer.note(
            lambda waiting=waiting, needed=needed: (
                create_dependency(objectives[waiting], by=lead, now=NOW, on_objective=objectives[needed]).pk
            )
        )


def answer_needs(answer: Answer, *, needs: list[int], by: int, says: str) -> None:
    """One answer after the other, each by somebody who has seen none."""
    lead = User.objects.get(pk=by)
    rows = Dependency.objects.select_related("objective__roadmap").in_bulk(needs)
    for need in needs:
        answer.note(
            lambda need=need: (
                answer_dependency(rows[need], says, by=lead, now=NOW, note=f"{says} by {lead.pk}").pk
            )
        )


def align_and_end(answer: Answer, *, supporter: int, supported: int, by: int, times: int) -> None:
    """Makes an alignment and ends it, again and again."""
    lead = User.objects.get(pk=by)
    ends = [Objective.objects.select_related("roadmap").get(pk=pk) for pk in (supporter, supported)]

    def once() -> int:
        kept = align(*ends, by=lead, now=NOW, weight=Decimal(2), reason="agreed")
        unalign(kept, by=lead, now=NOW, reason="over")
        return kept.pk

    for _ in range(times):
        answer.note(once)


def share_with_many(answer: Answer, *, objective: int, areas: list[int], weight: int, by: int) -> None:
    """Shares an objective with one area after the other, and weighs what somebody else has shared."""
    lead = User.objects.get(pk=by)
    row = Objective.objects.select_related("roadmap").get(pk=objective)
    who = {"by": lead, "now": NOW, "reason": "agreed"}

    def once(area: Area) -> int:
        found = Share.objects.filter(objective=row, area=area).select_related("objective__roadmap").first()
        if found is None:
            return share(row, area, weight=Decimal(weight), **who).pk
        weigh_share(found, Decimal(weight), version=found.version, **who)
        return found.pk

    for area in Area.objects.without_tree_fields().filter(pk__in=areas).order_by("pk"):
        for _round in range(3):
            answer.note(lambda area=area: once(area))


def press(answer: Answer, *, objective: int, by: int, form_id: str, times: int) -> None:
    """One form that makes a key result, sent again and again."""
    lead = User.objects.get(pk=by)
    row = Objective.objects.get(pk=objective)
    for _ in range(times):
        answer.note(
            lambda: make_once(
                UUID(form_id),
                fingerprint="the same",
                by=lead,
                now=NOW,
                make=lambda: create_key_result(
                    row, by=lead, now=NOW, today=TODAY, title="Once"
                ).get_absolute_url(),
            )[1]
        )


WORK = (
    {
        work.__name__: work
        for work in (
            forget,
            check_ins,
            report,
            check_in_until_refused,
            close,
            score_until_refused,
            carry_over,
            change_targets,
            create_objectives,
            create_risks,
            post,
            be_away,
            press_follow,
            see,
            send_drafts,
            write_draft,
            run_initiatives,
            set_rhythms,
            change_title,
            weigh,
            support,
            need,
            align_and_end,
            share_with_many,
            press,
            answer_needs,
            enter_values,
            create_kpis,
        )
    }
    | people.WORK
    | programs.WORK
    | plans.WORK
)


def take_the_locks_out() -> None:
    """What the code would be without its locks: rows are read, and SQLite's transactions begin DEFERRED."""
    without = {
        "share_cycle": lambda pk: Cycle.objects.get(pk=pk),
        "lock_cycle": lambda pk: Cycle.objects.get(pk=pk),
        "lock_roadmap": lambda pk: Roadmap.objects.get(pk=pk),
        "lock_key_result": lambda pk: KeyResult.objects.get(pk=pk),
        "lock_key_results": lambda pks: None,
        "lock_objective": lambda pk: Objective.objects.get(pk=pk),
        "lock_area": lambda pk: Area.objects.get(pk=pk),
        "lock_kpi": lambda pk: Kpi.objects.get(pk=pk),
        "lock_need": lambda pk: Dependency.objects.get(pk=pk),
        "lock_objectives": lambda pks: None,
        "lock_needs": lambda: None,
        "lock_alignments": lambda pk: Cycle.objects.get(pk=pk),
    }
    for name, read in without.items():
        assert hasattr(locks, name)
        setattr(locks, name, read)
    people.take_the_locks_out()
    if connection.vendor == "sqlite":
        connections.settings["default"]["OPTIONS"]["transaction_mode"] = "DEFERRED"


def main() -> None:
    if "--without-locks" in sys.argv:
        take_the_locks_out()
    connection.ensure_connection()
    print("ready", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        answer = Answer()
        WORK[order.pop("work")](answer, **order)
        print(json.dumps(vars(answer)), flush=True)


if __name__ == "__main__":
    main()
