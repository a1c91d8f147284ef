"""Requests that are sent again: every POST carries a key, under which it takes effect once."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin

import requests

from okr_client.failures import NoAnswer, NotUnderstood, failure_of

API = "/api/v1/"
# Seconds to connect, and between two pieces of an answer.
TIMEOUT = (10, 60)
BUSY = {429, 502, 503, 504}
LONGEST_WAIT = 60.0
MOVED, MOST_MOVES = 308, 3


class Bearer(requests.auth.AuthBase):
    """Says who asks; as `auth`, so that no ~/.netrc says something else."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


class Connection:
    """One server, asked up to `tries` times; `say` tells people about each wait."""

    def __init__(self, server: str, token: str, *, tries: int, say: Callable[[str], None]) -> None:
        self.server = server
        self.tries = tries
        self.say = say
        self.session = requests.Session()
        self.session.auth = Bearer(token)
        self.session.headers["User-Agent"] = "okr"

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        return self._json(self._answer("GET", path, params=params))

    def get_file(self, path: str, params: Mapping[str, str]) -> bytes:
        return self._answer("GET", path, params=params, headers={"Accept": "*/*"}).content

    def post(self, path: str, body: Mapping[str, Any], *, key: str) -> tuple[Any, bool]:
        """What was answered, and whether it had taken effect before under this key."""
        answer = self._answer("POST", path, json=body, headers={"Idempotency-Key": key})
        return self._json(answer), answer.headers.get("Idempotency-Replayed") == "true"

    def _json(self, answer: requests.Response) -> Any:
        try:
            return answer.json()
        except ValueError:
            raise NotUnderstood(f"{self.server} does not answer like okrtracker.") from None

    def _answer(self, method: str, path: str, **sent: Any) -> requests.Response:
        """A success. Raises a Failure for anything else."""
        address = urljoin(self.server, f"{API}{path}")
        for _ in range(MOST_MOVES):
            answer = self._sent(method, address, **sent)
            if answer.status_code != MOVED:
                break
            # What had this code has another one now; a token goes nowhere else.
            address = urljoin(address, answer.headers.get("Location", ""))
            if not address.startswith(f"{self.server}/"):
                raise NotUnderstood("The server sends us elsewhere; your token stays here.")
        if not 200 <= answer.status_code < 300:
            raise failure_of(answer)
        return answer

    def _sent(self, method: str, address: str, **sent: Any) -> requests.Response:
        """Any answer that is not "later". Raises NoAnswer after as many tries as there may be."""
        for attempt in range(1, self.tries + 1):
            try:
                answer = self.session.request(method, address, timeout=TIMEOUT, allow_redirects=False, **sent)
            except requests.exceptions.SSLError:
                raise NoAnswer(f"The certificate of {self.server} is not one that is trusted here.") from None
            except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError):
                why, wait = f"{self.server} does not answer", pause(attempt)
            except (requests.RequestException, UnicodeError):
                raise NoAnswer(f"{self.server} cannot be asked.") from None
            else:
                if answer.status_code not in BUSY:
                    return answer
                why = f"{self.server} has no time now ({answer.status_code})"
                wait = pause(attempt) if (asked := retry_after(answer)) is None else asked
            if attempt == self.tries:
                break
            if wait > LONGEST_WAIT:
                why += f" and asks for {wait:.0f} s"
                break
            self.say(f"{why}; trying again in {wait:.1f} s.")
            time.sleep(wait)
        raise NoAnswer(f"{why}.")


def pause(attempt: int) -> float:
    """Seconds before the next try: half a second, then twice as long each time."""
    return min(0.5 * 2.0 ** (attempt - 1), LONGEST_WAIT)


def retry_after(answer: requests.Response) -> float | None:
    """Seconds that the server asks for, as a number or as a moment; None where it asks for nothing."""
    told = answer.headers.get("Retry-After", "").strip()
    if told.isascii() and told.isdigit():
        return float(told[:9])
    try:
        moment = parsedate_to_datetime(told)
    except (TypeError, ValueError, IndexError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    seconds: float = (moment - datetime.now(timezone.utc)).total_seconds()
    return max(0.0, seconds)
