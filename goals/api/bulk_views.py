"""Many check-ins in one request: the good ones are kept, the others are told why not."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint, today_of
from accounts.api.problems import FieldError, Problem, as_problem, body_of, invalid
from accounts.models import Scope
from goals.actions.bulk_check_ins import Report, record_check_ins
from goals.actions.refusals import Refused
from goals.api import reach
from goals.api.check_in_serializers import (
    BulkReportSerializer,
    BulkResultsSerializer,
    BulkSerializer,
    KeptCheckInSerializer,
)
from goals.api.figures import key_results_now
from goals.api.idempotency import key_parameters, once
from goals.api.refusals import problem_of
from goals.models import CheckIn, KeyResult


class BulkCheckInView(Endpoint):
    write_scope = Scope.CHECK_IN

    @extend_schema(
        operation_id="check_ins_bulk",
        summary="Check in many times",
        description="Each report is judged as if it came alone, one after the other; the good ones are kept. "
        "The answer is 200 whatever became of them. In one transaction: where no answer arrives, nothing or "
        "all of it was done, and the same request with the same key tells.",
        request=BulkSerializer,
        responses={200: OpenApiResponse(BulkResultsSerializer, description="What became of each.")},
        parameters=key_parameters(200),
    )
    def post(self, request: Request) -> Response:
        return once(request, partial(self._record, request))

    def _record(self, request: Request) -> Response:
        sent = BulkSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        items = sent.validated_data["check_ins"]
        judged = Judge(request, items).judged()
        reports = [one for one in judged if isinstance(one, Report)]
        outcomes = iter(
            record_check_ins(
                reports,
                author=request.user,
                now=timezone.now(),
                today=today_of(request),
                source=CheckIn.Source.API,
            )
        )
        results = [next(outcomes) if isinstance(one, Report) else one for one in judged]
        return Response({"results": told_results(request, items, results)})


def told_results(request: Request, items: Sequence[Any], results: Sequence[Any]) -> list[dict[str, Any]]:
    """A check-in that was kept is told as if it had come alone; its key result as all of them left it."""
    kept = [one for one in results if isinstance(one, CheckIn)]
    figures = key_results_now(request, {check_in.key_result_id for check_in in kept})
    for check_in in kept:
        check_in.figures = figures[check_in.key_result_id]  # type: ignore[attr-defined]
    told = iter(KeptCheckInSerializer(kept, many=True).data)
    found: list[dict[str, Any]] = []
    for item, one in zip(items, results, strict=True):
        code = code_of(item)
        if isinstance(one, CheckIn):
            found.append({"key_result": code, "status": HTTPStatus.CREATED.value, "check_in": next(told)})
        else:
            problem = body_of(problem_of(one) if isinstance(one, Refused) else one)
            found.append({"key_result": code, "status": problem["status"], "problem": problem})
    return found


def code_of(item: Any) -> str | None:
    """The code an item names, no longer than a code is; None where it names none."""
    code = item.get("key_result") if isinstance(item, dict) else None
    return code[:100] if isinstance(code, str) else None


class Judge:
    """Judges items as the address of one key result would: is it there, may the person, does the rest fit."""

    def __init__(self, request: Request, items: Sequence[Any]) -> None:
        self.items = items
        codes = {code for item in items if (code := code_of(item)) and "\0" not in code}
        self.found = reach.key_results_named(request, codes)
        checkable = KeyResult.objects.checkable_by(request.user, today_of(request))
        ids = [row.pk for row in self.found.values()]
        self.checkable = set(checkable.filter(pk__in=ids).values_list("pk", flat=True))

    def judged(self) -> list[Report | APIException]:
        return [self._judged(item) for item in self.items]

    def _judged(self, item: Any) -> Report | APIException:
        try:
            return self._report(item)
        except (Problem, ValidationError, Http404) as error:
            return as_problem(error)

    def _report(self, item: Any) -> Report:
        if not isinstance(item, dict):
            raise invalid([FieldError("", "invalid", _("A report is an object with fields."))])
        code = code_of(item)
        if not code:
            raise invalid([FieldError("key_result", "required", _("Name the key result by its code."))])
        row = self.found.get(code)
        if row is None:
            raise Http404
        if row.pk not in self.checkable:
            sentence = _("You may not check in on %(code)s.") % {"code": row.code}
            raise Problem(HTTPStatus.FORBIDDEN, "forbidden", sentence)
        given = BulkReportSerializer(data=item)
        given.is_valid(raise_exception=True)
        return Report(
            row, {name: value for name, value in given.validated_data.items() if name != "key_result"}
        )
