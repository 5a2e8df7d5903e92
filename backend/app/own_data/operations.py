"""The desk for people without a telephone: one writes a wish down, a second looks again."""

from dataclasses import dataclass

from sqlalchemy import delete, select

from backend.app.access import Actor, Permission, may, regions_of
from backend.app.accounts.numbers import numbers_of, people_numbered
from backend.app.accounts.persons import names_of
from backend.app.accounts.second_person import check_another_hand, hands_of
from backend.app.accounts.villagers import bound_village
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.encryption import seal, unseal
from backend.app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from backend.app.core.own_data import Held
from backend.app.core.web.boxes import digits_of, whole
from backend.app.own_data import contents
from backend.app.own_data.models import DataRequest
from backend.app.own_data.states import RequestState
from backend.app.places.queries import get_place
from backend.app.tickets import persons as tickets

EXPORT, ERASE = "export", "erase"
KINDS = {EXPORT: "查看、带走资料", ERASE: "删除资料、注销"}
STATES = RequestState.names()
PURPOSE = "data_request"
FEWEST_DIGITS, MOST_DIGITS = 7, 15
PAGE = 50


class SecondPerson(NotAllowed):
    code = "second_person"
    message = "登记的人不能自己核对，请另一位同事来办"


class RequestDecided(Conflict):
    code = "already_decided"
    message = "这一件已经有人办过了"


@dataclass(frozen=True)
class RequestLine:
    """A wish as the desk sees it; of a telephone only its last four digits."""

    id: int
    kind: str
    about: str
    proof: str
    state: str
    asked_by: str
    decided_by: str
    is_own: bool
    asked_at: object


def ask(actor: Actor, county_id: int, kind: str, number: str, phone: str, proof: str) -> int:
    """Writes down whom a wish is about and how the desk made sure who asks."""
    _check_county(actor, county_id)
    proof = " ".join(proof.split())
    faults = {}
    if kind not in KINDS:
        faults["kind"] = ["请选要办什么"]
    if not 4 <= len(proof) <= 200:
        faults["proof"] = ["请写怎么核对的本人，4 到 200 字，不写身份证号"]
    person_id, sealed = None, None
    if phone.strip():
        digits = digits_of(phone)
        if not FEWEST_DIGITS <= len(digits) <= MOST_DIGITS:
            faults["phone"] = ["电话号码不对"]
        sealed = seal(PURPOSE, digits.encode())
    elif (wanted := whole(number)) is not None:
        person_id = people_numbered([wanted]).get(wanted)
        if person_id is None:
            faults["number"] = ["没有这个积分号，请再核对一遍"]
        elif _county_of(person_id) not in (None, county_id):
            faults["number"] = ["这个积分号不是本县的"]
    else:
        faults["number"] = ["请填积分号或电话"]
    if faults:
        raise InvalidInput(errors=faults)
    request = DataRequest(
        county_id=county_id, kind=kind, person_id=person_id, phone_sealed=sealed, proof=proof,
        asked_by_id=actor.person_id, asked_at=clock.now(),
    )  # fmt: skip
    db.session.add(request)
    db.session.flush()
    record("ask_data_request", actor.person_id, "data_request", request.id, kind=kind)
    return request.id


def list_requests(actor: Actor) -> list[RequestLine]:
    """The newest first, those that wait before the others."""
    scope = regions_of(actor, Permission.HANDLE_OWN_DATA)
    found = db.session.scalars(
        select(DataRequest)
        .where(DataRequest.county_id.in_(scope))
        .order_by(DataRequest.state != "waiting", DataRequest.id.desc())
        .limit(PAGE)
    ).all()
    hands = hands_of(actor.person_id)
    numbers = numbers_of({one.person_id for one in found if one.person_id is not None})
    names = names_of({one.asked_by_id for one in found} | {one.decided_by_id or 0 for one in found})
    return [
        RequestLine(
            one.id, KINDS[one.kind], _about(one, numbers), one.proof, one.state,
            names.get(one.asked_by_id, ""), names.get(one.decided_by_id or 0, ""),
            one.asked_by_id in hands, one.asked_at,
        )
        for one in found
    ]  # fmt: skip


def held_of(actor: Actor, request_id: int) -> list[Held]:
    """What the second person sees before deciding; the look is in the audit log."""
    request = _waiting(actor, request_id)
    record("see_data_request", actor.person_id, "data_request", request.id)
    return _parts(request)


def refuse(actor: Actor, request_id: int) -> None:
    """Nothing is given or deleted."""
    request = _for_second(actor, request_id)
    _decide(request, actor, "refused")


def take_for_export(actor: Actor, request_id: int) -> str:
    """The second person's yes: writes the file; returns its key."""
    request = _for_second(actor, request_id)
    if request.kind != EXPORT:
        raise InvalidInput
    key = contents.write_file(_parts(request), contents.owner_of(request.person_id or 0))
    _decide(request, actor, "done")
    return key


def take_for_erasure(actor: Actor, request_id: int) -> int | None:
    """The second person's yes: forgets a telephone at once, or returns whom to close."""
    request = _for_second(actor, request_id)
    if request.kind != ERASE:
        raise InvalidInput
    person_id = request.person_id
    if request.phone_sealed is not None:
        tickets.forget_phone(request.county_id, _phone(request))
    _decide(request, actor, "done")
    return person_id


def drop_of(person_id: int) -> None:
    """What still waits about somebody who is gone."""
    db.session.execute(
        delete(DataRequest).where(
            DataRequest.person_id == person_id, DataRequest.state == "waiting"
        )
    )


def _decide(request: DataRequest, actor: Actor, state: str) -> None:
    request.state, request.decided_by_id = state, actor.person_id
    request.decided_at = clock.now()
    request.phone_sealed = None
    # How somebody was recognised may name them.
    request.proof = ""
    db.session.flush()
    record("decide_data_request", actor.person_id, "data_request", request.id, decision=state)


def _parts(request: DataRequest) -> list[Held]:
    if request.person_id is not None:
        return contents.parts_of(request.person_id)
    return [tickets.held_of_phone(request.county_id, _phone(request))]


def _phone(request: DataRequest) -> str:
    return unseal(PURPOSE, request.phone_sealed or b"").decode()


def _about(request: DataRequest, numbers: dict[int, int]) -> str:
    if request.person_id is not None:
        return f"积分号 {numbers[request.person_id]}"
    return f"电话尾号 {_phone(request)[-4:]}" if request.phone_sealed else "留过电话的人"


def _waiting(actor: Actor, request_id: int) -> DataRequest:
    request = db.session.scalar(
        select(DataRequest).where(DataRequest.id == request_id).with_for_update()
    )
    if request is None or not may(actor, Permission.HANDLE_OWN_DATA, (request.county_id,)):
        raise NotFound
    if request.state != "waiting":
        raise RequestDecided
    return request


def _for_second(actor: Actor, request_id: int) -> DataRequest:
    request = _waiting(actor, request_id)
    check_another_hand(actor, request.asked_by_id, refusal=SecondPerson())
    return request


def _county_of(person_id: int) -> int | None:
    village = bound_village(person_id)
    return get_place(village).county_id if village else None


def _check_county(actor: Actor, county_id: int) -> None:
    if not may(actor, Permission.HANDLE_OWN_DATA, (county_id,)):
        raise NotAllowed
