"""Totals of a year: from the tables to every unit's points, losses and what moved them."""

import json
import random
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from backend.app.assessments.models import Programme
from backend.app.assessments.results.errors import ResultsLocked
from backend.app.assessments.results.operations import recompute_results
from backend.app.assessments.results.year_scores import ScoredUnit, score_year
from backend.app.core.db import db, transaction
from tests.app.assessments import result_year
from tests.app.assessments.result_year import (
    Year,
    add_element,
    add_group,
    add_target,
    add_unit,
    facts_of,
    measure,
    move,
    rated,
    run,
    scores_of,
)
from tests.app.scoring.assessing.test_worked_year import BLANK, UNITS, cents, rows

GOLDEN = rated([("92", 120), ("85", 9), ("90", 40), ("80", 30)])
GROUPS = {"庄里镇": ("镇", 85, 15), "教育局": ("部门", 80, 20), "税务局": ("条双管", 70, 30)}
PERCENT = {"rule": "floor_target", "floor": "0", "target": "100"}


@pytest.fixture
def year(assessed) -> Year:
    return Year(assessed)


def lost_and_before(unit: ScoredUnit) -> Decimal:
    moved = sum((line.points for line in unit.moved), Decimal(0))
    return sum((line.points for line in unit.losses), Decimal(0)) + unit.total.total - moved


def golden(year: Year) -> None:
    """Three groups with a unit each, all of one element at 88.40."""
    add_element(year, "全部任务", PERCENT)
    for unit, (group, task, social) in GROUPS.items():
        add_group(year, group, task, social)
        add_unit(year, unit, group)
        add_target(year, "全部任务", unit, "100")
        measure(year, "全部任务", unit, "88.4")


def test_the_golden_totals_come_out_of_the_tables(year: Year) -> None:
    golden(year)
    run(year)
    scored = scores_of(year, dict.fromkeys(GROUPS, GOLDEN))
    totals = [f"{scored[unit].total.total}" for unit in GROUPS]
    assert totals == ["88.13", "88.04", "87.86"]
    assert all(lost_and_before(scored[unit]) == 100 for unit in GROUPS)


def test_an_award_and_a_yellow_card_make_89_63(year: Year) -> None:
    golden(year)
    run(year)
    move(year, "庄里镇", "bonus", "2", "获省级表彰", basis="省政办函〔2026〕8号")
    move(year, "庄里镇", "yellow", "0.5", "固定资产投资连续两次滞后", author_id=None)
    scored = scores_of(year, dict.fromkeys(GROUPS, GOLDEN))["庄里镇"]
    assert f"{scored.total.total}" == "89.63"
    assert [(line.words, f"{line.points}") for line in scored.moved] == [
        ("获省级表彰", "2.00"), ("固定资产投资连续两次滞后", "-0.50"),
    ]  # fmt: skip


def worked_year(year: Year) -> None:
    """The three units of docs/assessments.md with their groups, values and adjustments."""
    for unit, (group, task, social) in GROUPS.items():
        add_group(year, group, task, social)
        add_unit(year, unit, group, "1.25" if unit == "税务局" else "1")
    for at in range(1, 6):
        add_unit(year, f"部门{at}", "部门")
    for name, difficulty in (("烟草局", "1"), ("邮政局", "1.1")):
        add_unit(year, name, "条双管", difficulty)
    others = {"政务服务": [f"部门{at}" for at in range(1, 6)], "税收贡献": ["烟草局", "邮政局"]}
    for unit, name, data, points, value, beside, *_ in rows("Points"):
        add_element(year, name, json.loads(data.strip("`")))
        add_target(year, name, unit, points)
        if value not in (BLANK, "不属实"):
            measure(year, name, unit, value)
        if beside.startswith("S "):
            measure(year, name, None, beside.removeprefix("S "))
        group = beside.removeprefix("group ").partition(" k ")[0].split()[1:]
        for other, figure in zip(others.get(name, ()), group, strict=False):
            add_target(year, name, other, points)
            measure(year, name, other, figure)
    run(year)
    decide_worked_year(year)


# What a rule gives above its points, or takes below 0.
BY_RULE = (("庄里镇", "bonus", "1.00"), ("税务局", "deduction", "-2.00"))


def decide_worked_year(year: Year) -> None:
    """Adjustments as they stand on the page, without what a rule itself moves."""
    for unit, *_, moved, _, _ in rows("Totals"):
        for kind, points in (line.split() for line in moved.split(", ")):
            if (unit, kind, points) in BY_RULE:
                continue
            amount = Decimal(points.removeprefix("-"))
            half = amount if kind == "yellow" else Decimal(0)
            target = year.targets["校园周边治理", "教育局"] if kind == "exemption" else None
            whole = str(amount + half)
            move(year, unit, kind, whole, "案例", returned_points=half, target_id=target)


def worked_scores(year: Year) -> dict[str, ScoredUnit]:
    says = {
        unit: rated([(mean, int(n)) for mean, n in (cell.split(" of ") for cell in cells[:4])])
        for unit, *cells in rows("Social appraisal")
    }
    facts = facts_of(year, says)
    untrue = year.targets["入户走访", "税务局"]
    units = [
        replace(unit, parts=tuple(replace(part, untrue=part.target_id == untrue)
                                  for part in unit.parts))
        for unit in facts.units
    ]  # fmt: skip
    scored = {row.unit_id: row for row in score_year(replace(facts, units=tuple(units)))}
    return {name: scored[unit_id] for name, unit_id in year.units.items()}


def test_the_worked_year_of_three_units_comes_out_of_the_tables(year: Year) -> None:
    worked_year(year)
    scored = worked_scores(year)
    lost = {
        (unit, line.name): f"{line.points:.2f}" for unit in UNITS for line in scored[unit].losses
    }
    points = {
        (unit, part.facts.name): BLANK if part.points is None else cents(part.points)
        for unit in UNITS
        for part in scored[unit].parts
    }
    for unit, name, *_, earned, cost in rows("Points"):
        assert (points[unit, name], lost.get((unit, name), BLANK)) == (earned, cost), name
    for unit, _, task, social, before, moved, total, _ in rows("Totals"):
        row = scored[unit]
        lines = ", ".join(f"{line.kind} {line.points:.2f}" for line in row.moved)
        assert [cents(row.total.task), lost[unit, "社会评价"], lines] == [task, social, moved]
        assert f"{row.total.total:.2f}" == total
        assert f"{100 - sum(line.points for line in row.losses):.2f}" == before


def test_the_order_of_units_changes_nothing_and_losses_add_up(year: Year) -> None:
    worked_year(year)
    facts = facts_of(year, {})
    expected = {row.unit_id: row for row in score_year(facts)}
    shuffled = list(facts.units)
    for seed in range(5):
        random.Random(seed).shuffle(shuffled)
        again = score_year(replace(facts, units=tuple(shuffled)))
        assert {row.unit_id: row for row in again} == expected
    measured = [row for row in expected.values() if row.total.total is not None]
    assert len(measured) == 10
    assert all(lost_and_before(row) == 100 for row in measured)


def test_every_lost_point_names_its_case(year: Year) -> None:
    add_group(year, "镇", 100, 0)
    add_unit(year, "庄里镇", "镇")
    add_element(year, "河湖长制", {"rule": "per_case", "deduct": "2"}, kind="negative")
    add_element(year, "道路养护", {"rule": "proportional"}, kind="cumulative", measured_in="公里")
    add_element(year, "网格巡查", {"rule": "proportional"}, kind="cumulative", missing="zero")
    add_target(year, "河湖长制", "庄里镇", "10")
    add_target(year, "道路养护", "庄里镇", "15", value=Decimal(12))
    add_target(year, "网格巡查", "庄里镇", "5", value=Decimal(60))
    measure(year, "河湖长制", "庄里镇", "1", case_words="河道污染整改不力")
    measure(year, "道路养护", "庄里镇", "11.4")
    run(year)
    words = {line.name: line.words for line in scores_of(year)["庄里镇"].losses}
    assert words == {
        "河湖长制": "因河道污染整改不力扣 2 分，总分少 6.67 分",
        "道路养护": "11.4公里，目标 12公里，扣 0.75 分，总分少 2.50 分",
        "网格巡查": "没有数据，扣 5 分，总分少 16.66 分",
    }


def test_results_are_stored_once_and_follow_the_newest_value(year: Year) -> None:
    golden(year)
    run(year)
    for value in (None, "90"):
        if value:
            measure(year, "全部任务", "庄里镇", value)
        for _ in range(2):
            with transaction():
                assert recompute_results(year.made.programme_id) == 5
    stored = db.session.execute(
        text("SELECT total, rank, band, losses FROM unit_result WHERE unit_id = :id"),
        {"id": year.units["庄里镇"]},
    ).one()
    assert (stored.total, stored.rank, stored.band) == (Decimal("90.00"), 1, 1)
    assert stored.losses == [
        {"code": "E01", "name": "全部任务", "points": "10.00", "words": "90，目标 100，扣 10 分"}
    ]


def test_a_locked_year_is_not_computed_again(year: Year) -> None:
    golden(year)
    run(year)
    with transaction() as session:
        session.execute(text("UPDATE programme SET state = 'locked'"))
    with pytest.raises(ResultsLocked), transaction():
        recompute_results(year.made.programme_id)


def test_values_are_never_changed_in_place(year: Year) -> None:
    golden(year)
    with pytest.raises(Exception, match="measure_fact"), transaction() as session:
        session.execute(text("UPDATE measure_fact SET value = 1"))


def test_a_facts_text_is_the_same_every_time(year: Year) -> None:
    golden(year)
    first, second = (facts_of(year, {}).canonical() for _ in range(2))
    assert first == second
    assert result_year.DECEMBER.isoformat() in first


@pytest.mark.parametrize(
    ("rule", "asked", "given"),
    [
        ("exemption_before", "9", "8.50"),
        ("exemption_before", "1.2", "1.20"),
        ("exemption_after", "9", "4.25"),
    ],
)
def test_an_exemption_gives_back_no_more_than_its_share_of_what_its_target_lost(
    year: Year, rule: str, asked: str, given: str
) -> None:
    add_group(year, "镇", 85, 15)
    add_unit(year, "庄里镇", "镇")
    for name, value in (("道路试点", "80"), ("别的", "70")):
        add_element(year, name, PERCENT)
        add_target(year, name, "庄里镇", "50")
        measure(year, name, "庄里镇", value)
    pilot = year.targets["道路试点", "庄里镇"]
    move(year, "庄里镇", "exemption", asked, "新路基沉降", target_id=pilot, rule_code=rule)
    run(year)
    (line,) = scores_of(year, {"庄里镇": GOLDEN})["庄里镇"].moved
    assert line.points == Decimal(given)


def test_calibration_stands_beside_the_totals_of_large_groups_and_changes_no_order(
    year: Year,
) -> None:
    add_element(year, "全部任务", PERCENT)
    for group, size in (("部门", 10), ("群团", 9)):
        add_group(year, group, 80, 20)
        for nth in range(size):
            unit = f"{group}{nth}"
            add_unit(year, unit, group)
            add_target(year, "全部任务", unit, "100")
            measure(year, "全部任务", unit, str(90 - nth))
    with transaction() as session:
        programme = session.get_one(Programme, year.made.programme_id)
        calibration = {"mean": "80", "deviation": "5"}
        programme.content = {**programme.content, "calibration": calibration}
    run(year)
    scored = scores_of(year)
    large = [scored[f"部门{nth}"].calibrated for nth in range(10)]
    assert large == sorted(large, reverse=True)
    assert sum(large) / 10 == pytest.approx(80)
    assert [scored[f"群团{nth}"].calibrated for nth in range(9)] == [None] * 9
    assert [scored[f"部门{nth}"].rank for nth in range(10)] == list(range(1, 11))


def test_who_cannot_be_told_apart_shares_a_band(year: Year) -> None:
    add_group(year, "镇", 100, 0)
    add_element(year, "满意度", PERCENT, source="own:satisfaction_mean")
    for unit, value in (("甲镇", "90"), ("乙镇", "89"), ("丙镇", "60")):
        add_unit(year, unit, "镇")
        add_target(year, "满意度", unit, "100")
        measure(
            year, "满意度", unit, value, source="own", origin="满意度", error=2.0,
            imported_by_id=None,
        )  # fmt: skip
    run(year)
    scored = scores_of(year)
    assert [scored[unit].band for unit in ("甲镇", "乙镇", "丙镇")] == [1, 1, 2]
    assert scored["甲镇"].error == pytest.approx(2.0)


def recompute_soon(year: Year) -> int:
    """Waits for nobody's rows."""
    with transaction() as session:
        session.execute(text("SET LOCAL lock_timeout = '200ms'"))
        return recompute_results(year.made.programme_id)


def test_totals_are_worked_out_while_somebody_else_writes_the_year(year) -> None:
    """A long import holds the programme's row as it is, beside the night's computing."""
    golden(year)
    run(year)
    with db.engine.connect() as other:
        other.execute(text("SELECT FROM programme FOR SHARE"))
        assert recompute_soon(year) > 0


def test_totals_wait_for_whoever_locks_the_year(year) -> None:
    golden(year)
    run(year)
    with db.engine.connect() as other:
        other.execute(text("SELECT FROM programme FOR UPDATE"))
        with pytest.raises(OperationalError, match="lock timeout"):
            recompute_soon(year)
