"""Next year's drafts of the other assessments: one of each template that the county has not."""

from backend.app.accounts.logins.operations import find_login
from backend.app.accounts.queries import actor_today
from backend.app.assessments.programmes.library.loading_operations import load_template
from backend.app.assessments.programmes.library.templates import TEMPLATES, read_template
from backend.app.assessments.programmes.operations import ProgrammeBasics
from backend.app.assessments.programmes.queries import list_programmes
from backend.app.core import clock
from backend.app.core.db import lock, transaction


def load_drafts(county_id: int) -> int:
    """By the assessment office, once; returns how many templates were loaded."""
    login = find_login("assessor")
    if login is None:
        return 0
    office, year = actor_today(login.person_id), clock.today().year + 1
    with transaction():
        lock("demo", "templates")
        there = {programme.template for programme in list_programmes(county_id)}
        missing = [code for code in TEMPLATES if code not in there]
        for code in missing:
            template = read_template(code)
            title = f"{year}年{template['title']}（示例）"
            load_template(office, county_id, ProgrammeBasics(title, year, "", ""), template)
    return len(missing)
