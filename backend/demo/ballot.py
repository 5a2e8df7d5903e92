"""The phone's half of a blind signature in Python: simulated villagers, tests and benchmarks."""

import hashlib
import secrets
from dataclasses import dataclass

from backend.app.ballots.blind_signatures import EXPONENT, SALT_LENGTH, verify

HASH = 48


def mgf1(seed: bytes, length: int) -> bytes:
    blocks = -(-length // HASH)
    made = b"".join(
        hashlib.sha384(seed + counter.to_bytes(4)).digest() for counter in range(blocks)
    )
    return made[:length]


def encode(message: bytes, salt: bytes, bits: int) -> bytes:
    """EMSA-PSS (RFC 8017 section 9.1.1) for a modulus of so many bits."""
    em_bits = bits - 1
    length = -(-em_bits // 8)
    digest = hashlib.sha384(bytes(8) + hashlib.sha384(message).digest() + salt).digest()
    block = bytes(length - len(salt) - HASH - 2) + b"\x01" + salt
    masked = bytes(a ^ b for a, b in zip(block, mgf1(digest, len(block)), strict=True))
    first = masked[0] & (0xFF >> (8 * length - em_bits))
    return bytes([first]) + masked[1:] + digest + b"\xbc"


@dataclass(frozen=True)
class Hidden:
    """A message on its way to be signed, and what takes the veil off again."""

    message: bytes
    blinded: bytes
    inverse: int


def blind(n: int, message: bytes, salt: bytes | None = None, factor: int | None = None) -> Hidden:
    size = (n.bit_length() + 7) // 8
    salt = secrets.token_bytes(SALT_LENGTH) if salt is None else salt
    m = int.from_bytes(encode(message, salt, n.bit_length()))
    factor = factor or 1 + secrets.randbelow(n - 1)
    return Hidden(message, (m * pow(factor, EXPONENT, n) % n).to_bytes(size), pow(factor, -1, n))


def finalize(n: int, hidden: Hidden, blind_signature: bytes, salt_length: int = 48) -> bytes:
    size = (n.bit_length() + 7) // 8
    signature = (int.from_bytes(blind_signature) * hidden.inverse % n).to_bytes(size)
    if not verify(n, hidden.message, signature, salt_length):
        raise ValueError("the server signed with another key")
    return signature
