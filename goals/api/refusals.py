"""What the actions refuse, as answers of the API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus

from accounts.api.problems import FieldError, Problem
from goals.actions.refusals import Invalid, ReasonNeeded, Refused, StaleVersion

BAD_REQUESTS = (Invalid, ReasonNeeded)


@contextmanager
def refusals_as_problems(places: Mapping[str, str | None] | None = None) -> Iterator[None]:
    """What does not fit is the sender's mistake (400); what only does not fit now is a conflict (409).

    A row that changed since its sender read it is what `If-Match` asks about (412). `places` are the fields
    at which a sentence about a whole row stands on the page (`PlanForm.places`), and what a field of the
    model is called here where that is another name.
    """
    try:
        yield
    except Refused as refused:
        raise problem_of(refused, places) from refused


def problem_of(refused: Refused, places: Mapping[str, str | None] | None = None) -> Problem:
    """The answer to one refusal."""
    status = HTTPStatus.BAD_REQUEST if isinstance(refused, BAD_REQUESTS) else HTTPStatus.CONFLICT
    if isinstance(refused, StaleVersion):
        status = HTTPStatus.PRECONDITION_FAILED
    errors = [
        FieldError(place, refused.code, sentence)
        for field, sentences in refused.errors.items()
        for sentence in sentences
        if (place := (places or {}).get(field or sentence, field))
    ]
    return Problem(status, refused.code, refused.sentence, errors)
