"""Webhooks: addresses of programs that are told what happens in an area (docs/adr/0016-webhooks.md)."""

from __future__ import annotations

import base64
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models.token import digest_of
from areas.models import Area
from goals.models.fields import Archivable, Versioned
from goals.models.outbox import Owed

LONGEST_URL = 500
SALT = "goals.webhook"
# How the Standard Webhooks specification writes a secret.
PREFIX = "whsec_"
# A renewed secret signs beside the one before it for so long: its receiver has time to learn the new one.
OVERLAP = timedelta(hours=24)
# More than a message takes until it is given up; who sends it again by hand may make more.
MOST_TRIED = 30


def secret_of(nonce: str) -> str:
    """The secret that signs, which no row holds: who reads the database alone cannot make it."""
    mac = salted_hmac(SALT, nonce, algorithm="sha256").digest()
    return PREFIX + base64.b64encode(mac).decode()


def make_nonce() -> str:
    return secrets.token_urlsafe(32)


def new_message_id() -> str:
    return f"msg_{secrets.token_hex(16)}"


class Event(models.TextChoices):
    """What a program may be told of; named as the payload's `type`."""

    CHECK_IN = "check_in.recorded", _("a check-in")
    PACE = "pace.changed", _("a key result changes its pace")
    TARGET = "target.changed", _("a target changes")
    RISK = "risk.occurred", _("a risk occurs")
    CYCLE = "cycle.closed", _("a cycle is closed")
    # Of deliveries alone: sent when somebody asks for it.
    PING = "webhook.ping", _("a test")


# Those that somebody may choose, in the order in which they are kept and shown.
CHOOSABLE = tuple(event for event in Event if event != Event.PING)


def validate_events(text: str) -> None:
    chosen = text.split()
    if not chosen or text != " ".join(event for event in CHOOSABLE if event in chosen):
        raise ValidationError(_("Choose at least one of the events."), code="events")


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def editable_by(self, user: Any) -> WebhookQuerySet:
        """Those a person may see and change: of areas whose plan they edit. Nobody else reads them."""
        return self.filter(area__in=Area.objects.editable_by(user))

    def live(self) -> WebhookQuerySet:
        """Not deleted."""
        return self.filter(archived_at__isnull=True)

    def running(self) -> WebhookQuerySet:
        """Neither deleted nor stopped, nor of an area that is archived."""
        return self.live().filter(stopped_at__isnull=True, area__archived_at__isnull=True)

    def about(self, area: Area) -> WebhookQuerySet:
        """Those of this area or one above: they are told what happens in it. No query of its own."""
        return self.filter(area__in=Area.objects.at_or_above(area))


class Webhook(Versioned, Archivable):
    """An address that is told of some events in an area and below, with the rights of its owner.

    A deleted one is archived, as a check-in that is being kept may owe it a message; nobody sees it again.
    """

    area = models.ForeignKey(
        Area, on_delete=models.PROTECT, related_name="webhooks", verbose_name=_("area"), editable=False
    )
    title = models.CharField(_("what it is for"), max_length=100, blank=True)
    url = models.CharField(_("address"), max_length=LONGEST_URL)
    events = models.CharField(
        _("events"), max_length=200, validators=[validate_events], help_text=_("divided by blanks")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="webhooks",
        verbose_name=_("sends with the rights of"),
        editable=False,
    )
    nonce = models.CharField(max_length=64, default=make_nonce, editable=False)
    renewed_at = models.DateTimeField(_("secret made at"), default=timezone.now, editable=False)
    # The one before, and until when it signs too.
    former_nonce = models.CharField(max_length=64, blank=True, default="", editable=False)
    former_until = models.DateTimeField(null=True, blank=True, editable=False)
    # Tells whether the installation's secret is still the one under which this was made.
    secret_digest = models.CharField(max_length=64, editable=False)
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True, editable=False)
    stopped_because = models.CharField(_("why it is stopped"), max_length=300, blank=True, editable=False)
    # Since when nothing was taken, and when something last was: noted by whoever sends.
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    last_taken_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = WebhookQuerySet.as_manager()
    history = HistoricalRecords(
        excluded_fields=[
            *("updated_at", "nonce", "former_nonce", "former_until", "secret_digest"),
            *("failing_since", "last_taken_at"),
        ]
    )

    class Meta:
        ordering = ["area", "pk"]
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        constraints = [
            models.CheckConstraint(
                name="webhook_has_address",
                condition=~Q(url=""),
                violation_error_message=_("A webhook has an address."),
            ),
            models.CheckConstraint(
                name="webhook_has_events",
                condition=~Q(events=""),
                violation_error_message=_("Choose at least one of the events."),
            ),
            models.CheckConstraint(
                name="webhook_stopped_with_reason",
                condition=Q(stopped_at__isnull=True, stopped_because="")
                | (Q(stopped_at__isnull=False) & ~Q(stopped_because="")),
                violation_error_message=_("A webhook that is stopped says why."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area.key}: {self.title or self.host}"

    @property
    def recorded_as(self) -> str:
        """What an entry of the record about this row names."""
        return str(self)

    @property
    def host(self) -> str:
        """Of the address, without what may be a secret in its path."""
        return self.url.partition("://")[2].partition("/")[0].rpartition("@")[2]

    @property
    def chosen(self) -> list[Event]:
        return [event for event in CHOOSABLE if event in self.events.split()]

    @property
    def is_active(self) -> bool:
        return self.stopped_at is None

    @property
    def secret(self) -> str:
        """What signs; "" where the installation's own secret changed since, and so nothing can be signed."""
        secret = secret_of(self.nonce)
        return secret if digest_of(secret) == self.secret_digest else ""

    def secrets_at(self, moment: datetime) -> list[str]:
        """What signs then, the newest first; nothing where `secret` is nothing."""
        if not self.secret:
            return []
        is_former_known = self.former_until is not None and moment < self.former_until
        return [self.secret, *([secret_of(self.former_nonce)] if is_former_known else [])]

    def renew_secret(self, now: datetime, *, overlap: timedelta = OVERLAP) -> None:
        """A new secret, beside which the one before signs on for `overlap`; one older than that ends."""
        self.former_nonce, self.former_until = (self.nonce, now + overlap) if overlap else ("", None)
        self.nonce, self.renewed_at = make_nonce(), now
        self.secret_digest = digest_of(secret_of(self.nonce))

    def get_absolute_url(self) -> str:
        return reverse("goals:webhook_detail", args=[self.pk])


class WebhookDelivery(Owed):
    """One message to one webhook: a row of its outbox, written in the transaction of what it tells."""

    webhook = models.ForeignKey(
        Webhook, on_delete=models.PROTECT, related_name="deliveries", verbose_name=_("webhook")
    )
    event = models.CharField(_("event"), max_length=40, choices=Event)
    # The thing it is about, by the kind that the event implies; 0 of a test.
    object_id = models.BigIntegerField(default=0)
    # What was known at the moment alone. The rest of the payload is read when it is first sent.
    facts = models.JSONField(default=dict, blank=True)
    # The payload as it was first sent; a repeat is the same to the byte.
    body = models.TextField(blank=True)
    occurred_at = models.DateTimeField(_("occurred at"))
    # From when on it is tried: when it occurred, or when somebody asked for it again.
    owed_since = models.DateTimeField()
    status = models.PositiveSmallIntegerField(_("status"), null=True, blank=True)
    answer = models.TextField(_("answer"), blank=True)
    # Each attempt that ended, the oldest first, as `tried_until` says. One whose sender was killed is none.
    tried = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [
            # Read every few seconds by the sender.
            models.Index(fields=["state", "next_attempt_at"], name="webhook_delivery_waiting"),
            # Read by the log of a webhook.
            models.Index(fields=["webhook", "-id"], name="webhook_delivery_log"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["message_id"],
                name="webhook_delivery_message_id_once",
                violation_error_message=_("Another delivery has this message id."),
            ),
            models.CheckConstraint(
                name="webhook_delivery_state_known",
                condition=Q(state__in=["pending", "sent", "skipped", "dead"]),
                violation_error_message=_("A delivery is waiting, sent, not needed any more or given up."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.message_id}"

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.PENDING

    def tried_until(
        self, at: datetime, *, status: int | None = None, error: str = ""
    ) -> list[dict[str, Any]]:
        """`tried` with one attempt more: `at` an ISO moment in UTC, `status` None without an answer."""
        moment = at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return [*self.tried, {"at": moment, "status": status, "error": error}][-MOST_TRIED:]

    @property
    def attempts_told(self) -> list[dict[str, Any]]:
        """`tried` with its moments as such, for pages."""
        return [attempt | {"at": datetime.fromisoformat(attempt["at"])} for attempt in self.tried]

    @classmethod
    def owed(
        cls, webhook: Webhook, event: str, *, about: int, now: datetime, facts: dict[str, Any] | None = None
    ) -> WebhookDelivery:
        """One that is not saved yet."""
        return cls(
            webhook=webhook,
            event=event,
            object_id=about,
            facts=facts or {},
            message_id=new_message_id(),
            occurred_at=now,
            owed_since=now,
            next_attempt_at=now,
            created_at=now,
        )


class NotedPace(models.Model):
    """The pace that was last told of a key result, while a webhook listens: what a change is measured by."""

    key_result = models.OneToOneField(
        "KeyResult", on_delete=models.PROTECT, related_name="noted_pace", verbose_name=_("key result")
    )
    # Empty until it is known.
    pace = models.CharField(_("pace"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("noted pace")
        verbose_name_plural = _("noted paces")

    def __str__(self) -> str:
        return f"{self.key_result}: {self.pace}"
