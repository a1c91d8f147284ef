"""Subscriptions: what a person follows. Nobody but that person ever reads one.

So a subscription has no history and no entry in the record of changes, and the admin does not list it. It is
called so because `goals.actions.following` is about what follows into the next cycle.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from areas.models import Area
from goals.models.key_result import KeyResult
from goals.models.objective import Objective

KINDS = ("area", "objective", "key_result")


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def of(self, person: Any) -> SubscriptionQuerySet:
        """The one rule: what somebody follows is theirs, whatever else others may see."""
        return self.filter(person=person) if person.is_authenticated else self.none()

    def shown_to(self, person: Any) -> SubscriptionQuerySet:
        """Their own, of what they see now and what is in the lists; the rest waits until it comes back."""
        objectives = Objective.objects.live().visible_to(person).order_by().values("pk")
        key_results = KeyResult.objects.live().visible_to(person).order_by().values("pk")
        return self.of(person).filter(
            Q(area__isnull=False, area__archived_at__isnull=True)
            | Q(objective__in=objectives)
            | Q(key_result__in=key_results)
        )

    def with_things(self) -> SubscriptionQuerySet:
        """With what a list says of each."""
        return self.select_related(
            "area", "objective__roadmap__area", "key_result__objective__roadmap__area"
        ).order_by("-made_at", "-pk")


def with_followed(rows: Any, person: Any, kind: str) -> Any:
    """Areas, objectives or key results, each with whether the person follows it. No query of its own."""
    own = Subscription.objects.of(person).filter(**{kind: OuterRef("pk")})
    return rows.annotate(is_followed=Exists(own.order_by()))


class Subscription(models.Model):
    """A person follows an area with all below it, an objective with all in it, or a key result."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="subscriptions",
        verbose_name=_("person"),
    )
    # An area made by mistake can be deleted: a refusal would tell that somebody follows it.
    area = models.ForeignKey(
        Area, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("area")
    )
    objective = models.ForeignKey(
        Objective,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="subscriptions",
        verbose_name=_("objective"),
    )
    key_result = models.ForeignKey(
        KeyResult,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="subscriptions",
        verbose_name=_("key result"),
    )
    made_at = models.DateTimeField(_("followed since"), default=timezone.now, editable=False)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.CheckConstraint(
                name="subscription_to_one_thing",
                condition=Q(area__isnull=False, objective__isnull=True, key_result__isnull=True)
                | Q(area__isnull=True, objective__isnull=False, key_result__isnull=True)
                | Q(area__isnull=True, objective__isnull=True, key_result__isnull=False),
                violation_error_message=_("One follows an area, an objective or a key result."),
            ),
            *(
                models.UniqueConstraint(
                    fields=["person", kind],
                    condition=Q(**{f"{kind}__isnull": False}),
                    name=f"subscription_once_per_{kind}",
                    violation_error_message=_("You follow this already."),
                )
                for kind in KINDS
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def kind(self) -> str:
        return next(kind for kind in KINDS if getattr(self, f"{kind}_id") is not None)

    @property
    def thing(self) -> Any:
        """What is followed; one of the three, the constraint says."""
        return getattr(self, self.kind)

    @property
    def code(self) -> str:
        """The key of an area, the code of anything else."""
        return str(self.area.key if self.area else self.thing.code)

    @property
    def title(self) -> str:
        return str(self.area.name if self.area else self.thing.title)
