"""Initiatives: what is being done for a key result. They are shown beside its progress and move no figure."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from goals.models.cycle import Cycle
from goals.models.key_result import KeyResult
from goals.models.step import Step, StepQuerySet, StepState

LINK_LENGTH = 500
# What one press makes of a state.
NEXT_STATES = {StepState.PLANNED: StepState.DOING, StepState.DOING: StepState.DONE}
LINK_SENTENCE = _("A link begins with http:// or https://.")


class InitiativeQuerySet(StepQuerySet):
    def live(self) -> InitiativeQuerySet:
        """Of key results that are archived neither themselves nor from above."""
        return self.filter(key_result__in=KeyResult.objects.live())

    def visible_to(self, user: Any) -> InitiativeQuerySet:
        """Exactly as visible as its key result, for its owner too."""
        return self.filter(key_result__in=KeyResult.objects.visible_to(user))

    def editable_by(self, user: Any, today: date) -> InitiativeQuerySet:
        """Those a person may change: their own, and all of the key results they may check in on."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(owner=user) | Q(key_result__in=KeyResult.objects.checkable_by(user, today)))

    def awaited_of(self, person: Any) -> InitiativeQuerySet:
        """What a person is still to do in cycles that are open; what is due first comes first."""
        mine = self.filter(owner=person, key_result__in=KeyResult.objects.counting()).visible_to(person)
        in_open_cycles = mine.exclude(key_result__objective__roadmap__cycle__state=Cycle.State.CLOSED)
        return in_open_cycles.unfinished().order_by(F("due_on").asc(nulls_last=True), "pk")

    def with_context(self) -> InitiativeQuerySet:
        """With what its links and the judgement about it need."""
        return self.select_related(
            "owner", "key_result__objective__roadmap__cycle", "key_result__objective__roadmap__area"
        )


class Initiative(Step):
    """Something that is done for a key result."""

    key_result = models.ForeignKey(
        KeyResult, on_delete=models.PROTECT, related_name="initiatives", verbose_name=_("key result")
    )
    title = models.CharField(_("title"), max_length=200)
    link = models.URLField(
        _("link"),
        max_length=LINK_LENGTH,
        blank=True,
        validators=[RegexValidator(r"(?i)^https?://", LINK_SENTENCE)],
        help_text=_("an issue, a pull request or a document"),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_initiatives",
        verbose_name=_("owner"),
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

    objects = InitiativeQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["updated_at"])

    class Meta(Step.Meta):
        verbose_name = _("initiative")
        verbose_name_plural = _("initiatives")
        indexes = [
            # Read by My check-ins: what is this person to do?
            models.Index(fields=["owner", "state"], name="initiative_by_owner"),
        ]
        constraints = [
            models.CheckConstraint(
                name="initiative_has_title",
                condition=~Q(title=""),
                violation_error_message=_("An initiative says in its title what is done."),
            ),
            models.CheckConstraint(
                name="initiative_state_known",
                condition=Q(state__in=["planned", "doing", "done", "dropped"]),
                violation_error_message=_("An initiative is planned, under way, done or dropped."),
            ),
            models.CheckConstraint(
                name="initiative_link_is_http",
                condition=Q(link="") | Q(link__istartswith="http://") | Q(link__istartswith="https://"),
                violation_error_message=LINK_SENTENCE,
            ),
            models.UniqueConstraint(
                fields=["predecessor"],
                condition=Q(predecessor__isnull=False),
                name="initiative_carried_over_once",
                violation_error_message=_("This initiative was carried over before."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def next_state(self) -> str:
        """Planned, then under way, then done; empty where nothing comes next."""
        return NEXT_STATES.get(StepState(self.state), "")

    @property
    def recorded_as(self) -> str:
        """What an entry of the record calls it."""
        return f"{self.key_result.code}: {self.title}"

    def get_absolute_url(self) -> str:
        page = reverse("goals:key_result_detail", args=[self.key_result.code])
        return f"{page}#initiative-{self.pk}"
