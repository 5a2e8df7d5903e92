"""Which claims are checked on site: drawn by a seed that nobody picks."""

from collections.abc import Iterable
from fractions import Fraction
from hashlib import sha256
from math import ceil
from typing import NamedTuple

from backend.app.scoring.assessing.figures import Figure, exact

SEED_BYTES = 8
SHARE = Fraction(1, 10)


class Claim(NamedTuple):
    """A target said to be finished; `always`: it was black or red before, and is looked at."""

    key: int
    always: bool = False


def seed_of(digest: str) -> int:
    """The first eight bytes of the locked plan's digest, written in hexadecimal."""
    return int.from_bytes(bytes.fromhex(digest)[:SEED_BYTES], "big")


def draw(seed: int, frame: Iterable[tuple[int, bool]], share: Figure = SHARE) -> list[int]:
    """Keys to be checked, ascending: all that always are, and a share of the rest, rounded up.

    Whoever has seed and frame draws the same, in whatever order the frame comes: the rest is
    ordered by SHA-256 of seed and key. Raises ValueError for a share outside 0 … 1.
    """
    part = exact(share)
    if not 0 <= part <= 1:
        raise ValueError("a share between 0 and 1 expected")
    claims = set(frame)
    always = {key for key, is_always in claims if is_always}
    rest = sorted({key for key, _ in claims} - always, key=lambda key: _lot(seed, key))
    return sorted(always | set(rest[: ceil(part * len(rest))]))


def _lot(seed: int, key: int) -> bytes:
    return sha256(f"{seed}:{key}".encode()).digest()
