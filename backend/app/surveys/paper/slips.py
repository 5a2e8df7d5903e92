"""Slips of paper in numbers: given out, entered, and how many there can be at most."""

from dataclasses import dataclass

from sqlalchemy import select, text

from backend.app.ballots import queries as ballots
from backend.app.ballots.sql import ballots_of, units_of
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput, NotFound
from backend.app.surveys.models import SurveyPaper
from backend.app.surveys.states import PaperState

NUMBERS = text(
    f"""
    SELECT (SELECT count(*) FROM paper_issue p WHERE p.unit_id = :unit_id)
           + {ballots_of(":unit_id", "i.on_paper")} AS given,
           (SELECT coalesce(sum(b.slips), 0) FROM paper_batch b
            WHERE b.unit_id = :unit_id AND b.state <> '{PaperState.DROPPED}') AS entered
    """
)
FREEZE = text(
    f"""
    INSERT INTO survey_paper (round_id, unit_id, given, counted)
    SELECT :round_id, n.unit_id, n.given, n.counted
    FROM (
        SELECT u.id AS unit_id,
               (SELECT count(*) FROM paper_issue p WHERE p.unit_id = u.id)
               + {ballots_of("u.id", "i.on_paper")} AS given,
               (SELECT coalesce(sum(b.slips), 0) FROM paper_batch b
                WHERE b.unit_id = u.id AND b.state = '{PaperState.COUNTED}') AS counted
        FROM survey_round r CROSS JOIN LATERAL {units_of("r.county_id", "r.period")} AS u
        WHERE r.id = :round_id
    ) n WHERE n.given > 0 OR n.counted > 0
    """
)


@dataclass(frozen=True)
class Slips:
    """Of one unit. `residents`: the 常住人口 of all its villages, None where one is not known."""

    name: str
    given: int
    entered: int
    residents: int | None

    @property
    def most(self) -> int:
        """So many may be entered: what the roll says, and never more than live there."""
        return self.given if self.residents is None else min(self.given, self.residents)

    def check_giving(self) -> None:
        """Raises InvalidInput at the name where everybody who lives there has had a slip."""
        if self.residents is not None and self.given >= self.residents:
            fault = (
                f"{self.name}常住人口 {self.residents} 人，纸票已发 {self.given} 张，不能再发。"
                "人数不对的，先请县里改「村的类型和人口」"
            )
            raise InvalidInput(errors={"name": [fault]})

    def check_entering(self, more: int, field: str) -> None:
        """Raises InvalidInput at the field where so many more would be too many."""
        if self.entered + more <= self.most:
            return
        if self.most < self.given:
            fault = f"{self.name}常住人口 {self.residents} 人，最多录 {self.most} 张纸票，"
        else:
            fault = f"这里只发了 {self.given} 张纸票，"
        fault += f"已录 {self.entered} 张，不能再录 {more} 张"
        raise InvalidInput(errors={field: [fault]})


def slips_of(unit_id: int) -> Slips:
    """Raises NotFound for a unit that does not exist."""
    unit = ballots.find_unit(unit_id)
    if unit is None:
        raise NotFound
    row = db.session.execute(NUMBERS, {"unit_id": unit_id}).one()
    return Slips(unit.name, row.given, int(row.entered), ballots.residents_of(unit_id))


def freeze(round_id: int) -> None:
    """Writes down, with the results, what was given out and what was counted."""
    db.session.execute(FREEZE, {"round_id": round_id})


def numbers_of(round_id: int) -> dict[int, tuple[int, int]]:
    """By unit that had any: given out and counted, as they were published."""
    rows = db.session.scalars(select(SurveyPaper).where(SurveyPaper.round_id == round_id))
    return {row.unit_id: (row.given, row.counted) for row in rows}
