"""Fields of the API: strict where something comes in, exact where it goes out."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.fields import TextField
from goals.exchange.document import MAX_BLOCK
from goals.forms.plan_fields import lines
from goals.models import CheckIn
from goals.models.tags import BETWEEN, TAG_LENGTH, normal_tags
from goals.progress import COMPLETION_PLACES, round_half_up
from goals.values import parse_value, plain_number

PLAIN_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
DECIMAL_PATTERN = r"^-?[0-9]+(\.[0-9]+)?$"


def _decimal_schema(example: str) -> dict[str, Any]:
    return {"type": "string", "format": "decimal", "pattern": DECIMAL_PATTERN, "examples": [example]}


@extend_schema_field(_decimal_schema("9.6"))
class ValueField(serializers.Field):
    """A decimal as a plain string, without exponent and trailing zeros."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: Decimal) -> str:
        return plain_number(value)


@extend_schema_field(_decimal_schema("0.585"))
class ShareField(ValueField):
    """A ratio, 0.5 is 50 %, to the 15 places that are stored; exact thirds have no end."""

    def to_representation(self, value: Decimal) -> str:
        return plain_number(round_half_up(value, COMPLETION_PLACES))


@extend_schema_field(_decimal_schema("0.7"))
class ScoreField(ValueField):
    """A score with the places it is told with: one for a key result, two for an objective."""

    def to_representation(self, value: Decimal) -> str:
        return str(value)


class SaidStatusField(serializers.ChoiceField):
    """The status said in the check-in that counts; null before the first."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(CheckIn.Status.choices, read_only=True, allow_null=True, **kwargs)

    def to_representation(self, value: str) -> Any:
        return value or None


@extend_schema_field(OpenApiTypes.URI)
class AddressField(serializers.Field):
    """The address of a row in this API, from its key or code; it begins with SITE_URL."""

    def __init__(self, view_name: str, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)
        self.view_name = view_name

    def to_representation(self, value: str) -> str:
        return settings.SITE_URL + reverse(self.view_name, args=[value])


@extend_schema_field(OpenApiTypes.URI)
class PageField(serializers.Field):
    """The address of a row's page for people; it begins with SITE_URL."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, help_text="The page for people.", **kwargs)

    def to_representation(self, value: Any) -> str:
        return settings.SITE_URL + value.get_absolute_url()


@extend_schema_field({"oneOf": [_decimal_schema("53.1"), {"type": "integer"}]})
class ReportedValueField(serializers.Field):
    """A value that comes in: a string or a whole number; never a float, which may have lost digits."""

    default_error_messages = {
        "float": _('Write a decimal as a string, like "53.1": a JSON number with a point is not exact.'),
        "wrong_type": _('Write the value as a string, like "53.1", or null for no change.'),
    }

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, float):
            self.fail("float")
        if isinstance(data, bool) or not isinstance(data, (str, int)):
            self.fail("wrong_type")
        try:
            return parse_value(str(data))
        except ValueError as error:
            raise serializers.ValidationError(str(error), code="invalid") from error

    def to_representation(self, value: Decimal) -> str:
        return plain_number(value)


class BlockField(TextField):
    """Text of several lines, no longer than a document holds it; lines end with LF, as on the pages."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "allow_blank": True, "max_length": MAX_BLOCK} | kwargs)

    def to_internal_value(self, data: Any) -> str:
        return lines(super().to_internal_value(data))


class TagsGivenField(serializers.ListField):
    """All tags there are to be, each a word; kept in order, in small letters, each once."""

    child = TextField(max_length=TAG_LENGTH)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False} | kwargs)

    def to_internal_value(self, data: Any) -> Any:
        words = super().to_internal_value(data)
        if split := [word for word in words if BETWEEN.search(word)]:
            sentence = _("“%(tag)s” is no tag: letters and digits, with hyphens between them.")
            raise serializers.ValidationError(sentence % {"tag": split[0]}, code="invalid")
        try:
            return normal_tags(" ".join(words))
        except ValidationError as error:
            raise serializers.ValidationError(error.messages, code="invalid") from error


@extend_schema_field(OpenApiTypes.DATE)
class PlainDateField(serializers.Field):
    """A date, ISO 8601, in ASCII digits."""

    default_error_messages = {"invalid": _("Write a date like 2024-10-14.")}

    def to_internal_value(self, data: Any) -> date:
        if not isinstance(data, str) or not PLAIN_DATE.fullmatch(data):
            self.fail("invalid")
        try:
            return date.fromisoformat(data)
        except ValueError:
            self.fail("invalid")
            raise

    def to_representation(self, value: date) -> date:
        return value


class StrictSerializer(serializers.Serializer):
    """Refuses fields it does not know instead of passing over what somebody meant."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := [name for name in data if name not in self.fields]):
            # A few are enough to see what is wrong, and they are no longer than a name.
            sentence = _("This field is not known here.")
            raise serializers.ValidationError(
                {name[:100]: serializers.ErrorDetail(str(sentence), code="unknown") for name in unknown[:20]}
            )
        told = super().to_internal_value(data)
        # A change says what it changes; what lies below it is whole. REST framework asks for nothing there.
        if self.parent is not None and (missing := [name for name in self._needed() if name not in data]):
            said = str(serializers.Field.default_error_messages["required"])
            needed = serializers.ErrorDetail(said, code="required")
            raise serializers.ValidationError({name: [needed] for name in missing})
        return told

    def _needed(self) -> list[str]:
        return [name for name, field in self.fields.items() if field.required and not field.read_only]
