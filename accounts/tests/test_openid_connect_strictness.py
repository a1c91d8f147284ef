"""What the provider's word is not enough for: a second step, and a token that was made for somebody else."""

import json
import time

import jwt
import pytest
import requests
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from accounts.tests.test_openid_connect import (  # noqa: F401 - fixtures
    configured,
    is_inside,
    lea,
    provider,
    sign_in,
)

CLAIMS = {"email": "lea@example.org", "email_verified": True}


def test_who_has_a_second_step_is_asked_for_it_after_the_provider_too(client, configured, lea):  # noqa: F811
    TOTP.activate(lea, generate_totp_secret())
    assert Authenticator.objects.filter(user=lea).exists()

    answer = sign_in(client, configured, **CLAIMS)

    assert answer.url == "/sign-in/second-step/"
    assert not is_inside(client)


@pytest.fixture
def tamper_with_id_token(monkeypatch):
    """Changes claims of the ID token on its way from the provider's token address."""

    def use(**changes):
        send = requests.Session.request

        def request(session, method, url, *args, **kwargs):
            response = send(session, method, url, *args, **kwargs)
            if method.upper() == "POST" and str(url).endswith("token"):
                answer = response.json()
                claims = jwt.decode(answer["id_token"], options={"verify_signature": False}) | changes
                answer["id_token"] = jwt.encode(claims, "k" * 32, algorithm="HS256")
                response._content = json.dumps(answer).encode()
            return response

        monkeypatch.setattr(requests.Session, "request", request)

    return use


@pytest.mark.parametrize(
    "changes",
    [{"aud": "another-client"}, {"iss": "https://evil.example"}, {"exp": int(time.time()) - 60}],
    ids=lambda changes: next(iter(changes)),
)
def test_a_token_for_another_client_of_another_issuer_or_another_time_signs_nobody_in(
    client,
    configured,  # noqa: F811
    lea,  # noqa: F811
    tamper_with_id_token,
    changes,
):
    tamper_with_id_token(**changes)

    assert sign_in(client, configured, **CLAIMS).url == "/sign-in/"
    assert not is_inside(client)


def test_the_same_way_with_nothing_changed_signs_in(client, configured, lea, tamper_with_id_token):  # noqa: F811
    tamper_with_id_token()

    sign_in(client, configured, **CLAIMS)

    assert is_inside(client)
