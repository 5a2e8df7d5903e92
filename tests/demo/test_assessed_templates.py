"""The demo county has a draft of every template, once."""

from sqlalchemy import text

from backend.app.access import Role
from backend.app.assessments.programmes.library.templates import TEMPLATES
from backend.app.core.db import db
from backend.demo.assessed_templates import load_drafts
from tests.factories.console import make_staff
from tests.factories.county import make_county


def test_every_template_is_a_draft_of_the_demo_once(app) -> None:
    county = make_county()
    make_staff(Role.ASSESSOR, county.id, "assessor")
    assert load_drafts(county.id) == len(TEMPLATES)
    assert load_drafts(county.id) == 0
    states = db.session.execute(text("SELECT DISTINCT state FROM programme")).scalars()
    assert list(states) == ["draft"]
