"""A small organisation with one of everything, its people signed in once, and a way to ask as any of them.

EDGE is the area of the story and CORE another one. EDGE-24H2 and CORE-24H2 are for everybody who signs in,
the first one for the world too; EDGE-25H1 is restricted to the people of EDGE.
"""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any

import orjson
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from django.utils.http import urlencode

from accounts.models import ApiToken, Invitation, OrgRole, Scope, TrustedBrowser, User
from accounts.models.invitation import GOOD_FOR, token_of
from accounts.models.token import digest_of
from accounts.sign_in.sessions import SEEN, STARTED
from accounts.tests.factories import UserFactory
from areas.models import Area, Role
from areas.tests.factories import AreaFactory, MembershipFactory
from goals.models import (
    Absence,
    Alignment,
    CheckInDraft,
    Comment,
    Concern,
    Cycle,
    Dependency,
    Initiative,
    InterimTarget,
    KeyResult,
    Mitigation,
    Objective,
    Risk,
    Roadmap,
    SavedFilter,
    Share,
    Subscription,
    Visibility,
)
from goals.tests.factories import (
    AlignmentFactory,
    CardFactory,
    ConcernFactory,
    CycleFactory,
    DashboardFactory,
    DependencyFactory,
    InitiativeFactory,
    KeyResultFactory,
    KpiFactory,
    MitigationFactory,
    ObjectiveFactory,
    RiskFactory,
    RoadmapFactory,
    ShareFactory,
    TemplateFactory,
    WebhookDeliveryFactory,
    WebhookFactory,
    check_in,
    enter,
)

PASSWORD = "a password of nobody else"
NONCE = "a nonce"
PERSON, TOKEN, BROWSER, ABSENCE = 900_001, 900_002, 900_006, 900_009
ROWS = {
    "own": {"area_key": "EDGE", "cycle_key": "24H2"},
    "other": {"area_key": "CORE", "cycle_key": "24H2"},
    "restricted": {"area_key": "EDGE", "cycle_key": "25H1"},
}
# What has a serial number and no code: which one belongs to which row.
SERIALS = {
    "mitigation_id": {"own": 900_003, "other": 910_003, "restricted": 920_003},
    "need_id": {"own": 900_004, "other": 910_004, "restricted": 920_004},
    "dependency_id": {"own": 900_004, "other": 910_004, "restricted": 920_004},
    "initiative_id": {"own": 900_007, "other": 910_007, "restricted": 920_007},
    "comment_id": {"own": 900_005, "other": 910_005, "restricted": 920_005},
    "concern_id": {"own": 900_008, "other": 910_008, "restricted": 920_008},
    "alignment_id": {"own": 900_007, "other": 910_007, "restricted": 920_007},
    "follow_id": {"own": 900_010, "other": 910_010, "restricted": 920_010},
    "share_id": {"own": 900_009, "other": 910_009, "restricted": 920_009},
    "template_id": {"own": 900_010, "other": 910_010, "restricted": 920_010},
    "webhook_id": {"own": 900_012, "other": 910_012, "restricted": 920_012},
    "delivery_id": {"own": 900_013, "other": 910_013, "restricted": 920_013},
    "card_id": {"own": 900_011, "other": 910_011, "restricted": 920_011},
    "filter_id": {"own": 900_014, "other": 910_014, "restricted": 920_014},
    "dashboard_key": {
        "own": "9000000000000001",
        "other": "9000000000000002",
        "restricted": "9000000000000003",
    },
}

WRITE = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"(\w+)"', re.IGNORECASE)
# A session is no row that anybody owns; what is kept in it belongs to the answer.
SESSIONS = {"django_session", "usersessions_usersession"}
# Nor is the order in which changes came to be seen: whoever reads them first gives it.
ORDER = {"goals_change", "goals_changecount"}


@dataclass
class Actor:
    """Somebody, or some program, that asks. Each time with the cookies of its sign-in."""

    name: str
    user: User | None = None
    headers: dict[str, str] = field(default_factory=dict)
    client: Client = field(default_factory=Client)
    cookies: str = ""

    def ask(self, method: str, path: str, data: Any = None, **headers: str) -> Any:
        self.client.cookies = SimpleCookie(self.cookies)
        is_for_programs = path.startswith("/api/")
        encode = orjson.dumps if is_for_programs else lambda form: urlencode(form, doseq=True)
        kind = "application/json" if is_for_programs else "application/x-www-form-urlencoded"
        body = b"" if data is None else encode(data)
        return self.client.generic(method, path, body, kind, headers=self.headers | headers)


def with_session(name: str, user: User, **options: Any) -> Actor:
    actor = Actor(name, user, client=Client(**options))
    actor.client.force_login(user)
    session = actor.client.session
    # Nothing about the session is due while the tests run, so that reading writes nothing at all.
    session[STARTED], session[SEEN] = time.time(), time.time() + 24 * 60 * 60
    session.save()
    actor.cookies = actor.client.cookies.output(header="", sep=";")
    return actor


def with_token(name: str, owner: User, scope: str, *, area: Area | None = None, **fields: Any) -> Actor:
    row, token = ApiToken.issue(owner=owner, scope=scope, area=area)
    ApiToken.objects.filter(pk=row.pk).update(last_used_at=timezone.now() + dt.timedelta(days=1), **fields)
    return Actor(name, owner, {"Authorization": f"Bearer {token}"})


@dataclass
class World:
    actors: dict[str, Actor]

    def ask(self, actor: str, method: str, path: str, data: Any = None, **headers: str) -> Any:
        return self.actors[actor].ask(method, path, data, **headers)

    def person(self, actor: str) -> User:
        user = self.actors[actor].user
        assert user is not None
        return user


@contextmanager
def taken_back() -> Iterator[None]:
    """What is written inside never happened."""
    savepoint = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(savepoint)


@contextmanager
def tables_written() -> Iterator[set[str]]:
    """The tables that anything inside writes to, sessions apart; filled while it runs."""
    written: set[str] = set()

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if (match := WRITE.match(sql)) and match[1] not in SESSIONS | ORDER:
            written.add(match[1])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield written


def build() -> World:
    """Has to be called in a transaction that is rolled back in the end."""
    core, edge = AreaFactory(key="CORE"), AreaFactory(key="EDGE", parent=AreaFactory(key="LIB"))
    people = _people(edge, core)
    _plans(edge, core, people)
    _odds_and_ends(people)
    return World({actor.name: actor for actor in _actors(people, core)})


def _people(edge: Area, core: Area) -> dict[str, User]:
    password = make_password(PASSWORD)

    def person(name: str, **fields: Any) -> User:
        return UserFactory(name=name, password=password, **fields)

    def member(name: str, area: Area, role: str) -> User:
        user = person(name)
        MembershipFactory(user=user, area=area, role=role)
        return user

    return {
        "viewer": member("Vi Ewer", edge, Role.VIEWER),
        "contributor": member("Con Tributor", edge, Role.CONTRIBUTOR),
        "lead": member("Lea Lead", edge, Role.LEAD),
        "other viewer": member("Ovi Ewer", core, Role.VIEWER),
        "other contributor": member("Ocon Tributor", core, Role.CONTRIBUTOR),
        "other lead": member("Olea Lead", core, Role.LEAD),
        "of no area": person(name="No Area"),
        "owner": person(name="Own Er"),
        "manager": person(name="Mana Ger", org_role=OrgRole.MANAGER),
        "administrator": person(name="Ad Ministrator", org_role=OrgRole.ADMINISTRATOR),
        "deactivated": person(name="Gone Away", org_role=OrgRole.ADMINISTRATOR),
    }


def _plans(edge: Area, core: Area, people: dict[str, User]) -> None:
    now = timezone.localdate()
    half, next_half = (
        CycleFactory(key=key, name=key, starts_on=now - dt.timedelta(90), ends_on=now + dt.timedelta(90))
        for key in ("24H2", "25H1")
    )
    CycleFactory(
        key="25H2",
        name="25H2",
        state=Cycle.State.PLANNING,
        starts_on=now + dt.timedelta(91),
        ends_on=now + dt.timedelta(270),
    )
    for row, area, cycle, owner, author in (
        ("own", edge, half, "owner", "owner"),
        ("other", core, half, "other lead", "other contributor"),
        ("restricted", edge, next_half, "lead", "contributor"),
    ):
        serial = {part: serials[row] for part, serials in SERIALS.items()}
        lead = people["other lead" if area == core else "lead"]
        roadmap = RoadmapFactory(area=area, cycle=cycle, title=f"The plan of {area.key}")
        # What counts its supporters in the world also counts none of those that are hidden from somebody.
        objective = ObjectiveFactory(roadmap=roadmap, owner=lead, counts_supporters=area == core)
        key_result = KeyResultFactory(objective=objective, owner=people[owner])
        check_in(key_result, 3, author=people[author], on=now - dt.timedelta(30))
        CheckInDraft.objects.create(
            author=lead, key_result=key_result, value_text="4", value=4, status="on_track", seen_count=1
        )
        risk = RiskFactory(objective=objective, key_result=key_result)
        MitigationFactory(pk=serial["mitigation_id"], risk=risk)
        InitiativeFactory(pk=serial["initiative_id"], key_result=key_result)
        # To be moved, one needs another.
        InitiativeFactory(key_result=key_result, title="Another one", owner=people[owner])
        DependencyFactory(pk=serial["need_id"], objective=objective)
        # Items of excellence have numbers of their own: B1 is supported, B2 may come to be.
        above, _free = (ObjectiveFactory(roadmap=roadmap, kind="excellence") for _ in "ab")
        AlignmentFactory(pk=serial["alignment_id"], supporter=objective, supported=above)
        # With an area that nobody here leads, so that who edits the plan at home is who may.
        ShareFactory(pk=serial["share_id"], objective=objective, area=Area.objects.get(key="LIB"))
        # Of what no address is about, so that whoever follows something anew follows it for the first time.
        Subscription.objects.create(pk=serial["follow_id"], person=lead, objective=above)
        ConcernFactory(pk=serial["concern_id"], risk=risk, objective=above)
        TemplateFactory(pk=serial["template_id"], area=area)
        dashboard = DashboardFactory(owner=lead, key=serial["dashboard_key"])
        CardFactory(pk=serial["card_id"], dashboard=dashboard)
        CardFactory(dashboard=dashboard, position=2)
        SavedFilter.objects.create(
            pk=serial["filter_id"], owner=lead, page="risk_list", name=row, query="show=stale"
        )
        hook = WebhookFactory(pk=serial["webhook_id"], area=area, owner=lead)
        WebhookDeliveryFactory(pk=serial["delivery_id"], webhook=hook)
        Comment.objects.create(pk=serial["comment_id"], objective=objective, author=lead, text="Go on.")
    for area, owner in ((edge, "owner"), (core, "other lead")):
        kpi = KpiFactory(area=area, owner=people[owner], added_on=now - dt.timedelta(60))
        enter(kpi, 3, on=now - dt.timedelta(30))
    Roadmap.objects.filter(area=edge, cycle=next_half).update(visibility=Visibility.RESTRICTED)
    Roadmap.objects.filter(area=edge, cycle=half).update(
        visibility=Visibility.PUBLIC, state=Roadmap.State.PUBLISHED
    )
    Objective.objects.filter(roadmap__area=edge, roadmap__cycle=half).update(visibility=Visibility.PUBLIC)
    date_back()


def date_back() -> None:
    """What was made just now was there last week, so that past days tell of it."""
    last_week = timezone.now() - dt.timedelta(days=7)
    plan = (Cycle, Roadmap, Objective, Alignment, Share, KeyResult, InterimTarget, Initiative)
    for model in (*plan, Risk, Mitigation, Concern, Dependency):
        model.history.filter(history_date__gt=last_week).update(history_date=last_week)


def _odds_and_ends(people: dict[str, User]) -> None:
    """Somebody invited, a token to take back, a browser to forget."""
    invited = UserFactory(pk=PERSON, name="In Vited", is_active=False)
    made_at = timezone.now() - dt.timedelta(hours=1)
    invitation = Invitation.objects.create(
        user=invited,
        invited_by=people["administrator"],
        nonce=NONCE,
        digest=digest_of(token_of(NONCE)),
        expires_at=made_at + GOOD_FOR,
    )
    Invitation.objects.filter(pk=invitation.pk).update(created_at=made_at)
    MembershipFactory(user=invited, area=Area.objects.get(key="CORE"), role=Role.VIEWER)
    ApiToken.objects.create(pk=TOKEN, owner=people["lead"], prefix="okr_sample", digest="0" * 64)
    # No actor, so that everybody may name them.
    UserFactory(name="Stan Din", org_role=OrgRole.MANAGER)
    later = timezone.localdate() + dt.timedelta(days=30)
    Absence.objects.create(
        pk=ABSENCE, person=people["lead"], stand_in=people["contributor"], first_on=later, last_on=later
    )
    TrustedBrowser.objects.create(pk=BROWSER, user=people["lead"], digest="0" * 64)


def _actors(people: dict[str, User], core: Area) -> Iterator[Actor]:
    lead, left = people["lead"], people["deactivated"]
    yield Actor("visitor")
    yield from (with_session(name, user) for name, user in people.items())
    yield with_session("without CSRF token", people["administrator"], enforce_csrf_checks=True)
    for scope in Scope:
        yield with_token(f"token: {scope}", lead, scope)
    yield with_token("token: bound", lead, Scope.WRITE, area=core)
    yield with_token("token: manager's, bound", people["manager"], Scope.WRITE, area=core)
    yield with_token("token: manager's", people["manager"], Scope.WRITE)
    yield with_token("token: administrator's", people["administrator"], Scope.ADMIN)
    yield with_token("token: administrator's, write", people["administrator"], Scope.WRITE)
    yield with_token("token: expired", lead, Scope.ADMIN, expires_at=timezone.now() - dt.timedelta(1))
    yield with_token("token: revoked", lead, Scope.ADMIN, revoked_at=timezone.now())
    yield with_token("token: of who left", left, Scope.ADMIN)
    # Behind the back of what ends sessions: it has to be enough that the row says so.
    User.objects.filter(pk=left.pk).update(is_active=False)
