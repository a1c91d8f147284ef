"""The word beside a new password: how hard it is to guess, said while it is chosen.

The page that asks for a password carries a ticket, which says for whom it is and that the page was given to
somebody; so nobody buys computing time here. What is typed is judged and forgotten.
"""

import json
import time
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.passwords import HELP, judge

SALT = "accounts.password_strength"
TICKET_SECONDS = 2 * 60 * 60
MOST_A_MINUTE = 120
NAMES = ("password1", "new_password1")


def show_strength(field: forms.Field, name: str, user: Any) -> None:
    """Lets the field ask for its word; the refusal of the form works without that."""
    field.help_text = HELP
    field.shows_strength = True  # type: ignore[attr-defined]
    field.widget.attrs |= {
        "autocomplete": "new-password",
        "hx-post": reverse_lazy("password_strength"),
        "hx-trigger": "input changed delay:300ms",
        "hx-target": f"#id_{name}_strength",
        "hx-params": f"{name},ticket,csrfmiddlewaretoken",
        "hx-vals": json.dumps({"ticket": signing.dumps(getattr(user, "pk", None), salt=SALT)}),
        "hx-sync": "this:replace",
    }


@login_not_required
@never_cache
@require_POST
@sensitive_post_parameters(*NAMES)
def password_strength(request: HttpRequest) -> HttpResponse:
    try:
        person_id = signing.loads(request.POST.get("ticket", ""), salt=SALT, max_age=TICKET_SECONDS)
    except signing.BadSignature as error:
        raise Http404 from error
    if _asks_too_often(person_id):
        return HttpResponse(status=429, headers={"Retry-After": "60"})
    password = next((request.POST[name] for name in NAMES if name in request.POST), "")
    verdict = judge(password, User.objects.filter(pk=person_id).first()) if password else None
    return render(request, "accounts/_password_strength.html", {"verdict": verdict})


def _asks_too_often(person_id: int) -> bool:
    """Counted in the cache: a count that is lost with it costs some computing time, no secret."""
    key = f"password-strength:{person_id}:{int(time.time() // 60)}"
    cache.add(key, 0, timeout=120)
    try:
        return cache.incr(key) > MOST_A_MINUTE
    except ValueError:  # the cache keeps nothing
        return False
