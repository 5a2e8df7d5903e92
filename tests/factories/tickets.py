"""A county whose tickets run: categories, rules, cadres, a desk, a department."""

import io
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient
from PIL import Image

from backend.app.access import Actor, Grant, Role
from backend.app.core.db import db, transaction
from backend.app.places.models import Department
from backend.app.tickets.clocks.working_calendar import seed_calendar
from backend.app.tickets.models import RoutingRule
from backend.app.tickets.rules.categories import seed_categories
from tests.app.ratings.conftest import Phone, open_phone
from tests.factories.console import make_staff
from tests.factories.county import OPENED_ON, County, bind, grant_role, make_person


@dataclass
class Offices:
    """Who works where; actors as the operations want them."""

    county: County
    department_id: int
    cadre_id: int
    cadre: Actor
    other_cadre: Actor
    township: Actor
    department: Actor
    desk: Actor
    other_desk: Actor
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def village_id(self) -> int:
        return self.county.village_ids[0]


def as_actor(person_id: int, role: Role, region_id: int, department_id: int | None = None) -> Actor:
    return Actor(person_id, (Grant(role, region_id, OPENED_ON, None, department_id),))


def make_offices(county: County, suffix: str = "") -> Offices:
    """Water goes to the water bureau, everything else to the village; log-ins end in `suffix`."""
    with transaction() as session:
        seed_categories(county.id)
        seed_calendar(county.id)
        bureau = Department(county_id=county.id, name="县水务局", opened_on=OPENED_ON)
        session.add(bureau)
        session.flush()
        bureau_id = bureau.id
        session.add_all(
            [
                RoutingRule(
                    county_id=county.id, category_code="water", target="department",
                    department_id=bureau_id,
                ),
                RoutingRule(county_id=county.id, category_code=None, target="village"),
            ]
        )  # fmt: skip
    cadre, neighbour = make_person(name="王建国"), make_person(name="李秀英")
    grant_role(cadre, Role.CADRE, county.village_ids[0])
    grant_role(neighbour, Role.CADRE, county.village_ids[1])
    township = make_staff(Role.TOWNSHIP_STAFF, county.township_ids[0], f"town{suffix}")
    desk = make_staff(Role.COUNTY_STAFF, county.id, f"desk{suffix}")
    other = make_staff(Role.COUNTY_STAFF, county.id, f"desk2{suffix}")
    water = make_staff(None, 0, f"water{suffix}")
    grant_role(water, Role.DEPARTMENT_STAFF, county.id, department_id=bureau_id)
    return Offices(
        county,
        bureau_id,
        cadre,
        as_actor(cadre, Role.CADRE, county.village_ids[0]),
        as_actor(neighbour, Role.CADRE, county.village_ids[1]),
        as_actor(township, Role.TOWNSHIP_STAFF, county.township_ids[0]),
        as_actor(water, Role.DEPARTMENT_STAFF, county.id, bureau_id),
        as_actor(desk, Role.COUNTY_STAFF, county.id),
        as_actor(other, Role.COUNTY_STAFF, county.id),
    )


def villager(client: FlaskClient, county: County) -> Phone:
    person_id = make_person()
    bind(person_id, county)
    return open_phone(client, person_id)


def body(offices: Offices, words: str = "村口路灯不亮三天了", **more: Any) -> dict[str, Any]:
    return {"kind": "help", "village_id": offices.village_id, "words": words, **more}


def submit(by: Phone, offices: Offices, key: str | None = None, **more: Any) -> Any:
    return by.call(
        "POST",
        "/tickets",
        json=body(offices, **more),
        headers={"Idempotency-Key": key or str(uuid4())},
    )


def photo(colour: str = "green", **options: Any) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(made, "JPEG", **options)
    return made.getvalue()


def upload(phone: Phone, content: bytes | None = None, kind: str = "photo", **form: Any) -> Any:
    return phone.call(
        "POST",
        "/ticket-files",
        data={"file": (io.BytesIO(content or photo()), "a.jpg"), "kind": kind, **form},
        content_type="multipart/form-data",
    )


def forget() -> None:
    """Operations called directly share the test's session: read anew what HTTP changed."""
    db.session.rollback()
    db.session.expire_all()
