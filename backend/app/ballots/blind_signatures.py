"""Blind RSA signatures, RFC 9474: what the server does. Pure.

RSABSSA-SHA384-PSS-Randomized: the phone hides a message under a random factor, the server signs
without seeing it, the phone takes the factor away. The server can later check the signature and
cannot tell which of its signing acts it came from: every blinded message is a uniform number.
"""

import hashlib
import math
import secrets
from dataclasses import dataclass

import gmpy2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

EXPONENT = 65537
BITS = 2048
SALT_LENGTH = 48
RANDOM_PREFIX = 32


class BlindedInvalid(ValueError):
    """Not a number below the modulus, or of another length than the modulus."""


class SigningFailed(RuntimeError):
    """The signature does not check: a fault, after which nothing may be handed out."""


@dataclass(frozen=True, repr=False)
class BlindSigningKey:
    """One key for one period, unit and use; primes and what the Chinese remainders want."""

    n: int
    p: int
    q: int
    d: int

    @property
    def length(self) -> int:
        """Bytes of the modulus, and so of every blinded message and signature."""
        return (self.n.bit_length() + 7) // 8


def generate(bits: int = BITS) -> BlindSigningKey:
    """A fresh key; its primes come from the operating system's randomness."""
    numbers = rsa.generate_private_key(EXPONENT, bits).private_numbers()
    return BlindSigningKey(numbers.public_numbers.n, numbers.p, numbers.q, numbers.d)


def sign(key: BlindSigningKey, blinded: bytes) -> bytes:
    """BlindSign: checks the range, signs in constant time, and checks what came out.

    A single faulty signature would give the primes away, so the result is verified before it
    leaves (RFC 9474 section 4.3). Raises BlindedInvalid or SigningFailed.
    """
    m = int.from_bytes(blinded)
    if len(blinded) != key.length or not 0 < m < key.n:
        raise BlindedInvalid
    # Base blinding: the exponentiation never runs on a number somebody chose.
    factor = _coprime(key.n)
    hidden = m * pow(factor, EXPONENT, key.n) % key.n
    s = _power(key, hidden) * pow(factor, -1, key.n) % key.n
    if pow(s, EXPONENT, key.n) != m:
        raise SigningFailed
    return s.to_bytes(key.length)


def _coprime(n: int) -> int:
    while True:
        factor = 1 + secrets.randbelow(n - 1)
        if math.gcd(factor, n) == 1:
            return factor


def _power(key: BlindSigningKey, m: int) -> int:
    """m^d mod n by the Chinese remainder theorem, each half with a constant-time exponentiation."""
    to_p = int(gmpy2.powmod_sec(m % key.p, key.d % (key.p - 1), key.p))
    to_q = int(gmpy2.powmod_sec(m % key.q, key.d % (key.q - 1), key.q))
    h = (to_p - to_q) * pow(key.q, -1, key.p) % key.p
    return to_q + h * key.q


def verify(n: int, message: bytes, signature: bytes, salt_length: int = SALT_LENGTH) -> bool:
    """Whether a finished signature belongs to the message under this modulus."""
    public = rsa.RSAPublicNumbers(EXPONENT, n).public_key()
    scheme = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=salt_length)
    try:
        public.verify(signature, message, scheme, hashes.SHA384())
    except InvalidSignature:
        return False
    return True


def context(use: str, period: str, unit: int) -> bytes:
    """What a token is good for: SHA-256("cs1|use|period|unit")."""
    return hashlib.sha256(f"cs1|{use}|{period}|{unit}".encode()).digest()


def key_id(ctx: bytes, n: int) -> bytes:
    """The name of a key, which nobody can give to another modulus."""
    return hashlib.sha256(ctx + n.to_bytes((n.bit_length() + 7) // 8)).digest()


def nullifier(random: bytes, ctx: bytes) -> bytes:
    """What a spent token leaves behind: its own, and joined to nothing else."""
    return hashlib.sha256(random + ctx).digest()
