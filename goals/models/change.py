"""What changed last, for programs that follow the plan (docs/adr/0014-changes.md)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

BATCH = 500


class ChangeQuerySet(models.QuerySet["Change"]):
    def mark(self, kind: str, ids: Iterable[int]) -> None:
        """Notes that these changed just now, in the transaction that changes them. One query for 500.

        Whoever marks holds the things it marks, so that two never wait for each other's marks in a circle.
        """
        moment = timezone.now()
        rows = [Change(kind=kind, object_id=pk, changed_at=moment) for pk in sorted(set(ids))]
        self.bulk_create(
            rows,  # type: ignore[arg-type]
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["kind", "object_id"],
            update_fields=["changed_at", "position"],
        )

    def unnumbered(self) -> ChangeQuerySet:
        return self.filter(position__isnull=True)


class Change(models.Model):
    """That a thing changed, one row for each thing: its last change.

    It has no position until a reader gives it one: a reader sees what is committed, so positions follow the
    order in which changes came to be seen, which numbers given out by writers do not.
    """

    class Kind(models.TextChoices):
        AREA = "area", _("area")
        CYCLE = "cycle", _("cycle")
        ROADMAP = "roadmap", _("roadmap")
        OBJECTIVE = "objective", _("objective")
        KEY_RESULT = "key-result", _("key result")
        CHECK_IN = "check-in", _("check-in")
        RISK = "risk", _("risk")
        MITIGATION = "mitigation", _("mitigation")
        DEPENDENCY = "dependency", _("dependency")
        INITIATIVE = "initiative", _("initiative")
        COMMENT = "comment", _("comment")
        KPI = "kpi", _("KPI")
        # A code that something had until it moved.
        OLD_CODE = "old-code", _("old code")

    kind = models.CharField(max_length=20, choices=Kind)
    object_id = models.BigIntegerField()
    changed_at = models.DateTimeField()
    position = models.BigIntegerField(null=True)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("noted change")
        verbose_name_plural = _("noted changes")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "object_id"],
                name="change_once_per_thing",
                violation_error_message=_("The last change of this is noted already."),
            ),
            # Read by `changes/`, which walks it; those without a position stand together too.
            models.UniqueConstraint(
                fields=["position"],
                name="change_position_once",
                violation_error_message=_("Another change has this position."),
            ),
        ]
        indexes = [
            # Read by `changes/?since=` a moment.
            models.Index(fields=["changed_at"], name="change_by_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class ChangeCount(models.Model):
    """How many positions were given out; whoever gives out more holds this one row."""

    last_position = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("count of changes")
        verbose_name_plural = _("counts of changes")

    def __str__(self) -> str:
        return str(self.last_position)
