"""Being away, said by programs."""

import datetime as dt

import pytest

from areas.models import Area
from areas.tests.factories import MembershipFactory
from goals.models import Absence, Roadmap
from goals.tests.factories import TODAY, KeyResultFactory

ABSENCES = "/api/v1/absences/"
NEXT_WEEK = {"first_on": str(TODAY + dt.timedelta(7)), "last_on": str(TODAY + dt.timedelta(11))}


def away(program, somebody, **more):
    return program.post(ABSENCES, NEXT_WEEK | {"stand_in": somebody.email} | more, format="json")


def test_who_is_away_says_so_and_the_stand_in_reads_it(program, lead, contributor, outsider, key_result):
    made = away(program(lead, "write"), contributor, note="Call me")
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["person"], told["stand_in"], told["left_out"]) == (lead.email, contributor.email, [])
    for somebody in (lead, contributor):
        (row,) = program(somebody).get(ABSENCES).json()["results"]
        assert row == {name: value for name, value in told.items() if name != "left_out"}
    assert program(outsider).get(ABSENCES).json()["results"] == []
    address = f"{ABSENCES}{told['id']}/"
    assert program(contributor, "write").delete(address).status_code == 404
    assert program(lead, "write").delete(address).status_code == 204
    assert not Absence.objects.exists()


def test_one_that_has_begun_ends_with_yesterday(program, lead, contributor, key_result):
    row = Absence.objects.create(
        person=lead,
        stand_in=contributor,
        first_on=TODAY - dt.timedelta(2),
        last_on=TODAY + dt.timedelta(2),
    )
    program = program(lead, "write")
    assert program.delete(f"{ABSENCES}{row.pk}/").status_code == 204
    row.refresh_from_db()
    assert row.last_on == TODAY - dt.timedelta(1)
    assert program.get(ABSENCES).json()["results"] == []
    assert program.delete(f"{ABSENCES}{row.pk}/").status_code == 404


def test_what_the_stand_in_does_not_see_is_named(program, lead, outsider, objective, key_result):
    KeyResultFactory(objective=objective, owner=lead)
    objective.key_results.filter(number=1).update(visibility="restricted")
    told = away(program(lead, "write"), outsider).json()
    assert told["left_out"] == [key_result.code]
    Absence.objects.all().delete()
    Roadmap.objects.update(visibility="restricted")
    refused = away(program(lead, "write"), outsider)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["field"] == "stand_in"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"stand_in": "nobody@example.org"}, "stand_in"),
        ({"stand_in": None}, "stand_in"),
        ({"stand_in": "\0"}, "stand_in"),
        ({"last_on": str(TODAY)}, "last_on"),
        ({"first_on": "2024-02-30"}, "first_on"),
        ({"first_on": "2024-10-01", "last_on": "2024-10-02"}, "last_on"),
        ({"note": "x" * 201}, "note"),
        ({"note": "a\0b"}, "note"),
        ({"person": "x"}, "person"),
    ],
)
def test_what_is_no_absence_is_refused_at_its_field(program, lead, contributor, key_result, given, field):
    refused = away(program(lead, "write"), contributor, **given)
    assert refused.status_code == 400
    assert [error["field"] for error in refused.json()["errors"]] == [field]
    assert not Absence.objects.exists()


def test_oneself_and_days_that_overlap_are_refused(program, lead, contributor, key_result):
    program = program(lead, "write")
    assert away(program, lead).json()["errors"][0]["field"] == "stand_in"
    assert away(program, contributor).status_code == 201
    assert away(program, contributor).json()["errors"][0]["field"] == "first_on"
    assert Absence.objects.count() == 1


def test_a_token_that_is_bound_to_an_area_neither_reads_nor_says_it(program, lead, contributor, key_result):
    bound = program(lead, "write", area=Area.objects.get(key="EDGE"))
    assert away(bound, contributor).status_code == 403
    assert bound.get(ABSENCES).status_code == 403
    MembershipFactory(user=lead, area=Area.objects.get(key="LIB"))
    row = Absence.objects.create(person=lead, stand_in=contributor, first_on=TODAY, last_on=TODAY)
    assert bound.delete(f"{ABSENCES}{row.pk}/").status_code == 403
    assert away(program(lead, "check-in"), contributor).status_code == 403


def test_a_retry_takes_effect_once(program, lead, contributor, key_result):
    program, key = program(lead, "write"), {"HTTP_IDEMPOTENCY_KEY": "once"}
    given = NEXT_WEEK | {"stand_in": contributor.email}
    first = program.post(ABSENCES, given, format="json", **key)
    again = program.post(ABSENCES, given, format="json", **key)
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert Absence.objects.count() == 1
