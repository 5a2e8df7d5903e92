"""What groups of raters said of a unit."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class SocialGroup:
    """A group's mean of so many ballots; fewer than `least` are not used."""

    name: str
    weight: Decimal
    mean: Decimal | None
    n: int
    least: int
    error: float | None
