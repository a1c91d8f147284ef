"""Risks to objectives, and the steps against them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from areas.models import Area
from goals.models.cycle import Cycle, Visibility
from goals.models.fields import Archivable, Versioned
from goals.models.key_result import KeyResult
from goals.models.objective import Objective
from goals.models.step import Step, StepQuerySet

HIGH_SCORE = 12  # of 25; from here on a risk counts as high


class RiskQuerySet(models.QuerySet["Risk"]):
    def live(self) -> RiskQuerySet:
        """Archived neither themselves nor with their objective or area."""
        return self.filter(archived_at__isnull=True, objective__in=Objective.objects.live())

    def open(self) -> RiskQuerySet:
        """Not closed: what a manager has to think about."""
        return self.live().exclude(state=Risk.State.CLOSED)

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

    def with_overdue_mitigation(self, today: date) -> RiskQuerySet:
        return self.filter(pk__in=Mitigation.objects.overdue(today).values("risk"))


class Risk(Versioned, Archivable):
    """What may keep an objective, or one of its key results, from being met."""

    class Kind(models.TextChoices):
        KNOWN = "known", _("known")
        UNKNOWN = "unknown", _("unknown")

    class Response(models.TextChoices):
        MITIGATE = "mitigate", _("mitigate")
        ACCEPT = "accept", _("accept")
        AVOID = "avoid", _("avoid")
        TRANSFER = "transfer", _("transfer")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        MITIGATING = "mitigating", _("mitigating")
        ACCEPTED = "accepted", _("accepted")
        OCCURRED = "occurred", _("occurred")
        CLOSED = "closed", _("closed")

    objective = models.ForeignKey(
        Objective, on_delete=models.PROTECT, related_name="risks", verbose_name=_("objective")
    )
    key_result = models.ForeignKey(
        KeyResult,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="risks",
        verbose_name=_("key result"),
    )
    number = models.PositiveIntegerField(_("number"), editable=False)
    code = models.CharField(_("code"), max_length=50, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.KNOWN)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("cause and effect"), blank=True, help_text=_("Markdown"))
    likelihood = models.PositiveSmallIntegerField(
        _("likelihood"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    impact = models.PositiveSmallIntegerField(
        _("impact"), default=3, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    response = models.CharField(_("response"), max_length=20, choices=Response, default=Response.MITIGATE)
    trigger = models.CharField(
        _("trigger"), max_length=300, blank=True, help_text=_("how one sees that it occurs")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_risks",
        verbose_name=_("owner"),
    )
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.OPEN)
    review_on = models.DateField(_("review on"), null=True, blank=True)
    residual_likelihood = models.PositiveSmallIntegerField(
        _("residual likelihood"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
    )
    residual_impact = models.PositiveSmallIntegerField(
        _("residual impact"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    occurred_on = models.DateField(_("occurred on"), null=True, blank=True)
    consequence = models.TextField(_("consequence"), blank=True)
    visibility = models.CharField(
        _("visibility"), max_length=20, choices=Visibility, default=Visibility.INTERNAL
    )

    predecessor = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="successors",
        verbose_name=_("carried over from"),
    )

    # Set by RiskQuerySet.with_mitigation_state alone.
    is_mitigated: bool
    overdue_count: int

    objects = RiskQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["updated_at"])

    class Meta:
        ordering = ["objective", "number"]
        verbose_name = _("risk")
        verbose_name_plural = _("risks")
        constraints = [
            models.UniqueConstraint(
                fields=["objective", "number"],
                name="risk_number_once_per_objective",
                violation_error_message=_("This objective has a risk with this number already."),
            ),
            models.CheckConstraint(
                name="risk_kind_known",
                condition=Q(kind__in=["known", "unknown"]),
                violation_error_message=_("A risk is known or unknown."),
            ),
            models.CheckConstraint(
                name="risk_levels_1_to_5",
                condition=(Q(likelihood__isnull=True) | Q(likelihood__gte=1, likelihood__lte=5))
                & Q(impact__gte=1, impact__lte=5)
                & (
                    Q(residual_likelihood__isnull=True)
                    | Q(residual_likelihood__gte=1, residual_likelihood__lte=5)
                )
                & (Q(residual_impact__isnull=True) | Q(residual_impact__gte=1, residual_impact__lte=5)),
                violation_error_message=_("Likelihood and impact go from 1 to 5."),
            ),
            models.CheckConstraint(
                name="risk_without_likelihood_has_review",
                condition=Q(likelihood__isnull=False) | Q(kind="unknown", review_on__isnull=False),
                violation_error_message=_(
                    "A known risk has a likelihood; an unknown one may leave it out "
                    "and then carries a review date."
                ),
            ),
            models.CheckConstraint(
                name="risk_response_known",
                condition=Q(response__in=["mitigate", "accept", "avoid", "transfer"]),
                violation_error_message=_("The response is mitigate, accept, avoid or transfer."),
            ),
            models.CheckConstraint(
                name="risk_state_known",
                condition=Q(state__in=["open", "mitigating", "accepted", "occurred", "closed"]),
                violation_error_message=_("A risk is open, mitigating, accepted, occurred or closed."),
            ),
            models.CheckConstraint(
                name="risk_occurred_has_date",
                condition=~Q(state="occurred") | Q(occurred_on__isnull=False),
                violation_error_message=_("Say on which day the risk occurred."),
            ),
            models.CheckConstraint(
                name="risk_visibility_known",
                condition=Q(visibility__in=["restricted", "internal", "public"]),
                violation_error_message=_("Visibility is restricted, internal or public."),
            ),
            models.UniqueConstraint(
                fields=["predecessor"],
                condition=Q(predecessor__isnull=False),
                name="risk_carried_over_once",
                violation_error_message=_("This risk was carried over before."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            self.code = f"{self.objective.code}-R{self.number}"
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """No constraint sees two tables: a risk is about a key result of its own objective, or about none."""
        super().clean()
        if self.key_result is not None and self.key_result.objective_id != self.objective_id:
            raise ValidationError({"key_result": _("This key result belongs to another objective.")})

    @property
    def short_code(self) -> str:
        return f"R{self.number}"

    @property
    def score(self) -> int | None:
        """Likelihood times impact, 1 to 25; None for an unknown risk without a likelihood."""
        return None if self.likelihood is None else self.likelihood * self.impact

    @property
    def residual_score(self) -> int | None:
        if self.residual_likelihood is None or self.residual_impact is None:
            return None
        return self.residual_likelihood * self.residual_impact

    @property
    def is_open(self) -> bool:
        """As `open()` of rows that are live."""
        return self.state != Risk.State.CLOSED

    @property
    def is_high(self) -> bool:
        return self.score is not None and self.score >= HIGH_SCORE

    def get_absolute_url(self) -> str:
        return f"{reverse('goals:objective_detail', args=[self.objective.code])}#risk-{self.short_code}"


class Mitigation(Step):
    """One step against a risk."""

    # A risk with one of these is not without a mitigation.
    COUNTING_STATES = ("planned", "doing", "done")

    risk = models.ForeignKey(
        Risk, on_delete=models.PROTECT, related_name="mitigations", verbose_name=_("risk")
    )
    text = models.CharField(_("step"), max_length=500)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_mitigations",
        verbose_name=_("owner"),
    )

    objects = StepQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["updated_at"])

    class Meta(Step.Meta):
        verbose_name = _("mitigation")
        verbose_name_plural = _("mitigations")
        constraints = [
            models.CheckConstraint(
                name="mitigation_state_known",
                condition=Q(state__in=["planned", "doing", "done", "dropped"]),
                violation_error_message=_("A mitigation is planned, under way, done or dropped."),
            ),
        ]

    def __str__(self) -> str:
        return self.text
