"""A published month is told once, in the same digits for ever; corrections stand beside it."""

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from backend.app.access import Role
from backend.app.core.db import db, transaction
from backend.app.core.errors import NotAllowed
from backend.app.publications import operations as publications
from backend.app.publications import queries as published
from backend.app.publications.county_content import digest_of
from backend.app.ratings import review_decisions
from backend.app.ratings.states import FlagDecision
from backend.app.scorecards.locks import corrections
from backend.app.scorecards.locks import operations as locks
from backend.app.scorecards.operations import recompute_month
from tests.factories.console import make_staff, sit_down
from tests.factories.county import County, actor_with, make_county
from tests.factories.publications import lock, make_rated_county, publish, score_by_ratings
from tests.factories.ratings import LAST_MONTH, THIS_MONTH, flag_first_rating, rate_village

MONTH = f"{LAST_MONTH:%Y-%m}"


@pytest.fixture
def county(app) -> County:
    return make_rated_county()


@pytest.fixture
def statements(app):
    """Every statement the application sends, in order."""
    seen: list[str] = []

    def note(*given: object) -> None:
        seen.append(str(given[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


def page(client, code: str, month: str = MONTH) -> str:
    answer = client.get(f"/p/{code}/{month}")
    assert answer.status_code == 200, answer.text
    return answer.text


def words_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


def is_intact(county: County) -> bool:
    """Whether what is published still has the digest it was published with."""
    publication = published.get(county.id, LAST_MONTH)
    villages = [row.content for row in published.villages_of(county.id, LAST_MONTH)]
    return digest_of(publication.content, villages) == publication.digest


def test_the_code_of_a_village_that_is_gone_leads_to_what_it_became(client, county: County) -> None:
    """As it stands on paper: its own months stay, later ones are the other village's."""
    gone, into = "610528100204", "610528100202"
    earlier = (LAST_MONTH - timedelta(days=1)).replace(day=1)
    with transaction() as session:
        session.execute(
            text("UPDATE region SET closed_on = :day, merged_into_id = :into WHERE id = :id"),
            {"day": earlier, "into": county.village_ids[1], "id": county.village_ids[3]},
        )
    publish(county)
    own = {"code": gone, "village_id": county.village_ids[3]}
    with transaction() as session:
        for table, more in (
            ("month_lock", {}), ("score_publication", {}), ("score_publication_village", own)
        ):  # fmt: skip
            session.execute(
                text(f"INSERT INTO {table} SELECT (jsonb_populate_record(t, CAST(:own AS jsonb))).*"
                     f" FROM {table} t LIMIT 1"),
                {"own": json.dumps({"month": f"{earlier}", **more})},
            )  # fmt: skip
    listed = words_of(client.get(f"/p/{gone}").text)
    assert "后来的公示在第2村" in listed
    led = client.get(f"/p/{gone}/{MONTH}")
    assert (led.status_code, led.location) == (302, f"/p/{into}/{MONTH}")
    assert client.get(f"/p/{gone}/{earlier:%Y-%m}").status_code == 200
    assert client.get(f"/p/{gone}/2020-01").status_code == 404
    assert 'id="later"' not in client.get(f"/p/{into}").text


def test_only_a_locked_month_can_be_published(county: County) -> None:
    staff = actor_with(Role.COUNTY_STAFF, county.id)
    with pytest.raises(locks.NotLocked), transaction():
        publications.publish(staff, county.id, LAST_MONTH)


def test_a_month_is_published_once(county: County) -> None:
    staff = publish(county)
    with pytest.raises(publications.AlreadyPublished), transaction():
        publications.publish(staff, county.id, LAST_MONTH)


def test_whoever_only_reads_publishes_nothing(county: County) -> None:
    lock(county)
    for role, region in (
        (Role.LEADER, county.id),
        (Role.TOWNSHIP_STAFF, county.township_ids[0]),
        (Role.CADRE, county.village_ids[0]),
    ):
        with pytest.raises(NotAllowed), transaction():
            publications.publish(actor_with(role, region), county.id, LAST_MONTH)


def test_what_is_published_stays_to_the_byte_whatever_happens_later(county, client) -> None:
    publish(county)
    before = [page(client, code) for code in ("610528", "610528100201", "610528100204")]
    rate_village(county, 3, [5] * 20)
    with transaction() as session:
        session.execute(text("UPDATE region SET name = '改名村' WHERE level = 'village'"))
    assert [page(client, c) for c in ("610528", "610528100201", "610528100204")] == before
    with transaction():
        assert is_intact(county)


def test_the_database_refuses_to_change_what_was_published(county: County) -> None:
    publish(county)
    for statement in (
        "UPDATE score_publication SET published_at = now()",
        "DELETE FROM score_publication_village",
        "UPDATE score_publication_village SET content = '{}'",
    ):
        with pytest.raises(DBAPIError, match="append-only"), transaction():
            db.session.execute(text(statement))


def test_altered_content_is_found_by_its_digest(county: County) -> None:
    publish(county)
    with transaction() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(
            text("UPDATE score_publication_village"
                 " SET content = jsonb_set(content, '{score,total}', '\"99.99\"')"
                 " WHERE code = '610528100201'")
        )  # fmt: skip
    with transaction():
        assert not is_intact(county)


def test_a_later_correction_is_listed_and_never_mixed_in(county: County, client) -> None:
    staff = publish(county)
    before = words_of(page(client, "610528100204"))
    assert "没有更正" in before
    rate_village(county, 3, [1] * 20)
    with transaction():
        made = corrections.correct_late(
            staff, county.id, LAST_MONTH, county.village_ids[3], "村里断网，评价晚传了三天"
        )
    after = f"{made.after['total'] / 100:.2f}"
    for code in ("610528100204", "610528"):
        shown = words_of(page(client, code))
        assert "第 1 号" in shown
        assert "村里断网，评价晚传了三天" in shown
        assert after in shown
    village = words_of(page(client, "610528100204"))
    assert "下面是公示时的原数" in village
    assert "没声音不是零分" in village
    assert "没有更正" in words_of(page(client, "610528100201"))
    with transaction():
        assert is_intact(county)


def test_lost_points_and_the_total_of_a_page_add_up_exactly(county: County) -> None:
    publish(county)
    with transaction():
        pages = published.villages_of(county.id, LAST_MONTH)
        scored = [page.content for page in pages if page.content["score"]["total"] != "—"]
    assert len(scored) == 3
    for content in scored:
        cents = [
            int(one["lost"].replace(".", "")) for one in content["indicators"] if one["lost"] != "—"
        ]
        assert 10_000 - sum(cents) == int(content["score"]["total"].replace(".", ""))


def test_few_peoples_words_are_not_told_apart(county: County, client) -> None:
    publish(county)
    shown = words_of(page(client, "610528100203"))
    assert "只有 9 人次评价，不到 10 次" in shown
    assert "样本不足，不和别的村比" in shown
    assert "五级各有多少" not in shown
    with transaction():
        content = published.of_village("610528100203", LAST_MONTH).content
    (row,) = [one for one in content["indicators"] if one["code"] == "satisfaction_mean"]
    assert (row["value"], row["low"], row["high"]) == ("—", "—", "—")
    assert content["said"]["reasons"] == []


def test_a_village_without_a_voice_gets_no_score_and_not_zero(county: County, client) -> None:
    publish(county)
    shown = words_of(page(client, "610528100204"))
    assert "– 无数据" in shown
    assert "没声音不是零分" in shown
    assert "0.00" not in shown


def test_the_county_page_says_bands_lights_shares_and_the_formula(county, client) -> None:
    score_by_ratings(county)
    publish(county)
    shown = words_of(page(client, "610528"))
    assert re.search(r"第 1 档 \d 个村", shown)
    assert "不按分数排" in shown
    assert re.search(r"[▲●◆■] (优|良|需关注|差) \d 个村", shown)
    assert "1 个村样本不足" in shown
    assert "另有 1 个村没有可算的" in shown
    assert "没有计入的评价 0 条（占 0.0%）" in shown
    assert "申诉 0 件，裁决 0 件，成立 0 件" in shown
    assert "五级评价折成 100、80、60、30、0 分后的平均" in shown


def test_what_was_left_open_at_the_lock_is_published_with_its_reason(county, client) -> None:
    flag_first_rating()
    publish(county, note="复核的人住院了，先锁")
    shown = words_of(page(client, "610528"))
    assert "锁定时还没办完：待复核的评价 1 件" in shown
    assert "复核的人住院了，先锁" in shown
    assert "这个月先后暂缓过 1 条（占全部评价 2.7%）：复核了 0 条" in shown
    assert "1 条等人复核" in shown


def test_months_are_listed_by_code_and_a_single_county_is_opened_at_once(county, client) -> None:
    publish(county)
    assert client.get("/p/").headers["Location"] == "/p/610528"
    assert f"/p/610528/{MONTH}" in client.get("/p/610528").text
    assert f"/p/610528100201/{MONTH}" in client.get("/p/610528100201").text


@pytest.mark.parametrize(
    "path",
    ["/p/610528/2019-01", "/p/610528/x", "/p/999999", "/p/610528100999", "/p/610528100999/2019-01",
     "/p/610528/2019-01/villages.csv", "/p/五里/2019-01"],
)  # fmt: skip
def test_what_is_not_published_says_so(county: County, client, path: str) -> None:
    publish(county)
    answer = client.get(path)
    assert answer.status_code == 404
    assert "公示" in answer.text


def test_before_the_first_publication_the_index_says_what_will_come(app, client) -> None:
    assert "还没有公示" in client.get("/p/").text


def test_pages_need_few_questions_to_the_database(county: County, client, statements) -> None:
    publish(county)
    for path, most in ((f"/p/610528/{MONTH}", 3), (f"/p/610528100201/{MONTH}", 4),
                       ("/p/610528", 2), (f"/p/610528/{MONTH}/villages.csv", 3)):  # fmt: skip
        statements.clear()
        assert client.get(path).status_code == 200
        assert len(statements) <= most, statements


def test_publishing_asks_as_much_for_four_villages_as_for_forty(app, statements) -> None:
    counted = []
    for code, villages in (("610528", 4), ("610529", 40)):
        county = make_county(villages=villages, code=code, name=f"{villages}县")
        rate_village(county, 0, [1] * 12)
        lock(county)
        staff = actor_with(Role.COUNTY_STAFF, county.id)
        statements.clear()
        with transaction():
            publications.publish(staff, county.id, LAST_MONTH)
        counted.append(len(statements))
    assert counted[0] == counted[1] <= 20


def test_an_unchanged_page_is_not_sent_again(county: County, client) -> None:
    publish(county)
    first = client.get(f"/p/610528/{MONTH}")
    assert first.headers["Cache-Control"] == "public, max-age=300"
    again = client.get(f"/p/610528/{MONTH}", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_the_console_shows_the_page_before_it_is_told_and_tells_it(county, client, scalar) -> None:
    lock(county)
    desk = sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "clerk"))
    listed = desk.get("/console/publications").text
    assert "先看一遍，再公示" in listed
    before = desk.get(f"/console/publications/{county.id}/{MONTH}/preview").text
    assert "预览：还没公示" in before
    assert scalar("SELECT count(*) FROM score_publication") == 0
    answer = desk.post("/console/publications", county=str(county.id), month=MONTH)
    assert answer.status_code == 302
    public = page(client, "610528")
    body = before[before.index("<h1>富平县") : before.index("锁定于")]
    assert body in public
    assert scalar("SELECT count(*) FROM audit_entry WHERE action = 'publish_month'") == 1
    told = desk.get("/console/publications").text
    assert "先看一遍" not in told
    assert f"/console/publications/610528/{MONTH}" in told


def test_a_township_sees_its_own_villages_and_publishes_nothing(county, client) -> None:
    publish(county)
    desk = sit_down(client, make_staff(Role.TOWNSHIP_STAFF, county.township_ids[0], "town"))
    assert desk.post("/console/publications", county=str(county.id), month=MONTH).status_code == 403
    shown = desk.get(f"/console/publications/610528/{MONTH}").text
    assert "第1村" in shown
    whole = desk.get(f"/console/publications/610528/{MONTH}?region={county.id}")
    assert whole.status_code == 403


def test_an_unlocked_month_cannot_be_previewed(county: County, client) -> None:
    desk = sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "clerk"))
    month = f"{THIS_MONTH:%Y-%m}"
    assert desk.get(f"/console/publications/{county.id}/{month}/preview").status_code == 404


def test_a_rejected_rating_is_not_told_as_waiting(county, client, scalar) -> None:
    bunch = flag_first_rating()
    reviewer = actor_with(Role.COUNTY_STAFF, county.id)
    with transaction():
        recompute_month(LAST_MONTH, county.id)
        review_decisions.decide_bunch(reviewer, bunch, FlagDecision.REJECTED, "问过三位村民")
    publish(county)
    assert "没有计入的评价 1 条" in (shown := words_of(page(client, "610528")))
    assert "1 条复核后不计入，0 条等人复核" in shown
    village = scalar("SELECT v.code FROM rating_flag h JOIN region v ON v.id = h.village_id")
    assert "另有 1 条没有计入：1 条复核后不计入，0 条等人复核。" in words_of(page(client, village))
