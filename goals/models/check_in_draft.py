"""Drafts: check-ins that were begun and are not sent yet. Nobody but their author ever reads one.

So a draft has no history and no entry in the record of changes, and the admin does not list it. What becomes
of it, a check-in, is a record of its own.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from goals.models.check_in import CheckIn, prose_field
from goals.models.fields import Versioned, validate_storable, value_field
from goals.models.key_result import KeyResult

VALUE_LENGTH = 200


class CheckInDraftQuerySet(models.QuerySet["CheckInDraft"]):
    def of(self, person: Any) -> CheckInDraftQuerySet:
        """The one rule: a draft is its author's, whatever else somebody may see."""
        return self.filter(author=person) if person.is_authenticated else self.none()

    def with_context(self) -> CheckInDraftQuerySet:
        return self.select_related(
            "author", "key_result__objective__roadmap__cycle", "key_result__objective__roadmap__area"
        )

    def due(self, now: datetime) -> CheckInDraftQuerySet:
        """Those whose time to be sent has come."""
        return self.filter(send_at__lte=now)

    def free(self, at: datetime) -> CheckInDraftQuerySet:
        """No worker holds them, or the one that did is gone."""
        return self.filter(Q(leased_until__isnull=True) | Q(leased_until__lt=at))


class CheckInDraft(Versioned):
    """What somebody has written about a key result so far; anything in it may be left out."""

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="check_in_drafts",
        verbose_name=_("author"),
    )
    key_result = models.ForeignKey(
        KeyResult, on_delete=models.PROTECT, related_name="check_in_drafts", verbose_name=_("key result")
    )
    # As it was typed, which need not be a number yet; and as it was read then, in its author's notation.
    value_text = models.CharField(
        _("value as it was typed"), max_length=VALUE_LENGTH, blank=True, validators=[validate_storable]
    )
    value = value_field(_("value"))
    is_no_change = models.BooleanField(_("no change"), default=False)
    status = models.CharField(_("status"), max_length=20, choices=CheckIn.Status, blank=True)
    confidence = models.PositiveSmallIntegerField(
        _("confidence"), null=True, blank=True, validators=[MaxValueValidator(10)], help_text=_("0 to 10")
    )
    note = prose_field(_("note"), 10_000, help_text=_("Markdown"))
    blocker = prose_field(_("blocker"), 2_000)
    evidence_url = models.CharField(_("evidence"), max_length=500, blank=True, validators=[validate_storable])
    effective_on = models.DateField(
        _("as of"), null=True, blank=True, help_text=_("empty: the day on which it is sent")
    )
    # How many check-ins its author knew of: what others report meanwhile is not passed over unseen.
    seen_count = models.PositiveIntegerField(default=0, editable=False)
    send_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    refusal = prose_field(_("why it was not sent"), 2_000)
    refused_at = models.DateTimeField(_("not sent at"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    lease_token = models.UUIDField(null=True, blank=True, editable=False)
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)

    objects = CheckInDraftQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("draft of a check-in")
        verbose_name_plural = _("drafts of check-ins")
        indexes = [
            # Read every minute by what sends drafts at their time.
            models.Index(
                fields=["send_at"], name="check_in_draft_to_send", condition=Q(send_at__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["author", "key_result"],
                name="check_in_draft_once_per_person",
                violation_error_message=_("You have a draft about this key result already."),
            ),
            models.CheckConstraint(
                name="check_in_draft_status_known",
                condition=Q(status__in=["", "on_track", "behind", "at_risk"]),
                violation_error_message=_("The status is on track, behind or at risk."),
            ),
            models.CheckConstraint(
                name="check_in_draft_confidence_0_to_10",
                condition=Q(confidence__isnull=True) | Q(confidence__gte=0, confidence__lte=10),
                violation_error_message=_("Confidence goes from 0 to 10."),
            ),
            models.CheckConstraint(
                name="check_in_draft_refused_says_why",
                condition=Q(refused_at__isnull=True, refusal="")
                | (Q(refused_at__isnull=False) & ~Q(refusal="")),
                violation_error_message=_("A draft that was not sent says when and why."),
            ),
            models.CheckConstraint(
                name="check_in_draft_refused_waits",
                condition=Q(refused_at__isnull=True) | Q(send_at__isnull=True),
                violation_error_message=_("What was refused is not sent again by itself."),
            ),
        ]

    def __str__(self) -> str:
        return self.key_result.code

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing; a status alone says something."""
        written = (self.value_text, self.status, self.note, self.blocker, self.evidence_url)
        return not (any(map(str.strip, written)) or self.is_no_change or self.confidence is not None)
