"""Codes are unguessable, one lives at a time, and a revoked one says so."""

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from backend.app.access import Actor, Grant, Role
from backend.app.core.db import transaction
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.places import operations, targets
from backend.app.places.errors import (
    CodeRevoked,
    CodeUnknown,
    NameTaken,
    RegionUnknown,
    ServicePointUnknown,
)
from backend.app.places.kinds import KINDS
from backend.app.places.queries import Place
from tests.app.places.conftest import DAY, codes_of, place


@pytest.fixture
def point(county: Place, manager: Actor) -> targets.Point:
    """办事窗口 of 永安村."""
    return add(manager, "办事窗口")


def add(manager: Actor, name: str, village: str = "610528101200") -> targets.Point:
    with transaction():
        made = operations.add_service_point(
            manager, village_id=place(village).id, kind_code="service_window", name=name
        )
    return targets.get_point(made.id)


def test_a_code_is_ten_letters_nobody_can_confuse() -> None:
    codes = {operations.new_code() for _ in range(2000)}
    assert len(codes) == 2000
    assert {len(code) for code in codes} == {10}
    assert not set("".join(codes)) & set("01ilo")


def test_a_new_service_point_has_a_code_and_a_serial_of_its_county(point: targets.Point) -> None:
    assert point.code is not None
    assert point.serial is not None
    assert point.serial.startswith("610528-")
    assert targets.find_target(point.code) == point


def test_what_a_code_stands_for_is_told_with_its_village(point: targets.Point) -> None:
    found = targets.find_target(point.code or "")
    assert (found.village.name, found.village.township) == ("永安村委会", "庄里镇")
    assert (found.name, found.kind_name, found.icon) == ("办事窗口", "办事窗口", "window")


def test_an_unknown_code_is_refused(county: Place) -> None:
    with pytest.raises(CodeUnknown):
        targets.find_target("2222222222")


def test_a_revoked_code_is_refused_with_a_clear_word(point: targets.Point, manager: Actor) -> None:
    with transaction():
        operations.revoke_code(manager, point.id, "海报被撕")
    with pytest.raises(CodeRevoked, match="这个码已停用，请看新贴的码或打 12345"):
        targets.find_target(point.code or "")
    with pytest.raises(CodeUnknown, match="没有在用的码"), transaction():
        operations.revoke_code(manager, point.id, "再撕一次")


def test_rotating_revokes_the_old_code_and_issues_a_new_one(
    point: targets.Point, manager: Actor
) -> None:
    with transaction():
        operations.rotate_code(manager, point.id, "换新海报")
    after = targets.get_point(point.id)
    assert after.code != point.code
    assert after.serial != point.serial
    assert targets.find_target(after.code or "").id == point.id
    with pytest.raises(CodeRevoked):
        targets.find_target(point.code or "")
    assert [code.revoke_reason for code in codes_of(point.id)] == [None, "换新海报"]


def test_a_rotation_that_fails_leaves_the_old_code_alive(
    point: targets.Point, manager: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "new_code", lambda: point.code)
    with pytest.raises(IntegrityError), transaction():
        operations.rotate_code(manager, point.id, "换新海报")
    assert targets.find_target(point.code or "").id == point.id


def test_two_rotations_at_once_leave_one_living_code(
    app: Flask, point: targets.Point, manager: Actor, scalar: Callable[..., object]
) -> None:
    def rotate() -> None:
        with app.app_context(), transaction():
            operations.rotate_code(manager, point.id, "换新海报")

    threads = [threading.Thread(target=rotate) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert scalar("SELECT count(*) FROM qr_code WHERE revoked_at IS NULL") == 1
    assert scalar("SELECT count(*) FROM qr_code") == 5


def test_a_closed_service_point_takes_its_code_along(point: targets.Point, manager: Actor) -> None:
    with transaction():
        operations.close_service_point(manager, point.id)
    with pytest.raises(CodeRevoked):
        targets.find_target(point.code or "")
    with pytest.raises(ServicePointUnknown):
        targets.get_point(point.id)
    assert add(manager, "办事窗口").id != point.id


def test_two_service_points_of_one_name_are_refused(point: targets.Point, manager: Actor) -> None:
    with pytest.raises(NameTaken):
        add(manager, "办事窗口")
    other = add(manager, "办事窗口", village="610528101201")
    with pytest.raises(NameTaken), transaction():
        operations.rename_service_point(manager, add(manager, "二号窗口").id, "办事窗口")
    assert targets.get_point(other.id).name == "办事窗口"


def test_a_renamed_service_point_keeps_its_code(point: targets.Point, manager: Actor) -> None:
    with transaction():
        operations.rename_service_point(manager, point.id, "一站式窗口")
    assert targets.find_target(point.code or "").name == "一站式窗口"


@pytest.mark.parametrize(("village", "kind"), [("610528101", "water"), ("610528101200", "magic")])
def test_a_point_of_no_village_or_kind_is_refused(
    county: Place, manager: Actor, village: str, kind: str
) -> None:
    with pytest.raises(InvalidInput), transaction():
        operations.add_service_point(
            manager, village_id=place(village).id, kind_code=kind, name="供水"
        )


def test_a_village_that_does_not_exist_is_refused(county: Place, manager: Actor) -> None:
    with pytest.raises(RegionUnknown), transaction():
        operations.add_service_point(manager, village_id=999, kind_code="water", name="供水")


def test_staff_manage_only_their_own_township(point: targets.Point) -> None:
    stranger = Actor(0, (Grant(Role.TOWNSHIP_STAFF, place("610528102").id, DAY),))
    for act in (
        lambda: operations.rotate_code(stranger, point.id, "换"),
        lambda: operations.revoke_code(stranger, point.id, "撕"),
        lambda: operations.close_service_point(stranger, point.id),
        lambda: operations.rename_service_point(stranger, point.id, "新名"),
    ):
        with pytest.raises(NotAllowed), transaction():
            act()


def test_every_write_is_in_the_audit_log(
    point: targets.Point, manager: Actor, scalar: Callable[..., object]
) -> None:
    with transaction():
        operations.rotate_code(manager, point.id, "换新海报")
    noted = "SELECT string_agg(action, ' ' ORDER BY id) FROM audit_entry WHERE subject_kind = :k"
    assert scalar(noted, k="service_point") == "add_service_point rotate_code"


def test_kinds_are_data_and_a_changed_name_stays(
    county: Place, scalar: Callable[..., object]
) -> None:
    kinds = targets.list_kinds()
    assert [kind.name for kind in kinds][:3] == ["办事窗口", "卫生室", "村级便民服务站"]
    with transaction():
        kinds[0].name = "办事大厅"
    with transaction():
        operations.seed_kinds()
    assert scalar("SELECT count(*) FROM service_point_kind") == len(KINDS)
    assert targets.list_kinds()[0].name == "办事大厅"


def test_furnishing_a_county_twice_adds_nothing_the_second_time(
    county: Place, scalar: Callable[..., object]
) -> None:
    points = [("service_window", "办事窗口"), ("clinic", "卫生室")]
    with transaction():
        assert operations.furnish_villages(county.id, points) == 6
    with transaction():
        assert operations.furnish_villages(county.id, points) == 0
    assert scalar("SELECT count(DISTINCT code) FROM qr_code WHERE revoked_at IS NULL") == 6
