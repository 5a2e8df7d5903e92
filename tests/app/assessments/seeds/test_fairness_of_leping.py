"""乐平, what keeps it fair: calibration beside the total, villagers' say, room for mistakes."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from backend.app.assessments.adjustments import exemption_operations as exemptions
from backend.app.assessments.adjustments import operations as adjustments
from backend.app.assessments.adjustments.exemption_operations import (
    ExemptionClaim,
    ExemptionDraft,
)
from backend.app.assessments.errors import ProgrammeFaulty
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes import operations as programmes
from backend.app.assessments.programmes.queries import exceptions_of
from backend.app.assessments.results.operations import recompute_results
from backend.app.assessments.targets.draft_operations import save_targets
from backend.app.assessments.targets.draft_queries import stored_drafts
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.app.scoring.assessing.exemption import Conditions
from tests.app.assessments.closing_year import (
    TEN,
    add_units,
    boss_of,
    close,
    make_year,
    propose,
    shown,
)
from tests.app.assessments.result_year import Year, add_element, add_target, measure, run
from tests.app.assessments.test_report_pages import seat
from tests.factories.assessed import YEAR, at
from tests.factories.assessments import make_draft
from tests.factories.console import as_shown
from tests.factories.tickets import forget

ALL_MET = Conditions(True, True, True, True, True)


def test_lp16_calibration_stands_beside_the_raw_total_and_moves_nobody(app) -> None:
    year = make_year()
    add_units(year, "甲", TEN)
    with transaction():
        programmes.save_calibration(
            year.made.office, year.made.programme_id, Decimal(80), Decimal(5)
        )
    close(year)
    propose(year)
    address = f"/console/assessments/results/{year.made.programme_id}"
    page = as_shown(seat(app, year.made.office).get(address))
    rows = {name: row for name, row in shown(year).items() if row.total is not None}
    by_total = sorted(rows, key=lambda name: -rows[name].total)
    assert sorted(rows, key=lambda name: -rows[name].calibrated) == by_total
    places = [page.index(f"{name}<") for name in by_total]
    assert places == sorted(places), "the page keeps the order of the raw totals"
    best = rows[by_total[0]]
    assert f"{best.total}" in page
    assert f"校准 {best.calibrated:.2f}" in page
    assert best.calibrated != pytest.approx(float(best.total))
    assert [rows[name].proposed for name in ("甲9", "甲10")] == ["fair", "poor"], "raw totals grade"


def test_lp17_villagers_say_less_than_thirty_is_refused_but_by_a_document(app) -> None:
    made = make_draft()
    unit_id = made.unit().id
    drafts = stored_drafts(made.programme_id, unit_id)
    said, other = (drafts[made.element(code).id, unit_id] for code in ("CM01", "GX01"))
    moved = [replace(said, points=said.points - 5), replace(other, points=other.points + 5)]
    with transaction():
        save_targets(made.clerk, made.programme_id, moved)
        programmes.mark_tried(made.clerk, made.programme_id)
    with pytest.raises(ProgrammeFaulty) as refused, transaction():
        programmes.approve_programme(made.boss, made.programme_id)
    (reason,) = refused.value.errors["programme"]
    assert "庄里镇：村民说了算的指标只占" in reason
    assert "应不少于 30 分" in reason
    forget()
    with transaction() as session:
        programme = session.get_one(Programme, made.programme_id)
        document = {"villagers_say": "陕办发〔2026〕8号"}
        programme.content = {**programme.content, "documents": document}
    with transaction():
        programmes.approve_programme(made.boss, made.programme_id)
    published = exceptions_of(db.session.get_one(Programme, made.programme_id))
    assert {"words": "村民说了算的可以少于 30 分", "document": "陕办发〔2026〕8号"} in published


def failed_pilot(year: Year, filed: int, happened: int) -> int:
    """Put on record in one month, failed in another; returns the claim for all of 40 points."""
    town, target = year.made.town, year.targets["道路试点", "庄里镇"]
    draft = ExemptionDraft(
        target, "固化土路基试点", "成本降三成", date(YEAR, 3, 1), date(YEAR, 11, 30), "沉降超标",
        "沉降超过5厘米即停",
    )  # fmt: skip
    claim = ExemptionClaim(date(YEAR, happened, 10), "新路基沉降，停工改线", Decimal(40), ALL_MET)
    with clock_at(at(filed, 15)), transaction():
        request = exemptions.file_exemption(town, draft)
    with clock_at(at(filed, 16)), transaction():
        exemptions.decide_exemption(boss_of(year.made), request, True)
    with clock_at(at(max(filed, happened), 20)), transaction():
        return exemptions.claim_exemption(town, request, claim)


@pytest.mark.parametrize(
    ("filed", "happened", "returned"), [(3, 6, "32.00"), (6, 6, "16.00"), (7, 6, "16.00")]
)
def test_lp20_a_pilot_on_record_beforehand_costs_nothing_and_afterwards_half(
    app, assessed, filed: int, happened: int, returned: str
) -> None:
    year = Year(assessed, units={"庄里镇": assessed.town_unit})
    for name, value in (("道路试点", "20"), ("别的", "100")):
        add_element(year, name, {"rule": "proportional", "target": "100"})
        add_target(year, name, "庄里镇", "40" if name == "道路试点" else "60")
        measure(year, name, "庄里镇", value)
    run(year)
    number = failed_pilot(year, filed, happened)
    with transaction():
        recompute_results(assessed.programme_id)
    assert shown(year)["庄里镇"].total == 68, "not before another person has decided"
    with transaction():
        adjustments.decide_adjustment(boss_of(assessed), number, True)
    with transaction():
        recompute_results(assessed.programme_id)
    assert shown(year)["庄里镇"].total == 68 + Decimal(returned)
    page = as_shown(
        seat(app, assessed.town).get(
            f"/console/assessments/results/{assessed.programme_id}/units/{assessed.town_unit}"
        )
    )
    assert f"+{returned}" in page
    assert "新路基沉降，停工改线" in page
