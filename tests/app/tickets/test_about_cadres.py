"""A complaint about a cadre reaches nobody it names, whatever its type and however it came in."""

import io
import secrets
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from sqlalchemy import text

from backend.app.access import Actor, Role
from backend.app.accounts.queries import actor_today
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.imports import job_operations
from backend.app.places.models import Region
from backend.app.places.reorganisation import merge_villages
from backend.app.tickets import author
from backend.app.tickets.desk import export_rows
from backend.app.tickets.desk import operations as desk
from backend.app.tickets.desk import queries as desk_queries
from backend.app.tickets.errors import TicketUnknown, UnitUnfit
from backend.app.tickets.intake import operations as intake
from backend.app.tickets.intake import proxies
from backend.app.tickets.intake.hotline import ORDERS
from backend.app.tickets.intake.operations import TicketRequest
from backend.app.tickets.kinds import KIND_NAMES, Channel, TicketKind
from backend.app.tickets.rules.routing import Office
from backend.jobs import tickets as jobs
from tests.app.imports.cases import case
from tests.app.ratings.conftest import open_phone
from tests.factories.console import make_staff, sit_down
from tests.factories.county import bind, grant_role, make_person
from tests.factories.imports import Desk
from tests.factories.tickets import forget, submit, villager

WORDS = "王建国在村里虚报低保名额"
PHONE = "13900000022"
CHANNELS = [
    *((channel, kind) for channel in ("mini", "phone", "paper", "hotline") for kind in TicketKind),
    *(
        ("anonymous", kind)
        for kind in (
            TicketKind.HELP,
            TicketKind.COMPLAINT,
            TicketKind.SUGGESTION,
            TicketKind.REPORT,
        )
    ),
    ("hotline", None),
    ("rating", None),
]


@pytest.fixture
def opened(client, offices, phone, scalar):
    """Opens one ticket by a channel and of a kind; returns its id and number."""

    def by_hotline(kind: TicketKind | None, words: str) -> None:
        rows = [
            ["工单编号", "诉求内容", "所属村", "类型", "反映人", "联系电话"],
            ["JB002", words, "第1村", KIND_NAMES[kind] if kind else "投诉举报", "李大妈", PHONE],
        ]
        import_rows(offices, rows)

    def open_it(channel: str, kind: TicketKind | None, words: str = WORDS) -> tuple[int, str]:
        said = TicketRequest(kind or TicketKind.HELP, words, offices.village_id)
        if channel == "mini":
            assert submit(phone, offices, kind=kind.value, words=words).status_code == 201
        elif channel == "hotline":
            by_hotline(kind, words)
        elif channel == "rating":
            phone.rate(offices.county.code, 5, words=words)
            forget()
            with clock.clock_at(clock.now() + timedelta(days=1)):
                assert jobs.call_back_ratings() == 1
        elif channel == "anonymous":
            with transaction():
                intake.open_ticket(
                    said, Channel.ANONYMOUS, clock.now(), receipt=secrets.token_bytes(32)
                )
        else:
            with transaction():
                entered = TicketRequest(
                    said.kind, words, offices.village_id, contact_name="张", phone=PHONE
                )
                proxies.enter(offices.desk, Channel(channel), entered)
        forget()
        return scalar("SELECT max(id) FROM ticket"), scalar(
            "SELECT number FROM ticket ORDER BY id DESC LIMIT 1"
        )

    return open_it


def import_rows(offices, rows: list[list[str]]) -> int:
    """How many of them were taken."""
    book, made = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(made)
    forget()
    importer = Desk(offices.desk, offices.county.id, ORDERS)
    return importer.bring(made.getvalue(), "orders.xlsx")["new"]


def told(app: Any, person_id: int, ticket_id: int) -> str:
    """Everything the phone, the console and its files say to somebody about tickets."""
    phone = open_phone(app.test_client(), person_id)
    pages = [
        phone.call("GET", path)
        for path in (
            "/cadre/tickets", "/cadre/tickets?view=waiting", "/cadre/tickets?view=done",
            f"/cadre/tickets/{ticket_id}", f"/cadre/tickets/{ticket_id}/replies", "/me/notices",
        )
    ]  # fmt: skip
    assert pages[3].status_code in (403, 404)
    actor = actor_today(person_id)
    if any(grant.role is not Role.CADRE for grant in actor.grants):
        console = sit_down(app.test_client(), person_id)
        assert console.get(f"/console/tickets/{ticket_id}").status_code == 404
        assert console.get(f"/console/tickets/{ticket_id}/print").status_code == 404
        pages += [
            console.get(f"/console/tickets?{query}")
            for query in ("view=all", "view=desk", "view=running", "view=all&q=低保名额")
        ]
        pages.append(console.get("/console/tickets/board"))
    scope = desk_queries.scope_of(actor)
    rows = export_rows.rows_of(scope, desk_queries.TicketFilters(view="all"))
    assert set(desk_queries.view_counts(scope).values()) == {0}
    forget()
    return "".join(page.text for page in pages) + str(rows)


@pytest.fixture
def people(offices, app) -> dict[str, int]:
    """Whom it must not reach: the named one, also in another office, and those beside him."""
    town = offices.county.township_ids[0]
    colleague = make_person(name="赵秀兰")
    grant_role(colleague, Role.CADRE, offices.village_id)
    both = make_staff(Role.TOWNSHIP_STAFF, town, "both")
    grant_role(both, Role.CADRE, offices.village_id)
    former = make_person(name="周福来")
    grant_role(former, Role.CADRE, offices.village_id)
    with transaction() as session:
        session.execute(
            text("UPDATE role_grant SET revoked_at = now() WHERE person_id = :id"), {"id": former}
        )
    grant_role(former, Role.CADRE, offices.county.village_ids[1])
    return {"named": offices.cadre_id, "colleague": colleague, "both": both, "former": former}


@pytest.mark.parametrize(("channel", "kind"), CHANNELS)
def test_a_complaint_about_a_cadre_reaches_nobody_it_names(
    opened, people, app, scalar, channel, kind
) -> None:
    ticket_id, number = opened(channel, kind)
    for who, person_id in people.items():
        said = told(app, person_id, ticket_id)
        for secret in (number, "虚报", PHONE):
            assert secret not in said, (who, secret)
    assert scalar("SELECT about_cadres FROM ticket")


@pytest.mark.parametrize("channel", ["phone", "paper", "hotline"])
def test_the_telephone_of_who_complains_is_the_desks_alone(
    opened, offices, app, channel, people
) -> None:
    ticket_id, _ = opened(channel, TicketKind.COMPLAINT)
    forget()
    with transaction():
        desk.assign(offices.desk, ticket_id, None, Office(department_id=offices.department_id))
    page = f"/console/tickets/{ticket_id}"
    for who, shown in (
        (offices.department, False),
        (offices.township, False),
        (offices.desk, True),
    ):
        text_of = sit_down(app.test_client(), who.person_id).get(page).text
        assert (PHONE in text_of) is shown


@pytest.mark.parametrize("title", ["村支书", "村主任", "居委会主任", "村会计"])
def test_a_title_is_as_good_as_a_name(opened, offices, app, title) -> None:
    ticket_id, number = opened("mini", TicketKind.HELP, f"{title}张某某不给办低保")
    assert number not in told(app, offices.cadre_id, ticket_id)


def test_a_cadre_of_a_neighbouring_village_who_is_named_hears_nothing(opened, offices, app) -> None:
    neighbour = offices.other_cadre.person_id
    ticket_id, number = opened("mini", TicketKind.COMPLAINT, "李 秀英在我们村乱收费")
    assert number not in told(app, neighbour, ticket_id)
    forget()
    with pytest.raises(UnitUnfit), transaction():
        desk.assign(offices.desk, ticket_id, None, Office(offices.county.village_ids[1]))


def test_a_cadre_whose_village_was_merged_hears_nothing(opened, offices, app) -> None:
    """He works for the village that took his in, and the complaint is about that one."""
    into = offices.county.village_ids[1]
    with transaction():
        merge_villages(offices.desk, offices.village_id, into)
    with transaction():
        said = TicketRequest(TicketKind.COMPLAINT, "王建国以前收的钱没退", into)
        ticket_id = intake.open_ticket(said, Channel.MINI, clock.now()).id
    number = f"-{ticket_id:06d}"
    forget()
    assert number not in told(app, offices.cadre_id, ticket_id)
    assert number not in told(app, offices.other_cadre.person_id, ticket_id)


def test_a_clerk_of_the_township_who_is_named_hears_nothing(opened, offices, app, scalar) -> None:
    town = offices.county.township_ids[0]
    clerk = make_staff(Role.TOWNSHIP_STAFF, town, "clerk")
    with transaction() as session:
        session.execute(
            text("UPDATE person SET display_name = '孙长河' WHERE id = :id"), {"id": clerk}
        )
    ticket_id, number = opened("mini", TicketKind.COMPLAINT, "镇上孙长河办事要好处")
    for who in (clerk, offices.township.person_id):
        assert number not in told(app, who, ticket_id)
    assert scalar("SELECT state FROM ticket") == "submitted"


def test_a_clerk_of_the_county_who_is_named_hears_nothing(opened, offices, app) -> None:
    clerk = make_staff(Role.COUNTY_STAFF, offices.county.id, "clerk")
    with transaction() as session:
        session.execute(
            text("UPDATE person SET display_name = '孙长河' WHERE id = :id"), {"id": clerk}
        )
    ticket_id, number = opened("mini", TicketKind.COMPLAINT, "县里孙长河办事要好处")
    assert number not in told(app, clerk, ticket_id)
    # The rest of the desk works on it.
    other = sit_down(app.test_client(), offices.desk.person_id)
    assert other.get(f"/console/tickets/{ticket_id}").status_code == 200


def test_what_the_author_adds_later_takes_the_ticket_away_from_the_named(
    phone, offices, cadre, app, scalar
) -> None:
    ticket = submit(phone, offices).json
    path = f"/cadre/tickets/{ticket['id']}"
    signed = cadre.call("POST", f"{path}/signature", json={"version": ticket["version"]}).json
    asked = cadre.call(
        "POST", f"{path}/question",
        json={"version": signed["version"], "words": "哪根灯杆？", "typing_seconds": 3},
    ).json  # fmt: skip
    phone.call(
        "POST", f"/tickets/{ticket['id']}/supplement",
        json={"version": asked["version"], "words": "王建国收了钱不办事"},
    )  # fmt: skip
    forget()
    assert "收了钱" not in told(app, offices.cadre_id, ticket["id"])
    assert scalar("SELECT state FROM ticket") == "accepted"
    shown = sit_down(app.test_client(), offices.desk.person_id).get(
        f"/console/tickets/{ticket['id']}"
    )
    assert "收了钱" in shown.text


def test_a_last_word_that_names_a_cadre_waits_for_the_desk(
    phone, offices, cadre, handled, scalar
) -> None:
    ticket = handled(phone)
    phone.call(
        "POST", f"/tickets/{ticket['id']}/verdict",
        json={"version": ticket["version"], "answer": "not", "level": 5, "words": "王建国骂人"},
    )  # fmt: skip
    assert "骂人" not in cadre.call("GET", f"/cadre/tickets/{ticket['id']}").text
    assert scalar("SELECT words_state FROM ticket_event WHERE words = '王建国骂人'") == "moderated"


@pytest.fixture
def handled(offices, cadre):
    def handle(phone) -> dict:
        ticket = submit(phone, offices).json
        path = f"/cadre/tickets/{ticket['id']}"
        signed = cadre.call("POST", f"{path}/signature", json={"version": ticket["version"]}).json
        return cadre.call(
            "POST", f"{path}/reply",
            json={
                "version": signed["version"], "result": "done", "words": "修好了",
                "file_ids": [], "typing_seconds": 3,
            },
        ).json  # fmt: skip

    return handle


def test_a_merged_complaint_is_not_seen_under_what_it_was_merged_into(
    opened, offices, app, client, people
) -> None:
    about, number = opened("mini", TicketKind.COMPLAINT)
    main = submit(villager(client, offices.county), offices, words="停水了").json["id"]
    forget()
    with transaction():
        desk.merge(offices.desk, about, None, main)
    forget()
    both = actor_today(people["both"])
    with pytest.raises(TicketUnknown):
        desk_queries.find_for_staff(both, main)
    assert number not in str(
        export_rows.rows_of(desk_queries.scope_of(both), desk_queries.TicketFilters(view="all"))
    )


def test_a_file_of_reports_about_a_cadre_is_read_by_no_cadre_of_the_village(
    offices, app, client, scalar
) -> None:
    """Its types are none of ours but the first; the clerk confirms it as it is."""
    with transaction() as session:
        session.get_one(Region, offices.village_id).name = "车站社区居委会"
    accused = make_person(name="村干部001")
    grant_role(accused, Role.CADRE, offices.village_id)
    console = sit_down(client, offices.desk.person_id)
    sent = console.post(
        "/console/tickets/import", source="市12345",
        file=(io.BytesIO(case("report_about_cadre.xlsx")), "report_about_cadre.xlsx"),
    )  # fmt: skip
    import_id = int(sent.location.rpartition("/")[2])
    job_operations.check_import(import_id)
    assert "导入 4 行" in console.get(sent.location).text
    console.post(f"{sent.location}/apply")
    job_operations.apply_import(import_id)
    assert scalar("SELECT count(*) FROM ticket WHERE '待分类' = ANY(tags)") == 3
    assert scalar("SELECT array_agg(DISTINCT state) FROM ticket") == ["submitted"]
    for ticket_id in scalar("SELECT array_agg(id) FROM ticket"):
        for who in (accused, offices.cadre_id):
            said = told(app, who, ticket_id)
            for words in ("虚报低保", "打人", "占用公章", "JB00", "139000000"):
                assert words not in said, words
    forget()
    assert scalar("SELECT count(*) FROM notice WHERE person_id = ANY(:people)",
                  people=[accused, offices.cadre_id]) == 0  # fmt: skip


@pytest.mark.parametrize("kind", ["投诉举报", "意见建议", "诉求", "Complaint", ""])
def test_a_type_we_do_not_know_waits_at_the_desk_as_to_be_classified(
    offices, app, scalar, kind
) -> None:
    """Nothing is known of it, so it is kept like a complaint about somebody."""
    import_rows(
        offices,
        [["工单编号", "诉求内容", "村", "诉求类型"], ["K1", "路灯不亮", "第1村", kind]],
    )
    assert scalar("SELECT state || about_cadres || tags[1] FROM ticket") == "submittedtrue待分类"
    ticket_id = scalar("SELECT id FROM ticket")
    assert "路灯" not in told(app, offices.cadre_id, ticket_id)
    forget()
    with transaction():
        to = desk.Classified(kind="help", about_cadres=False, confidential=False, tags=("待分类",))
        desk.classify(offices.desk, ticket_id, None, to)
    with transaction():
        desk.assign(offices.desk, ticket_id, None, Office(offices.village_id))
    assert scalar("SELECT tags || unit_region_id::text FROM ticket") == [str(offices.village_id)]


def test_the_database_keeps_a_call_back_from_the_rated_village(opened, offices) -> None:
    ticket_id, _ = opened("rating", None)
    forget()
    with pytest.raises(Exception, match="kept_from_its_village"), transaction() as session:
        session.execute(text("UPDATE ticket SET kept_from_regions = '{}', about_cadres = false"))
    assert db.session.scalar(text("SELECT id FROM ticket")) == ticket_id


def test_the_author_keeps_an_own_ticket_that_names_the_author(client, offices) -> None:
    own = open_phone(client, offices.cadre_id)
    bind(offices.cadre_id, offices.county)
    ticket = submit(own, offices, words="我王建国家门口路灯坏了").json
    assert own.call("GET", f"/tickets/{ticket['id']}").status_code == 200
    forget()
    with transaction():
        author.withdraw(Actor(offices.cadre_id), ticket["id"], ticket["version"])
