"""However often a person says at once that they are away, no two absences overlap."""

import pytest

from goals.models import Absence

pytestmark = pytest.mark.django_db(transaction=True)

WEEKS = 20


def test_no_two_absences_of_a_person_overlap(clients, key_result, lead, contributor):
    for client in clients:
        client.start("be_away", person=lead.pk, stand_in=contributor.pk, weeks=WEEKS)
    answers = [client.answer() for client in clients]
    assert [answer["errors"] for answer in answers] == [[]] * len(clients)
    refused = [code for answer in answers for code in answer["refused"]]
    assert refused == ["invalid"] * WEEKS * (len(clients) - 1)
    assert Absence.objects.filter(person=lead).count() == WEEKS
    assert Absence.objects.values("first_on").distinct().count() == WEEKS
