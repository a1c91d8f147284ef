"""Examples of many check-ins at once."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample

from goals.api.examples import CHECK_IN_VALUE, KEY_RESULT_VALUE

NOT_FOUND = {
    "type": "about:blank",
    "title": "Not Found",
    "status": 404,
    "detail": "There is nothing here, or nothing that you may see.",
    "code": "not_found",
    "errors": [],
}
KEPT = {
    "key_result": "EDGE-24H2-O1-KR1",
    "status": 201,
    "check_in": CHECK_IN_VALUE | {"key_result": KEY_RESULT_VALUE},
}
BULK = [
    OpenApiExample(
        "Two values",
        request_only=True,
        value={
            "check_ins": [
                {"key_result": "EDGE-24H2-O1-KR1", "value": "53.1", "status": "on_track"},
                {"key_result": "EDGE-24H2-O9-KR1", "value": "7", "status": "behind"},
            ]
        },
    )
]
BULK_RESULTS = [
    OpenApiExample(
        "One is kept",
        response_only=True,
        value={
            "results": [KEPT, {"key_result": "EDGE-24H2-O9-KR1", "status": 404, "problem": NOT_FOUND}],
        },
    )
]
