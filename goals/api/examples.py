"""Examples of the OpenAPI document."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample

SITE = "https://okr.example.org"
MOMENT = "2024-10-14T10:00:00Z"


def _answer(name: str, value: Any) -> OpenApiExample:
    return OpenApiExample(name, value=value, response_only=True)


MEAN_VALUE = {
    "completion": "0.531",
    "progress": "0.531",
    "expected": "0.57377049180328",
    "pace": "on_track",
    "reason": "57 % expected, 53 % reached: on track",
    "coverage": {"counted": 1, "reported": 1, "older_than_14_days": 0},
    "is_partial": False,
    "health": {"done": 0, "on_track": 1, "behind": 0, "at_risk": 0, "no_data": 0},
}
NOTHING_VALUE = {
    "completion": None,
    "progress": None,
    "expected": None,
    "pace": "no_data",
    "reason": "nothing to measure yet",
    "coverage": {"counted": 0, "reported": 0, "older_than_14_days": 0},
    "is_partial": False,
    "health": {"done": 0, "on_track": 0, "behind": 0, "at_risk": 0, "no_data": 0},
}
STAMPS = {"version": 1, "created_at": "2024-06-03T08:00:00Z", "updated_at": MOMENT}
ALIVE = {"dropped_at": None, "archived_at": None, "given_up_reason": ""}

CYCLE = _answer(
    "A half-year",
    {
        "key": "24H2",
        "name": "2024 H2",
        "starts_on": "2024-07-01",
        "ends_on": "2024-12-31",
        "state": "active",
        "check_in_every_days": 14,
        "check_in_weekday": 0,
        "on_track_gap": "0.05",
        "on_track_ratio": "0.9",
        "at_risk_gap": "0.15",
        "at_risk_ratio": "0.7",
        **STAMPS,
        "url": f"{SITE}/api/v1/cycles/24H2/",
    },
)
ROADMAP = _answer(
    "A team's roadmap",
    {
        **MEAN_VALUE,
        "code": "EDGE-24H2",
        "title": "Edge, 2024 H2",
        "area": "EDGE",
        "cycle": "24H2",
        "background": "Models move onto devices.",
        "state": "published",
        "visibility": "internal",
        "objectives": ["EDGE-24H2-O1"],
        "excellence": NOTHING_VALUE,
        **STAMPS,
        "formula_version": 1,
        "url": f"{SITE}/api/v1/roadmaps/EDGE-24H2/",
        "page_url": f"{SITE}/areas/EDGE/24H2/",
    },
)
OBJECTIVE = _answer(
    "A focus objective",
    {
        **MEAN_VALUE,
        "code": "EDGE-24H2-O1",
        "title": "A dependable base for on-device AI",
        "roadmap": "EDGE-24H2",
        "area": "EDGE",
        "cycle": "24H2",
        "kind": "focus",
        "description": "",
        "owner": "lea.lead@example.org",
        "owner_name": "Lea Lead",
        "reviewer": "mana.ger@example.org",
        "reviewer_name": "Mana Ger",
        "commitment": "aspirational",
        "priority": 1,
        "confidence": 7,
        "weight": "1",
        "counts_supporters": False,
        "supports": ["LIB-24H2-O1"],
        "supporters": [],
        "position": 1,
        "tags": ["latency", "on-device"],
        "shared_with": ["CORE"],
        "pillar": "",
        "impact": "",
        "cost": "",
        "key_results": ["EDGE-24H2-O1-KR1"],
        "score": None,
        "score_band": None,
        "post_mortem": "",
        "predecessor": "EDGE-24H1-O2",
        "successor": None,
        **STAMPS,
        "formula_version": 1,
        "visibility": "internal",
        **ALIVE,
        "url": f"{SITE}/api/v1/objectives/EDGE-24H2-O1/",
        "page_url": f"{SITE}/objectives/EDGE-24H2-O1/",
    },
)
KEY_RESULT_VALUE = {
    "code": "EDGE-24H2-O1-KR1",
    "title": "Decode speed on a phone",
    "objective": "EDGE-24H2-O1",
    "area": "EDGE",
    "cycle": "24H2",
    "kind": "reach",
    "metric": "Llama 3 8B, tokens a second",
    "unit": "tok/s",
    "kpi": None,
    "start_value": "0",
    "commit_value": "70",
    "target_value": "100",
    "stretch_value": None,
    "interim_targets": [{"on": "2024-09-30", "value": "9"}],
    "lower_bound": None,
    "upper_bound": None,
    "current_value": "53.1",
    "reached_mark": "none",
    "completion": "0.531",
    "progress": "0.531",
    "expected": "0.573770491803279",
    "expected_value": "57.377049180327869",
    "forecast_value": None,
    "pace": "on_track",
    "reason": "57 % expected, 53 % reached: on track",
    "stale": False,
    "violated": None,
    "mismatch": False,
    "said_status": "on_track",
    "confidence": 6,
    "weight": "1",
    "owner": "lea.lead@example.org",
    "owner_name": "Lea Lead",
    "due_on": "2024-12-31",
    "check_in_due_on": "2024-10-28",
    "rhythm_days": 14,
    "paused": False,
    "paused_on": None,
    "paused_until": None,
    "pause_reason": "",
    "last_check_in": {"sequence": 1, "effective_on": "2024-10-14", "value": "53.1", "created_at": MOMENT},
    "check_in_count": 1,
    "source_note": "",
    "position": 1,
    "tags": ["latency"],
    "proposed_score": None,
    "final_score": None,
    "score_reason": "",
    "closing_note": "",
    "predecessor": "EDGE-24H1-O2-KR1",
    "successor": None,
    **STAMPS,
    "formula_version": 1,
    "visibility": "inherit",
    **ALIVE,
    "url": f"{SITE}/api/v1/key-results/EDGE-24H2-O1-KR1/",
    "page_url": f"{SITE}/key-results/EDGE-24H2-O1-KR1/",
}
KEY_RESULT = _answer("A reach", KEY_RESULT_VALUE)

SCORE = _answer(
    "Scored otherwise than proposed",
    {
        "key_result": "EDGE-24H2-O1-KR1",
        "proposed_score": "0.5",
        "final_score": "0.7",
        "score_reason": "The phone came in November.",
        "closing_note": "Half of the phones, at twice the speed.",
        "version": 4,
    },
)
ALIGNMENT = _answer(
    "Part of what the area above wants",
    {
        "id": 12,
        "supporter": "EDGE-24H2-O1",
        "supporter_title": "A dependable base for on-device AI",
        "supported": "LIB-24H2-O1",
        "supported_title": "Libraries that run everywhere",
        "cycle": "24H2",
        "weight": "2",
        "counts": True,
        "version": 2,
        "created_at": "2024-07-01T09:30:00Z",
        "updated_at": "2024-07-02T08:00:00Z",
        "url": f"{SITE}/api/v1/alignments/12/",
    },
)
SHARE = _answer(
    "Two areas own it",
    {
        "id": 5,
        "objective": "EDGE-24H2-O1",
        "objective_title": "A dependable base for on-device AI",
        "shared_from": "EDGE",
        "area": "CORE",
        "cycle": "24H2",
        "weight": "2",
        "version": 1,
        "created_at": "2024-07-01T09:30:00Z",
        "updated_at": "2024-07-01T09:30:00Z",
        "url": f"{SITE}/api/v1/shares/5/",
    },
)
FOLLOW = _answer(
    "An objective",
    {
        "id": 12,
        "area": None,
        "objective": "EDGE-24H2-O1",
        "key_result": None,
        "title": "A dependable base for on-device AI",
        "followed_since": MOMENT,
        "url": f"{SITE}/api/v1/follows/12/",
    },
)
ABSENCE_VALUE = {
    "id": 9,
    "person": "lea.lead@example.org",
    "person_name": "Lea Lead",
    "stand_in": "con.tributor@example.org",
    "stand_in_name": "Con Tributor",
    "first_on": "2024-10-21",
    "last_on": "2024-11-01",
    "note": "",
}
ABSENCE = _answer("Two weeks away", ABSENCE_VALUE)
KEPT_ABSENCE = _answer("Two weeks away, kept", ABSENCE_VALUE | {"left_out": ["EDGE-24H2-O2-KR1"]})
DEPENDENCY = _answer(
    "Asked of another area, and accepted",
    {
        "id": 7,
        "objective": "EDGE-24H2-O1",
        "objective_title": "A dependable base for on-device AI",
        "area": "EDGE",
        "cycle": "24H2",
        "on_objective": "COMPC-24H2-O1",
        "on_objective_title": "A compiler for every device",
        "on_area": "COMPC",
        "partner": "",
        "note": "export of dynamic shapes",
        "state": "agreed",
        "standing": "agreed",
        "answer": "accepted",
        "answer_note": "By the end of August.",
        "answered_by": "lea.lead@example.org",
        "answered_by_name": "Lea Lead",
        "answered_at": "2024-07-03T07:45:00Z",
        "asked_at": "2024-07-01T09:30:00Z",
        "version": 2,
        "created_at": "2024-07-01T09:30:00Z",
        "updated_at": "2024-07-03T07:45:00Z",
        "url": f"{SITE}/api/v1/dependencies/7/",
        "page_url": f"{SITE}/objectives/EDGE-24H2-O1/#need-7",
    },
)
POST_MORTEM = _answer(
    "Why it fell short",
    {"objective": "EDGE-24H2-O1", "post_mortem": "The phones came late.", "version": 3},
)

CHECK_IN_VALUE = {
    "key_result": "EDGE-24H2-O1-KR1",
    "sequence": 1,
    "value": "53.1",
    "is_no_change": False,
    "previous_value": None,
    "start_value": "0",
    "target_value": "100",
    "lower_bound": None,
    "upper_bound": None,
    "completion": "0.531",
    "status": "on_track",
    "confidence": 6,
    "note": "",
    "blocker": "",
    "evidence_url": "",
    "effective_on": "2024-10-14",
    "author": "lea.lead@example.org",
    "author_name": "Lea Lead",
    "source": "api",
    "corrects": None,
    "reason": "",
    "created_at": MOMENT,
}
CHECK_IN = _answer("A check-in", CHECK_IN_VALUE)
KEPT_CHECK_IN = _answer("Kept", CHECK_IN_VALUE | {"key_result": KEY_RESULT_VALUE})

REPORTS = [
    OpenApiExample(
        "A value",
        request_only=True,
        value={
            "value": "53.1",
            "status": "on_track",
            "confidence": 6,
            "note": "",
            "blocker": "",
            "evidence_url": "",
            "effective_on": "2024-10-14",
            "corrects": None,
            "reason": "",
        },
    ),
    OpenApiExample("No change", request_only=True, value={"value": None, "status": "behind"}),
    OpenApiExample("A milestone is done", request_only=True, value={"value": "1", "status": "on_track"}),
    OpenApiExample(
        "A correction",
        request_only=True,
        value={"value": "52.9", "status": "on_track", "corrects": 1, "reason": "A digit was wrong."},
    ),
]

PROGRESS = _answer(
    "A cycle with one area",
    {
        **MEAN_VALUE,
        "cycle": "24H2",
        "as_of": "2024-10-14",
        "formula_version": 1,
        "area": None,
        "areas": [
            {
                **MEAN_VALUE,
                "key": "EDGE",
                "name": "Edge",
                "roadmap": "EDGE-24H2",
                "excellence": NOTHING_VALUE,
                "url": f"{SITE}/api/v1/areas/EDGE/",
                "objectives": [
                    {
                        **MEAN_VALUE,
                        "code": "EDGE-24H2-O1",
                        "title": "A dependable base for on-device AI",
                        "kind": "focus",
                        "weight": "1",
                        "url": f"{SITE}/api/v1/objectives/EDGE-24H2-O1/",
                        "key_results": [
                            {
                                name: KEY_RESULT_VALUE[name]
                                for name in (
                                    "code",
                                    "title",
                                    "kind",
                                    "unit",
                                    "weight",
                                    "current_value",
                                    "completion",
                                    "progress",
                                    "expected",
                                    "pace",
                                    "reason",
                                    "stale",
                                    "violated",
                                    "said_status",
                                    "url",
                                )
                            }
                        ],
                    }
                ],
                "teams": [],
            }
        ],
    },
)

DAY_VALUE = {"day": "2024-10-14", "completion": "0.531", "expected": "0.57377049180328", "pace": "on_track"}
MEAN_SERIES = _answer("One day", {"of": "EDGE-24H2-O1", "results": [DAY_VALUE], "formula_version": 1})
KEY_RESULT_SERIES = _answer(
    "One day",
    {"code": "EDGE-24H2-O1-KR1", "results": [DAY_VALUE | {"value": "5.31"}], "formula_version": 1},
)

INITIATIVE = _answer(
    "A pull request",
    {
        "id": 12,
        "title": "Cache the weights of the decoder",
        "key_result": "EDGE-24H2-O1-KR1",
        "area": "EDGE",
        "cycle": "24H2",
        "link": "https://github.com/example/engine/pull/7",
        "owner": "con.tributor@example.org",
        "owner_name": "Con Tributor",
        "due_on": "2024-11-01",
        "state": "doing",
        "overdue": False,
        "position": 1,
        **STAMPS,
        "url": f"{SITE}/api/v1/initiatives/12/",
        "page_url": f"{SITE}/key-results/EDGE-24H2-O1-KR1/#initiative-12",
    },
)

EXPLAINED_VALUE = MEAN_VALUE | {"as_of": "2024-10-14", "formula_version": 1}
PART_VALUE = {
    "weight": "1",
    "weight_share": "1",
    "completion": "0.531",
    "progress": "0.531",
    "adds": "0.531",
    "left_out_because": "",
}
KEY_RESULT_PART = PART_VALUE | {name: KEY_RESULT_VALUE[name] for name in ("code", "title", "url")}
OBJECTIVE_PART = PART_VALUE | {
    "code": "EDGE-24H2-O1",
    "title": "A dependable base for on-device AI",
    "url": f"{SITE}/api/v1/objectives/EDGE-24H2-O1/",
}
EXPLAINED_OBJECTIVE = _answer(
    "One key result",
    EXPLAINED_VALUE | {"code": "EDGE-24H2-O1", "parts": [KEY_RESULT_PART | {"kind": "key_result"}]},
)
EXPLAINED_ROADMAP = _answer(
    "One objective", EXPLAINED_VALUE | {"code": "EDGE-24H2", "parts": [OBJECTIVE_PART]}
)
EXPLAINED_AREA = _answer("One objective", EXPLAINED_VALUE | {"area": "EDGE", "parts": [OBJECTIVE_PART]})

MITIGATION_VALUE = STAMPS | {
    "id": 7,
    "text": "Add a device lab",
    "risk": "EDGE-24H2-O1-R1",
    "owner": "con.tributor@example.org",
    "owner_name": "Con Tributor",
    "due_on": "2024-11-01",
    "state": "doing",
    "overdue": False,
    "url": f"{SITE}/api/v1/mitigations/7/",
}
MITIGATION = _answer("One that is under way", MITIGATION_VALUE)
CONCERN = _answer(
    "Another area's objective",
    {
        "risk": "EDGE-24H2-O1-R1",
        "objective": "COMPC-24H2-O1",
        "objective_title": "One compiler for all targets",
        "area": "COMPC",
        "created_at": MOMENT,
        "url": f"{SITE}/api/v1/risks/EDGE-24H2-O1-R1/concerns/COMPC-24H2-O1/",
    },
)
RISK = _answer(
    "One that is open",
    {
        "code": "EDGE-24H2-O1-R1",
        "title": "Only Arm CPUs are measured",
        "objective": "EDGE-24H2-O1",
        "concerns": ["COMPC-24H2-O1"],
        "key_result": "EDGE-24H2-O1-KR1",
        "area": "EDGE",
        "cycle": "24H2",
        "kind": "known",
        "description": "",
        "likelihood": 4,
        "impact": 4,
        "score": 16,
        "high": True,
        "residual_likelihood": 2,
        "residual_impact": 4,
        "residual_score": 8,
        "response": "mitigate",
        "trigger": "A partner reports other numbers.",
        "state": "mitigating",
        "owner": "lea.lead@example.org",
        "owner_name": "Lea Lead",
        "review_on": "2024-11-13",
        "reviewed_on": "2024-10-14",
        "reviewed_by": "lea.lead@example.org",
        "stale": False,
        "occurred_on": None,
        "consequence": "",
        "outcome": None,
        "outcome_note": "",
        "closed_on": None,
        "mitigations": [MITIGATION_VALUE],
        "predecessor": None,
        "successor": None,
        "visibility": "internal",
        **STAMPS,
        "archived_at": None,
        "url": f"{SITE}/api/v1/risks/EDGE-24H2-O1-R1/",
        "page_url": f"{SITE}/risks/EDGE-24H2-O1-R1/",
    },
)
RISK_TREND = _answer(
    "One day",
    {
        "cycle": "24H2",
        "area": None,
        "results": [
            {"day": "2024-10-14", "open": 12, "high": 4, "occurred": 1, "mitigated": 9, "score_sum": 96}
        ],
    },
)
