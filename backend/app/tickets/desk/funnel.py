"""发现、受理、办结、满意: how many tickets of a time came how far, and what is still open.

What is said about single matters is their category and where they stand. Confidential and anonymous
tickets, complaints about cadres, and what is nobody's business （低保，纠纷） stand among 其他.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import db
from backend.app.core.states import none_of, one_of
from backend.app.tickets.kinds import Outcome, Verdict
from backend.app.tickets.states import AT_DESK, OPEN, State

OTHER = "其他"
QUIET = "('welfare', 'dispute', 'cadre', 'land')"
NAME = f"""
    CASE WHEN t.confidential OR t.about_cadres OR t.channel = 'anonymous' OR c.code IS NULL
              OR c.code IN {QUIET} THEN '{OTHER}' ELSE c.name END
"""
ACCEPTED = none_of("t.state", {State.SUBMITTED, State.DECLINED})
DONE = f"(t.answered_at IS NOT NULL OR {one_of('t.state', {State.RESOLVED, State.UNSOLVED})})"
# What villagers asked for: neither call-backs of bad ratings nor what a village is told to mend
# or somebody sees on a round.
COUNTED = (
    f"{none_of('t.state', {State.WITHDRAWN, State.MERGED})}"
    " AND t.channel NOT IN ('rating', 'mending', 'patrol')"
)
FLOW = text(
    f"""
    SELECT t.village_id, {NAME} AS category,
           count(*)::int, count(*) FILTER (WHERE {ACCEPTED})::int,
           count(*) FILTER (WHERE {ACCEPTED} AND {DONE})::int,
           count(*) FILTER (WHERE {ACCEPTED} AND {DONE} AND t.verdict = '{Verdict.SOLVED}')::int
    FROM ticket t LEFT JOIN ticket_category c ON c.id = t.category_id
    WHERE t.county_id = :county_id AND t.created_at >= :start AND t.created_at < :end
      AND {COUNTED}
    GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2
    """
)
STEPS = f"""
    count(*)::int, count(*) FILTER (WHERE {ACCEPTED})::int,
    count(*) FILTER (WHERE {ACCEPTED} AND {DONE})::int,
    count(*) FILTER (WHERE {ACCEPTED} AND {DONE} AND t.verdict = '{Verdict.SOLVED}')::int
    FROM ticket t
    WHERE t.created_at >= :start AND t.created_at < :end AND {COUNTED}
"""
OF_VILLAGE = text(f"SELECT {STEPS} AND t.village_id = :village_id")
TWO_MONTHS = text(
    f"SELECT t.created_at >= :middle, {STEPS} AND t.county_id = :county_id GROUP BY 1"
)
NOT_DONE = OPEN | {State.WAITING, State.DECLINED, State.UNSOLVED}
# Why something is not done, the most telling reason first; late is said by the citizen's clock.
WHY = f"""
    CASE WHEN t.state = '{State.DECLINED}' THEN 'declined'
         WHEN t.outcome = '{Outcome.CANNOT}' OR t.reply_result = 'cannot' THEN 'cannot'
         WHEN t.verdict = '{Verdict.NOT}' THEN 'not_solved'
         WHEN {one_of("t.state", AT_DESK)} THEN 'desk'
         WHEN t.state = '{State.WAITING}' THEN 'waiting'
         WHEN t.citizen_due_at < :at THEN 'promise_passed'
         WHEN t.extra_days > 0 THEN 'extended'
         ELSE 'running' END
"""
LEFT = text(
    f"""
    SELECT t.village_id, {NAME} AS category, {WHY} AS why, count(*)::int
    FROM ticket t LEFT JOIN ticket_category c ON c.id = t.category_id
    WHERE t.county_id = :county_id AND t.created_at < :end
      AND (t.created_at >= :start OR t.closed_at IS NULL)
      AND {COUNTED}
      AND ({one_of("t.state", NOT_DONE)} OR t.verdict = '{Verdict.NOT}')
    GROUP BY 1, 2, 3 ORDER BY 1, 4 DESC, 2, 3
    """
)
WHY_WORDS = {
    "declined": "不归这里管，已说明理由",
    "cannot": "眼下确实办不了，已说明理由",
    "not_solved": "村民说没解决，还要再办",
    "desk": "正在找该办的单位",
    "waiting": "等村民补充情况",
    "promise_passed": "过了答应村民的期限，正在催办",
    "extended": "批准了延期，还在办",
    "running": "正在办，没到期",
}


@dataclass(frozen=True)
class Flow:
    """Of what came in: taken on, answered, and solved in the villager's own word."""

    found: int = 0
    accepted: int = 0
    done: int = 0
    content: int = 0

    def plus(self, other: "Flow") -> "Flow":
        return Flow(
            self.found + other.found, self.accepted + other.accepted,
            self.done + other.done, self.content + other.content,
        )  # fmt: skip


@dataclass(frozen=True)
class VillageFlow:
    """A village's tickets; `categories` by name, `left` as (category, why, how many)."""

    whole: Flow = Flow()
    categories: tuple[tuple[str, Flow], ...] = ()
    left: tuple[tuple[str, str, int], ...] = ()


def flows(county_id: int, start: datetime, end: datetime) -> dict[int | None, VillageFlow]:
    """By village, of what came in from `start` on before `end`; None is what names no village."""
    values = {"county_id": county_id, "start": start, "end": end, "at": clock.now()}
    result: dict[int | None, VillageFlow] = {}
    for village_id, category, *counts in db.session.execute(FLOW, values):
        known, flow = result.get(village_id, VillageFlow()), Flow(*counts)
        result[village_id] = replace(
            known, whole=known.whole.plus(flow), categories=(*known.categories, (category, flow))
        )
    for village_id, category, why, count in db.session.execute(LEFT, values):
        known = result.get(village_id, VillageFlow())
        result[village_id] = replace(known, left=(*known.left, (category, why, count)))
    return result


def flow_of(village_id: int, start: datetime, end: datetime) -> Flow:
    """One village's, of what came in from `start` on before `end`."""
    values = {"village_id": village_id, "start": start, "end": end}
    return Flow(*db.session.execute(OF_VILLAGE, values).one())


def months_of_county(
    county_id: int, start: datetime, middle: datetime, end: datetime
) -> tuple[Flow, Flow]:
    """Everything that came in before `middle`, and from then on, in one statement."""
    values = {"county_id": county_id, "start": start, "middle": middle, "end": end}
    rows = db.session.execute(TWO_MONTHS, values)
    found = {is_later: Flow(*counts) for is_later, *counts in rows}
    return found.get(False, Flow()), found.get(True, Flow())


def whole(found: Iterable[VillageFlow]) -> Flow:
    """The sum of some villages, or of a county."""
    total = Flow()
    for one in found:
        total = total.plus(one.whole)
    return total
