"""The story that the pages are tested with: EDGE in the middle of 2024 H2, on 14 October."""

import datetime as dt

import pytest
import time_machine

from goals.tests.factories import NOW, KeyResultFactory, check_in


@pytest.fixture(autouse=True)
def middle_of_october():
    """Every page reads the clock; here it stands still."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def reported(key_result):
    """EDGE-24H2-O1-KR1 stands at 3 of 10 tok/s, where 5.7 are expected."""
    check_in(key_result, 3, note="4-bit kernels **merged**")
    return key_result


@pytest.fixture
def page(client):
    """Asks for an address as a person, and answers the page's text; fails unless it is a page."""

    def get(address, *, user=None):
        if user is not None:
            client.force_login(user)
        response = client.get(address)
        assert response.status_code == 200, (address, response.status_code)
        return response.content.decode()

    return get


@pytest.fixture
def status(client):
    """Asks for an address as a person, and answers the status."""

    def get(address, *, user=None):
        if user is not None:
            client.force_login(user)
        return client.get(address).status_code

    return get


@pytest.fixture
def five(objective, lead):
    """Five key results that the lead owes a check-in since today."""
    made = [KeyResultFactory(objective=objective, owner=lead, title=f"Speed {n}") for n in range(1, 6)]
    for number, key_result in enumerate(made, start=1):
        check_in(key_result, number, on=dt.date(2024, 9, 30), note=f"note {number}")
    return made
