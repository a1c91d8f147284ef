"""Single sign-on, with the checks of the ID token that allauth leaves out where TLS vouches for it.

OpenID Connect Core 1.0, section 3.1.3.7: signature, issuer and nonce; allauth looks at audience and time.
"""

from typing import Any
from urllib.parse import urlencode

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest, QueryDict
from django.utils.crypto import constant_time_compare, get_random_string

NONCE = "single_sign_on_nonce"
WELL_KNOWN = "/.well-known/openid-configuration"
# Signed with a key that the provider alone has; never with a secret that both know, or with nothing.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]


def ask_with_nonce(request: HttpRequest) -> None:
    """Has the provider put this browser's nonce into the token; of the query, `next` alone goes on."""
    nonce = request.session.setdefault(NONCE, get_random_string(32))
    query = QueryDict(mutable=True)
    if "next" in request.GET:
        query["next"] = request.GET["next"]
    query["auth_params"] = urlencode({"nonce": nonce})
    request.GET = query  # type: ignore[assignment]


class CheckedAdapter(OpenIDConnectOAuth2Adapter):
    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        try:
            self._check_issuer()
            login = super().complete_login(request, app, token, **kwargs)
            self._check_claims(login.account.extra_data, request.session[NONCE])
        except (KeyError, TypeError, ValueError, jwt.PyJWTError) as error:
            raise OAuth2Error("What the provider sent is incomplete.") from error
        return login

    def _check_issuer(self) -> None:
        wanted = self.get_provider().server_url.removesuffix(WELL_KNOWN).rstrip("/")
        if self.openid_config["issuer"].rstrip("/") != wanted:
            raise OAuth2Error("The provider names another issuer.")

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        """In place of allauth's, which reads a token that came over TLS without looking at its signature."""
        claims: dict[str, Any] = jwt.decode(
            id_token,
            self._key_for(id_token),
            algorithms=ALGORITHMS,
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            options={"require": ["iss", "sub", "aud", "exp", "nonce"]},
        )
        jwtkit.verify_jti(claims)
        return claims

    def _key_for(self, id_token: str) -> jwt.PyJWK:
        """The published key that the token names; one that names none is right where there is one key."""
        wanted = jwt.get_unverified_header(id_token).get("kid")
        with get_adapter().get_requests_session() as session:
            response = session.get(self.openid_config["jwks_uri"])
            response.raise_for_status()
        keys = [key for key in jwt.PyJWKSet.from_dict(response.json()) if key.public_key_use in (None, "sig")]
        fitting = [key for key in keys if wanted in (None, key.key_id)]
        if len(fitting) != 1:
            raise OAuth2Error("The ID token is not signed with a key of the provider.")
        return fitting[0]

    def _check_claims(self, data: dict[str, Any], nonce: str) -> None:
        claims = data["id_token"]
        if not constant_time_compare(claims["nonce"], nonce):
            raise OAuth2Error("The ID token is for another browser, or is used again.")
        if "userinfo" in data and data["userinfo"]["sub"] != claims["sub"]:
            raise OAuth2Error("The ID token is about somebody else.")


def callback(request: HttpRequest, provider_id: str) -> Any:
    return OAuth2CallbackView.adapter_view(CheckedAdapter(request, provider_id))(request)
