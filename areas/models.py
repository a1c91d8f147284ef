"""The organisation: a tree of areas and teams, and who plays which role in them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models, transaction
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords
from tree_queries.fields import TreeNodeForeignKey
from tree_queries.models import TreeNode
from tree_queries.query import TreeQuerySet

KEY_PATTERN = r"^[A-Z][A-Z0-9]{1,11}\Z"


class Role(models.TextChoices):
    """What a person does in an area and in all areas below it."""

    LEAD = "lead", _("lead")
    CONTRIBUTOR = "contributor", _("contributor")
    VIEWER = "viewer", _("viewer")


class AreaQuerySet(TreeQuerySet):
    def live(self) -> AreaQuerySet:
        return self.filter(archived_at__isnull=True)

    def at_or_below(self, areas: Any) -> AreaQuerySet:
        """These areas and everything below them; `areas` is a queryset or list of areas or primary keys."""
        keys = sorted({getattr(area, "pk", area) for area in areas})
        if not keys:
            return self.none()
        roots = f"SELECT id FROM areas_area WHERE id IN ({', '.join(['%s'] * len(keys))})"  # noqa: S608
        return self._below(roots, keys)

    def at_or_below_rows(self, keys: models.QuerySet) -> AreaQuerySet:
        """The same; `keys` selects primary keys of areas as a part of whatever asks. No query of its own."""
        roots, parameters = keys.query.sql_with_params()
        return self._below(roots, list(parameters))

    def at_or_above(self, area: Area) -> AreaQuerySet:
        """This area and all that it is part of. No query of its own."""
        above = RawSQL(
            "WITH RECURSIVE above (id) AS (SELECT id FROM areas_area WHERE id = %s "
            "UNION SELECT area.parent_id FROM areas_area area JOIN above ON area.id = above.id "
            "WHERE area.parent_id IS NOT NULL) SELECT id FROM above",
            [area.pk],
        )
        return self.without_tree_fields().filter(pk__in=above)

    def where_role(self, user: Any, roles: list[str]) -> AreaQuerySet:
        """Areas in which the person has one of these roles, there or above. No query of its own.

        A visitor has no key, and NULL is in no membership.
        """
        places = ", ".join(["%s"] * len(roles))
        roots = f"SELECT area_id FROM areas_membership WHERE user_id = %s AND role IN ({places})"  # noqa: S608
        return self._below(roots, [user.pk, *map(str, roles)])

    def _below(self, roots: str, parameters: list) -> AreaQuerySet:
        """What `roots`, a SELECT of ids, names and all below it, as one subquery of whatever asks.

        UNION drops what was found before, so a loop, which no constraint of a database can refuse, ends.
        The ORM knows no recursive queries, and tree_queries can start from given areas only.
        """
        below = RawSQL(  # noqa: S611 - constants and placeholders only
            f"WITH RECURSIVE below (id) AS ({roots} UNION SELECT area.id FROM areas_area area "  # noqa: S608
            "JOIN below ON area.parent_id = below.id) SELECT id FROM below",
            parameters,
        )
        return self.without_tree_fields().filter(pk__in=below)

    def member_of(self, user: Any) -> AreaQuerySet:
        return self.where_role(user, list(Role))

    def contributable_by(self, user: Any) -> AreaQuerySet:
        """Where a person may check in on everything, and edit risks and mitigations."""
        if user.is_authenticated and user.is_manager:
            return self.all()
        return self.where_role(user, [Role.LEAD, Role.CONTRIBUTOR])

    def editable_by(self, user: Any) -> AreaQuerySet:
        """Where a person may edit the plan."""
        if user.is_authenticated and user.is_manager:
            return self.all()
        return self.where_role(user, [Role.LEAD])


class Area(TreeNode):
    """A part of the organisation: an area, or a team in it."""

    parent = TreeNodeForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
    )
    key = models.CharField(
        _("key"),
        max_length=12,
        unique=True,
        validators=[RegexValidator(KEY_PATTERN, _("A key has 2 to 12 capital letters and digits: EDGE."))],
        help_text=_("Part of every code below it, so it never changes."),
    )
    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)
    check_in_every_days = models.PositiveSmallIntegerField(
        _("days between check-ins"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(366)],
        help_text=_("empty: as the area above says, or the cycle"),
    )
    # The same, or that of the nearest area above; stored, so that no key result has to climb the tree for it.
    rhythm_days = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = AreaQuerySet.as_manager(with_tree_fields=True)
    history = HistoricalRecords(excluded_fields=["updated_at", "rhythm_days"])

    class Meta:
        ordering = ["position", "key"]
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        constraints = [
            models.CheckConstraint(
                name="area_not_its_own_parent",
                condition=Q(parent__isnull=True) | ~Q(parent=models.F("pk")),
                violation_error_message=_("An area is not part of itself."),
            ),
            models.CheckConstraint(
                name="area_rhythm_in_days",
                condition=Q(check_in_every_days__isnull=True)
                | Q(check_in_every_days__gte=1, check_in_every_days__lte=366),
                violation_error_message=_("Check-ins are 1 to 366 days apart."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("areas:area_detail", args=[self.key])

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        lock_tree()
        super().save(*args, **kwargs)
        self.rhythm_days = _refresh_rhythms()[self.pk]

    def clean(self) -> None:
        """Refuses a loop; a database could refuse the shortest one alone."""
        try:
            super().clean()
        except ValidationError as error:
            raise ValidationError(
                {"parent": _("An area is part of neither itself nor an area below it.")}
            ) from error


def lock_tree() -> None:
    """All areas, in one order, before any of them is written.

    Two changes at once, one area above the other, would each miss what the other's rhythm means for its own.
    """
    rows = Area.objects.without_tree_fields().order_by("pk").select_for_update(no_key=True)
    list(rows.values_list("pk", flat=True))


def _refresh_rhythms() -> dict[int, int | None]:
    """Stores the rhythm in force for every area, where a change of rhythm or place moved it."""
    areas = {area.pk: area for area in Area.objects.without_tree_fields()}
    found: dict[int, int | None] = {}
    for area in areas.values():
        above, seen = area, {area.pk}
        # A loop is refused elsewhere; it must not hold anybody up here.
        while above.check_in_every_days is None and above.parent_id not in {None, *seen}:
            above = areas[above.parent_id]
            seen.add(above.pk)
        found[area.pk] = above.check_in_every_days
        if area.rhythm_days != above.check_in_every_days:
            Area.objects.filter(pk=area.pk).update(rhythm_days=above.check_in_every_days)
    return found


class Membership(models.Model):
    """A person's role in an area, valid for all below it."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="memberships",
        verbose_name=_("person"),
    )
    area = models.ForeignKey(
        Area, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("area")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role)
    created_at = models.DateTimeField(auto_now_add=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["area", "user"]
        verbose_name = _("role in an area")
        verbose_name_plural = _("roles in areas")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "area"],
                name="membership_once_per_area",
                violation_error_message=_("This person has a role in this area already."),
            ),
            models.CheckConstraint(
                name="membership_role_known",
                condition=Q(role__in=["lead", "contributor", "viewer"]),
                violation_error_message=_("A role is lead, contributor or viewer."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}, {self.area}"

    @property
    def recorded_about(self) -> int:
        """Whom an entry of the record about this row is about."""
        return self.user_id

    @property
    def recorded_as(self) -> str:
        return self.area.key
