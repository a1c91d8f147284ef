"""The record of who did what: append-only, written in the transaction of what it tells about.

The database refuses UPDATE and DELETE by triggers (migration 0008). A migration that makes SQLite copy the
table loses them and has to create them again; a test looks whether they are there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class NeverChanged(TypeError):
    """An entry is kept as it was written; only the retention period ends it."""


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def update(self, **fields: Any) -> int:
        raise NeverChanged("Entries of the record are never changed.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise NeverChanged("Entries of the record end by the retention period alone.")

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> Any:
        if kwargs.get("update_conflicts"):
            raise NeverChanged("Entries of the record are never changed.")
        return super().bulk_create(objs, *args, **kwargs)

    def newest_first(self) -> AuditEntryQuerySet:
        """In the order they were written: moments are given by whoever writes, and may be equal."""
        return self.order_by("-pk")

    def of_accounts(self, *, with_tokens: bool) -> AuditEntryQuerySet:
        """What was done to people's accounts: what managers may know, so no sign-ins and no preferences."""
        told = models.Q(kind__in=AuditEntry.ACCOUNT_KINDS) | models.Q(action__in=AuditEntry.ACCOUNT_ACTIONS)
        entries = self.filter(told, about__isnull=False).newest_first()
        return entries if with_tokens else entries.exclude(kind="token")

    def of_account(self, person: Any, *, with_tokens: bool) -> AuditEntryQuerySet:
        return self.of_accounts(with_tokens=with_tokens).filter(about=person)

    def end_before(self, moment: datetime) -> int:
        """Ends what is older than the retention period; answers how many entries there were."""
        with opened(RecordOpening.Why.RETENTION, before=moment):
            return self.filter(made_at__lt=moment)._raw_delete(self.db)

    def rewrite(self, rows: Iterable[AuditEntry]) -> None:
        """Takes a person out of entries, which have been changed so; within `opened(ANONYMISING)` only."""
        fields = ["actor_email", "address", "subject", "changes", "reason"]
        models.QuerySet.bulk_update(models.QuerySet(AuditEntry), rows, fields, batch_size=500)


class RecordOpening(models.Model):
    """The one way through the triggers that guard the record: a row which they look for.

    It lives within one transaction. Its reference leads nowhere and is checked at the end, so a row that was
    forgotten keeps the transaction from being committed: nobody else ever finds the record open.
    """

    class Why(models.TextChoices):
        RETENTION = "retention", _("ends what is older than the retention period")
        ANONYMISING = "anonymising", _("takes a person who left out of entries")

    why = models.CharField(max_length=20, choices=Why)
    # Entries made before this moment may end; empty where none may.
    before = models.DateTimeField(null=True)
    never = models.ForeignKey("accounts.AuditEntry", on_delete=models.PROTECT, related_name="+", default=0)

    class Meta:
        verbose_name = _("opening of the record")
        verbose_name_plural = _("openings of the record")


@contextmanager
def opened(why: str, *, before: datetime | None = None) -> Iterator[None]:
    """Within it, and in its transaction alone, the database lets entries end or be rewritten."""
    with transaction.atomic():
        opening = RecordOpening.objects.create(why=why, before=before, never_id=0)
        yield
        opening.delete()


class AuditEntry(models.Model):
    """One change, or one sign-in: who, when, from where, what, old and new, why."""

    class Action(models.TextChoices):
        CREATED = "created", _("created")
        CHANGED = "changed", _("changed")
        DELETED = "deleted", _("deleted")
        SIGNED_IN = "signed_in", _("signed in")
        SIGN_IN_FAILED = "sign_in_failed", _("sign-in failed")
        SIGNED_OUT = "signed_out", _("signed out")
        SECOND_STEP_FAILED = "second_step_failed", _("second step failed")
        TRUSTED = "trusted", _("trusted")
        ENDED = "ended", _("ended")
        INVITED = "invited", _("invited")
        JOINED = "joined", _("accepted the invitation")
        REVOKED = "revoked", _("revoked")
        DEACTIVATED = "deactivated", _("deactivated")
        ANONYMISED = "anonymised", _("anonymised")
        EXPORTED = "exported", _("downloaded the data of")

    class Origin(models.TextChoices):
        PAGE = "page", _("page")
        API = "api", _("API")
        COMMAND = "command", _("command")

    ACCOUNT_KINDS = ("role in an area", "token", "role in the organisation")
    ACCOUNT_ACTIONS = ("invited", "joined", "revoked", "deactivated", "anonymised")

    made_at = models.DateTimeField(_("when"), default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
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
    # What `kind` and `subject` say in words, for programs: "goals.keyresult" and its primary key.
    model = models.CharField(max_length=60, blank=True)
    object_id = models.BigIntegerField(null=True, blank=True)
    about = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="record",
        verbose_name=_("about the person"),
    )
    changes = models.JSONField(_("old and new"), default=dict, blank=True)
    reason = models.TextField(_("why"), blank=True)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = _("entry of the record")
        verbose_name_plural = _("record of changes")
        indexes = [
            # Read by the page of the record and by its API; each keeps the newest of its entries together.
            models.Index(fields=["made_at", "id"], name="audit_by_moment"),
            models.Index(fields=["actor", "id"], name="audit_by_actor"),
            models.Index(fields=["action", "id"], name="audit_by_action"),
            models.Index(fields=["kind", "id"], name="audit_by_kind"),
            models.Index(Lower("actor_email"), "id", name="audit_by_address"),
            # "What happened to this?" reads an index that only PostgreSQL has (migration 0008).
            # Read by lists of what happened to one thing.
            models.Index(fields=["model", "object_id"], name="audit_by_row"),
            # Read by the page of a person.
            models.Index(fields=["about", "id"], name="audit_by_person"),
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
                        "second_step_failed",
                        "trusted",
                        "ended",
                        "invited",
                        "joined",
                        "revoked",
                        "deactivated",
                        "anonymised",
                        "exported",
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
