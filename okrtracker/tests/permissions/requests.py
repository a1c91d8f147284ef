"""The address of every route for every row, and for each that takes a POST a form that does something."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse

from accounts.models.invitation import token_of
from okrtracker.tests.permissions.world import NONCE, PASSWORD, PERSON, ROWS, TOKEN
from okrtracker.tests.test_walk import ROUTES, SAMPLES, SAMPLES_OF

QUERIES = {"api:progress": "?cycle=24H2", "accounts:invitation": f"?token={token_of(NONCE)}"}
NEW_PASSWORD = "another password of nobody"
REPORT = {"value": "4", "status": "on_track"}

FORMS: dict[str, dict[str, Any]] = {
    "people:person_add": {"addresses": "new.comer@example.org", "role": "viewer"},
    "people:person_role": {"area": "EDGE", "role": "viewer"},
    "people:person_role_end": {"area": "CORE"},
    "people:person_org_role": {"org_role": "manager"},
    "accounts:preferences": {
        "name": "A New Name",
        "time_zone": "Europe/Berlin",
        "language": "en",
        "reminder_weekday": "2",
        "reminder_hour": "10",
    },
    "accounts:token_list": {"name": "for a script", "scope": "read", "days": "30"},
    "accounts:invitation": {
        "token": token_of(NONCE),
        "name": "In Vited",
        "new_password1": NEW_PASSWORD,
        "new_password2": NEW_PASSWORD,
    },
    "accounts:sign_in": {"username": "lea.lead@example.org", "password": PASSWORD},
    "account_login": {"username": "lea.lead@example.org", "password": PASSWORD},
    "account_reset_password": {"email": "lea.lead@example.org"},
    "account_change_password": {
        "oldpassword": PASSWORD,
        "password1": NEW_PASSWORD,
        "password2": NEW_PASSWORD,
    },
    "account_reauthenticate": {"password": PASSWORD},
    "goals:my_check_ins": {"row": "EDGE-24H2-O1-KR1"},
    "api:key-result-check-ins": REPORT,
}


def samples_of(name: str, row: str) -> dict[str, Any]:
    """The parts of an address, told of this row instead of the story's."""
    of_row = ROWS[row]
    parts = SAMPLES | {"person_id": PERSON, "token_id": TOKEN} | SAMPLES_OF.get(name, {})
    return {
        part: str(parts[part]).replace("EDGE", of_row["area_key"]).replace("24H2", of_row["cycle_key"])
        for part in ROUTES[name]
    }


def address(name: str, row: str = "own") -> str:
    try:
        return reverse(name, kwargs=samples_of(name, row)) + QUERIES.get(name, "")
    except (KeyError, NoReverseMatch) as error:
        raise AssertionError(
            f"{name} needs samples for {ROUTES[name]} in okrtracker/tests/test_walk.py"
        ) from error


def rows_of(name: str) -> list[str]:
    """The kinds of rows that this address can be about."""
    return list({address(name, row): row for row in reversed(ROWS)}.values())[::-1]


def form_of(name: str, row: str) -> dict[str, Any]:
    if name == "goals:check_in_create":
        code = samples_of(name, row)["code"]
        return {f"{code}-{field}": value for field, value in REPORT.items()} | {f"{code}-seen": "1"}
    return FORMS.get(name, {})
