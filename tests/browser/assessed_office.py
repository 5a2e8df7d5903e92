"""A small county whose application answers in this process, and who sits at its one browser.

Its clock can be set: half a year of windows goes by in one test.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from backend.app.access import Role
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.sessions import SessionKind, open_session
from backend.app.core.web.guards import CONSOLE_COOKIE
from backend.app.places.models import Department, Region
from backend.app.tickets.clocks.working_calendar import seed_calendar
from tests.browser.conftest import PATIENCE, picture
from tests.factories.console import make_staff
from tests.factories.county import OPENED_ON, grant_role, make_county

HOME, OWNER = "/console/assessments", "县农业农村局"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}


@dataclass
class Office:
    """Whoever sits at the one browser, on the day it is."""

    page: Page
    base: str
    people: dict[str, int]
    town: str

    def sit(self, who: str, when: datetime) -> None:
        """Another person at another time; a session of another day has run out."""
        clock.run_ahead(int((when - datetime.now(UTC)).total_seconds()))
        data = {"second_factor": True, "pending": None}
        token = open_session(
            SessionKind.CONSOLE, self.people[who], clock.now().timestamp(), data
        )  # fmt: skip
        self.page.context.clear_cookies()
        self.page.context.add_cookies(
            [{"name": CONSOLE_COOKIE, "value": token, "url": f"{self.base}/console"}]
        )

    def open(self, path: str) -> None:
        self.page.goto(f"{self.base}{HOME}{path}")

    def press(self, words: str) -> None:
        self.page.click(f"button:has-text('{words}')")

    def sees(self, *words: str) -> None:
        for one in words:
            expect(self.page.locator("main")).to_contain_text(one)

    def pictures(self, name: str) -> None:
        """Desk, phone, dark and paper; on a phone nothing is wider than the screen."""
        self.page.add_style_tag(content="* { transition: none !important }")
        picture(self.page, f"assessments-{name}")
        self.page.set_viewport_size(PHONE)
        picture(self.page, f"assessments-{name}-phone")
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert self.page.evaluate(wide) <= 0, f"{name} is wider than a phone"
        self.page.set_viewport_size(DESK)
        self.page.emulate_media(color_scheme="dark")
        self.page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
        picture(self.page, f"assessments-{name}-dark")
        self.page.evaluate("document.documentElement.dataset.bsTheme = 'light'")
        self.page.emulate_media(media="print", color_scheme="light")
        picture(self.page, f"assessments-{name}-print")
        self.page.emulate_media(media="screen")


@contextmanager
def assessed_office(
    app: Flask, chromium: Browser, people: dict[str, int], town: str
) -> Iterator[Office]:
    """The application answers at an address of its own; any script error fails."""
    ahead = (clock.now() - datetime.now(UTC)).total_seconds()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    context = chromium.new_context(locale="zh-CN", viewport=DESK)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: dialog.accept())
    yield Office(page, f"http://127.0.0.1:{server.server_port}", people, town)
    context.close()
    server.shutdown()
    thread.join()
    clock.run_ahead(round(ahead))
    assert faults == []


def make_office() -> tuple[dict[str, int], str]:
    """A county of one township, one department and an office: its people, and the township."""
    county = make_county()
    with transaction() as session:
        seed_calendar(county.id)
        owner = Department(county_id=county.id, name=OWNER, opened_on=OPENED_ON)
        session.add(owner)
        session.flush()
        owner_id, town = owner.id, session.get_one(Region, county.township_ids[0]).name
    people = {
        "assessor": make_staff(Role.ASSESSOR, county.id, "assessor"),
        "approver": make_staff(Role.ASSESSOR, county.id, "approver", approves=True),
        "town": make_staff(Role.TOWNSHIP_STAFF, county.township_ids[0], "town"),
        "owner": make_staff(None, county.id, "owner"),
    }
    grant_role(people["owner"], Role.DEPARTMENT_STAFF, county.id, department_id=owner_id)
    return people, town
