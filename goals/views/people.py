"""People: the list, adding many at once, and the page of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.audit_words import sentence, told
from accounts.models import AuditEntry, Invitation, User
from areas.models import Area, Membership, Role
from areas.permissions import can_manage_people, can_see_people
from goals.actions.leaving import holdings
from goals.actions.people import add_person
from goals.actions.refusals import Refused
from goals.forms.addresses import Address
from goals.forms.people import AddPeopleForm, OrgRoleForm, PeopleFilterForm, RoleForm

PEOPLE_PER_PAGE = 100
ENTRIES_SHOWN = 50


@dataclass(frozen=True)
class AddedLine:
    """What became of one pasted address: invited, here or refused, and a sentence."""

    address: Address
    outcome: str
    sentence: str
    person: User | None = None


@dataclass(frozen=True)
class RoleLine:
    """A role in an area: given there, or, with `through`, inherited from the area above."""

    area: Area
    role: str
    through: Area | None

    @property
    def label(self) -> str:
        return str(Role(self.role).label)


@dataclass(frozen=True)
class RecordLine:
    """Something that was done to a person, and by whom."""

    made_at: Any
    sentence: str
    by: str


def refuse_strangers(request: HttpRequest, *, writing: bool = False) -> None:
    """Raises PermissionDenied. Managers read about people; administrators alone write."""
    if writing and not can_manage_people(request.user):
        raise PermissionDenied(_("Administrators alone run people and roles."))
    if not can_see_people(request.user):
        raise PermissionDenied(_("Managers and administrators alone see the list of people."))


def person_or_404(person_id: int) -> User:
    """For whom refuse_strangers lets in: they find everybody."""
    return get_object_or_404(User, pk=person_id)


@require_safe
def person_list(request: HttpRequest) -> HttpResponse:
    refuse_strangers(request)
    form = PeopleFilterForm(request.GET)
    memberships = Membership.objects.select_related("area").order_by("area__key")
    people = form.narrow(User.objects.all()).prefetch_related(
        Prefetch("memberships", memberships), Prefetch("invitations", Invitation.objects.open())
    )
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "nav": "people",
        "form": form,
        "now": timezone.now(),
        "page": Paginator(people, PEOPLE_PER_PAGE).get_page(request.GET.get("page")),
        "query": query.urlencode(),
        "can_manage": can_manage_people(request.user),
    }
    return render(request, "goals/person_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def person_add(request: HttpRequest) -> HttpResponse:
    """Answers with what became of every line. No redirect: sent again, it changes nothing more."""
    refuse_strangers(request, writing=True)
    form = AddPeopleForm(request.POST or None)
    lines: list[AddedLine] = []
    if request.method == "POST" and form.is_valid():
        lines = [
            _add(address, form.cleaned_data, by=request.user) for address in form.cleaned_data["addresses"]
        ]
        refused = [line.address.text for line in lines if line.outcome == "refused"]
        kept = {name: request.POST.get(name) for name in ("area", "role")}
        form = AddPeopleForm(initial={"addresses": "\n".join(refused), **kept})
    context = {"nav": "people", "form": form, "lines": lines, "is_mail_off": not settings.REMINDERS_ENABLED}
    return render(request, "goals/person_add.html", context)


def _add(address: Address, chosen: dict[str, Any], *, by: Any) -> AddedLine:
    """One line, in a transaction of its own: what is wrong with it stops no other."""
    try:
        added = add_person(
            address.email,
            name=address.name,
            by=by,
            now=timezone.now(),
            area=chosen["area"],
            role=chosen["role"],
        )
    except Refused as refusal:
        return AddedLine(address, "refused", refusal.sentence)
    return AddedLine(address, "invited" if added.is_invited else "here", added.sentence, added.person)


@require_safe
def person_detail(request: HttpRequest, person_id: int) -> HttpResponse:
    refuse_strangers(request)
    person = person_or_404(person_id)
    can_manage = can_manage_people(request.user)
    held = holdings(person)
    context = {
        "nav": "people",
        "person": person,
        "now": timezone.now(),
        "can_manage": can_manage,
        "is_self": person == request.user,
        "roles": role_lines(person),
        "role_form": RoleForm(auto_id="id_new_%s"),
        "role_choices": Role.choices,
        "org_role_form": OrgRoleForm(initial={"org_role": person.org_role}),
        "invitation": person.invitations.open().select_related("invited_by").first(),
        "held": held,
        "held_count": sum(holding.count for holding in held),
        "tokens": list(person.api_tokens.select_related("area")) if can_manage else [],
        "record": record_of(person, with_tokens=can_manage),
    }
    return render(request, "goals/person_detail.html", context)


def role_lines(person: User) -> list[RoleLine]:
    """Every role by area, in the order of the tree: own ones, and those from above. Two queries."""
    own = {row.area_id: row.role for row in Membership.objects.filter(user=person)}
    areas = list(Area.objects.live().with_tree_fields())
    by_key = {area.pk: area for area in areas}
    lines = []
    for area in areas:
        if area.pk in own:
            lines.append(RoleLine(area, own[area.pk], None))
        above = by_key.get(area.parent_id) if area.parent_id else None
        seen = {area.pk}
        while above is not None and above.pk not in seen:
            seen.add(above.pk)
            if above.pk in own:
                lines.append(RoleLine(area, own[above.pk], above))
            above = by_key.get(above.parent_id) if above.parent_id else None
    return lines


def record_of(person: User, *, with_tokens: bool) -> list[RecordLine]:
    """What was done to a person's account lately, the latest first, out of the record of changes."""
    entries = AuditEntry.objects.of_account(person, with_tokens=with_tokens).select_related("actor")[
        :ENTRIES_SHOWN
    ]
    return [
        RecordLine(row.entry.made_at, sentence(row), row.entry.actor.name if row.entry.actor else "")
        for row in told(entries)
    ]
