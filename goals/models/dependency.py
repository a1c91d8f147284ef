"""Dependencies: what an objective needs from elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from areas.models import Area, Role
from goals.models.cycle import Cycle
from goals.models.fields import Archivable, Versioned
from goals.models.objective import Objective

ANSWER_LENGTH = 500
DECLINED_SENTENCE = _("Whoever declines says why.")


class Standing(models.TextChoices):
    """Where a need stands in one word, made of its state and of the answer; what presses comes first."""

    AT_RISK = "at_risk", _("at risk")
    DECLINED = "declined", _("declined")
    ASKED = "asked", _("asked")
    AGREED = "agreed", _("agreed")
    MET = "met", _("met")


PRESSING = (Standing.AT_RISK, Standing.DECLINED)


class DependencyQuerySet(models.QuerySet["Dependency"]):
    def live(self) -> DependencyQuerySet:
        """Those that were not withdrawn."""
        return self.filter(archived_at__isnull=True)

    def in_plan(self) -> DependencyQuerySet:
        """Those of objectives that are in the plan."""
        return self.live().filter(objective__in=Objective.objects.counting().order_by().values("pk"))

    def waiting(self) -> DependencyQuerySet:
        """Those of one objective on another that still wait; also of given-up ones, which may be restored."""
        return self.live().filter(on_objective__isnull=False).exclude(state=Dependency.State.MET)

    def of_cycle(self, cycle: Cycle | int) -> DependencyQuerySet:
        return self.filter(objective__roadmap__cycle=cycle)

    def visible_to(self, user: Any) -> DependencyQuerySet:
        """Those whose objective a person sees, and the objective it needs too where it needs one."""
        seen = Objective.objects.visible_to(user).order_by().values("pk")
        return self.filter(Q(on_objective__isnull=True) | Q(on_objective__in=seen), objective__in=seen)

    def editable_by(self, user: Any) -> DependencyQuerySet:
        """Those of the plans that a person edits."""
        return self.filter(objective__roadmap__area__in=Area.objects.editable_by(user))

    def answerable_by(self, user: Any) -> DependencyQuerySet:
        """By whoever edits the plan of what is needed; what a partner says is noted on the asking side."""
        areas = Area.objects.editable_by(user)
        return self.filter(
            Q(on_objective__roadmap__area__in=areas)
            | Q(on_objective__isnull=True, objective__roadmap__area__in=areas)
        )

    def awaiting_answer_of(self, person: Any) -> DependencyQuerySet:
        """What was asked of the areas that a person leads and has no answer yet, the longest first.

        Not for managers as such: they may answer everything, and nobody waits for them.
        """
        led = Area.objects.where_role(person, [Role.LEAD])
        asked = self.in_plan().visible_to(person).filter(on_objective__roadmap__area__in=led, answer="")
        asked = asked.filter(state__in=[Dependency.State.ASKED, Dependency.State.AT_RISK])
        asked = asked.filter(on_objective__in=Objective.objects.counting().order_by().values("pk"))
        return asked.exclude(objective__roadmap__cycle__state=Cycle.State.CLOSED).order_by(
            Coalesce("asked_again_at", "created_at"), "pk"
        )

    def with_context(self) -> DependencyQuerySet:
        """With what its links and the judgement about it need."""
        return self.select_related(
            *("objective__roadmap__area", "objective__roadmap__cycle"),
            *("on_objective__roadmap__area", "on_objective__roadmap__cycle", "answered_by"),
        )


class Dependency(Versioned, Archivable):
    """What an objective needs from another objective, mostly of another area, or from an outside partner.

    `state` is what its own side says; `answer` is what the other side said. docs/adr/0010 tells the rules.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("asked")
        AGREED = "agreed", _("agreed")
        AT_RISK = "at_risk", _("at risk")
        MET = "met", _("met")

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", pgettext_lazy("answer", "accepted")
        DECLINED = "declined", _("declined")

    objective = models.ForeignKey(
        Objective, on_delete=models.PROTECT, related_name="needs", verbose_name=_("objective")
    )
    on_objective = models.ForeignKey(
        Objective,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="needed_by",
        verbose_name=_("needs the objective"),
    )
    partner = models.CharField(_("needs the partner"), max_length=120, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.ASKED)
    asked_again_at = models.DateTimeField(_("asked again at"), null=True, blank=True, editable=False)
    answer = models.CharField(_("answer"), max_length=20, choices=Answer, blank=True, editable=False)
    answer_note = models.CharField(
        _("word to the answer"), max_length=ANSWER_LENGTH, blank=True, editable=False
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="answered_needs",
        verbose_name=_("answered by"),
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

    objects = DependencyQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["updated_at"])

    class Meta:
        ordering = ["pk"]
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        constraints = [
            models.CheckConstraint(
                name="dependency_on_objective_or_partner",
                condition=Q(on_objective__isnull=False, partner="")
                | (Q(on_objective__isnull=True) & ~Q(partner="")),
                violation_error_message=_("A need names another objective or a partner, one of the two."),
            ),
            models.CheckConstraint(
                name="dependency_not_on_itself",
                condition=Q(on_objective__isnull=True) | ~Q(on_objective=F("objective")),
                violation_error_message=_("An objective does not need itself."),
            ),
            models.CheckConstraint(
                name="dependency_state_known",
                condition=Q(state__in=["asked", "agreed", "at_risk", "met"]),
                violation_error_message=_("A need is asked, agreed, at risk or met."),
            ),
            models.UniqueConstraint(
                fields=["objective", "on_objective"],
                condition=Q(on_objective__isnull=False, archived_at__isnull=True),
                name="dependency_once_per_objective",
                violation_error_message=_("This objective lists this need already."),
            ),
            models.UniqueConstraint(
                fields=["objective", "partner"],
                condition=~Q(partner="") & Q(archived_at__isnull=True),
                name="dependency_once_per_partner",
                violation_error_message=_("This objective lists this partner already."),
            ),
            models.CheckConstraint(
                name="dependency_answer_known",
                condition=Q(answer__in=["", "accepted", "declined"]),
                violation_error_message=_("A need is accepted or declined, or waits for an answer."),
            ),
            models.CheckConstraint(
                name="dependency_answer_has_moment",
                condition=Q(answer="", answer_note="", answered_at__isnull=True, answered_by__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False)),
                violation_error_message=_("An answer has its moment, and no word stands without an answer."),
            ),
            models.CheckConstraint(
                name="dependency_declined_with_a_word",
                condition=~Q(answer="declined") | ~Q(answer_note=""),
                violation_error_message=DECLINED_SENTENCE,
            ),
            models.CheckConstraint(
                name="dependency_state_fits_answer",
                condition=~Q(answer="accepted", state="asked") & ~Q(answer="declined", state="agreed"),
                violation_error_message=_(
                    "What was accepted is not asked any more, and what was declined is not agreed."
                ),
            ),
            models.UniqueConstraint(
                fields=["predecessor"],
                condition=Q(predecessor__isnull=False),
                name="dependency_carried_over_once",
                violation_error_message=_("This need was carried over before."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.objective.code}: {self.needed}"

    @property
    def needed(self) -> str:
        """What is needed, in short: a code or the name of a partner."""
        return self.on_objective.code if self.on_objective else self.partner

    @property
    def recorded_as(self) -> str:
        """What an entry of the record about this row names."""
        return str(self)

    @property
    def standing(self) -> Standing:
        """At risk and met are said last, knowing the answer."""
        if self.state == self.State.ASKED and self.answer == self.Answer.DECLINED:
            return Standing.DECLINED
        return Standing(self.state)

    @property
    def asked_at(self) -> datetime:
        """Since when an answer is waited for."""
        return self.asked_again_at or self.created_at

    @property
    def is_pressing(self) -> bool:
        return self.standing in PRESSING

    @property
    def is_waiting(self) -> bool:
        """For an objective; what is met waits no more."""
        return self.on_objective_id is not None and self.state != self.State.MET

    @property
    def awaits_answer(self) -> bool:
        return not self.answer and self.state in (self.State.ASKED, self.State.AT_RISK)

    @property
    def sayable_states(self) -> list[str]:
        """What its own side may say; that it is agreed, the other side says by accepting."""
        states = self.State
        is_agreed = self.answer == self.Answer.ACCEPTED or self.state == states.AGREED
        return [states.ASKED, *([states.AGREED] if is_agreed else []), states.AT_RISK, states.MET]

    def get_absolute_url(self) -> str:
        return f"{self.objective.get_absolute_url()}#need-{self.pk}"
