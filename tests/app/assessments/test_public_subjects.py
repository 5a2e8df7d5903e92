"""店和农场 for everybody: found from the years' page, and frozen with the year's publication."""

import re

import pytest

from backend.app.access import Actor, Grant, Role
from backend.app.assessments.grades.operations import GradeDecision, decide_grades, propose_grades
from backend.app.assessments.grades.queries import grade_rows
from backend.app.assessments.locks.operations import lock_programme
from backend.app.assessments.models import Programme
from backend.app.assessments.publications.operations import publish_programme
from backend.app.assessments.publications.queries import get_programme_publication
from backend.app.assessments.subjects import exit_operations
from backend.app.assessments.year_end.operations import close_programme
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.app.scoring.assessing.grades import Grade
from tests.app.assessments.closing_year import MEETING, PUBLISHED
from tests.app.assessments.seeds.test_ningbo_subjects import BAD, GOOD, SHOPS
from tests.factories.assessed import YEAR, at
from tests.factories.console import make_staff
from tests.factories.county import OPENED_ON, make_county
from tests.factories.subjects import Rated, make_rated, night, score_all
from tests.factories.tickets import forget

YEARS = "/p/610528/assessments"
PAGE = f"{YEARS}/subjects"
WORDS, LATER = "8月1日卖禁用农药，渭农罚〔2026〕3号", "1月25日卖假种子，渭农罚〔2027〕1号"


@pytest.fixture
def shops(app) -> Rated:
    """Two shops over a year; the bad one left in August."""
    made = make_rated(make_county(), "ningbo_shop", SHOPS)
    for month in (6, 12):
        score_all(made, GOOD, "0.9", month)
        score_all(made, BAD, "0.3", month)
    night(at(6, 30))
    leave(made, BAD, WORDS, at(8, 2))
    night(at(12, 31))
    return made


def leave(made: Rated, name: str, words: str, when) -> None:
    with clock_at(when):
        with transaction():
            programme = db.session.get_one(Programme, made.programme_id)
            exit_id = exit_operations.propose_violation(
                made.clerk, programme, made.units[name], words
            ).id
        with transaction():
            exit_operations.decide_exit(made.boss, exit_id, 0, confirmed=True)
    forget()


def publish(made: Rated) -> None:
    county = made.county.id
    grant = Grant(Role.ASSESSOR, county, OPENED_ON, approves=True)
    other = Actor(make_staff(Role.ASSESSOR, county, "other-boss", approves=True), (grant,))
    with clock_at(MEETING):
        with transaction():
            close_programme(made.clerk, made.programme_id)
        with transaction():
            propose_grades(made.clerk, made.programme_id)
        with transaction():
            decisions = [
                GradeDecision(row.unit_id, row.version or 0, Grade(row.proposed), "会议一致同意")
                for row in grade_rows(made.programme_id) if row.grade_id
            ]  # fmt: skip
            decide_grades(made.boss, made.programme_id, "定等会纪要1号", decisions)
        with transaction():
            lock_programme(made.boss, made.programme_id, "公示以前没有办完的照旧办")
    with clock_at(PUBLISHED), transaction():
        publish_programme(other, made.programme_id)
    forget()


def text_of(client, address: str, when=PUBLISHED) -> str:
    with clock_at(when):
        answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.text


def test_the_years_page_leads_to_shops_and_farms_before_any_year_is_published(
    shops, client
) -> None:
    assert f'href="{PAGE}"' in text_of(client, YEARS, at(8, 4))
    page = text_of(client, PAGE, at(8, 4))
    assert WORDS in page
    assert f'href="{YEARS}"' in page
    assert "还没有公示" in page


def test_a_county_without_any_has_no_such_page(app, client) -> None:
    make_county()
    assert client.get(YEARS).status_code == 404


def test_the_yearly_publication_lists_exits_by_firm_and_reason(shops, client) -> None:
    publish(shops)
    year = text_of(client, f"{YEARS}/{shops.programme_id}")
    assert f"{BAD}：{WORDS}，{YEAR}-08-02 退出" in year
    frozen = get_programme_publication(shops.programme_id).content["firms"]
    assert [(row["name"], row["words"]) for row in frozen["exits"]] == [(BAD, WORDS)]
    assert [(row["name"], row["period"]) for row in frozen["ratings"]] == [
        (GOOD, f"{YEAR}-12"), (BAD, f"{YEAR}-06"),
    ]  # fmt: skip


def test_its_copy_is_frozen_and_has_the_years_digest(shops, client) -> None:
    publish(shops)
    before = text_of(client, PAGE)
    digest = get_programme_publication(shops.programme_id).digest.hex()
    forget()
    assert digest in before
    leave(shops, GOOD, LATER, at(1, 26, year=YEAR + 1))
    after = text_of(client, PAGE, at(1, 27, year=YEAR + 1))
    assert digest in after
    frozen, later = after.split("公示以后的变化")
    assert LATER not in frozen
    assert LATER in later
    assert re.search(f"{GOOD}.*良好", frozen, re.S)
