"""Addresses with a NUL in them: PostgreSQL refuses to look for one, so they must not get that far."""

import pytest

PAGES = [
    "/areas/%00/",
    "/areas/%00/24H2/",
    "/areas/EDGE/%00/",
    "/areas/%00/24H2/roadmap.md",
    "/objectives/%00/",
    "/key-results/%00/",
    "/key-results/%00/check-in/",
    "/check-ins/preview/%00/",
    "/public/%00/EDGE/",
    "/public/24H2/%00/",
    "/api/v1/key-results/%00/",
    "/?cycle=%00",
    "/areas/?cycle=%00",
    "/risks/?cycle=%00",
]


@pytest.mark.parametrize("address", PAGES)
def test_an_address_with_a_nul_names_nothing(client, administrator, address):
    client.force_login(administrator)
    assert client.get(address).status_code == 404


@pytest.mark.django_db
def test_a_visitor_learns_no_more(client):
    assert client.get("/public/24H2/%00/").status_code == 404
