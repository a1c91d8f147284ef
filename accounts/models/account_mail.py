"""Mail about a person's account that waits to be sent."""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

LEASE = dt.timedelta(minutes=5)
MOST_ATTEMPTS = 10


class MailKind(models.TextChoices):
    """What happened, or was asked for."""

    PASSWORD_LINK = "password_link", _("a link to set a new password was asked for")
    PASSWORD_CHANGED = "password_changed", _("the password was changed")
    PASSWORD_RESET = "password_reset", _("a new password was set with a link sent by mail")
    TOTP_ACTIVATED = "totp_activated", _("an authenticator app was added")
    TOTP_DEACTIVATED = "totp_deactivated", _("the authenticator app was removed")
    RECOVERY_CODES_GENERATED = "recovery_codes_generated", _("new recovery codes were made")
    WEBAUTHN_ADDED = "webauthn_added", _("a passkey was added")
    WEBAUTHN_REMOVED = "webauthn_removed", _("a passkey was removed")


class AccountMailQuerySet(models.QuerySet["AccountMail"]):
    def due(self, now: dt.datetime) -> "AccountMailQuerySet":
        return self.filter(next_attempt_at__lte=now).order_by("next_attempt_at", "pk")


class AccountMail(models.Model):
    """One mail to one address, whether or not anybody here has it.

    A request for a link writes the same row for a known and an unknown address and takes the same time; the
    worker finds out who it is. Nothing secret is kept: the link is made when the mail is sent.
    """

    kind = models.CharField(_("kind"), max_length=30, choices=MailKind)
    email = models.EmailField(_("e-mail address"), max_length=254)
    from_address = models.GenericIPAddressField(_("from the address"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # Read every few seconds by the worker.
    next_attempt_at = models.DateTimeField(_("next attempt at"), default=timezone.now, db_index=True)

    objects = AccountMailQuerySet.as_manager()

    class Meta:
        ordering = ["created_at"]
        verbose_name = _("mail about an account")
        verbose_name_plural = _("mails about accounts")
        constraints = [
            models.CheckConstraint(
                name="account_mail_kind_known",
                condition=Q(kind__in=list(MailKind.values)),
                violation_error_message=_("There is no such kind of mail about an account."),
            ),
        ]

    def claim(self, now: dt.datetime) -> bool:
        """Takes the mail for a while, so that nobody else sends it; False when somebody else did."""
        waiting = AccountMail.objects.filter(pk=self.pk, next_attempt_at=self.next_attempt_at)
        taken = waiting.update(next_attempt_at=now + LEASE, attempts=models.F("attempts") + 1)
        return taken == 1
