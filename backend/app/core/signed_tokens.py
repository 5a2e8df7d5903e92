"""Short signed tokens that need no storage: a payload of bytes and its MAC."""

import base64
import binascii
import hashlib
import hmac
from functools import cache

from flask import current_app

MAC_LENGTH = 16


class BadSignature(ValueError):
    """The token was not made here, or was changed."""


@cache
def _key(secret: str, purpose: str) -> bytes:
    """The purpose is part of the key, so that a token of one use is worthless for another."""
    return hmac.digest(secret.encode(), b"signing:" + purpose.encode(), hashlib.sha256)


def _mac(purpose: str, payload: bytes) -> bytes:
    return _mac_by(current_app.config["SETTINGS"].secret_key, purpose, payload)


def _mac_by(secret: str, purpose: str, payload: bytes) -> bytes:
    return hmac.digest(_key(secret, purpose), payload, hashlib.sha256)[:MAC_LENGTH]


def sign(purpose: str, payload: bytes) -> str:
    return base64.urlsafe_b64encode(payload + _mac(purpose, payload)).decode().rstrip("=")


def verify(purpose: str, token: str) -> bytes:
    """The payload; raises BadSignature for anything we did not sign for this purpose."""
    try:
        raw = base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except (binascii.Error, UnicodeEncodeError, ValueError):
        raise BadSignature from None
    payload, mac = raw[:-MAC_LENGTH], raw[-MAC_LENGTH:]
    settings = current_app.config["SETTINGS"]
    for secret in (settings.secret_key, *settings.retired_secret_keys):
        if hmac.compare_digest(mac, _mac_by(secret, purpose, payload)):
            return payload
    raise BadSignature
