"""Who wins: the rule anybody can repeat. The browser's copy is static/draw.js; docs/points.md
works an example."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from backend.app.core.web.boxes import is_code

FEWEST_DIGITS, MOST_DIGITS = 6, 60


@dataclass(frozen=True)
class SeedFormat:
    """How the public number is written: `numbers` of `digits` each, one behind the other.

    The first `ascending` stand from small to large, the others as they were announced. One public
    number has one spelling, so nobody who enters it has a choice.
    """

    numbers: int
    digits: int
    ascending: int

    @property
    def length(self) -> int:
        return self.numbers * self.digits

    @property
    def fits(self) -> bool:
        """Whether a draw may use it: long enough that nobody can prepare for every outcome."""
        counts = self.numbers >= 1 and self.digits >= 1 and 0 <= self.ascending <= self.numbers
        return counts and self.ascending != 1 and FEWEST_DIGITS <= self.length <= MOST_DIGITS

    def spell(self, numbers: Sequence[int]) -> str:
        """The one spelling of a public number, given as its parts in the announced order."""
        ordered = [*sorted(numbers[: self.ascending]), *numbers[self.ascending :]]
        return "".join(f"{number:0{self.digits}d}" for number in ordered)

    def fault(self, value: str) -> str | None:
        """Why this is not how the number is written; None where it is."""
        if not is_code(value, len(value) or 1):
            return "只填半角数字 0 到 9，中间不加空格、逗号、加号，也不用全角数字"
        if len(value) != self.length:
            return (
                f"应为 {self.length} 个数字（{self.numbers} 个数，每个 {self.digits} 位，"
                f"不够的前面补 0），您填了 {len(value)} 个"
            )
        first = [
            value[place : place + self.digits]
            for place in range(0, self.ascending * self.digits, self.digits)
        ]
        if first != sorted(first):
            return f"前 {self.ascending} 个数要从小到大填"
        return None


def entry_hash(code: str) -> str:
    """What stands on the public list for a secret entry code."""
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
