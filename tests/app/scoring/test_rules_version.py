"""The rules are numbered: the same facts and scheme give what this version gave."""

import hashlib
from decimal import Decimal

from backend.app.scorecards.score_json import canonical
from backend.app.scoring.measuring import UnitFacts
from backend.app.scoring.month import RULES_VERSION, score_month
from backend.app.scoring.schemes import STARTING, AdjustmentKind
from backend.app.scoring.totals import AppliedAdjustment

FACTS = [
    UnitFacts(
        unit, None if unit % 3 else "城郊村",
        {"levels": [unit, 5, 3, unit % 4, 1], "raters": [unit + 6], "on_time": [unit % 5, unit % 2],
         "response": [4, unit % 3], "resolution": [3, 1, unit % 2], "bad_fix": [1, unit % 2],
         "survey": [9, 8, unit, 2, 1], "survey_people": [unit + 11]},
        [60 * unit, 400], [900] * (unit % 2),
    )
    for unit in range(1, 25)
]  # fmt: skip
GIVEN = {2: [AppliedAdjustment(AdjustmentKind.BONUS, Decimal(3), "1", "防汛", 1, 2)]}
# Whoever changes what the same facts give raises RULES_VERSION and adds a line.
DIGESTS = {2: "7f5535de5c4bf081"}


def test_the_rules_in_force_give_what_they_gave() -> None:
    sha = hashlib.sha256()
    for score in score_month(FACTS, STARTING, GIVEN, seed=202609):
        sha.update(canonical(score))
    assert sha.hexdigest()[:16] == DIGESTS[RULES_VERSION]
