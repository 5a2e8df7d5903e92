"""容错: what an approved exemption may give back of a target's lost points."""

from dataclasses import astuple, dataclass
from datetime import date
from fractions import Fraction

# Filed afterwards it gives back at most half.
AFTERWARDS = Fraction(1, 2)


@dataclass(frozen=True)
class Conditions:
    """依法、集体决定、不谋私、及时止损、有备案 (三个区分开来)."""

    lawful: bool
    decided_together: bool
    no_private_gain: bool
    stopped_in_time: bool
    filed: bool


CONDITION_NAMES = {
    "lawful": "依法依规",
    "decided_together": "集体决定",
    "no_private_gain": "不谋私利",
    "stopped_in_time": "及时止损",
    "filed": "有备案",
}


def given_back_at_most(
    lost: Fraction, conditions: Conditions, filed_on: date, happened_on: date
) -> Fraction:
    """All that was lost where it was filed before the event, half of it afterwards.

    Nothing where one of the five conditions is not met.
    """
    if not all(astuple(conditions)):
        return Fraction(0)
    return lost if filed_on < happened_on else lost * AFTERWARDS
