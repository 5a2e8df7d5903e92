"""Logging in elsewhere and coming back: a state for one browser, used once, for ten minutes."""

import secrets
from dataclasses import dataclass
from hmac import compare_digest

import orjson

from backend.app.accounts.errors import ProofGone
from backend.app.accounts.identities.login_codes import PURPOSE, key_of
from backend.app.accounts.states import Way
from backend.app.core.encryption import seal, unseal
from backend.app.core.queue import redis_client

SECONDS = 600


@dataclass(frozen=True)
class Journey:
    """What goes along to the other server, and what stays with the browser that left.

    `nonce` and `verifier` bind the other server's answer to this log-in (OpenID Connect, PKCE).
    """

    state: str
    browser: str
    nonce: str
    verifier: str


def begin(way: Way, browser: str | None = None) -> Journey:
    """The state goes through the address, the other half lies in the browser's cookie."""
    state, own, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(4))
    journey = Journey(state, browser or own, nonce, verifier)
    content = orjson.dumps([way.value, journey.browser, nonce, verifier])
    sealed = seal(PURPOSE, content).hex()
    redis_client().set(key_of("journey", journey.state), sealed, ex=SECONDS)
    return journey


def end(way: Way, state: str, browser: str) -> Journey:
    """Raises ProofGone unless this browser left with this state, and has not come back yet."""
    sealed = redis_client().getdel(key_of("journey", state))
    if not sealed:
        raise ProofGone
    text = sealed.decode() if isinstance(sealed, bytes) else sealed
    known_way, known_browser, nonce, verifier = orjson.loads(unseal(PURPOSE, bytes.fromhex(text)))
    if known_way != way.value or not compare_digest(known_browser.encode(), browser.encode()):
        raise ProofGone
    return Journey(state, browser, nonce, verifier)
