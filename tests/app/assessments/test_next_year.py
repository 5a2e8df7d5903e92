"""A programme that is prepared for next year stands beside the one that is under way."""

import re

from flask.testing import FlaskClient

from backend.app.access import Role
from backend.app.assessments.models import Programme
from backend.app.core import clock
from backend.app.core.db import transaction
from tests.factories.assessments import IN_MARCH, make_issued
from tests.factories.console import as_shown, make_staff, sit_down

BASE = "/console/assessments"


def test_next_years_programme_does_not_hide_the_year_that_is_under_way(
    app, client: FlaskClient
) -> None:
    made = make_issued()
    with clock.clock_at(IN_MARCH):
        clerk = sit_down(client, make_staff(Role.ASSESSOR, made.county.id, "clerk"))
        with transaction() as session:
            now = session.get_one(Programme, made.programme_id)
            later = Programme(
                county_id=now.county_id, code=now.code, title="明年的考核", year=now.year + 1,
                version=1, state="approved", content=now.content,
                drafted_by_id=now.drafted_by_id, drafted_at=now.drafted_at,
                approved_by_id=now.approved_by_id, approved_at=now.approved_at,
            )  # fmt: skip
            session.add(later)
            session.flush()
            later_id = later.id
        for page in ("/", "/targets", "/adjustments", "/leader", "/burden", "/measures"):
            shown = as_shown(clerk.get(f"{BASE}{page}"))
            assert "明年的考核" in shown, f"{page} leaves no choice"
            heading = re.search("<h1>.*?</h1>", shown, re.S)
            assert heading, page
            assert "明年的考核" not in heading[0], page
        chosen = as_shown(clerk.get(f"{BASE}/adjustments?programme={later_id}"))
        assert "<h1>加减分 <small>明年的考核" in chosen
        newest = clerk.get(f"{BASE}/results")
        assert newest.location.endswith(f"/results/{made.programme_id}")
