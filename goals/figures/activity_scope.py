"""What an activity is of: an area, an objective, a key result, a person, or what its reader follows.

Nothing is written for it: check-ins and comments are rows of their own, and every change of a plan has its
entry in the record of changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import F, Q, QuerySet

from accounts.models import AuditEntry, User
from areas.models import Area
from goals.figures.changed_line import PLAN, RISKS, TALK, VALUES
from goals.figures.changed_rows import FIELDS, PLACES
from goals.figures.link_lines import NUMBERS
from goals.models import (
    Acknowledgement,
    Alignment,
    CheckIn,
    Comment,
    Concern,
    Dependency,
    Initiative,
    InterimTarget,
    KeyResult,
    Kpi,
    KpiEntry,
    Mitigation,
    Objective,
    Risk,
    Roadmap,
    Share,
    Subscription,
)

NOWHERE = Q(pk__in=[])
SECTION_OF: dict[Any, str] = {
    Roadmap: PLAN,
    Objective: PLAN,
    KeyResult: PLAN,
    Initiative: PLAN,
    Dependency: PLAN,
    Risk: RISKS,
    Mitigation: RISKS,
    Kpi: PLAN,
    InterimTarget: PLAN,
    Alignment: PLAN,
    Share: PLAN,
    Concern: RISKS,
    Acknowledgement: TALK,
}
CREATED = AuditEntry.Action.CREATED


@dataclass(frozen=True)
class Scope:
    """Whose eyes see it, and what it is narrowed down to; what is None or empty narrows nothing.

    `reach` are the areas that a program's token is bound to.
    """

    user: Any
    area: Area | None = None
    objective: Objective | None = None
    key_result: KeyResult | None = None
    person: User | None = None
    is_followed: bool = False
    section: str = ""
    since: datetime | None = None
    reach: QuerySet[Area] | None = None
    # Without what the reader did: nobody is told news of themselves.
    of_others: bool = False

    def check_ins(self) -> QuerySet[CheckIn]:
        if self.section not in ("", VALUES):
            return CheckIn.objects.none()
        rows = CheckIn.objects.filter(key_result__in=self._key_results.order_by().values("pk"))
        return self._by_whom(rows, "author", "created_at")

    def kpi_entries(self) -> QuerySet[KpiEntry]:
        if self.section not in ("", VALUES):
            return KpiEntry.objects.none()
        rows = KpiEntry.objects.filter(kpi__in=self._kpis.order_by().values("pk"))
        return self._by_whom(rows, "author", "created_at")

    def comments(self) -> QuerySet[Comment]:
        """Those on what it is of; of what is followed, those too that mention the reader."""
        if self.section not in ("", TALK):
            return Comment.objects.none()
        about = Q(objective__in=self._objectives.order_by().values("pk"))
        about |= Q(check_in__key_result__in=self._key_results.order_by().values("pk"))
        if self.is_followed:
            seen = Comment.objects.visible_to(self.user).filter(self._reached_comments())
            about |= Q(pk__in=seen.filter(mentions__person=self.user.pk).order_by().values("pk"))
        rows = Comment.objects.filter(about, deleted_at__isnull=True)
        return self._by_whom(rows, "author", "created_at")

    def entries(self) -> QuerySet[AuditEntry]:
        """Of the record: what was made, and what changed that anybody is told of."""
        told = NOWHERE
        for model, rows in self._rows().items():
            names = [*FIELDS[model], *([PLACES[model].removesuffix("_id")] if model in PLACES else [])]
            says = Q(action=CREATED) | Q(changes__has_any_keys=names)
            label = model._meta.label_lower
            told |= Q(model=label, object_id__in=rows.order_by().values("pk")) & says
        return self._by_whom(AuditEntry.objects.filter(told), "actor", "made_at")

    def ties(self) -> QuerySet[AuditEntry]:
        """The same of what ties rows together or hangs on one.

        Asked for by itself: in one condition with the rows it is nested more than SQLite can read.
        """
        told = NOWHERE
        for model, keys in self._ties().items():
            says = Q(model=model._meta.label_lower, object_id__in=keys)
            if model in NUMBERS:
                says &= Q(changes__has_key=NUMBERS[model])
            if model is InterimTarget:
                says &= ~Q(action=CREATED, object_id__in=self._from_the_first)
            told |= says
        return self._by_whom(AuditEntry.objects.filter(told), "actor", "made_at")

    def _ties(self) -> dict[Any, QuerySet[Any]]:
        """Keys of what ties rows together, or hangs on one; most are deleted at their end: from histories.

        Both ends are seen. Who took a note back is told of no more.
        """
        objectives = self._objectives.order_by().values("pk")
        key_results = self._key_results.order_by().values("pk")
        concerns = Concern.history.filter(risk__in=self._risks.order_by().values("pk"))
        seen = Objective.objects.visible_to(self.user).order_by().values("pk")
        ties: dict[Any, Any] = {
            # The deepest comes first, and in it what is deepest: SQLite keeps all that stands before it.
            Concern: concerns.filter(self._reached("objective__"), objective__in=seen),
            InterimTarget: InterimTarget.history.filter(key_result__in=key_results),
            Alignment: Alignment.history.filter(
                self._reached("supported__"),
                supporter__in=objectives,
                supported__in=Objective.objects.in_plans_of(self.user).order_by().values("pk"),
            ),
            Share: Share.history.filter(self._shared(), area__archived_at__isnull=True),
            Acknowledgement: Acknowledgement.objects.filter(check_in__key_result__in=key_results),
        }
        return {
            model: rows.order_by().values("pk" if model is Acknowledgement else "id")
            for model, rows in ties.items()
            if self.section in ("", SECTION_OF[model])
        }

    @property
    def _from_the_first(self) -> QuerySet[Any]:
        """Interim targets that came with their key result: that it is new says so."""
        rows = InterimTarget.history.filter(history_type="+", history_date=F("key_result__created_at"))
        return rows.values("id")

    def _shared(self) -> Q:
        """By where an objective is planned; of an area, also one that is followed, where it owns it too."""
        told = Q(objective__in=self._objectives.order_by().values("pk"))
        if self.area is not None:
            areas = Area.objects.at_or_below([self.area])
        elif self.is_followed:
            areas = Area.objects.at_or_below_rows(self._follows.filter(area__isnull=False).values("area"))
        else:
            return told
        seen = Objective.objects.visible_to(self.user).filter(roadmap__area__archived_at__isnull=True)
        there = Q(area__in=areas, objective__in=seen.order_by().values("pk"))
        return told | (there & self._reached("objective__"))

    def _reached(self, to_objective: str) -> Q:
        return Q() if self.reach is None else Q(**{f"{to_objective}roadmap__area__in": self.reach})

    @cached_property
    def _risks(self) -> QuerySet[Risk]:
        place = self._place("objective__", "objective", "key_result")
        return Risk.objects.visible_to(self.user).filter(place)

    @cached_property
    def _kpis(self) -> QuerySet[Kpi]:
        return Kpi.objects.visible_to(self.user).filter(self._place("", is_of_area=True))

    def _rows(self) -> dict[Any, QuerySet[Any]]:
        """The rows of each model that entries may be about."""
        risks = self._risks
        needs = Dependency.objects.visible_to(self.user).filter(self._place("objective__", "objective"))
        if self.reach is not None:  # what is needed is named too
            there = Q(on_objective__isnull=True) | Q(on_objective__roadmap__area__in=self.reach)
            needs = needs.filter(there)
        steps = Mitigation.objects.filter(risk__in=risks.order_by().values("pk"))
        initiatives = Initiative.objects.filter(key_result__in=self._key_results.order_by().values("pk"))
        roadmaps = Roadmap.objects.visible_to(self.user).filter(self._place("", is_of_area=True))
        rows: dict[Any, QuerySet[Any]] = {
            Roadmap: roadmaps,
            Objective: self._objectives,
            KeyResult: self._key_results,
            Initiative: initiatives,
            Dependency: needs,
            Risk: risks,
            Mitigation: steps,
            Kpi: self._kpis,
        }
        return {model: found for model, found in rows.items() if self.section in ("", SECTION_OF[model])}

    @cached_property
    def _objectives(self) -> QuerySet[Objective]:
        return Objective.objects.visible_to(self.user).filter(self._place("", "pk"))

    @cached_property
    def _key_results(self) -> QuerySet[KeyResult]:
        place = self._place("objective__", "objective", "pk")
        return KeyResult.objects.visible_to(self.user).filter(place)

    def _place(
        self, to_objective: str, objective: str = "", key_result: str = "", *, is_of_area: bool = False
    ) -> Q:
        """A condition on rows that lead to an objective by these paths; those of archived areas are out."""
        area = "area" if is_of_area else f"{to_objective}roadmap__area"
        place = Q(**{f"{area}__archived_at__isnull": True})
        if self.reach is not None:
            place &= Q(**{f"{area}__in": self.reach})
        if self.area is not None:
            place &= Q(**{f"{area}__in": Area.objects.at_or_below([self.area])})
        if self.objective is not None:
            place &= Q(**{objective: self.objective.pk}) if objective else NOWHERE
        if self.key_result is not None:
            place &= Q(**{key_result: self.key_result.pk}) if key_result else NOWHERE
        if self.is_followed:
            place &= self._followed(area, objective, key_result)
        return place

    @cached_property
    def _follows(self) -> QuerySet[Subscription]:
        return Subscription.objects.of(self.user).order_by()

    def _followed(self, area: str, objective: str, key_result: str) -> Q:
        own = self._follows
        areas = own.filter(area__isnull=False).values("area")
        found = Q(**{f"{area}__in": Area.objects.at_or_below_rows(areas)})
        if objective:
            found |= Q(**{f"{objective}__in": own.filter(objective__isnull=False).values("objective")})
        if key_result:
            found |= Q(**{f"{key_result}__in": own.filter(key_result__isnull=False).values("key_result")})
        return found

    def _reached_comments(self) -> Q:
        if self.reach is None:
            return Q()
        return Q(objective__roadmap__area__in=self.reach) | Q(
            check_in__key_result__objective__roadmap__area__in=self.reach
        )

    def _by_whom(self, rows: Any, who: str, when: str) -> Any:
        if self.person is not None:
            rows = rows.filter(**{who: self.person.pk})
        if self.of_others:
            rows = rows.exclude(**{who: self.user.pk})
        return rows if self.since is None else rows.filter(**{f"{when}__gte": self.since})
