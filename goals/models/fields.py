"""Field classes and small abstract models that all models of this app share."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import lookups
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from goals.progress import round_half_up

# 14 digits before the point, 6 after: "up to 20 digits, 6 places".
VALUE_DIGITS, VALUE_PLACES = 20, 6
# A completion can be as extreme as its values: 1e14 / 1e-6 needs 21 digits before the point.
COMPLETION_DIGITS, COMPLETION_PLACES = 40, 15


def validate_storable(text: str) -> None:
    """Refuses what a database or a mail cannot carry: control characters and halves of surrogate pairs."""
    if any((ord(sign) < 32 and sign not in "\n\r\t") or 0xD800 <= ord(sign) <= 0xDFFF for sign in text):
        raise ValidationError(_("This text holds characters that cannot be stored."), code="unstorable")


class ExactDecimalField(models.DecimalField):
    """A decimal that keeps every digit on SQLite too.

    SQLite has no decimal type: Django's field stores a binary floating point number there, right to about
    15 digits. This one stores canonical text (always `decimal_places` places) on SQLite and `numeric`
    elsewhere. Comparisons (`__gt`, `__lte`, …) go by value; text does not sort by value, so order by
    `Cast(..., FloatField())`.
    """

    def get_internal_type(self) -> str:
        return "ExactDecimalField"

    def db_type(self, connection: Any) -> str:
        if connection.vendor == "sqlite":
            return "text"
        return f"numeric({self.max_digits}, {self.decimal_places})"

    def rel_db_type(self, connection: Any) -> str:
        return self.db_type(connection)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Decimal | None:
        return None if value is None else Decimal(value)

    def to_python(self, value: Any) -> Decimal | None:
        """Refuses what is not finite; Django's field lets Infinity through."""
        try:
            number = super().to_python(value)
        except InvalidOperation as error:
            raise ValidationError(
                self.error_messages["invalid"], code="invalid", params={"value": value}
            ) from error
        if number is not None and not number.is_finite():
            raise ValidationError(self.error_messages["invalid"], code="invalid", params={"value": value})
        return number

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """One number, one text: 1.5 and 1.50 are equal for SQLite too, and so are 0 and -0."""
        number = super().get_db_prep_value(value, connection, prepared)
        if not isinstance(number, Decimal) or connection.vendor != "sqlite":
            return number
        return f"{round_half_up(number, self.decimal_places):f}"


class _ByValue:
    """A comparison that takes SQLite's text for the number it is, to about 15 digits."""

    operator: str

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        left, left_params = self.process_lhs(compiler, connection)  # type: ignore[attr-defined]
        right, right_params = self.process_rhs(compiler, connection)  # type: ignore[attr-defined]
        return f"CAST({left} AS REAL) {self.operator} CAST({right} AS REAL)", [*left_params, *right_params]


@ExactDecimalField.register_lookup
class _GreaterThan(_ByValue, lookups.GreaterThan):
    operator = ">"


@ExactDecimalField.register_lookup
class _GreaterThanOrEqual(_ByValue, lookups.GreaterThanOrEqual):
    operator = ">="


@ExactDecimalField.register_lookup
class _LessThan(_ByValue, lookups.LessThan):
    operator = "<"


@ExactDecimalField.register_lookup
class _LessThanOrEqual(_ByValue, lookups.LessThanOrEqual):
    operator = "<="


def value_field(label: Any, **options: Any) -> ExactDecimalField:
    return ExactDecimalField(
        label, max_digits=VALUE_DIGITS, decimal_places=VALUE_PLACES, null=True, blank=True, **options
    )


def completion_field(label: Any, **options: Any) -> ExactDecimalField:
    return ExactDecimalField(
        label,
        max_digits=COMPLETION_DIGITS,
        decimal_places=COMPLETION_PLACES,
        null=True,
        blank=True,
        editable=False,
        **options,
    )


class Versioned(models.Model):
    """A row that people edit: its version tells a stale form from a fresh one."""

    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            self.version += 1
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "version", "updated_at"}
        super().save(*args, **kwargs)


class Archivable(models.Model):
    """A row that is archived instead of deleted, and may be restored."""

    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True
