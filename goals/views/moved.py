"""Old codes of what has moved: an address with one leads to the address with the new one."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _

from accounts.ways import is_for_programs
from areas.api.reach import in_reach
from goals.models import MovedCode

SAFE = ("GET", "HEAD")


class MovedCodeMiddleware:
    """Asks about old codes only where there was nothing to find; whoever may not see the thing finds nothing.

    In one step, however often it has moved: the old code names the thing, not the code that came next.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        match = request.resolver_match
        if response.status_code != HTTPStatus.NOT_FOUND or match is None or "code" not in match.kwargs:
            return response
        return _elsewhere(request, match.kwargs["code"]) or response


def _elsewhere(request: HttpRequest, code: str) -> HttpResponse | None:
    is_asked_by_program = is_for_programs(request)
    if not request.user.is_authenticated or "\0" in code:
        return None
    rows = MovedCode.objects.visible_to(request.user).with_thing().filter(code=code)
    if is_asked_by_program:
        # What the token does not reach is not there for it.
        asked: Any = request
        rows = rows.filter(
            in_reach(asked, "objective__roadmap__area")
            | in_reach(asked, "key_result__objective__roadmap__area")
            | in_reach(asked, "risk__objective__roadmap__area")
        )
    found = rows.first()
    if found is None:
        return None
    query = request.META.get("QUERY_STRING", "")
    place = request.path.replace(f"/{code}/", f"/{found.thing.code}/", 1) + (f"?{query}" if query else "")
    if not is_asked_by_program:
        status = HTTPStatus.MOVED_PERMANENTLY if request.method in SAFE else HTTPStatus.PERMANENT_REDIRECT
        return HttpResponse(status=status, headers={"Location": place})
    sentence = _("%(old)s is %(code)s now.") % {"old": code, "code": found.thing.code}
    problem = {
        "type": "about:blank",
        "title": HTTPStatus.PERMANENT_REDIRECT.phrase,
        "status": HTTPStatus.PERMANENT_REDIRECT.value,
        "detail": sentence,
        "code": "moved",
        "errors": [],
    }
    return JsonResponse(
        problem,
        status=HTTPStatus.PERMANENT_REDIRECT,
        content_type="application/problem+json",
        headers={"Location": place},
    )
