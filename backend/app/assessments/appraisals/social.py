"""What groups of raters said of a unit."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class SocialGroup:
    """A group's mean of so many ballots; fewer than `least` are not used.

    Of a merged group nobody is shown a single unit's mean.
    """

    name: str
    weight: Decimal
    mean: Decimal | None
    n: int
    least: int
    error: float | None
    is_merged: bool = False

    @property
    def is_used(self) -> bool:
        return self.mean is not None and self.n >= self.least
