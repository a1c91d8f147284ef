"""A roadmap as a document: the same rules as on pages."""

import io
import re

import pytest
from django.core.cache import cache
from pypdf import PdfReader

from goals.exchange.markdown_reader import read
from goals.models import KeyResult, Roadmap, Visibility
from goals.tests.factories import (
    AlignmentFactory,
    ConcernFactory,
    DependencyFactory,
    InitiativeFactory,
    KeyResultFactory,
    KpiFactory,
    MitigationFactory,
    ObjectiveFactory,
    RiskFactory,
    RoadmapFactory,
)

# Reads alone: what PostgreSQL would refuse shows in the walk over all pages.
pytestmark = pytest.mark.only_on("sqlite")

ADDRESS = "/areas/EDGE/24H2/roadmap.md"


def test_visitor_is_sent_to_sign_in(client, objective):
    assert client.get(ADDRESS)["Location"].startswith("/sign-in/")


def test_document_is_named_after_the_roadmap_and_can_be_read_back(client, outsider, key_result):
    MitigationFactory(risk=RiskFactory(objective=key_result.objective))
    InitiativeFactory(key_result=key_result, title="Order a lab")
    client.force_login(outsider)
    response = client.get(ADDRESS)
    assert response["Content-Type"] == "text/markdown; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="EDGE-24H2.md"'
    document = read(response.content.decode())
    assert [row.title for row in document.objectives] == ["A dependable base for on-device AI"]
    assert [row.title for row in document.objectives[0].key_results] == ["Decode speed on a phone"]
    assert [row.title for row in document.objectives[0].key_results[0].initiatives] == ["Order a lab"]


def test_what_is_restricted_is_absent_for_an_outsider(page, lead, outsider, objective, key_result):
    secret = RoadmapFactory(cycle=objective.roadmap.cycle, visibility=Visibility.RESTRICTED)
    hidden_elsewhere = ObjectiveFactory(roadmap=secret)
    ObjectiveFactory(roadmap=objective.roadmap, title="Hidden objective", visibility=Visibility.RESTRICTED)
    hidden = KeyResultFactory(
        objective=objective, title="Hidden result", visibility=KeyResult.Visibility.RESTRICTED
    )
    InitiativeFactory(key_result=hidden, title="Hidden initiative")
    RiskFactory(objective=objective, title="Hidden risk", visibility=Visibility.RESTRICTED)
    DependencyFactory(objective=objective, partner="", on_objective=hidden_elsewhere)
    mine = page(ADDRESS, user=lead)
    assert all(f"Hidden {what}" in mine for what in ("objective", "result", "initiative", "risk"))
    theirs = page(ADDRESS, user=outsider)
    assert "Hidden" not in theirs
    assert hidden_elsewhere.code not in theirs


def test_what_lies_elsewhere_and_is_hidden_is_not_named(
    client, viewer, manager, objective, key_result, lib, core, cycle
):
    """To whom EDGE is open and CORE and the KPI of LIB are not."""
    theirs = ObjectiveFactory(roadmap=RoadmapFactory(area=core, cycle=cycle, visibility="restricted"))
    AlignmentFactory(supporter=objective, supported=theirs)
    ConcernFactory(risk=RiskFactory(objective=objective), objective=theirs)
    kpi = KpiFactory(area=lib, visibility="restricted")
    KeyResult.objects.filter(pk=key_result.pk).update(kpi=kpi)
    for person, is_told in ((manager, True), (viewer, False)):
        client.force_login(person)
        text = client.get(ADDRESS).content.decode()
        assert (text.count("CORE-24H2-O1"), "LIB-K1" in text) == ((2, True) if is_told else (0, False))


@pytest.mark.parametrize("address", ["/areas/NOPE/24H2/roadmap.md", "/areas/EDGE/99H9/roadmap.md"])
def test_unknown_roadmap_is_not_found(status, lead, objective, address):
    assert status(address, user=lead) == 404


def test_restricted_roadmap_is_not_found_for_an_outsider(status, lead, outsider, objective):
    Roadmap.objects.update(visibility=Visibility.RESTRICTED)
    assert status(ADDRESS, user=outsider) == 404
    assert status(ADDRESS, user=lead) == 200


@pytest.mark.parametrize("number", [1, 10])
def test_queries_do_not_grow_with_the_document(client, manager, roadmap, django_assert_num_queries, number):
    for _index in range(number):
        objective = ObjectiveFactory(roadmap=roadmap, owner=manager)
        MitigationFactory(risk=RiskFactory(objective=objective, owner=manager))
        InitiativeFactory(key_result=KeyResultFactory(objective=objective, owner=manager), owner=manager)
        DependencyFactory(objective=objective)
    client.force_login(manager)
    with django_assert_num_queries(13):
        client.get(ADDRESS)


def test_the_pdf_holds_what_its_reader_sees_with_names_for_addresses(
    client, lead, outsider, objective, key_result
):
    ObjectiveFactory(roadmap=objective.roadmap, title="Hidden objective", visibility=Visibility.RESTRICTED)
    read_by = {}
    for person in (lead, outsider):
        client.force_login(person)
        response = client.get("/areas/EDGE/24H2/roadmap.pdf")
        assert response["Content-Type"] == "application/pdf"
        assert response["Content-Disposition"] == 'inline; filename="EDGE-24H2.pdf"'
        [page] = PdfReader(io.BytesIO(response.content)).pages
        read_by[person] = page.extract_text()
    assert "Hidden objective" in read_by[lead]
    assert "Hidden" not in read_by[outsider]
    assert "Decode speed on a phone" in read_by[outsider]
    assert "Lea Lead" in read_by[outsider]
    assert lead.email not in read_by[outsider]


@pytest.mark.parametrize("address", ["/areas/NOPE/24H2/roadmap.pdf", "/areas/EDGE/99H9/roadmap.pdf"])
def test_there_is_no_pdf_of_what_is_not_there(client, lead, objective, address):
    client.force_login(lead)
    assert client.get(address).status_code == 404


@pytest.fixture(autouse=True)
def _nothing_is_kept():
    cache.clear()


def measured(page, user) -> str:
    """What the page of a roadmap asks for where it does not know the length."""
    text = page("/areas/EDGE/24H2/", user=user)
    assert "Printed" not in text
    [address] = re.findall(r'hx-get="(/areas/EDGE/24H2/remarks/\?mark=[0-9a-f]{32})"', text)
    return page(address, user=user)


def test_the_review_says_to_who_plans_how_long_the_parts_are_and_remarks_on_more_than_a_page(
    page, lead, manager, viewer, objective
):
    short = measured(page, lead)
    assert "Printed: background and focus areas take 0." in short
    assert "one is meant" not in short
    Roadmap.objects.update(background="\n\n".join(["Words that fill the page. " * 12] * 40), version=7)
    text = measured(page, lead)
    assert "Printed, background and focus areas take 1." in text
    assert "one is meant." in text
    # What was measured is known to the page from then on, and to nobody else's.
    text = page("/areas/EDGE/24H2/", user=lead)
    assert "Printed, background and focus areas take 1." in text
    assert "remarks/?mark=" not in text
    assert "Printed" not in page("/areas/EDGE/24H2/", user=manager)
    text = page("/areas/EDGE/24H2/", user=viewer)
    assert "Printed" not in text
    assert "remarks/" not in text
    cycle = objective.roadmap.cycle
    type(cycle).objects.update(state="planning")
    assert "one is meant." in page(f"/cycles/{cycle.key}/activate/", user=manager)


@pytest.mark.parametrize("mark", ["", "../../other", "A" * 32, "0" * 31, "\0"])
def test_a_mark_that_no_page_gave_keeps_nothing(client, page, lead, objective, mark):
    client.force_login(lead)
    response = client.get("/areas/EDGE/24H2/remarks/", {"mark": mark})
    assert "Printed: background" in response.content.decode()
    assert "Printed" not in page("/areas/EDGE/24H2/", user=lead)


def test_the_length_is_told_to_nobody_who_does_not_plan(status, viewer, outsider, objective):
    for person in (viewer, outsider):
        assert status("/areas/EDGE/24H2/remarks/", user=person) == 403
    Roadmap.objects.update(visibility=Visibility.RESTRICTED)
    assert status("/areas/EDGE/24H2/remarks/", user=outsider) == 404
