"""Risks to objectives."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from goals.models.cycle import Visibility
from goals.models.fields import Archivable, Versioned
from goals.models.key_result import KeyResult
from goals.models.objective import Objective
from goals.models.risk_queries import HIGH_SCORE, RiskQuerySet

# After so many days without a change or a review, somebody looks at an open risk again; a review that names
# no other day sets the next one so far ahead.
REVIEW_EVERY_DAYS = 30


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

    class Outcome(models.TextChoices):
        """How a closed risk ended."""

        PREVENTED = "prevented", _("prevented")
        NOT_OCCURRED = "not_occurred", _("did not occur")
        HANDLED = "handled", _("occurred and handled")
        IRRELEVANT = "irrelevant", _("no longer relevant")
        # Of risks that were closed before anybody asked; nobody chooses it.
        NOT_RECORDED = "not_recorded", _("not recorded")

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
    reviewed_on = models.DateField(_("reviewed on"), null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reviewed_risks",
        verbose_name=_("reviewed by"),
    )
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
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome, blank=True, default="")
    outcome_note = models.TextField(_("note on the outcome"), blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
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

    # Set by RiskQuerySet.with_mitigation_state and figures.risks alone.
    is_mitigated: bool
    overdue_count: int
    # Set by RiskQuerySet.with_last_change and figures.risks alone; None where no history tells.
    risk_changed_at: datetime | None
    steps_changed_at: datetime | None

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
                name="risk_occurred_has_consequence",
                condition=~Q(state="occurred") | ~Q(consequence=""),
                violation_error_message=_("Say what followed when the risk occurred."),
            ),
            models.CheckConstraint(
                name="risk_outcome_known",
                condition=Q(
                    outcome__in=["", "prevented", "not_occurred", "handled", "irrelevant", "not_recorded"]
                ),
                violation_error_message=_(
                    "A risk was prevented, did not occur, occurred and was handled, or is no longer relevant."
                ),
            ),
            models.CheckConstraint(
                name="risk_closed_has_outcome",
                condition=~Q(state="closed") | (~Q(outcome="") & Q(closed_on__isnull=False)),
                violation_error_message=_("Say how the risk ended, and on which day."),
            ),
            models.CheckConstraint(
                name="risk_outcome_when_closed",
                condition=Q(state="closed") | Q(outcome="", outcome_note="", closed_on__isnull=True),
                violation_error_message=_("Only a closed risk has an outcome."),
            ),
            models.CheckConstraint(
                name="risk_handled_has_occurred",
                condition=~Q(outcome="handled") | (Q(occurred_on__isnull=False) & ~Q(consequence="")),
                violation_error_message=_(
                    "What occurred and was handled has the day on which it occurred, and what followed."
                ),
            ),
            models.CheckConstraint(
                name="risk_reviewer_has_day",
                condition=Q(reviewed_by__isnull=True) | Q(reviewed_on__isnull=False),
                violation_error_message=_("A review has a day."),
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

    @property
    def changed_on(self) -> date:
        """The day on which it or one of its steps last changed; of rows `with_last_change`."""
        moments = [at for at in (self.risk_changed_at, self.steps_changed_at) if at is not None]
        last = max(moments, default=self.created_at)
        return timezone.localdate(last, timezone.get_default_timezone())

    @property
    def review_due_on(self) -> date:
        """The day by which somebody looks at it again; of rows `with_last_change`."""
        return self.review_on or self.changed_on + timedelta(days=REVIEW_EVERY_DAYS)

    def is_stale(self, today: date) -> bool:
        """Open, and its day of review has passed; or it has none, and nothing changed for 30 days.

        A review changes it. Of rows `with_last_change`; the one rule, for pages, figures and programs.
        """
        return self.is_open and self.review_due_on < today

    def get_absolute_url(self) -> str:
        return reverse("goals:risk_detail", args=[self.code])
