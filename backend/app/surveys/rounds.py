"""A round from its opening to its counts: opened, flushed by night, closed, keys destroyed."""

import secrets
import uuid
from collections.abc import Sequence
from datetime import date, datetime
from functools import partial

import orjson
from nacl.public import PrivateKey, SealedBox
from sqlalchemy import select, text, update

from backend.app.core import calendar, storage
from backend.app.core.db import after_commit, db
from backend.app.core.errors import Conflict, InvalidInput
from backend.app.core.sealing import seal, unseal
from backend.app.surveys import answers, blind
from backend.app.surveys.answers import Question, QuestionKind
from backend.app.surveys.errors import KeysUnknown
from backend.app.surveys.keys import REWARD, open_key, period_name
from backend.app.surveys.models import SigningKey, SurveyRound, SurveyTally, SurveyText

BOX_SEAL, REWARD_SEAL = "ballot_box", "reward_key"
FEWEST_QUESTIONS, MOST_QUESTIONS = 1, 3


def open_round(
    county_id: int, period: date, title: str, questions: Sequence[Question], closes_at: datetime
) -> SurveyRound:
    """Asks a month's questions; the keys of the month must have been made before."""
    if not FEWEST_QUESTIONS <= len(questions) <= MOST_QUESTIONS:
        raise InvalidInput(errors={"questions": ["一期 2 到 3 题"]})
    found = SurveyRound(
        county_id=county_id,
        period=period,
        title=title,
        questions=[question.as_json() for question in questions],
        closes_at=closes_at,
        state="open",
    )
    db.session.add(found)
    db.session.flush()
    box = PrivateKey.generate()
    # Kept outside the database, so that neither its dump nor its log can open an answer.
    storage.put(_box_file(found.id), seal(BOX_SEAL, bytes(box)))
    reward = _reward_key(county_id, period)
    private = orjson.dumps([f"{part:x}" for part in (reward.n, reward.p, reward.q, reward.d)])
    db.session.execute(
        text(
            "INSERT INTO anonymous.round (id, period, closes_at, questions, box_key,"
            " reward_modulus, reward_sealed) VALUES (:id, :period, :closes_at,"
            " CAST(:questions AS jsonb), :box_key, :reward_modulus, :reward_sealed)"
        ),
        {
            "id": found.id,
            "period": period,
            "closes_at": closes_at,
            "questions": orjson.dumps(found.questions).decode(),
            "box_key": bytes(box.public_key),
            "reward_modulus": reward.n.to_bytes(reward.length),
            "reward_sealed": seal(REWARD_SEAL, private),
        },
    )
    _open_doors(found)
    return found


def _box_file(round_id: int) -> str:
    return f"ballotbox/{round_id}.key"


def _reward_key(county_id: int, period: date) -> blind.SigningKey:
    row = db.session.scalar(
        select(SigningKey).where(
            SigningKey.county_id == county_id,
            SigningKey.period == period,
            SigningKey.use == REWARD,
        )
    )
    if row is None:
        raise KeysUnknown
    return open_key(row)


def _open_doors(found: SurveyRound) -> None:
    """The survey keys of every unit, as the anonymous application knows them."""
    rows = db.session.scalars(
        select(SigningKey).where(
            SigningKey.county_id == found.county_id,
            SigningKey.period == found.period,
            SigningKey.use == "survey",
        )
    )
    name = period_name(found.period)
    doors = [
        {
            "kid": row.kid,
            "round_id": found.id,
            "context": blind.context("survey", name, row.unit_id or 0),
            "modulus": row.modulus,
        }
        for row in rows
    ]
    if not doors:
        raise KeysUnknown
    db.session.execute(
        text(
            "INSERT INTO anonymous.key (kid, round_id, context, modulus)"
            " VALUES (:kid, :round_id, :context, :modulus)"
        ),
        doors,
    )


def flush_inbox() -> int:
    """Moves what came today out of the unlogged inbox, in an order that says nothing.

    Nullifiers are hashes and ids are random: stored in their own order, both are shuffled.
    """
    db.session.execute(text("LOCK TABLE anonymous.inbox IN ACCESS EXCLUSIVE MODE"))
    rows = db.session.execute(
        text("SELECT nullifier, kid, reward_digest, sealed FROM anonymous.inbox ORDER BY nullifier")
    ).all()
    if not rows:
        return 0
    spent = [{"n": row.nullifier, "k": row.kid, "r": row.reward_digest} for row in rows]
    db.session.execute(
        text(
            "INSERT INTO anonymous.spent (nullifier, kid, reward_digest) VALUES (:n, :k, :r)"
            " ON CONFLICT DO NOTHING"
        ),
        spent,
    )
    boxed = sorted(
        ({"i": uuid.UUID(bytes=secrets.token_bytes(16), version=4), "k": row.kid, "s": row.sealed}
         for row in rows),
        key=lambda one: one["i"],
    )  # fmt: skip
    db.session.execute(
        text("INSERT INTO anonymous.box (id, kid, sealed) VALUES (:i, :k, :s)"), boxed
    )
    db.session.execute(text("TRUNCATE anonymous.inbox"))
    return len(rows)


def rounds_to_close() -> list[int]:
    """The open rounds whose time is over."""
    query = select(SurveyRound.id).where(
        SurveyRound.state == "open", SurveyRound.closes_at <= calendar.now()
    )
    return list(db.session.scalars(query.order_by(SurveyRound.id)))


def close_round(round_id: int) -> bool:
    """Opens the box, counts, detaches the words, destroys every key; False when it was closed.

    Never before its time: a count halfway would tell who answered since.
    """
    found = db.session.get(SurveyRound, round_id, with_for_update=True)
    if found is None or found.state == "closed":
        return False
    if calendar.now() < found.closes_at:
        raise Conflict("还没到截止时间,不能提前开箱")
    flush_inbox()
    units = _units_of(found)
    box = SealedBox(PrivateKey(unseal(BOX_SEAL, storage.read(_box_file(found.id)))))
    said: dict[int, list[list[object]]] = {}
    for kid, sealed in db.session.execute(
        text("SELECT b.kid, b.sealed FROM anonymous.box b JOIN anonymous.key k USING (kid)"
             " WHERE k.round_id = :id ORDER BY b.id"),
        {"id": found.id},
    ):  # fmt: skip
        said.setdefault(units[bytes(kid)], []).append(answers.unpad(box.decrypt(bytes(sealed))))
    _keep_counts(found, said)
    _destroy_keys(found)
    found.state = "closed"
    db.session.flush()
    return True


def _units_of(found: SurveyRound) -> dict[bytes, int]:
    rows = db.session.execute(
        select(SigningKey.kid, SigningKey.unit_id).where(
            SigningKey.county_id == found.county_id,
            SigningKey.period == found.period,
            SigningKey.use == "survey",
        )
    )
    return {bytes(row.kid): row.unit_id or 0 for row in rows}


def _keep_counts(found: SurveyRound, said: dict[int, list[list[object]]]) -> None:
    """Counts for each unit and question, and words by themselves in an order of their own."""
    questions = [answers.question_from(raw) for raw in found.questions]
    texts: list[SurveyText] = []
    for unit_id, sheets in sorted(said.items()):
        for number, question in enumerate(questions):
            given = [sheet[number] for sheet in sheets]
            if question.kind is QuestionKind.TEXT:
                texts += [
                    SurveyText(
                        id=uuid.uuid4(), round_id=found.id, unit_id=unit_id, question=number,
                        words=str(words), state="held",
                    )
                    for words in given
                    if words is not None
                ]  # fmt: skip
            else:
                db.session.add(
                    SurveyTally(
                        round_id=found.id, unit_id=unit_id, question=number,
                        counts=answers.tally(question, given),
                    )
                )  # fmt: skip
    texts.sort(key=lambda row: row.id)
    db.session.add_all(texts)
    db.session.flush()


def _destroy_keys(found: SurveyRound) -> None:
    """After this nobody can open an answer or make a token, with whatever was copied before."""
    db.session.execute(
        text(
            "DELETE FROM anonymous.box WHERE kid IN"
            " (SELECT kid FROM anonymous.key WHERE round_id = :id)"
        ),
        {"id": found.id},
    )
    db.session.execute(
        text("UPDATE anonymous.round SET closed = true WHERE id = :id"), {"id": found.id}
    )
    db.session.execute(
        update(SigningKey)
        .where(
            SigningKey.county_id == found.county_id,
            SigningKey.period == found.period,
            SigningKey.use == "survey",
        )
        .values(sealed_private=None)
    )
    _forget_box(found.id)


def _forget_box(round_id: int) -> None:
    """Once the counts are durable: the one key that opens answers."""
    after_commit(partial(storage.delete, _box_file(round_id)))
