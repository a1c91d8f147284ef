"""The permission table, asked as pages and API ask."""

import pytest
from django.contrib.auth.models import AnonymousUser

from areas.models import Area
from areas.permissions import (
    can_contribute,
    can_edit_plan,
    can_manage_cycles,
    can_manage_people,
    can_see_people,
)

#                 edits the plan, contributes, runs cycles, sees people, runs people
TABLE = {
    "viewer": (False, False, False, False, False),
    "contributor": (False, True, False, False, False),
    "lead": (True, True, False, False, False),
    "outsider": (False, False, False, False, False),
    "manager": (True, True, True, True, False),
    "administrator": (True, True, True, True, True),
    "anonymous": (False, False, False, False, False),
}


@pytest.fixture
def anonymous():
    return AnonymousUser()


@pytest.mark.parametrize("name", TABLE)
def test_the_table(request, edge, name):
    person = request.getfixturevalue(name)
    found = (
        can_edit_plan(person, edge),
        can_contribute(person, edge),
        can_manage_cycles(person),
        can_see_people(person),
        can_manage_people(person),
    )
    assert found == TABLE[name]


def test_who_leads_elsewhere_leads_there(outsider, core, edge):
    assert can_edit_plan(outsider, core)
    assert not can_edit_plan(outsider, edge)


def test_who_leads_a_team_does_not_lead_the_area_above(lead, lib):
    assert not can_edit_plan(lead, lib)
    assert not can_contribute(lead, lib)


def test_managers_need_no_membership(manager, lib, edge, core):
    assert set(Area.objects.editable_by(manager)) == {lib, edge, core}
    assert not Area.objects.member_of(manager).exists()


@pytest.mark.parametrize("name", ["manager", "administrator"])
def test_who_left_runs_nothing(request, name):
    person = request.getfixturevalue(name)
    person.is_active = False
    assert not can_manage_cycles(person)
    assert not can_see_people(person)
    assert not can_manage_people(person)


def test_who_left_has_no_part_of_the_admin(administrator):
    assert administrator.has_perm("areas.change_area")
    assert administrator.has_module_perms("areas")
    administrator.is_active = False
    assert not administrator.has_perm("areas.change_area")
    assert not administrator.has_module_perms("areas")
