"""Areas and teams, and the people in them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from accounts.models import OrgRole, User
from areas.models import Area, Membership, Role
from bench.reference.shape import TEAMS_OF_AREA, Shape
from bench.reference.tables import Table, written

SUBJECTS = ["Compilers", "Kernels", "Libraries", "Serving", "Data", "Devices", "Tools"]
TEAMS = ["North", "East", "South", "West"]
PEOPLE_OF_THE_WHOLE = {1: OrgRole.ADMINISTRATOR, 2: OrgRole.MANAGER}
# What no password has as its hash: nobody signs in with one.
NO_PASSWORD = "!reference"


def moment(day: date, minutes: int = 0) -> datetime:
    return datetime.combine(day, time(9), tzinfo=UTC) + timedelta(minutes=minutes)


def area_id(team: int) -> int:
    """Areas come first, then all teams; of both, primary keys begin at 1. Teams are counted from 0."""
    return team // TEAMS_OF_AREA + 1


def team_id(team: int, shape: Shape) -> int:
    return shape.areas + team + 1


def team_key(team: int) -> str:
    return f"A{team // TEAMS_OF_AREA + 1}T{team % TEAMS_OF_AREA + 1}"


def person_of_team(team: int, index: int, shape: Shape) -> int:
    """Somebody of a team, by the primary key; the first is its lead."""
    members = max(1, shape.people // shape.teams)
    return 1 + (team + shape.teams * (index % members)) % shape.people


def write_organisation(shape: Shape) -> None:
    first = moment(shape.cycles()[0][0], -24 * 60)
    areas = Table(Area, ["id", "parent_id", "key", "name", "position", "created_at", "updated_at"])
    people = Table(User, ["id", "password", "email", "name", "org_role", "joined_at"])
    memberships = Table(Membership, ["id", "user_id", "area_id", "role", "created_at"])
    with written(areas, people, memberships):
        for index in range(shape.areas):
            name = f"{SUBJECTS[index % len(SUBJECTS)]} {index // len(SUBJECTS) + 1}"
            areas.add(index + 1, None, f"A{index + 1}", name, index, first, first)
        for team in range(shape.teams):
            name = f"{SUBJECTS[team // TEAMS_OF_AREA % len(SUBJECTS)]} {TEAMS[team % TEAMS_OF_AREA]}"
            row = (team_id(team, shape), area_id(team), team_key(team), name, team % TEAMS_OF_AREA)
            areas.add(*row, first, first)
        for index in range(shape.people):
            pk = index + 1
            role = PEOPLE_OF_THE_WHOLE.get(pk, OrgRole.MEMBER)
            people.add(pk, NO_PASSWORD, f"person{pk}@example.org", f"Person {pk:05}", str(role), first)
            team = index % shape.teams
            said = Role.LEAD if index < shape.teams else Role.CONTRIBUTOR
            memberships.add(pk, pk, team_id(team, shape), str(said), first)
