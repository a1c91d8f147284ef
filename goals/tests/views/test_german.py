"""What a reader of German sees: sentences, words, plurals and numbers in German."""

import datetime as dt

import pytest

from accounts.models import AuditEntry, User
from goals.models import KeyResult
from goals.tests.factories import NOW
from goals.tests.views.entries import entries, entry, text_of

# Reads alone: what PostgreSQL would refuse shows in the walk over all pages.
pytestmark = pytest.mark.only_on("sqlite")


@pytest.fixture(autouse=True)
def germans(lead, manager, administrator):
    User.objects.update(language="de")
    for person in (lead, manager, administrator):
        person.refresh_from_db()


def test_a_managers_overview(client, manager, reported):
    client.force_login(manager)
    text = text_of(client.get("/"))
    assert "aus 1 von 1 Key Result" in text
    assert "57 % erwartet" in text
    assert "Gefährdet" in text
    assert "1 gefährdet" in text
    assert "57 % erwartet, 30 % erreicht: 27 Punkte zurück; nötig: 0,63 tok/s pro Woche" in text
    assert "1 Check-in" in text
    assert "Tag 106 von 184" in text


def test_a_leads_check_in_page(client, lead, five):
    client.force_login(lead)
    text = text_of(client.get("/check-ins/"))
    assert "5 Key Results sind seit Montag 14 Okt fällig." in text
    assert "Gefährdet bisher 10 %, 47 Punkte zurück" in text
    answer = client.post("/check-ins/", entries(entry(five[0], "5,5"), entry(five[1], "1.4.0")))
    text = text_of(answer)
    assert "1 Check-in gespeichert: EDGE-24H2-O1-KR1 5,5 tok/s." in text
    assert "1 wurde nicht gespeichert, die Zeile sagt warum: EDGE-24H2-O1-KR2." in text
    assert "Schreiben Sie die Zahl mit einfachen Ziffern, wie 1400 oder 52,9." in text


def test_a_key_result_and_why_it_does_not_count(client, lead, reported):
    KeyResult.objects.filter(pk=reported.pk).update(weight=0)
    client.force_login(lead)
    text = text_of(client.get(f"/objectives/{reported.objective.code}/"))
    assert "kein Key Result zählt" in text
    assert "nicht mitgezählt: sein Gewicht ist 0" in text
    assert "wird fällig" not in text


def test_numbers_of_one_and_of_many_are_said_apart(client, manager, five):
    client.force_login(manager)
    assert "aus 5 von 5 Key Results" in text_of(client.get("/"))


def test_what_the_record_keeps_is_english_and_shown_in_german(client, administrator, manager, lead, cycle):
    client.force_login(manager)
    client.post(f"/cycles/{cycle.key}/begin-closing/", {"version": cycle.version})
    kept = AuditEntry.objects.filter(model="goals.cycle").latest("pk")
    assert (kept.kind, kept.action) == ("cycle", "changed")
    client.force_login(administrator)
    text = text_of(client.get("/record/"))
    assert "geändert Zyklus 24H2" in text
    assert "Zustand: aktiv → im Abschluss" in text


def test_the_csv_of_changes_says_the_same_in_every_language(client, lead, reported):
    client.force_login(lead)
    address = f"/changes.csv?since={(NOW - dt.timedelta(days=30)):%Y-%m-%d}"
    german = client.get(address).content
    User.objects.update(language="en")
    assert client.get(address).content == german
    assert b",check-in," in german


def test_the_api_says_its_reasons_in_english(client, lead, reported):
    client.force_login(lead)
    answer = client.get(f"/api/v1/key-results/{reported.code}/", headers={"accept-language": "de"}).json()
    assert answer["reason"].replace("\u202f", " ").startswith("57 % expected, 30 % reached: 27 points behind")
    assert "0.63 tok/s a week" in answer["reason"].replace("\u202f", " ")


def test_a_document_is_written_in_english(client, lead, reported):
    client.force_login(lead)
    document = client.get("/areas/EDGE/24H2/roadmap.md").content.decode()
    User.objects.update(language="en")
    assert client.get("/areas/EDGE/24H2/roadmap.md").content.decode() == document


def test_a_day_in_a_sentence_is_written_as_germans_write_it(client, manager, key_result):
    type(key_result.cycle).objects.update(starts_on=dt.date(2024, 11, 1))
    client.force_login(manager)
    text = text_of(client.get(f"/key-results/{key_result.code}/"))
    assert "nicht begonnen, beginnt am 1. November 2024" in text
