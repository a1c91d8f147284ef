"""Codes that things had before they moved: each leads to its thing for ever."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, cast

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from goals.models.cycle import Roadmap
from goals.models.key_result import KeyResult
from goals.models.objective import Objective
from goals.models.risk import Risk


class MovedCodeQuerySet(models.QuerySet["MovedCode"]):
    def visible_to(self, user: Any) -> MovedCodeQuerySet:
        """Those of what a person sees: where anything else has gone is not told, nor that it was there."""
        objectives = Objective.objects.visible_to(user).order_by().values("pk")
        key_results = KeyResult.objects.visible_to(user).order_by().values("pk")
        risks = Risk.objects.visible_to(user).order_by().values("pk")
        return self.filter(
            Q(objective__in=objectives) | Q(key_result__in=key_results) | Q(risk__in=risks),
        )

    def with_thing(self) -> MovedCodeQuerySet:
        """With what the code leads to."""
        return self.select_related("objective", "key_result", "risk")


class MovedCode(models.Model):
    """A code that something had until it moved. It leads there, and nothing else ever gets it.

    The place it was moved from stands beside it, for the figures of past days; what only followed its
    objective into another roadmap left no place.
    """

    code = models.CharField(_("old code"), max_length=50, editable=False)
    objective = models.ForeignKey(
        Objective, on_delete=models.PROTECT, null=True, blank=True, related_name="moved_codes"
    )
    key_result = models.ForeignKey(
        KeyResult, on_delete=models.PROTECT, null=True, blank=True, related_name="moved_codes"
    )
    risk = models.ForeignKey(
        Risk, on_delete=models.PROTECT, null=True, blank=True, related_name="moved_codes"
    )
    former_roadmap = models.ForeignKey(
        Roadmap, on_delete=models.PROTECT, null=True, blank=True, related_name="moved_away"
    )
    former_objective = models.ForeignKey(
        Objective, on_delete=models.PROTECT, null=True, blank=True, related_name="moved_away"
    )
    moved_at = models.DateTimeField(_("moved at"), default=timezone.now, editable=False)

    objects = MovedCodeQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("old code")
        verbose_name_plural = _("old codes")
        constraints = [
            models.UniqueConstraint(
                fields=["code"],
                name="moved_code_once",
                violation_error_message=_("This code led to something before."),
            ),
            models.CheckConstraint(
                name="moved_code_of_one_thing",
                condition=Q(objective__isnull=False, key_result__isnull=True, risk__isnull=True)
                | Q(objective__isnull=True, key_result__isnull=False, risk__isnull=True)
                | Q(objective__isnull=True, key_result__isnull=True, risk__isnull=False),
                violation_error_message=_(
                    "An old code leads to an objective, a key result or a risk, one of them."
                ),
            ),
            models.CheckConstraint(
                name="moved_code_place_fits",
                condition=(Q(former_roadmap__isnull=True) | Q(objective__isnull=False))
                & (Q(former_objective__isnull=True) | Q(objective__isnull=True)),
                violation_error_message=_(
                    "An objective comes from a roadmap; a key result or a risk from an objective."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} → {self.thing.code}"

    @property
    def thing(self) -> Objective | KeyResult | Risk:
        # One of the three, the constraint says.
        return cast("Objective | KeyResult | Risk", self.objective or self.key_result or self.risk)


def moved_out_of(objective_ids: Collection[int]) -> Q:
    """Of key results: those that once were in one of these objectives and are elsewhere now."""
    rows = MovedCode.objects.filter(former_objective__in=list(objective_ids), key_result__isnull=False)
    return Q(pk__in=rows.order_by().values("key_result"))


def moved_away(roadmaps: Collection[int]) -> Q:
    """Of objectives: those that once were in one of these roadmaps and are elsewhere now."""
    rows = MovedCode.objects.filter(former_roadmap__in=list(roadmaps))
    return Q(pk__in=rows.order_by().values("objective"))


def in_or_out_of(objective_ids: Collection[int], roadmap_ids: Collection[int] = ()) -> Q:
    """Of key results: those that are or once were in one of these objectives or roadmaps."""
    found = Q(objective__in=list(objective_ids)) | moved_out_of(objective_ids)
    if roadmap_ids:
        away = MovedCode.objects.filter(former_roadmap__in=list(roadmap_ids)).order_by().values("objective")
        out = MovedCode.objects.filter(
            former_objective__roadmap__in=list(roadmap_ids), key_result__isnull=False
        )
        found |= Q(objective__roadmap__in=list(roadmap_ids)) | Q(objective__in=away)
        found |= Q(pk__in=out.order_by().values("key_result"))
    return found


def objectives_named(codes: Collection[str]) -> dict[str, Objective]:
    """Objectives by the codes given for them, old ones too. Two queries at most."""
    found = Objective.objects.in_bulk(list(codes), field_name="code") if codes else {}
    missing = set(codes) - found.keys()
    if missing:
        rows = MovedCode.objects.filter(code__in=missing, objective__isnull=False)
        found |= {row.code: row.objective for row in rows.select_related("objective") if row.objective}
    return found
