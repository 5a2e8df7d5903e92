"""The year of three units worked by hand in docs/assessments.md, figure by figure."""

import json
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from backend.app.scoring.assessing.appraisal import social_score
from backend.app.scoring.assessing.cards import Card, CountedCard, counted_cards
from backend.app.scoring.assessing.grades import GRADE_NAMES, GradedUnit, grade, quota
from backend.app.scoring.assessing.ladder import Evaluated, proposals_of_each
from backend.app.scoring.assessing.moves import MoveKind, UnitMove
from backend.app.scoring.assessing.points import points_of
from backend.app.scoring.assessing.progress import actual_share, colour
from backend.app.scoring.assessing.rules import Rule, rule_of
from backend.app.scoring.assessing.unit_total import Part, UnitTotal, unit_total
from backend.app.scoring.totals import displayed

D, F = Decimal, Fraction
PAGE = (Path(__file__).parents[4] / "docs" / "assessments.md").read_text("utf-8")
UNITS = ("庄里镇", "教育局", "税务局")
BLANK = "–"
COLOURS = {"黑": "black", "红": "red", "绿": "green", "蓝": "blue", "橙": "orange", BLANK: None}
BALLOT_WEIGHTS, LEAST = (3, 2, 2, 3), (5, 3, 5, 5)


def rows(section: str) -> list[list[str]]:
    """The lines of the table under a heading that begin with a unit."""
    text = PAGE.split(f"### {section}\n")[1].split("\n#")[0]
    lines = (line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| "))
    return [cells for cells in lines if cells[0].split()[0] in UNITS]


def months() -> dict[str, dict[str, list[str]]]:
    table: dict[str, dict[str, list[str]]] = {}
    for target, what, *cells in rows("Twelve months"):
        table.setdefault(target, {})[what] = cells
    return table


def evaluated(name: str, table: dict[str, list[str]]) -> list[Evaluated]:
    """Colours of twelve months; one without a report keeps the last value."""
    baseline, target = (int(figure) for figure in name.split()[1].split("→"))
    history, last, misses = [], baseline, 0
    for plan, value in zip(table["plan"], table["value"], strict=True):
        misses = misses + 1 if value == BLANK else 0
        last = last if value == BLANK else int(value)
        share = actual_share("cumulative", baseline, target, last)
        light = colour(share, F(int(plan), 100), finished=share >= 1, misses=misses)
        history.append(Evaluated(light.code if light else None, missed=misses > 0))
    return history


@pytest.mark.parametrize("name", months())
def test_the_colours_of_the_year_are_those_on_the_page(name: str) -> None:
    table = months()[name]
    assert [one.colour for one in evaluated(name, table)] == [COLOURS[c] for c in table["colour"]]


@pytest.mark.parametrize("name", months())
def test_the_steps_of_the_year_are_those_on_the_page(name: str) -> None:
    table = months()[name]
    history = evaluated(name, table)
    if name.startswith("税务局"):
        history[-1] = history[-1]._replace(untrue=True)
    steps = [[one.step for one in month] for month in proposals_of_each(history)]
    assert steps == [[] if step == BLANK else [int(step)] for step in table["step"]]


def rule_and_group(cells: list[str]) -> tuple[Rule, list[Fraction]]:
    """The rule as it stands on the page, and what stands beside the value."""
    _, _, data, points, _, beside, *_ = cells
    rule = rule_of(json.loads(data.strip("`")), D(points))
    group_words, _, difficulty = beside.removeprefix("group ").partition(" k ")
    if beside.startswith("S "):
        return Rule(rule.code, rule.full, rule.given, common=F(beside.removeprefix("S "))), []
    if beside == BLANK:
        return rule, []
    group, weights = ([F(figure) for figure in text.split()] for text in (group_words, difficulty))
    return Rule(rule.code, rule.full, rule.given, difficulty=tuple(weights)), group


def parts(unit: str) -> list[Part]:
    found = []
    for cells in rows("Points"):
        if cells[0] == unit:
            rule, group = rule_and_group(cells)
            value = {BLANK: None, "不属实": F(0)}.get(cells[4])
            value = F(cells[4]) if cells[4] not in (BLANK, "不属实") else value
            found.append(Part(cells[1], points_of(rule, value, group), rule.full))
    return found


def social(unit: str) -> Fraction | None:
    (cells,) = (cells for cells in rows("Social appraisal") if cells[0] == unit)
    groups = [cell.split(" of ") for cell in cells[1:5]]
    return social_score(
        (weight, D(mean), int(n), least)
        for weight, (mean, n), least in zip(BALLOT_WEIGHTS, groups, LEAST, strict=True)
    )


def cards(unit: str) -> list[CountedCard]:
    """Of the year: 教育局's report was dropped."""
    colours = {name.split()[0]: [one.colour for one in evaluated(name, table)]
               for name, table in months().items()}  # fmt: skip
    yellow, red = Card(MoveKind.YELLOW, D("0.50"), 1), Card(MoveKind.RED, D("2.00"), 3, (), True)
    given = {
        "庄里镇": [yellow._replace(after=colours["庄里镇"][4:])],
        "教育局": [],
        "税务局": [yellow._replace(after=colours["税务局"][5:]), red],
    }
    return counted_cards(given[unit])


def moves(unit: str) -> list[UnitMove]:
    """Awards, deductions and exemptions as they stand on the page, and the year's cards."""
    (cells,) = (cells for cells in rows("Totals") if cells[0] == unit)
    by_rule = {"庄里镇": 1, "税务局": 1}.get(unit, 0)
    lines = [line.split() for line in cells[5].split(", ")]
    decided = [
        UnitMove(kind, abs(D(points)), "案例", "条款", 1, 2)
        for kind, points in lines[: len(lines) - by_rule]
        if kind not in (MoveKind.YELLOW, MoveKind.RED)
    ]
    kinds = [kind for kind, _ in lines if kind in (MoveKind.YELLOW, MoveKind.RED)]
    return decided + [
        UnitMove(kind, card.points, "任务", "红黄牌", 1, 2, card.returned)
        for kind, card in zip(kinds, cards(unit), strict=True)
    ]


def total(unit: str) -> UnitTotal:
    (cells,) = (cells for cells in rows("Totals") if cells[0] == unit)
    weights = [int(weight) for weight in cells[1].split("/")]
    return unit_total(parts(unit), social(unit), moves(unit), weights)


def cents(value: Fraction | None) -> str:
    (shown,) = displayed([value or F(0)])
    return f"{shown:.2f}"


@pytest.mark.parametrize("unit", UNITS)
def test_the_points_and_losses_of_the_year_are_those_on_the_page(unit: str) -> None:
    lost = {loss.code: f"{loss.points:.2f}" for loss in total(unit).losses}
    for part, cells in zip(
        parts(unit), [cells for cells in rows("Points") if cells[0] == unit], strict=True
    ):
        printed = BLANK if part.points is None else cents(part.points)
        assert [printed, lost.get(part.code, BLANK)] == cells[6:8], part.code


@pytest.mark.parametrize("unit", UNITS)
def test_the_totals_of_the_year_are_those_on_the_page(unit: str) -> None:
    (cells,) = (cells for cells in rows("Totals") if cells[0] == unit)
    result = total(unit)
    before = 100 - sum(loss.points for loss in result.losses)
    (lost,) = (loss.points for loss in result.losses if loss.code == "social")
    moved = ", ".join(f"{line.kind} {line.points:.2f}" for line in result.moved)
    figures = [cents(result.task), f"{lost:.2f}", f"{before:.2f}", moved, f"{result.total:.2f}"]
    assert figures == cells[2:7]
    (appraised,) = (row[5] for row in rows("Social appraisal") if row[0] == unit)
    assert cents(social(unit)) == appraised


def test_the_grades_of_the_year_are_those_on_the_page() -> None:
    assert quota(16) == 4
    others = [float(figure) for figure in re.findall(r"9\d\.\d\d", PAGE.split("Graded among")[1])]
    assert len(others) == 4
    printed = {cells[0]: cells[7] for cells in rows("Totals")}
    towns = [GradedUnit(0, total("庄里镇").total, social("庄里镇"))]
    towns += [GradedUnit(at, D(str(other)), F(85)) for at, other in enumerate(others, 1)]
    towns += [GradedUnit(at, D(75), F(85)) for at in range(5, 16)]
    grades = [GRADE_NAMES[row.grade] for row in grade(towns)]
    assert grades[:5] == [printed["庄里镇"], "优秀", "优秀", "优秀", "良好"]
    for unit in UNITS[1:]:
        (row,) = grade([GradedUnit(1, total(unit).total, social(unit))])
        assert GRADE_NAMES[row.grade] == printed[unit]


EQUATION = re.compile(r"[\d.()+−×÷ ]*\d\)?(?: = [\d.()+−×÷ ]*\d)+")


def worked_out(words: str) -> Fraction:
    """The value of an expression of the page, products before sums."""
    figures = re.sub(r"\d+(?:\.\d+)?", lambda figure: f"F('{figure[0]}')", words)
    for sign, operator in (("−", "-"), ("×", "*"), ("÷", "/")):
        figures = figures.replace(sign, operator)
    return eval(figures, {"F": F})


def test_every_equation_of_the_year_holds_to_its_last_digit() -> None:
    equations = EQUATION.findall(PAGE.split("## A year of three units")[1])
    assert len(equations) >= 15
    for equation in equations:
        sides = equation.strip().split(" = ")
        last = sides[-1].partition(".")[2]
        for side in sides[:-1]:
            assert abs(worked_out(side) - F(sides[-1])) <= F(1, 2 * 10 ** len(last)), equation
