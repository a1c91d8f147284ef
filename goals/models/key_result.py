"""Key results, and the check-ins that report about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, FloatField, Prefetch, Q
from django.db.models.functions import Cast
from django.db.models.lookups import LessThanOrEqual
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import User
from areas.models import Area
from goals import progress
from goals.models.absence import Absence
from goals.models.cycle import Cycle, Visibility
from goals.models.fields import Archivable, Versioned, completion_field, value_field
from goals.models.kpi_fed import KPI_FED_CONSTRAINTS, KpiFed
from goals.models.marks import MARK_CONSTRAINTS
from goals.models.objective import Objective, shared_with
from goals.models.pausing import PAUSE_CONSTRAINTS, Pausable, Rhythm, rhythm_of
from goals.models.tags import Tagged, tags_constraint
from goals.pace import check_in_due_on
from goals.progress import Kind as FormulaKind

if TYPE_CHECKING:
    from goals.models.interim_target import InterimTarget

# By neither itself nor its objective; its roadmap may be.
UNRESTRICTED = ~Q(visibility=Visibility.RESTRICTED) & ~Q(objective__visibility=Visibility.RESTRICTED)


class KeyResultQuerySet(models.QuerySet["KeyResult"]):
    def live(self) -> KeyResultQuerySet:
        """Archived neither themselves nor with their objective or area."""
        return self.filter(archived_at__isnull=True, objective__in=Objective.objects.live())

    def counting(self) -> KeyResultQuerySet:
        """Neither archived nor dropped, themselves or with their objective."""
        return self.live().filter(dropped_at__isnull=True, objective__dropped_at__isnull=True)

    def paused(self, day: date) -> KeyResultQuerySet:
        """About which nothing is asked on a day; of one row `is_paused` tells it."""
        return self.filter(paused_on__lte=day, paused_until__gt=day)

    def of_cycle(self, cycle: Cycle) -> KeyResultQuerySet:
        return self.filter(objective__roadmap__cycle=cycle)

    def visible_to(self, user: Any) -> KeyResultQuerySet:
        """As for objectives; a key result may be restricted by itself, and its owner always sees it."""
        if not user.is_authenticated:
            return self.none()
        if user.is_manager:
            return self
        mine = Area.objects.member_of(user)
        in_sight = ~Q(objective__roadmap__visibility=Visibility.RESTRICTED)
        in_sight |= Q(objective__in=shared_with(mine))
        return self.filter(
            (UNRESTRICTED & in_sight)
            | Q(owner=user)
            | Q(objective__owner=user)
            | Q(objective__roadmap__area__in=mine)
        )

    def public(self) -> KeyResultQuerySet:
        """What the world may read: those of public objectives that are not restricted any further."""
        return self.counting().filter(
            visibility=KeyResult.Visibility.INHERIT, objective__in=Objective.objects.public()
        )

    def checkable_by(self, user: Any, today: date) -> KeyResultQuerySet:
        """Those a person may check in on and do something for: their own, all of areas they work in, and
        those of people they stand in for today.

        Of what these areas own too and others plan, those that are restricted no further than by the roadmap.
        """
        if not user.is_authenticated:
            return self.none()
        if user.is_manager:
            return self
        mine = Area.objects.contributable_by(user)
        absences = Absence.objects.stood_in_by(user, today)
        return self.filter(
            Q(owner=user)
            | Q(owner__in=absences.values("person"))
            | Q(objective__roadmap__area__in=mine)
            | (UNRESTRICTED & Q(objective__in=shared_with(mine)))
        )

    def answered_for_by(self, person: Any, today: date) -> KeyResultQuerySet:
        """What a person owes check-ins on: their own, and what they see of those they stand in for."""
        absences = Absence.objects.stood_in_by(person, today)
        others = self.model._default_manager.visible_to(person).filter(owner__in=absences.values("person"))
        # That an owner is one of these follows from the rest. PostgreSQL goes through all key results without
        # it: of an OR with a subquery it finds no part by an index.
        owners = User.objects.filter(pk=person.pk).order_by().values("pk")
        owners = owners.union(absences.order_by().values("person"), all=True)
        return self.filter(Q(owner=person) | Q(pk__in=others.values("pk")), owner__in=owners)

    def with_context(self) -> KeyResultQuerySet:
        """With what its figures, code and links need, in two queries."""
        related = self.select_related(
            *("owner", "kpi", "last_check_in__author"),
            "objective__roadmap__cycle",
            "objective__roadmap__area",
        )
        return related.with_interim_targets()

    def with_interim_targets(self) -> KeyResultQuerySet:
        """One query."""
        # Into a list of their own: Django makes a queryset for each row to keep what it prefetches in, which
        # took a fifth of the time of a list.
        return self.prefetch_related(Prefetch("interim_targets", to_attr="loaded_interim_targets"))

    def owned_in_active_cycles(self) -> KeyResultQuerySet:
        """What may owe a check-in: reminders and My check-ins narrow it down by date."""
        return self.counting().filter(
            objective__roadmap__cycle__state__in=[Cycle.State.ACTIVE, Cycle.State.CLOSING],
            owner__isnull=False,
        )


class KeyResult(Versioned, Archivable, Pausable, KpiFed, Tagged):
    """How one sees that an objective is met."""

    class Kind(models.TextChoices):
        REACH = "reach", _("reach")
        MILESTONE = "milestone", _("milestone")
        GUARDRAIL = "guardrail", _("guardrail")

    class Visibility(models.TextChoices):
        """A key result is as visible as its objective, or less."""

        INHERIT = "inherit", _("like its objective")
        INTERNAL = "internal", _("internal")
        RESTRICTED = "restricted", _("restricted")

    objective = models.ForeignKey(
        Objective, on_delete=models.PROTECT, related_name="key_results", verbose_name=_("objective")
    )
    number = models.PositiveIntegerField(_("number"), editable=False)
    code = models.CharField(_("code"), max_length=50, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=200)
    metric = models.CharField(_("metric"), max_length=200, blank=True)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.REACH)
    start_value = value_field(_("start"))
    commit_value = value_field(_("commit"))
    target_value = value_field(_("target"))
    stretch_value = value_field(_("stretch"))
    lower_bound = value_field(_("at least"))
    upper_bound = value_field(_("at most"))
    weight = models.DecimalField(
        _("weight"), max_digits=6, decimal_places=2, default=Decimal(1), validators=[MinValueValidator(0)]
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_key_results",
        verbose_name=_("owner"),
    )
    due_on = models.DateField(
        _("due on"), null=True, blank=True, help_text=_("empty: the last day of the cycle")
    )
    check_in_every_days = models.PositiveSmallIntegerField(
        _("days between check-ins"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(366)],
        help_text=_("empty: as its area says, or the cycle"),
    )
    visibility = models.CharField(
        _("visibility"), max_length=20, choices=Visibility, default=Visibility.INHERIT
    )
    source_note = models.CharField(_("source"), max_length=300, blank=True)
    added_on = models.DateField(_("in the plan since"))
    position = models.PositiveIntegerField(_("position"), default=0)
    proposed_score = models.DecimalField(
        _("proposed score"), max_digits=2, decimal_places=1, null=True, blank=True, editable=False
    )
    final_score = models.DecimalField(_("score"), max_digits=2, decimal_places=1, null=True, blank=True)
    score_reason = models.TextField(_("why the score differs"), blank=True)
    closing_note = models.TextField(_("closing note"), blank=True)
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
    # Stored figures, moved by actions.stored alone, in the transaction of the check-in or change.
    current_value = value_field(_("current value"), editable=False)
    completion = completion_field(_("completion"))
    check_in_count = models.PositiveIntegerField(default=0, editable=False)
    last_check_in = models.ForeignKey(
        "CheckIn", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    # Set by `with_context()` alone.
    loaded_interim_targets: list[InterimTarget]
    # Set on copies of a past day alone.
    interim_points_then: Sequence[tuple[date, Decimal]] | None = None

    objects = KeyResultQuerySet.as_manager()
    history = HistoricalRecords(
        excluded_fields=["updated_at", "current_value", "completion", "check_in_count", "last_check_in"]
    )

    # What was agreed on. Due day and interim targets are part of it: they say what is expected on a day.
    # Commit and stretch are too: they say which mark a value has reached.
    DEFINITION_FIELDS = (
        "kind",
        "start_value",
        "commit_value",
        "target_value",
        "stretch_value",
        "lower_bound",
        "upper_bound",
        "weight",
        "due_on",
    )
    # Once the cycle has begun, a change of one of these asks for a reason (actions.rows).
    LOCKED = (*DEFINITION_FIELDS, "interim_targets")

    class Meta:
        ordering = ["position", "number"]
        verbose_name = _("key result")
        verbose_name_plural = _("key results")
        indexes = [
            # Read by My check-ins and by the reminders: what does this person own?
            models.Index(fields=["owner", "objective"], name="key_result_by_owner"),
        ]
        constraints = [
            *PAUSE_CONSTRAINTS,
            *MARK_CONSTRAINTS,
            *KPI_FED_CONSTRAINTS,
            models.UniqueConstraint(
                fields=["objective", "number"],
                name="key_result_number_once_per_objective",
                violation_error_message=_("This objective has a key result with this number already."),
            ),
            models.CheckConstraint(
                name="key_result_kind_known",
                condition=Q(kind__in=["reach", "milestone", "guardrail"]),
                violation_error_message=_("A key result is a reach, a milestone or a guardrail."),
            ),
            models.CheckConstraint(
                name="key_result_start_differs_from_target",
                condition=Q(start_value__isnull=True)
                | Q(target_value__isnull=True)
                | ~Q(start_value=F("target_value")),
                violation_error_message=_("Start and target are the same; a reach needs a way to go."),
            ),
            models.CheckConstraint(
                name="key_result_milestone_from_0_to_1",
                condition=~Q(kind="milestone") | Q(start_value=Decimal(0), target_value=Decimal(1)),
                violation_error_message=_("A milestone goes from 0 (not done) to 1 (done)."),
            ),
            models.CheckConstraint(
                name="key_result_guardrail_has_bound",
                condition=~Q(kind="guardrail") | Q(lower_bound__isnull=False) | Q(upper_bound__isnull=False),
                violation_error_message=_("A guardrail needs a bound: at most, at least, or both."),
            ),
            models.CheckConstraint(
                name="key_result_guardrail_without_target",
                condition=~Q(kind="guardrail")
                | Q(start_value__isnull=True, target_value__isnull=True, stretch_value__isnull=True),
                violation_error_message=_("A guardrail has bounds, no start, target or stretch."),
            ),
            models.CheckConstraint(
                name="key_result_bounds_of_guardrail_only",
                condition=Q(kind="guardrail") | Q(lower_bound__isnull=True, upper_bound__isnull=True),
                violation_error_message=_("Bounds belong to a guardrail alone."),
            ),
            models.CheckConstraint(
                name="key_result_bounds_in_order",
                # As floats: on SQLite the exact values are text, which does not sort by value.
                condition=Q(lower_bound__isnull=True)
                | Q(upper_bound__isnull=True)
                | Q(LessThanOrEqual(Cast("lower_bound", FloatField()), Cast("upper_bound", FloatField()))),
                violation_error_message=_("The lower bound lies above the upper bound."),
            ),
            tags_constraint("key_result_tags_in_order"),
            models.CheckConstraint(
                name="key_result_weight_not_negative",
                condition=Q(weight__gte=0),
                violation_error_message=_("A weight is 0 or more."),
            ),
            models.CheckConstraint(
                name="key_result_rhythm_in_days",
                condition=Q(check_in_every_days__isnull=True)
                | Q(check_in_every_days__gte=1, check_in_every_days__lte=366),
                violation_error_message=_("Check-ins are 1 to 366 days apart."),
            ),
            models.CheckConstraint(
                name="key_result_visibility_known",
                condition=Q(visibility__in=["inherit", "internal", "restricted"]),
                violation_error_message=_("A key result is like its objective, internal or restricted."),
            ),
            models.CheckConstraint(
                name="key_result_score_0_to_1",
                condition=Q(final_score__isnull=True) | Q(final_score__gte=0, final_score__lte=1),
                violation_error_message=_("A score lies between 0.0 and 1.0."),
            ),
            models.CheckConstraint(
                name="key_result_changed_score_has_reason",
                condition=Q(final_score__isnull=True)
                | Q(proposed_score__isnull=True)
                | Q(final_score=F("proposed_score"))
                | ~Q(score_reason=""),
                violation_error_message=_("Say why the score differs from the proposed one."),
            ),
            models.UniqueConstraint(
                fields=["predecessor"],
                condition=Q(predecessor__isnull=False),
                name="key_result_carried_over_once",
                violation_error_message=_("This key result was carried over before."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            self.code = f"{self.objective.code}-KR{self.number}"
        super().save(*args, **kwargs)

    @property
    def cycle(self) -> Cycle:
        return self.objective.roadmap.cycle

    @property
    def area(self) -> Area:
        return self.objective.roadmap.area

    @property
    def is_counting(self) -> bool:
        """Neither archived nor dropped, itself or with its objective."""
        return self.archived_at is None and self.dropped_at is None and self.objective.is_counting

    @property
    def formula_kind(self) -> FormulaKind:
        """The kind as goals.progress and goals.pace take it; the database keeps it to these three."""
        return cast("FormulaKind", self.kind)

    @property
    def short_code(self) -> str:
        return f"KR{self.number}"

    @property
    def due_date(self) -> date:
        return self.due_on or self.cycle.ends_on

    @property
    def rhythm(self) -> Rhythm:
        return rhythm_of(self)

    @property
    def known_interim_targets(self) -> list[InterimTarget]:
        """The oldest day first. A query unless loaded or prefetched."""
        loaded: list[InterimTarget] | None = getattr(self, "loaded_interim_targets", None)
        return list(self.interim_targets.all()) if loaded is None else loaded

    @property
    def interim_points(self) -> Sequence[tuple[date, Decimal]]:
        """(day, value) of its interim targets, those of then where it stands as it once stood.

        A query unless prefetched.
        """
        if self.interim_points_then is not None:
            return self.interim_points_then
        return [(interim.on, interim.value) for interim in self.known_interim_targets]

    @property
    def plan(self) -> list[tuple[date, Decimal]]:
        """Its interim targets as completions, as `expected_share` takes them."""
        if self.start_value is None or self.target_value is None:
            return []
        shares = [
            (day, progress.completion(self.start_value, self.target_value, value))
            for day, value in self.interim_points
        ]
        return [(day, share) for day, share in shares if share is not None]

    @property
    def rhythm_days(self) -> int:
        return self.rhythm.days

    @property
    def counts_from(self) -> date:
        """The day from which a first check-in is awaited."""
        return max(self.cycle.starts_on, self.added_on)

    @property
    def last_check_in_on(self) -> date | None:
        return self.last_check_in.effective_on if self.last_check_in else None

    @property
    def is_done(self) -> bool:
        return self.completion is not None and self.completion >= 1

    @property
    def check_in_due_on(self) -> date | None:
        """The day the next check-in is due; None when nothing more is owed."""
        if self.is_done or not self.cycle.takes_check_ins:
            return None
        due = check_in_due_on(
            last_on=self.last_check_in_on,
            counts_from=self.counts_from,
            every_days=self.rhythm_days,
            weekday=self.cycle.check_in_weekday,
            ends_on=self.cycle.ends_on,
        )
        if self.paused_until and (self.last_check_in_on is None or self.last_check_in_on < self.paused_until):
            due = max(due, self.paused_until)
        return due if due <= self.cycle.ends_on else None

    def owes_check_in(self, today: date) -> bool:
        due = self.check_in_due_on
        return due is not None and due <= today

    def get_absolute_url(self) -> str:
        return reverse("goals:key_result_detail", args=[self.code])
