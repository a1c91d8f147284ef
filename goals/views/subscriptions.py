"""Following a thing by one press on its page, and the list of what the reader follows."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from areas.models import Area
from goals.actions.refusals import Refused
from goals.actions.subscriptions import Thing, subscribe, unsubscribe
from goals.models import Cycle, Subscription
from goals.views.plan_flow import visible_key_result, visible_objective


class Press(NamedTuple):
    """The button on a page: where it is sent to, and whether the reader follows the thing now."""

    action: str
    is_followed: bool
    # What happened to it.
    activity: str
    # So that the page of an area comes back in the cycle it was left in.
    cycle_key: str = ""


def press_for(row: Any, kind: str, *, cycle_key: str = "") -> Press:
    """`row` as `with_followed` reads it."""
    name = row.key if kind == "area" else row.code
    activity = f"{reverse('goals:activity_list')}?{urlencode({kind: name})}"
    return Press(address_for(kind, name), row.is_followed, activity, cycle_key)


def address_for(kind: str, name: str) -> str:
    return reverse(f"{'areas' if kind == 'area' else 'goals'}:{kind}_follow", args=[name])


@require_safe
def follow_list(request: HttpRequest) -> HttpResponse:
    rows = Subscription.objects.shown_to(request.user).with_things()
    lines = [(row, address_for(row.kind, row.code)) for row in rows]
    return render(request, "goals/follow_list.html", {"nav": "follows", "lines": lines})


@require_POST
def area_follow(request: HttpRequest, area_key: str) -> HttpResponse:
    area = get_object_or_404(Area.objects.live().without_tree_fields(), key=area_key)
    page = reverse("areas:area_detail", args=[area.key])
    cycle = request.POST.get("cycle", "")
    if "\0" not in cycle and Cycle.objects.filter(key=cycle).exists():
        page += f"?cycle={cycle}"
    return _press(request, area, page)


@require_POST
def objective_follow(request: HttpRequest, code: str) -> HttpResponse:
    objective = visible_objective(request, code)
    return _press(request, objective, objective.get_absolute_url())


@require_POST
def key_result_follow(request: HttpRequest, code: str) -> HttpResponse:
    key_result = visible_key_result(request, code)
    return _press(request, key_result, key_result.get_absolute_url())


def _press(request: HttpRequest, thing: Thing, page: str) -> HttpResponse:
    """Follows it; with `undo` no longer. What is so already stays so."""
    try:
        if "undo" in request.POST:
            unsubscribe(thing, by=request.user)
        else:
            subscribe(thing, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("goals:follow_list" if "list" in request.POST else page)
