"""Webhooks of an area: who is told what, the log of what was sent, and sending it again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from areas.models import Area
from goals.actions.refusals import Refused
from goals.actions.webhooks import (
    change_webhook,
    create_webhook,
    delete_webhook,
    ping_webhook,
    renew_secret,
    replay_delivery,
    start_webhook,
    stop_webhook,
)
from goals.forms.webhooks import WebhookForm
from goals.models import Webhook, WebhookDelivery
from goals.views import plan_flow
from goals.views.context import area_crumbs
from goals.views.plan_flow import AnyPage, get_and_post, refuse_non_editors

DELIVERIES_PER_PAGE = 50
# Which webhook has a secret that was not shown yet: between the form that made it and the page that shows it.
NEW_SECRET = "new_secret"  # noqa: S105


@require_safe
def webhook_list(request: HttpRequest, area_key: str) -> HttpResponse:
    """Those of the area and those of areas above, which are told of it too, as far as one edits them."""
    area = _edited_area(request, area_key)
    rows = Webhook.objects.live().about(area).editable_by(request.user)
    rows = rows.select_related("area", "owner").order_by("area__key", "pk")
    context = {"nav": "areas", "area": area, "webhooks": rows, "crumbs": _crumbs(area)}
    return render(request, "goals/webhook_list.html", context)


@get_and_post
def webhook_create(request: HttpRequest, area_key: str) -> HttpResponse:
    area = _edited_area(request, area_key)
    crumbs = [*_crumbs(area, last=False), (_("New webhook"), "")]
    page = AnyPage("goals/webhook_form.html", _("New webhook"), None, crumbs, crumbs[-2][1], {"area": area})

    def make(entered: dict[str, Any]) -> Webhook:
        hook = create_webhook(area, by=request.user, now=timezone.now(), **entered)
        request.session[NEW_SECRET] = hook.pk
        return hook

    return plan_flow.create(request, page, partial(WebhookForm, instance=Webhook(area=area)), make)


@never_cache
@require_safe
def webhook_detail(request: HttpRequest, webhook_id: int) -> HttpResponse:
    hook = _own(request, webhook_id)
    is_new = request.method == "GET" and request.session.get(NEW_SECRET) == hook.pk
    if is_new:
        del request.session[NEW_SECRET]
    page = Paginator(hook.deliveries.all(), DELIVERIES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "nav": "areas",
        "webhook": hook,
        "now": timezone.now(),
        "secret": hook.secret if is_new else "",
        "page": page,
        "query": "",
        "crumbs": [*_crumbs(hook.area, last=False), (hook.title or hook.host, "")],
    }
    return render(request, "goals/webhook_detail.html", context)


@get_and_post
def webhook_edit(request: HttpRequest, webhook_id: int) -> HttpResponse:
    hook = _own(request, webhook_id)
    crumbs = [*_crumbs(hook.area, last=False), (hook.title or hook.host, hook.get_absolute_url())]
    page = AnyPage(
        "goals/webhook_form.html",
        _("Edit the webhook"),
        None,
        [*crumbs, (_("Edit"), "")],
        hook.get_absolute_url(),
        {"area": hook.area},
    )
    return plan_flow.change(
        request,
        page,
        WebhookForm,
        hook,
        lambda form: change_webhook(
            hook, by=request.user, now=timezone.now(), version=form.seen_version, **form.entered
        ),
    )


@require_POST
def webhook_delete(request: HttpRequest, webhook_id: int) -> HttpResponse:
    hook = _own(request, webhook_id)
    try:
        delete_webhook(hook, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("The webhook is deleted."))
    return redirect("goals:webhook_list", hook.area.key)


@require_POST
def webhook_secret(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """The page it leads to shows the new one, this once."""

    def renew(hook: Webhook, **who: Any) -> None:
        renew_secret(hook, **who)
        request.session[NEW_SECRET] = hook.pk

    return _press(
        request, webhook_id, renew, _("From now on the new secret signs, for a day the one before too.")
    )


@require_POST
def webhook_stop(request: HttpRequest, webhook_id: int) -> HttpResponse:
    stop = partial(stop_webhook, because=gettext_noop("stopped by hand"))
    return _press(request, webhook_id, stop, _("Nothing is sent any more."))


@require_POST
def webhook_start(request: HttpRequest, webhook_id: int) -> HttpResponse:
    return _press(request, webhook_id, start_webhook, _("It is told what happens from now on."))


@require_POST
def webhook_ping(request: HttpRequest, webhook_id: int) -> HttpResponse:
    done = _("A test is on its way; the log tells what became of it.")
    return _press(request, webhook_id, ping_webhook, done)


@require_POST
def delivery_replay(request: HttpRequest, webhook_id: int, delivery_id: int) -> HttpResponse:
    hook = _own(request, webhook_id)
    delivery = get_object_or_404(WebhookDelivery.objects.filter(webhook=hook), pk=delivery_id)

    def replay(_hook: Webhook, **who: Any) -> None:
        replay_delivery(delivery, **who)

    return _press(request, webhook_id, replay, _("It is sent again."))


def _press(request: HttpRequest, webhook_id: int, act: Callable[..., Any], done: str) -> HttpResponse:
    hook = _own(request, webhook_id)
    try:
        act(hook, by=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, done)
    return redirect(hook)


def _edited_area(request: HttpRequest, key: str) -> Area:
    area: Area = get_object_or_404(Area.objects.live(), key=key)
    refuse_non_editors(request, area)
    return area


def _own(request: HttpRequest, webhook_id: int) -> Webhook:
    """Raises Http404, also where the person does not edit the plan of its area."""
    rows = Webhook.objects.live().editable_by(request.user).select_related("area", "owner")
    found: Webhook = get_object_or_404(rows, pk=webhook_id)
    return found


def _crumbs(area: Area, *, last: bool = True) -> list[tuple[str, str]]:
    page = "" if last else reverse("goals:webhook_list", args=[area.key])
    return [*area_crumbs(area, last=False), (_("Webhooks"), page)]
