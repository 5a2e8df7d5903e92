"""The other ways in: photos and recordings, 代录，12345 orders; and the calendar they count by."""

import io
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from PIL import Image

from backend.app.access import Role
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import NotAllowed
from backend.app.core.files.attachments import UNUSED_FOR
from backend.app.imports.states import ImportState
from backend.app.places.county_settings import CountySettings
from backend.app.tickets import files
from backend.app.tickets.clocks import working_calendar
from backend.app.tickets.desk import operations as desk
from backend.app.tickets.errors import HandlerVerifies, ProxyCapReached
from backend.app.tickets.intake import proxies
from backend.app.tickets.intake.hotline import ORDERS
from backend.app.tickets.intake.operations import TicketRequest
from backend.app.tickets.kinds import Channel, TicketKind
from tests.factories.console import link_phone, make_staff, put_in_the_hand_of, sit_down
from tests.factories.county import make_county
from tests.factories.imports import Desk, counts, outcomes, questions, state
from tests.factories.photos import open_photos
from tests.factories.tickets import forget, photo, submit, upload, villager

MP3 = b"ID3\x04\x00\x00\x00\x00\x00\x00" + bytes(600)


def with_place() -> bytes:
    """A photo that says where and when it was taken."""
    made = io.BytesIO()
    image = Image.new("RGB", (1600, 1200), "green")
    exif = image.getexif()
    exif[0x0110], exif[0x9003] = "Phone 9", "2026:11:20 10:00:00"
    exif.get_ifd(0x8825)[2] = (34.0, 45.0, 10.0)
    image.save(made, "JPEG", exif=exif)
    return made.getvalue()


def test_a_photo_is_written_anew_without_place_time_and_camera(phone) -> None:
    link = upload(phone, with_place()).json["url"]
    hidden = phone.client.get(link)
    assert (hidden.status_code, hidden.json["message"]) == (404, "照片还在检查，过几秒再看")
    open_photos()
    shown = phone.client.get(link)
    assert shown.status_code == 200
    kept = Image.open(io.BytesIO(shown.data))
    assert max(kept.size) <= 1280
    assert dict(kept.getexif()) == {}
    assert b"Phone 9" not in shown.data


def test_a_photo_between_8_and_10_megabytes_is_taken_and_a_larger_one_told_the_limit(phone) -> None:
    assert upload(phone, photo() + b"\xff" * (9 * 1024 * 1024)).status_code == 201
    larger = upload(phone, photo() + b"\xff" * (11 * 1024 * 1024))
    assert larger.status_code == 413
    assert larger.json["message"] == "文件太大了，最多 10 MB，请换一个小一点的"


@pytest.mark.parametrize(
    ("content", "kind", "form", "field"),
    [
        (b"no picture", "photo", {}, "file"), (b"", "photo", {}, "file"),
        (MP3, "voice", {}, "seconds"), (MP3, "voice", {"seconds": "61"}, "seconds"),
        (b"no sound", "voice", {"seconds": "5"}, "file"), (photo(), "film", {}, "kind"),
    ],
)  # fmt: skip
def test_what_is_no_photo_or_recording_is_refused(phone, content, kind, form, field) -> None:
    answer = upload(phone, content or b"x", kind=kind, **form)
    assert answer.status_code == 422
    assert field in answer.json["errors"] or answer.json["code"] == "photo_unreadable"


def test_a_recording_hangs_on_its_ticket_and_is_heard(phone, offices, cadre) -> None:
    sent = upload(phone, MP3, kind="voice", seconds="12").json
    ticket = submit(phone, offices, words=None, category="light", file_ids=[sent["id"]]).json
    [file] = cadre.call("GET", f"/cadre/tickets/{ticket['id']}").json["files"]
    assert (file["kind"], file["seconds"]) == ("voice", 12)
    assert cadre.client.get(file["url"]).mimetype == "audio/mpeg"


def test_a_link_lasts_a_quarter_of_an_hour_and_cannot_be_made_up(phone, stop_clock) -> None:
    link = upload(phone).json["url"]
    forged = link[:-4] + ("AAAA" if not link.endswith("AAAA") else "BBBB")
    assert phone.client.get(forged).status_code == 410
    later = clock.now() + timedelta(minutes=16)
    stop_clock(later)
    assert phone.client.get(link).status_code == 410


def test_nobody_hangs_another_persons_photo_on_a_ticket(phone, offices, client) -> None:
    sent = upload(villager(client, offices.county)).json
    answer = submit(phone, offices, file_ids=[sent["id"]])
    assert (answer.status_code, answer.json["code"]) == (422, "files_invalid")


def test_a_fourth_photo_is_refused(phone, offices) -> None:
    ids = [upload(phone).json["id"] for _ in range(4)]
    assert submit(phone, offices, file_ids=ids).status_code == 422
    assert submit(phone, offices, file_ids=ids[:3]).status_code == 201


def test_what_was_never_used_is_forgotten_after_two_days(phone, offices, stop_clock, scalar):
    used = upload(phone).json["id"]
    submit(phone, offices, file_ids=[used])
    upload(phone)
    forget()
    later = clock.now() + timedelta(days=2, minutes=1)
    stop_clock(later)
    with transaction():
        assert files.FILES.erase_unused(later - UNUSED_FOR) == 1
    assert scalar("SELECT array_agg(id::int) FROM ticket_file") == [used]


def said(offices, words: str = "村口井盖破了", **more: Any) -> TicketRequest:
    return TicketRequest(TicketKind.HELP, words, offices.village_id, contact_name="张大娘", **more)


def enter(who, offices, **more: Any):
    with transaction():
        return proxies.enter(who, Channel.PHONE, said(offices, **more)).id


def test_an_entry_for_somebody_names_who_entered_it(offices, scalar) -> None:
    forget()
    enter(offices.township, offices, phone="13800138000")
    assert scalar("SELECT proxy_id FROM ticket") == offices.township.person_id
    assert scalar("SELECT person_id FROM ticket") is None
    sealed = bytes(scalar("SELECT contact_sealed FROM ticket"))
    assert b"13800138000" not in sealed


def test_entries_are_capped_a_day(offices, monkeypatch) -> None:
    forget()
    monkeypatch.setattr(proxies, "settings_of", lambda county_id: CountySettings(proxy_cap=2))
    for _ in range(2):
        enter(offices.desk, offices)
    with pytest.raises(ProxyCapReached):
        enter(offices.desk, offices)
    enter(offices.other_desk, offices)


def test_what_came_from_ones_own_phone_is_not_ones_own_to_handle(phone, offices) -> None:
    ticket = submit(phone, offices, words="路灯坏了，打我电话13800138000").json
    link_phone(offices.desk.person_id, phone.person_id)
    forget()
    with pytest.raises(HandlerVerifies), transaction():
        desk.decline(offices.desk, ticket["id"], None, "不归我们管")


def test_a_sampled_entry_is_not_looked_at_by_an_account_one_reset(offices, monkeypatch) -> None:
    forget()
    monkeypatch.setattr(proxies, "is_sampled", lambda ticket_id, share: True)
    number = enter(offices.desk, offices)
    put_in_the_hand_of(offices.desk.person_id, offices.other_desk.person_id)
    with pytest.raises(HandlerVerifies), transaction():
        proxies.check(offices.other_desk, number, "right")


def test_a_sampled_entry_is_looked_at_by_somebody_else(offices, monkeypatch, scalar) -> None:
    forget()
    monkeypatch.setattr(proxies, "is_sampled", lambda ticket_id, share: True)
    number = enter(offices.desk, offices)
    with pytest.raises(HandlerVerifies), transaction():
        proxies.check(offices.desk, number, "right")
    with transaction():
        proxies.check(offices.other_desk, number, "unreached")
    assert scalar("SELECT check_result FROM ticket") == "unreached"


def test_about_one_in_ten_is_sampled_and_nobody_chooses_which() -> None:
    sampled = [number for number in range(1, 5001) if proxies.is_sampled(number, 10)]
    assert 400 < len(sampled) < 600
    assert sampled == [number for number in range(1, 5001) if proxies.is_sampled(number, 10)]
    assert not any(proxies.is_sampled(number, 0) for number in range(1, 500))


def test_a_township_enters_for_its_own_villages_only(offices) -> None:
    forget()
    other = make_county(code="360281", name="乐平市")
    with pytest.raises(NotAllowed), transaction():
        proxies.enter(
            offices.township,
            Channel.PHONE,
            TicketRequest(TicketKind.HELP, "x", other.village_ids[0], contact_name="张"),
        )


ROWS = [
    ["工单编号", "诉求内容", "所属村", "类型", "受理时间"],
    ["A1", "路灯不亮", "第1村", "求助", "2026-11-19 09:00"],
    ["A2", "=cmd|' /C calc'!A0", "第2村", "投诉", "2026/11/19 10:00"],
    ["A3", "机井坏了", "没有这个村", "求助", ""],
    ["A4", "", "第1村", "求助", ""],
    ["A5", "停水", "第1村", "求助", "昨天"],
    ["", "没有编号", "第1村", "求助", ""],
]


def as_csv(encoding: str) -> tuple[bytes, str]:
    return "\n".join(",".join(row) for row in ROWS).encode(encoding), "orders.csv"


def as_xlsx() -> tuple[bytes, str]:
    book, made = openpyxl.Workbook(), io.BytesIO()
    for row in ROWS:
        book.active.append([cell if not cell.startswith("=") else f"'{cell}" for cell in row])
    book.save(made)
    return made.getvalue(), "orders.xlsx"


def orders_desk(offices) -> Desk:
    return Desk(offices.desk, offices.county.id, ORDERS)


@pytest.mark.parametrize("made", [as_csv("utf-8-sig"), as_csv("gb18030"), as_xlsx()])
def test_orders_come_in_and_bad_rows_are_named_by_line(offices, scalar, made) -> None:
    forget()
    import_id = orders_desk(offices).start(*made)
    taken = orders_desk(offices).take_over(import_id)
    assert taken["new"] == 2
    lines = {line: (outcome, words) for line, outcome, words in outcomes(import_id)}
    assert {line for line, (outcome, _) in lines.items() if outcome != "new"} == {4, 5, 6, 7}
    assert "没有这个村" in {question.text for question in questions(import_id)}
    assert scalar("SELECT count(*) FROM ticket WHERE channel = 'hotline'") == 2
    assert scalar("SELECT created_at FROM ticket WHERE source_number = 'A1'").hour == 1


def test_the_mapping_of_a_source_is_kept(offices) -> None:
    forget()
    desk = orders_desk(offices)
    import_id = desk.start("号,说什么,哪村\nB1,路灯不亮,第1村\n", source="县长信箱")
    assert state(import_id) is ImportState.COLUMNS
    desk.choose_columns(import_id, {"number": "号", "words": "说什么", "village": "哪村"})
    assert desk.take_over(import_id)["new"] == 1
    again = desk.start("号,说什么,哪村\nB2,路不平,第1村\n", source="县长信箱")
    assert (state(again), counts(again)["new"]) == (ImportState.READY, 1)


def test_a_filled_calendar_moves_the_deadlines_of_open_tickets(
    phone, offices, stop_clock, scalar
) -> None:
    real = clock.now()
    december = real.replace(year=2026, month=12, day=29, hour=2)
    stop_clock(december)
    with transaction():
        working_calendar.seed_calendar(offices.county.id)
    submit(phone, offices)
    forget()
    before = scalar("SELECT due_at FROM ticket")
    assert working_calendar.missing_years(offices.county.id, date(2026, 9, 30)) == []
    assert working_calendar.missing_years(offices.county.id, date(2026, 10, 1)) == [2027]
    boss = make_staff(Role.COUNTY_MANAGER, offices.county.id, "boss")
    desk = sit_down(phone.client.application.test_client(), boss)
    assert "2027 年的节假日还没填" in desk.get("/console/tickets").text
    answer = desk.post(
        "/console/tickets/rules/calendar", year="2027", days="01-01 休 元旦\n1-2 休\n01-04 休 元旦"
    )
    assert "moved=1" in answer.headers["Location"]
    assert scalar("SELECT due_at FROM ticket") > before
    assert "2027 年的节假日还没填" not in desk.get("/console/tickets").text
    desk.post("/console/tickets/rules/calendar", year="2027", days=" \n")
    assert "2027 年的节假日还没填" in desk.get("/console/tickets").text, "nothing is not filled"
    assert "◆ 没填" in desk.get("/console/tickets/rules?year=2027").text
    assert scalar("SELECT due_at FROM ticket") == before


@pytest.mark.parametrize(
    ("what", "form", "words"),
    [
        ("calendar", {"year": "2027", "days": "13-45 休"}, "看不懂"),
        ("calendar", {"year": "2027", "days": "01-01 也许"}, "看不懂"),
        (
            "calendar",
            {"year": "2027", "days": "01-01 休\n2028-01-01 休"},
            "第 2 行写的是 2028 年，这一页是 2027 年的日历",
        ),
        ("calendar", {"year": "2027", "days": "9-27-01-01 休"}, "9 年"),
        ("hours", {"edges": "8:30 7:00"}, "从早到晚"),
        ("hours", {"edges": "25:00 26:00"}, "应如"),
        ("deadline", {"urgency": "urgent", "stage": "sign", "amount": "0", "unit": "x"}, "应为"),
        ("routing", {"target": "moon"}, "请选派给谁"),
        ("template", {"title": "", "words": "x"}, "模板名"),
        ("category", {"code": "nothing", "name": "x", "urgency": "urgent"}, "没有这个分类"),
        ("policy", {"proxy_cap": "x"}, "应为整数"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_on_its_page(
    offices, client, what: str, form: dict, words: str
) -> None:
    desk = sit_down(client, offices.desk.person_id)
    answer = desk.post(f"/console/tickets/rules/{what}", **form)
    assert answer.status_code == 422
    assert words in answer.text
