"""The index of what a cycle has public: each roadmap with the figures of its own public page."""

import pytest
from django.urls import reverse

from goals.models import Cycle, KeyResult, Objective, Roadmap, Visibility
from goals.tests.factories import (
    AlignmentFactory,
    AreaFactory,
    KeyResultFactory,
    ObjectiveFactory,
    RoadmapFactory,
    ShareFactory,
    check_in,
)

ADDRESS = "/public/24H2/"


@pytest.fixture
def opened(roadmap, objective, reported):
    """EDGE-24H2 is public, with one public objective whose key result stands at 30 %."""
    Roadmap.objects.update(state="published", visibility="public", title="On the device")
    Objective.objects.update(visibility="public")
    return objective


@pytest.fixture
def core_opened(opened, core, cycle):
    """So is CORE-24H2, whose key result stands at 80 %."""
    other = RoadmapFactory(area=core, cycle=cycle, state="published", visibility="public")
    second = ObjectiveFactory(roadmap=other, visibility="public")
    check_in(KeyResultFactory(objective=second), 8)
    return second


def test_everybody_finds_every_public_roadmap_of_the_cycle(page, core_opened):
    text = page(ADDRESS)
    assert "Public roadmaps · 2024 H2" in text
    assert "On the device" in text
    for key, share in (("EDGE", "30"), ("CORE", "80")):
        assert f'href="/public/24H2/{key}/"' in text
        assert f"{share}\u202f%" in text
    assert f'href="{ADDRESS}"' in page("/public/24H2/EDGE/")


def test_the_figures_are_those_of_each_page_with_what_supports_it_and_is_shared(page, core_opened, opened):
    """Of what counts from elsewhere, what is public counts; of what does not, there is no trace."""
    Objective.objects.update(counts_supporters=True)
    ShareFactory(objective=core_opened, area=opened.roadmap.area)
    supporting = ObjectiveFactory(roadmap=core_opened.roadmap, visibility="public")
    check_in(KeyResultFactory(objective=supporting), 10)
    AlignmentFactory(supported=opened, supporter=supporting)
    hidden = ObjectiveFactory(roadmap=opened.roadmap, title="Hidden")
    check_in(KeyResultFactory(objective=hidden), 10)
    text = page(ADDRESS)
    assert "Hidden" not in text
    for key in ("EDGE", "CORE"):
        own = page(f"/public/24H2/{key}/")
        figure = own.split("page-head__sub")[1].split("·")[1].strip()
        row = text.split(f"/public/24H2/{key}/")[1].split("</tr>")[0]
        assert figure.endswith("%")
        assert figure in row


@pytest.mark.parametrize(
    "fields", [{"state": "draft"}, {"visibility": "internal"}, {"visibility": "restricted"}]
)
def test_a_roadmap_that_is_not_open_leaves_no_trace(page, core_opened, opened, fields):
    Roadmap.objects.filter(area=opened.roadmap.area).update(**fields)
    text = page(ADDRESS)
    assert "Core" in text
    assert "Edge" not in text
    assert "30\u202f%" not in text


def test_what_is_hidden_changes_nothing(page, opened, roadmap, lead, cycle):
    before = page(ADDRESS)
    other = ObjectiveFactory(roadmap=roadmap, visibility=Visibility.RESTRICTED)
    check_in(KeyResultFactory(objective=other, owner=lead), 10)
    check_in(KeyResultFactory(objective=opened, visibility=KeyResult.Visibility.INTERNAL), 10)
    RoadmapFactory(area=AreaFactory(key="PLAN", name="Planned"), cycle=cycle)
    assert page(ADDRESS) == before


@pytest.mark.parametrize("address", ["/public/99H9/", "/public/24H2%00/"])
def test_an_unknown_cycle_is_not_found(status, opened, address):
    assert status(address) == 404


def test_a_cycle_in_which_nothing_is_public_is_not_found_even_by_a_lead(status, roadmap, lead):
    assert Cycle.objects.get().key == "24H2"
    assert status(ADDRESS) == 404
    assert status(ADDRESS, user=lead) == 404


def test_answer_may_be_kept_by_everybody_and_says_nothing_of_who_asks(client, opened, lead):
    response = client.get(ADDRESS)
    assert response["Cache-Control"] == "public, max-age=300"
    assert not response.cookies
    client.force_login(lead)
    signed_in = client.get(ADDRESS)
    assert signed_in.content == response.content
    assert "Cookie" not in signed_in.get("Vary", "")
    assert client.get(ADDRESS, headers={"If-None-Match": response["ETag"]}).status_code == 304
    assert client.post(ADDRESS).status_code == 405


def test_its_queries_do_not_grow_with_what_is_public(
    client, core_opened, cycle, django_assert_max_num_queries
):
    with django_assert_max_num_queries(9) as few:
        client.get(ADDRESS)
    for number in range(5):
        area = AreaFactory(key=f"AREA{number}", name=f"Area {number}")
        roadmap = RoadmapFactory(area=area, cycle=cycle, state="published", visibility="public")
        for _place in range(3):
            check_in(KeyResultFactory(objective=ObjectiveFactory(roadmap=roadmap, visibility="public")), 5)
    with django_assert_max_num_queries(len(few)):
        assert "Area 4" in client.get(reverse("goals:public_cycle", args=["24H2"])).content.decode()
