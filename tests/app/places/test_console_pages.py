"""Staff look after service points in the console, within their own region."""

import io
from typing import Any

import pypdfium2
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from backend.app.access import Role
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.sessions import SessionKind, open_session
from backend.app.core.web.guards import CONSOLE_COOKIE, csrf_token_for
from backend.app.places import operations, targets
from backend.app.places.queries import Place
from tests.app.places.conftest import codes_of, place
from tests.app.places.test_photos import picture
from tests.factories.county import grant_role, make_person


class Staff:
    """Somebody at the console, with the token their pages carry."""

    def __init__(self, client: FlaskClient, role: Role, region_id: int) -> None:
        person = make_person()
        grant_role(person, role, region_id)
        opened_at = clock.now().timestamp()
        self.token = open_session(SessionKind.CONSOLE, person, opened_at, {"second_factor": True})
        self.client = client

    def get(self, path: str, **options: Any) -> TestResponse:
        self.client.set_cookie(CONSOLE_COOKIE, self.token)
        return self.client.get(f"/console/places{path}", **options)

    def post(self, path: str, **form: Any) -> TestResponse:
        self.client.set_cookie(CONSOLE_COOKIE, self.token)
        form["csrf_token"] = csrf_token_for(self.token)
        return self.client.post(f"/console/places{path}", data=form)


@pytest.fixture
def village(county: Place) -> Place:
    """永安村 with two service points."""
    with transaction():
        operations.furnish_villages(
            place("610528101200").id, [("service_window", "办事窗口"), ("clinic", "卫生室")]
        )
    return place("610528101200")


@pytest.fixture
def staff(client: FlaskClient, village: Place) -> Staff:
    """Of the township the village belongs to."""
    return Staff(client, Role.TOWNSHIP_STAFF, place("610528101").id)


def first_point(village: Place) -> targets.Point:
    return targets.list_points(village.id)[0]


def test_a_new_service_point_is_made_and_shown(staff: Staff, village: Place) -> None:
    answer = staff.post(
        f"/villages/{village.id}/service-points", kind_code="water", name="自来水站"
    )
    assert answer.status_code == 303
    assert [point.name for point in targets.list_points(village.id)][-1] == "自来水站"


@pytest.mark.parametrize("name", ["", "   ", "水" * 61, "水\x00站", "水\n站"])
def test_a_name_that_cannot_be_printed_is_refused(staff: Staff, village: Place, name: str) -> None:
    path = f"/villages/{village.id}/service-points"
    assert staff.post(path, kind_code="water", name=name).status_code == 422
    assert len(targets.list_points(village.id)) == 2


def test_a_code_is_rotated_with_its_reason(staff: Staff, village: Place) -> None:
    before = first_point(village)
    path = f"/service-points/{before.id}/code"
    assert staff.post(path, reason="海报被撕").status_code == 303
    assert first_point(village).code != before.code
    assert codes_of(before.id)[1].revoke_reason == "海报被撕"
    assert staff.post(path).status_code == 422


def test_a_code_is_revoked_and_a_point_renamed_and_closed(staff: Staff, village: Place) -> None:
    point = first_point(village)
    assert staff.post(f"/service-points/{point.id}/name", name="大厅").status_code == 303
    assert staff.post(f"/service-points/{point.id}/code/revoke", reason="停").status_code == 303
    assert (first_point(village).name, first_point(village).code) == ("大厅", None)
    assert staff.post(f"/service-points/{point.id}/close").status_code == 303
    assert first_point(village).name == "卫生室"


def test_a_photo_larger_than_other_forms_is_taken(staff: Staff, village: Place) -> None:
    large = picture((3000, 2400)) + b"\0" * 200_000
    path = f"/service-points/{first_point(village).id}/photo"
    answer = staff.post(path, photo=(io.BytesIO(large), "照片.jpg"))
    assert answer.status_code == 303
    assert first_point(village).photo_url is not None


def test_what_is_no_photo_is_refused(staff: Staff, village: Place) -> None:
    path = f"/service-points/{first_point(village).id}/photo"
    assert staff.post(path, photo=(io.BytesIO(b"<svg/>"), "a.jpg")).status_code == 422
    assert staff.post(path).status_code == 422
    assert first_point(village).photo_url is None


def test_posters_are_printed_one_by_one_and_all_together(staff: Staff, village: Place) -> None:
    one = staff.get(f"/service-points/{first_point(village).id}/poster.pdf")
    assert one.mimetype == "application/pdf"
    assert len(pypdfium2.PdfDocument(one.data)) == 1
    every = staff.get(f"/regions/{village.id}/posters.pdf")
    assert len(pypdfium2.PdfDocument(every.data)) == 2
    township = staff.get(f"/regions/{place('610528101').id}/posters.pdf")
    assert len(pypdfium2.PdfDocument(township.data)) == 2


def test_staff_of_another_township_can_do_none_of_it(client: FlaskClient, village: Place) -> None:
    stranger = Staff(client, Role.TOWNSHIP_STAFF, place("610528102").id)
    point = first_point(village)
    answers = [
        stranger.get(f"/villages/{village.id}"),
        stranger.get(f"/regions/{village.id}/posters.pdf"),
        stranger.get(f"/service-points/{point.id}/poster.pdf"),
        stranger.post(f"/villages/{village.id}/service-points", kind_code="water", name="水"),
        stranger.post(f"/service-points/{point.id}/code", reason="换"),
        stranger.post(f"/service-points/{point.id}/photo", photo=(io.BytesIO(picture()), "a.jpg")),
        stranger.post(f"/service-points/{point.id}/close"),
    ]
    assert [answer.status_code for answer in answers] == [403] * len(answers)
    assert first_point(village) == point


def test_a_leader_only_looks(client: FlaskClient, village: Place) -> None:
    leader = Staff(client, Role.LEADER, place("610528").id)
    path = f"/villages/{village.id}/service-points"
    assert leader.post(path, kind_code="water", name="水").status_code == 403


def test_a_form_without_its_token_is_refused(staff: Staff, village: Place) -> None:
    staff.client.set_cookie(CONSOLE_COOKIE, staff.token)
    path = f"/console/places/service-points/{first_point(village).id}/close"
    assert staff.client.post(path).status_code == 403


def test_a_picker_finds_villages_of_the_own_region_only(staff: Staff, village: Place) -> None:
    found = staff.get("/search.json", query_string={"q": "村"}).json
    assert {item["name"] for item in found["items"]} == {"永安村委会", "三河村委会"}
    assert staff.get("/search.json").status_code == 422


def test_the_page_shows_every_point_with_its_serial_and_a_way_to_print(
    staff: Staff, village: Place
) -> None:
    page = staff.get(f"/villages/{village.id}?done=rotated").text
    for words in ("办事窗口", "卫生室", "打印全村海报（2 张）", "庄里镇", "旧码已停用"):
        assert words in page
    assert all(point.serial in page for point in targets.list_points(village.id) if point.serial)
    assert page.count('name="csrf_token"') > 8


def test_a_village_without_points_says_what_to_do_next(staff: Staff) -> None:
    page = staff.get(f"/villages/{place('610528101201').id}").text
    assert "在下面新设一个" in page


def test_a_group_is_added_and_shown(staff: Staff, village: Place) -> None:
    assert staff.post(f"/villages/{village.id}/groups", name="一组").status_code == 303
    assert staff.post(f"/villages/{village.id}/groups", name="一组").status_code == 409
    assert "一组" in staff.get(f"/villages/{village.id}").text
