"""社会评价: paper counted twice by two people, closed once all agree, few raters only merged."""

import io
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from backend.app.access import Actor, Role
from backend.app.assessments.appraisals import closing_operations, operations
from backend.app.assessments.appraisals.ballot_sheet import GROUP, ROUND, SLIP
from backend.app.assessments.appraisals.counting import BallotQuestion
from backend.app.assessments.appraisals.errors import (
    AppraisalMoved,
    AppraisalUnknown,
    OwnUnitCounted,
    SameCounter,
)
from backend.app.assessments.appraisals.forms import usual_groups
from backend.app.assessments.appraisals.operations import RaterGroup, RoundDraft
from backend.app.assessments.appraisals.queries import (
    entries_of,
    get_round,
    groups_of,
    result_of,
    social_groups,
)
from backend.app.assessments.states.appraisals import BallotState
from backend.app.core.db import db, transaction
from backend.app.core.errors import InvalidInput, NotAllowed, NotFound
from backend.app.core.files.workbooks import form_sheet
from backend.app.scoring.assessing.appraisal import social_score
from tests.app.assessments.acting import decider
from tests.app.assessments.test_report_pages import seat
from tests.factories.assessed import Assessed, add_target, issue
from tests.factories.console import as_shown, link_phone
from tests.factories.county import make_person
from tests.factories.tickets import as_actor, forget

PAGE = "/console/assessments/ballots"
# Means of 92, 85, 90 and 80: the golden town of 富平.
GOLDEN = ([6, 4, 0, 0, 0], [1, 3, 0, 0, 0], [5, 5, 0, 0, 0], [0, 10, 0, 0, 0])


@pytest.fixture
def running(assessed: Assessed) -> Assessed:
    add_target(assessed)
    issue(assessed)
    return assessed


@pytest.fixture
def boss(running: Assessed) -> Actor:
    return decider(running)


@pytest.fixture
def round_id(running: Assessed) -> int:
    with transaction():
        return operations.open_round(
            running.office, running.programme_id, RoundDraft("2026年终", usual_groups({}))
        ).id


def group_ids(round_id: int) -> list[int]:
    ids = [group.id for group in groups_of(round_id)]
    forget()
    return ids


def enter(actor: Actor, group_id: int, counts: dict[int, list[int]]) -> BallotState:
    with transaction():
        return operations.enter_counts(actor, group_id, counts)


def count_all(running: Assessed, round_id: int) -> None:
    for group_id, counts in zip(group_ids(round_id), GOLDEN, strict=True):
        for actor in (running.office, running.other_office):
            enter(actor, group_id, {BallotQuestion(running.town_unit): counts})


def test_the_golden_town_has_86_60_once_the_round_is_closed(running, boss, round_id) -> None:
    count_all(running, round_id)
    assert social_groups(running.programme_id) == {}
    with pytest.raises(AppraisalUnknown):
        result_of(get_round(round_id, running.county.id))
    forget()
    with transaction():
        closing_operations.close_round(boss, round_id)
    said = social_groups(running.programme_id)[running.town_unit]
    assert [row.mean for row in said] == [92, 85, 90, 80]
    assert social_score((row.weight, row.mean, row.n, row.least) for row in said) == (
        Fraction(8660, 100)
    )


def test_two_counts_that_differ_are_shown_cell_by_cell_until_they_agree(
    app, running, round_id
) -> None:
    first, *_ = group_ids(round_id)
    assert (
        enter(running.office, first, {BallotQuestion(running.town_unit): [6, 4, 0, 0, 0]})
        is BallotState.ONCE
    )
    second = {BallotQuestion(running.town_unit): [5, 5, 0, 0, 0]}
    assert enter(running.other_office, first, second) is BallotState.DIFFERENT
    page = as_shown(seat(app, running.office).get(f"{PAGE}/groups/{first}"))
    assert "这 2 格两遍不一致" in page
    mended = {BallotQuestion(running.town_unit): [6, 4, 0, 0, 0]}
    assert enter(running.other_office, first, mended) is BallotState.ACCEPTED
    with pytest.raises(AppraisalMoved):
        enter(running.office, first, mended)


def test_the_same_person_counts_once_and_a_third_is_refused(running, boss, round_id) -> None:
    first, *_ = group_ids(round_id)
    counts = {BallotQuestion(running.town_unit): [6, 4, 0, 0, 0]}
    assert enter(running.office, first, counts) is BallotState.ONCE
    assert enter(running.office, first, counts) is BallotState.ONCE
    enter(running.other_office, first, {BallotQuestion(running.town_unit): [1, 0, 0, 0, 0]})
    with pytest.raises(AppraisalMoved):
        enter(boss, first, counts)


def test_another_account_in_the_same_hand_does_not_count_a_second_time(running, round_id) -> None:
    first, *_ = group_ids(round_id)
    counts = {BallotQuestion(running.town_unit): [6, 4, 0, 0, 0]}
    enter(running.office, first, counts)
    phone = make_person()
    link_phone(running.office.person_id, phone)
    same = Actor(phone, running.office.grants)
    with pytest.raises(SameCounter):
        enter(same, first, counts)


def test_who_works_for_a_unit_does_not_count(running, round_id) -> None:
    first, *_ = group_ids(round_id)
    both = Actor(make_person(), (*running.office.grants, *running.town.grants))
    with pytest.raises(OwnUnitCounted):
        enter(both, first, {BallotQuestion(running.bureau_unit): [6, 4, 0, 0, 0]})


def test_more_ballots_than_were_handed_out_are_refused(running) -> None:
    with transaction():
        held = operations.open_round(
            running.office, running.programme_id,
            RoundDraft("年中", [RaterGroup("代表委员", Decimal(1), 5, invited=9)]),
        )  # fmt: skip
        held_id = held.id
    (group,) = group_ids(held_id)
    for counts in (
        {BallotQuestion(running.town_unit): [6, 4, 0, 0, 0]},
        {},
        {BallotQuestion(999_999): [1, 0, 0, 0, 0]},
    ):
        with pytest.raises(InvalidInput) as refused:
            enter(running.office, group, counts)
        assert list(refused.value.errors) == ["counts"]
        forget()


@pytest.mark.parametrize(
    ("title", "groups", "field"),
    [
        ("", [RaterGroup("甲", Decimal(1), 5)], "title"),
        ("年终", [], "groups"),
        ("年终", [RaterGroup("甲", Decimal(1), 5), RaterGroup("甲", Decimal(1), 5)], "groups"),
        ("年终", [RaterGroup("甲", Decimal(1), 4)], "groups"),
        ("年终", [RaterGroup("领导", Decimal(1), 2, is_merged=True)], "groups"),
        ("年终", [RaterGroup("甲", Decimal(0), 5)], "groups"),
        ("年终", [RaterGroup("甲", Decimal(1), 5, invited=0)], "groups"),
    ],
)
def test_a_round_says_what_is_wrong(running, title, groups, field) -> None:
    with pytest.raises(InvalidInput) as refused:
        operations.open_round(running.office, running.programme_id, RoundDraft(title, groups))
    assert list(refused.value.errors) == [field]


def test_the_database_keeps_small_groups_from_being_used(running, round_id) -> None:
    first, *_ = groups_of(round_id)
    first.least = 4
    with pytest.raises(IntegrityError):
        db.session.flush()
    forget()


def test_a_group_that_is_not_counted_twice_keeps_the_round_open(running, boss, round_id) -> None:
    first, *_ = group_ids(round_id)
    with pytest.raises(AppraisalMoved):
        closing_operations.close_round(boss, round_id)
    forget()
    counts = {BallotQuestion(running.town_unit): [6, 4, 0, 0, 0]}
    enter(running.office, first, counts)
    with pytest.raises(AppraisalMoved) as refused:
        closing_operations.close_round(boss, round_id)
    assert "单位民主测评" in refused.value.message
    forget()
    enter(running.other_office, first, counts)
    with transaction():
        closing_operations.close_round(boss, round_id)
    with pytest.raises(AppraisalMoved):
        enter(running.office, group_ids(round_id)[1], counts)


def test_of_two_who_open_or_enter_at_once_one_wins(running, at_once, round_id) -> None:
    outcome = at_once(
        *[
            lambda: operations.open_round(
                running.office, running.programme_id, RoundDraft("又一轮", usual_groups({}))
            )
        ]
        * 2
    )
    assert outcome == ["appraisal_moved", "appraisal_moved"]
    first, *_ = group_ids(round_id)
    counts = {BallotQuestion(running.town_unit): [6, 4, 0, 0, 0]}
    outcome = at_once(
        lambda: operations.enter_counts(running.office, first, counts),
        lambda: operations.enter_counts(running.other_office, first, counts),
    )
    assert outcome == ["done", "done"]
    assert sorted(entry.number for entry in entries_of(first)) == [1, 2]


def test_everybodys_acts_on_a_round(running, boss, round_id) -> None:
    first, *_ = group_ids(round_id)
    county = running.county.id
    people = {
        "town": running.town, "owner": running.owner, "office": running.office, "boss": boss,
        "desk": as_actor(make_person(), Role.COUNTY_STAFF, county),
        "leader": as_actor(make_person(), Role.LEADER, county),
        "system": as_actor(make_person(), Role.SYSTEM_ADMIN, county),
    }  # fmt: skip
    acts = {
        "open": lambda actor: operations.open_round(
            actor, running.programme_id, RoundDraft("又一轮", usual_groups({}))
        ),
        "enter": lambda actor: operations.enter_counts(
            actor, first, {BallotQuestion(running.town_unit): [6, 4, 0, 0, 0]}
        ),
        "close": lambda actor: closing_operations.close_round(actor, round_id),
    }
    may = {"office": {"open", "enter"}, "boss": {"open", "enter", "close"}}
    for name, actor in people.items():
        for act, do in acts.items():
            try:
                do(actor)
                result = True
            except AppraisalMoved:
                result = True
            except (NotAllowed, NotFound):
                result = False
            finally:
                forget()
            assert result is (act in may.get(name, set())), (name, act)


def slips_file(headings: list[str], rows: list[list[str]]) -> tuple[io.BytesIO, str]:
    return io.BytesIO(form_sheet("评价票汇总", headings, rows)), "票.xlsx"


def test_slips_come_in_whole_and_their_agreement_is_said(app, running, boss, round_id, scalar):
    first, *_ = group_ids(round_id)
    towns = "SELECT r.name FROM assessed_unit u JOIN region r ON r.id = u.region_id"
    headings = [ROUND, GROUP, SLIP, scalar(towns), "县教育局"]
    whose = ["2026年终", "单位民主测评"]
    rows = [
        [*whose, str(n), "非常满意" if n % 2 else "2", "5" if n % 2 else ""] for n in range(1, 7)
    ]
    path = f"{PAGE}/groups/{first}.xlsx"
    desk = seat(app, running.office)
    wrong = [*rows[:5], [*whose, "5", "很好", ""]]
    refused = desk.post(path, file=slips_file(headings, wrong))
    assert refused.status_code == 422
    assert "第 7 行：" in as_shown(refused)
    for actor in (running.office, running.other_office):
        answer = seat(app, actor).post(path, file=slips_file(headings, rows))
        assert answer.status_code == 303
    with transaction():
        closing_operations.close_round(boss, round_id)
    page = as_shown(desk.get(f"{PAGE}/{round_id}"))
    assert "6 张票，一致性 α" in page
    assert "3 票，不足 5 票不用" in page


def test_raters_who_all_say_the_same_cannot_be_compared(running, boss, round_id) -> None:
    first, *_ = group_ids(round_id)
    slips = {
        str(n): {BallotQuestion(running.town_unit): 1, BallotQuestion(running.bureau_unit): 1}
        for n in range(6)
    }
    for actor in (running.office, running.other_office):
        with transaction():
            operations.enter_slips(actor, first, slips)
    with transaction():
        closing_operations.close_round(boss, round_id)
    agreed = result_of(get_round(round_id, running.county.id)).agreements[first]
    assert (agreed.alpha, agreed.words, agreed.straight) == (None, "一致到无法计算", 6)


def test_leaders_are_shown_only_merged_and_a_unit_sees_its_own(app, running, boss, round_id):
    count_all(running, round_id)
    assert "关闭以前没有结果" in seat(app, running.town).get(f"{PAGE}/{round_id}").text
    office = seat(app, boss)
    assert office.post(f"{PAGE}/{round_id}").status_code == 303
    page = as_shown(office.get(f"{PAGE}/{round_id}"))
    assert "只并入总分" in page
    assert "85.00" not in page
    assert "86.60" in page
    assert "县教育局" in page
    assert "县教育局" not in as_shown(seat(app, running.town).get(f"{PAGE}/{round_id}"))


def test_the_form_opens_a_round_and_takes_counts(app, running, scalar) -> None:
    desk = seat(app, running.office)
    form = {
        "kind": "social",
        "name_0": "代表委员",
        "weight_0": "3",
        "least_0": "5",
        "invited_0": "20",
    }
    assert desk.post(PAGE, title="", **form).status_code == 422
    wrong = desk.post(PAGE, title="年终社会评价", **{**form, "weight_0": "三"})
    assert "第 1 组：权重应为数字" in wrong.text
    opened = desk.post(PAGE, title="年终社会评价", **form)
    assert opened.status_code == 303
    group = scalar("SELECT id FROM appraisal_group")
    cell = "c_0_1"
    refused = desk.post(f"{PAGE}/groups/{group}", **{cell: "多"})
    assert refused.status_code == 422
    assert "「庄里镇」第 1 列：票数应为整数" in refused.text
    assert f'data-boxes="{cell}"' in refused.text
    assert desk.post(f"{PAGE}/groups/{group}", **{cell: "12"}).status_code == 303
    assert scalar("SELECT counts FROM appraisal_count") == [12, 0, 0, 0, 0]
    assert "录了一遍" in desk.get(opened.headers["Location"]).text


LOCK = """
    INSERT INTO programme_lock (programme_id, county_id, until, rules_version, facts_digest,
        programme_digest, results_digest, units, checklist, locked_by_id, locked_at)
    SELECT id, county_id, '2026-12-01', 1, sha256(''), sha256(''), sha256(''), '[]', '{}',
        drafted_by_id, now() FROM programme
"""


BALLOT = """
    INSERT INTO appraisal_ballot (id, county_id, programme_id, group_id, answers)
    SELECT gen_random_uuid(), g.county_id, r.programme_id, g.id, '{1}'
    FROM appraisal_group g JOIN appraisal_round r ON r.id = g.round_id LIMIT 1
"""


def test_nothing_of_a_locked_years_ballots_changes(running, boss, round_id) -> None:
    count_all(running, round_id)
    with transaction():
        closing_operations.close_round(boss, round_id)
    with transaction() as session:
        session.execute(text(LOCK))
    for statement in (
        "UPDATE appraisal_round SET title = 'x'",
        "UPDATE appraisal_group SET weight = 9",
        "UPDATE appraisal_question SET position = 99 WHERE position = 0",
        BALLOT,
        "DELETE FROM appraisal_entry",
        "UPDATE appraisal_count SET counts = '{0,0,0,0,9}'",
    ):
        with pytest.raises(DBAPIError, match="locked programme"), transaction() as session:
            session.execute(text(statement))
