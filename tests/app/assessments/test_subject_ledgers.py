"""Who runs a subject, what it sold, bought and applied, and what is measured of that."""

from datetime import date, timedelta

import pytest

from backend.app.access import Actor, Grant, Role
from backend.app.accounts.queries import actor_today, staff_of
from backend.app.assessments.parties import parties_of
from backend.app.assessments.states import SubjectKind
from backend.app.assessments.subjects.errors import SubjectInvitationUnknown
from backend.app.assessments.subjects.ledgers import figure_of, index_of, ledgers_of
from backend.app.assessments.subjects.staff_operations import (
    accept_invitation,
    dismiss_staff,
    invite_staff,
)
from backend.app.assessments.subjects.trade_files import TRADES
from backend.app.core import clock
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.app.core.errors import NotAllowed
from backend.app.scoring.totals import rounded
from tests.app.assessments.test_subjects import keep
from tests.factories.assessments import Assessment, make_draft
from tests.factories.console import make_staff, sit_down
from tests.factories.county import OPENED_ON, make_person
from tests.factories.imports import Desk, refused

HEADINGS = "主体,类别,流水号,日期,登记日期,品类,金额,实名,定额\n"


@pytest.fixture
def made(app) -> Assessment:
    return make_draft()


def invite(made: Assessment, subject_id: int) -> str:
    with transaction():
        return invite_staff(made.clerk, made.county.id, subject_id)


def accept(person_id: int, code: str) -> None:
    with transaction():
        accept_invitation(person_id, code)


def test_a_code_makes_one_person_run_the_subject_once(made: Assessment) -> None:
    shop = keep(made, "兴农店", "shop")
    code = invite(made, shop)
    owner, other = make_person(), make_person()
    accept(owner, code)
    accept(owner, code)
    with pytest.raises(SubjectInvitationUnknown):
        accept(other, code)
    (grant,) = actor_today(owner).grants
    assert (grant.role, grant.region_id, grant.subject_id) == (
        Role.SUBJECT_STAFF, made.county.id, shop,
    )  # fmt: skip
    assert staff_of([Role.SUBJECT_STAFF], subject_id=shop) == [owner]


def test_a_code_is_good_for_three_days_and_the_role_ends_at_once(made: Assessment) -> None:
    shop, owner = keep(made, "兴农店", "shop"), make_person()
    late, good = invite(made, shop), invite(made, shop)
    later = clock_at(clock.now() + timedelta(days=3, minutes=1))
    with later, pytest.raises(SubjectInvitationUnknown):
        accept(owner, late)
    accept(owner, good)
    with transaction():
        dismiss_staff(made.clerk, made.county.id, shop, owner)
    assert actor_today(owner).grants == ()


def test_nobody_but_the_office_invites(made: Assessment) -> None:
    shop = keep(made, "兴农店", "shop")
    with pytest.raises(NotAllowed), transaction():
        invite_staff(made.bureau, made.county.id, shop)


def test_who_runs_a_subject_is_nothing_else_to_its_targets(made: Assessment) -> None:
    shop = keep(made, "兴农店", "shop")

    class Sides:
        county_id, region_id, department_id, subject_id = made.county.id, None, None, shop
        owner_department_id = None

    both = Actor(
        1,
        (
            Grant(Role.ASSESSOR, made.county.id, OPENED_ON),
            Grant(Role.SUBJECT_STAFF, made.county.id, OPENED_ON, subject_id=shop),
        ),
    )
    assert parties_of(both, Sides()) == {"unit"}
    assert parties_of(made.clerk, Sides()) == {"office"}


def lines(subject: str, *rows: str) -> str:
    return HEADINGS + "".join(f"{subject},{row}\n" for row in rows)


@pytest.fixture
def desk(made: Assessment) -> Desk:
    person_id = make_staff(Role.ASSESSOR, made.county.id, "keeper")
    return Desk(actor_today(person_id), made.county.id, TRADES)


def test_ledgers_come_in_by_file_once_and_are_measured(made: Assessment, desk: Desk) -> None:
    shop = keep(made, "兴农店", "shop", opened_on=date(2026, 11, 1))
    farm = keep(made, "稻农", "farm", area=200)
    sold = lines(
        "兴农店", "销售,1,2026-11-02,,农药,300,是,", "销售,2,2026-11-20,,农药,100,否,",
        "销售,3,2026-11-20,,化肥,600,是,",
    )  # fmt: skip
    applied = lines(
        "稻农", "购进,9,2026-11-05,,化肥,500,是,", "施用,1,2026-11-06,2026-11-08,化肥,30,,40",
        "施用,2,2026-11-10,2026-11-25,化肥,30,,40", "施用,3,2026-11-12,,农药,5,,4",
        "施用,4,2026-11-20,,农药,3,,4",
    )  # fmt: skip
    assert desk.bring(sold) == {"new": 3}
    assert desk.bring(applied) == {"new": 5}
    assert desk.bring(sold) == {"known": 3}
    ledgers = ledgers_of(made.county.id, date(2026, 11, 30))

    def figures(subject_id: int, *codes: str) -> list[str]:
        values = [figure_of(code, ledgers, subject_id, None) for code in codes]
        return ["" if value is None else f"{rounded(value)}" for value in values]

    assert figures(shop, "activity", "pesticide_real_name", "fertiliser_real_name") == [
        "6.00", "75.00", "100.00",
    ]  # fmt: skip
    assert figures(farm, "activity", "records_in_time", "within_quota") == [
        "50.00", "75.00", "75.00",
    ]  # fmt: skip
    assert figures(farm, "purchases_real_name") == ["100.00"]
    assert index_of(SubjectKind.FARM, ledgers.values()) == 50
    assert index_of(SubjectKind.FARM, ledgers.values(), made.county.id) is None


def test_a_file_that_was_taken_back_counts_no_longer(made: Assessment, desk: Desk) -> None:
    shop = keep(made, "兴农店", "shop")
    import_id = desk.start(lines("兴农店", "销售,1,2026-11-20,,农药,300,是,"))
    desk.take_over(import_id)
    assert desk.undo(import_id) is None
    db.session.rollback()
    assert ledgers_of(made.county.id, date(2026, 11, 30))[shop].sales == []
    assert desk.bring(lines("兴农店", "销售,1,2026-11-20,,农药,300,是,")) == {"new": 1}


def test_lines_are_refused_by_what_is_wrong(made: Assessment, desk: Desk) -> None:
    keep(made, "兴农店", "shop")
    desk.bring(lines("兴农店", "销售,7,2026-11-02,,农药,300,是,"))
    bad = lines(
        "兴农店", "销售,7,2026-11-02,,农药,999,是,", "销售,8,2026-11-02,,农药,1,,",
        "施用,9,2026-11-02,2026-11-01,农药,1,,2", "施用,10,2026-11-02,,农药,1,,",
        "销售,11,2026-12-24,,农药,1,是,", "销售,12,2026-11-02,,农药,-1,是,",
    )  # fmt: skip
    assert refused(desk.start(f"{bad}没有的店,销售,1,2026-11-02,,农药,1,是,\n")) == {
        2: "流水号 7 导入过，内容不一样；先撤销那一批再导",
        3: "「实名」填 是 或 否",
        4: "「登记日期」不能早于「日期」",
        5: "施用要填「定额」",
        6: "日期还没有到",
        7: "「金额或用量」应为大于 0 的数字，现在是「-1」",
        8: "没有主体「没有的店」，或者不由您部门负责",
    }


def test_a_department_hands_in_of_its_own_subjects_alone(made: Assessment) -> None:
    keep(made, "兴农店", "shop")
    desk = Desk(made.bureau, made.county.id, TRADES)
    assert "不由您部门负责" in refused(
        desk.start(lines("兴农店", "销售,1,2026-11-02,,农药,300,是,"))
    )[2]  # fmt: skip


def test_the_pages_hand_out_a_code_and_show_the_indices(made: Assessment, client) -> None:
    shop = keep(made, "兴农店", "shop")
    desk = sit_down(client, make_staff(Role.ASSESSOR, made.county.id, "clerk"))
    page = desk.post(f"/console/assessments/subjects/{shop}/staff").text
    code = page.split('<strong class="number">')[1].split("<")[0]
    owner = make_person()
    accept(owner, code)
    assert "收回" in desk.get(f"/console/assessments/subjects/{shop}/form").text
    dismissed = desk.post(f"/console/assessments/subjects/{shop}/staff/{owner}/dismiss")
    assert dismissed.status_code == 303
    assert "还没有人" in desk.get(f"/console/assessments/subjects/{shop}/form").text
    trades = desk.get("/console/assessments/subjects/trades").text
    assert "实名购买活跃指数" in trades
    assert desk.get("/console/assessments/subjects/trades/form.xlsx").status_code == 200
