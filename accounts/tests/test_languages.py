"""Who is spoken to in which language."""

import pytest
from django.utils import translation

from accounts.languages import kind_of
from accounts.models import AuditEntry, User
from accounts.tests.factories import UserFactory


def page(client, address="/sign-in/", **headers):
    return client.get(address, headers=headers, follow=True)


@pytest.fixture
def german(db):
    return UserFactory(name="Lea Lead", language="de")


@pytest.mark.parametrize(
    ("asked_for", "language"),
    [
        ("de-DE,de;q=0.9,en;q=0.5", "de"),
        ("de-CH", "de"),
        ("fr,de;q=0.4", "de"),
        ("en-US,de;q=0.9", "en"),
        ("en-GB", "en-gb"),
        ("fr", "en"),
        ("", "en"),
        ("*;q=nothing,,", "en"),
    ],
)
def test_visitors_are_spoken_to_as_their_browser_asks(client, db, asked_for, language):
    answer = page(client, **{"accept-language": asked_for})
    assert f'<html lang="{language}">' in answer.content.decode()
    assert answer.headers["Content-Language"] == language
    assert "Accept-Language" in answer.headers["Vary"]


def test_the_signed_in_are_spoken_to_as_they_chose_whatever_the_browser_asks(client, german):
    client.force_login(german)
    answer = page(client, "/preferences/", **{"accept-language": "en"})
    assert '<html lang="de">' in answer.content.decode()
    assert answer.headers["Content-Language"] == "de"
    assert "Accept-Language" not in answer.headers["Vary"]


def test_a_page_says_its_own_language_where_that_of_the_reader_has_no_words(client, db):
    client.force_login(UserFactory(language="fr"))
    assert '<html lang="en">' in page(client, "/preferences/").content.decode()
    client.force_login(UserFactory(language="de-ch"))
    assert '<html lang="de">' in page(client, "/preferences/").content.decode()


def test_the_language_of_one_answer_is_not_that_of_the_next(client, german):
    client.force_login(german)
    page(client, "/preferences/")
    assert translation.get_language() == "en"


def test_programs_get_english_whoever_asks(client, german):
    client.force_login(german)
    answer = client.get("/api/v1/key-results/?nothing=1", headers={"accept-language": "de"})
    assert answer.status_code == 400
    assert "nothing" in answer.content.decode()
    assert answer.headers["Content-Language"] == "en"
    with translation.override("en"):
        english = client.get("/api/v1/areas/NONE/", headers={"accept-language": "en"}).content
    assert client.get("/api/v1/areas/NONE/", headers={"accept-language": "de"}).content == english


def test_languages_are_called_as_their_readers_know_them(client, german):
    client.force_login(german)
    text = page(client, "/preferences/").content.decode()
    assert '<option value="de" selected>Deutsch</option>' in text
    assert '<option value="en">English (United States)</option>' in text


def test_the_record_calls_things_by_the_same_names_whoever_writes(german):
    with translation.override("de"):
        assert kind_of(User) == "person"
        german.name = "Lea L. Lead"
        german._history_user = german
        german.save()
    assert AuditEntry.objects.latest("pk").kind == "person"
