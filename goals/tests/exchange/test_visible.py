"""A document holds what its reader sees of the plan, and names of other plans what its reader sees there."""

import pytest
from rest_framework.test import APIClient

from accounts.models import ApiToken
from goals.exchange.visible import with_visible_plan
from goals.models import KeyResult, Roadmap
from goals.tests.factories import (
    AlignmentFactory,
    ConcernFactory,
    DependencyFactory,
    KeyResultFactory,
    KpiFactory,
    ObjectiveFactory,
    RiskFactory,
    RoadmapFactory,
)

SECRETS = ("Hidden objective", "Hidden key result", "Hidden risk")


@pytest.fixture
def codes(edge, lib, cycle, objective, key_result):
    """Of what is restricted in the plan and in others; the plan names each once."""
    hidden = ObjectiveFactory(roadmap=objective.roadmap, visibility="restricted", title=SECRETS[0])
    KeyResultFactory(objective=objective, visibility="restricted", title=SECRETS[1])
    RiskFactory(objective=objective, visibility="restricted", title=SECRETS[2])
    others = [
        ObjectiveFactory(roadmap=roadmap, visibility="restricted")
        for roadmap in [RoadmapFactory(area=lib, cycle=cycle)] * 2
    ]
    ConcernFactory(risk=RiskFactory(objective=objective), objective=hidden)
    DependencyFactory(objective=objective, partner="", on_objective=others[0])
    AlignmentFactory(supporter=objective, supported=others[1])
    ConcernFactory(risk=RiskFactory(objective=objective), objective=others[0])
    kpis = [KpiFactory(area=area, visibility="restricted") for area in (edge, lib)]
    KeyResult.objects.filter(pk=key_result.pk).update(kpi=kpis[0])
    KeyResultFactory(objective=objective, kpi=kpis[1])
    return {hidden.code, *(row.code for row in (*kpis, *others))}


def read(person, **bound) -> str:
    _row, token = ApiToken.issue(owner=person, scope="read", **bound)
    client = APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")
    answer = client.get("/api/v1/roadmaps/EDGE-24H2/document/?format=md")
    assert answer.status_code == 200
    return answer.content.decode()


def named(text: str, codes: set[str]) -> set[str]:
    """As documents write them: those of the plan itself without its code."""
    return {code for code in codes if code in text or f"{code.rpartition('24H2-')[2]}" in text.split()}


def test_others_read_nothing_that_is_restricted(codes, outsider):
    text = read(outsider)
    assert "A dependable base for on-device AI" in text
    assert not [secret for secret in SECRETS if secret in text]
    assert not named(text, codes)


def test_what_is_restricted_itself_has_no_document(client, roadmap, key_result, outsider, lead):
    Roadmap.objects.update(visibility="restricted")
    for person, status in ((outsider, 404), (lead, 200)):
        client.force_login(person)
        assert client.get("/areas/EDGE/24H2/roadmap.md").status_code == status
        assert with_visible_plan(person).exists() == (status == 200)


def test_managers_read_all_of_it_and_with_a_bound_token_what_is_in_their_area(codes, manager, edge):
    text = read(manager)
    assert [secret for secret in SECRETS if secret in text] == list(SECRETS)
    assert named(text, codes) == codes
    assert named(read(manager, area=edge), codes) == {code for code in codes if code.startswith("EDGE")}
