"""组团: members chosen in the draft, a common result for all, and each one's own part in words."""

from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend.app.assessments.errors import ProgrammeMoved, ProgrammeUnknown
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes.copy_operations import copy_programme
from backend.app.assessments.programmes.operations import ProgrammeBasics
from backend.app.assessments.programmes.queries import list_elements, list_units, plan_of
from backend.app.assessments.programmes.shared_operations import save_shared_task
from backend.app.assessments.programmes.shared_queries import SharedDraft, shared_drafts
from backend.app.core.db import db, transaction
from backend.app.core.errors import InvalidInput
from backend.app.scoring.assessing.refusals import refusals
from tests.app.assessments.result_year import (
    Year,
    add_element,
    add_group,
    add_target,
    add_unit,
    measure,
    run,
    scores_of,
)
from tests.app.assessments.test_report_pages import seat
from tests.factories.assessed import YEAR, Assessed
from tests.factories.console import as_shown
from tests.factories.tickets import forget

WATER, TOWNS = "断面水质", ("上游", "中游", "下游")


@pytest.fixture
def year(assessed: Assessed) -> Year:
    """Three units with ten points each for the water of one river."""
    made = Year(assessed)
    add_group(made, "流域", 100, 0)
    add_element(made, WATER, {"rule": "shared", "share": "0.5"}, source="owner:")
    for name in TOWNS:
        add_unit(made, name, "流域")
        add_target(made, WATER, name, "10")
    return made


def draft(year: Year, share: str = "0.4", by_members: bool = False, **weights: str) -> SharedDraft:
    named = weights or dict.fromkeys(TOWNS, "1")
    return SharedDraft(
        Decimal(share), by_members,
        {year.units[name]: Decimal(weight) for name, weight in named.items()},
    )  # fmt: skip


def save(year: Year, what: SharedDraft, actor=None) -> None:
    with transaction():
        save_shared_task(
            actor or year.made.office, year.made.programme_id, year.elements[WATER], what
        )


def page(year: Year) -> str:
    return (
        f"/console/assessments/programmes/{year.made.programme_id}"
        f"/elements/{year.elements[WATER]}/shared"
    )


def test_points_are_the_common_result_and_the_own_duty_by_the_share_that_was_agreed(year) -> None:
    save(year, draft(year))
    run(year)
    measure(year, WATER, None, "0.8", reason="出境断面超标")
    measure(year, WATER, "上游", "0.9")
    measure(year, WATER, "中游", "0.5")
    scores = scores_of(year)
    assert [scores[name].parts[0].points for name in TOWNS] == [
        Decimal("8.6"), Decimal("6.2"), None,
    ]  # fmt: skip


def test_a_lost_shared_point_is_the_same_case_for_all_and_says_each_ones_own_part(year) -> None:
    save(year, draft(year))
    run(year)
    measure(year, WATER, None, "0.8", reason="出境断面超标")
    measure(year, WATER, "上游", "0.9")
    measure(year, WATER, "中游", "0.5")
    words = {name: scores_of(year)[name].losses for name in ("上游", "中游")}
    same = "因出境断面超标，组团共同结果 80%，3 个成员同一个案例，各少 0.8 分；"
    assert words["上游"][0].words == (
        f"{same}本单位职责 90%，少 0.6 分，合计扣 1.4 分，总分少 14.00 分"
    )
    assert words["中游"][0].words == (
        f"{same}本单位职责 50%，少 3 分，合计扣 3.8 分，总分少 38.00 分"
    )


def test_without_a_measurement_of_its_own_the_result_is_the_members_weighted_mean(year) -> None:
    save(year, draft(year, "0.5", True, 上游="3", 中游="1", 下游="1"))
    run(year)
    measure(year, WATER, "上游", "1")
    measure(year, WATER, "中游", "0.5")
    scores = scores_of(year)
    # (3 x 1 + 1 x 0.5) / 4 = 0.875; 下游 says nothing and leaves its weight.
    assert scores["上游"].parts[0].points == Decimal("9.375")
    assert scores["中游"].parts[0].points == Decimal("6.875")
    assert scores["下游"].parts[0].points is None


def test_figures_in_percent_count_of_a_hundred(app, assessed) -> None:
    """流域断面水质 of 乐平 is measured in percent: 90 is nine tenths."""
    made = Year(assessed)
    add_group(made, "流域", 100, 0)
    add_element(made, WATER, {"rule": "shared", "share": "0.5"}, measured_in="%", source="owner:")
    for name in TOWNS[:2]:
        add_unit(made, name, "流域")
        add_target(made, WATER, name, "10")
    run(made)
    where = (
        f"/console/assessments/measures/elements/{made.elements[WATER]}/shared"
        f"?programme={made.made.programme_id}&month={YEAR}-12"
    )
    said = seat(app, made.made.owner).post(where, common="80", common_reason="超标")
    shown = as_shown(seat(app, made.made.owner).get(said.headers["Location"]))
    assert "<strong>80%</strong>" in shown
    measure(made, WATER, "上游", "90")
    scored = scores_of(made)["上游"]
    assert scored.parts[0].points == Decimal("8.5")
    assert "组团共同结果 80%" in scored.losses[0].words


def test_members_not_chosen_are_all_who_have_the_target_at_the_rules_own_share(year) -> None:
    run(year)
    measure(year, WATER, None, "0.8")
    measure(year, WATER, "上游", "1")
    assert scores_of(year)["上游"].parts[0].points == Decimal(9)


def test_a_share_outside_three_to_seven_tenths_and_a_lone_member_are_refused(year) -> None:
    for wrong, box in (
        (draft(year, "0.8"), "share"), (draft(year, "0.29"), "share"),
        (draft(year, 上游="1"), "members"), (draft(year, 上游="0", 中游="1"), "weight-"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as refused:
            save(year, wrong)
        assert any(name.startswith(box) for name in refused.value.errors)
    with pytest.raises(ProgrammeUnknown), transaction():
        save_shared_task(
            year.made.office, year.made.programme_id, year.made.targets["parent"], draft(year)
        )


def test_the_database_refuses_a_share_that_no_form_would_take(year, scalar) -> None:
    save(year, draft(year))
    with pytest.raises(DBAPIError, match="ck_shared_task_share"), transaction() as session:
        session.execute(text("UPDATE shared_task SET share = 0.9"))


def test_whoever_has_the_target_is_a_member_and_every_member_has_it(year) -> None:
    save(year, draft(year, 上游="1", 中游="1"))
    programme = db.session.get_one(Programme, year.made.programme_id)
    said = {row.words for row in refusals(plan_of(programme)) if row.code == "shared"}
    assert said == {"下游的「断面水质」有目标，不在组团成员里"}
    forget()
    save(year, draft(year))
    programme = db.session.get_one(Programme, year.made.programme_id)
    assert not [row for row in refusals(plan_of(programme)) if row.code == "shared"]


def test_an_approved_programme_keeps_its_members(year) -> None:
    save(year, draft(year))
    run(year)
    with pytest.raises(ProgrammeMoved):
        save(year, draft(year, "0.5"))
    with pytest.raises(DBAPIError, match="approved programme"), transaction() as session:
        session.execute(text("DELETE FROM shared_task_member"))


def test_members_are_chosen_on_the_page(app, year) -> None:
    desk = seat(app, year.made.office)
    form = {f"member-{year.units[name]}": "1" for name in ("上游", "中游")}
    weights = {f"weight-{year.units['上游']}": "2"}
    refused = desk.post(page(year), share="0.9", **form)
    assert refused.status_code == 422
    assert "共同结果应占三成到七成" in as_shown(refused)
    assert desk.post(page(year), share="0.6", by_members="1", **form, **weights).status_code == 303
    (known,) = shared_drafts(year.made.programme_id).values()
    assert known == draft(year, "0.6", True, 上游="2", 中游="1")
    forget()
    shown = as_shown(desk.get(page(year)))
    assert shown.count(" checked") == 3
    assert 'value="2.00"' in shown
    assert seat(app, year.made.town).get(page(year)).status_code == 403


def test_the_common_result_is_said_by_the_owner_and_not_by_a_member(app, year, scalar) -> None:
    save(year, draft(year))
    run(year)
    where = (
        f"/console/assessments/measures/elements/{year.elements[WATER]}/shared"
        f"?programme={year.made.programme_id}&month={YEAR}-11"
    )
    owner = seat(app, year.made.owner)
    for form, words in (
        ({"common": "120"}, "应为 0 到 100"), ({"common": "80"}, "写明少在哪件事上"),
    ):  # fmt: skip
        refused = owner.post(where, **form)
        assert refused.status_code == 422
        assert words in as_shown(refused)
    said = owner.post(where, common="80", common_reason="出境断面超标")
    assert said.status_code == 303
    shown = as_shown(owner.get(said.headers["Location"]))
    assert "到 11 月 <strong>80%</strong>，出境断面超标" in shown
    assert scalar("SELECT value FROM measure_fact WHERE unit_id IS NULL") == Decimal("0.8")
    assert scalar("SELECT count(*) FROM audit_entry WHERE action = 'score_shared'") == 1
    for member in (year.made.town, year.made.bureau):
        assert seat(app, member).post(where, common="100").status_code in (403, 404)


def test_a_copy_keeps_the_members(year) -> None:
    save(year, draft(year, "0.6", True))
    basics = ProgrammeBasics("再来一版", YEAR, "〔2026〕1号", "计划第1项")
    with transaction():
        copy = copy_programme(year.made.office, year.made.county.id, basics, year.made.programme_id)
        copied = copy.id
    (known,) = shared_drafts(copied).values()
    assert (known.share, known.by_members, len(known.weights)) == (Decimal("0.6"), True, 3)
    assert set(known.weights) <= {unit.id for unit in list_units(copied)}
    assert len(list_elements(copied)) == len(list_elements(year.made.programme_id))
