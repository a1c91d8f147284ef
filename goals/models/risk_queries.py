"""What is asked about risks: which a person sees, which are grave, overdue, stale."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from areas.models import Area
from goals.models.cycle import Cycle, Visibility
from goals.models.key_result import KeyResult
from goals.models.mitigation import Mitigation
from goals.models.objective import Objective

if TYPE_CHECKING:
    from goals.models.risk import Risk  # noqa: F401 - named in a string below

HIGH_SCORE = 12  # of 25; from here on a risk counts as high


class RiskQuerySet(models.QuerySet["Risk"]):
    def live(self) -> RiskQuerySet:
        """Archived neither themselves nor with their objective or area."""
        return self.filter(archived_at__isnull=True, objective__in=Objective.objects.live())

    def open(self) -> RiskQuerySet:
        """Not closed: what a manager has to think about."""
        return self.live().exclude(state=self.model.State.CLOSED)

    def of_cycle(self, cycle: Cycle) -> RiskQuerySet:
        return self.filter(objective__roadmap__cycle=cycle)

    def visible_to(self, user: Any) -> RiskQuerySet:
        """Those of the objectives and key results a person sees; restricted ones as there."""
        if not user.is_authenticated:
            return self.none()
        risks = self.filter(objective__in=Objective.objects.visible_to(user))
        if user.is_manager:
            return risks
        of_seen = Q(key_result__isnull=True) | Q(key_result__in=KeyResult.objects.visible_to(user))
        return risks.filter(
            (~Q(visibility=Visibility.RESTRICTED) & of_seen)
            | Q(owner=user)
            | Q(objective__roadmap__area__in=Area.objects.member_of(user))
        )

    def public(self) -> RiskQuerySet:
        """Those made public by themselves; what is said about a restricted key result is restricted too."""
        public = self.live().filter(visibility=Visibility.PUBLIC, objective__in=Objective.objects.public())
        return public.exclude(key_result__visibility=KeyResult.Visibility.RESTRICTED)

    def high(self) -> RiskQuerySet:
        return self.annotate(score_value=models.F("likelihood") * models.F("impact")).filter(
            score_value__gte=HIGH_SCORE
        )

    def without_mitigation(self) -> RiskQuerySet:
        """Without a step that is planned, under way or done."""
        return self.exclude(mitigations__state__in=Mitigation.COUNTING_STATES)

    def with_mitigation_state(self, today: date) -> RiskQuerySet:
        """With `is_mitigated` and `overdue_count`, so that an overview asks once for all of them."""
        steps = Mitigation.objects.filter(risk=models.OuterRef("pk"))
        overdue = Q(mitigations__in=Mitigation.objects.overdue(today))
        return self.annotate(
            is_mitigated=models.Exists(steps.filter(state__in=Mitigation.COUNTING_STATES)),
            overdue_count=models.Count("mitigations", filter=overdue),
        )

    def for_register(self) -> RiskQuerySet:
        """With what a row of the risk register shows, the gravest first; those without a likelihood last."""
        rows = self.select_related("owner", "objective__roadmap__area", "objective__roadmap__cycle")
        mitigations = models.Prefetch("mitigations", Mitigation.objects.select_related("owner"))
        score = models.F("likelihood") * models.F("impact")
        return rows.prefetch_related(mitigations).order_by(score.desc(nulls_last=True), "code")

    def with_last_change(self) -> RiskQuerySet:
        """With `risk_changed_at` and `steps_changed_at`, from the history of the risk and of its steps."""
        own = self.model.history.filter(id=models.OuterRef("pk"))
        steps = Mitigation.history.filter(risk=models.OuterRef("pk"))
        latest = ("-history_date", "-history_id")
        return self.annotate(
            risk_changed_at=models.Subquery(own.order_by(*latest).values("history_date")[:1]),
            steps_changed_at=models.Subquery(steps.order_by(*latest).values("history_date")[:1]),
        )

    def goes_on(self) -> RiskQuerySet:
        """Those that were carried over: what becomes of them is written down in another cycle."""
        return self.filter(pk__in=self.model.objects.live().values("predecessor"))

    def stale(self, today: date) -> RiskQuerySet:
        """Those that somebody has to look at again; asks `stale_keys`."""
        return self.filter(pk__in=self.stale_keys(today))

    def stale_keys(self, today: date) -> set[int]:
        """Of those that somebody has to look at again (`Risk.is_stale`), if that can still be written down.

        One query, for all that are open: there is one rule, and it is not written twice.
        """
        closed = Cycle.State.CLOSED
        rows = self.open().exclude(objective__roadmap__cycle__state=closed).order_by()
        rows = rows.exclude(pk__in=rows.goes_on().values("pk")).with_last_change()
        return {risk.pk for risk in rows if risk.is_stale(today)}

    def with_overdue_mitigation(self, today: date) -> RiskQuerySet:
        return self.filter(pk__in=Mitigation.objects.overdue(today).values("risk"))
