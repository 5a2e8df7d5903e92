"""Small secrets at rest, encrypted with keys derived from the county's secret.

Sealed bytes name their key, so that the secret can be changed: what an earlier secret sealed stays
readable while that secret stands among the retired ones, and `flask keys rotate` seals it anew.
Bytes without a name were sealed before keys had names.
"""

import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

from backend.app.core.errors import Unavailable

NONCE_LENGTH = 12
MARK, NAME_LENGTH = b"vk1", 4


@dataclass(frozen=True)
class SealedColumn:
    """A column of sealed bytes: its table, the key that names a row, and what it was sealed for."""

    table: str
    row_key: str
    column: str
    purpose: str


def derive(purpose: str) -> bytes:
    """32 bytes for one purpose, from the county's secret: for keyed digests and ciphers."""
    return _derive(_secrets()[0], purpose)


def derive_each(purpose: str) -> list[bytes]:
    """The same from every secret, today's first: for looking up what an earlier one digested."""
    return [_derive(secret, purpose) for secret in _secrets()]


def seal(purpose: str, content: bytes) -> bytes:
    secret = _secrets()[0]
    nonce = secrets.token_bytes(NONCE_LENGTH)
    sealed = AESGCM(_derive(secret, purpose)).encrypt(nonce, content, purpose.encode())
    return _name(secret) + nonce + sealed


def unseal(purpose: str, sealed: bytes) -> bytes:
    """Raises Unavailable when no secret of the county's is the one it was sealed with."""
    for secret in _secrets():
        name = _name(secret)
        # A nonce may begin like a name by chance: then the second try reads it.
        for start in (len(name), 0) if sealed.startswith(name) else (0,):
            try:
                return _open(secret, purpose, sealed[start:])
            except (InvalidTag, ValueError):
                continue
    raise Unavailable("系统密钥已更换，请管理员重置这个账号的动态口令")


def is_current(sealed: bytes) -> bool:
    """Whether today's secret sealed it."""
    return sealed.startswith(_name(_secrets()[0]))


def _open(secret: str, purpose: str, sealed: bytes) -> bytes:
    nonce, rest = sealed[:NONCE_LENGTH], sealed[NONCE_LENGTH:]
    return AESGCM(_derive(secret, purpose)).decrypt(nonce, rest, purpose.encode())


def _secrets() -> list[str]:
    settings = current_app.config["SETTINGS"]
    return [settings.secret_key, *settings.retired_secret_keys]


def _name(secret: str) -> bytes:
    return MARK + _derive(secret, "name of the key")[:NAME_LENGTH]


def _derive(secret: str, purpose: str) -> bytes:
    info = b"sealing:" + purpose.encode()
    return HKDF(hashes.SHA256(), 32, salt=None, info=info).derive(secret.encode())
