"""What administrators change about a person: one form each, then back to the person's page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from areas.permissions import can_see_people
from goals.actions.anonymising import anonymise_person, refusal
from goals.actions.leaving import deactivate_person, holdings
from goals.actions.people import (
    change_org_role,
    give_role,
    invite_again,
    note_export,
    revoke_invitation,
    take_role,
)
from goals.actions.refusals import Refused
from goals.exchange.personal_data import personal_data
from goals.forms.people import AnonymiseForm, AreaForm, HandOverForm, OrgRoleForm, RoleForm
from goals.views.own_data import data_response
from goals.views.people import person_or_404, refuse_strangers


def person_to_change(request: HttpRequest, person_id: int) -> User:
    """Raises PermissionDenied, or Http404 where there is nobody whom the reader could see."""
    refuse_strangers(request)
    person = person_or_404(person_id)
    refuse_strangers(request, writing=True)
    return person


@require_POST
def person_role(request: HttpRequest, person_id: int) -> HttpResponse:
    """Gives or changes the role in one area."""
    person = person_to_change(request, person_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _back(request, person, refused=_("Choose an area and a role."))
    area, role = form.cleaned_data["area"], form.cleaned_data["role"]
    return _do(
        request,
        person,
        lambda: give_role(person, area, role, by=request.user, now=timezone.now()),
        _("The role in %(area)s is saved.") % {"area": area.name},
    )


@require_POST
def person_role_end(request: HttpRequest, person_id: int) -> HttpResponse:
    person = person_to_change(request, person_id)
    form = AreaForm(request.POST)
    if not form.is_valid():
        return _back(request, person, refused=_("There is no such area."))
    area = form.cleaned_data["area"]
    return _do(
        request,
        person,
        lambda: take_role(person, area, by=request.user, now=timezone.now()),
        _("The role in %(area)s is removed.") % {"area": area.name},
    )


@require_POST
def person_org_role(request: HttpRequest, person_id: int) -> HttpResponse:
    person = person_to_change(request, person_id)
    form = OrgRoleForm(request.POST)
    if not form.is_valid():
        return _back(request, person, refused=_("There is no such role."))
    org_role = form.cleaned_data["org_role"]
    return _do(
        request,
        person,
        lambda: change_org_role(person, org_role, by=request.user, now=timezone.now()),
        _("The role in the organisation is saved."),
    )


@require_POST
def person_invite(request: HttpRequest, person_id: int) -> HttpResponse:
    """Sends a fresh invitation; also the way back for somebody who was deactivated."""
    person = person_to_change(request, person_id)
    return _do(
        request,
        person,
        lambda: invite_again(person, by=request.user, now=timezone.now()),
        _("An invitation is on its way to %(email)s.") % {"email": person.email},
    )


@require_POST
def person_invite_end(request: HttpRequest, person_id: int) -> HttpResponse:
    person = person_to_change(request, person_id)
    return _do(
        request,
        person,
        lambda: revoke_invitation(person, by=request.user, now=timezone.now()),
        _("The invitation is revoked; its link lets nobody in."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def person_deactivate(request: HttpRequest, person_id: int) -> HttpResponse:
    """Lists everything the person answers for, and asks to whom it goes."""
    person = person_to_change(request, person_id)
    held = holdings(person)
    form = HandOverForm(request.POST if request.method == "POST" else None, person=person, held=held)
    if request.method == "POST" and form.is_valid():
        try:
            count = deactivate_person(
                person,
                by=request.user,
                now=timezone.now(),
                successors=form.successors,
                successor=form.cleaned_data.get("successor"),
            )
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _deactivated(person, count))
            return redirect("people:person_detail", person.pk)
    context = {
        "nav": "people",
        "person": person,
        "is_self": person == request.user,
        "held": held,
        "held_count": sum(holding.count for holding in held),
        "token_count": person.api_tokens.filter(revoked_at__isnull=True).count(),
        "form": form,
    }
    return render(request, "goals/person_deactivate.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def person_anonymise(request: HttpRequest, person_id: int) -> HttpResponse:
    """Says what stays and what goes, and asks for the address and a reason."""
    person = person_to_change(request, person_id)
    form = AnonymiseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            done = anonymise_person(person, by=request.user, now=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            for field, sentences in refused.errors.items():
                form.add_error(field if field in form.fields else None, sentences)
        else:
            messages.success(request, _("They are %(name)s now.") % {"name": done.name})
            return redirect("people:person_detail", person.pk)
    context = {"nav": "people", "person": person, "form": form, "refusal": refusal(person)}
    return render(request, "goals/person_anonymise.html", context)


@require_POST
def person_data(request: HttpRequest, person_id: int) -> HttpResponse:
    """What is held about somebody, for them; the record notes who took it. Posted, as it writes that."""
    person = person_to_change(request, person_id)
    now = timezone.now()
    data = personal_data(person, now=now, is_for_themselves=person == request.user)
    note_export(person, by=request.user, now=now)
    return data_response(data)


def _deactivated(person: User, count: int) -> str:
    if not count:
        return _("%(name)s is deactivated.") % {"name": person.name}
    words = ngettext(
        "%(name)s is deactivated; %(count)s thing has a new owner.",
        "%(name)s is deactivated; %(count)s things have a new owner.",
        count,
    )
    return words % {"name": person.name, "count": count}


def _do(request: HttpRequest, person: User, act: Callable[[], Any], done: str) -> HttpResponse:
    try:
        act()
    except Refused as refusal:
        return _back(request, person, refused=refusal.sentence)
    messages.success(request, done)
    return _back(request, person)


def _back(request: HttpRequest, person: User, *, refused: str = "") -> HttpResponse:
    if refused:
        messages.error(request, refused)
    # Who gave up their own role may not see the page any more.
    me = User.objects.get(pk=request.user.pk)
    return redirect("people:person_detail", person.pk) if can_see_people(me) else redirect("goals:overview")
