"""The people of the demo: one administrator, one manager, a viewer, a lead and a contributor per area."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count, Q

from accounts.models import OrgRole
from areas.models import Area, Membership, Role

DOMAIN = "example.org"
PASSWORD = "okr-demo-sign-in"  # noqa: S105 - printed at the start; load_demo refuses a database with other people

# Area: lead, contributor. First the areas whose leads owe the most, so that the first sign-in has work to do.
NAMES = {
    "DIST": ("Mara Lindqvist", "Diego Fuentes"),
    "EDGE": ("Sofia Marchetti", "Kenji Mori"),
    "COREL": ("Priya Natarajan", "Jonas Weber"),
    "COMPC": ("Wei Zhang", "Fatima Zahra"),
    "INFRA": ("Daniela Costa", "Marek Zielinski"),
    "TUNE": ("Oluwaseun Adeyemi", "Clara Moreau"),
    "DATA": ("Emeka Okafor", "Ruth Bergmann"),
    "COREP": ("Aiko Tanaka", "Samuel Osei"),
    "COMPD": ("Björn Olsson", "Grace Mwangi"),
    "VIS": ("Nora Petersen", "Arjun Mehta"),
    "REC": ("Leila Haddad", "Pavel Novák"),
    "CORE": ("Ines Albrecht", "Tomás Rocha"),
    "LIB": ("Hanna Kowalska", "Yusuf Demir"),
    "COMP": ("Anneke de Vries", "Luis Herrera"),
}
ADMINISTRATOR = ("admin", "Alex Admin", OrgRole.ADMINISTRATOR)
MANAGER = ("manager", "Morgan Manager", OrgRole.MANAGER)
VIEWER = ("viewer", "Vera Viewer", OrgRole.MEMBER)


def address(name: str) -> str:
    return f"{name}@{DOMAIN}"


def make_people() -> None:
    """Everybody, without roles in areas."""
    for login, name, role in (ADMINISTRATOR, MANAGER, VIEWER):
        _make(login, name, role)
    for key, (lead, contributor) in NAMES.items():
        _make(f"lead.{key.lower()}", lead, OrgRole.MEMBER)
        _make(f"contributor.{key.lower()}", contributor, OrgRole.MEMBER)


def _make(login: str, name: str, role: str) -> None:
    get_user_model().objects.create_user(address(login), PASSWORD, name=name, org_role=role)


def make_memberships() -> None:
    people = {user.email: user for user in get_user_model().objects.all()}
    areas = {area.key: area for area in Area.objects.all()}
    for key in NAMES:
        for role in (Role.LEAD, Role.CONTRIBUTOR):
            user = people[address(f"{role}.{key.lower()}")]
            Membership.objects.create(user=user, area=areas[key], role=role)
    for area in areas.values():
        if area.parent_id is None:
            Membership.objects.create(user=people[address("viewer")], area=area, role=Role.VIEWER)


def administrator() -> Any:
    return get_user_model().objects.get_by_natural_key(address(ADMINISTRATOR[0]))


def is_demo() -> bool:
    """Whether this installation holds the demo and nobody else yet."""
    everybody = get_user_model().objects.aggregate(
        demo=Count("pk", filter=Q(email=address(ADMINISTRATOR[0]))),
        others=Count("pk", filter=~Q(email__endswith=f"@{DOMAIN}")),
    )
    return everybody["demo"] == 1 and everybody["others"] == 0


def examples() -> list[dict[str, Any]]:
    """One person of each role to try the demo with, the lead who owes the most first; none elsewhere."""
    if not is_demo():
        return []
    by_role: dict[str, dict[str, Any]] = {}
    for person in sign_ins():
        by_role.setdefault(person["role"], person)
    return [by_role[role] for role in (Role.LEAD, OrgRole.MANAGER, Role.CONTRIBUTOR, OrgRole.ADMINISTRATOR)]


def sign_ins() -> list[dict[str, Any]]:
    """Who signs in how: {"email", "password", "role", "areas"} for each person of the demo."""
    found = []
    for user in get_user_model().objects.filter(email__endswith=f"@{DOMAIN}").order_by("pk"):
        memberships = list(user.memberships.select_related("area").order_by("area__key"))
        role = user.org_role or (memberships[0].role if memberships else Role.VIEWER)
        found.append(
            {
                "email": user.email,
                "password": PASSWORD,
                "role": str(role),
                "areas": [membership.area.key for membership in memberships],
            }
        )
    return found
