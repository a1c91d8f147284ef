"""Examples of comments and of taking note, for the OpenAPI document."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample

from goals.api.examples import MOMENT, SITE

COMMENT = OpenApiExample(
    "On a check-in",
    response_only=True,
    value={
        "id": 12,
        "objective": None,
        "key_result": "EDGE-24H2-O1-KR1",
        "check_in": 1,
        "author": "mana.ger@example.org",
        "author_name": "Mana Ger",
        "text": "On **which** phone?",
        "asks_back": False,
        "html": "<p>On <strong>which</strong> phone?</p>\n",
        "mentions": ["lea.lead@example.org"],
        "created_at": MOMENT,
        "edited_at": None,
        "deleted_at": None,
        "url": f"{SITE}/api/v1/comments/12/",
        "page_url": f"{SITE}/key-results/EDGE-24H2-O1-KR1/#comment-12",
    },
)
NEW_COMMENT = OpenApiExample(
    "With a mention",
    request_only=True,
    value={"text": "On **which** phone?", "mentions": ["lea.lead@example.org"]},
)
ACKNOWLEDGEMENT = OpenApiExample(
    "Taken note",
    response_only=True,
    value={
        "key_result": "EDGE-24H2-O1-KR1",
        "check_in": 1,
        "person": "mana.ger@example.org",
        "person_name": "Mana Ger",
        "made_at": MOMENT,
    },
)
