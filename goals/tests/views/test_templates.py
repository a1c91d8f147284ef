"""The pages about templates."""

import uuid

import pytest

from goals.models import KeyResult, Objective, ObjectiveTemplate
from goals.tests.factories import ObjectiveFactory, RoadmapFactory, TemplateFactory

SAVE = "/objectives/EDGE-24H2-O1/template/"
BEGUN = {"title": "Be faster", "kr1-take": "on", "kr1-title": "Speed", "kr1-start_value": "0"}
BEGUN |= {"kr1-target_value": "10", "kr1-due_on": "2024-10-01"}


@pytest.fixture(autouse=True)
def signed_in(client, lead):
    client.force_login(lead)


@pytest.fixture
def template(edge):
    return TemplateFactory(area=edge)


def begin(template):
    return f"/areas/EDGE/24H2/templates/{template.pk}/"


def test_an_objective_is_saved_once_and_shown(client, key_result, page):
    assert SAVE in page("/objectives/EDGE-24H2-O1/")
    told = page(SAVE)
    assert key_result.objective.title in told
    assert "the organisation" not in told
    sent = {"name": "Faster", "of": "area", "form_id": str(uuid.uuid4())}
    addresses = {client.post(SAVE, sent).url for _twice in range(2)}
    [template] = ObjectiveTemplate.objects.all()
    assert addresses == {f"/templates/{template.pk}/"}
    assert "Decode speed on a phone" in page(template.get_absolute_url())
    assert "Faster" in page("/templates/")


def test_of_the_organisation_it_is_a_managers(client, key_result, manager, lead):
    sent = {"name": "Faster", "of": "organisation"}
    assert client.post(SAVE, sent).status_code == 422
    client.force_login(manager)
    assert client.post(SAVE, sent).status_code == 302
    [template] = ObjectiveTemplate.objects.all()
    assert template.area is None
    client.force_login(lead)
    assert client.post(f"{template.get_absolute_url()}archive/").status_code == 403


def test_what_is_restricted_says_so(client, key_result):
    Objective.objects.update(visibility="restricted")
    done = client.post(SAVE, {"name": "Faster", "of": "area"})
    assert done.status_code == 409
    assert "is restricted; everybody reads templates" in done.content.decode()


def test_an_objective_begins_from_what_was_looked_at(client, roadmap, template, page):
    assert "/areas/EDGE/24H2/templates/" in page("/areas/EDGE/24H2/")
    assert begin(template) in page("/areas/EDGE/24H2/templates/")
    told = page(begin(template))
    assert "Speed" in told and 'value="2024-10-01"' in told
    sent = BEGUN | {"kr1-target_value": "12", "form_id": str(uuid.uuid4())}
    for _twice in range(2):
        assert client.post(begin(template), sent).url == "/objectives/EDGE-24H2-O1/"
    assert KeyResult.objects.get().target_value == 12


def test_what_is_not_ticked_is_neither_made_nor_read(client, roadmap, template):
    sent = {"title": "Be faster", "kr1-target_value": "many"}
    assert client.post(begin(template), sent).url == "/objectives/EDGE-24H2-O1/"
    assert not KeyResult.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"kr1-target_value": "many"}, "many"),
        ({"kr1-target_value": "0"}, "Start and target are the same"),
        ({"kr1-title": ""}, "This field is required"),
        ({"title": ""}, "This field is required"),
    ],
)
def test_what_does_not_fit_is_told_and_kept(client, roadmap, template, wrong, sentence):
    done = client.post(begin(template), BEGUN | wrong)
    assert done.status_code == 422
    assert sentence in done.content.decode()
    assert not Objective.objects.exists()


def test_the_sixth_focus_objective_is_remarked_on(client, roadmap, template, page):
    for _number in range(4):
        ObjectiveFactory(roadmap=roadmap)
    assert "5 focus objectives or more" not in page(begin(template))
    ObjectiveFactory(roadmap=roadmap)
    assert "5 focus objectives or more" in page(begin(template))
    assert client.post(begin(template), BEGUN).status_code == 302


def test_it_is_named_anew_archived_and_restored(client, template, page):
    own = template.get_absolute_url()
    assert (
        client.post(f"{own}edit/", {"name": "New", "title": "Be faster", "version": "1"}).status_code == 302
    )
    assert "New" in page(own)
    assert client.post(f"{own}edit/", {"name": "Old", "title": "x", "version": "1"}).status_code == 409
    client.post(f"{own}archive/")
    assert "New" not in page("/templates/")
    assert f"{own}restore/" in page(own)
    client.post(f"{own}restore/")
    assert "New" in page("/templates/")


def test_others_read_and_change_nothing(client, template, outsider, contributor, objective, status):
    own = template.get_absolute_url()
    for user in (outsider, contributor):
        assert status(own, user=user) == 200
        assert status(f"{own}edit/") == status("/areas/EDGE/24H2/templates/") == 403
        assert status(SAVE) == 403
        assert {client.post(f"{own}{way}/").status_code for way in ("archive", "restore")} == {403}
        assert client.post(begin(template), BEGUN).status_code == 403


def test_the_lists_cost_the_same_for_one_and_many(
    client, template, edge, roadmap, django_assert_num_queries, core, cycle
):
    addresses = ("/templates/", "/areas/EDGE/24H2/templates/")

    def cost(address):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries)

    before = [cost(address) for address in addresses]
    RoadmapFactory(area=core, cycle=cycle)
    for _number in range(20):
        TemplateFactory(area=core)
    assert [cost(address) for address in addresses] == before
