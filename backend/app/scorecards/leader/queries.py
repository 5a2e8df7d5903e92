"""One screen for whoever leads the county: lights, four numbers, what is late."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from backend.app.access import Actor
from backend.app.core import clock
from backend.app.scorecards.ranking_queries import RankFilters, light_counts
from backend.app.scorecards.schemes.queries import scheme_for
from backend.app.scoring.intervals import Interval, poisson_limits, wilson
from backend.app.scoring.schemes import NO_DATA, TOO_FEW, SchemeLight
from backend.app.tickets import serializers
from backend.app.tickets.clocks.lateness import late_words
from backend.app.tickets.desk import queries as desk_queries
from backend.app.tickets.desk.funnel import Flow, months_of_county
from backend.app.tickets.desk.queries import OfficeLine
from backend.app.tickets.office_names import office_names
from backend.app.tickets.states import Party

MOST_OFFICES, MOST_LATE = 8, 8


@dataclass(frozen=True)
class LeaderFigure:
    """One of the four; `change` only where the intervals of two whole months keep apart."""

    label: str
    value: int
    note: str
    change: str


@dataclass(frozen=True)
class LeaderPage:
    """Everything on the screen; `late` are cards of tickets, the longest overdue first."""

    lights: list[tuple[SchemeLight, int]]
    too_few: int
    villages: int
    numbers: list[LeaderFigure]
    offices: list[tuple[str, OfficeLine]]
    late: list[dict[str, Any]]
    late_count: int
    # Of them what the county's own desk has not passed on in time.
    late_at_desk: int = 0

    @property
    def finding(self) -> str:
        behind = [
            f"{light.word} {count} 个村" for light, count in self.lights
            if light.code in ("yellow", "red") and count
        ]  # fmt: skip
        said = "、".join(behind)
        late = late_words(self.late_count, self.late_at_desk)
        return f"{said + ',' if said else ''}{late}。"


def leader_page(actor: Actor, county_id: int, month: date) -> LeaderPage:
    """Read-only, in a handful of statements."""
    _, scheme = scheme_for(county_id, month)
    counts = light_counts([county_id], month, RankFilters())
    before, now = _flows(county_id, month)
    scope = desk_queries.scope_of(actor)
    offices = [line for line in desk_queries.offices_board(scope) if line.late]
    names = office_names(offices)
    tickets = desk_queries.find_tickets(scope, desk_queries.TicketFilters(view="late"))[:MOST_LATE]
    return LeaderPage(
        [(light, counts.get(light.code, 0)) for light in (*scheme.lights, NO_DATA)],
        counts.get(TOO_FEW.code, 0),
        sum(counts.values()),
        four_numbers(now, before, month < clock.month_of(clock.today())),
        [(names[line.region_id, line.department_id], line) for line in offices[:MOST_OFFICES]],
        serializers.cards_of_both(tickets, {Party.HANDLER}),
        sum(line.late for line in offices),
        sum(line.late_at_desk for line in offices),
    )  # fmt: skip


def _flows(county_id: int, month: date) -> tuple[Flow, Flow]:
    """Of the month before, and of this one."""
    months = (clock.previous_month(month), month, clock.next_month(month))
    return months_of_county(county_id, *map(clock.midnight, months))


def four_numbers(now: Flow, before: Flow, is_over: bool) -> list[LeaderFigure]:
    """发现 is compared as a count, the others as shares of what they could have been."""
    steps = [("受理", now.accepted, now.found, before.accepted, before.found),
             ("办结", now.done, now.accepted, before.done, before.accepted),
             ("满意", now.content, now.done, before.content, before.done)]  # fmt: skip
    figure = LeaderFigure(
        "发现", now.found, "件，村民提的",
        _change(poisson_limits(now.found), poisson_limits(before.found), is_over, "件数"),
    )  # fmt: skip
    return [
        figure,
        *(
            LeaderFigure(
                label, part, _share(part, whole),
                _change(_wilson(part, whole), _wilson(*earlier), is_over, f"{label}率"),
            )
            for label, part, whole, *earlier in steps
        ),
    ]  # fmt: skip


def _wilson(part: int, whole: int) -> Interval | None:
    return wilson(part, whole) if whole else None


def _share(part: int, whole: int) -> str:
    return f"占 {whole} 件的 {(200 * part + whole) // (2 * whole)}%" if whole else "还没有可比的"


def _change(now: Interval | None, before: Interval | None, is_over: bool, what: str) -> str:
    """Silence is no change: a month that runs is not compared with a whole one."""
    if not is_over:
        return "这个月还没完，不和上月比"
    if now is None or before is None:
        return "没有可比的上月"
    if now.low > before.high:
        return f"▲ {what}比上月高"
    if now.high < before.low:
        return f"▼ {what}比上月低"
    return f"{what}和上月差不多"
