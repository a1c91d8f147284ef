import pytest

from accounts.models import User
from accounts.tests.factories import UserFactory

PASSWORD = "correct horse battery"
SENTENCE = "E-mail address and password do not belong together."


@pytest.fixture
def lea(db):
    user = UserFactory(name="Lea Lead", email="lea@example.org")
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client, email="lea@example.org", password=PASSWORD, **more):
    return client.post("/sign-in/", {"username": email, "password": password} | more)


@pytest.mark.parametrize("email", ["lea@example.org", "LEA@Example.ORG", " lea@example.org "])
def test_signs_in_by_e_mail_whatever_its_case(client, lea, email):
    response = sign_in(client, email)
    assert response.status_code == 302
    assert response.url == "/"
    assert client.session["_auth_user_id"] == str(lea.pk)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("nobody@example.org", PASSWORD),
        ("lea@example.org", "wrong"),
        ("lea@example.org", PASSWORD.upper()),
        ("' OR 1=1 --", PASSWORD),
        ("%@example.org", PASSWORD),
        ("lea_example.org", PASSWORD),
    ],
)
def test_unknown_address_and_wrong_password_get_the_same_sentence(client, lea, email, password):
    response = sign_in(client, email, password)
    assert response.status_code == 200
    assert SENTENCE in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_whoever_left_is_refused_with_the_same_sentence(client, lea):
    User.objects.update(is_active=False)
    assert SENTENCE in sign_in(client).content.decode()
    assert "_auth_user_id" not in client.session


def test_whoever_is_made_inactive_is_out_at_once(client, lea):
    sign_in(client)
    assert client.get("/preferences/").status_code == 200
    User.objects.update(is_active=False)
    assert client.get("/preferences/").status_code == 302


@pytest.mark.parametrize("field", ["username", "password"])
def test_nul_and_long_input_are_no_server_error(client, lea, field):
    for entered in ("a\x00b", "x" * 100_000):
        response = client.post(
            "/sign-in/", {"username": "lea@example.org", "password": "x"} | {field: entered}
        )
        assert response.status_code == 200
        assert "_auth_user_id" not in client.session


def test_signing_in_gives_the_session_a_new_key(client, lea):
    session = client.session
    session["visited"] = True
    session.save()
    client.cookies["sessionid"] = before = session.session_key
    sign_in(client)
    assert client.session.session_key != before


def test_the_page_asked_for_comes_after_signing_in(client, lea):
    asked = client.get("/preferences/")
    assert asked.url == "/sign-in/?next=/preferences/"
    assert 'name="next" value="/preferences/"' in client.get(asked.url).content.decode()
    assert sign_in(client, next="/preferences/").url == "/preferences/"


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "javascript:alert(1)"],
)
def test_next_leads_to_no_other_site(client, lea, address):
    assert sign_in(client, next=address).url == "/"


def test_a_signed_in_person_needs_no_sign_in_page(client, lea):
    client.force_login(lea)
    assert client.get("/sign-in/").url == "/"


def test_signing_out_is_a_post_and_ends_the_session(client, lea):
    client.force_login(lea)
    assert client.get("/sign-out/").status_code == 405
    assert client.get("/preferences/").status_code == 200
    assert client.post("/sign-out/").url == "/sign-in/"
    assert client.get("/preferences/").status_code == 302


def test_sign_in_and_sign_out_ask_for_the_csrf_token(lea, client):
    strict = type(client)(enforce_csrf_checks=True)
    assert sign_in(strict).status_code == 403
    strict.force_login(lea)
    assert strict.post("/sign-out/").status_code == 403


def test_a_fragment_asked_for_after_the_session_ended_sends_the_page_to_sign_in(client, db):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/check-ins/?cycle=24H2"}
    response = client.get("/check-ins/preview/EDGE-24H2-O1-KR1/", headers=headers)
    assert response.status_code == 200
    assert response.content == b""
    assert response.headers["HX-Redirect"] == "/sign-in/?next=%2Fcheck-ins%2F"


def test_the_page_to_come_back_to_is_a_path_of_this_site(client, db):
    headers = {"HX-Request": "true", "HX-Current-URL": "https://evil.example//evil.example/x"}
    response = client.get("/preferences/", headers=headers)
    assert response.headers["HX-Redirect"] == "/sign-in/?next=%2F"
    assert 'value="//evil.example' not in client.get(response.headers["HX-Redirect"]).content.decode()


def test_the_sign_in_page_needs_no_session(client, db):
    response = client.get("/sign-in/")
    assert response.status_code == 200
    assert 'type="email"' in response.content.decode()
    assert "My check-ins" not in response.content.decode()
