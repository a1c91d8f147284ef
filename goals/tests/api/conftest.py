"""Programs of the cast, on the fixed day of the factories."""

import pytest
import time_machine
from django.core.cache import cache
from rest_framework.test import APIClient

from accounts.models import ApiToken
from goals.tests.factories import NOW


@pytest.fixture(autouse=True)
def _fixed_day():
    cache.clear()  # requests are counted there, by the minute of the clock
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def program():
    """program(owner, scope="read", area=None): a client with a new token of the owner."""

    def of(owner, scope="read", area=None, **fields) -> APIClient:
        row, token = ApiToken.issue(owner=owner, scope=scope, area=area, **fields)
        client = APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")
        client.token = row
        return client

    return of


@pytest.fixture
def reader(program, outsider):
    """Reads everything internal, and owns nothing of the story."""
    return program(outsider)


@pytest.fixture
def reporter(program, contributor):
    """May check in on everything of EDGE."""
    return program(contributor, "check-in")
