"""What was done to a person's account, by whom and when. Roles in areas have a history of their own."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class PersonEvent(models.Model):
    """One line of the record of a person; written once, never changed."""

    class Kind(models.TextChoices):
        INVITED = "invited", _("invited")
        INVITATION_REVOKED = "invitation_revoked", _("invitation revoked")
        JOINED = "joined", _("accepted the invitation")
        ROLE_CHANGED = "role_changed", _("role in the organisation changed")
        DEACTIVATED = "deactivated", _("deactivated")
        TOKEN_MADE = "token_made", _("token made")
        TOKEN_REVOKED = "token_revoked", _("token revoked")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="events", verbose_name=_("person")
    )
    kind = models.CharField(_("what"), max_length=30, choices=Kind)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )
    made_at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = _("event of a person")
        verbose_name_plural = _("events of people")
        constraints = [
            models.CheckConstraint(
                name="person_event_kind_known",
                condition=Q(
                    kind__in=[
                        "invited",
                        "invitation_revoked",
                        "joined",
                        "role_changed",
                        "deactivated",
                        "token_made",
                        "token_revoked",
                    ]
                ),
                violation_error_message=_("Nothing of this kind happens to a person."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_kind_display()}"
