"""Paper votes: a slip each, a sealed box, ten or more entered twice by two people apart."""

import hashlib
import hmac
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any

import orjson
from sqlalchemy import func, select

from backend.app.access import Actor
from backend.app.accounts.second_person import check_another_hand
from backend.app.ballots import queries as ballots
from backend.app.ballots.signing_keys import period_name
from backend.app.core.audit import record
from backend.app.core.db import db, lock
from backend.app.core.encryption import derive_each, seal, unseal
from backend.app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from backend.app.core.web.boxes import is_code
from backend.app.surveys import answers
from backend.app.surveys import operations as rounds
from backend.app.surveys.models import PaperBatch, PaperIssue, SurveyRound
from backend.app.surveys.paper.slips import slips_of
from backend.app.surveys.states import UNFINISHED, PaperState

ROLL, SEAL = "paper_roll", "paper_batch"
FEWEST_SLIPS, MOST_SLIPS = 10, 60
STATE_NAMES = PaperState.names()


class SlipGiven(Conflict):
    code = "slip_given"
    message = "这个人这个月已经领过纸票了"


def give_slip(actor: Actor, county_id: int, unit_id: int, name: str, last_digits: str) -> None:
    """Notes that somebody without the mini-program was given a slip; keeps no name.

    What is kept is a keyed digest of name and last four digits of the phone, for this month only.
    """
    unit = ballots.find_unit(unit_id)
    if unit is None or unit.county_id != county_id:
        raise NotFound
    if _state_of(county_id, unit.period) != "open":
        raise Conflict("现在不在问卷开放的时间里，不能发纸票")
    cleaned = "".join(unicodedata.normalize("NFKC", name).split())
    last_digits = unicodedata.normalize("NFKC", last_digits).strip()
    if not 2 <= len(cleaned) <= 20:
        raise InvalidInput(errors={"name": ["请写姓名"]})
    if not is_code(last_digits, 4):
        raise InvalidInput(errors={"digits": ["请写手机号后四位；没有手机写身份证后四位数字"]})
    digest, *by_retired = _digests(county_id, unit.period, cleaned, last_digits)
    # A slip a month in the whole county, whichever village gives it, and whoever gives it first.
    lock("paper_slip", county_id)
    known = db.session.scalar(
        select(PaperIssue.unit_id).where(
            PaperIssue.unit_id.in_(ballots.unit_ids(county_id, unit.period)),
            PaperIssue.person_digest.in_([digest, *by_retired]),
        )
    )  # fmt: skip
    if known is not None:
        raise SlipGiven
    slips_of(unit_id).check_giving()
    db.session.add(PaperIssue(unit_id=unit_id, person_digest=digest))
    db.session.flush()
    record("give_paper_slip", actor.person_id, "survey", unit_id, month=period_name(unit.period))


def _state_of(county_id: int, period: date) -> str | None:
    query = select(SurveyRound.state).where(
        SurveyRound.county_id == county_id, SurveyRound.period == period
    )
    return db.session.scalar(query)


def _digests(county_id: int, period: date, name: str, last_digits: str) -> list[bytes]:
    content = f"{county_id}|{period_name(period)}|{name}|{last_digits}".encode()
    return [hmac.digest(key, content, hashlib.sha256) for key in derive_each(ROLL)]


def list_batches(round_id: int) -> list[PaperBatch]:
    query = select(PaperBatch).where(PaperBatch.round_id == round_id).order_by(PaperBatch.id.desc())
    return list(db.session.scalars(query))


def count_unfinished(round_id: int) -> int:
    """Batches that two people have not yet agreed on."""
    query = select(func.count()).where(
        PaperBatch.round_id == round_id, PaperBatch.state.in_(UNFINISHED)
    )
    return db.session.scalar(query) or 0


def questions_for(survey_round: SurveyRound, unit_id: int) -> list[answers.Question]:
    """What a slip of this unit asks; raises NotFound for a unit of another round."""
    questions = rounds.questions_of_units(survey_round).get(unit_id)
    if questions is None:
        raise NotFound
    return questions


def start_batch(
    actor: Actor, survey_round: SurveyRound, unit_id: int, sheets: Sequence[Sequence[Any]]
) -> PaperBatch:
    """The first person's entry; raises InvalidInput where a slip does not fit its questions."""
    _still_open(survey_round)
    questions = questions_for(survey_round, unit_id)
    if not FEWEST_SLIPS <= len(sheets) <= MOST_SLIPS:
        raise InvalidInput(errors={"sheets": [f"一次录 {FEWEST_SLIPS} 到 {MOST_SLIPS} 张"]})
    _check(questions, sheets)
    lock("paper_batch", unit_id)
    slips_of(unit_id).check_entering(len(sheets), "sheets")
    batch = PaperBatch(
        round_id=survey_round.id, unit_id=unit_id, slips=len(sheets), first_by_id=actor.person_id,
        first_entry=_seal(sheets), state="first",
    )  # fmt: skip
    db.session.add(batch)
    db.session.flush()
    record("enter_paper_batch", actor.person_id, "survey", batch.id, count=len(sheets))
    return batch


def _still_open(survey_round: SurveyRound) -> None:
    """Holds the round until the end of the transaction: nobody publishes it meanwhile."""
    db.session.refresh(survey_round, with_for_update=True)
    if survey_round.state not in ("open", "closed"):
        raise Conflict("这一期已经公布，不能再录纸票")


def _check(questions: Sequence[answers.Question], sheets: Sequence[Sequence[Any]]) -> None:
    for number, sheet in enumerate(sheets, 1):
        try:
            answers.check(questions, sheet)
        except answers.BodyInvalid as fault:
            nth = str(fault).rpartition(" ")[2]
            raise InvalidInput(errors={"sheets": [f"第 {number} 张第 {nth} 题填得不对"]}) from None


def _seal(sheets: Sequence[Sequence[Any]]) -> bytes:
    return seal(SEAL, orjson.dumps([list(sheet) for sheet in sheets]))


def _open(sealed: bytes) -> list[answers.Slip]:
    slips: list[answers.Slip] = orjson.loads(unseal(SEAL, sealed))
    return slips


def find_batch(survey_round: SurveyRound, batch_id: int) -> PaperBatch:
    """Raises NotFound for a batch of another round."""
    batch = db.session.get(PaperBatch, batch_id)
    if batch is None or batch.round_id != survey_round.id:
        raise NotFound
    return batch


def _lock(survey_round: SurveyRound, batch_id: int) -> PaperBatch:
    db.session.get(PaperBatch, batch_id, with_for_update=True, populate_existing=True)
    return find_batch(survey_round, batch_id)


def check_hand(actor: Actor, batch: PaperBatch) -> None:
    """Raises NotAllowed unless the batch waits for this person, or Conflict when it is done."""
    if batch.state not in UNFINISHED:
        raise Conflict(f"这一批{STATE_NAMES[batch.state]}，不用再录")
    is_first = actor.person_id == batch.first_by_id
    if batch.state == "first":
        again = NotAllowed("您录过第一遍了，第二遍要由另一个人录")
        check_another_hand(actor, batch.first_by_id, refusal=again)
    if batch.state == "differs" and not is_first and actor.person_id != batch.second_by_id:
        raise NotAllowed("这一批由前两个人核对")


def enter_again(
    actor: Actor, survey_round: SurveyRound, batch_id: int, sheets: Sequence[Sequence[Any]]
) -> PaperBatch:
    """The second person's entry, or either one's correction; counted as soon as both agree."""
    _still_open(survey_round)
    batch = _lock(survey_round, batch_id)
    check_hand(actor, batch)
    is_first = actor.person_id == batch.first_by_id
    questions = questions_for(survey_round, batch.unit_id)
    if len(sheets) != batch.slips:
        raise InvalidInput(errors={"sheets": [f"这一批是 {batch.slips} 张"]})
    _check(questions, sheets)
    if is_first:
        batch.first_entry = _seal(sheets)
    else:
        batch.second_by_id, batch.second_entry = actor.person_id, _seal(sheets)
    record("enter_paper_batch", actor.person_id, "survey", batch.id, count=len(sheets))
    first, second = entries(batch)
    if first == second:
        rounds.keep_counts(survey_round.id, batch.unit_id, questions, first, "paper")
        batch.state, batch.first_entry, batch.second_entry = "counted", None, None
    else:
        batch.state = "differs"
    db.session.flush()
    return batch


def entries(batch: PaperBatch) -> tuple[list[answers.Slip], list[answers.Slip]]:
    """What the two people entered; empty where one has not, or where it was counted."""
    first = _open(batch.first_entry) if batch.first_entry else []
    second = _open(batch.second_entry) if batch.second_entry else []
    return first, second


def differing(batch: PaperBatch) -> list[int]:
    """Which slips, from 0, the two read differently."""
    first, second = entries(batch)
    return [number for number, (a, b) in enumerate(zip(first, second, strict=False)) if a != b]


def drop_batch(actor: Actor, survey_round: SurveyRound, batch_id: int) -> None:
    """Takes a batch that was not counted out of the world, with what was entered."""
    batch = _lock(survey_round, batch_id)
    if batch.state not in UNFINISHED:
        raise Conflict
    batch.state, batch.first_entry, batch.second_entry = "dropped", None, None
    db.session.flush()
    record("drop_paper_batch", actor.person_id, "survey", batch.id, count=batch.slips)
