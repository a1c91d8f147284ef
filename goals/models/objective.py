"""Objectives: the goals of a roadmap."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from areas.models import Area
from goals.models.cycle import Roadmap, Visibility
from goals.models.fields import Archivable, Versioned, completion_field
from goals.models.tags import Tagged, tags_constraint


class ObjectiveQuerySet(models.QuerySet["Objective"]):
    def live(self) -> ObjectiveQuerySet:
        """Archived neither themselves nor with their area."""
        return self.filter(archived_at__isnull=True, roadmap__area__archived_at__isnull=True)

    def counting(self) -> ObjectiveQuerySet:
        """Neither archived nor dropped."""
        return self.live().filter(dropped_at__isnull=True)

    def focus(self) -> ObjectiveQuerySet:
        return self.filter(kind=Objective.Kind.FOCUS)

    def named(self, code: str) -> ObjectiveQuerySet:
        """The one with this code, or that had it before it moved; codes are never used twice."""
        return self.filter(Q(code=code) | Q(moved_codes__code=code)).distinct()

    def visible_to(self, user: Any) -> ObjectiveQuerySet:
        """All but the restricted ones of areas the person is no member of; an owner sees what is theirs.

        Members of an area that owns it too see it in a restricted roadmap, but not where it is restricted
        itself.
        """
        if not user.is_authenticated:
            return self.none()
        if user.is_manager:
            return self
        is_open = ~Q(visibility=Visibility.RESTRICTED)
        mine = Area.objects.member_of(user)
        return self.filter(
            (is_open & (~Q(roadmap__visibility=Visibility.RESTRICTED) | Q(pk__in=shared_with(mine))))
            | Q(owner=user)
            | Q(roadmap__area__in=mine)
        )

    def in_plans_of(self, user: Any) -> ObjectiveQuerySet:
        """Those a person sees in a plan: in its own roadmap, or where it is shared."""
        roadmaps = Roadmap.objects.visible_to(user)
        return self.visible_to(user).filter(Q(roadmap__in=roadmaps) | Q(pk__in=shared_with()))

    def public(self) -> ObjectiveQuerySet:
        return self.live().filter(visibility=Visibility.PUBLIC, roadmap__in=Roadmap.objects.public())


def shared_with(areas: Any = None) -> Any:
    """What other areas plan and these own too, or any area does; as keys for a condition."""
    owned = Q(shares__isnull=False, shares__area__archived_at__isnull=True)
    if areas is not None:
        owned &= Q(shares__area__in=areas)
    return Objective.objects.filter(owned).order_by().values("pk")


class Level(models.TextChoices):
    LOW = "low", _("low")
    MEDIUM = "medium", _("medium")
    HIGH = "high", _("high")


class Objective(Versioned, Archivable, Tagged):
    """One goal of a roadmap: a focus area, or an item of engineering excellence."""

    class Kind(models.TextChoices):
        FOCUS = "focus", _("focus")
        EXCELLENCE = "excellence", _("engineering excellence")

    class Commitment(models.TextChoices):
        COMMITTED = "committed", _("committed")
        ASPIRATIONAL = "aspirational", _("aspirational")

    class Pillar(models.TextChoices):
        """The five pillars of engineering excellence."""

        BETTER_CODE = "better_code", _("Better Code")
        BETTER_DOC = "better_doc", _("Better Doc")
        EMPOWERING_TEAMS = "empowering_teams", _("Empowering Teams")
        MODERN_CODE = "modern_code", _("Modern Code")
        BETTER_ARCHITECTURE = "better_architecture", _("Better Architecture")

    roadmap = models.ForeignKey(
        Roadmap, on_delete=models.PROTECT, related_name="objectives", verbose_name=_("roadmap")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.FOCUS)
    number = models.PositiveIntegerField(_("number"), editable=False)
    code = models.CharField(_("code"), max_length=40, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True, help_text=_("Markdown"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_objectives",
        verbose_name=_("owner"),
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reviewed_objectives",
        verbose_name=_("reviewer"),
    )
    # What is reported from this moment on waits for the reviewer; moved with the reviewer by actions alone.
    reviewer_since = models.DateTimeField(_("reviewed since"), null=True, blank=True, editable=False)
    commitment = models.CharField(
        _("commitment"), max_length=20, choices=Commitment, default=Commitment.ASPIRATIONAL
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
        help_text=_("1 (first) to 5 (last)"),
    )
    confidence = models.PositiveSmallIntegerField(
        _("confidence"), null=True, blank=True, validators=[MaxValueValidator(10)], help_text=_("0 to 10")
    )
    weight = models.DecimalField(
        _("weight"), max_digits=6, decimal_places=2, default=Decimal(1), validators=[MinValueValidator(0)]
    )
    counts_supporters = models.BooleanField(
        _("counts its supporters"),
        default=False,
        help_text=_("Its mean is then of its key results and of the objectives that support it, by weight."),
    )
    visibility = models.CharField(
        _("visibility"), max_length=20, choices=Visibility, default=Visibility.INTERNAL
    )
    pillar = models.CharField(_("pillar"), max_length=30, choices=Pillar, blank=True)
    impact = models.CharField(_("impact"), max_length=10, choices=Level, blank=True)
    cost = models.CharField(_("cost"), max_length=10, choices=Level, blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)
    post_mortem = models.TextField(_("post-mortem"), blank=True, help_text=_("Markdown"))
    dropped_at = models.DateTimeField(_("dropped at"), null=True, blank=True, editable=False)
    predecessor = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="successors",
        verbose_name=_("carried over from"),
    )
    # The clamped weighted mean of what counts in it, moved by actions.stored alone.
    completion = completion_field(_("completion"))
    last_key_result_number = models.PositiveIntegerField(default=0, editable=False)
    last_risk_number = models.PositiveIntegerField(default=0, editable=False)

    # What weighs in the means: once the cycle has begun, a change asks for a reason (actions.rows).
    LOCKED = ("weight", "counts_supporters")

    objects = ObjectiveQuerySet.as_manager()
    history = HistoricalRecords(
        excluded_fields=["updated_at", "completion", "last_key_result_number", "last_risk_number"]
    )

    class Meta:
        ordering = ["-kind", "position", "number"]
        verbose_name = _("objective")
        verbose_name_plural = _("objectives")
        constraints = [
            models.UniqueConstraint(
                fields=["roadmap", "kind", "number"],
                name="objective_number_once_per_roadmap",
                violation_error_message=_("This roadmap has an objective with this number already."),
            ),
            models.CheckConstraint(
                name="objective_kind_known",
                condition=Q(kind__in=["focus", "excellence"]),
                violation_error_message=_(
                    "An objective is a focus area or an item of engineering excellence."
                ),
            ),
            models.CheckConstraint(
                name="objective_commitment_known",
                condition=Q(commitment__in=["committed", "aspirational"]),
                violation_error_message=_("An objective is committed or aspirational."),
            ),
            models.CheckConstraint(
                name="objective_priority_1_to_5",
                condition=Q(priority__isnull=True) | Q(priority__gte=1, priority__lte=5),
                violation_error_message=_("Priority goes from 1 to 5."),
            ),
            models.CheckConstraint(
                name="objective_confidence_0_to_10",
                condition=Q(confidence__isnull=True) | Q(confidence__gte=0, confidence__lte=10),
                violation_error_message=_("Confidence goes from 0 to 10."),
            ),
            tags_constraint("objective_tags_in_order"),
            models.CheckConstraint(
                name="objective_weight_not_negative",
                condition=Q(weight__gte=0),
                violation_error_message=_("A weight is 0 or more."),
            ),
            models.CheckConstraint(
                name="objective_visibility_known",
                condition=Q(visibility__in=["restricted", "internal", "public"]),
                violation_error_message=_("Visibility is restricted, internal or public."),
            ),
            models.CheckConstraint(
                name="objective_excellence_fields",
                condition=Q(kind="excellence") | Q(pillar="", impact="", cost=""),
                violation_error_message=_("Pillar, impact and cost belong to engineering excellence alone."),
            ),
            models.CheckConstraint(
                name="objective_excellence_has_pillar",
                condition=Q(kind="focus")
                | Q(
                    pillar__in=[
                        "better_code",
                        "better_doc",
                        "empowering_teams",
                        "modern_code",
                        "better_architecture",
                    ]
                ),
                violation_error_message=_("An item of engineering excellence names its pillar."),
            ),
            models.CheckConstraint(
                name="objective_reviewer_since_a_moment",
                condition=Q(reviewer__isnull=True, reviewer_since__isnull=True)
                | Q(reviewer__isnull=False, reviewer_since__isnull=False),
                violation_error_message=_("A reviewer is named from a moment on."),
            ),
            models.CheckConstraint(
                name="objective_levels_known",
                condition=Q(impact__in=["", "low", "medium", "high"], cost__in=["", "low", "medium", "high"]),
                violation_error_message=_("Impact and cost are low, medium or high."),
            ),
            models.UniqueConstraint(
                fields=["predecessor"],
                condition=Q(predecessor__isnull=False),
                name="objective_carried_over_once",
                violation_error_message=_("This objective was carried over before."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def letter(self) -> str:
        """O for a focus objective, B (for better engineering) for an item of excellence."""
        return "O" if self.kind == self.Kind.FOCUS else "B"

    @property
    def short_code(self) -> str:
        return f"{self.letter}{self.number}"

    @property
    def is_counting(self) -> bool:
        return self.archived_at is None and self.dropped_at is None

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            self.code = f"{self.roadmap.code}-{self.short_code}"
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("goals:objective_detail", args=[self.code])
