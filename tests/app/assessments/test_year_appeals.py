"""申诉: once for each item, decided by another, an error corrected by number beside the page."""

from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend.app.access import Actor, Grant, Role
from backend.app.assessments.appeals.errors import (
    AlreadyAppealed,
    AppealClosed,
    AppealItemUnknown,
    AppealMoved,
    CorrectionRefused,
    NotYourResult,
    OwnAppeal,
)
from backend.app.assessments.appeals.operations import Redress, decide_appeal, raise_appeal
from backend.app.assessments.appeals.queries import standing_grades
from backend.app.assessments.locks.verification import verify_year
from backend.app.assessments.publications.queries import YearCorrection, year_corrections
from backend.app.assessments.states import AppealItem
from backend.app.assessments.year_end.operations import AppealsOpen, archive_programme
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.scoring.assessing.grades import Grade
from tests.app.assessments.closing_year import (
    TEN,
    add_units,
    boss_of,
    close,
    decide_all,
    grade_states,
    lock,
    make_year,
    propose,
    publish,
    state_of,
)
from tests.app.assessments.result_year import Year, move
from tests.factories.assessed import YEAR, at
from tests.factories.console import as_shown, make_staff, sit_down
from tests.factories.county import OPENED_ON, grant_role, make_person
from tests.factories.tickets import forget

# The Monday after the publication; its five working days end on Friday.
MONDAY, LATE = at(1, 25, year=YEAR + 1), at(1, 30, year=YEAR + 1)
DECIDED = at(2, 1, year=YEAR + 1)


@pytest.fixture
def year(app) -> Year:
    """甲6 has 88; a deduction of 1 was confirmed against 甲7."""
    year = make_year()
    add_units(year, "甲", TEN)
    move(year, "甲7", "deduction", "1", "县级通报批评")
    close(year)
    propose(year)
    decide_all(year)
    lock(year)
    publish(year)
    return year


def staff_of_unit(year: Year, name: str, person_id: int | None = None) -> Actor:
    department = db.session.scalar(
        text("SELECT department_id FROM assessed_unit WHERE id = :id"), {"id": year.units[name]}
    )
    db.session.rollback()
    grant = Grant(
        Role.DEPARTMENT_STAFF, year.made.county.id, OPENED_ON, department_id=department
    )  # fmt: skip
    return Actor(person_id or make_person(), (grant,))


def other_boss(year: Year) -> Actor:
    """One who decided nothing of this year yet."""
    return boss_of(year.made, make_staff(Role.ASSESSOR, year.made.county.id, "boss2"))


def appeal(
    year: Year, name: str = "甲6", item: AppealItem = AppealItem.ELEMENT,
    item_id: int | None = None, when=MONDAY, actor: Actor | None = None,
) -> int:  # fmt: skip
    if item is AppealItem.ELEMENT:
        item_id = item_id or year.targets["完成率", name]
    with clock_at(when), transaction():
        return raise_appeal(
            actor or staff_of_unit(year, name), year.made.programme_id, year.units[name], item,
            item_id or year.units[name], "少算了一处",
        )  # fmt: skip


def decide(
    year: Year, appeal_id: int, redress: Redress | None, actor: Actor | None = None
) -> None:  # fmt: skip
    with clock_at(DECIDED), transaction():
        decide_appeal(actor or boss_of(year.made), appeal_id, "核对了原始数据", redress)


def corrections(year: Year) -> list[YearCorrection]:
    forget()
    return year_corrections(year.made.programme_id)


def adjustment(year: Year) -> int:
    forget()
    return db.session.scalar(text("SELECT id FROM programme_adjustment"))


def test_a_unit_appeals_once_for_each_item_within_five_working_days(year) -> None:
    appeal(year)
    with pytest.raises(AlreadyAppealed):
        appeal(year)
    appeal(year, item=AppealItem.GRADE)
    with pytest.raises(AppealClosed):
        appeal(year, "甲8", when=LATE)
    appeal(year, "甲8", when=at(1, 29, 17, year=YEAR + 1))


def test_only_the_units_own_staff_appeal_and_only_against_what_is_theirs(year) -> None:
    with pytest.raises(NotYourResult):
        appeal(year, actor=staff_of_unit(year, "甲8"))
    with pytest.raises(AppealItemUnknown):
        appeal(year, item_id=year.targets["完成率", "甲8"])
    with pytest.raises(AppealItemUnknown):
        appeal(year, item=AppealItem.ADJUSTMENT, item_id=adjustment(year))


def test_an_upheld_appeal_is_a_numbered_correction_worked_out_from_the_facts(year, client) -> None:
    first = appeal(year)
    frozen = client.get(f"/p/610528/assessments/{year.made.programme_id}").text
    decide(year, first, Redress(value=Decimal("89.5")))
    (row,) = corrections(year)
    assert (row.number, row.reason, row.is_own) == (1, "核对了原始数据", True)
    assert (row.before["total"], row.after["total"]) == ("88.00", "89.50")
    assert (row.before["grade"], row.after["grade"]) == ("良好", "良好")
    page = client.get(f"/p/610528/assessments/{year.made.programme_id}")
    # What was published stays as it was; the correction stands beside it.
    assert frozen.split('id="corrections"')[0].rsplit("<section", 1)[0] in page.text
    assert "第 1 号" in page.text
    table = client.get(f"/p/610528/assessments/{year.made.programme_id}/corrections.csv").text
    assert "88.00,89.50,良好,良好" in table
    assert ",89.50," in client.get(
        f"/p/610528/assessments/{year.made.programme_id}/units.csv"
    ).text  # fmt: skip
    unit = client.get(
        f"/p/610528/assessments/{year.made.programme_id}/units/{year.units['甲6']}"
    )  # fmt: skip
    assert "现在是 89.50" in as_shown(unit)


def test_a_second_correction_counts_on_from_the_first(year) -> None:
    decide(year, appeal(year), Redress(points=Decimal("89")))
    other = appeal(year, "甲7", AppealItem.ADJUSTMENT, adjustment(year))
    with pytest.raises(OwnAppeal):
        # Who confirmed the deduction does not decide about it.
        decide(year, other, Redress(points=Decimal(0)))
    decide(year, other, Redress(points=Decimal(0)), other_boss(year))
    rows = corrections(year)
    assert [(row.number, row.before["total"], row.after["total"]) for row in rows] == [
        (1, "88.00", "89.00"), (2, "84.00", "85.00"),
    ]  # fmt: skip


def test_whoever_changes_the_band_with_another_is_corrected_and_told(year, client, scalar) -> None:
    clerk = staff_of_unit(year, "甲4", known_clerk(year, "甲4"))
    decide(year, appeal(year, "甲5"), Redress(value=Decimal("93.5")))
    bands = [(row.unit_id, row.before["band"], row.after["band"]) for row in corrections(year)]
    assert bands == [(year.units["甲5"], 5, 4), (year.units["甲4"], 4, 5)]
    told = "SELECT words FROM notice WHERE person_id = :id ORDER BY id DESC LIMIT 1"
    moved = "随「甲5」的更正：得分 93.00 → 93.00，第 4 档 → 第 5 档"
    assert moved in scalar(told, id=clerk.person_id)
    page = as_shown(client.get(f"/p/610528/assessments/{year.made.programme_id}"))
    assert "随别的单位的更正变动" in page
    assert "第 5 档" in page
    table = client.get(f"/p/610528/assessments/{year.made.programme_id}/corrections.csv").text
    assert ",4,5" in table


def known_clerk(year: Year, name: str) -> int:
    """Somebody who works for the unit in the county's own books, so that notices reach them."""
    department = db.session.scalar(
        text("SELECT department_id FROM assessed_unit WHERE id = :id"), {"id": year.units[name]}
    )
    db.session.rollback()
    person_id = make_person()
    grant_role(person_id, Role.DEPARTMENT_STAFF, year.made.county.id, department_id=department)
    return person_id


def test_the_frozen_year_verifies_after_corrections(year) -> None:
    decide(year, appeal(year), Redress(value=Decimal("89.5")))
    forget()
    with transaction():
        assert verify_year(year.made.programme_id).equal


def test_a_corrected_total_that_asks_for_another_grade_has_it_chosen(year) -> None:
    first = appeal(year, "甲8")
    with pytest.raises(CorrectionRefused) as refused:
        decide(year, first, Redress(value=Decimal(82)))
    assert refused.value.errors == {"grade": ["更正后按方案应为「良好」，请选定更正后的等次"]}
    decide(year, first, Redress(value=Decimal(82), grade=Grade.GOOD))
    (row,) = corrections(year)
    assert (row.before["grade"], row.after["grade"]) == ("一般", "良好")
    assert standing_grades(year.made.programme_id)[year.units["甲8"]] == "good"


def test_corrections_keep_the_places_of_the_best(year) -> None:
    first = appeal(year, "甲4", AppealItem.GRADE)
    with pytest.raises(CorrectionRefused) as refused:
        decide(year, first, Redress(grade=Grade.EXCELLENT), other_boss(year))
    assert refused.value.errors == {"grade": ["「甲」3 个优秀名额已满，不能再增加"]}


@pytest.mark.parametrize(
    ("redress", "box"),
    [
        (Redress(), "points"), (Redress(value=Decimal(1), points=Decimal(1)), "points"),
        (Redress(points=Decimal(101)), "points"),
    ],
)  # fmt: skip
def test_what_cannot_be_corrected_names_its_box(year, redress, box) -> None:
    with pytest.raises(CorrectionRefused) as refused:
        decide(year, appeal(year), redress)
    assert box in refused.value.errors


def test_a_correction_that_changes_nothing_is_refused_and_words_are_asked_for(year) -> None:
    first = appeal(year)
    with pytest.raises(CorrectionRefused, match="没有变化"):
        decide(year, first, Redress(value=Decimal(88)))
    with pytest.raises(InvalidInput), clock_at(DECIDED), transaction():
        decide_appeal(boss_of(year.made), first, " ", None)


def test_a_refused_appeal_changes_nothing_and_is_decided_once(year) -> None:
    first = appeal(year)
    decide(year, first, None)
    assert corrections(year) == []
    with pytest.raises(AppealMoved):
        decide(year, first, Redress(value=Decimal(89)))
    told = "SELECT count(*) FROM notice WHERE title = '考核申诉：没有成立'"
    with db.engine.connect() as connection:
        assert connection.execute(text(told)).scalar_one() == 0, "its department has no clerk here"


def test_who_appealed_and_who_works_for_the_unit_do_not_decide(year) -> None:
    boss = boss_of(year.made)
    own = staff_of_unit(year, "甲6", boss.person_id)
    first = appeal(year, actor=own)
    with pytest.raises(OwnAppeal):
        decide(year, first, None, boss)
    both = Actor(make_person(), (*boss.grants, *own.grants))
    with pytest.raises(OwnAppeal):
        decide(year, first, None, both)
    with pytest.raises(NotAllowed):
        decide(year, first, None, year.made.other_office)


def test_corrections_are_append_only_and_appeals_have_two_hands(year) -> None:
    decide(year, appeal(year), Redress(value=Decimal("89.5")))
    appeal(year, "甲8")
    for statement in (
        "UPDATE result_correction SET reason = 'x'",
        "DELETE FROM result_correction",
        (
            "UPDATE result_appeal SET decided_by_id = raised_by_id, decided_at = now(),"
            " decision = 'x', state = 'refused' WHERE state = 'filed'"
        ),
    ):
        with pytest.raises(DBAPIError), transaction() as session:
            session.execute(text(statement))


def test_the_year_is_archived_when_nobody_may_appeal_and_nothing_is_open(year) -> None:
    first = appeal(year)
    with pytest.raises(AppealsOpen), clock_at(LATE), transaction():
        archive_programme(year.made.office, year.made.programme_id)
    decide(year, first, None)
    with pytest.raises(AppealsOpen), clock_at(MONDAY), transaction():
        archive_programme(year.made.office, year.made.programme_id)
    with clock_at(LATE), transaction():
        archive_programme(year.made.office, year.made.programme_id)
    assert (state_of(year), grade_states(year)) == ("archived", {"final"})


def test_an_appeal_is_raised_and_decided_on_its_page(year, client, stop_clock) -> None:
    address = f"/console/assessments/appeals/{year.made.programme_id}"
    with db.engine.connect() as connection:
        department = connection.execute(
            text("SELECT department_id FROM assessed_unit WHERE id = :id"),
            {"id": year.units["甲6"]},
        ).scalar_one()
    stop_clock(MONDAY)
    clerk_id = make_staff(None, year.made.county.id, "unit-clerk")
    grant_role(clerk_id, Role.DEPARTMENT_STAFF, year.made.county.id, department_id=department)
    clerk = sit_down(client, clerk_id)
    page = as_shown(clerk.get(address))
    assert "甲6的结果" in page
    assert "完成率（得 88.00 分，满分 100.00 分）" in page
    assert "88%，目标 100%，扣 12 分" in page
    assert "甲7" not in page
    sent = {
        "unit": year.units["甲6"], "item": "element",
        "item_id": year.targets["完成率", "甲6"], "words": "少算了一处",
    }  # fmt: skip
    assert clerk.post(address, **sent).status_code == 303
    assert clerk.post(address, **sent).status_code == 409
    assert clerk.post(f"{address}/decisions", appeal=1, act="refuse").status_code == 403
    boss = sit_down(
        client, make_staff(Role.ASSESSOR, year.made.county.id, "boss3", approves=True)
    )  # fmt: skip
    assert "少算了一处" in boss.get(address).text
    number = db.session.scalar(text("SELECT id FROM result_appeal"))
    db.session.rollback()
    answer = {"appeal": number, "decision": "核对了", "act": "uphold"}
    refused = boss.post(f"{address}/decisions", **answer)
    assert (refused.status_code, "更正后的完成值和得分，填一个" in refused.text) == (422, True)
    assert boss.post(f"{address}/decisions", **answer, value="89.5").status_code == 303
    assert "第 1 号" in boss.get(address).text
    assert "89.50 良好" in as_shown(clerk.get(address))


def test_a_unit_is_led_to_its_published_result_from_its_first_page(year, client) -> None:
    clerk_id = year.made.bureau.person_id
    page = sit_down(client, clerk_id).get("/console/assessments/")
    assert "公示结果和申诉" in page.text
