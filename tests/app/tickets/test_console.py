"""The desk in the console: found, moved, printed, many at once; and who sees what."""

from datetime import timedelta

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError

from backend.app.access import Role
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.tickets import supervision
from backend.app.tickets.models import Ticket
from backend.app.tickets.rules.routing import Office
from tests.factories.console import make_staff, sit_down
from tests.factories.county import grant_role, make_county, make_person
from tests.factories.tickets import forget, submit, villager


@pytest.fixture
def desk(app, offices):
    return sit_down(app.test_client(), offices.desk.person_id)


@pytest.fixture
def colleague(app, offices):
    return sit_down(app.test_client(), offices.other_desk.person_id)


@pytest.fixture
def water(app, offices):
    return sit_down(app.test_client(), offices.department.person_id)


@pytest.fixture
def town(app, offices):
    return sit_down(app.test_client(), offices.township.person_id)


@pytest.fixture
def report(phone, offices):
    """A report waits at the desk: no rule sends it anywhere."""
    return submit(phone, offices, kind="report", words="有人占了村道").json


@pytest.fixture
def leak(phone, offices):
    """Water lies with the bureau."""
    return submit(phone, offices, words="水管漏水，停水两天了").json


def move(who, ticket: dict, act: str, **form):
    return who.post(f"/console/tickets/{ticket['id']}/{act}", **form)


def state_of(scalar, ticket: dict) -> str:
    return scalar("SELECT state FROM ticket WHERE id = :id", id=ticket["id"])


def test_the_desk_finds_what_nobody_has_and_sends_it_on(desk, report, offices, scalar) -> None:
    page = desk.get("/console/tickets").text
    assert report["number"] in page
    assert move(desk, report, "assign", unit=f"r{offices.village_id}").status_code == 302
    assert state_of(scalar, report) == "assigned"
    assert report["number"] not in desk.get("/console/tickets").text
    assert report["number"] in desk.get("/console/tickets?view=running").text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("view=all&q=漏水", True), ("view=all&q=路灯", False), ("view=all&q=水", True),
        ("view=all&category=water", True), ("view=all&category=road", False),
        ("view=all&kind=help", True), ("view=all&kind=thanks", False),
        ("view=all&channel=mini", True), ("view=all&channel=paper", False),
        ("view=all&tag=热点", False), ("view=late", False), ("view=running", True),
        ("view=closed", False), ("view=nonsense", False), ("view=all&page=2", False),
        ("view=all&q=%25", False), ("view=all&region=x", True),
    ],
)  # fmt: skip
def test_tickets_are_found_by_words_tags_unit_and_state(desk, leak, query, found) -> None:
    page = desk.get(f"/console/tickets?{query}")
    assert page.status_code == 200
    assert (leak["number"] in page.text) is found


def test_a_ticket_is_found_by_the_beginning_of_its_number(desk, leak) -> None:
    assert leak["number"] in desk.get(f"/console/tickets?view=all&q={leak['number'][:10]}").text
    assert leak["number"] not in desk.get("/console/tickets?view=all&q=999999-").text


def test_a_department_works_through_its_own_tickets(water, leak, phone, scalar) -> None:
    assert water.get("/console/").headers["Location"] == "/console/tickets"
    page = water.get("/console/tickets").text
    assert leak["number"] in page
    assert move(water, leak, "sign", version="3").status_code == 302
    done = move(
        water, leak, "reply", version="4", result="done", words="换了阀门", typing_seconds="40"
    )
    assert done.status_code == 302
    assert state_of(scalar, leak) == "answered"
    seen = phone.call("GET", f"/tickets/{leak['id']}").json
    assert seen["timeline"][-1]["title"] == "县水务局 答复了"


def test_nobody_sees_tickets_of_another_office(town, water, phone, offices, report, leak) -> None:
    light = submit(phone, offices, words="路灯不亮").json
    for ticket, seen_by_water in ((light, False), (leak, True)):
        status = water.get(f"/console/tickets/{ticket['id']}").status_code
        assert status == (200 if seen_by_water else 404)
    assert light["number"] not in water.get("/console/tickets?view=all").text
    assert town.get(f"/console/tickets/{light['id']}").status_code == 200
    assert move(water, light, "sign", version="3").status_code == 404


def test_another_countys_desk_sees_nothing(app, offices, leak) -> None:
    other = make_county(code="360281", name="乐平市")
    stranger = sit_down(app.test_client(), make_staff(Role.COUNTY_STAFF, other.id, "stranger"))
    assert stranger.get(f"/console/tickets/{leak['id']}").status_code == 404
    assert leak["number"] not in stranger.get("/console/tickets?view=all").text


def test_a_leader_reads_and_moves_nothing(app, offices, leak, scalar) -> None:
    leader = sit_down(app.test_client(), make_staff(Role.LEADER, offices.county.id, "leader"))
    page = leader.get(f"/console/tickets/{leak['id']}")
    assert page.status_code == 200
    assert "现在没有您要办的" in page.text
    assert move(leader, leak, "accept").status_code == 403


def test_whoever_handled_it_cannot_call_back(desk, colleague, report, offices, scalar) -> None:
    """A desk person to whom the county's own office handles a ticket is its handler."""
    assert move(desk, report, "assign", unit=f"r{offices.county.id}").status_code == 302
    move(desk, report, "sign", version="3")
    move(desk, report, "reply", version="4", result="done", words="已责令清走")
    refused = move(desk, report, "follow_up", version="5", answer="solved")
    assert refused.status_code == 403
    assert "不能自己回访" in refused.text
    assert state_of(scalar, report) == "answered"


def test_a_call_back_by_somebody_else_closes_with_the_villagers_word(
    desk, water, leak, scalar
) -> None:
    move(water, leak, "sign", version="3")
    move(water, leak, "reply", version="4", result="done", words="换了阀门")
    assert move(desk, leak, "follow_up", version="5", answer="").status_code == 302
    assert state_of(scalar, leak) == "answered"
    assert move(desk, leak, "follow_up", version="6", answer="partly").status_code == 302
    assert state_of(scalar, leak) == "resolved"
    assert scalar("SELECT outcome FROM ticket WHERE id = :id", id=leak["id"]) == "partly"


def test_closed_not_solved_is_its_own_outcome(desk, water, leak, scalar) -> None:
    move(water, leak, "sign", version="3")
    move(water, leak, "reply", version="4", result="cannot", words="水源枯了")
    assert move(desk, leak, "close_unsolved", version="5", words="明年打新井").status_code == 302
    assert scalar("SELECT state || ':' || outcome FROM ticket WHERE id = :id", id=leak["id"]) == (
        "unsolved:cannot"
    )


def test_the_office_cannot_decide_its_own_extension(water, leak, offices, app, scalar) -> None:
    move(water, leak, "sign", version="3")
    move(water, leak, "request_extension", version="4", days="3", words="等配件")
    both = offices.department.person_id
    grant_role(both, Role.COUNTY_STAFF, offices.county.id)
    refused = move(water, leak, "decide_extension", version="5", decision="approve")
    assert refused.status_code == 403
    assert "不能自己" in refused.text
    assert scalar("SELECT extra_days FROM ticket") == 0


def test_the_database_refuses_that_one_person_asks_and_decides(offices, leak, water) -> None:
    from sqlalchemy import text

    move(water, leak, "sign", version="3")
    move(water, leak, "request_extension", version="4", days="3", words="等配件")
    with pytest.raises(IntegrityError, match="another_decides"), transaction() as session:
        session.execute(
            text("UPDATE ticket_extension SET decided_by_id = asked_by_id, state = 'approved'")
        )


def test_merged_tickets_hear_the_answer_and_each_author_has_a_last_word(
    desk, water, client, leak, offices, scalar
) -> None:
    neighbour = villager(client, offices.county)
    second = submit(neighbour, offices, words="我家也停水").json
    assert move(desk, second, "merge", into=leak["number"]).status_code == 302
    assert state_of(scalar, second) == "merged"
    move(water, leak, "sign", version="3")
    move(water, leak, "reply", version="4", result="done", words="换了阀门")
    seen = neighbour.call("GET", f"/tickets/{second['id']}").json
    assert (seen["state"], seen["needs"]) == ("answered", "verdict")
    assert seen["timeline"][-1]["words"] == "换了阀门"
    closed = neighbour.call(
        "POST", f"/tickets/{second['id']}/verdict",
        json={"version": seen["version"], "answer": "solved"},
    )  # fmt: skip
    assert closed.json["state"] == "resolved"
    assert state_of(scalar, leak) == "answered"


@pytest.mark.parametrize("into", ["self", "999999-26-000001", ""])
def test_a_merge_that_makes_no_sense_is_refused(desk, leak, scalar, into: str) -> None:
    refused = move(desk, leak, "merge", into=leak["number"] if into == "self" else into)
    assert refused.status_code == 422
    assert state_of(scalar, leak) == "assigned"


def test_withdrawing_the_main_ticket_frees_what_was_merged(
    desk, client, phone, leak, offices, scalar
) -> None:
    neighbour = villager(client, offices.county)
    second = submit(neighbour, offices, words="我家也停水").json
    move(desk, second, "merge", into=leak["number"])
    phone.call("POST", f"/tickets/{leak['id']}/withdrawal", json={"version": leak["version"]})
    assert state_of(scalar, second) == "accepted"


def test_supervision_goes_up_step_by_step_and_is_logged(desk, leak, scalar) -> None:
    for level in (1, 2, 3, 4):
        assert move(desk, leak, "supervise", level=str(level), words="请抓紧").status_code == 302
    again = move(desk, leak, "supervise", level="2", words="请抓紧")
    assert again.status_code == 409
    assert "已经通报过了" in again.text
    board = desk.get("/console/tickets/board").text
    for word in ("提醒", "通报", "核查", "约谈"):
        assert f"<td>{word}</td>" in board


def test_bulk_acts_are_asked_back_first_and_name_every_refusal(
    desk, phone, offices, report, leak, scalar
) -> None:
    ids = [str(report["id"]), str(leak["id"])]
    asked = desk.post("/console/tickets/bulk", act="accept", ids=ids)
    assert "一起受理？" in asked.text
    assert state_of(scalar, report) == "submitted"
    done = desk.post("/console/tickets/bulk", act="accept", ids=ids, sure="1")
    assert "办了 1 件" in done.text
    assert leak["number"] in done.text
    assert state_of(scalar, report) == "accepted"


@pytest.mark.parametrize(
    "form",
    [{"act": "accept"}, {"act": "delete", "ids": "1"}, {"ids": "1"}, {"act": "accept", "ids": "x"}],
)
def test_a_bulk_act_on_nothing_is_refused(desk, report, form: dict) -> None:
    assert desk.post("/console/tickets/bulk", **form).status_code == 422


def test_the_work_order_prints_on_one_sheet(desk, leak, scalar) -> None:
    page = desk.get(f"/console/tickets/{leak['id']}/print")
    assert leak["number"] in page.text
    assert "办理人" in page.text
    assert scalar("SELECT count(*) FROM audit_entry WHERE action = 'print_ticket'") == 1


def test_an_unknown_move_or_a_stale_page_changes_nothing(desk, report, scalar) -> None:
    assert move(desk, report, "explode").status_code == 422
    stale = move(desk, report, "accept", version="99")
    assert stale.status_code == 409
    assert "刚才已有人办了一步" in stale.text
    assert state_of(scalar, report) == "submitted"


def test_nothing_is_assigned_to_an_office_without_people_or_of_another_county(
    desk, report, offices, scalar
) -> None:
    other = make_county(code="360281", name="乐平市")
    empty = offices.county.village_ids[1]
    with transaction() as session:
        session.execute(text("UPDATE role_grant SET revoked_at = now() WHERE region_id = :v"),
                        {"v": empty})  # fmt: skip
    for unit, words in (
        (f"r{empty}", "还没有人能签收"), (f"r{other.id}", "只能派给本县"),
        ("r999999", "没有这个单位"), ("d999999", "没有这个单位"), ("", "请选派给哪个单位"),
        ("x1", "请选派给哪个单位"),
    ):  # fmt: skip
        refused = move(desk, report, "assign", unit=unit)
        assert refused.status_code == 422
        assert words in refused.text, unit
    assert state_of(scalar, report) == "submitted"


def test_a_complaint_about_cadres_never_reaches_them(
    desk, phone, cadre, offices, scalar, app
) -> None:
    ticket = submit(
        phone, offices, kind="complaint", words="村里分低保不公", about_cadres=True
    ).json
    assert ticket["unit_name"] == "庄里镇"
    refused = move(desk, ticket, "assign", unit=f"r{offices.village_id}")
    assert refused.status_code == 422
    assert cadre.call("GET", f"/cadre/tickets/{ticket['id']}").status_code == 404
    # Not even where the same person works in the township as well.
    grant_role(offices.cadre_id, Role.TOWNSHIP_STAFF, offices.county.township_ids[0])
    both = sit_down(app.test_client(), offices.cadre_id)
    assert ticket["number"] not in both.get("/console/tickets?view=all").text
    assert both.get(f"/console/tickets/{ticket['id']}").status_code == 404


def test_naming_a_cadre_in_a_complaint_is_enough(phone, cadre, offices) -> None:
    ticket = submit(phone, offices, kind="complaint", words="王建国办低保不公").json
    assert ticket["about_cadres"]
    assert ticket["unit_name"] == "庄里镇"
    assert ticket["number"] not in str(cadre.call("GET", "/cadre/tickets").json)


def test_the_database_itself_keeps_a_complaint_from_the_village(offices, phone) -> None:
    ticket = submit(phone, offices, kind="complaint", words="不公", about_cadres=True).json
    forget()
    move_it = update(Ticket).where(Ticket.id == ticket["id"])
    with pytest.raises(IntegrityError, match="not_to_those"), transaction() as session:
        session.execute(move_it.values(unit_region_id=offices.village_id))


def test_who_asked_for_confidence_is_called_by_the_desk_alone(desk, water, phone, offices) -> None:
    ticket = submit(phone, offices, words="停水了", confidential=True, phone="13800138000").json
    assert "13800138000" not in water.get(f"/console/tickets/{ticket['id']}").text
    assert "13800138000" in desk.get(f"/console/tickets/{ticket['id']}").text


def test_moderated_words_are_seen_by_the_unit_only_after_the_desk_released_them(
    desk, cadre, phone, offices
) -> None:
    ticket = submit(phone, offices, words="路灯坏了，打我电话13800138000").json
    path = f"/cadre/tickets/{ticket['id']}"
    assert cadre.call("GET", path).json["words"] is None
    assert "13800138000" not in str(cadre.call("GET", "/cadre/tickets").json)
    assert move(desk, ticket, "words", decision="show").status_code == 302
    assert "13800138000" in cadre.call("GET", path).json["words"]


def test_offices_and_their_burden_stand_on_the_board(desk, water, leak) -> None:
    move(water, leak, "sign", version="3")
    move(water, leak, "reply", version="4", result="done", words="好了", typing_seconds="90")
    page = desk.get("/console/tickets/board").text
    assert "县水务局" in page
    assert ">1.5<" in page


def test_the_digest_lists_what_came_today(water, leak) -> None:
    page = water.get("/console/digest").text
    assert "有一件新诉求要签收" in page
    token = page.split('name="up_to" value="')[1].split('"')[0]
    water.post("/console/digest", up_to=token)
    assert "没看" not in water.get("/console/digest").text


def test_lateness_is_reminded_of_once_and_reported_after_a_working_day(
    desk, leak, stop_clock, scalar
) -> None:
    real = clock.now()
    due = scalar("SELECT due_at FROM ticket")
    for at, levels in (
        (real, []), (due - timedelta(hours=1), [1]), (due + timedelta(minutes=1), [1]),
        (due + timedelta(days=6), [1, 2]), (due + timedelta(days=7), [1, 2]),
    ):  # fmt: skip
        stop_clock(at)
        forget()
        supervision.escalate_overdue()
        found = scalar("SELECT array_agg(level ORDER BY level) FROM ticket_supervision")
        assert (found or []) == levels, at


def test_a_person_without_any_office_sees_no_list(client) -> None:
    nobody = sit_down(client, make_person())
    assert nobody.get("/console/tickets").status_code == 403


def test_office_is_falsy_when_it_is_nobody() -> None:
    assert not Office()
    assert Office(department_id=1)
