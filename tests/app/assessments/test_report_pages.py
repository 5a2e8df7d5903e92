"""The pages of the month: filling in, evidence, reviewing; their statements are few and flat."""

import hashlib
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event

from backend.app.assessments.reports import evidence_operations
from backend.app.assessments.reports.operations import ReportLine
from backend.app.core.clock import clock_at
from backend.app.core.db import db
from backend.app.core.files import photos
from tests.app.assessments.acting import open_month, send
from tests.factories.assessed import Assessed, add_target, at, issue
from tests.factories.console import Desk, as_shown, sit_down
from tests.factories.tickets import photo

FILL = "/console/assessments/fill/2026-10"
REVIEW = "/console/assessments/review/2026-10"
MOST = 12


@pytest.fixture
def now():
    with clock_at(at(10, 26)):
        yield


@pytest.fixture
def month(assessed: Assessed, now) -> Assessed:
    add_target(assessed, plan={10: Decimal(1000)})
    add_target(assessed, "A2", source="own:on_time_rate")
    issue(assessed)
    open_month(10)
    return assessed


def seat(app, actor) -> Desk:
    return sit_down(app.test_client(), actor.person_id)


def statements(ask: Callable[[], Any]) -> list[str]:
    seen: list[str] = []

    def count(*parts: Any) -> None:
        seen.append(parts[2])

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        assert ask().status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    return seen


def test_a_clerk_fills_in_and_sends(app, month: Assessed, scalar) -> None:
    desk, target = seat(app, month.town), month.targets["A1"]
    page = as_shown(desk.get(FILL))
    assert "还要报 <strong>1</strong> 项，预计 3 分钟" in page
    assert "本系统" in page
    form = {f"version_{target}": "0", f"value_{target}": "９80.5", f"words_{target}": "开工两处"}
    refused = desk.post(FILL, act="submit", **{**form, f"value_{target}": "很多"})
    assert refused.status_code == 422
    assert "「很多」应为数字" in refused.text
    assert "开工两处" in refused.text
    form[f"value_{target}"] = "980.5"
    answer = desk.post(FILL, act="submit", opened=at(10, 26, 11, 58).isoformat(), **form)
    assert answer.status_code == 303
    assert scalar("SELECT value FROM target_report WHERE state = 'submitted'") == Decimal("980.5")
    assert scalar("SELECT seconds FROM fill_time") == 120
    assert "待主管部门审核" in desk.get(FILL).text


def test_an_empty_form_is_refused_and_a_draft_is_kept(app, month: Assessed, scalar) -> None:
    desk, target = seat(app, month.town), month.targets["A1"]
    assert desk.post(FILL, act="submit", **{f"version_{target}": "0"}).status_code == 422
    form = {f"version_{target}": "0", f"words_{target}": "写到一半"}
    assert desk.post(FILL, act="draft", **form).status_code == 303
    assert scalar("SELECT state FROM target_report") == "draft"
    assert "写到一半" in desk.get(FILL).text


def test_one_tap_says_unchanged(app, month: Assessed, scalar) -> None:
    target = month.targets["A1"]
    seat(app, month.town).post(FILL, act="submit", **{f"version_{target}": "0",
                                                      f"same_{target}": "1"})  # fmt: skip
    assert scalar("SELECT no_change FROM target_report") is True


def test_who_has_no_unit_is_told_so(app, month: Assessed) -> None:
    assert seat(app, month.owner).get(FILL).status_code == 403
    assert seat(app, month.office).get(FILL).status_code == 403
    assert seat(app, month.town).get("/console/assessments/fill/2026-13").status_code == 404
    assert seat(app, month.town).get("/console/assessments/fill/2026-08").status_code == 404


def upload(desk: Desk, target: int, content: bytes, name: str = "现场.jpg") -> Any:
    return desk.post(f"{FILL}/evidence/{target}", file=(io.BytesIO(content), name))


def test_a_file_is_stored_once_and_used_twice(app, month: Assessed, scalar) -> None:
    desk, target = seat(app, month.town), month.targets["A1"]
    content = photo(exif=b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x00\x00")
    assert upload(desk, target, content).location.endswith("done=new")
    assert upload(desk, target, content).location.endswith("done=again")
    page = desk.get(f"{FILL}/evidence/{target}?done=again").text
    assert "您已传过，直接引用" in page
    assert scalar("SELECT sha256 FROM evidence") == hashlib.sha256(content).digest()
    assert scalar("SELECT count(*) FROM evidence_use") == 1
    photos.open_kept(scalar("SELECT key FROM evidence"))
    shown = desk.get(f"/console/assessments/evidence/{scalar('SELECT id FROM evidence')}")
    assert (shown.status_code, b"Exif" in shown.data) == (200, False)


def test_a_report_has_at_most_three_files_of_known_kinds(app, month: Assessed, scalar) -> None:
    desk, target = seat(app, month.town), month.targets["A1"]
    assert upload(desk, target, b"MZ program", "a.exe").status_code == 422
    for number in range(3):
        assert upload(desk, target, b"%PDF-1.7 " + bytes([number]), "表.pdf").status_code == 303
    assert upload(desk, target, b"%PDF-1.7 more", "表.pdf").status_code == 422
    taken = desk.post(f"{FILL}/evidence/{target}/detach",
                      evidence=scalar("SELECT min(id) FROM evidence"))  # fmt: skip
    assert taken.status_code == 303
    assert scalar("SELECT count(*) FROM evidence_use") == 2
    assert "引用已有材料" in desk.get(f"{FILL}/evidence/{target}").text
    used = desk.post(f"{FILL}/evidence/{target}/use",
                     evidence=scalar("SELECT min(id) FROM evidence"))  # fmt: skip
    assert used.status_code == 303
    assert scalar("SELECT count(*) FROM evidence_use") == 3


def test_a_video_may_be_five_times_as_large_as_a_photo(app, month, monkeypatch, scalar) -> None:
    monkeypatch.setattr(evidence_operations, "MOST_BYTES", 100)
    monkeypatch.setattr(evidence_operations, "MOST_VIDEO_BYTES", 500)
    desk, target = seat(app, month.town), month.targets["A1"]
    video = b"\x00\x00\x00\x18ftypmp42"
    assert upload(desk, target, b"%PDF-1.7 " + bytes(100), "表.pdf").status_code == 422
    assert upload(desk, target, video + bytes(400), "现场.mp4").status_code == 303
    assert upload(desk, target, video + bytes(500), "现场.mp4").status_code == 422
    shown = desk.get(f"/console/assessments/evidence/{scalar('SELECT id FROM evidence')}")
    assert (shown.status_code, shown.mimetype) == (200, "video/mp4")


def test_a_file_is_shown_to_its_unit_its_owner_and_who_sees_all(app, month, scalar) -> None:
    upload(seat(app, month.town), month.targets["A1"], b"%PDF-1.7 x", "表.pdf")
    page = f"/console/assessments/evidence/{scalar('SELECT id FROM evidence')}"
    seen = {
        name: seat(app, getattr(month, name)).get(page).status_code
        for name in ("town", "owner", "office", "bureau")
    }
    assert seen == {"town": 200, "owner": 200, "office": 200, "bureau": 404}


def test_a_reviewer_sees_both_values_and_passes_the_unmarked(app, month, scalar) -> None:
    send(month, ReportLine(month.targets["A1"], 0, Decimal(980), "开工两处"))
    desk = seat(app, month.owner)
    page = as_shown(desk.get(REVIEW))
    assert "开工两处" in page
    assert "没有疑点的 1 条一起通过" in page
    report = scalar("SELECT id FROM target_report")
    assert desk.post(f"{REVIEW}/unmarked", reports=f"{report}:1").status_code == 303
    assert scalar("SELECT state FROM target_report") == "owner_passed"
    assert desk.post(f"{REVIEW}/unmarked", reports=f"{report}:1").status_code == 409


def test_a_change_on_the_page_names_both_values_to_the_unit(app, month, scalar) -> None:
    send(month, ReportLine(month.targets["A1"], 0, Decimal(980)))
    which = {"report": scalar("SELECT id FROM target_report"), "version": "1"}
    desk = seat(app, month.owner)
    assert desk.post(REVIEW, decision="changed", reason="台账", **which).status_code == 422
    assert desk.post(REVIEW, decision="changed", value="900", reason="", **which).status_code == 422
    done = desk.post(REVIEW, decision="changed", value="900", reason="台账是 900", **which)
    assert done.status_code == 303
    page = as_shown(desk.get(f"{REVIEW}?all=1"))
    assert "980 → 900" in page
    assert "台账是 900" in seat(app, month.town).get(FILL).text


def test_the_unit_sees_why_it_was_returned_and_may_mend_it(app, month, scalar) -> None:
    send(month, ReportLine(month.targets["A1"], 0, Decimal(980)))
    report = scalar("SELECT id FROM target_report")
    seat(app, month.owner).post(REVIEW, decision="returned", reason="单位写错了", report=report,
                                version="1")  # fmt: skip
    page = as_shown(seat(app, month.town).get(FILL))
    assert "退回原因" in page
    assert "单位写错了" in page
    assert f'name="version_{month.targets["A1"]}" value="2"' in page


def test_pages_send_at_most_twelve_statements_however_much_there_is(app, assessed, now) -> None:
    first = add_target(assessed)
    for number in range(2, 25):
        add_target(assessed, f"A{number}", kind="milestone" if number % 5 == 0 else "cumulative",
                   milestones=[(11, 100)] if number % 5 == 0 else ())  # fmt: skip
    issue(assessed)
    open_month(10)
    send(assessed, ReportLine(first, 0, Decimal(5)))
    town, owner = seat(app, assessed.town), seat(app, assessed.owner)
    few = len(statements(lambda: owner.get(REVIEW)))
    lines = [ReportLine(assessed.targets[f"A{n}"], 0, Decimal(5)) for n in range(2, 25)]
    send(assessed, *lines)
    for desk, page in ((town, FILL), (owner, REVIEW)):
        seen = statements(lambda desk=desk, page=page: desk.get(page))
        assert len(seen) <= MOST, "\n".join(seen)
    assert len(statements(lambda: owner.get(REVIEW))) <= few + 1


def test_the_first_page_says_what_waits_and_leads_there(app, month: Assessed) -> None:
    home = "/console/assessments/"
    assert "10月要报 <strong>1</strong> 项，预计 <strong>3</strong> 分钟" in as_shown(
        seat(app, month.town).get(home)
    )
    send(month, ReportLine(month.targets["A1"], 0, Decimal(980)))
    assert "等您办的" not in seat(app, month.town).get(home).text
    assert "10月待审 <strong>1</strong> 条" in as_shown(seat(app, month.owner).get(home))
    assert "等您办的" not in seat(app, month.office).get(home).text
