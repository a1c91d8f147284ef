"""The cast of every test: EDGE is a team of LIB; everybody else's place is told from there."""

import datetime as dt

import pytest

from accounts.models import OrgRole
from accounts.tests.factories import UserFactory
from areas.models import Role
from areas.tests.factories import AreaFactory, MembershipFactory
from goals.tests.factories import CycleFactory, KeyResultFactory, ObjectiveFactory, RoadmapFactory

pytest_plugins = ("okrtracker.tests.plugin",)


@pytest.fixture
def lib(db):
    """The area above."""
    return AreaFactory(key="LIB", name="Libraries")


@pytest.fixture
def edge(lib):
    """The area of the story."""
    return AreaFactory(key="EDGE", name="Edge", parent=lib)


@pytest.fixture
def core(db):
    """Another area, where outsiders are at home."""
    return AreaFactory(key="CORE", name="Core")


@pytest.fixture
def lead(edge):
    user = UserFactory(name="Lea Lead")
    MembershipFactory(user=user, area=edge, role=Role.LEAD)
    return user


@pytest.fixture
def contributor(edge):
    user = UserFactory(name="Con Tributor")
    MembershipFactory(user=user, area=edge, role=Role.CONTRIBUTOR)
    return user


@pytest.fixture
def viewer(edge):
    user = UserFactory(name="Vi Ewer")
    MembershipFactory(user=user, area=edge, role=Role.VIEWER)
    return user


@pytest.fixture
def outsider(core):
    """Leads another area: reads everything internal here, edits nothing."""
    user = UserFactory(name="Out Sider")
    MembershipFactory(user=user, area=core, role=Role.LEAD)
    return user


@pytest.fixture
def manager(db):
    return UserFactory(name="Mana Ger", org_role=OrgRole.MANAGER)


@pytest.fixture
def administrator(db):
    return UserFactory(name="Ad Ministrator", org_role=OrgRole.ADMINISTRATOR)


@pytest.fixture
def cycle(db):
    """2024 H2, active."""
    return CycleFactory()


@pytest.fixture
def into(db):
    """2025 H1, being planned: what 2024 H2 is rolled over into."""
    return CycleFactory(
        key="25H1",
        name="2025 H1",
        state="planning",
        starts_on=dt.date(2025, 1, 1),
        ends_on=dt.date(2025, 6, 30),
    )


@pytest.fixture
def roadmap(edge, cycle):
    """EDGE-24H2."""
    return RoadmapFactory(area=edge, cycle=cycle)


@pytest.fixture
def objective(roadmap, lead):
    """EDGE-24H2-O1."""
    return ObjectiveFactory(roadmap=roadmap, owner=lead, title="A dependable base for on-device AI")


@pytest.fixture
def key_result(objective, lead):
    """EDGE-24H2-O1-KR1: from 0 to 10 tok/s, owned by the lead."""
    return KeyResultFactory(objective=objective, owner=lead, title="Decode speed on a phone")
