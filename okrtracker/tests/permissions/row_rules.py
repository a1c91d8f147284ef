"""Which rows each rule about people finds, and for whom: the permission table, told of every QuerySet.

A rule is a QuerySet method that takes a person. Pages and API only apply rules, so what is wrong here is
wrong everywhere. A row is called by where its plan lies: `o` in the open plan of EDGE, `x` in that of CORE,
`r` in the restricted one of EDGE. KPIs and templates have no cycle: of EDGE they are `o`, of CORE `x`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from areas.models import Area
from goals.models import (
    Absence,
    Alignment,
    CheckIn,
    Comment,
    Concern,
    Dashboard,
    Dependency,
    Initiative,
    KeyResult,
    Kpi,
    MovedCode,
    Objective,
    ObjectiveTemplate,
    Risk,
    Roadmap,
    SavedFilter,
    Share,
    Webhook,
)
from goals.tests.factories import (
    AlignmentFactory,
    ConcernFactory,
    DependencyFactory,
    MovedCodeFactory,
    ShareFactory,
)
from okrtracker.tests.permissions.world import SERIALS, World

MEMBERS = {"viewer", "contributor", "lead"}
STRANGERS = {"other viewer", "other contributor", "other lead", "of no area", "owner"}
MANAGERS = {"manager", "administrator"}
EVERYBODY = MEMBERS | STRANGERS | MANAGERS
CORE_PEOPLE = {"other viewer", "other contributor", "other lead"}

PLACES = {("EDGE", "24H2"): "o", ("CORE", "24H2"): "x", ("EDGE", "25H1"): "r"}
WAY_TO_THE_PLAN = ("thing", "kpi", "risk", "key_result", "check_in", "objective", "supporter", "roadmap")

# Who finds what by a rule, as the world stands. Whoever is not named finds nothing.
READS = {"oxr": MEMBERS | MANAGERS, "ox": STRANGERS}
READS_KPIS = {"ox": EVERYBODY}
PLANS = {"oxr": MANAGERS, "or": {"lead"}, "x": {"other lead"}}
PLANS_KPIS = {"ox": MANAGERS, "o": {"lead"}, "x": {"other lead"}}
WORKS = {
    "oxr": MANAGERS,
    "or": {"lead", "contributor"},
    "x": {"other lead", "other contributor"},
    "o": {"owner"},
}
WORKS_ON_KPIS = {
    "ox": MANAGERS,
    "o": {"lead", "contributor", "owner"},
    "x": {"other lead", "other contributor"},
}
RULES: dict[str, dict[str, set[str]]] = {
    "Roadmap.visible_to": READS,
    "Roadmap.editable_by": PLANS,
    "Objective.visible_to": READS,
    "Objective.in_plans_of": READS,
    "Alignment.visible_to": READS,
    "KeyResult.visible_to": READS,
    "KeyResult.checkable_by": WORKS,
    "KeyResult.answered_for_by": {"o": {"owner"}, "x": {"other lead"}, "r": {"lead"}},
    "CheckIn.visible_to": READS,
    "CheckInDraft.of": {"or": {"lead"}, "x": {"other lead"}},
    "Comment.visible_to": READS,
    "Risk.visible_to": READS,
    "Concern.visible_to": READS,
    "Dependency.visible_to": READS,
    "Dependency.editable_by": PLANS,
    "Dependency.answerable_by": PLANS,
    "Dependency.awaiting_answer_of": {},
    "Initiative.visible_to": READS,
    "Initiative.editable_by": WORKS,
    "Initiative.awaited_of": {"o": {"owner"}, "x": {"other lead"}, "r": {"lead"}},
    "Kpi.visible_to": READS_KPIS,
    "Kpi.checkable_by": WORKS_ON_KPIS,
    "Kpi.answered_for_by": {"o": {"owner"}, "x": {"other lead"}},
    "Kpi.editable_by": PLANS_KPIS,
    "Kpi.owned_by": {"o": {"owner"}, "x": {"other lead"}},
    "KpiEntry.visible_to": READS_KPIS,
    "MovedCode.visible_to": READS,
    # Of others, who finds one was given its key, and its owner shares it.
    "SavedFilter.of": {"or": {"lead"}, "x": {"other lead"}},
    "Dashboard.of": {"or": {"lead"}, "x": {"other lead"}},
    "Dashboard.visible_to": {"or": {"lead"}, "x": {"other lead"}},
    "ObjectiveTemplate.editable_by": PLANS_KPIS,
    "Share.visible_to": READS,
    "Subscription.of": {"or": {"lead"}, "x": {"other lead"}},
    "Subscription.shown_to": {"or": {"lead"}, "x": {"other lead"}},
    "Share.changeable_by": PLANS,
    "Webhook.editable_by": PLANS,
}
# Rules that find people, areas and tokens, by their names.
NAMED_RULES: dict[str, dict[str, set[str]]] = {
    "Area.member_of": {"EDGE": MEMBERS, "CORE": CORE_PEOPLE},
    "Area.contributable_by": {
        "CORE EDGE LIB": MANAGERS,
        "EDGE": {"lead", "contributor"},
        "CORE": {"other lead", "other contributor"},
    },
    "Area.editable_by": {"CORE EDGE LIB": MANAGERS, "EDGE": {"lead"}, "CORE": {"other lead"}},
    "User.listed_for": {"everybody": MANAGERS},
    "User.manageable_by": {"everybody": {"administrator"}},
    "ApiToken.revocable_by": {
        "everybody's": {"administrator"},
        "their own": {"lead", "manager"},
    },
}
# What waits for somebody or is theirs: nobody asks that of a visitor.
FOR_SOMEBODY_SIGNED_IN = {
    "ApiToken.revocable_by",
    "CheckInDraft.of",
    "Dependency.awaiting_answer_of",
    "Initiative.awaited_of",
    "KeyResult.answered_for_by",
    "SavedFilter.of",
    "Kpi.answered_for_by",
    "Kpi.owned_by",
}


@dataclass(frozen=True)
class Case:
    """Something is otherwise than in the world, and so these people find a letter more or less."""

    told: str
    arrange: Callable[[World], Any]
    # (models or rules, the letters that come or go, for whom)
    otherwise: tuple[tuple[str, str, set[str]], ...]

    def concerns(self, rule: str) -> bool:
        """Whether it has to be asked: all of them as the world stands, else those that could be otherwise."""
        named = " ".join(names for names, _letter, _people in self.otherwise)
        return not named or rule in named or rule.partition(".")[0] in named.split()

    def changes(self, rule: str, person: str) -> set[str]:
        return {
            letter
            for named, letters, people in self.otherwise
            for letter in letters
            if person in people and {rule, rule.partition(".")[0]} & set(named.split())
        }


def _in(letter: str, way: str) -> dict[str, str]:
    (area, cycle) = next(place for place, found in PLACES.items() if found == letter)
    return {f"{way}area__key": area, f"{way}cycle__key": cycle}


def rows(model: Any, letter: str) -> Any:
    way = {
        Roadmap: "",
        Objective: "roadmap__",
        KeyResult: "objective__roadmap__",
        Risk: "objective__roadmap__",
    }[model]
    return model.objects.filter(**_in(letter, way)).order_by("pk")


def change(model: Any, letter: str, **fields: Any) -> Callable[[World], Any]:
    return lambda world: rows(model, letter).update(**fields)


def owned(model: Any, letter: str, by: str, **fields: Any) -> Callable[[World], Any]:
    return lambda world: rows(model, letter).update(owner=world.person(by), **fields)


def doing_something_hidden(world: World) -> None:
    rows = Initiative.objects.filter(key_result__objective__roadmap__cycle__key="25H1")
    rows.update(owner=world.person("of no area"))


def own_what_nobody_shares(world: World) -> None:
    Share.objects.all().delete()
    rows(Objective, "r").update(owner=world.person("of no area"))


def hide_kpi(world: World) -> None:
    Kpi.objects.filter(area__key="EDGE").update(visibility="restricted")


def absent(world: World) -> None:
    today = timezone.localdate()
    Absence.objects.create(
        person=world.person("owner"), stand_in=world.person("of no area"), first_on=today, last_on=today
    )


def absent_with_a_hidden_kpi(world: World) -> None:
    hide_kpi(world)
    absent(world)


def absent_tomorrow(world: World) -> None:
    day = timezone.localdate() + dt.timedelta(days=1)
    Absence.objects.create(
        person=world.person("owner"), stand_in=world.person("of no area"), first_on=day, last_on=day
    )


def share_hidden(world: World) -> None:
    for objective in rows(Objective, "r"):
        ShareFactory(objective=objective, area=Area.objects.get(key="CORE"))


def need(of: str, on: str) -> Callable[[World], Any]:
    def arrange(world: World) -> None:
        Dependency.objects.all().delete()
        DependencyFactory(objective=rows(Objective, of)[0], on_objective=rows(Objective, on)[0], partner="")

    return arrange


def align(supporter: str, supported: str) -> Callable[[World], Any]:
    def arrange(world: World) -> None:
        Alignment.objects.all().delete()
        AlignmentFactory(supporter=rows(Objective, supporter)[0], supported=rows(Objective, supported)[1])

    return arrange


def concern(risk: str, objective: str) -> Callable[[World], Any]:
    def arrange(world: World) -> None:
        Concern.objects.all().delete()
        ConcernFactory(risk=rows(Risk, risk)[0], objective=rows(Objective, objective)[1])

    return arrange


def moved(**things: Any) -> Callable[[World], Any]:
    def arrange(world: World) -> None:
        MovedCode.objects.all().delete()
        for letter in "oxr":
            found = {name: rows(model, letter)[0] for name, model in things.items()}
            MovedCodeFactory(code=f"GONE-{letter}", objective=None, former_roadmap=None, **found)

    return arrange


def say_of_check_ins(world: World) -> None:
    Comment.objects.all().delete()
    for check_in in CheckIn.objects.all():
        Comment.objects.create(author=world.person("lead"), text="Go on.", check_in=check_in)


def say_of_hidden_check_ins(world: World) -> None:
    say_of_check_ins(world)
    rows(KeyResult, "o").update(visibility="restricted")


BELOW_A_KEY_RESULT = "KeyResult.visible_to CheckIn.visible_to Initiative.visible_to"
BELOW_AN_OBJECTIVE = (
    "Objective.visible_to Risk.visible_to Concern.visible_to Dependency.visible_to "
    "Comment.visible_to Share.visible_to MovedCode.visible_to"
)
# Seen with the roadmap that it is in.
IN_PLANS = "Objective.in_plans_of Alignment.visible_to"
CASES = [
    Case("as it stands", lambda world: None, ()),
    Case(
        "a key result is restricted",
        change(KeyResult, "o", visibility="restricted"),
        ((f"{BELOW_A_KEY_RESULT} Risk.visible_to Concern.visible_to", "o", STRANGERS - {"owner"}),),
    ),
    Case(
        "an objective is restricted",
        change(Objective, "o", visibility="restricted"),
        (
            (BELOW_A_KEY_RESULT, "o", STRANGERS - {"owner"}),
            (f"{BELOW_AN_OBJECTIVE} {IN_PLANS}", "o", STRANGERS),
        ),
    ),
    Case(
        "a risk is restricted",
        change(Risk, "o", visibility="restricted"),
        (("Risk.visible_to Concern.visible_to", "o", STRANGERS),),
    ),
    Case(
        "a risk is restricted and has an owner",
        owned(Risk, "o", "of no area", visibility="restricted"),
        (("Risk.visible_to Concern.visible_to", "o", STRANGERS - {"of no area"}),),
    ),
    Case(
        "a risk about no key result is seen with its objective",
        change(Risk, "o", key_result=None),
        (("Risk.visible_to", "", EVERYBODY),),
    ),
    Case(
        "what is done for something that became hidden waits for nobody",
        doing_something_hidden,
        (("Initiative.awaited_of", "r", {"lead"}), ("Initiative.editable_by", "r", {"of no area"})),
    ),
    Case("a KPI is restricted", hide_kpi, (("Kpi.visible_to KpiEntry", "o", STRANGERS - {"owner"}),)),
    Case(
        "who owns an objective of a hidden plan sees it and what is below it",
        owned(Objective, "r", "of no area"),
        ((f"{BELOW_AN_OBJECTIVE} {BELOW_A_KEY_RESULT}", "r", {"of no area"}),),
    ),
    Case(
        "who owns an objective of a hidden plan sees it in no plan, unless one that is shown has a share",
        own_what_nobody_shares,
        ((IN_PLANS, "", EVERYBODY),),
    ),
    Case(
        "who owns a key result of a hidden plan sees that alone, and works on it",
        owned(KeyResult, "r", "of no area"),
        ((f"{BELOW_A_KEY_RESULT} KeyResult.checkable_by Initiative.editable_by", "r", {"of no area"}),),
    ),
    Case(
        "who is shared with sees and works on what is restricted by its roadmap alone",
        share_hidden,
        (
            (f"{BELOW_AN_OBJECTIVE} {BELOW_A_KEY_RESULT} {IN_PLANS}", "r", CORE_PEOPLE),
            ("KeyResult.checkable_by Initiative.editable_by", "r", {"other lead", "other contributor"}),
            ("Share.changeable_by", "r", {"other lead"}),
        ),
    ),
    Case(
        "a stand-in works on what is of who is away",
        absent,
        (
            ("KeyResult.checkable_by Initiative.editable_by Kpi.checkable_by", "o", {"of no area"}),
            ("KeyResult.answered_for_by Kpi.answered_for_by", "o", {"of no area"}),
        ),
    ),
    Case(
        "a stand-in waits for the day",
        absent_tomorrow,
        (("KeyResult.checkable_by Kpi.checkable_by KeyResult.answered_for_by", "", EVERYBODY),),
    ),
    Case(
        "a stand-in owes no value of what they do not see",
        absent_with_a_hidden_kpi,
        (
            ("Kpi.checkable_by", "o", {"of no area"}),
            ("Kpi.answered_for_by", "", EVERYBODY),
        ),
    ),
    Case(
        "a need on something hidden is hidden",
        need("o", "r"),
        (
            ("Dependency.visible_to", "x", EVERYBODY),
            ("Dependency.visible_to", "o", STRANGERS),
            ("Dependency.visible_to", "r", MEMBERS | MANAGERS),
            ("Dependency.editable_by Dependency.answerable_by", "x", MANAGERS | {"other lead"}),
            ("Dependency.editable_by Dependency.answerable_by", "r", MANAGERS | {"lead"}),
            ("Dependency.awaiting_answer_of", "o", {"lead"}),
        ),
    ),
    Case(
        "a need is answered by those it is on",
        need("o", "x"),
        (
            ("Dependency.visible_to", "x", EVERYBODY),
            ("Dependency.visible_to", "r", MEMBERS | MANAGERS),
            ("Dependency.editable_by Dependency.answerable_by", "x", MANAGERS | {"other lead"}),
            ("Dependency.editable_by Dependency.answerable_by", "r", MANAGERS | {"lead"}),
            ("Dependency.answerable_by", "o", {"lead", "other lead"}),
            ("Dependency.awaiting_answer_of", "o", {"other lead"}),
        ),
    ),
    Case(
        "a need of something hidden waits for nobody who does not see it",
        need("r", "x"),
        (
            ("Dependency.visible_to", "x", EVERYBODY),
            ("Dependency.visible_to", "o", EVERYBODY),
            ("Dependency.editable_by Dependency.answerable_by", "x", MANAGERS | {"other lead"}),
            ("Dependency.editable_by Dependency.answerable_by", "o", MANAGERS | {"lead"}),
            ("Dependency.answerable_by", "r", {"lead", "other lead"}),
            ("Dependency.awaiting_answer_of", "", EVERYBODY),
        ),
    ),
    Case(
        "an alignment to something hidden is hidden",
        align("o", "r"),
        (
            ("Alignment.visible_to", "x", EVERYBODY),
            ("Alignment.visible_to", "o", STRANGERS),
            ("Alignment.visible_to", "r", MEMBERS | MANAGERS),
        ),
    ),
    Case(
        "an alignment from something hidden is hidden",
        align("r", "o"),
        (("Alignment.visible_to", "ox", EVERYBODY),),
    ),
    Case(
        "a concern about something hidden is hidden",
        concern("o", "r"),
        (
            ("Concern.visible_to", "x", EVERYBODY),
            ("Concern.visible_to", "o", STRANGERS),
            ("Concern.visible_to", "r", MEMBERS | MANAGERS),
        ),
    ),
    Case(
        "a concern of a hidden risk is hidden",
        concern("r", "o"),
        (("Concern.visible_to", "ox", EVERYBODY),),
    ),
    Case("a key result has moved", moved(key_result=KeyResult), (("MovedCode.visible_to", "", EVERYBODY),)),
    Case("a risk has moved", moved(risk=Risk), (("MovedCode.visible_to", "", EVERYBODY),)),
    Case("of check-ins something was said", say_of_check_ins, (("Comment.visible_to", "", EVERYBODY),)),
    Case(
        "of a hidden check-in something was said",
        say_of_hidden_check_ins,
        (
            (f"{BELOW_A_KEY_RESULT} Comment.visible_to", "o", STRANGERS - {"owner"}),
            ("Risk.visible_to Concern.visible_to", "o", STRANGERS - {"owner"}),
        ),
    ),
]


def place(row: Any) -> str:
    """The letter of a row: where its plan lies."""
    if isinstance(row, Dashboard):
        return dict(zip(SERIALS["dashboard_key"].values(), "oxr", strict=True))[row.key]
    if isinstance(row, SavedFilter):
        return dict(zip(SERIALS["filter_id"].values(), "oxr", strict=True))[row.pk]
    if isinstance(row, Webhook):
        return dict(zip(SERIALS["webhook_id"].values(), "oxr", strict=True))[row.pk]
    if isinstance(row, Kpi | ObjectiveTemplate):
        return {"EDGE": "o", "CORE": "x"}[row.area.key]
    if isinstance(row, Roadmap):
        return PLACES[row.area.key, row.cycle.key]
    return place(next(found for way in WAY_TO_THE_PLAN if (found := getattr(row, way, None)) is not None))
