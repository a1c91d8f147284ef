"""Check-ins: what was reported about a key result; append-only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.validators import MaxLengthValidator, MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from goals.models.fields import completion_field, validate_storable, value_field
from goals.models.key_result import KeyResult


class AppendOnly(TypeError):
    """A check-in is kept as it was written; a correction is a new one."""


class CheckInQuerySet(models.QuerySet["CheckIn"]):
    def newest_first(self) -> CheckInQuerySet:
        return self.order_by("-effective_on", "-sequence")

    def with_authors(self) -> CheckInQuerySet:
        return self.select_related("author", "corrects")

    def visible_to(self, user: Any) -> CheckInQuerySet:
        return self.filter(key_result__in=KeyResult.objects.visible_to(user))

    def update(self, **fields: Any) -> int:
        raise AppendOnly("Check-ins are append-only; correct one by a new check-in.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnly("Check-ins are append-only; they are never deleted.")


def prose_field(label: Any, length: int, **options: Any) -> models.TextField:
    # A model ignores the max_length of a text field; only its form would know.
    validators: list[Callable[[Any], None]] = [MaxLengthValidator(length), validate_storable]
    return models.TextField(label, blank=True, max_length=length, validators=validators, **options)


class CheckIn(models.Model):
    """What was reported about a key result at a moment."""

    class Status(models.TextChoices):
        ON_TRACK = "on_track", _("on track")
        BEHIND = "behind", _("behind")
        AT_RISK = "at_risk", _("at risk")

    class Source(models.TextChoices):
        PAGE = "page", _("page")
        API = "api", _("API")
        COMMAND = "command", _("command")
        MAIL_LINK = "mail_link", _("mail link")
        IMPORT = "import", _("import")
        SCHEDULED = "scheduled", _("at a set time")
        KPI = "kpi", _("KPI")

    key_result = models.ForeignKey(
        KeyResult, on_delete=models.PROTECT, related_name="check_ins", verbose_name=_("key result")
    )
    sequence = models.PositiveIntegerField(_("sequence number"))
    value = value_field(_("value"))
    is_no_change = models.BooleanField(_("no change"), default=False)
    previous_value = value_field(_("previous value"))
    # The definition then in force, so that past figures can be explained whatever changes later.
    start_value = value_field(_("start"))
    target_value = value_field(_("target"))
    lower_bound = value_field(_("at least"))
    upper_bound = value_field(_("at most"))
    completion = completion_field(_("completion"))
    status = models.CharField(_("status"), max_length=20, choices=Status)
    confidence = models.PositiveSmallIntegerField(
        _("confidence"), null=True, blank=True, validators=[MaxValueValidator(10)], help_text=_("0 to 10")
    )
    note = prose_field(_("note"), 10_000, help_text=_("Markdown"))
    blocker = prose_field(_("blocker"), 2_000)
    evidence_url = models.URLField(_("evidence"), max_length=500, blank=True)
    effective_on = models.DateField(_("as of"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="check_ins", verbose_name=_("author")
    )
    source = models.CharField(_("source"), max_length=20, choices=Source)
    corrects = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="corrections",
        verbose_name=_("corrects"),
    )
    reason = prose_field(_("reason of the correction"), 2_000)
    # Of source `kpi`: the value of the KPI that it repeats.
    kpi_entry = models.ForeignKey(
        "KpiEntry",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="check_ins",
        verbose_name=_("value of a KPI"),
    )
    # The one-time name of the form it came from: a form sent twice is one check-in.
    form_id = models.UUIDField(null=True, blank=True, unique=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = CheckInQuerySet.as_manager()

    class Meta:
        ordering = ["-effective_on", "-sequence"]
        verbose_name = _("check-in")
        verbose_name_plural = _("check-ins")
        indexes = [
            # Read when a check-in moves the current value, and by the page of a key result.
            models.Index(fields=["key_result", "-effective_on", "-sequence"], name="check_in_newest_first"),
            # Read by lists of check-ins and by "last 14 days".
            models.Index(fields=["-created_at", "-id"], name="check_in_by_moment"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["key_result", "sequence"],
                name="check_in_sequence_once_per_key_result",
                violation_error_message=_("This key result has a check-in with this number already."),
            ),
            models.CheckConstraint(
                name="check_in_sequence_from_1",
                condition=Q(sequence__gte=1),
                violation_error_message=_("Check-ins are numbered from 1."),
            ),
            models.CheckConstraint(
                name="check_in_status_known",
                condition=Q(status__in=["on_track", "behind", "at_risk"]),
                violation_error_message=_("The status is on track, behind or at risk."),
            ),
            models.CheckConstraint(
                name="check_in_source_known",
                condition=Q(source__in=["page", "api", "command", "mail_link", "import", "scheduled", "kpi"]),
                violation_error_message=_(
                    "The source is page, api, command, mail_link, import, scheduled or kpi."
                ),
            ),
            models.CheckConstraint(
                name="check_in_of_kpi_names_its_value",
                condition=Q(source="kpi", kpi_entry__isnull=False)
                | (~Q(source="kpi") & Q(kpi_entry__isnull=True)),
                violation_error_message=_(
                    "A check-in made by a KPI names the value it repeats, no other does."
                ),
            ),
            models.UniqueConstraint(
                fields=["key_result", "kpi_entry"],
                condition=Q(kpi_entry__isnull=False),
                name="check_in_once_per_value_of_kpi",
                violation_error_message=_("This value of the KPI was recorded here before."),
            ),
            models.CheckConstraint(
                name="check_in_confidence_0_to_10",
                condition=Q(confidence__isnull=True) | Q(confidence__gte=0, confidence__lte=10),
                violation_error_message=_("Confidence goes from 0 to 10."),
            ),
            models.CheckConstraint(
                name="check_in_value_given",
                condition=Q(value__isnull=False),
                violation_error_message=_("A check-in has a value."),
            ),
            models.CheckConstraint(
                name="check_in_correction_has_reason",
                condition=Q(corrects__isnull=True) | ~Q(reason=""),
                violation_error_message=_("Say why the check-in is corrected."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key_result.code} #{self.sequence}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly("Check-ins are append-only; correct one by a new check-in.")
        # Not even by a new row that bears the key of an old one.
        super().save(*args, **kwargs | {"force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnly("Check-ins are append-only; they are never deleted.")
