"""Pages of dashboards: the list of one's own, one of them, one of its cards; arranging them."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from areas.permissions import can_manage_cycles
from goals.actions.dashboards import (
    add_card,
    arrange_card,
    change_card,
    change_dashboard,
    create_dashboard,
    create_starter,
    delete_dashboard,
    remove_card,
)
from goals.actions.once import make_once
from goals.actions.refusals import Refused, StaleVersion
from goals.forms.dashboards import CardForm, DashboardForm, StarterForm
from goals.forms.plan import fingerprint_of
from goals.models import Card, Dashboard
from goals.views.card_reading import SHOWN_ALONE, Reading
from goals.views.cards import shown_card, shown_cards
from goals.views.context import chosen_cycle, cycle_context
from goals.views.plan_flow import get_and_post

REMOVE = "remove"


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Where signing in leads to: the person's own start page, or the overview."""
    own = Dashboard.objects.of(request.user).filter(is_start=True).first()
    return redirect("goals:overview") if own is None else redirect(own)


@require_safe
def dashboard_list(request: HttpRequest) -> HttpResponse:
    context = {
        "nav": "dashboards",
        "dashboards": Dashboard.objects.of(request.user).prefetch_related("cards"),
        "offers_starter": can_manage_cycles(request.user),
        "starter_form": StarterForm(),
    }
    return render(request, "goals/dashboard_list.html", context)


@require_safe
def dashboard_detail(request: HttpRequest, dashboard_key: str) -> HttpResponse:
    dashboard = _visible(request, dashboard_key)
    cycle = chosen_cycle(request)
    cards = list(dashboard.cards.all())
    context = {
        **_frame(request, dashboard),
        **cycle_context(request, cycle),
        "crumbs": [(_("Dashboards"), "/dashboards/"), (dashboard.title, "")],
    }
    if cycle is not None:
        reading = Reading(request.user, cycle, today=timezone.localdate())
        context |= {"cards": shown_cards(reading, cards), "today": reading.today}
    return render(request, "goals/dashboard_detail.html", context)


@require_safe
def card_detail(request: HttpRequest, dashboard_key: str, card_id: int) -> HttpResponse:
    """One card with all of its rows, for those that no other page shows with the same filter."""
    dashboard = _visible(request, dashboard_key)
    card = get_object_or_404(dashboard.cards.all(), pk=card_id)
    cycle = chosen_cycle(request)
    if cycle is None:
        raise Http404(_("There is no such cycle."))
    shown = shown_card(Reading(request.user, cycle, today=timezone.localdate(), most=SHOWN_ALONE), card)
    context = {
        **_frame(request, dashboard),
        **cycle_context(request, cycle),
        "crumbs": [
            *((_("Dashboards"), "/dashboards/"), (dashboard.title, dashboard.get_absolute_url())),
            (shown.title, ""),
        ],
        "shown": shown,
        "today": timezone.localdate(),
    }
    return render(request, "goals/card_detail.html", context)


@get_and_post
def dashboard_create(request: HttpRequest) -> HttpResponse:
    form = DashboardForm(
        request.POST if request.method == "POST" else None, instance=Dashboard(owner=_person(request))
    )
    context = {"nav": "dashboards", "crumbs": [(_("Dashboards"), "/dashboards/"), (_("New dashboard"), "")]}
    if request.method == "POST" and form.is_valid():
        try:
            return _made_once(request, form, lambda: create_dashboard(request.user, **form.entered))
        except Refused as refusal:
            return _refused(request, "goals/dashboard_form.html", form, context, refusal)
    return _form(request, "goals/dashboard_form.html", form, context)


@require_POST
def dashboard_starter(request: HttpRequest) -> HttpResponse:
    """The manager's dashboard, one press, however often it is pressed; the person's own from then on."""
    form = StarterForm(request.POST)
    form.is_valid()
    try:
        return _made_once(request, form, lambda: create_starter(request.user))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("goals:dashboard_list")


@get_and_post
def dashboard_edit(request: HttpRequest, dashboard_key: str) -> HttpResponse:
    dashboard = _own(request, dashboard_key)
    form = DashboardForm(request.POST if request.method == "POST" else None, instance=dashboard)
    context = _around(request, dashboard, _("Edit"))
    if request.method == "POST" and form.is_valid():
        try:
            change_dashboard(dashboard, version=form.seen_version, **form.entered)
            return redirect(dashboard)
        except StaleVersion as refusal:
            now = _own(request, dashboard_key)
            return _conflict(
                request, "goals/dashboard_form.html", form, DashboardForm(instance=now), context, refusal
            )
        except Refused as refusal:
            return _refused(request, "goals/dashboard_form.html", form, context, refusal)
    return _form(request, "goals/dashboard_form.html", form, context)


@require_POST
def dashboard_delete(request: HttpRequest, dashboard_key: str) -> HttpResponse:
    dashboard = _own(request, dashboard_key)
    try:
        delete_dashboard(dashboard)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("“%(title)s” is deleted.") % {"title": dashboard.title})
    return redirect("goals:dashboard_list")


@get_and_post
def card_create(request: HttpRequest, dashboard_key: str) -> HttpResponse:
    """First the kind is chosen, then what cards of this kind are about."""
    dashboard = _own(request, dashboard_key)
    kind = request.GET.get("kind", "")
    context = _around(request, dashboard, _("Add a card"))
    if kind not in Card.Kind.values:
        if request.method == "POST":
            raise Http404(_("There is no such kind of card."))
        return render(request, "goals/card_kinds.html", context | {"kinds": Card.Kind.choices})
    form = CardForm(request.POST if request.method == "POST" else None, kind=kind)
    context["kind_label"] = Card.Kind(kind).label
    if request.method == "POST" and form.is_valid():
        try:
            return _made_once(request, form, lambda: add_card(dashboard, kind=kind, **form.entered))
        except Refused as refusal:
            return _refused(request, "goals/card_form.html", form, context, refusal)
    return _form(request, "goals/card_form.html", form, context)


@get_and_post
def card_edit(request: HttpRequest, dashboard_key: str, card_id: int) -> HttpResponse:
    dashboard = _own(request, dashboard_key)
    card = get_object_or_404(dashboard.cards.select_related("dashboard"), pk=card_id)
    form = CardForm(request.POST if request.method == "POST" else None, kind=card.kind, card=card)
    context = _around(request, dashboard, _("Edit the card"))
    context |= {"card": card, "kind_label": card.get_kind_display()}
    if request.method == "POST" and form.is_valid():
        try:
            change_card(card, version=form.seen_version, **form.entered)
            return redirect(card)
        except StaleVersion as refusal:
            now = get_object_or_404(dashboard.cards.select_related("dashboard"), pk=card_id)
            theirs = CardForm(kind=now.kind, card=now)
            return _conflict(request, "goals/card_form.html", form, theirs, context, refusal)
        except Refused as refusal:
            return _refused(request, "goals/card_form.html", form, context, refusal)
    return _form(request, "goals/card_form.html", form, context)


@require_POST
def card_arrange(request: HttpRequest, dashboard_key: str, card_id: int) -> HttpResponse:
    """`to`: up, down, wider, narrower, remove."""
    dashboard = _own(request, dashboard_key)
    card = get_object_or_404(dashboard.cards.select_related("dashboard"), pk=card_id)
    to = request.POST.get("to", "")
    try:
        if to == REMOVE:
            remove_card(card)
            messages.success(request, _("The card is gone."))
        else:
            arrange_card(card, to)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    anchor = "" if to == REMOVE else f"#card-{card.pk}"
    return redirect(f"{dashboard.get_absolute_url()}?arrange=1{anchor}")


def _person(request: HttpRequest) -> Any:
    return request.user


def _visible(request: HttpRequest, dashboard_key: str) -> Dashboard:
    """One's own, or one that its owner shows to whoever has its link. Raises Http404."""
    rows = Dashboard.objects.visible_to(request.user).select_related("owner")
    found: Dashboard = get_object_or_404(rows, key=_readable(dashboard_key))
    return found


def _own(request: HttpRequest, dashboard_key: str) -> Dashboard:
    """Of somebody else's nothing can be changed, and whether it is there is told to who may look alone."""
    found: Dashboard = get_object_or_404(
        Dashboard.objects.of(request.user).select_related("owner"), key=_readable(dashboard_key)
    )
    return found


def _readable(key: str) -> str:
    if "\0" in key:
        raise Http404
    return key


def _frame(request: HttpRequest, dashboard: Dashboard) -> dict[str, Any]:
    is_own = dashboard.owner_id == request.user.pk
    return {
        "nav": "dashboards",
        "dashboard": dashboard,
        "is_own": is_own,
        "is_arranging": is_own and "arrange" in request.GET,
    }


def _around(request: HttpRequest, dashboard: Dashboard, last: str) -> dict[str, Any]:
    crumbs = [(_("Dashboards"), "/dashboards/"), (dashboard.title, dashboard.get_absolute_url()), (last, "")]
    return {"nav": "dashboards", "dashboard": dashboard, "crumbs": crumbs}


def _made_once(request: HttpRequest, form: Any, make: Callable[[], Any]) -> HttpResponse:
    """Sent twice it makes one, and leads to it both times. Raises Refused."""
    led_to, is_new = make_once(
        form.cleaned_data.get("form_id") or uuid4(),
        fingerprint=fingerprint_of(form.data),
        by=request.user,
        now=timezone.now(),
        make=lambda: make().get_absolute_url(),
    )
    if not is_new:
        messages.success(request, _("This was saved already."))
    return redirect(led_to)


def _conflict(
    request: HttpRequest, template: str, form: Any, theirs: Any, context: dict[str, Any], refusal: Refused
) -> HttpResponse:
    """Both versions; what was entered stays, and saved once more it is saved over what is shown."""
    told = {"conflict": refusal.sentence, "typed_stays": True, "differences": form.differences(theirs)}
    typed = form.data.copy()
    typed["version"] = str(theirs.initial["version"])
    form.data = typed
    return render(request, template, context | told | {"form": form}, status=HTTPStatus.CONFLICT)


def _refused(
    request: HttpRequest, template: str, form: Any, context: dict[str, Any], refusal: Refused
) -> HttpResponse:
    form.refuse(refusal)
    is_stale = isinstance(refusal, StaleVersion)
    status = HTTPStatus.CONFLICT if is_stale else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, template, context | {"form": form}, status=status)


def _form(request: HttpRequest, template: str, form: Any, context: dict[str, Any]) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, template, context | {"form": form}, status=status)
