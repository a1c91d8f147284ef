"""What programs do at once: requests to the API."""

from typing import Any

from rest_framework.test import APIClient


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


WORK = {"send": send}
