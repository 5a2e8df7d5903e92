"""What the ballot ledger says of one person: that a ballot was fetched, never what became of it."""

from sqlalchemy import text

from backend.app.core.db import db
from backend.app.core.own_data import Held

OWN = text("SELECT period, on_paper FROM ballot_issue WHERE person_id = :person_id ORDER BY period")


def held_of(person_id: int) -> Held:
    """The months for which somebody has a ballot."""
    rows = db.session.execute(OWN, {"person_id": person_id}).all()
    return Held(
        "我的匿名票",
        f"领过 {len(rows)} 个月的匿名票。答没答、答了什么，我们没有，也查不到。",
        ("月份", "哪种票"),
        [[f"{row.period:%Y-%m}", "纸质票" if row.on_paper else "手机上的票"] for row in rows],
    )
