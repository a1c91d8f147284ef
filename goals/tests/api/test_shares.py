"""Shares over the API."""

import pytest

from goals.models import Share
from goals.tests.factories import ShareFactory, check_in

WHY = "One product of two areas"
SHARES = "/api/v1/objectives/EDGE-24H2-O1/shares/"


@pytest.fixture
def asks(program):
    def ask(owner, **options):
        return program(owner, "write", **options)

    return ask


@pytest.fixture
def shared(objective, key_result, core):
    check_in(key_result, "2.5")
    return ShareFactory(objective=objective, area=core, weight=2)


def test_an_objective_is_shared_and_names_its_owners(asks, objective, core, lead, outsider):
    program = asks(lead)
    assert program.post(SHARES, {"area": "CORE"}, format="json").status_code == 400  # the cycle has begun
    made = program.post(SHARES, {"area": "CORE", "weight": "2", "reason": WHY}, format="json")
    assert made.status_code == 201
    told = made.json()
    assert (told["objective"], told["shared_from"], told["area"], told["weight"]) == (
        objective.code,
        "EDGE",
        "CORE",
        "2",
    )
    assert program.get(f"/api/v1/objectives/{objective.code}/").json()["shared_with"] == ["CORE"]
    assert [row["area"] for row in asks(outsider).get(SHARES).json()["results"]] == ["CORE"]
    assert asks(outsider).post(SHARES, {"area": "LIB", "reason": WHY}, format="json").status_code == 403
    assert program.post(SHARES, {"area": "NOWHERE", "reason": WHY}, format="json").status_code == 400
    assert program.post(SHARES, {"area": "CORE", "reason": WHY}, format="json").status_code == 400


def test_either_side_weighs_and_ends_it(asks, shared, lead, outsider, contributor):
    address = f"/api/v1/shares/{shared.pk}/"
    for person, weight in ((lead, "3"), (outsider, "0")):
        program = asks(person)
        etag = program.get(address).headers["ETag"]
        answer = program.patch(address, {"weight": weight, "reason": WHY}, format="json", HTTP_IF_MATCH=etag)
        assert (answer.status_code, answer.json()["weight"]) == (200, weight)
    stranger = asks(contributor)
    etag = stranger.get(address).headers["ETag"]
    assert stranger.patch(address, {"weight": "1"}, format="json", HTTP_IF_MATCH=etag).status_code == 403
    program = asks(outsider)
    etag = program.get(address).headers["ETag"]
    assert program.delete(f"{address}?reason=over", HTTP_IF_MATCH=etag).status_code == 204
    assert not Share.objects.exists()


def test_the_tree_lists_it_in_both_areas_and_counts_it_once(asks, shared, objective, lead):
    tree = asks(lead).get("/api/v1/progress/?cycle=24H2").json()
    by_key = {area["key"]: area for area in tree["areas"]}
    (there,) = by_key["CORE"]["objectives"]
    assert (there["code"], there["shared_from"], there["weight"]) == (objective.code, "EDGE", "2")
    (home,) = by_key["LIB"]["teams"][0]["objectives"]
    assert (home["code"], home["shared_from"], home["weight"]) == (objective.code, None, "1")
    assert {tree["completion"], by_key["CORE"]["completion"], by_key["LIB"]["completion"]} == {"0.25"}
    told = asks(lead).get("/api/v1/areas/CORE/explain/?cycle=24H2").json()
    (part,) = told["parts"]
    assert (part["shared_from"], part["why"]) == ("EDGE", "shared by EDGE, counts here with 2")
    (whole,) = asks(lead).get("/api/v1/progress/explain/?cycle=24H2").json()["parts"]
    assert (whole["shared_from"], whole["why"], whole["weight"]) == (None, "", "1")


def test_a_bound_token_is_told_what_it_adds_and_not_which_it_is(asks, shared, objective, core, outsider):
    program = asks(outsider, area=core)
    tree = program.get("/api/v1/progress/?cycle=24H2").json()
    assert (tree["completion"], tree["areas"][0]["objectives"]) == ("0.25", [])
    (part,) = program.get("/api/v1/areas/CORE/explain/?cycle=24H2").json()["parts"]
    assert (part["code"], part["adds"], part["shared_from"]) == ("", "0.25", None)
    assert program.get(f"/api/v1/shares/{shared.pk}/").status_code == 404
