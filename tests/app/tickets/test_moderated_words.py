"""待核词: each county's own list, as its people write it, and what it moderates."""

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from backend.app.access import Role
from backend.app.core import moderated_words
from backend.app.core.db import db, transaction
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.core.moderated_words import count_words, fold, list_words
from backend.app.tickets import author
from backend.app.tickets.desk import operations as desk
from backend.app.tickets.moderation import word_list
from tests.factories.console import make_staff, sit_down
from tests.factories.county import County, make_county
from tests.factories.tickets import Offices, as_actor, make_offices, submit, villager

PAGE = "/console/tickets/words"


@pytest.fixture
def leping(app) -> County:
    return make_county(code="360281", name="乐平市")


@pytest.fixture
def boss(client: FlaskClient, offices: Offices):
    return sit_down(client, make_staff(Role.COUNTY_MANAGER, offices.county.id, "boss"))


def words_of(county: County) -> list[str]:
    db.session.rollback()
    return [one.word for one in list_words(county.id)]


def test_every_county_starts_with_the_same_list(app, county: County, leping: County) -> None:
    assert words_of(county) == words_of(leping)
    assert len(words_of(county)) == 35


def test_a_county_that_is_imported_starts_with_it_too(app, scalar, tmp_path) -> None:
    file = tmp_path / "county.csv"
    file.write_text("code,name,level,parent\n610528000000,富平县,county,\n", encoding="utf-8")
    done = app.test_cli_runner().invoke(args=["places", "import", "--file", str(file)])
    assert done.exit_code == 0, done.output
    assert scalar("SELECT count(*) FROM moderated_word") == 35


def test_words_are_added_one_a_line_searched_counted_and_removed(boss, county: County) -> None:
    page = boss.post(f"{PAGE}/add", words="讨债鬼\n\n  Ｄａｉ Kuan \n傻逼\n讨债鬼")
    assert "added=2&known=1" in page.location
    assert "新加 2 个，1 个本来就有" in boss.get(page.location).text
    assert "待核词 <small>37 个</small>" in boss.get(PAGE).text
    found = boss.get(PAGE, query_string={"q": "DAI kuan"}).text
    assert "Dai Kuan" in found
    assert "讨债鬼" not in found
    gone = boss.post(f"{PAGE}/remove", folded="daikuan")
    assert "删去 1 个" in boss.get(gone.location).text
    assert "Dai Kuan" not in words_of(county)


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("", "请写要加的词"),
        ("   \n \n", "请写要加的词"),
        ("坏", "第 1 行「坏」应为 2 到 20 个字"),
        ("讨债鬼\n……!!", "第 2 行「......!!」应为 2 到 20 个字"),
        ("长" * 21, "应为 2 到 20 个字"),
        ("\n".join(f"词语{n:03d}" for n in range(201)), "一次最多加 200 个词"),
        ("讨债\x00鬼", "看不见的特殊字符"),
    ],
)
def test_what_is_no_word_is_refused_and_what_was_typed_stays(
    boss, county: County, words: str, fault: str
) -> None:
    before = words_of(county)
    answer = boss.post(f"{PAGE}/add", words=words)
    assert (answer.status_code, fault in answer.text) == (422, True)
    assert words_of(county) == before


def test_words_behind_each_other_on_one_line_are_words_of_their_own() -> None:
    assert word_list.read_lines("讨债鬼。傻逼，dai kuan、讨厌鬼") == [
        "讨债鬼",
        "傻逼",
        "dai kuan",
        "讨厌鬼",
    ]


def test_a_county_has_two_thousand_words_at_most(boss, offices: Offices) -> None:
    with transaction():
        moderated_words.add_words(offices.county.id, [f"词语{n:04d}" for n in range(1964)])
    assert boss.post(f"{PAGE}/add", words="讨债鬼").status_code == 302
    full = boss.post(f"{PAGE}/add", words="讨厌鬼")
    assert (full.status_code, "最多 2000 个词" in full.text) == (422, True)
    db.session.rollback()
    assert count_words(offices.county.id) == 2000


def test_each_change_is_in_the_audit_log_with_its_words(boss, scalar) -> None:
    boss.post(f"{PAGE}/add", words="讨债鬼\n讨厌鬼\n傻逼")
    boss.post(f"{PAGE}/remove", folded="讨债鬼")
    boss.post(f"{PAGE}/remove", folded="没有的词")
    kept = (
        "SELECT string_agg(concat_ws(' ', action, detail->>'count', detail->>'listed'), '; '"
        " ORDER BY id) FROM audit_entry WHERE action LIKE '%moderated_words' AND person_id = :id"
    )
    assert scalar(kept, id=boss.person_id) == (
        "add_moderated_words 2 讨债鬼、讨厌鬼; remove_moderated_words 1 讨债鬼"
    )


def test_only_the_desk_of_the_county_changes_its_list(
    client: FlaskClient, offices: Offices, leping: County
) -> None:
    township = sit_down(client, offices.township.person_id)
    assert township.get(PAGE).status_code == 403
    assert township.post(f"{PAGE}/add", words="讨债鬼").status_code == 403
    before = words_of(leping)
    for act in (
        lambda: word_list.add_words(offices.desk, leping.id, "讨债鬼"),
        lambda: word_list.remove_words(offices.desk, leping.id, ["傻逼"]),
    ):
        with pytest.raises(NotAllowed), transaction():
            act()
    assert words_of(leping) == before


def test_what_one_county_moderates_another_shows(
    client: FlaskClient, offices: Offices, leping: County, scalar
) -> None:
    there = make_offices(leping, "-lp")
    with transaction():
        word_list.add_words(offices.desk, offices.county.id, "讨债鬼")
        word_list.remove_words(there.desk, leping.id, ["傻逼"])
    for county_offices, states in (
        (offices, ["moderated", "moderated"]),
        (there, ["shown", "shown"]),
    ):
        phone = villager(client.application.test_client(), county_offices.county)
        rated = [
            phone.rate(code, words=words).json["words_state"]
            for code, words in zip(
                county_offices.county.codes.values(), ("讨 债 鬼来了", "傻逼"), strict=True
            )
        ]
        sent = [
            submit(phone, county_offices, words=words).json["words_state"]
            for words in ("讨债鬼来了", "傻逼")
        ]
        assert (rated, sent) == (states, states)
    assert scalar("SELECT array_agg(DISTINCT moderation_reason) FROM rating") == [
        "含有待核的词",
        None,
    ]


def test_later_words_are_moderated_by_the_list_of_the_tickets_county(
    phone, offices: Offices, scalar
) -> None:
    with transaction():
        word_list.add_words(offices.desk, offices.county.id, "讨债鬼")
    ticket_id = submit(phone, offices).json["id"]
    me = as_actor(phone.person_id, Role.VILLAGER, offices.village_id)
    with transaction():
        author.withdraw(me, ticket_id, version_of(ticket_id, scalar), "不找讨债鬼了")
    assert scalar(
        "SELECT words_state FROM ticket_event WHERE ticket_id = :id AND move = 'withdraw'",
        id=ticket_id,
    ) == "moderated"  # fmt: skip


def version_of(ticket_id: int, scalar) -> int:
    return scalar("SELECT version FROM ticket WHERE id = :id", id=ticket_id)


def test_where_it_happened_is_moderated_with_the_words(phone, cadre, offices: Offices, app) -> None:
    made = submit(phone, offices, words="路灯不亮", place_note="王八蛋家门口").json
    assert made["words_state"] == "moderated"
    assert made["place_note"] == "王八蛋家门口"
    seen = cadre.call("GET", f"/cadre/tickets/{made['id']}").json
    assert (seen["words"], seen["place_note"]) == (None, None)
    with transaction():
        desk.review_words(offices.desk, made["id"], None, show=True)
    seen = cadre.call("GET", f"/cadre/tickets/{made['id']}").json
    assert (seen["words"], seen["place_note"]) == ("路灯不亮", "王八蛋家门口")


@given(st.text("讨债鬼DdＤ１ .…\t\n", max_size=60))
def test_whatever_is_typed_is_kept_once_folded_or_refused(typed: str) -> None:
    try:
        words = word_list.read_lines(typed)
    except InvalidInput:
        return
    folded = [fold(word) for word in words]
    assert len(set(folded)) == len(folded)
    assert all(2 <= len(one) <= 20 for one in folded)
    assert all(0 < len(word) <= 20 for word in words)
