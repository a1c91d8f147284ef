"""A roadmap as a document for programs, and what whoever asks owes a check-in on."""

import datetime as dt
import json

import pytest

from accounts.tests.factories import UserFactory
from areas.models import Role
from areas.tests.factories import MembershipFactory
from goals.exchange.markdown_reader import read
from goals.models import Absence, CheckIn, Roadmap
from goals.models.cycle import Visibility
from goals.tests.factories import (
    TODAY,
    AlignmentFactory,
    DependencyFactory,
    KeyResultFactory,
    ObjectiveFactory,
    RoadmapFactory,
    check_in,
)

URL = "/api/v1/roadmaps/EDGE-24H2/document/"
DUE = "/api/v1/me/due/"


def test_a_program_reads_a_roadmap_in_each_format(program, lead, key_result):
    check_in(key_result, 4, author=lead)
    asks = program(lead)
    text = asks.get(URL)
    assert (text.status_code, text["Content-Type"]) == (200, "text/markdown; charset=utf-8")
    assert text["Content-Disposition"] == 'attachment; filename="EDGE-24H2.md"'
    (objective,) = read(text.content.decode()).objectives
    assert objective.key_results[0].title == "Decode speed on a phone"

    told = asks.get(URL, {"format": "json"})
    assert told["Content-Type"] == "application/json"
    assert json.loads(told.content)["objectives"][0]["key_results"][0]["current_value"] == "4"
    assert json.loads(asks.get(URL, headers={"Accept": "application/json"}).content)["code"] == "EDGE-24H2"

    printed = asks.get(URL, {"format": "pdf"})
    assert (printed["Content-Type"], printed.content[:5]) == ("application/pdf", b"%PDF-")
    assert asks.get(URL, headers={"If-None-Match": text["ETag"]}).status_code == 304


def test_an_unknown_format_is_a_problem_and_what_one_may_not_see_is_not_there(program, outsider, objective):
    asks = program(outsider)
    refused = asks.get(URL, {"format": "docx"})
    assert (refused.status_code, refused["Content-Type"]) == (400, "application/problem+json")
    assert refused.json()["errors"][0]["field"] == "format"
    assert asks.get(URL, headers={"Accept": "text/html"}).status_code == 406
    Roadmap.objects.update(visibility=Visibility.RESTRICTED)
    assert asks.get(URL).status_code == 404
    assert asks.get(URL.replace("EDGE", "NOPE")).status_code == 404


def test_a_bound_token_is_told_of_nothing_that_it_does_not_reach(program, manager, edge, core, objective):
    there = ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=objective.roadmap.cycle))
    here = ObjectiveFactory(roadmap=objective.roadmap)
    for other in (there, here):
        AlignmentFactory(supporter=objective, supported=other)
        DependencyFactory(objective=objective, on_objective=other, partner="")
    DependencyFactory(objective=objective, partner="Arm")
    everything = program(manager).get(URL).content.decode()
    bound = program(manager, area=edge).get(URL).content.decode()
    assert everything.count("CORE-24H2") == 2, everything
    assert ("CORE" in bound, bound.count(here.code), "Arm" in bound) == (False, 2, True)
    assert program(manager, area=core).get(URL).status_code == 404


@pytest.fixture
def owed(key_result):
    """The key result of the lead, which nobody reported about for long."""
    assert key_result.owes_check_in(TODAY)
    return key_result


def codes(client) -> list[str]:
    answer = client.get(DUE)
    assert answer.status_code == 200, answer.content
    return [row["code"] for row in answer.json()["results"]]


def test_what_one_owes_is_told_until_it_is_reported(program, lead, contributor, owed):
    KeyResultFactory(objective=owed.objective, owner=contributor)
    asks = program(lead)
    assert codes(asks) == [owed.code]
    check_in(owed, 4, author=lead)
    assert codes(asks) == []


def test_who_is_away_owes_nothing_and_who_stands_in_does(program, lead, contributor, owed):
    week = {"first_on": TODAY, "last_on": TODAY + dt.timedelta(days=6)}
    Absence.objects.create(person=lead, stand_in=contributor, **week)
    assert (codes(program(lead)), codes(program(contributor))) == ([], [owed.code])


def test_a_bound_token_owes_what_it_reaches(program, lead, core, edge, owed):
    assert (codes(program(lead, area=core)), codes(program(lead, area=edge))) == ([], [owed.code])


@pytest.mark.parametrize("number", [1, 10])
def test_queries_do_not_grow_with_what_is_owed(program, edge, objective, django_assert_num_queries, number):
    owner = UserFactory()
    MembershipFactory(user=owner, area=edge, role=Role.CONTRIBUTOR)
    for _ in range(number):
        KeyResultFactory(objective=objective, owner=owner)
    asks = program(owner)
    assert len(codes(asks)) == number
    with django_assert_num_queries(6):
        codes(asks)
    assert CheckIn.objects.count() == 0
