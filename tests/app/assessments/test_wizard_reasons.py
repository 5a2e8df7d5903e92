"""What keeps a draft from approval, as its wizard shows it."""

from flask.testing import FlaskClient

from backend.app.access import Role
from backend.app.assessments.programmes.library.loading_operations import create_from_template
from backend.app.core.db import transaction
from tests.factories.assessments import BASICS, make_departments, office
from tests.factories.console import as_shown, make_staff, sit_down
from tests.factories.county import make_county

BASE = "/console/assessments"


def test_what_is_wrong_with_many_units_is_said_once(app, client: FlaskClient) -> None:
    county = make_county()
    make_departments(county)
    with transaction():
        programme_id = create_from_template(office(county), county.id, BASICS, "fuping").id
    clerk = sit_down(client, make_staff(Role.ASSESSOR, county.id, "clerk"))
    page = as_shown(clerk.get(f"{BASE}/programmes/{programme_id}"))
    assert page.count("还没有目标，分值合计 0，应为 100；请先分解") == 1
    assert "81 处都是这样" in page
    assert "庄里镇、县" in page
    assert "村民说了算" not in page, "what no target says yet is not said twice"
