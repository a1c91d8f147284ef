"""Asks for a second step where REQUIRE_SECOND_STEP says so: who has none sets one up before anything else."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import checks
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from accounts.api.problems import CONTENT_TYPE, Problem, body_of
from accounts.ways import is_for_programs

SECOND_STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# What it takes to set one up, and to leave.
ALLOWED = {
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "account_set_password",
    "account_change_password",
    "password_strength",
    "account_logout",
    "sign_out",
}


def is_missing(user: Any) -> bool:
    """Whether a second step is asked of this person who has none. A query where one is asked for."""
    asked_of = settings.REQUIRE_SECOND_STEP
    if not user.is_authenticated or asked_of == "none" or (asked_of == "privileged" and not user.is_manager):
        return False
    return not Authenticator.objects.filter(user_id=user.pk, type__in=SECOND_STEPS).exists()


class SecondStepRequiredMiddleware:
    """Leads people there. Programs with a token go on: a token is no password, and no person is there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        is_program = is_for_programs(request)
        # Visitors see them too.
        is_open = not getattr(view, "login_required", True) and not is_program
        if is_open or (match and match.url_name in ALLOWED) or not is_missing(request.user):
            return None
        if is_program:
            return None if has_token(request) else refuse()
        if request.headers.get("HX-Request") == "true":
            return HttpResponseClientRedirect("/security/")
        return redirect("mfa_index")


def has_token(request: HttpRequest) -> bool:
    """As accounts.api.authentication reads it: a token that is none signs nobody in, the session neither."""
    return request.headers.get("Authorization", "").split(" ")[0].lower() == "bearer"


def refuse() -> HttpResponseBase:
    detail = _("Set up a second step first, on the page Security.")
    problem = Problem(HTTPStatus.FORBIDDEN, "second_step_required", detail)
    return JsonResponse(body_of(problem), status=problem.status_code, content_type=CONTENT_TYPE)


@checks.register(checks.Tags.security, deploy=True)
def check_that_one_is_asked_for(**options: Any) -> list[checks.CheckMessage]:
    if settings.REQUIRE_SECOND_STEP != "none":
        return []
    return [
        checks.Warning(
            "Nobody is asked for a second step: a stolen password is enough to act as an administrator.",
            hint="Set REQUIRE_SECOND_STEP=privileged, or all.",
            id="accounts.W001",
        )
    ]
