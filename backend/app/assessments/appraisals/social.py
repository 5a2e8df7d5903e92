"""What groups of raters said of a unit."""

from collections.abc import Sequence
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


def shown_groups(rows: Sequence[SocialGroup]) -> frozenset[str]:
    """The groups whose means of one unit may be read beside the unit's total.

    A single hidden mean could be worked out from the total and the others: then the group of the
    fewest ballots is hidden, too.
    """
    used = [row for row in rows if row.is_used]
    shown = [row for row in used if not row.is_merged]
    if shown and len(used) - len(shown) == 1:
        shown.remove(min(shown, key=lambda row: (row.n, row.name)))
    return frozenset(row.name for row in shown)
