"""12345 orders through the wizard: read, shown, mended, taken over, taken back."""

import pytest
from sqlalchemy import text

from backend.app.access import Role
from backend.app.core.db import db, transaction
from backend.app.core.errors import NotAllowed, NotFound
from backend.app.imports import operations
from backend.app.imports.states import ImportState
from backend.app.own_data import retention
from backend.app.tickets import handling
from backend.app.tickets.intake import order_operations
from backend.app.tickets.intake.hotline import ORDERS
from backend.app.tickets.intake.operations import open_ticket
from backend.app.tickets.kinds import Channel
from backend.app.tickets.models import Ticket
from backend.app.tickets.serializers import contact_of
from tests.app.imports.cases import case, make_fuping
from tests.factories.county import make_county
from tests.factories.imports import Desk, counts, found, outcomes, questions, refused, state
from tests.factories.tickets import Offices, as_actor, forget

HEADING = "工单编号,诉求内容,村,诉求类型,受理时间,反映人,联系电话\n"


@pytest.fixture
def offices(app) -> Offices:
    return make_fuping()


@pytest.fixture
def desk(offices: Offices) -> Desk:
    forget()
    return Desk(offices.desk, offices.county.id, ORDERS)


def tickets(columns: str = "source_number") -> list:
    forget()
    rows = db.session.execute(text(f"SELECT {columns} FROM ticket ORDER BY id"))
    return [tuple(row) if len(row) > 1 else row[0] for row in rows]


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("title.xlsx", ["T0", "T1"]),
        ("merged.xlsx", ["M0", "M1", "M2"]),
        ("hidden1st.xlsx", ["X0", "X1"]),
        ("headstar.xlsx", ["H0", "H1"]),
        ("headnl.xlsx", ["L0", "L1"]),
    ],
)
def test_headings_titles_merged_cells_and_hidden_sheets_lose_no_order(
    desk: Desk, offices: Offices, name: str, numbers: list[str]
) -> None:
    assert desk.bring(case(name), name) == {"new": len(numbers), "late": len(numbers)}
    assert tickets("source_number, village_id") == [(n, offices.village_id) for n in numbers]


def test_the_preview_says_which_sheet_was_read_and_which_is_hidden(desk: Desk) -> None:
    about = found(desk.start(case("hidden1st.xlsx"), "hidden1st.xlsx")).about_sheet
    assert (about["sheet"], about["hidden"], about["heading_line"]) == ("工单", ["字典"], 1)
    assert found(desk.start(case("title.xlsx"), "title.xlsx")).about_sheet["heading_line"] == 3


def test_a_preview_writes_no_ticket(desk: Desk) -> None:
    assert state(desk.start(case("title.xlsx"), "a.xlsx")) is ImportState.READY
    assert tickets() == []


def test_two_columns_of_one_name_are_asked_about(desk: Desk) -> None:
    import_id = desk.start(case("duphead.xlsx"), "a.xlsx")
    assert state(import_id) is ImportState.COLUMNS
    about = found(import_id).about_sheet
    assert about["doubtful"] == {"words": [2, 4]}
    assert found(import_id).columns["number"] == "工单编号"
    desk.choose_columns(import_id, {**found(import_id).columns, "words": "内容#2"})
    assert desk.take_over(import_id)["new"] == 1
    assert tickets("words") == ["后的内容"]
    # The next file of the source asks no more.
    again = desk.start(case("duphead.xlsx"), "b.xlsx")
    assert (state(again), counts(again)["known"]) == (ImportState.READY, 1)


def test_a_formula_without_a_value_is_refused_and_never_known(desk: Desk) -> None:
    import_id = desk.start(case("formula.xlsx"), "a.xlsx")
    assert counts(import_id)["refused"] == 4
    assert list(refused(import_id)) == [2, 3, 4, 5]
    assert all("工单编号" in reason for reason in refused(import_id).values())
    assert desk.take_over(import_id).keys() == {"refused"}


def test_a_time_that_is_an_error_is_refused_and_never_now(desk: Desk) -> None:
    import_id = desk.start(case("err.xlsx"), "a.xlsx")
    assert "「受理时间」是错误值" in refused(import_id)[2]


def test_numbers_that_a_spreadsheet_destroyed_are_refused(desk: Desk) -> None:
    import_id = desk.start(case("scientific.csv"), "a.csv")
    assert counts(import_id)["refused"] == 3
    assert all("超过 15 位" in reason for reason in refused(import_id).values())


def test_a_number_again_with_other_words_is_refused_and_the_same_row_is_taken_once(
    desk: Desk,
) -> None:
    rows = "A1,路灯不亮,车站社区,求助\nA1,水管破了,车站社区,求助\n"
    rows += "A2,井盖坏了,车站社区,求助\nA2,井盖坏了,车站社区,求助\n"
    import_id = desk.start(f"工单编号,诉求内容,村,诉求类型\n{rows}")
    assert [outcome for _, outcome, _ in outcomes(import_id)] == [
        "refused", "refused", "new", "known",
    ]  # fmt: skip
    assert "第 2、3 行重复" in refused(import_id)[2]


def test_every_spelling_of_a_village_is_found_and_only_real_doubts_are_asked(
    desk: Desk, offices: Offices
) -> None:
    import_id = desk.start(case("village_names.xlsx"), "a.xlsx")
    assert {question.text for question in questions(import_id)} == {"三合村", "三合村委会"}
    assert counts(import_id) == {"asked": 2, "new": 22, "late": 24}
    labels = [label for _, label in questions(import_id)[0].options]
    assert labels == ["张桥镇三合村委会", "庄里镇三合村委会", "曹村镇三合村委会"]
    code = questions(import_id)[0].options[0][0]
    desk.answer(import_id, {"三合村": code, "三合村委会": code})
    assert desk.take_over(import_id)["new"] == 24
    assert tickets("place_note")[-1] == "一组"


def test_one_answer_is_that_of_all_rows_alike_and_is_remembered_of_the_source(desk: Desk) -> None:
    rows = "".join(f"N{n},井盖坏了{n},三和村,求助,2026-11-05,,\n" for n in range(3))
    import_id = desk.start(HEADING + rows)
    (question,) = questions(import_id)
    assert (question.rows, question.lines) == (3, [2, 3, 4])
    desk.answer(import_id, {"三和村": question.options[0][0]})
    assert counts(import_id)["new"] == 3
    later = desk.start(f"{HEADING}N9,又坏了,三和村,求助,2026-11-05,,\n")
    assert (questions(later), counts(later)["new"]) == ([], 1)


def test_a_name_of_several_villages_is_asked_of_every_file(desk: Desk) -> None:
    row = "{},井盖坏了,三合村,求助,2026-11-05,,\n"
    import_id = desk.start(HEADING + row.format("N1"))
    desk.answer(import_id, {"三合村": questions(import_id)[0].options[0][0]})
    assert counts(import_id)["new"] == 1
    assert counts(desk.start(HEADING + row.format("N2"))) == {"asked": 1, "late": 1}


def test_a_choice_for_a_name_leaves_rows_alone_that_have_their_township(desk: Desk) -> None:
    heading = "工单编号,诉求内容,乡镇,村,诉求类型\n"
    rows = (
        "T1,井盖坏了,,三合村,求助\nT2,井盖坏了,庄里镇,三合村,求助\nT3,路灯不亮,别的镇,三合村,求助\n"
    )
    import_id = desk.start(heading + rows)
    asked = {question.text: question.lines for question in questions(import_id)}
    assert asked == {"三合村": [2], "别的镇三合村": [4]}
    bridge, _, other = (code for code, _ in questions(import_id)[0].options)
    desk.answer(import_id, {"三合村": bridge, "别的镇三合村": other})
    assert desk.take_over(import_id)["new"] == 3
    towns = db.session.scalars(
        text("SELECT w.name FROM ticket t JOIN region v ON v.id = t.village_id"
             " JOIN region w ON w.id = v.township_id ORDER BY t.id")
    )  # fmt: skip
    assert list(towns) == ["张桥镇", "庄里镇", "曹村镇"]


def test_a_day_of_several_readings_is_asked_once_for_its_shape(desk: Desk) -> None:
    rows = "D1,井盖坏了,车站社区,求助,11/5/26 15:20,,\nD2,路不平,车站社区,求助,11/6/26 09:00,,\n"
    import_id = desk.start(HEADING + rows)
    (question,) = questions(import_id)
    assert (question.rows, counts(import_id)["asked"]) == (2, 2)
    desk.answer(import_id, {question.text: "mdy"})
    assert desk.take_over(import_id)["new"] == 2
    assert [str(at) for at in tickets("created_at AT TIME ZONE 'Asia/Shanghai'")] == [
        "2026-11-05 15:20:00", "2026-11-06 09:00:00",
    ]  # fmt: skip


def test_a_day_that_cannot_be_read_is_written_anew_by_the_clerk(desk: Desk) -> None:
    import_id = desk.start(f"{HEADING}D1,井盖坏了,车站社区,求助,上周四,,\n")
    desk.answer(import_id, {"上周四": "2026-11-05 15:20"})
    assert counts(import_id)["new"] == 1


def test_unknown_types_are_mapped_once_and_wait_at_the_desk_until_then(desk: Desk) -> None:
    import_id = desk.start(case("kinds.xlsx"), "a.xlsx")
    asked = {question.text for question in questions(import_id)}
    assert {"投诉举报", "咨询类", "Complaint", "（空）"} <= asked
    desk.answer(import_id, dict.fromkeys(asked, "help"))
    assert questions(desk.start(case("kinds.xlsx"), "b.xlsx")) == []
    desk.take_over(import_id)
    # The words name a 村支书: whatever the type says, all wait at the county's desk.
    assert set(tickets("state, about_cadres, unit_region_id")) == {("submitted", True, None)}


def test_a_telephone_never_costs_a_row_and_what_says_more_stays_as_a_note(
    desk: Desk,
) -> None:
    rows = "".join(
        f"P{n},井盖坏了,车站社区,求助,2026-11-05,王五,{phone}\n"
        for n, phone in enumerate(["+86 139 0000 0000", "139****0000", "0913-8212345转801"])
    )
    assert desk.bring(HEADING + rows)["new"] == 3
    contacts = [contact_of(ticket) for ticket in db.session.query(Ticket).order_by(Ticket.id)]
    assert [contact["phone"] for contact in contacts] == ["13900000000", None, "09138212345"]
    assert [contact.get("note") for contact in contacts] == [
        None, "139****0000", "0913-8212345转801",
    ]  # fmt: skip


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    desk.bring(case("title.xlsx"), "a.xlsx")
    before = tickets("id, version, state")
    assert desk.bring(case("title.xlsx"), "a.xlsx") == {"known": 2}
    assert tickets("id, version, state") == before
    assert desk.bring(case("title.xlsx"), "a.xlsx", source="省平台")["new"] == 2


def test_two_clerks_with_one_file_take_each_order_once(desk: Desk, offices: Offices) -> None:
    other = Desk(offices.other_desk, offices.county.id, ORDERS)
    first = desk.start(case("title.xlsx"), "a.xlsx")
    second = other.start(case("title.xlsx"), "a.xlsx")
    assert desk.take_over(first)["new"] == 2
    assert other.take_over(second) == {"known": 2}
    assert tickets() == ["T0", "T1"]


def test_an_import_is_taken_back_as_a_whole_and_its_numbers_are_free_again(desk: Desk) -> None:
    import_id = desk.start(case("title.xlsx"), "a.xlsx")
    desk.take_over(import_id)
    assert desk.undo(import_id) is None
    assert state(import_id) is ImportState.UNDONE
    assert set(tickets("state, outcome")) == {("withdrawn", "annulled")}
    moves = db.session.scalar(text("SELECT array_agg(DISTINCT move) FROM ticket_event"))
    assert "annul" in moves
    assert desk.bring(case("title.xlsx"), "a.xlsx")["new"] == 2


def test_once_somebody_works_on_one_the_import_stays(desk: Desk, offices: Offices) -> None:
    import_id = desk.start(f"{HEADING}W1,路灯不亮,车站社区,求助,2026-11-05,,\n")
    desk.take_over(import_id)
    ticket_id = tickets("id")[0]
    with transaction():
        handling.sign(offices.cadre, ticket_id, None)
    assert "已经有人办了" in (desk.undo(import_id) or "")
    assert state(import_id) is ImportState.APPLIED
    assert tickets("state") == ["handling"]


def test_orders_opened_together_have_the_rows_of_orders_opened_alone(
    desk: Desk, offices: Offices, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stories() -> list:
        return [
            tickets(
                "kind, channel, state, version, village_id, unit_region_id, category_id, urgency,"
                " words_state, about_cadres, confidential, kept_from_people, tags, grams,"
                " created_at, citizen_due_at, hotline_due_at, date_trunc('hour', due_at),"
                " extra_days, round"
            ),
            [
                tuple(row)
                for row in db.session.execute(
                    text(
                        "SELECT t.source_number, e.move, e.party, e.from_state, e.to_state,"
                        " e.unit_region_id, e.words_state, e.detail FROM ticket_event e"
                        " JOIN ticket t ON t.id = e.ticket_id ORDER BY e.id"
                    )
                )
            ],
            [
                tuple(row)
                for row in db.session.execute(
                    text(
                        "SELECT t.source_number, u.village_id, u.unit_region_id, u.call_back,"
                        " date_trunc('hour', u.due_at), date_trunc('hour', u.sign_due_at)"
                        " FROM ticket_turn u JOIN ticket t ON t.id = u.ticket_id ORDER BY u.id"
                    )
                )
            ],
        ]

    rows = (
        "A1,路灯不亮,车站社区,求助,2026-11-05 09:00,,\nA2,村支书不办事,车站社区,投诉,2026-11-06,,\n"
        "A3,自来水停了,温泉社区,乱写,2026-11-07 10:00,,\n"
    )
    desk.bring(HEADING + rows)
    together = stories()
    with transaction() as session:
        for table in ("notice", "ticket_turn", "ticket_event", "ticket"):
            session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
            session.execute(text(f"DELETE FROM {table}"))
            session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER ALL"))

    def alone(source, orders):
        return [
            open_ticket(
                order.request, Channel.HOTLINE, order.received, source=source,
                source_number=order.number, hotline_due_at=order.due,
            ).id
            for order in orders
        ]  # fmt: skip

    monkeypatch.setattr(order_operations, "open_orders", alone)
    desk.bring(HEADING + rows)
    assert stories() == together


def test_an_office_is_told_once_of_a_whole_import(desk: Desk, offices: Offices) -> None:
    rows = "".join(f"N{n},路灯不亮,车站社区,求助,2026-11-05,,\n" for n in range(3))
    desk.bring(HEADING + rows)
    told = db.session.execute(text("SELECT person_id, title FROM notice")).all()
    assert [tuple(row) for row in told] == [(offices.cadre_id, "有 3 件新诉求要签收")]


def test_nobody_else_imports_or_sees_an_import(desk: Desk, offices: Offices) -> None:
    import_id = desk.start(case("title.xlsx"), "a.xlsx")
    with pytest.raises(NotAllowed):
        Desk(offices.cadre, offices.county.id, ORDERS).start(case("title.xlsx"), "a.xlsx")
    elsewhere = make_county(code="610529", name="蒲城县").id
    stranger = as_actor(offices.other_desk.person_id, Role.COUNTY_STAFF, elsewhere)
    with pytest.raises(NotFound):
        operations.find_import(stranger, ORDERS, import_id)


def test_after_a_week_the_words_of_a_file_are_gone(desk: Desk, scalar) -> None:
    import_id = desk.start(case("title.xlsx"), "a.xlsx")
    desk.take_over(import_id)
    assert retention.apply()["import_files"] == 0
    with transaction() as session:
        session.execute(text("UPDATE data_import SET made_at = made_at - interval '8 days'"))
    assert retention.apply()["import_files"] == 1
    assert scalar("SELECT count(cells_sealed) FROM data_import_row") == 0
    assert desk.undo(import_id) is None
