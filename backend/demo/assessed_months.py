"""The months of the demo's assessment: units send, owners and the office review, colours come.

Everything by the people of the units and the office, through the operations of the pages, on the
days on which a county does it. A past month is one transaction: a killed run leaves none half, and
the timetable never sees one. The running month is as far as its days are.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import text

from backend.app.access import Actor
from backend.app.accounts.queries import actor_today
from backend.app.assessments.evaluation import colour_query_operations as colours
from backend.app.assessments.evaluation import ladder_operations as ladder
from backend.app.assessments.evaluation import operations as evaluation
from backend.app.assessments.programmes.queries import (
    MemberUnit,
    get_programme,
    list_programmes,
    list_units,
)
from backend.app.assessments.reports import operations as reports
from backend.app.assessments.reports import review_operations as reviews
from backend.app.assessments.reports import window_operations as windows
from backend.app.assessments.reports.queries import fill_rows
from backend.app.assessments.reports.review_queries import ReviewRow, review_rows, step_of
from backend.app.assessments.reports.window_queries import find_window
from backend.app.assessments.states import ProgrammeState, ReportState, SupervisionState
from backend.app.core import clock
from backend.app.core.clock import clock_at
from backend.app.core.db import db, lock, transaction
from backend.app.core.errors import DomainError
from backend.app.scoring.assessing.ladder import SUMMON
from backend.demo.assessed_lists import tend_lists
from backend.demo.assessed_measures import hand_in_feeds, pull_own
from backend.demo.assessed_owners import score_common
from backend.demo.assessed_words import ANSWERS, CORRECTED, DOUBTS, DROPPED, RETURNED, UPHELD
from backend.demo.assessed_work import line_of

# The other examples have their own year and their own people.
TEMPLATE = "fuping"
SEED = 528
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# How many in a hundred: units that forget a month, owners who leave their reviews to the office,
# and, in the month that was coloured last, steps that have been dealt with so far.
FORGETFUL, LAZY, DEALT_WITH = 5, 6, 60
QUERIES = 3
CLERKS = text("SELECT openid, id FROM person WHERE openid LIKE 'demo-unit-%'")
STEPS = text(
    """
    SELECT s.id, s.level, s.period, t.unit_id FROM target_supervision s
    JOIN target t ON t.id = s.target_id
    WHERE s.programme_id = :programme_id AND s.state = :state ORDER BY s.id
    """
)
DOUBTED = text(
    """
    SELECT s.target_id, t.unit_id FROM target_standing s
    JOIN target t ON t.id = s.target_id
    JOIN programme_element e ON e.id = t.element_id AND starts_with(e.source, 'report:')
    WHERE s.programme_id = :programme_id AND s.period = :period AND s.colour = 'red'
      AND s.value > 0 AND NOT s.is_missed
      AND NOT EXISTS (SELECT FROM colour_query q WHERE q.target_id = s.target_id
                      OR q.period = s.period AND q.county_id = s.county_id)
    ORDER BY t.unit_id, s.target_id
    """
)
ASKED = text(
    """
    SELECT q.id, q.period, s.value FROM colour_query q
    JOIN target_standing s ON s.target_id = q.target_id AND s.period = q.period
    WHERE s.programme_id = :programme_id AND q.answered_at IS NULL ORDER BY q.id
    """
)


@dataclass
class _Month:
    """One period of a programme with everybody who acts in it."""

    programme: Any
    period: date
    units: Sequence[MemberUnit]
    office: Actor
    approver: Actor
    clerks: dict[int, Actor] = field(default_factory=dict)

    @property
    def owners(self) -> dict[int, Actor]:
        """Clerks by department."""
        return {
            unit.department_id: self.clerks[unit.id] for unit in self.units if unit.department_id
        }

    def dice(self, *about: object) -> random.Random:
        """The same for the same thing, however often it is drawn."""
        return random.Random(":".join(map(str, (SEED, self.period, *about))))

    def decider(self, level: int) -> Actor:
        """A leader's talk is decided by who may approve."""
        return self.approver if level == SUMMON else self.office

    @property
    def window(self) -> Any:
        return find_window(self.programme.id, self.period)


Act = tuple[datetime, Callable[[], object]]


def live_months(county_id: int, office: Actor, approver: Actor, since: datetime | None) -> int:
    """What has happened by now, from an instant on; returns how many months were coloured."""
    running = [
        (row.id, row.year) for row in list_programmes(county_id)
        if row.state == ProgrammeState.RUNNING and row.template == TEMPLATE
    ]  # fmt: skip
    # What follows from December's colours is done in the year after.
    return sum(
        _live_month(county_id, programme_id, period, office, approver, since)
        for programme_id, year in running
        for period in clock.months_back(date(year + 1, 1, 1), 13)
    )


def _live_month(
    county_id: int,
    programme_id: int,
    period: date,
    office: Actor,
    approver: Actor,
    since: datetime | None,
) -> bool:
    with transaction():
        lock("demo", "assessments")
        programme = get_programme(programme_id, county_id)
        month = _Month(programme, period, list_units(programme_id), office, approver)
        acts = [
            (instant, act) for instant, act in _acts(month)
            if instant <= clock.now() and (since is None or since < instant)
        ]  # fmt: skip
        if not acts or _is_published(month):
            return False
        month.clerks = clerks_of(month.units)
        if not month.clerks:
            return False
        for instant, act in sorted(acts, key=lambda act: act[0]):
            # Refused where whoever looks at the county was quicker: that is part of life.
            with clock_at(instant), suppress(DomainError), db.session.begin_nested():
                act()
        return _is_published(month)


def clerks_of(units: Sequence[MemberUnit]) -> dict[int, Actor]:
    """Each unit's own member of staff; shops, farms and what a visitor drafted have none."""
    people = {row.openid: row.id for row in db.session.execute(CLERKS)}
    logins = {unit.id: people.get(f"demo-unit-{unit.id}") for unit in units}
    return {unit_id: actor_today(login) for unit_id, login in logins.items() if login}


def _is_published(month: _Month) -> bool:
    return month.window is not None and month.window.published_at is not None


def _acts(month: _Month) -> Iterator[Act]:
    """What happens around one window, each with its instant."""
    last = clock.previous_month(month.period)
    if last.year == month.programme.year:
        before = windows.times_of(month.programme, last).notice_at
        yield before + 20 * HOUR, partial(_doubt, month)
        yield before + 2 * DAY, partial(_answer_steps, month)
        yield before + 3 * DAY, partial(_decide_steps, month)
        yield before + 4 * DAY, partial(_answer_doubts, month)
        yield before + 5 * DAY, partial(_close_steps, month)
        yield before + 6 * DAY, partial(_tend_lists, month)
    if month.period.year > month.programme.year:
        return
    times = windows.times_of(month.programme, month.period)
    yield times.opens_at, partial(windows.open_windows, month.programme.id)
    yield times.opens_at + 34 * HOUR, partial(_send, month, early=True)
    yield times.remind_at, partial(_with_window, month, windows.remind_units)
    yield times.closes_at - 3 * HOUR, partial(_send, month, early=False)
    yield times.closes_at, partial(_with_window, month, windows.close_window)
    yield times.closes_at + 13 * HOUR, partial(_measure, month)
    yield times.closes_at + 14 * HOUR, partial(_score_for_owners, month)
    yield times.closes_at + 15 * HOUR, partial(_review_for_owners, month, closely=True)
    yield times.closes_at + 16 * HOUR, partial(_reopen, month)
    yield times.closes_at + 20 * HOUR, partial(_send_again, month)
    yield times.owner_due_at - HOUR, partial(_review_for_owners, month, closely=False)
    yield times.owner_due_at + 14 * HOUR, partial(_with_window, month, reviews.escalate_reports)
    yield times.office_due_at - 3 * HOUR, partial(_pass_for_office, month)
    yield times.office_due_at, partial(_with_window, month, evaluation.evaluate_window)
    yield times.notice_at, partial(_with_window, month, evaluation.publish_window)


def _with_window(month: _Month, act: Callable[[int], object]) -> None:
    if month.window is not None:
        act(month.window.id)


def _send(month: _Month, early: bool) -> None:
    """Three units in five send when the window opens, the others on its last day."""
    for unit in month.units:
        dice = month.dice(unit.name)
        forgets, is_early = dice.randrange(100) < FORGETFUL, dice.randrange(100) < 60
        if is_early == early and not forgets:
            _send_unit(month, unit, {None, ReportState.DRAFT})


def _send_again(month: _Month) -> None:
    """Late ones once the window is open again, and what was returned."""
    window = month.window
    if window is None:
        return
    for unit in month.units:
        forgets = month.dice(unit.name).randrange(100) < FORGETFUL
        states: set[ReportState | None] = {ReportState.RETURNED}
        if forgets and window.reopened_until:
            states.add(ReportState.MISSED)
        _send_unit(month, unit, states)


def _send_unit(month: _Month, unit: MemberUnit, states: set[ReportState | None]) -> None:
    """All of a unit's month in one go, as its workbook comes in."""
    window = month.window
    if window is None:
        return
    rows = [
        row for row in fill_rows(unit.id, window.id)
        if row.state in states and reports.is_open(row, window)
    ]  # fmt: skip
    lines = [line for row in rows if (line := line_of(unit.name, row, month.period))]
    seconds = 40 + sum(20 + len(line.words) for line in lines)
    if lines:
        clerk = month.clerks[unit.id]
        reports.submit_reports(clerk, unit.id, month.period, lines, min(seconds, 1800))


def _score_for_owners(month: _Month) -> None:
    score_common(month.programme, month.period, month.owners, month.office)


def _measure(month: _Month) -> None:
    hand_in_feeds(month.programme, month.period, month.owners, month.office)
    pull_own(month.programme)


def _review_for_owners(month: _Month, closely: bool) -> None:
    """Each department looks at what is marked and passes the rest; some leave it to the office."""
    for unit in month.units:
        if unit.department_id is None or month.dice("lazy", unit.name).randrange(100) < LAZY:
            continue
        clerk, dice = month.clerks[unit.id], month.dice("owner", unit.name)
        waiting = [
            row for row in review_rows(clerk, month.period)
            if step_of(row, False) and row.submitted_at <= clock.now()
        ]  # fmt: skip
        looked = {row.id for row in waiting if closely and _look_at(clerk, row, dice)}
        rest = [(row.id, row.version) for row in waiting if row.id not in looked]
        reviews.pass_reports(clerk, rest)


def _look_at(owner: Actor, row: ReviewRow, dice: random.Random) -> bool:
    """One marked report in three is returned or changed; returns whether it was."""
    lot = dice.randrange(100)
    if lot >= (20 if row.is_marked else 1):
        return False
    if lot % 2 and row.value and row.value > (row.last_value or 0):
        value = ((row.last_value or Decimal(0)) + row.value) / 2
        reviews.change_report(owner, row.id, row.version, round(value, 2), dice.choice(CORRECTED))
    else:
        reviews.return_report(owner, row.id, row.version, dice.choice(RETURNED))
    return True


def _reopen(month: _Month) -> None:
    """In one month of three, for who had a reason."""
    window = month.window
    if window is not None and month.period.month % 3 == 0 and window.reopened_until is None:
        windows.reopen_window(month.office, window.id, "两个单位反映停电，重开一次补报。")


def _pass_for_office(month: _Month) -> None:
    """Another person than who answers questions about colours."""
    waiting = [
        (row.id, row.version) for row in review_rows(month.office, month.period)
        if row.state == ReportState.OWNER_PASSED
    ]  # fmt: skip
    reviews.pass_reports(month.office, waiting)


def _steps(month: _Month, state: SupervisionState, act: str) -> Iterator[tuple[int, int, Actor]]:
    """Number, level and clerk of what is dealt with: older ones all, of the last month most."""
    last, is_over = clock.previous_month(month.period), month.period.year > month.programme.year
    values = {"programme_id": month.programme.id, "state": state}
    for row in db.session.execute(STEPS, values).all():
        if is_over or row.period < last or month.dice(act, row.id).randrange(100) < DEALT_WITH:
            yield row.id, row.level, month.clerks[row.unit_id]


def _answer_steps(month: _Month) -> None:
    for step_id, _, clerk in _steps(month, SupervisionState.OPEN, "answer"):
        words = month.dice("words", step_id).choice(ANSWERS)
        ladder.answer_step(clerk, step_id, words)


def _decide_steps(month: _Month) -> None:
    """Most are confirmed, some dropped with a reason; units answer what was confirmed."""
    for step_id, level, _ in _steps(month, SupervisionState.PROPOSED, "decide"):
        if month.dice("drop", step_id).randrange(100) < 8:
            ladder.drop_step(month.decider(level), step_id, DROPPED)
        else:
            ladder.confirm_step(month.decider(level), step_id)
    _answer_steps(month)


def _close_steps(month: _Month) -> None:
    for step_id, level, _ in _steps(month, SupervisionState.ANSWERED, "close"):
        ladder.close_step(month.decider(level), step_id)


def _tend_lists(month: _Month) -> None:
    tend_lists(month.programme, month.period, month.clerks, month.units, month.office)


def _doubt(month: _Month) -> None:
    """A few units doubt a red target of the last month."""
    last = clock.previous_month(month.period)
    window = find_window(month.programme.id, last)
    rows = db.session.execute(
        DOUBTED, {"programme_id": month.programme.id, "period": last}
    ).all()  # fmt: skip
    if window is None:
        return
    chosen = month.dice("doubt").sample(rows, min(QUERIES, len(rows)))
    for row, words in zip(chosen, DOUBTS, strict=False):
        colours.ask_about_colour(month.clerks[row.unit_id], window.id, row.target_id, words)


def _answer_doubts(month: _Month) -> None:
    """The last one of a month is answered a month later; of three one was right."""
    last = clock.previous_month(month.period)
    rows = db.session.execute(ASKED, {"programme_id": month.programme.id}).all()
    newest = max((row.id for row in rows if row.period == last), default=0)
    for row in rows:
        if row.id != newest:
            is_right = month.dice("right", row.id).randrange(3) == 0
            value = round(row.value * Decimal("1.2"), 2) if is_right else None
            answer = CORRECTED[0] if is_right else UPHELD
            colours.answer_query(month.approver, row.id, answer, value)
