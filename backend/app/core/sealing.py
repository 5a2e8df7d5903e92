"""Small secrets at rest: encrypted with a key derived from the county's secret."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

from backend.app.core.errors import Unavailable

NONCE_LENGTH = 12


def derive(purpose: str) -> bytes:
    """32 bytes for one purpose, from the county's secret: for keyed digests and ciphers."""
    secret = current_app.config["SETTINGS"].secret_key.encode()
    return HKDF(hashes.SHA256(), 32, salt=None, info=b"sealing:" + purpose.encode()).derive(secret)


def _cipher(purpose: str) -> AESGCM:
    return AESGCM(derive(purpose))


def seal(purpose: str, content: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_LENGTH)
    return nonce + _cipher(purpose).encrypt(nonce, content, purpose.encode())


def unseal(purpose: str, sealed: bytes) -> bytes:
    """Raises Unavailable when the county's secret is not the one it was sealed with."""
    try:
        nonce, rest = sealed[:NONCE_LENGTH], sealed[NONCE_LENGTH:]
        return _cipher(purpose).decrypt(nonce, rest, purpose.encode())
    except (InvalidTag, ValueError):
        raise Unavailable("系统密钥已更换,请管理员重置这个账号的动态口令") from None
