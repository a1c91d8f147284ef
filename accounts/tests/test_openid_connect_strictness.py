"""What the provider's word is not enough for: a second step, and a token that was made for somebody else."""

import json
import time
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from cryptography.hazmat.primitives.asymmetric import rsa

from accounts.sign_in.provider import NONCE
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


KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def keys_of(key):
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    return {"keys": [public | {"kid": "one", "alg": "RS256", "use": "sig"}]}


@pytest.fixture
def tamper_with_id_token(monkeypatch):
    """Changes claims of the ID token on its way from the provider's token address, and signs it anew.

    The key that signs is the one that the provider publishes here, unless another one is given.
    """

    def use(key=KEY, algorithm="RS256", metadata=None, userinfo=None, **changes):
        send = requests.Session.request

        def request(session, method, url, *args, **kwargs):
            response = send(session, method, url, *args, **kwargs)
            address = str(url)
            if method.upper() == "POST" and address.endswith("token"):
                answer = response.json()
                claims = jwt.decode(answer["id_token"], options={"verify_signature": False}) | changes
                claims = {name: value for name, value in claims.items() if value is not None}
                answer["id_token"] = jwt.encode(claims, key, algorithm=algorithm, headers={"kid": "one"})
                response._content = json.dumps(answer).encode()
            elif address.endswith("jwks"):
                response._content = json.dumps(keys_of(KEY)).encode()
            elif address.endswith("openid-configuration") and metadata:
                response._content = json.dumps(response.json() | metadata).encode()
            elif address.endswith("userinfo") and userinfo:
                response._content = json.dumps(response.json() | userinfo).encode()
            return response

        monkeypatch.setattr(requests.Session, "request", request)

    return use


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another-client"},
        {"iss": "https://evil.example"},
        {"exp": int(time.time()) - 60},
        {"nonce": "of another browser"},
        {"nonce": None},
        {"sub": "somebody else"},
    ],
    ids=["another client", "another issuer", "over", "another nonce", "no nonce", "another person"],
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


@pytest.mark.parametrize(
    "signed",
    [
        {"key": OTHER_KEY},
        {"key": "k" * 32, "algorithm": "HS256"},
        {"key": None, "algorithm": "none"},
        {"metadata": {"issuer": "https://evil.example"}, "iss": "https://evil.example"},
    ],
    ids=["another key", "a secret", "nothing", "another issuer"],
)
def test_a_token_that_the_provider_did_not_sign_signs_nobody_in(
    client,
    configured,  # noqa: F811
    lea,  # noqa: F811
    tamper_with_id_token,
    signed,
):
    tamper_with_id_token(**signed)

    assert sign_in(client, configured, **CLAIMS).url == "/sign-in/"
    assert not is_inside(client)


def test_a_visitor_adds_nothing_to_what_the_provider_is_asked(client, configured, db):  # noqa: F811
    start = client.get("/sign-in/oidc/start/", {"auth_params": "nonce=mine&prompt=none", "scope": "admin"})

    asked = parse_qs(urlsplit(start.url).query)
    assert asked["nonce"] == [client.session[NONCE]]
    assert "prompt" not in asked
    assert "admin" not in asked["scope"][0]


def test_the_same_way_with_nothing_changed_signs_in(client, configured, lea, tamper_with_id_token):  # noqa: F811
    tamper_with_id_token()

    sign_in(client, configured, **CLAIMS)

    assert is_inside(client)
