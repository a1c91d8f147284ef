"""What programs do at once: requests to the API."""

from typing import Any

from rest_framework.test import APIClient

from goals.actions.dashboards import add_card
from goals.models import Dashboard


def send(
    answer: Any,
    *,
    token: str,
    method: str,
    path: str,
    bodies: list[dict[str, Any]],
    etag: str = "",
    key: str = "",
) -> None:
    """One request after the other; keeps what the answers hold, and the codes of problems."""
    program = APIClient(HTTP_AUTHORIZATION=f"Bearer {token}", SERVER_NAME="localhost")
    headers = {"if-match": etag} if etag else {}
    if key:
        headers["idempotency-key"] = key
    for body in bodies:
        try:
            response = getattr(program, method)(path, body, format="json", headers=headers)
        except Exception as error:  # noqa: BLE001 - a client tells everything that goes wrong
            answer.errors.append(f"{type(error).__name__}: {error}")
            continue
        told = response.json()
        if response.status_code < 300:
            answer.kept.append(told)
        elif response.status_code < 500:
            answer.refused.append(told["code"])
        else:
            answer.errors.append(f"{response.status_code}: {told}")


def follow(answer: Any, *, token: str, since: str, times: int) -> None:
    """Asks for what changed since a cursor, so often; keeps the answers."""
    program = APIClient(HTTP_AUTHORIZATION=f"Bearer {token}", SERVER_NAME="localhost")
    for _ in range(times):
        response = program.get("/api/v1/changes/", {"since": since, "limit": "500"})
        if response.status_code == 200:
            answer.kept.append(response.json())
            since = answer.kept[-1]["cursor"]
        else:
            answer.errors.append(f"{response.status_code}: {response.content!r}")


def add_cards(answer: Any, *, dashboard: int, each: int) -> None:
    """One note after the other onto a dashboard."""
    for _number in range(each):
        row = Dashboard.objects.get(pk=dashboard)
        answer.note(lambda row=row: add_card(row, kind="note", settings={"text": "x"}).position)


WORK = {"send": send, "follow": follow, "add_cards": add_cards}
