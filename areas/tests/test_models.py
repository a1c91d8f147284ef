"""The tree of areas, and roles that hold for everything below."""

import pytest
from django.core.exceptions import ValidationError

from accounts.tests.factories import UserFactory
from areas.models import Area, Membership, Role
from areas.tests.factories import AreaFactory, MembershipFactory


@pytest.fixture
def team(edge):
    """A team of EDGE: LIB > EDGE > EDGETOOLS."""
    return AreaFactory(key="EDGETOOLS", parent=edge)


def test_below_is_everything_on_the_way_down(lib, edge, team, core):
    assert set(Area.objects.at_or_below([lib])) == {lib, edge, team}
    assert set(Area.objects.at_or_below([edge.pk, core.pk])) == {edge, team, core}
    assert not Area.objects.at_or_below([]).exists()
    assert not Area.objects.live().at_or_below(Area.objects.none()).exists()


@pytest.mark.parametrize(
    ("role", "edits", "contributes"),
    [(Role.LEAD, True, True), (Role.CONTRIBUTOR, False, True), (Role.VIEWER, False, False)],
)
def test_a_role_holds_for_everything_below_and_nothing_beside_or_above(
    lib, edge, team, core, role, edits, contributes
):
    person = UserFactory()
    MembershipFactory(user=person, area=edge, role=role)
    assert set(Area.objects.member_of(person)) == {edge, team}
    assert set(Area.objects.editable_by(person)) == ({edge, team} if edits else set())
    assert set(Area.objects.contributable_by(person)) == ({edge, team} if contributes else set())


def test_the_stronger_of_two_roles_holds_where_both_do(lib, edge, team):
    person = UserFactory()
    MembershipFactory(user=person, area=lib, role=Role.LEAD)
    MembershipFactory(user=person, area=edge, role=Role.VIEWER)
    assert set(Area.objects.editable_by(person)) == {lib, edge, team}


@pytest.mark.parametrize("place", ["itself", "child", "grandchild"])
def test_an_area_is_not_moved_below_itself(lib, edge, team, place):
    lib.parent = {"itself": lib, "child": edge, "grandchild": team}[place]
    with pytest.raises(ValidationError) as refusal:
        lib.full_clean()
    assert refusal.value.message_dict == {
        "parent": ["An area is part of neither itself nor an area below it."]
    }


def test_a_team_moves_to_another_area(team, core):
    team.parent = core
    team.full_clean()
    team.save()
    assert set(Area.objects.at_or_below([core])) == {core, team}


def test_a_loop_that_came_about_anyway_ends_every_walk(lib, edge, team):
    """Two moves at once, each fine by itself; no constraint can refuse them."""
    Area.objects.filter(pk=lib.pk).update(parent=team)
    assert set(Area.objects.without_tree_fields().at_or_below([edge])) == {lib, edge, team}


@pytest.mark.parametrize("key", ["edge", "E", "1EDGE", "EDGE TOOLS", "EDGÉ", "ABCDEFGHIJKLM", "EDGE\n"])
def test_a_key_is_short_and_plain(db, key):
    with pytest.raises(ValidationError) as refusal:
        Area(key=key, name="Edge").full_clean()
    assert set(refusal.value.message_dict) == {"key"}


def test_two_areas_never_share_a_key(edge):
    with pytest.raises(ValidationError) as refusal:
        Area(key="EDGE", name="Another").full_clean()
    assert set(refusal.value.message_dict) == {"key"}


def test_archived_areas_are_not_live(lib, edge):
    Area.objects.filter(pk=edge.pk).update(archived_at="2024-10-14T10:00Z")
    assert list(Area.objects.live()) == [lib]


def test_a_role_says_who_where_and_what(lead, edge):
    assert str(Membership.objects.get()) == "Lea Lead: lead, Edge"
