"""The record of who did what: append-only, written in the transaction of what it tells about."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class NeverChanged(TypeError):
    """An entry is kept as it was written; only the retention period ends it."""


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def update(self, **fields: Any) -> int:
        raise NeverChanged("Entries of the record are never changed.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise NeverChanged("Entries of the record end by the retention period alone.")

    def end_before(self, moment: datetime) -> int:
        """Ends what is older than the retention period; answers how many entries there were."""
        return self.filter(made_at__lt=moment)._raw_delete(self.db)


class AuditEntry(models.Model):
    """One change, or one sign-in: who, when, from where, what, old and new, why."""

    class Action(models.TextChoices):
        CREATED = "created", _("created")
        CHANGED = "changed", _("changed")
        DELETED = "deleted", _("deleted")
        SIGNED_IN = "signed_in", _("signed in")
        SIGN_IN_FAILED = "sign_in_failed", _("sign-in failed")
        SIGNED_OUT = "signed_out", _("signed out")

    class Origin(models.TextChoices):
        PAGE = "page", _("page")
        API = "api", _("API")
        COMMAND = "command", _("command")

    made_at = models.DateTimeField(_("when"), default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who"),
    )
    # Who was meant, where nobody was signed in: the address of a failed sign-in.
    actor_email = models.CharField(_("e-mail address"), max_length=254, blank=True)
    origin = models.CharField(_("through"), max_length=20, choices=Origin)
    address = models.GenericIPAddressField(_("from"), null=True, blank=True)
    action = models.CharField(_("action"), max_length=20, choices=Action)
    kind = models.CharField(_("kind"), max_length=60, help_text=_("what sort of thing it is"))
    subject = models.CharField(_("what"), max_length=200, help_text=_("its code, key or name"))
    changes = models.JSONField(_("old and new"), default=dict, blank=True)
    reason = models.TextField(_("why"), blank=True)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = _("entry of the record")
        verbose_name_plural = _("record of changes")
        indexes = [
            # Read by the page of the record and by its API, newest first.
            models.Index(fields=["-made_at", "-id"], name="audit_by_moment"),
            # Read by "what happened to this?".
            models.Index(fields=["subject", "-made_at"], name="audit_by_subject"),
        ]
        constraints = [
            models.CheckConstraint(
                name="audit_origin_known",
                condition=models.Q(origin__in=["page", "api", "command"]),
                violation_error_message=_("A change comes from a page, the API or a command."),
            ),
            models.CheckConstraint(
                name="audit_action_known",
                condition=models.Q(
                    action__in=[
                        "created",
                        "changed",
                        "deleted",
                        "signed_in",
                        "sign_in_failed",
                        "signed_out",
                    ]
                ),
                violation_error_message=_("This is no action that the record knows."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M} {self.actor_email} {self.action} {self.subject}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise NeverChanged("Entries of the record are never changed.")
        # An entry made with the key of an old one would otherwise take its place.
        super().save(*args, **kwargs | {"force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise NeverChanged("Entries of the record end by the retention period alone.")
