"""The style guide: with DEBUG alone, and with every component that there is."""

import pytest
from django.conf import settings as product

pytestmark = pytest.mark.only_on("sqlite")


def test_it_is_there_for_those_who_build_pages_alone(client, settings, db):
    assert client.get("/styleguide/").status_code == 404
    settings.DEBUG = True
    assert client.get("/styleguide/").status_code == 200


def test_it_shows_every_component(client, settings, viewer):
    settings.DEBUG = True
    client.force_login(viewer)
    shown = {
        str(template.name).rpartition("/")[2]
        for template in client.get("/styleguide/").templates
        if template.name
    }
    there = {path.name for path in (product.BASE_DIR / "templates" / "components").glob("*.html")}
    assert there - shown == set()


def test_what_was_refused_is_said_at_its_field(client, settings, db):
    settings.DEBUG = True
    text = client.get("/styleguide/").content.decode()
    assert "Enter a number." in text
    assert 'aria-invalid="true"' in text
