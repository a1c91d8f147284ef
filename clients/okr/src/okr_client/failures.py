"""What can go wrong: each with the exit code that a script asks about, and a sentence for people."""

from __future__ import annotations

from typing import Any

import requests

REFUSED, USAGE, NOT_ALLOWED, NO_ANSWER, NOT_UNDERSTOOD = 1, 2, 3, 4, 5
PROBLEM = "application/problem+json"


class Failure(Exception):
    """Ends the command. `problem` is what the server said of it, else the same in its form."""

    exit_code = REFUSED

    def __init__(self, sentence: str, problem: dict[str, Any] | None = None) -> None:
        super().__init__(sentence)
        self.problem = problem or {"title": type(self).__name__, "code": self.code, "detail": sentence}

    code = "refused"


class Refused(Failure):
    """The server understood, and did nothing: a value that does not fit, a code that nothing has."""


class Usage(Failure):
    """What was asked for makes no sense before anything is sent."""

    exit_code, code = USAGE, "usage"


class NotAllowed(Failure):
    """Not signed in, or signed in as somebody who may not."""

    exit_code, code = NOT_ALLOWED, "not_signed_in"


class NoAnswer(Failure):
    """Nobody answered, or the server had no time, as often as it was tried."""

    exit_code, code = NO_ANSWER, "no_answer"


class NotUnderstood(Failure):
    """Something answered that is no okrtracker, or one that broke down."""

    exit_code, code = NOT_UNDERSTOOD, "not_understood"


def failure_of(answer: requests.Response) -> Failure:
    """What an answer that is no success means."""
    problem = problem_in(answer)
    if problem is None:
        return NotUnderstood(
            f"The answer was {answer.status_code} {answer.reason}, and not in the form of okrtracker. "
            "Is this its address?"
        )
    sentence = sentence_of(problem)
    if answer.status_code == 401:
        return NotAllowed(f"{sentence} Sign in with a token that is valid: okr sign-in", problem)
    if answer.status_code == 403:
        return NotAllowed(sentence, problem)
    if answer.status_code >= 500:
        return NotUnderstood(sentence, problem)
    return Refused(sentence, problem)


def problem_in(answer: requests.Response) -> dict[str, Any] | None:
    """The problem that an answer tells; None where it tells none."""
    if answer.headers.get("Content-Type", "").split(";")[0].strip() != PROBLEM:
        return None
    try:
        problem = answer.json()
    except ValueError:
        return None
    return problem if isinstance(problem, dict) else None


def sentence_of(problem: dict[str, Any]) -> str:
    """A line of its own for each field that does not fit, else what is the matter."""
    errors = problem.get("errors")
    told = [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
    lines = [f"{error.get('field')}: {error.get('detail')}" for error in told if error.get("field")]
    lines += [str(error.get("detail")) for error in told if not error.get("field")]
    return "\n".join(lines) or str(problem.get("detail") or problem.get("title") or "No reason was given.")
