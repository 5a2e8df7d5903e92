"""The year under way has a round of appraisal with slips handed out, and some ballots given."""

import random
from typing import Any

from backend.app.access import Actor
from backend.app.assessments.appraisals import code_operations, web_ballots
from backend.app.assessments.appraisals.forms import usual_groups
from backend.app.assessments.appraisals.operations import RoundDraft, open_round
from backend.app.assessments.appraisals.queries import groups_of, list_rounds
from backend.app.assessments.programmes.queries import list_programmes
from backend.app.assessments.states import ProgrammeState
from backend.app.ballots import anonymous_store
from backend.app.ballots.one_time_codes import digest_of
from backend.app.core.db import db, transaction
from backend.demo.assessed_words import RATED_GOOD

SEED, SLIPS, GIVEN = 529, 30, 14
LIKED = 0.5


def rate_running_year(county_id: int, office: Actor) -> int:
    """Of the newest programme that is under way."""
    running = (row for row in list_programmes(county_id) if row.state == ProgrammeState.RUNNING)
    programme = next(running, None)
    return rate_by_codes(programme, office) if programme else 0


def rate_by_codes(programme: Any, office: Actor) -> int:
    """Once; returns how many ballots were given, as the anonymous application keeps them."""
    with transaction():
        if list_rounds(programme.id):
            return 0
        draft = RoundDraft(f"{programme.year}年中社会评价（示例）", usual_groups(programme.content))
        held = open_round(office, programme.id, draft)
        codes = [
            code
            for group in groups_of(held.id)
            for code in code_operations.print_slips(office, group.id, SLIPS)[:GIVEN]
        ]
    dice = random.Random(SEED)
    return sum(_give(code, dice) for code in codes)


def _give(code: str, dice: random.Random) -> bool:
    digest = digest_of(code)
    form = anonymous_store.find_code(db.engine, digest)
    if form is None:
        return False
    weights = [LIKED, *((1 - LIKED) * share for share in RATED_GOOD)]
    answers = dice.choices(range(1, 6), weights, k=len(form.view["units"]))
    parcel = anonymous_store.Parcel(
        digest, form.desk_id, form.county_id, form.kid + web_ballots.pack(answers)
    )
    return anonymous_store.keep(db.engine, parcel).new
