"""Somebody who looks at every surface of a county's month, and the words they find there."""

import re
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import text

from backend.app.access import Role
from backend.app.core.db import db, transaction
from backend.app.exports.bulletins import operations as bulletins
from backend.app.exports.operations import write_export
from backend.jobs import exports as jobs
from tests.app.ratings.conftest import open_phone
from tests.factories.console import Desk
from tests.factories.county import actor_with, bind, grant_role, make_person
from tests.factories.whole_month import WholeMonth

Figures = dict[str, str | None]
CODE, NAME = "610528100201", "第1村"
INDICATORS = {
    "满意度": "satisfaction_mean", "问卷满意度": "survey_satisfaction", "解决率": "resolution_rate",
    "响应率": "response_rate", "按期办结率": "on_time_rate", "响应时长": "median_first_response",
}  # fmt: skip
NUMBER = r"([-−]?[\d,]+(?:\.\d+)?)"


@dataclass
class Surfaces:
    """The month, and somebody to look at each surface of it."""

    found: WholeMonth
    client: FlaskClient
    desk: Desk

    @property
    def month(self) -> str:
        return f"{self.found.month:%Y-%m}"

    def page(self, path: str) -> str:
        return read(self.desk.get(path)).text

    def public(self, path: str) -> Any:
        return read(self.client.get(path))

    def export(self, kind: str, form: str) -> bytes:
        self.desk.post(
            "/console/exports", month=self.month, region_id=str(self.found.county.id), kind=kind,
            format=form,
        )  # fmt: skip
        number = db.session.scalar(text("SELECT max(id) FROM export"))
        write_export(number)
        return bytes(read(self.desk.get(f"/console/exports/{number}/file")).data)

    def bulletin(self, form: str) -> bytes:
        county = self.found.county
        known = db.session.scalar(text("SELECT max(id) FROM bulletin"))
        if known is None:
            with transaction():
                known = bulletins.request_bulletin(
                    actor_with(Role.COUNTY_STAFF, county.id), county.id, "monthly",
                    self.found.month,
                ).id  # fmt: skip
            jobs.write_bulletin(known)
        return bytes(read(self.desk.get(f"/console/exports/bulletins/{known}/{form}")).data)

    def phone(self, path: str, role: Role | None = None, village_id: int | None = None) -> Any:
        person = make_person()
        bind(person, self.found.county)
        if role:
            grant_role(person, role, village_id or self.found.village_id)
        query = {"month": self.month}
        return read(open_phone(self.client, person).call("GET", path, query_string=query)).json


def read(answer: Any) -> Any:
    assert answer.status_code == 200, answer.text
    return answer


def said(pattern: str, words: str) -> str | None:
    found = re.search(pattern.replace("N", NUMBER), words)
    return found[1] if found else None


def indicators(rows: dict[str, dict[str, str]], **columns: str) -> Figures:
    """Figures of the indicators from rows by the indicator's name."""
    return {
        f"{name}{figure}": rows[name][column]
        for name in INDICATORS
        for figure, column in columns.items()
    }
