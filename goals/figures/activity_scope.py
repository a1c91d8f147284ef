"""What an activity is of: an area, an objective, a key result, a person, or what its reader follows.

Nothing is written for it: check-ins and comments are rows of their own, and every change of a plan has its
entry in the record of changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import AuditEntry, User
from areas.models import Area
from goals.figures.changed_line import PLAN, RISKS, TALK, VALUES
from goals.figures.changed_rows import FIELDS, PLACES
from goals.models import (
    CheckIn,
    Comment,
    Dependency,
    Initiative,
    KeyResult,
    Mitigation,
    Objective,
    Risk,
    Roadmap,
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
}


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
            says = Q(action=AuditEntry.Action.CREATED) | Q(changes__has_any_keys=names)
            label = model._meta.label_lower
            told |= Q(model=label, object_id__in=rows.order_by().values("pk")) & says
        return self._by_whom(AuditEntry.objects.filter(told), "actor", "made_at")

    def _rows(self) -> dict[Any, QuerySet[Any]]:
        """The rows of each model that entries may be about."""
        of_risks = self._place("objective__", "objective", "key_result")
        risks = Risk.objects.visible_to(self.user).filter(of_risks)
        needs = Dependency.objects.visible_to(self.user).filter(self._place("objective__", "objective"))
        if self.reach is not None:  # what is needed is named too
            there = Q(on_objective__isnull=True) | Q(on_objective__roadmap__area__in=self.reach)
            needs = needs.filter(there)
        steps = Mitigation.objects.filter(risk__in=risks.order_by().values("pk"))
        initiatives = Initiative.objects.filter(key_result__in=self._key_results.order_by().values("pk"))
        roadmaps = Roadmap.objects.visible_to(self.user).filter(self._place("", is_roadmap=True))
        rows: dict[Any, QuerySet[Any]] = {
            Roadmap: roadmaps,
            Objective: self._objectives,
            KeyResult: self._key_results,
            Initiative: initiatives,
            Dependency: needs,
            Risk: risks,
            Mitigation: steps,
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
        self, to_objective: str, objective: str = "", key_result: str = "", *, is_roadmap: bool = False
    ) -> Q:
        """A condition on rows that lead to an objective by these paths; those of archived areas are out."""
        area = "area" if is_roadmap else f"{to_objective}roadmap__area"
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

    def _followed(self, area: str, objective: str, key_result: str) -> Q:
        own = Subscription.objects.of(self.user).order_by()
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
