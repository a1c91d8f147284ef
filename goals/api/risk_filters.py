"""What the list of risks can be asked for: the filters of the register, and a few for programs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import django_filters  # type: ignore[import-untyped]
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field

from accounts.api.base import today_of
from areas.api.filters import AskedFilters, BelowFilter, KeyFilter, MomentFilter, WordsFilter
from goals.api.filters import CHANGED, CycleFilter, OverdueFilter, PersonFilter
from goals.api.reach import visible_objectives, visible_risks
from goals.models import Mitigation, Objective, Risk
from goals.models.risk_queries import RiskQuerySet

YES_OR_NO = [("true", "true"), ("false", "false")]
LEVELS = [(str(level), str(level)) for level in range(1, 6)]


def _objectives(request: Any) -> QuerySet[Objective]:
    return Objective.objects.none() if request is None else visible_objectives(request)


@extend_schema_field({"type": "integer", "enum": list(range(1, 6))})
class LevelFilter(django_filters.ChoiceFilter):
    """A level from 1 to 5."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=LEVELS, **options)


class YesOrNo(django_filters.ChoiceFilter):
    """Risks of which something is the case, or is not; `which` finds the former."""

    def __init__(self, which: str, label: str) -> None:
        super().__init__(choices=YES_OR_NO, label=label)
        self.which = which

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        keys = self._found(qs, today_of(self.parent.request)).order_by().values("pk")
        return qs.filter(pk__in=keys) if value == "true" else qs.exclude(pk__in=keys)

    def _found(self, qs: QuerySet[Any], today: date) -> RiskQuerySet:
        """Of all risks, but where each is looked at by itself: what is asked for is not nested deeper."""
        if self.which == "stale":
            return Risk.objects.filter(pk__in=qs.order_by().values("pk")).stale(today)
        ways: dict[str, Callable[[], RiskQuerySet]] = {
            "open": Risk.objects.open,
            "high": Risk.objects.high,
            "without_mitigation": Risk.objects.without_mitigation,
            "overdue": lambda: Risk.objects.with_overdue_mitigation(today),
        }
        return ways[self.which]()


class RisksOfOneFilters(AskedFilters):
    owner = PersonFilter(field_name="owner")
    kind = django_filters.ChoiceFilter(choices=Risk.Kind.choices, label="Known or unknown.")
    state = django_filters.ChoiceFilter(choices=Risk.State.choices, label="The state it is in.")
    response = django_filters.ChoiceFilter(choices=Risk.Response.choices, label="What is done about it.")
    outcome = django_filters.ChoiceFilter(choices=Risk.Outcome.choices, label="How it ended.")
    open = YesOrNo("open", "Whether it is not closed.")
    high = YesOrNo("high", "Whether its score is 12 or more.")
    stale = YesOrNo("stale", "Whether somebody has to look at it again.")
    without_mitigation = YesOrNo("without_mitigation", "Whether no step is planned, under way or done.")
    overdue = YesOrNo("overdue", "Whether a step against it is overdue.")
    likelihood = LevelFilter(label="1 to 5.")
    impact = LevelFilter(label="1 to 5.")
    residual_likelihood = LevelFilter(label="1 to 5.")
    residual_impact = LevelFilter(label="1 to 5.")
    q = WordsFilter(fields=("code", "title", "description", "trigger"))
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte", label=CHANGED)


class RiskFilters(RisksOfOneFilters):
    cycle = CycleFilter(field_name="objective__roadmap__cycle")
    area = BelowFilter(field_name="objective__roadmap__area")
    objective = KeyFilter(
        method="about",
        to_field_name="code",
        queryset=_objectives,
        sentence=_("There is no objective with this code."),
        label="An objective's code: risks of it, and others that concern it.",
    )

    def about(self, qs: QuerySet[Risk], name: str, value: Objective | None) -> QuerySet[Risk]:
        if value is None:
            return qs
        return qs.filter(objective=value) | qs.filter(pk__in=value.concerned_by.values("risk"))


def _risks(request: Any) -> QuerySet[Risk]:
    return Risk.objects.none() if request is None else visible_risks(request)


class MitigationsOfOneFilters(AskedFilters):
    owner = PersonFilter(field_name="owner")
    state = django_filters.ChoiceFilter(choices=Mitigation.State.choices, label="The state it is in.")
    overdue = OverdueFilter(
        choices=YES_OR_NO, label="Whether it is due before today, and neither done nor dropped."
    )
    q = WordsFilter(fields=("text",))
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte", label=CHANGED)


class MitigationFilters(MitigationsOfOneFilters):
    cycle = CycleFilter(field_name="risk__objective__roadmap__cycle")
    area = BelowFilter(field_name="risk__objective__roadmap__area")
    risk = KeyFilter(
        field_name="risk",
        to_field_name="code",
        queryset=_risks,
        sentence=_("There is no risk with this code."),
        label="A risk's code.",
    )
