"""What a good password is, everywhere the same; and the word that says so while one is chosen."""

import re

import pytest
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core import signing
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from zxcvbn import matching
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from accounts import passwords
from accounts.models import Invitation, User
from accounts.models.invitation import GOOD_FOR, token_of
from accounts.models.token import digest_of
from accounts.passwords import ESTIMATED, LONGEST, MOST_SIGNS, SIGNS, is_leaked, judge
from accounts.sign_in.strength import MOST_A_MINUTE, SALT
from accounts.tests.factories import UserFactory

GOOD = "four odd walnut bicycles"
LEAKED = "1qaz2wsx3edc"


@pytest.fixture
def lea(db):
    user = UserFactory(name="Lea Lead", email="lea.lead@example.org")
    user.set_password("correct horse battery")
    user.save()
    cache.clear()  # who has the same number as somebody before has not asked before
    return user


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "correct horse battery",
        "vT9#k2LqW!x0",
        "xkcd-tree-9-moon",
        "пароль для работы здесь",
        "日本語のパスワードですよね",
        "843975938475",  # digits alone, and not to be guessed
        "lealead-vomrkt-9zq",
        "walnut-bicycle x7$ " + "a" * (LONGEST - 19),
        " leading and trailing ",
    ],
)
def test_anything_goes_that_is_hard_to_guess(password):
    verdict = judge(password, User(name="Lea Lead", email="lea.lead@example.org"))
    assert verdict.is_enough
    assert verdict.strength >= 3
    assert verdict.sentence == ""


@pytest.mark.parametrize(
    ("password", "code", "sentence"),
    [
        ("", "password_too_short", "at least 12 characters"),
        ("vT9#k2LqW!x", "password_too_short", "at least 12 characters"),
        (GOOD * 50, "password_too_long", "at most 1,000 characters"),
        (LEAKED, "password_leaked", "among known leaked passwords"),
        (LEAKED.upper(), "password_leaked", "Choose another one"),
        ("Lea Lead 2024!", "password_known", "your name"),
        ("lea.lead@example", "password_known", "your address"),
        ("okrtracker-2026", "password_known", "name of this site"),
        ("OKRtracker Lea", "password_known", "name of this site"),
        ("a" * 46, "password_guessable", "repeats itself"),
        ("abcdabcdabcdabcdabcdabcd", "password_guessable", "repeats itself"),
        ("jklmnopqrstuvw", "password_guessable", "Sequences"),
        ("password2024!", "password_guessable", "Common words"),
    ],
)
def test_a_refusal_says_what_to_do(password, code, sentence):
    verdict = judge(password, User(name="Lea Lead", email="lea.lead@example.org"))
    assert not verdict.is_enough
    assert verdict.code == code
    assert sentence in verdict.sentence
    assert verdict.sentence.count(".") >= 1


def test_the_host_of_the_site_is_a_word_that_everybody_knows(settings):
    assert judge("acmegoals-2026").is_enough
    settings.SITE_URL = "https://acmegoals.example.org"
    assert judge("acmegoals-2026").code == "password_known"


def test_the_most_used_passwords_that_are_long_enough_are_all_refused():
    used = {*CommonPasswordValidator().passwords, *FREQUENCY_LISTS["passwords"]}
    long_enough = {password for password in used if len(password) >= 12}
    assert len(long_enough) > 300
    assert [password for password in long_enough if judge(password).is_enough] == []


def test_words_of_one_person_reach_nobody_else():
    judge(GOOD, User(name="Walnut Bicycles", email="walnut@example.org"))
    assert not matching.RANKED_DICTIONARIES.get("user_inputs")
    assert judge(GOOD).strength == 4


@given(st.text(min_size=12, max_size=300) | st.text("".join(sorted(SIGNS)) + "ab", min_size=12, max_size=300))
def test_no_password_costs_more_than_so_much(password):
    seen = []
    real = matching.omnimatch
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            passwords.matching, "omnimatch", lambda text, *words: seen.append(text) or real(text, *words)
        )
        judge(password)
    for text in seen:
        assert len(text) <= ESTIMATED
        assert len(set(text) & SIGNS) <= MOST_SIGNS


def test_half_a_character_is_no_error():
    assert not is_leaked("\ud800" * 12)
    judge("\ud800" * 12)


# Every place that sets a password


def by_change(client, lea, password):
    client.force_login(lea)
    data = {"oldpassword": "correct horse battery", "password1": password, "password2": password}
    return client.post("/security/password/", data)


def by_first_password(client, lea, password):
    lea.set_unusable_password()
    lea.save()
    client.force_login(lea)
    client.session.save()
    return client.post("/security/password/first/", {"password1": password, "password2": password})


def by_invitation(client, lea, password):
    Invitation.objects.create(
        user=lea,
        invited_by=UserFactory(),
        nonce="a nonce",
        digest=digest_of(token_of("a nonce")),
        expires_at=timezone.now() + GOOD_FOR,
    )
    data = {"token": token_of("a nonce"), "name": "Lea", "new_password1": password, "new_password2": password}
    return client.post("/invitation/", data)


@pytest.mark.parametrize("way", [by_change, by_first_password, by_invitation], ids=lambda way: way.__name__)
@pytest.mark.parametrize("bad", [LEAKED, "Lea Lead 2024!", "short"])
def test_every_page_has_the_same_judge(client, lea, way, bad):
    page = way(client, lea, bad)
    assert page.status_code == 200
    assert judge(bad, lea).sentence.partition(".")[0] in page.content.decode()
    assert not User.objects.get(pk=lea.pk).check_password(bad)


@pytest.mark.parametrize("way", [by_change, by_first_password, by_invitation], ids=lambda way: way.__name__)
@pytest.mark.parametrize("good", [GOOD, "x7$" + "ab cd" * 199 + "Q"])
def test_every_page_takes_a_good_password_whole(client, lea, way, good):
    assert way(client, lea, good).status_code == 302
    assert User.objects.get(pk=lea.pk).check_password(good)


def test_the_admin_has_the_same_judge(lea):
    form = AdminPasswordChangeForm(lea, {"password1": LEAKED, "password2": LEAKED, "usable_password": "true"})
    assert "known leaked passwords" in str(form.errors)


def test_the_command_for_the_first_administrator_has_the_same_judge(db, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", LEAKED)
    names = {"email": "ad@example.org", "name": "Ad", "interactive": False, "verbosity": 0}
    with pytest.raises(CommandError, match="known leaked passwords"):
        call_command("createsuperuser", **names)
    assert not User.objects.exists()
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", GOOD)
    call_command("createsuperuser", **names)
    assert User.objects.get().check_password(GOOD)


# The word while choosing


def ticket(user):
    return signing.dumps(user.pk, salt=SALT)


def ask(client, **data):
    return client.post("/sign-in/password/strength/", data)


@pytest.mark.parametrize("name", ["password1", "new_password1"])
@pytest.mark.parametrize(
    ("password", "word"),
    [("short", "very weak"), (LEAKED, "very weak"), ("Lea Lead 2024!", "very weak"), (GOOD, "strong")],
)
def test_the_word_is_the_judges(client, lea, name, password, word):
    page = ask(client, **{name: password, "ticket": ticket(lea)}).content.decode()
    verdict = judge(password, lea)
    assert f"Strength: {word}." in page
    assert f'value="{verdict.strength}"' in page
    assert verdict.sentence in page


def test_what_was_typed_is_nowhere_afterwards(client, lea, caplog):
    caplog.set_level("DEBUG")
    answer = ask(client, password1="a secret of mine that nobody sees", ticket=ticket(lea))
    assert b"secret of mine" not in answer.content
    assert "secret of mine" not in caplog.text
    assert "no-store" in answer["Cache-Control"]
    assert not client.session.items()


def test_an_empty_field_gets_no_word(client, lea):
    assert ask(client, password1="", ticket=ticket(lea)).content.strip() == b""


@pytest.mark.parametrize("made_up", ["", "x", "1:2:3"])
def test_who_was_not_given_a_page_buys_no_computing_time(client, lea, made_up, monkeypatch):
    monkeypatch.setattr("accounts.sign_in.strength.judge", lambda *args: pytest.fail("judged"))
    assert ask(client, password1=GOOD, ticket=made_up).status_code == 404
    assert ask(client, password1=GOOD).status_code == 404
    signed_for_something_else = signing.dumps(lea.pk, salt="another")
    assert ask(client, password1=GOOD, ticket=signed_for_something_else).status_code == 404


def test_asking_over_and_over_is_braked(client, lea):
    answers = [ask(client, password1="x", ticket=ticket(lea)).status_code for _ in range(MOST_A_MINUTE + 1)]
    assert answers.count(200) >= MOST_A_MINUTE
    late = [ask(client, password1="x", ticket=ticket(lea)) for _ in range(MOST_A_MINUTE + 1)]
    assert {answer.status_code for answer in late} <= {200, 429}
    assert late[-1].status_code == 429
    assert late[-1]["Retry-After"] == "60"


def test_the_word_asks_for_the_csrf_token(client, lea):
    strict = type(client)(enforce_csrf_checks=True)
    assert ask(strict, password1=GOOD, ticket=ticket(lea)).status_code == 403


def test_the_page_sends_nothing_but_the_new_password(client, lea):
    client.force_login(lea)
    page = client.get("/security/password/").content.decode()
    field = re.search(r"<input[^>]*id=\"id_password1\"[^>]*>", page)[0]
    assert 'hx-params="password1,ticket,csrfmiddlewaretoken"' in field
    assert 'hx-post="/sign-in/password/strength/"' in field
    assert 'autocomplete="new-password"' in field
    assert "maxlength" not in field
    assert 'id="id_password1_strength"' in page
