"""Logging in at another server by OpenID Connect: a signed token proves who comes back.

Only the token is believed, and of it only who issued it, for whom, until when, and for which
log-in. Nothing else is asked of the server, and no other token is kept.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
import structlog
from authlib.integrations.requests_client import OAuth2Session, OAuthError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from backend.app.core import clock
from backend.app.core.errors import NotLoggedIn, Unavailable

log = structlog.get_logger()
ALGORITHMS = ("RS256", "PS256", "ES256")
TIMEOUT = (3, 8)
CLOCKS_APART = 60
DISCOVERY = "/.well-known/openid-configuration"


class OidcUnavailable(Unavailable):
    code = "oidc_unavailable"
    message = "统一登录暂时连不上，请过一会儿再试，或换一种登录办法"


class OidcRefused(NotLoggedIn):
    code = "oidc_refused"
    message = "统一登录没有成功，请再登一次"


@dataclass(frozen=True)
class Client:
    """Who we are at the other server, and where it sends people back."""

    issuer: str
    client_id: str
    client_secret: str
    back: str


def leave_address(client: Client, state: str, nonce: str, verifier: str) -> str:
    """Where the browser goes to log in; raises OidcUnavailable."""
    endpoint = _discover(client)["authorization_endpoint"]
    address, _ = _session(client).create_authorization_url(
        endpoint, state=state, nonce=nonce, code_verifier=verifier
    )
    return str(address)


def subject_for(client: Client, code: str, nonce: str, verifier: str) -> str:
    """The `sub` that a code proves; raises OidcRefused or OidcUnavailable."""
    server = _discover(client)
    keys: Any = _fetch(server["jwks_uri"])
    token = _exchange(client, server["token_endpoint"], code, verifier)
    try:
        claims = jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS).claims
        _registry(client, nonce).validate(claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        log.warning("oidc_token_refused", kind=type(error).__name__)
        raise OidcRefused from None
    if claims["aud"] not in (client.client_id, [client.client_id]):
        log.warning("oidc_token_refused", kind="audience")
        raise OidcRefused
    return str(claims["sub"])


def _registry(client: Client, nonce: str) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        now=int(clock.now().timestamp()), leeway=CLOCKS_APART,
        iss={"essential": True, "value": client.issuer}, aud={"essential": True},
        exp={"essential": True}, iat={"essential": True}, sub={"essential": True},
        nonce={"essential": True, "value": nonce},
    )  # fmt: skip


def _session(client: Client) -> OAuth2Session:
    return OAuth2Session(
        client.client_id, client.client_secret, scope="openid", redirect_uri=client.back,
        code_challenge_method="S256",
    )  # fmt: skip


def _exchange(client: Client, endpoint: str, code: str, verifier: str) -> str:
    """The ID token behind a code; what fails may carry the secret, so only its kind goes on."""
    try:
        tokens = _session(client).fetch_token(
            endpoint, code=code, code_verifier=verifier, timeout=TIMEOUT, allow_redirects=False
        )
    except OAuthError as error:
        log.warning("oidc_code_refused", error=error.error)
        raise OidcRefused from None
    except (requests.RequestException, ValueError) as error:
        log.warning("oidc_unreachable", kind=type(error).__name__)
        raise OidcUnavailable from None
    token = tokens.get("id_token")
    if not isinstance(token, str):
        raise OidcRefused
    return token


def _discover(client: Client) -> dict[str, Any]:
    """What the server says of itself; endpoints by http are used only where the issuer is."""
    server = _fetch(client.issuer.rstrip("/") + DISCOVERY)
    scheme = urlsplit(client.issuer).scheme
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    is_whole = all(str(server.get(name, "")).startswith(f"{scheme}://") for name in names)
    if server.get("issuer") != client.issuer or not is_whole:
        log.error("oidc_discovery_refused")
        raise OidcUnavailable
    return server


def _fetch(address: str) -> dict[str, Any]:
    try:
        response = requests.get(address, timeout=TIMEOUT, allow_redirects=False)
        response.raise_for_status()
        answer = response.json()
    except (requests.RequestException, ValueError) as error:
        log.warning("oidc_unreachable", kind=type(error).__name__)
        raise OidcUnavailable from None
    if not isinstance(answer, dict):
        raise OidcUnavailable
    return answer
