"""Each list in pages costs the same queries for two rows as for all of them; the schema tells the lists.

A new list needs no line here but rows: at least three, of different people and places.
"""

import datetime as dt

import pytest
import yaml
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import ApiToken
from accounts.tests.factories import UserFactory
from areas.tests.factories import AreaFactory
from goals.models import Absence, Acknowledgement, CheckInDraft, Comment, Subscription
from goals.tests.factories import (
    TODAY,
    AlignmentFactory,
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

LONG_AGO = dt.datetime(2024, 7, 1, tzinfo=dt.UTC)


def lists() -> dict[str, list[str]]:
    """Address of each list in pages -> what a row of it can be expanded by."""
    schema = yaml.safe_load((settings.BASE_DIR / "docs" / "openapi.yaml").read_text(encoding="utf-8"))
    found = {}
    for path, methods in schema["paths"].items():
        parameters = {one["name"]: one for one in methods.get("get", {}).get("parameters", [])}
        if "limit" in parameters:
            expand = parameters.get("expand", {}).get("schema", {}).get("items", {})
            found[path] = expand.get("enum", [])
    return found


LISTS = lists()
# Rows of many kinds, and each kind asks for itself: at most so many queries for a hundred rows and more.
BY_KIND = {"/api/v1/activity/": 21, "/api/v1/changes/": 27}


@pytest.fixture
def plenty(edge, cycle, objective, key_result, administrator):
    """Four of everything, each of another person and place; what the parts of addresses stand for."""
    me, risk = administrator, RiskFactory(objective=objective)
    kpi, hook = KpiFactory(area=edge), WebhookFactory(area=edge, owner=me)
    first = check_in(key_result, 1)
    for number in range(4):
        person = UserFactory(name=f"Person {number}")
        area = AreaFactory(key=f"A{number}", name=f"Area {number}", parent=edge)
        later = CycleFactory(
            key=f"{number}X",
            starts_on=dt.date(2026 + number, 1, 1),
            ends_on=dt.date(2026 + number, 6, 30),
            state="planning",
        )
        RoadmapFactory(area=area, cycle=later)
        other = ObjectiveFactory(
            roadmap=RoadmapFactory(area=area, cycle=cycle),
            owner=person,
            reviewer=me,
            reviewer_since=LONG_AGO,
            tags="speed",
        )
        above = ObjectiveFactory(roadmap=other.roadmap, counts_supporters=True)
        ObjectiveFactory(roadmap=objective.roadmap, owner=person)
        of_other = KeyResultFactory(objective=other, owner=person, tags="speed")
        KeyResultFactory(objective=objective, owner=person)
        reported = check_in(of_other, number + 1, author=person)
        check_in(key_result, number + 2, author=person)
        for about in ({"objective": objective}, {"objective": other}, {"check_in": first}):
            Comment.objects.create(author=person, text=f"Comment {number}", **about)
        Acknowledgement.objects.create(check_in=first, person=person)
        Acknowledgement.objects.create(check_in=reported, person=person)
        InitiativeFactory(key_result=key_result, owner=person)
        InitiativeFactory(key_result=of_other, owner=person)
        DependencyFactory(objective=objective, partner="", on_objective=other)
        DependencyFactory(objective=above, partner="", on_objective=objective)
        AlignmentFactory(supporter=objective, supported=above)
        AlignmentFactory(supporter=other, supported=objective)
        ShareFactory(objective=objective, area=area)
        RiskFactory(objective=objective, owner=person, key_result=key_result)
        MitigationFactory(risk=risk, owner=person)
        MitigationFactory(risk=RiskFactory(objective=other, owner=person), owner=person)
        ConcernFactory(risk=risk, objective=other)
        enter(kpi, number, author=person)
        enter(KpiFactory(area=area, owner=person), number)
        DashboardFactory(owner=me, title=f"Dashboard {number}")
        TemplateFactory(area=area, name=f"Template {number}")
        WebhookFactory(area=area, owner=me)
        WebhookDeliveryFactory(webhook=hook)
        Absence.objects.create(
            person=me,
            stand_in=person,
            first_on=TODAY + dt.timedelta(10 * number),
            last_on=TODAY + dt.timedelta(10 * number + 5),
        )
        CheckInDraft.objects.create(author=me, key_result=of_other, value_text="4", value=4, seen_count=1)
        Subscription.objects.create(person=me, objective=other)
        ApiToken.issue(owner=me, scope="read", area=area)
    return {
        "{code}": {
            "key-results": key_result.code,
            "objectives": objective.code,
            "risks": risk.code,
            "roadmaps": objective.roadmap.code,
            "kpis": kpi.code,
        },
        "{sequence}": str(first.sequence),
        "{webhook_id}": str(hook.pk),
    }


def filled_in(path: str, plenty: dict) -> str:
    kind = path.split("/")[3]
    for part, value in plenty.items():
        if part in path:
            path = path.replace(part, value[kind] if isinstance(value, dict) else value)
    return path


def test_no_list_costs_more_for_more_rows(plenty, program, administrator):
    client = program(administrator, "admin")

    def cost(address: str, limit: int) -> tuple[int, int]:
        """Queries, and rows."""
        with CaptureQueriesContext(connection) as counted:
            response = client.get(f"{address}limit={limit}")
        assert response.status_code == 200, (address, response.content)
        return len(counted), len(response.json()["results"])

    assert len(LISTS) > 40
    wrong = {}
    for path, expand in LISTS.items():
        expanded = f"expand={','.join(expand)}&" if expand else ""
        address = f"{filled_in(path, plenty)}?{expanded}"
        cost(address, 1)  # what is noted once a minute is noted
        (of_two, two), (of_all, rows) = cost(address, 2), cost(address, 200)
        if path in BY_KIND:
            costs_the_same = rows > 100 and of_all <= BY_KIND[path]
        else:
            costs_the_same = two == 2 < rows and of_two == of_all
        if not costs_the_same:
            wrong[address] = f"{of_two} queries for {two} rows, {of_all} for {rows}"
    assert not wrong
