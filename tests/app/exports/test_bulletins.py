"""周报送、月通报、季会议、年考核: computed from facts, kept, alike on paper and in cells."""

import io
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import load_workbook

from backend.app.access import Role
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.core.files.pdf_fonts import GlyphMissing
from backend.app.exports.bulletins import operations as bulletins
from backend.app.exports.bulletins.content import compose
from backend.app.exports.bulletins.paper import draw_bulletin
from backend.app.exports.bulletins.periods import (
    BulletinKind,
    MonthMissing,
    last_over,
    span_of,
    standing_part,
)
from backend.app.exports.models import Bulletin
from backend.app.places.queries import get_place
from backend.app.scorecards import facts as month_facts
from backend.app.scorecards import multi_month
from backend.app.scorecards.locks import corrections
from backend.app.scorecards.operations import recompute_month
from backend.jobs import exports as jobs
from tests.factories.console import make_staff, sit_down
from tests.factories.county import County, actor_with, make_county
from tests.factories.publications import lock, publish, score_by_ratings
from tests.factories.ratings import LAST_MONTH, rate_village

QUARTER = span_of(BulletinKind.QUARTERLY, LAST_MONTH)


@pytest.fixture
def county(app) -> County:
    county = make_county(villages=3)
    score_by_ratings(county)
    return county


def make(county: County, kind: str, day: date) -> Bulletin:
    with transaction():
        made = bulletins.request_bulletin(
            actor_with(Role.COUNTY_STAFF, county.id), county.id, kind, day
        )
        bulletin_id = made.id
    jobs.write_bulletin(bulletin_id)
    db.session.expire_all()
    return db.session.get_one(Bulletin, bulletin_id)


@given(st.sampled_from(BulletinKind), st.dates(date(2020, 1, 1), date(2090, 1, 1)))
def test_every_day_lies_in_one_period_and_periods_follow_each_other(kind, day) -> None:
    span = span_of(kind, day)
    assert span.start <= day < span.end
    assert span.before.end == span.start
    assert span_of(kind, span.end).start == span.end
    assert last_over(kind, day).end <= day


def test_a_week_begins_on_monday_and_a_quarter_has_its_three_months() -> None:
    week = span_of(BulletinKind.WEEKLY, date(2026, 11, 25))
    assert (week.start, week.end) == (date(2026, 11, 23), date(2026, 11, 30))
    assert week.name == "2026年11月23日—11月29日"
    quarter = span_of(BulletinKind.QUARTERLY, date(2026, 11, 25))
    assert [month.month for month in quarter.months] == [10, 11, 12]
    assert quarter.name == "2026年第四季度"
    assert len(span_of(BulletinKind.YEARLY, date(2026, 11, 25)).months) == 12


def test_a_quarter_is_scored_from_summed_facts_and_not_from_monthly_scores(county) -> None:
    """90 ratings of 100 and 10 of 0 are 90, whatever the months' means (100 and 0) are."""
    months = (clock.previous_month(LAST_MONTH), LAST_MONTH)
    rate_village(county, 0, [1] * 90, month=months[0])
    rate_village(county, 0, [5] * 10, month=months[1])
    with transaction():
        found = multi_month.score_period(county.id, months)
    assert found.facts[county.village_ids[0]].counts["levels"] == [90, 0, 0, 0, 10]
    (score,) = [one for one in found.scores if one.unit == county.village_ids[0]]
    (mean,) = [one for one in score.indicators if one.code == "satisfaction_mean"]
    assert (mean.n, mean.value) == (100, 900_000)


def test_neighbours_who_answered_together_count_once_in_a_bulletin(county) -> None:
    said = [5, 3, 2, 0, 0]
    with transaction():
        recompute_month(LAST_MONTH, county.id)
        shared = [
            replace(one, counts={"survey": said}, cases={month_facts.UNIT: [7]})
            for one in month_facts.kept(LAST_MONTH, [county.id])
        ]
        month_facts.keep(LAST_MONTH, [county.id], shared)
        period = multi_month.score_period(county.id, [LAST_MONTH])
    assert len(period.facts) == 3
    assert period.county.counts["survey"] == said


def test_a_quarter_of_unlocked_months_is_refused_in_words(county) -> None:
    with pytest.raises(InvalidInput) as refused:
        make(county, "quarterly", LAST_MONTH)
    assert refused.value.errors == {"day": ["这一期还没有锁定的月份，锁定后才能做"]}


def test_an_unfinished_quarter_names_its_months_and_is_compared_with_nothing(county) -> None:
    rate_village(county, 0, [1] * 12)
    lock(county)
    made = make(county, "quarterly", LAST_MONTH)
    mark = f"未完 · 仅含 {LAST_MONTH.month}月"
    assert made.title.endswith(f"（{mark}）")
    assert made.content["unfinished"] == mark
    assert made.content["months"] == [f"{LAST_MONTH:%Y-%m}"]
    assert made.content["flow_before"] is None


def test_an_unlocked_month_says_that_its_figures_still_change(county) -> None:
    rate_village(county, 0, [1] * 12)
    assert make(county, "monthly", LAST_MONTH).title.endswith("（未锁定，数字还会变）")
    lock(county)
    assert make(county, "monthly", LAST_MONTH).content["unfinished"] == ""


def test_a_year_reports_its_locked_months_and_refuses_a_gap() -> None:
    year = span_of(BulletinKind.YEARLY, date(2026, 6, 1))
    months = [date(2026, month, 1) for month in range(6, 12)]
    part, mark = standing_part(year, months)
    assert (part.start, part.end, mark) == (months[0], date(2026, 12, 1), "未完 · 仅含 6–11月")
    with pytest.raises(MonthMissing, match="2026 年 8 月还没锁定"):
        standing_part(year, [month for month in months if month.month != 8])
    assert standing_part(year, year.months) == (year, "")


def test_a_corrected_month_enters_the_quarter_as_corrected(county) -> None:
    rate_village(county, 0, [1] * 20)
    staff = lock(county)
    rate_village(county, 1, [5] * 15)
    both = (clock.previous_month(LAST_MONTH), LAST_MONTH)
    with transaction():
        before = multi_month.score_period(county.id, both)
        assert "levels" not in before.facts[county.village_ids[1]].counts
        corrections.correct_late(
            staff, county.id, LAST_MONTH, county.village_ids[1], "补录迟到的评价"
        )
        after = multi_month.score_period(county.id, both)
        alone = multi_month.score_period(county.id, [LAST_MONTH])
    assert after.facts[county.village_ids[1]].counts["levels"] == [0, 0, 0, 0, 15]
    # The month alone is told as it was locked and published, the correction beside it.
    assert "levels" not in alone.facts[county.village_ids[1]].counts


def test_the_figures_on_paper_in_cells_and_on_the_page_are_the_same(county, client) -> None:
    rate_village(county, 0, [1] * 8 + [2] * 3 + [5])
    rate_village(county, 1, [1, 2, 3, 4] * 4)
    publish(county)
    made = make(county, "monthly", LAST_MONTH)
    desk = sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "clerk"))
    public = client.get(f"/p/610528/{LAST_MONTH:%Y-%m}/data.json").json
    base = f"/console/exports/bulletins/{made.id}"
    book = openpyxl.load_workbook(io.BytesIO(desk.get(f"{base}/xlsx").data))
    assert book.sheetnames == ["概况", "乡镇", "指标", "各村", "更正"]
    cells = {
        row[0]: row[3] for row in book["各村"].iter_rows(min_row=2, values_only=True)
    }  # fmt: skip
    totals = {row["village"]: row["total"] for row in public["villages"]}
    assert {name: f"{v:.2f}" if v is not None else None for name, v in cells.items()} == totals
    paper = pypdfium2.PdfDocument(desk.get(f"{base}/pdf").data)
    words = "".join(page.get_textpage().get_text_range() for page in paper)
    assert all(total in words for total in totals.values() if total)
    assert made.content["ratings"]["satisfaction"] in words
    readable = load_workbook(io.BytesIO(desk.get(f"{base}/xlsx").data))
    assert readable.sheet_names == book.sheetnames


def test_a_week_counts_its_seven_days_and_compares_with_the_week_before(county) -> None:
    week = last_over(BulletinKind.WEEKLY, clock.today())
    rate_village(county, 0, [1] * 12, month=week.start)
    rate_village(county, 1, [5] * 30, month=week.start - timedelta(days=1))
    content = make(county, "weekly", week.start).content
    assert content["ratings"]["n"] == 12
    assert content["flow_before"]["found"] == 0
    assert "villages" not in content


def test_the_same_facts_give_the_same_content(county) -> None:
    rate_village(county, 0, [1] * 12)
    span = span_of(BulletinKind.MONTHLY, LAST_MONTH)
    with transaction():
        place = get_place(county.id)
        assert compose(place, span, span) == compose(place, span, span)


def test_a_second_edition_stands_beside_the_first(county) -> None:
    rate_village(county, 0, [1] * 12)
    first = make(county, "monthly", LAST_MONTH)
    kept = dict(first.content)
    rate_village(county, 0, [5] * 12)
    second = make(county, "monthly", LAST_MONTH)
    assert (first.edition, second.edition) == (1, 2)
    db.session.refresh(first)
    assert first.content == kept != second.content


def test_writing_twice_leaves_the_first_files(county) -> None:
    made = make(county, "weekly", clock.today() - timedelta(days=7))
    keys = (made.xlsx_key, made.pdf_key)
    jobs.write_bulletin(made.id)
    db.session.refresh(made)
    assert (made.xlsx_key, made.pdf_key) == keys


def test_the_timetable_makes_weeks_at_once_and_the_others_when_their_months_stand(county) -> None:
    assert jobs.request_bulletins() == 1
    assert jobs.request_bulletins() == 0
    lock(county)
    assert jobs.request_bulletins() == 1
    kinds = {one.kind for one in bulletins.list_bulletins([county.id])}
    assert kinds == {"weekly", "monthly"}


def test_a_failed_one_says_so_and_can_be_made_again(county, client, monkeypatch) -> None:
    monkeypatch.setattr("backend.app.exports.bulletins.operations.draw_bulletin", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        make(county, "weekly", clock.today())
    desk = sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "clerk"))
    assert "没做成" in desk.get("/console/exports/bulletins").text


def test_one_that_cannot_be_printed_says_why(county, client, monkeypatch) -> None:
    def refuse(_: object) -> bytes:
        raise GlyphMissing("字体里没有「□」这个字，印不出西村的简报")

    monkeypatch.setattr("backend.app.exports.bulletins.operations.draw_bulletin", refuse)
    make(county, "weekly", clock.today())
    desk = sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "clerk"))
    assert "印不出西村的简报" in desk.get("/console/exports/bulletins").text


def test_the_console_asks_lists_and_records_downloads(county, client, scalar) -> None:
    desk = sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "clerk"))
    assert "还没有简报" in desk.get("/console/exports/bulletins").text
    form = {"county": str(county.id), "kind": "weekly", "day": f"{clock.today()}"}
    assert desk.post("/console/exports/bulletins", **form).status_code == 303
    assert "正在做" in desk.get("/console/exports/bulletins").text
    bulletin_id = scalar("SELECT id FROM bulletin")
    assert desk.get(f"/console/exports/bulletins/{bulletin_id}/pdf").status_code == 404
    jobs.write_bulletin(bulletin_id)
    assert desk.get(f"/console/exports/bulletins/{bulletin_id}/pdf").data.startswith(b"%PDF")
    for action in ("request_bulletin", "download_bulletin"):
        assert scalar("SELECT count(*) FROM audit_entry WHERE action = :a", a=action) == 1
    for wrong in ({"kind": "daily"}, {"day": "x"}, {"county": "x"}):
        assert desk.post("/console/exports/bulletins", **{**form, **wrong}).status_code == 422


def test_a_township_neither_makes_nor_fetches_the_countys(county, client) -> None:
    made = make(county, "weekly", clock.today())
    desk = sit_down(client, make_staff(Role.TOWNSHIP_STAFF, county.township_ids[0], "town"))
    assert desk.get(f"/console/exports/bulletins/{made.id}/pdf").status_code == 403
    with pytest.raises(NotAllowed):
        bulletins.request_bulletin(
            actor_with(Role.TOWNSHIP_STAFF, county.township_ids[0]), county.id, "weekly",
            clock.today(),
        )  # fmt: skip


def test_a_period_that_has_not_begun_is_refused(county) -> None:
    with pytest.raises(InvalidInput):
        make(county, "weekly", clock.today() + timedelta(days=14))


def test_a_letter_the_typeface_lacks_is_an_error_and_never_a_box(county) -> None:
    rate_village(county, 0, [1] * 12)
    with transaction():
        recompute_month(LAST_MONTH)
        month = span_of(BulletinKind.MONTHLY, LAST_MONTH)
        content = compose(get_place(county.id), month, month)
    content["edition"] = 1
    content["villages"][0]["village"] = "😀村"
    with pytest.raises(GlyphMissing, match="简报"):
        draw_bulletin(content)


def test_a_rounded_share_is_the_pages(county) -> None:
    rate_village(county, 0, [1] * 2 + [5])
    content = make(county, "monthly", LAST_MONTH).content
    assert Decimal(content["ratings"]["positive"].removesuffix("%")) == Decimal("66.7")
    assert content["ratings"]["few"] == "不足 10 条"
