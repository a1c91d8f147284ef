"""Pages on which an objective is shared, and those that show what is."""

import pytest
from django.urls import reverse

from goals.models import Objective, Roadmap, Share
from goals.tests.factories import (
    KeyResultFactory,
    ObjectiveFactory,
    RoadmapFactory,
    ShareFactory,
    check_in,
)

WHY = "One product of two areas"


@pytest.fixture
def shared(objective, key_result, core):
    check_in(key_result, "2.5")
    return ShareFactory(objective=objective, area=core, weight=2)


@pytest.fixture
def core_plan(core, cycle):
    """CORE-24H2, with one objective of its own that is met."""
    roadmap = RoadmapFactory(area=core, cycle=cycle)
    check_in(KeyResultFactory(objective=ObjectiveFactory(roadmap=roadmap)), 10)
    return roadmap


def page_of(objective):
    return objective.get_absolute_url()


def test_the_lead_shares_weighs_and_ends_it(client, lead, objective, core):
    client.force_login(lead)
    create = reverse("goals:share_create", args=[objective.code])
    assert "Share it with an area" in client.get(page_of(objective)).content.decode()
    form = client.get(create)
    assert b"CORE Core" in form.content and b">EDGE Edge<" not in form.content
    answer = client.post(create, {"area": "CORE", "weight": "2", "reason": ""})
    assert answer.status_code == 422 and b"Say why who owns EDGE-24H2-O1 changes" in answer.content
    answer = client.post(create, {"area": "CORE", "weight": "2", "reason": WHY}, follow=True)
    assert b"counts there with 2" in answer.content
    row = Share.objects.get()
    edit, end = (reverse(f"goals:share_{name}", args=[row.pk]) for name in ("edit", "end"))
    client.post(edit, {"weight": "3", "reason": WHY, "version": "1"})
    assert client.post(edit, {"weight": "4", "reason": WHY, "version": "1"}).status_code == 409
    assert client.post(end, {"reason": "", "version": "2"}).status_code == 422
    assert client.post(end, {"reason": WHY, "version": "1"}).status_code == 409
    assert client.post(end, {"reason": WHY, "version": "2"}).status_code == 302
    assert not Share.objects.exists()


def test_leads_of_the_co_owner_weigh_and_end_it_and_offer_nothing(client, outsider, shared, objective):
    client.force_login(outsider)
    page = client.get(page_of(objective)).content.decode()
    edit = reverse("goals:share_edit", args=[shared.pk])
    assert edit in page and "Share it with an area" not in page
    assert client.get(reverse("goals:share_create", args=[objective.code])).status_code == 403
    client.post(edit, {"weight": "0", "reason": WHY, "version": "1"})
    shared.refresh_from_db()
    assert shared.weight == 0
    assert "shown there, not counted" in client.get(page_of(objective)).content.decode()
    end = reverse("goals:share_end", args=[shared.pk])
    assert client.post(end, {"reason": WHY, "version": "2"}).status_code == 302


def test_who_leads_neither_reads_alone(client, contributor, shared, objective):
    client.force_login(contributor)
    edit, end = (reverse(f"goals:share_{name}", args=[shared.pk]) for name in ("edit", "end"))
    assert edit not in client.get(page_of(objective)).content.decode()
    assert {client.get(edit).status_code, client.post(end).status_code} == {403}


def test_what_is_restricted_itself_is_no_page_for_co_owners(client, outsider, shared, objective):
    Objective.objects.update(visibility="restricted")
    client.force_login(outsider)
    for name in ("edit", "end"):
        assert client.get(reverse(f"goals:share_{name}", args=[shared.pk])).status_code == 404
    assert client.get(page_of(objective)).status_code == 404


def test_the_roadmap_of_the_co_owner_lists_and_counts_it(client, outsider, shared, core_plan, key_result):
    client.force_login(outsider)
    page = client.get(core_plan.get_absolute_url()).content.decode()
    assert "Shared with us" in page and "shared by EDGE, counts here with 2" in page
    assert "50\u202f%" in page  # (1 x 100 + 2 x 25) / 3
    assert reverse("goals:check_in_create", args=[key_result.code]) in page
    overview = client.get(reverse("goals:overview")).content.decode()
    assert "shared by EDGE" not in overview  # there it counts once, as of its home
    assert "63\u202f%" in overview  # (100 + 25) / 2


def test_an_area_without_a_roadmap_shows_it_too(client, outsider, shared, core, objective):
    client.force_login(outsider)
    page = client.get(reverse("areas:area_detail", args=[core.key])).content.decode()
    assert "Shared with us" in page and objective.title in page
    tree = client.get(reverse("areas:area_list")).content.decode()
    assert tree.count("25\u202f%") >= 3  # EDGE, LIB above it, and CORE


def test_a_mean_says_that_what_is_shared_is_hidden(client, contributor, shared, core_plan, objective):
    """Of CORE's plan, for who sees all of it but one objective of others."""
    Objective.objects.filter(pk=objective.pk).update(visibility="restricted")
    stranger = contributor
    stranger.memberships.all().delete()
    client.force_login(stranger)
    page = client.get(core_plan.get_absolute_url()).content.decode()
    assert "some parts are hidden from you" in page
    assert objective.title not in page and "shared by EDGE" not in page
    assert "100\u202f%" in page


def test_members_of_the_co_owner_see_it_in_a_restricted_roadmap(
    client, outsider, shared, objective, key_result
):
    Roadmap.objects.filter(pk=objective.roadmap_id).update(visibility="restricted")
    client.force_login(outsider)
    assert client.get(page_of(objective)).status_code == 200
    overview = client.get(reverse("goals:overview")).content.decode()
    assert "25\u202f%" in overview and "some parts are hidden from you" in overview
    answer = client.get(objective.roadmap.get_absolute_url())
    assert answer.status_code == 404


def test_the_public_page_names_co_owners_with_a_public_plan_alone(client, shared, objective, core_plan, lib):
    ShareFactory(objective=objective, area=lib)
    Roadmap.objects.filter(pk=objective.roadmap_id).update(visibility="public", state="published")
    Objective.objects.filter(pk=objective.pk).update(visibility="public")
    address = reverse("goals:public_roadmap", args=["24H2", "EDGE"])
    page = client.get(address).content.decode()
    assert "Shared with" not in page and "CORE" not in page and "LIB" not in page
    Roadmap.objects.filter(pk=core_plan.pk).update(visibility="public", state="published")
    page = client.get(address).content.decode()
    assert "Shared with" in page and "Core" in page and "Libraries" not in page
    theirs = client.get(reverse("goals:public_roadmap", args=["24H2", "CORE"])).content.decode()
    assert objective.title in theirs and "shared by EDGE, counts here with 2" in theirs


def test_a_past_day_shows_who_owned_it_then(client, lead, shared, objective, core_plan):
    client.force_login(lead)
    page = client.get(f"{page_of(objective)}?as_of=2024-08-01").content.decode()
    assert "counts there with 2" not in page
    Share.history.update(history_date="2024-07-02T09:00:00Z")
    for row in (objective, objective.roadmap, objective.key_results.get(), objective.roadmap.cycle):
        type(row).history.update(history_date="2024-07-01T09:00:00Z")
    page = client.get(f"{page_of(objective)}?as_of=2024-08-01").content.decode()
    assert "counts there with 2" in page and reverse("goals:share_edit", args=[shared.pk]) not in page


def test_queries_of_a_roadmap_do_not_grow_with_what_is_shared(
    client, outsider, core_plan, roadmap, core, django_assert_num_queries
):
    client.force_login(outsider)

    def share_another():
        key_result = KeyResultFactory(objective=ObjectiveFactory(roadmap=roadmap))
        ShareFactory(objective=key_result.objective, area=core)

    share_another()
    client.get(core_plan.get_absolute_url())
    with django_assert_num_queries(40, exact=False) as few:
        client.get(core_plan.get_absolute_url())
    for _row in range(4):
        share_another()
    with django_assert_num_queries(len(few)):
        client.get(core_plan.get_absolute_url())
