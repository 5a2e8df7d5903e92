"""中小企业员工考核: clear targets, values by anchors, talks before results, own data for all."""

from datetime import date
from decimal import Decimal

import pytest

from backend.app.assessments.errors import ProgrammeFaulty
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes import operations as programmes
from backend.app.assessments.programmes.queries import list_elements, plan_of
from backend.app.assessments.results.queries import results_to_date
from backend.app.assessments.targets.draft_queries import stored_drafts
from backend.app.core.db import db, transaction
from backend.app.scoring.assessing.refusals import refusals
from tests.factories.assessed import YEAR
from tests.factories.county import make_county
from tests.factories.persons import (
    Persons,
    draft_persons,
    make_persons,
    score,
    set_goals,
)
from tests.factories.tickets import forget

MARCH = date(YEAR, 3, 1)


@pytest.fixture
def sme(app) -> Persons:
    return make_persons(make_county())


def test_sm01_targets_that_are_not_clear_keep_the_draft_from_approval(app) -> None:
    sme = draft_persons(make_county())
    with transaction():
        programmes.mark_tried(sme.clerk, sme.programme_id)
    with pytest.raises(ProgrammeFaulty) as refused, transaction():
        programmes.approve_programme(sme.boss, sme.programme_id)
    assert refused.value.errors["programme"] == [
        f"{name}「完成订单数量」：没有目标值，不能衡量" for name in ("丁一", "何二")
    ]
    forget()
    set_goals(sme)
    assert refusals(plan_of(db.session.get_one(Programme, sme.programme_id))) == []
    names = {row.name for row in list_elements(sme.programme_id) if row.rule}
    # Quantity, quality, time and cost, each with its value and unit or a sentence for each level.
    assert names >= {"完成订单数量", "产品一次交验合格率", "订单按期交付率", "物料损耗率"}


def test_sm02_results_are_seventy_and_values_by_anchors_thirty_by_the_quarter(sme) -> None:
    elements = {row.id: row for row in list_elements(sme.programme_id)}
    drafts = [row for row in stored_drafts(sme.programme_id).values()
              if row.unit_id == sme.units["丁一"]]  # fmt: skip
    worth = {name: Decimal(0) for name in ("业绩", "价值观")}
    for row in drafts:
        element = elements[row.element_id]
        worth[elements[element.parent_id].name] += row.points
        assert row.rhythm == "quarter"
        assert element.is_example
        if element.code.startswith("JZ"):
            assert len(set(element.anchors)) == 5
    assert worth == {"业绩": 70, "价值观": 30}
    score(sme, "丁一")
    result = next(row for row in results_to_date(sme.programme_id, MARCH) if row.unit == "丁一")
    # 20 + 20 × 7.2 ÷ 9 + 15 × 0.8 + (5 − 1) + 10 × 0.8, and 5 × 6 × 3.2 ÷ 4.
    assert result.total == Decimal(20 + 16 + 12 + 4 + 8 + 24)
