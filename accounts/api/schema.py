"""The OpenAPI document: what every operation has in common, said once."""

from __future__ import annotations

from typing import Any, Final, Literal

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema_serializer
from rest_framework import serializers

from accounts.api import picking
from accounts.api.problems import CONTENT_TYPE

HEADER: Final = OpenApiParameter.HEADER


def _example(status: int, title: str, code: str, detail: str, errors: Any = ()) -> OpenApiExample:
    value = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "errors": [dict(zip(("field", "code", "detail"), error, strict=True)) for error in errors],
    }
    return OpenApiExample(
        code, value=value, response_only=True, status_codes=[str(status)], media_type=CONTENT_TYPE
    )


UNKNOWN = "This parameter is not known here."
EXAMPLES = [
    _example(400, "Bad Request", "invalid", UNKNOWN, [("colour", "unknown", UNKNOWN)]),
    _example(401, "Unauthorized", "not_authenticated", "Authentication credentials were not provided."),
    _example(403, "Forbidden", "forbidden", "You may not check in on EDGE-24H2-O1-KR1."),
    _example(404, "Not Found", "not_found", "There is nothing here, or nothing that you may see."),
    _example(405, "Method Not Allowed", "method_not_allowed", 'Method "DELETE" not allowed.'),
    _example(406, "Not Acceptable", "not_acceptable", "Could not satisfy the request Accept header."),
    _example(409, "Conflict", "cycle_closed", "2024 H1 is closed; its numbers are frozen."),
    _example(
        411, "Length Required", "length_required", "Send the length of the body; it is not read in chunks."
    ),
    _example(
        412, "Precondition Failed", "precondition_failed", "What is here now is not what If-Match names."
    ),
    _example(413, "Request Entity Too Large", "too_large", "The body is longer than 2097152 bytes."),
    _example(
        415,
        "Unsupported Media Type",
        "unsupported_media_type",
        'Unsupported media type "text/plain" in request.',
    ),
    _example(
        422,
        "Unprocessable Entity",
        "idempotency_mismatch",
        "This key was used for another request; give each request its own.",
    ),
    _example(
        428,
        "Precondition Required",
        "precondition_required",
        "Read first, and send the ETag of what you read as If-Match.",
    ),
    _example(
        429, "Too Many Requests", "throttled", "Request was throttled. Expected available in 12 seconds."
    ),
]
PROBLEMS = ("400", "401", "403", "404", "405", "406", "429")
READ_PROBLEMS = (*PROBLEMS, "412")
WRITE_PROBLEMS = (*PROBLEMS, "409", "411", "413", "415", "422")
CHANGE_PROBLEMS = (*WRITE_PROBLEMS, "412", "428")
# What the server answers before the product sees the request (okrtracker.server_answers): one line of text.
SERVER_ANSWERS = {
    "414": "The line of the request, with its address, is longer than 4,094 characters.",
    "431": "A header is longer than 8,190 characters.",
}


class FieldErrorSerializer(serializers.Serializer):
    field = serializers.CharField(help_text="A field, a query parameter or a header; empty for the whole.")
    code = serializers.CharField()
    detail = serializers.CharField()


@extend_schema_serializer(examples=EXAMPLES)
class ProblemSerializer(serializers.Serializer):
    """What went wrong (RFC 9457). `code` is stable; docs/api.md lists every one."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    errors = FieldErrorSerializer(many=True)  # type: ignore[assignment]


class Schema(AutoSchema):
    """Adds what base.Endpoint does for all: problems, ETag and 304, rates."""

    @property
    def is_matched(self) -> bool:
        """Whether the request names in `If-Match` what it changes; a view says so of its DELETE."""
        deletes = self.method == "DELETE" and getattr(self.view, "matches_deletes", False)
        return self.method in ("PATCH", "PUT") or deletes

    def get_override_parameters(self) -> list[Any]:
        rates = [
            OpenApiParameter(
                name, int, HEADER, response=True, description=f"{words} in this minute of the clock."
            )
            for name, words in (
                ("RateLimit-Limit", "Requests a token or person may make"),
                ("RateLimit-Remaining", "Requests left"),
                ("RateLimit-Reset", "Seconds left"),
            )
        ]
        retry_after = OpenApiParameter(
            "Retry-After", int, HEADER, response=["429"], description="Seconds until the next minute."
        )
        asks = OpenApiParameter(
            "WWW-Authenticate", str, HEADER, response=["401"], description='`Bearer realm="okrtracker"`'
        )
        if self.is_matched:
            names = OpenApiParameter("ETag", str, HEADER, response=["200"], description="Names this answer.")
            return [
                OpenApiParameter(
                    "If-Match",
                    str,
                    HEADER,
                    # A PUT may also be the first.
                    required=self.method != "PUT",
                    description="The ETag of what was read.",
                ),
                *([names] if self.method != "DELETE" else []),
                *rates,
                retry_after,
                asks,
            ]
        if self.method != "GET":
            return [*rates, retry_after, asks]
        view: Any = self.view
        picks = getattr(view, "is_picked_from", False)
        return [
            *(picking.parameters(view.told_names, view.expansions) if picks else ()),
            OpenApiParameter("If-None-Match", str, HEADER, description="The ETag of what is known already."),
            OpenApiParameter("ETag", str, HEADER, response=["200", "304"], description="Names this answer."),
            *rates,
            retry_after,
            asks,
        ]

    def _insert_field_validators(self, field: Any, schema: dict[str, Any]) -> None:
        super()._insert_field_validators(field, schema)
        if isinstance(field, serializers.URLField) and isinstance(field.parent, serializers.ModelSerializer):
            schema.pop("format", None)  # of a row; it may be empty, which is no address

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        if self.method == "GET":
            bodies["304"] = self._get_response_for_code(None, "304") | {
                "description": "What was asked for is what If-None-Match names."
            }
        if "text/csv" in (lines := bodies.get("200", {}).get("content", {})):
            lines["text/csv"] = {"schema": {"type": "string"}}
        problems = CHANGE_PROBLEMS if self.is_matched else WRITE_PROBLEMS
        for status in READ_PROBLEMS if self.method == "GET" else problems:
            bodies[status] = self._get_response_for_code(ProblemSerializer, status, [CONTENT_TYPE])
        for status, words in SERVER_ANSWERS.items():
            bodies[status] = {
                "content": {"text/plain": {"schema": {"type": "string"}}},
                "description": words,
            }
        return dict(sorted(bodies.items()))


class BearerScheme(OpenApiAuthenticationExtension):
    """Tells drf-spectacular how a token signs in."""

    target_class = "accounts.api.authentication.BearerAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "okr_...",
            "description": "A token (`manage.py create_token`); it acts with its owner's rights, never more.",
        }


def share_problems(result: dict[str, Any], **_hook: Any) -> dict[str, Any]:
    """Says once how a request fails with each status, instead of at every operation: half of the document."""
    told: dict[str, Any] = {}
    for operations in result["paths"].values():
        for operation in operations.values():
            answers = operation["responses"]
            for status in [status for status in answers if status >= "400"]:
                if told.setdefault(status, answers[status]) == answers[status]:
                    answers[status] = {"$ref": f"#/components/responses/Problem{status}"}
            # A verb takes `If-Match` where it is sent, and then asks what it names; nothing is no name.
            if any(parameter["name"] == "If-Match" for parameter in operation.get("parameters", ())):
                for status in ("412", "428"):
                    answers.setdefault(status, {"$ref": f"#/components/responses/Problem{status}"})
                operation["responses"] = dict(sorted(answers.items()))
    shared = {f"Problem{status}": told[status] for status in sorted(told)}
    result["components"]["responses"] = result["components"].get("responses", {}) | shared
    return result


def refuse_unknown_fields(result: dict[str, Any], **_hook: Any) -> dict[str, Any]:
    """Says of every body that is sent what base.Endpoint does with fields that it does not know."""
    for name, component in result["components"]["schemas"].items():
        if name.endswith("Request") and component.get("type") == "object":
            component["additionalProperties"] = False
    return result
