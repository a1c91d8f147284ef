"""People: they sign in with their e-mail address."""

import zoneinfo
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q, Value
from django.db.models.functions import Lower
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

# Sent in the transaction that keeps a new password; `user` and how it came about, in words.
password_kept = Signal()

WEEKDAYS = [
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
]


class OrgRole(models.TextChoices):
    """A role in the whole organisation; what a member may do in an area says areas.Membership."""

    MEMBER = "", _("Member")
    MANAGER = "manager", _("Manager")
    ADMINISTRATOR = "administrator", _("Administrator")


class Rhythm(models.TextChoices):
    """How often somebody is reminded; which weeks that are says goals.reminders.periods."""

    WEEKLY = "weekly", _("every week")
    FORTNIGHTLY = "fortnightly", _("every two weeks")
    MONTHLY = "monthly", _("once a month")


def validate_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(
            _("“%(name)s” is not a time zone; an example is Europe/Berlin."), params={"name": name}
        )


class UserQuerySet(models.QuerySet["User"]):
    def listed_for(self, user: Any) -> "UserQuerySet":
        """Whom a person finds on the people pages: managers everybody, others nobody."""
        return self.all() if user.is_active and user.is_manager else self.none()

    def manageable_by(self, user: Any) -> "UserQuerySet":
        """Whose roles, invitations and tokens a person runs: administrators everybody's."""
        is_one = user.is_active and user.is_administrator
        return self.all() if is_one else self.none()

    def administrators(self) -> "UserQuerySet":
        """Those who can act as one: without any, nobody could let anybody in."""
        return self.filter(is_active=True, org_role=OrgRole.ADMINISTRATOR)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, username: str | None) -> "User":
        """A person by e-mail, whatever the case it is typed in."""
        # As the constraint compares, and with its index; LIKE would refuse a pattern of 100,000 characters.
        return self.alias(folded=Lower("email")).get(folded=Lower(Value(username)))

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, org_role=OrgRole.ADMINISTRATOR, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in."""

    # `unique` is what Django asks of a sign-in name; the constraint below is the rule that counts.
    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=120)
    org_role = models.CharField(
        _("role in the organisation"), max_length=20, choices=OrgRole, blank=True, default=OrgRole.MEMBER
    )
    time_zone = models.CharField(
        _("time zone"), max_length=60, default="UTC", validators=[validate_time_zone]
    )
    language = models.CharField(_("language"), max_length=10, default="en")
    reminders_enabled = models.BooleanField(_("remind me by mail of what I owe"), default=True)
    mention_mails_enabled = models.BooleanField(
        _("tell me by mail of comments that mention me or are about what I own"), default=True
    )
    digest_enabled = models.BooleanField(
        _("tell me by mail what moved and what needs attention"), default=False
    )
    escalation_mails_enabled = models.BooleanField(
        _("tell me by mail of check-ins of others that stay overdue"), default=True
    )
    nudge_mails_enabled = models.BooleanField(
        _("tell me by mail when somebody asks me for a check-in"), default=True
    )
    cycle_mails_enabled = models.BooleanField(_("tell me by mail when a cycle ends or closes"), default=True)
    reminder_weekday = models.PositiveSmallIntegerField(_("day of the reminder"), choices=WEEKDAYS, default=0)
    reminder_hour = models.PositiveSmallIntegerField(
        _("hour of the reminder"), default=9, help_text=_("0 to 23, in your time zone")
    )
    reminder_rhythm = models.CharField(
        _("rhythm of the reminder"), max_length=20, choices=Rhythm, default=Rhythm.WEEKLY
    )
    reminders_snoozed_until = models.DateField(
        _("no reminders until"), null=True, blank=True, help_text=_("the day on which they come again")
    )
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("People who left are made inactive; what they did stays.")
    )
    joined_at = models.DateTimeField(_("joined at"), default=timezone.now, editable=False)
    anonymised_at = models.DateTimeField(_("anonymised at"), null=True, blank=True, editable=False)
    # Signed into the private addresses of calendars, feeds and badges: a new moment ends the old ones.
    addresses_renewed_at = models.DateTimeField(
        _("private addresses renewed at"), null=True, blank=True, editable=False
    )

    objects = UserManager()
    # What people prefer and who they are; not what they prove it with.
    history = HistoricalRecords(excluded_fields=["password", "last_login", "joined_at", "anonymised_at"])

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name", "email"]
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique_without_case",
                violation_error_message=_("Somebody with this e-mail address is here already."),
            ),
            models.CheckConstraint(
                name="user_reminder_hour_of_day",
                condition=Q(reminder_hour__gte=0, reminder_hour__lte=23),
                violation_error_message=_("The hour of the reminder lies between 0 and 23."),
            ),
            models.CheckConstraint(
                name="user_reminder_weekday_of_week",
                condition=Q(reminder_weekday__gte=0, reminder_weekday__lte=6),
                violation_error_message=_("The day of the reminder lies between Monday (0) and Sunday (6)."),
            ),
            models.CheckConstraint(
                name="user_reminder_rhythm_known",
                condition=Q(reminder_rhythm__in=["weekly", "fortnightly", "monthly"]),
                violation_error_message=_("Reminders come weekly, fortnightly or monthly."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keeps the row, its history and what the record says of it in one transaction."""
        # Every sign-in notes its moment in the row; that is no change of the person.
        written = kwargs.get("update_fields")
        if written is not None and set(written) <= {"last_login", "password"}:
            self.skip_history_when_saving = True
        # A better hash of the same password is none: Django takes the text away before it keeps that.
        is_new_password = getattr(self, "_password", None) is not None and (
            written is None or "password" in written
        )
        try:
            with transaction.atomic():
                super().save(*args, **kwargs)
                if is_new_password:
                    password_kept.send(User, user=self, how=self.__dict__.pop("how_it_came", ""))
        finally:
            self.__dict__.pop("skip_history_when_saving", None)

    @property
    def recorded_about(self) -> int | None:
        """Whom an entry of the record about this row is about."""
        return self.pk

    @property
    def is_administrator(self) -> bool:
        return self.org_role == OrgRole.ADMINISTRATOR

    @property
    def is_manager(self) -> bool:
        """Administrators may do whatever managers may."""
        return self.org_role in {OrgRole.MANAGER, OrgRole.ADMINISTRATOR}

    @property
    def is_staff(self) -> bool:
        """Who may open Django's admin."""
        return self.is_administrator

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return self.is_active and (self.is_administrator or super().has_perm(perm, obj))

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and (self.is_administrator or super().has_module_perms(app_label))

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]
