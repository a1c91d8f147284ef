"""One world for all tests of a module: made once, in a transaction that is never committed."""

import logging

import pytest
from django.db import transaction

from okrtracker.tests.permissions.world import World, build


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> World:
    with django_db_blocker.unblock(), transaction.atomic():
        logging.disable()  # thousands of refusals, each with a line that nobody reads
        yield build()
        logging.disable(logging.NOTSET)
        transaction.set_rollback(True)


@pytest.fixture
def blank_pages(monkeypatch):
    """What stands on a page is told by other tests; here the status or the rows count, thousands of times."""
    monkeypatch.setattr("django.template.backends.django.Template.render", lambda *args, **kwargs: "")
    monkeypatch.setattr("drf_spectacular.generators.SchemaGenerator.get_schema", lambda *args, **kwargs: {})
