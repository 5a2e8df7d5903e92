"""SMART in the wizard: named beside each target, and refused where the programme says so."""

import io
from dataclasses import replace
from decimal import Decimal

import pytest

from backend.app.assessments.models import Programme, TargetStanding
from backend.app.assessments.programmes.copy_operations import copy_programme
from backend.app.assessments.programmes.queries import list_elements, plan_of
from backend.app.assessments.targets.draft_operations import save_targets
from backend.app.assessments.targets.draft_queries import stored_drafts
from backend.app.assessments.targets.smart_queries import smart_advice
from backend.app.core.db import db, transaction
from backend.app.scoring.assessing.refusals import refusals
from tests.app.assessments.test_pages import office_desk, path
from tests.factories.assessments import BASICS, IN_MARCH, YEAR, Assessment, make_draft, make_issued
from tests.factories.console import as_shown
from tests.factories.tickets import forget

FILE = "/targets/file"


@pytest.fixture
def made(app) -> Assessment:
    return make_draft()


def grid(made: Assessment) -> str:
    return path(made, f"/targets?unit={made.unit().id}")


def test_what_a_target_misses_stands_beside_it_and_is_advice(made, client) -> None:
    desk = office_desk(client, made, "clerk")
    with transaction():
        vague = made.draft_of("GX01", made.unit().id, "24", task="做好各项工作")
        save_targets(made.clerk, made.programme_id, [vague])
    page = as_shown(desk.get(grid(made)))
    assert "S 没有写清做什么：任务内容要写出对象" in page
    assert "只是提醒，不影响审定" in page
    forget()
    assert refusals(plan_of(db.session.get_one(Programme, made.programme_id))) == []


def test_it_keeps_from_approval_where_the_programme_says_so(made, client) -> None:
    desk = office_desk(client, made, "clerk")
    assert desk.post(path(made, "/smart"), required="1").status_code == 303
    forget()
    reasons = refusals(plan_of(db.session.get_one(Programme, made.programme_id)))
    assert {reason.code for reason in reasons} == {"smart"}
    assert any(
        reason.words == "庄里镇「项目投资」：没有依据" for reason in reasons
    ), [reason.words for reason in reasons]  # fmt: skip
    page = as_shown(desk.get(path(made, "/approval")))
    assert "没有依据" in page
    assert "庄里镇「项目投资」" in page
    assert desk.post(path(made, "/smart")).status_code == 303
    forget()
    assert refusals(plan_of(db.session.get_one(Programme, made.programme_id))) == []


def test_an_import_names_it_before_it_is_written(made, client) -> None:
    desk = office_desk(client, made, "clerk")
    book = desk.get(path(made, "/targets.xlsx")).data
    with transaction():
        other = made.draft_of("GX01", made.unit().id, "24", value=Decimal(60), plan=())
        save_targets(made.clerk, made.programme_id, [other])
    sent = desk.post(path(made, FILE), file=(io.BytesIO(book), "分解表.xlsx"))
    assert "R 没有依据" in as_shown(sent)


def test_a_target_far_from_what_last_year_reached_asks_for_a_reason(app) -> None:
    made = make_issued()
    with transaction() as session:
        target = made.target("GX01")
        session.add(
            TargetStanding(
                target_id=target.id, period=IN_MARCH.date().replace(day=1, month=12),
                county_id=made.county.id, programme_id=made.programme_id, value=Decimal(100),
                computed_at=IN_MARCH,
            )
        )  # fmt: skip
    with transaction():
        basics = replace(BASICS, year=YEAR + 1)
        after = copy_programme(made.clerk, made.county.id, basics, made.programme_id).id
    made.programme_id = after
    with transaction():
        for value, note in ((150, ""), (151, ""), (151, "新厂房六月投产")):
            draft = made.draft_of(
                "GX01", made.unit().id, "24", value=Decimal(value), note=note, plan=()
            )
            save_targets(made.clerk, after, [draft])
            elements = {row.id: row for row in list_elements(after)}
            programme = db.session.get_one(Programme, after)
            drafts = stored_drafts(after, draft.unit_id).values()
            advice = smart_advice(programme, drafts, elements).get(draft.key, [])
            letters = [fault.letter for fault in advice]
            assert letters == (["A", "R"] if (value, note) == (151, "") else ["R"])
