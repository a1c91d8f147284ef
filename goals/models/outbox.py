"""The outbox: which mail is owed to whom. The row is written before anything is sent.

What is owed to programs waits in the same way (goals.models.webhook): both are claimed and noted alike
(goals.reminders.claim).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class OwedQuerySet(models.QuerySet[Any]):
    def waiting(self, now: datetime) -> Self:
        """Not sent yet, and their time has come."""
        return self.filter(state=Owed.State.PENDING, next_attempt_at__lte=now)

    def free(self, at: datetime) -> Self:
        """No sender holds them, or the one that did is gone."""
        return self.filter(Q(leased_until__isnull=True) | Q(leased_until__lt=at))


class Owed(models.Model):
    """Something that is to be sent: tried until it is sent, not needed any more or given up."""

    class State(models.TextChoices):
        PENDING = "pending", _("waiting")
        SENT = "sent", _("sent")
        SKIPPED = "skipped", _("not needed any more")
        DEAD = "dead", _("given up")

    state = models.CharField(_("state"), max_length=20, choices=State, default=State.PENDING)
    message_id = models.CharField(max_length=200)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    lease_token = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = OwedQuerySet.as_manager()

    class Meta:
        abstract = True


class OutboxMail(Owed):
    """One mail to one person, unique per kind and period."""

    class Kind(models.TextChoices):
        CHECK_INS_DUE = "check_ins_due", _("check-ins due")
        INVITATION = "invitation", _("invitation")
        MENTION = "mention", _("mention in a comment")
        DIGEST = "digest", _("what moved and what needs attention")
        ESCALATION = "escalation", _("check-ins of others that stay overdue")
        NUDGE = "nudge", _("somebody asks for a check-in")
        CYCLE = "cycle", _("a cycle that ends or closes")
        CHECK_IN_REFUSED = "check_in_refused", _("check-in that was not sent")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="outbox_mails", verbose_name=_("to")
    )
    kind = models.CharField(_("kind"), max_length=40, choices=Kind)
    period = models.CharField(
        _("period"),
        max_length=20,
        help_text=_("the ISO week, like 2024-W42; of an invitation, a comment or a nudge its number"),
    )

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        indexes = [
            # Read every half minute by the sender.
            models.Index(fields=["state", "next_attempt_at"], name="outbox_mail_waiting"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "period"],
                name="outbox_mail_once_per_period",
                violation_error_message=_("This person has this mail for this period already."),
            ),
            models.CheckConstraint(
                name="outbox_mail_state_known",
                condition=Q(state__in=["pending", "sent", "skipped", "dead"]),
                violation_error_message=_("A mail is waiting, sent, not needed any more or given up."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.period} → {self.user}"
