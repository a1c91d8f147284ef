"""Filters are made as far as a request asks for them, and refuse as before what they do not understand."""

import pytest

from areas.api.views import AreaFilters
from areas.models import Area
from areas.tests.factories import AreaFactory

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]


def test_what_is_not_asked_for_is_not_made_and_filters_nothing():
    AreaFactory(key="EDGE", name="Edge")
    AreaFactory(key="CORE", name="Core")
    made = AreaFilters({"q": "edge"}, queryset=Area.objects.all())
    assert list(made.filters) == ["q"]
    assert [area.key for area in made.qs] == ["EDGE"]
    assert AreaFilters({}, queryset=Area.objects.all()).qs.count() == 2


def test_what_is_asked_for_wrongly_is_refused():
    made = AreaFilters({"updated_since": "yesterday"}, queryset=Area.objects.all())
    assert not made.is_valid()
    assert list(made.errors) == ["updated_since"]


def test_the_schema_and_the_check_of_parameters_know_all_of_them():
    assert {"q", "updated_since"} < set(AreaFilters.base_filters)
    AreaFilters({"q": "x"}, queryset=Area.objects.all())
    assert {"q", "updated_since"} < set(AreaFilters.base_filters)
