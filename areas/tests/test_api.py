"""Areas through the API."""

import pytest
from rest_framework.test import APIClient

from accounts.models import ApiToken
from areas.models import Area
from areas.tests.factories import AreaFactory
from goals.tests.factories import NOW

URL = "/api/v1/areas/"


@pytest.fixture
def reader(outsider):
    _, token = ApiToken.issue(owner=outsider, scope="read")
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")


def keys(answer) -> list[str]:
    return [row["key"] for row in answer.json()["results"]]


def test_an_area_says_what_it_is_part_of(reader, edge):
    body = reader.get(f"{URL}EDGE/").json()
    assert {name: body[name] for name in ("key", "name", "description", "parent", "position", "version")} == {
        "key": "EDGE",
        "name": "Edge",
        "description": "",
        "parent": "LIB",
        "position": 0,
        "version": 1,
    }
    assert body["created_at"].endswith("Z")
    assert body["url"] == "http://127.0.0.1:8000/api/v1/areas/EDGE/"
    assert reader.get(f"{URL}LIB/").json()["parent"] is None


def test_areas_are_found_by_place_and_words(reader, edge, core):
    found = {
        "": ["LIB", "EDGE", "CORE"],
        "area=LIB": ["LIB", "EDGE"],
        "area=CORE": ["CORE"],
        "q=librar": ["LIB"],
    }
    assert {query: sorted(keys(reader.get(f"{URL}?{query}"))) for query in found} == {
        query: sorted(wanted) for query, wanted in found.items()
    }


def test_an_archived_area_leaves_the_list_and_stays_readable(reader, edge):
    Area.objects.filter(pk=edge.pk).update(archived_at=NOW)
    assert "EDGE" not in keys(reader.get(URL))
    assert reader.get(f"{URL}EDGE/").json()["archived_at"] == "2024-10-14T10:00:00Z"


@pytest.mark.parametrize("key", ["NONE", "edge", "ED GE", "%00"])
def test_an_unknown_area_is_not_found(reader, edge, key):
    assert reader.get(f"{URL}{key}/").status_code == 404


def test_a_list_costs_the_same_whatever_its_length(reader, edge, django_assert_num_queries):
    reader.get(URL)  # notes the last use of the token, once a minute
    with django_assert_num_queries(2):
        reader.get(URL)
    for _ in range(10):
        AreaFactory(parent=edge)
    with django_assert_num_queries(2):
        assert len(keys(reader.get(URL))) == 13
