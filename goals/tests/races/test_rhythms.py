"""The rhythm in force is stored with every area below; writers at once must not leave a wrong one behind."""

import pytest

from areas.models import Area
from areas.tests.factories import AreaFactory

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 10


def test_rhythms_set_at_once_above_each_other_are_in_force_as_they_stand(clients, lead, lib, edge):
    """Round by round, as only the last two writers of a round could leave a wrong rhythm behind."""
    deep = AreaFactory(key="DEEP", parent=AreaFactory(key="MID", parent=edge))
    areas = [lib, edge, deep.parent, deep]
    for rhythm in range(30, 30 + ROUNDS):
        for place, (client, area) in enumerate(zip(clients, areas, strict=True), start=1):
            last = rhythm if area == lib else None
            days = [place, None, 10 + place, last]
            client.start("set_rhythms", area=area.pk, by=lead.pk, days=days)
        assert [client.answer()["errors"] for client in clients] == [[]] * len(clients)
        rows = Area.objects.without_tree_fields().order_by("pk")
        assert [row.rhythm_days for row in rows] == [rhythm] * len(areas)
