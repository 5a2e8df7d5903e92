"""季会议材料: totals so far, what is weak, cards, open entries and trainings, for the meeting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from backend.app.assessments.evaluation.notice_queries import MonthCard, month_cards
from backend.app.assessments.issues.queries import IssueFilters, IssueRow, list_issues
from backend.app.assessments.models import Programme
from backend.app.assessments.results.queries import ShownResult, results_to_date
from backend.app.assessments.scopes import ReaderScope
from backend.app.assessments.states.issues import IssueState
from backend.app.assessments.training.queries import (
    GroupDiagnosis,
    TrainingRow,
    diagnose,
    list_trainings,
)
from backend.app.assessments.training.reached import ReachedMonth, cents, reached_month
from backend.app.core import clock

MOST_ISSUES, MONTHS = 500, 3


@dataclass(frozen=True)
class PackLine:
    """An element that a unit, or several of a group, are weak in."""

    group: str
    who: str
    element: str
    words: str


@dataclass(frozen=True)
class QuarterPack:
    """What the quarter's meeting has in front of it."""

    title: str
    until: date
    results: Sequence[ShownResult]
    common: Sequence[PackLine]
    weak: Sequence[PackLine]
    cards: Sequence[MonthCard]
    issues: Sequence[IssueRow]
    trainings: Sequence[TrainingRow]

    @property
    def overdue(self) -> int:
        return sum(row.is_overdue for row in self.issues)


def quarter_pack(programme: Programme, scope: ReaderScope, until: date) -> QuarterPack:
    """Computed as far as the quarter's last month; entries of the lists as they stand today."""
    results = results_to_date(programme.id, until)
    month = reached_month(results, until)
    groups = diagnose(programme, month)
    issues = list_issues(scope, programme.id, IssueFilters(), size=MOST_ISSUES)
    months = clock.months_back(until, MONTHS)
    return QuarterPack(
        f"{programme.title}{until.year}年{-(-until.month // MONTHS)}季度会议材料", until, results,
        _common(groups, month), _weak(groups, month),
        [card for period in months for card in month_cards(programme.id, period)],
        [row for row in issues if row.state != IssueState.CLOSED], list_trainings(programme.id),
    )  # fmt: skip


def _common(groups: Sequence[GroupDiagnosis], month: ReachedMonth) -> list[PackLine]:
    return [
        PackLine(
            group.name, "、".join(month.units[key].unit for key in problem.units),
            month.names[problem.code], f"{len(problem.units)} 个单位得分率不到 60%",
        )
        for group in groups
        for problem in group.common
    ]  # fmt: skip


def _weak(groups: Sequence[GroupDiagnosis], month: ReachedMonth) -> list[PackLine]:
    return [
        PackLine(
            group.name, month.units[key].unit, month.names[point.code],
            f"{cents(point.reached)}%，同类平均 {cents(point.mean)}%",
        )
        for group in groups
        for key, points in group.weak.items()
        for point in points
    ]  # fmt: skip


def total_words(total: Decimal | None) -> str:
    return "—" if total is None else f"{total}"
