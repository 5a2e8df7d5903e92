"""The same points for low and high, for every act; and nobody is ranked."""

import pytest
from flask import Flask

from backend.app.core.db import transaction
from backend.app.points.ledger import credit
from backend.app.points.queries import balance_of
from tests.app.ratings.conftest import open_phone
from tests.factories.console import sit_down
from tests.factories.county import bind, make_person, number_of

RANKING = ("排行", "第一名", "名次")


@pytest.mark.parametrize("level", range(1, 6))
def test_a_rating_earns_the_same_whatever_its_level(client, county, level: int) -> None:
    phone = open_phone(client)
    landing = phone.call("GET", f"/codes/{county.code}").json
    rated = phone.call(
        "POST", "/ratings",
        json={"scan_token": landing["scan_token"], "level": level, "reason_ids": [], "words": None},
        headers={"Idempotency-Key": f"00000000-0000-4000-8000-00000000000{level}"},
    )  # fmt: skip
    assert rated.status_code == 201, rated.json
    assert (rated.json["points_awarded"], balance_of(phone.person_id)) == (2, 2)


def test_no_page_of_points_puts_people_in_an_order_of_points(
    app: Flask, client, county, clerk
) -> None:
    people = [make_person() for _ in range(3)]
    for number, person in enumerate(people):
        bind(person, county)
        with transaction():
            for nth in range(number + 1):
                credit(person, county.id, "rating", "rating", number * 10 + nth)
    desk = sit_down(client, clerk.person_id)
    pages = [
        str(rule)
        for rule in app.url_map.iter_rules()
        if str(rule).startswith("/console/points") and "GET" in rule.methods and not rule.arguments
    ]
    # Three acts in a minute are a pattern to look at: there people stand by their day.
    pages.remove("/console/points/watch")
    # A workbook with headings alone.
    pages.remove("/console/points/deeds/files/template.xlsx")
    assert len(pages) > 5
    for address in pages:
        page = desk.get(address)
        assert page.status_code in (200, 302, 403), address
        assert not any(word in page.text for word in RANKING), address
        assert not any(str(number_of(person)) in page.text for person in people), address
