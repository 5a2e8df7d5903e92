"""One person's points: told, and kept as sums of nobody."""

from collections.abc import Collection

from sqlalchemy import text

from backend.app.core.db import db
from backend.app.core.own_data import Held
from backend.app.points.queries import balance_of, entry_text

ENTRIES = text(
    """
    SELECT e.earned_on, e.amount, e.cause_kind, e.reverses_id, r.label
    FROM points_entry e LEFT JOIN points_rule r ON r.id = e.rule_id
    WHERE e.person_id = :person_id ORDER BY e.id
    """
)
# An entry names the act it was earned by; here it names itself from now on.
OF_PERSON = text(
    """
    UPDATE points_entry SET cause_id = -id
    WHERE person_id = :person_id AND cause_kind IN ('rating', 'ticket', 'follow_up')
      AND cause_id > 0
    """
)
OF_RATINGS = text(
    """
    UPDATE points_entry SET cause_id = -id
    WHERE cause_kind = 'rating' AND cause_id = ANY(:ids)
    """
)
FORGET = (
    (
        "UPDATE points_freeze SET reason = '', decision_note = NULL,"
        " appeal = CASE WHEN appealed_at IS NOT NULL THEN '' END WHERE person_id = :person_id"
    ),
    "UPDATE points_day_freeze SET reason = '', decision_note = NULL WHERE person_id = :person_id",
    # A deed of one person alone is described by words about that person.
    (
        "UPDATE points_deed SET note = '' WHERE id IN (SELECT d.deed_id FROM points_deed_person d"
        " GROUP BY d.deed_id HAVING bool_and(d.person_id = :person_id))"
    ),
    (
        "UPDATE points_deed SET note = replace(note, :name, '某人') WHERE :name <> '' AND id IN"
        " (SELECT deed_id FROM points_deed_person WHERE person_id = :person_id)"
    ),
)


def held_of(person_id: int) -> Held:
    """The entries of the ledger."""
    entries = db.session.execute(ENTRIES, {"person_id": person_id}).all()
    return Held(
        "我的积分",
        f"您有 {balance_of(person_id)} 分，一共记了 {len(entries)} 笔。",
        ("日期", "分", "因为什么"),
        [[f"{row.earned_on}", row.amount, entry_text(row, row.label)] for row in entries],
    )


def unlink(person_id: int, name: str) -> None:
    """Entries keep their amounts and forget the acts behind them."""
    for statement in FORGET:
        db.session.execute(text(statement), {"person_id": person_id, "name": name})
    db.session.execute(OF_PERSON, {"person_id": person_id})


def unlink_ratings(rating_ids: Collection[int]) -> None:
    """What these ratings earned stays earned, by an act that nobody can look up."""
    db.session.execute(OF_RATINGS, {"ids": list(rating_ids)})
