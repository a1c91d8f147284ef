"""Examples of KPIs and their values, for the OpenAPI document."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample

from goals.api.examples import MOMENT, SITE

KPI_VALUE = {
    "code": "EDGE-K1",
    "title": "Crash-free sessions",
    "area": "EDGE",
    "metric": "Sessions without a crash, of all of a day",
    "unit": "%",
    "aim": "within",
    "lower_bound": "99.5",
    "upper_bound": None,
    "current_value": "99.2",
    "standing": "outside",
    "reason": "99.2 %, should be at least 99.5 %",
    "stale": False,
    "changes": [{"days": 0, "since": "2024-10-07", "old": "99.4", "new": "99.2", "difference": "-0.2"}],
    "owner": "lea.lead@example.org",
    "owner_name": "Lea Lead",
    "rhythm_days": 7,
    "due_on": "2024-10-21",
    "last_entry": {"sequence": 12, "effective_on": "2024-10-14", "value": "99.2", "created_at": MOMENT},
    "entry_count": 12,
    "source_note": "The dashboard of releases",
    "visibility": "internal",
    "key_results": ["EDGE-24H2-O1-KR2"],
    "added_on": "2024-07-01",
    "version": 2,
    "created_at": "2024-07-01T09:30:00Z",
    "updated_at": MOMENT,
    "archived_at": None,
    "url": f"{SITE}/api/v1/kpis/EDGE-K1/",
    "page_url": f"{SITE}/kpis/EDGE-K1/",
}
KPI = OpenApiExample("Outside its bounds", response_only=True, value=KPI_VALUE)
NEW_KPI = OpenApiExample(
    "To stay above a bound",
    request_only=True,
    value={
        "area": "EDGE",
        "title": "Crash-free sessions",
        "unit": "%",
        "aim": "within",
        "lower_bound": "99.5",
    },
)
ENTRY_VALUE = {
    "kpi": "EDGE-K1",
    "sequence": 12,
    "value": "99.2",
    "is_no_change": False,
    "previous_value": "99.4",
    "lower_bound": "99.5",
    "upper_bound": None,
    "note": "",
    "evidence_url": "",
    "effective_on": "2024-10-14",
    "author": "lea.lead@example.org",
    "author_name": "Lea Lead",
    "source": "api",
    "corrects": None,
    "reason": "",
    "created_at": MOMENT,
}
ENTRY = OpenApiExample("A value", response_only=True, value=ENTRY_VALUE)
KEPT_ENTRY = OpenApiExample(
    "Kept, and recorded at one of two key results",
    response_only=True,
    value=ENTRY_VALUE
    | {
        "recorded": [{"key_result": "EDGE-24H2-O1-KR2", "check_in": 5, "status": "behind"}],
        "not_recorded": [
            {
                "key_result": "EDGE-24H2-O2-KR1",
                "code": "invalid",
                "detail": "EDGE-K1 is measured in %, the key result in ms: give both the same unit.",
            }
        ],
    },
)
REPORTED = OpenApiExample("The value of today", request_only=True, value={"value": "99.2"})
SERIES = OpenApiExample(
    "Two values",
    response_only=True,
    value={
        "code": "EDGE-K1",
        "results": [
            {"day": "2024-10-07", "value": "99.4", "standing": "outside"},
            {"day": "2024-10-14", "value": "99.2", "standing": "outside"},
        ],
    },
)
