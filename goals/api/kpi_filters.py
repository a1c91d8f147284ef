"""What the lists of KPIs and of their values can be asked for."""

from __future__ import annotations

import django_filters  # type: ignore[import-untyped]
from django.db.models import QuerySet

from accounts.api.base import today_of
from areas.api.filters import AskedFilters, BelowFilter, MomentFilter, WordsFilter
from goals.api.filters import CHANGED, PersonFilter
from goals.models import Kpi

YES_OR_NO = [("true", "true"), ("false", "false")]


class StandsFilter(django_filters.ChoiceFilter):
    """KPIs of which something is the case today, or is not. Each is asked by itself: there is one rule."""

    def __init__(self, which: str, label: str) -> None:
        super().__init__(choices=YES_OR_NO, label=label)
        self.which = which

    def filter(self, qs: QuerySet[Kpi], value: str) -> QuerySet[Kpi]:
        if not value:
            return qs
        today = today_of(self.parent.request)
        rows = Kpi.objects.filter(pk__in=qs.order_by().values("pk")).select_related("area", "last_entry")
        keys = [row.pk for row in rows if (row.is_stale(today) if self.which == "stale" else row.is_outside)]
        return qs.filter(pk__in=keys) if value == "true" else qs.exclude(pk__in=keys)


class KpiFilters(AskedFilters):
    area = BelowFilter(field_name="area")
    owner = PersonFilter(field_name="owner")
    aim = django_filters.ChoiceFilter(choices=Kpi.Aim.choices, label="What it should do.")
    outside = StandsFilter("outside", "Whether its value lies outside its bounds.")
    stale = StandsFilter("stale", "Whether a value is missing.")
    q = WordsFilter(fields=("code", "title", "metric"))
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte", label=CHANGED)


class KpiEntryFilters(AskedFilters):
    author = PersonFilter(field_name="author")
    q = WordsFilter(fields=("note",))
    updated_since = MomentFilter(
        field_name="created_at",
        lookup_expr="gte",
        label="Made at this moment or later; values never change.",
    )
