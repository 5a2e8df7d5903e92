"""The burden guard in the wizard: reasons, vetoes, caps and documents, typed and published."""

import pytest
from werkzeug.test import TestResponse

from backend.app.assessments.adjustments.clauses import clauses_of
from backend.app.assessments.models import Programme, ProgrammeGroup
from backend.app.assessments.programmes import operations as programmes
from backend.app.assessments.programmes.operations import CLOCKS
from backend.app.assessments.programmes.queries import exceptions_of, list_units, plan_of
from backend.app.core.db import db, transaction
from backend.app.core.errors import InvalidInput
from backend.app.scoring.assessing.refusals import refusals
from tests.app.assessments.test_pages import inputs, office_desk, path
from tests.factories.assessments import Assessment, make_draft
from tests.factories.console import as_shown
from tests.factories.tickets import forget


@pytest.fixture
def made(app) -> Assessment:
    return make_draft()


def programme(made: Assessment) -> Programme:
    forget()
    return db.session.get_one(Programme, made.programme_id)


def reasons(made: Assessment) -> set[str]:
    return {reason.code for reason in refusals(plan_of(programme(made)))}


def test_a_unit_over_the_limits_needs_a_reason_that_a_second_person_reads(
    made, client, monkeypatch
) -> None:
    monkeypatch.setattr("backend.app.scoring.assessing.refusals.MOST_BY_HAND", 0)
    assert "too_many" in reasons(made)
    desk = office_desk(client, made, "clerk")
    page = desk.get(path(made, "/groups")).text
    form = unit_form(made, page)
    form |= {name: "试点任务，富办发〔2026〕9号" for name in form if name.startswith("reason-")}
    assert desk.post(path(made, "/units"), **form).status_code == 303
    assert "too_many" not in reasons(made)
    published = exceptions_of(programme(made))
    assert {row["document"] for row in published} == {"试点任务，富办发〔2026〕9号"}
    assert any("庄里镇的目标可以超过限额" in row["words"] for row in published)
    assert "庄里镇的目标可以超过限额" in desk.get(path(made, "/approval")).text


def unit_form(made: Assessment, page: str) -> dict[str, str]:
    """The grid of units as the page shows it."""
    form = {name: value for name, value in inputs(page).items() if "-r" in name or "-d" in name}
    return form | {
        f"group-{place}{unit.region_id or unit.department_id}": str(unit.group_id)
        for unit in list_units(made.programme_id)
        for place in ("r" if unit.region_id else "d")
    }


def test_a_unit_is_assessed_in_the_months_that_it_is_there(made, client) -> None:
    desk = office_desk(client, made, "clerk")
    form = unit_form(made, desk.get(path(made, "/groups")).text)
    key = next(name for name in form if name.startswith("group-")).removeprefix("group-")

    def save(first: str, last: str) -> TestResponse:
        months = {f"first-{key}": first, f"last-{key}": last}
        return desk.post(path(made, "/units"), **form | months)

    for first, last, words in (
        ("8", "7", "最后一个月不能早于第一个月"),
        ("13", "", "月份应为 1 到 12"),
    ):
        refused = save(first, last)
        assert refused.status_code == 422
        assert words in as_shown(refused)
    assert save("7", "11").status_code == 303
    units = list_units(made.programme_id)
    assert [(unit.first_month, unit.last_month) for unit in units if unit.first_month > 1] == [
        (7, 11)
    ]


def test_a_veto_without_a_document_keeps_a_programme_from_approval(made, client) -> None:
    desk = office_desk(client, made, "clerk")
    veto = {"veto-kind-0": "veto", "veto-name-0": "发生重大安全生产事故"}
    assert desk.post(path(made, "/vetoes"), **veto).status_code == 303
    assert "veto" in reasons(made)
    assert "一票否决（否优）须写明上级文件文号" in as_shown(desk.get(path(made, "/clocks")))
    document = {**veto, "veto-document-0": "陕办发〔2025〕7号"}
    assert desk.post(path(made, "/vetoes"), **document).status_code == 303
    assert reasons(made) == set()
    assert {
        "words": "一票否决：发生重大安全生产事故",
        "document": "陕办发〔2025〕7号",
    } in exceptions_of(programme(made))
    named = [clause.name for clause in clauses_of(programme(made).content)]
    assert "发生重大安全生产事故（陕办发〔2025〕7号）" in named
    assert desk.post(path(made, "/vetoes")).status_code == 303
    assert programme(made).content["vetoes"] == []


def test_two_vetoes_have_two_names(made) -> None:
    row = {"kind": "veto", "name": "安全事故", "document": "陕办发〔2025〕7号"}
    with pytest.raises(InvalidInput):
        programmes.save_vetoes(made.clerk, made.programme_id, [row, row])
    forget()


def test_what_vetoes_say_is_tried_and_approved_anew(made) -> None:
    with transaction():
        programmes.mark_tried(made.clerk, made.programme_id)
    with transaction():
        programmes.save_vetoes(made.clerk, made.programme_id, [])
    assert programme(made).state == "draft"


def test_caps_are_kept_as_typed_for_each_group(made, client) -> None:
    desk = office_desk(client, made, "clerk")
    form = {
        name: value for name, value in inputs(desk.get(path(made, "/groups")).text).items()
        if name.partition("-")[0] in ("name", "task", "social", "ordinary", "excellent",
                                      "bonus_cap", "deduction_cap", "cards_cap")
        and not name.endswith("-0")
    }  # fmt: skip
    key = next(name for name, value in form.items() if value == "镇（街道）").partition("-")[2]
    form |= {f"bonus_cap-{key}": "3", f"deduction_cap-{key}": "8.5", f"cards_cap-{key}": ""}
    assert desk.post(path(made, "/groups"), **form).status_code == 303
    forget()
    group = db.session.get_one(ProgrammeGroup, int(key))
    assert (group.bonus_cap, group.deduction_cap, group.cards_cap) == (3, 8.5, 5)
    refused = desk.post(path(made, "/groups"), **{**form, f"bonus_cap-{key}": "很多"})
    assert refused.status_code == 422
    assert "应为 0 到 100 的数字" in refused.text


def test_a_guard_goes_off_with_its_document_in_sight(made, client) -> None:
    desk = office_desk(client, made, "clerk")
    form = {
        name: value for name, value in inputs(desk.get(path(made, "/clocks")).text).items()
        if name in CLOCKS
    }  # fmt: skip
    form |= {"preset": "fuping", "document-traces": "陕办发〔2025〕8号"}
    assert desk.post(path(made, "/clocks"), **form).status_code == 303
    page = as_shown(desk.get(path(made, "/approval")))
    assert "留痕可以计分" in page
    assert "陕办发〔2025〕8号" in page
