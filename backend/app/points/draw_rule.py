"""Who wins: the rule anybody can repeat. The browser's copy is static/draw.js; docs/points.md
works an example."""

import hashlib
from collections.abc import Sequence


def ticket_hash(code: str) -> str:
    """What stands on the public list for a secret ticket code."""
    return hashlib.sha256(code.encode()).hexdigest()


def commitment(hashes: Sequence[str]) -> str:
    """The one line that fixes the list: SHA-256 over its lines, sorted, joined by line feeds."""
    return hashlib.sha256("\n".join(sorted(hashes)).encode()).hexdigest()


def winners(hashes: Sequence[str], seed: str, prizes: int) -> list[str]:
    """One hash for each prize, the first prize first.

    For prize n: SHA-256 of "commitment, line feed, seed, line feed, n" as a number, divided by
    how many are left; the remainder is the place of the winner, who leaves the list.
    """
    left = sorted(hashes)
    fixed = commitment(left)
    won = []
    for n in range(1, min(prizes, len(left)) + 1):
        roll = hashlib.sha256(f"{fixed}\n{seed}\n{n}".encode()).hexdigest()
        won.append(left.pop(int(roll, 16) % len(left)))
    return won
