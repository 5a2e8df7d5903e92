"""Draws that anybody can check: the list first, the seed later, the winners by the public rule."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend.app.access import Role
from backend.app.accounts.queries import actor_today
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput, NotAllowed
from backend.app.core.settings import REPOSITORY
from backend.app.points.draws import operations as draws
from backend.app.points.draws.draw_rule import SeedFormat, commitment, entry_hash, winners
from backend.app.points.freezes import operations as freezes
from backend.app.points.ledger import Batch, credit, credit_all
from backend.app.points.models import PointsDraw
from backend.app.points.point_sources import SURVEY
from tests.app.ratings.conftest import open_phone
from tests.factories.console import make_staff, sit_down
from tests.factories.county import bind, make_person

SEED_AT = datetime(2026, 11, 24, 21, 30, tzinfo=clock.COUNTY_ZONE)
PLAN = draws.Plan(
    "十月参与抽奖", date(2026, 10, 1), date(2026, 10, 1), (("电饭煲", 1), ("食用油", 2)),
    "双色球第 2026135 期开奖号码，红球从小到大", SEED_AT, SeedFormat(7, 2, 6),
)  # fmt: skip
SEED = "03081119263007"
HASHES = st.lists(st.binary(min_size=4, max_size=8).map(lambda b: entry_hash(b.hex())),
                  min_size=1, max_size=40, unique=True)  # fmt: skip


@settings(deadline=None)
@given(hashes=HASHES, seed=st.text(min_size=1), prizes=st.integers(0, 50))
def test_each_prize_has_one_winner_from_the_list_whatever_its_order(hashes, seed, prizes) -> None:
    won = winners(hashes, seed, prizes)
    assert len(won) == len(set(won)) == min(prizes, len(hashes))
    assert set(won) <= set(hashes)
    assert winners(hashes[::-1], seed, prizes) == won
    assert winners(hashes, seed, max(0, prizes - 1)) == won[: max(0, prizes - 1)]


def test_the_worked_example_of_the_document() -> None:
    page = (REPOSITORY / "docs" / "points.md").read_text("utf-8")
    hashes = [entry_hash(f"ticket-{n}") for n in range(1, 6)]
    for nth, line in enumerate(hashes, 1):
        assert f"{nth}  {line}" in page
    assert f"Commitment `{commitment(hashes)}`" in page
    assert f"`{SEED}`" in page
    assert [hashes.index(won) + 1 for won in winners(hashes, SEED, 2)] == [1, 3]


FORMATS = st.builds(
    SeedFormat, st.integers(1, 10), st.integers(1, 6), st.integers(0, 10)
).filter(lambda one: one.fits)  # fmt: skip


@st.composite
def public_numbers(drawn) -> tuple[SeedFormat, list[int]]:
    how = drawn(FORMATS)
    part = st.integers(0, 10**how.digits - 1)
    return how, drawn(st.lists(part, min_size=how.numbers, max_size=how.numbers))


def spellings(how: SeedFormat, numbers: list[int]) -> set[str]:
    """What two readers chose among: separators, widths, order, zeros, characters."""
    orders = [numbers, sorted(numbers), sorted(numbers, reverse=True),
              [*sorted(numbers[: how.ascending]), *numbers[how.ascending :]]]  # fmt: skip
    found = set()
    for order in orders:
        for width in (1, how.digits, how.digits + 1):
            parts = [f"{number:0{width}d}" for number in order]
            found |= {
                gap.join(parts) for gap in ("", " ", "  ", ",", "，", "-", "+", "\t", "\u3000")
            }
            found |= {" + ".join([" ".join(parts[:-1]), parts[-1]])}
    plain = how.spell(numbers)
    found |= {
        plain, f" {plain}", f"{plain} ", f"{plain}\n", f"0{plain}", plain.lstrip("0"),
        "".join(chr(ord(digit) - 48 + 0xFF10) for digit in plain),
        "".join(chr(ord(digit) - 48 + 0x0660) for digit in plain), f"+{plain}", f"{plain}.0",
    }  # fmt: skip
    return found


@settings(deadline=None)
@given(public_numbers())
def test_exactly_one_spelling_is_accepted_for_one_public_number(number) -> None:
    how, numbers = number
    accepted = {one for one in spellings(how, numbers) if how.fault(one) is None}
    # Another order that happens to stand from small to large is another public number.
    same = {one for one in accepted if _parts(how, one) == _parts(how, how.spell(numbers))}
    assert same == {how.spell(numbers)}
    assert all(how.spell(_parts(how, one)) == one for one in accepted)


def _parts(how: SeedFormat, value: str) -> list[int]:
    return [int(value[n : n + how.digits]) for n in range(0, len(value), how.digits)]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("03 08 11 19 26 30 07", "只填半角数字"), ("03,08,11,19,26,30,07", "只填半角数字"),
        ("０３０８１１１９２６３００７", "只填半角数字"), ("3081119263007", "您填了 13 个"),
        ("003081119263007", "您填了 15 个"), ("08031119263007", "从小到大"), ("", "只填半角数字"),
    ],
)  # fmt: skip
def test_any_other_spelling_is_refused_in_words(
    clerk, published: int, clock, value: str, words: str
) -> None:
    clock.at = SEED_AT + timedelta(hours=1)
    with pytest.raises(InvalidInput) as refused:
        read(clerk, published, value)
    assert words in refused.value.errors["value"][0]
    with pytest.raises(DBAPIError, match="not a spelling"), transaction() as session:
        session.execute(
            text("INSERT INTO points_draw_seed (draw_id, person_id, value, entered_at)"
                 " VALUES (:d, :p, :v, now())"),
            {"d": published, "p": clerk.person_id, "v": value},
        )  # fmt: skip


def test_database_and_program_accept_the_same_spellings(app) -> None:
    same = text("SELECT is_seed_spelling(:v, :n, :d, :a)")
    for how in (SeedFormat(7, 2, 6), SeedFormat(6, 1, 0), SeedFormat(3, 4, 3), SeedFormat(1, 8, 0)):
        numbers = [*range(how.numbers, 0, -1)]
        for value in spellings(how, numbers):
            values = {"v": value, "n": how.numbers, "d": how.digits, "a": how.ascending}
            accepted = db.session.scalar(same, values)
            assert accepted is (how.fault(value) is None), (how, value)


def test_two_readings_of_one_hand_are_one_reading(clerk, second, published, clock) -> None:
    clock.at = SEED_AT + timedelta(hours=1)
    read(clerk, published)
    with transaction() as session:
        session.execute(
            text("UPDATE console_login SET activated_at = NULL, activated_how = NULL,"
                 " reset_by_id = :by WHERE person_id = :id"),
            {"by": clerk.person_id, "id": second.person_id},
        )  # fmt: skip
    with pytest.raises(Conflict, match="另一个人"):
        read(second, published)
    with pytest.raises(DBAPIError, match="one hand"), transaction() as session:
        session.execute(
            text("INSERT INTO points_draw_seed (draw_id, person_id, value, entered_at)"
                 " VALUES (:d, :p, :v, now())"),
            {"d": published, "p": second.person_id, "v": SEED},
        )  # fmt: skip


def test_no_call_off_after_the_number_is_known_without_that_being_published(
    clerk, published: int, people, client, county, clock
) -> None:
    clock.at = SEED_AT + timedelta(hours=1)
    read(clerk, published)
    with transaction():
        draws.call_off(clerk, published, "奖品没有买到")
    page = client.get(f"/p/draws/{published}").text
    assert "取消的时候，那个数已经公布了" in page
    assert SEED in page
    assert "那个数公布以后取消的" in client.get(f"/p/counties/{county.id}/draws").text
    told = db.session.execute(text("SELECT person_id FROM notice WHERE title LIKE '%取消了'"))
    assert {row.person_id for row in told} == set(people[:5])


@pytest.fixture
def people(county, clock) -> list[int]:
    """Five who took part in October, one who did not, one whose points are frozen."""
    clock.set(date(2026, 10, 9))
    people = [make_person() for _ in range(7)]
    for number, person in enumerate(people):
        bind(person, county)
        if number != 5:
            with transaction():
                credit(person, county.id, "rating", "rating", number)
    clock.set(date(2026, 11, 20))
    return people


@pytest.fixture
def draft(clerk, second, county, people) -> int:
    with transaction():
        freezes.freeze(clerk, county.id, people[6], "等核实的原因")
    with transaction():
        draws.switch(clerk, county.id, on=True, note_read=True)
    with transaction():
        return draws.save(clerk, county.id, PLAN).id


@pytest.fixture
def published(clerk, draft: int) -> int:
    with transaction():
        draws.publish(clerk, draft)
    return draft


def read(who, draw_id: int, value: str = SEED) -> PointsDraw:
    with transaction():
        return draws.enter_seed(who, draw_id, value)


def test_draws_are_off_until_somebody_has_read_the_note(clerk, county, people) -> None:
    with pytest.raises(NotAllowed), transaction():
        draws.save(clerk, county.id, PLAN)
    with pytest.raises(InvalidInput), transaction():
        draws.switch(clerk, county.id, on=True, note_read=False)
    with pytest.raises(DBAPIError, match="note_read"), transaction() as session:
        session.execute(
            text("INSERT INTO county_settings (county_id, draws_on) VALUES (:id, true)"),
            {"id": county.id},
        )


def test_one_person_has_one_chance_and_nobody_is_named(published: int, people, client) -> None:
    entries = draws.entries_of(published)
    assert {entry.person_id for entry in entries} == set(people[:5])
    page = client.get(f"/p/draws/{published}/list.txt")
    hashes = page.text.split("\n")
    assert hashes == sorted(entry_hash(entry.code) for entry in entries)
    draw = draws.get_public(published)
    assert draw.commitment.hex() == commitment(hashes)
    assert draw.entries == 5


def test_rating_more_gives_no_second_chance(clerk, county, draft, people, clock) -> None:
    clock.set(date(2026, 10, 20))
    for number in range(100, 105):
        with transaction():
            credit(people[0], county.id, "rating", "rating", number)
    clock.set(date(2026, 11, 20))
    with transaction():
        assert draws.publish(clerk, draft).entries == 5


def test_a_ballot_gives_no_chance(clerk, county, draft, people, clock) -> None:
    clock.set(date(2026, 10, 20))
    bystander = make_person()
    bind(bystander, county)
    with transaction():
        credit_all(county.id, SURVEY, 5, [Batch(1, [bystander])])
    clock.set(date(2026, 11, 20))
    with transaction():
        assert draws.publish(clerk, draft).entries == 5


def test_the_list_stands_a_day_before_the_seed(clerk, draft, clock) -> None:
    clock.at = SEED_AT - timedelta(hours=23)
    with pytest.raises(Conflict, match="至少一天"), transaction():
        draws.publish(clerk, draft)


def test_two_people_who_read_the_same_draw_the_winners(
    clerk, second, published, people, clock
) -> None:
    with pytest.raises(Conflict, match="还没到"):
        read(clerk, published)
    clock.at = SEED_AT + timedelta(hours=1)
    assert read(clerk, published).state == "published"
    with pytest.raises(Conflict, match="另一个人"):
        read(clerk, published)
    drawn = read(second, published)
    assert (drawn.state, drawn.seed) == ("drawn", SEED)
    hashes = [entry.hash.hex() for entry in draws.entries_of(published)]
    won = draws.winners_of(published)
    assert [one.hash.hex() for one in won] == winners(hashes, SEED, 3)
    assert [one.prize for one in won] == ["电饭煲", "食用油", "食用油"]
    told = db.session.execute(text("SELECT person_id, title FROM notice WHERE kind = 'points'"))
    titles = {row.person_id: row.title for row in told if "十月" in row.title}
    assert len(titles) == 5
    assert {p for p, title in titles.items() if "中奖" in title} == {one.person_id for one in won}


def test_readings_that_differ_wait_for_a_third(clerk, second, county, published, clock) -> None:
    third = actor_today(make_staff(Role.COUNTY_STAFF, county.id, "third"))
    clock.at = SEED_AT + timedelta(hours=1)
    read(clerk, published)
    assert read(second, published, "03081119263107").state == "published"
    assert read(third, published).state == "drawn"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE points_draw SET title = 'x'",
        "UPDATE points_draw SET prizes = '[]'",
        "UPDATE points_draw SET seed_source = 'x'",
        "UPDATE points_draw SET seed_ascending = 0",
        "UPDATE points_draw SET seed_numbers = 14, seed_digits = 1",
        "UPDATE points_draw SET commitment = decode(repeat('00', 32), 'hex')",
        "DELETE FROM points_draw",
        "UPDATE points_draw_entry SET position = 99",
        "DELETE FROM points_draw_entry",
    ],
)
def test_what_was_published_is_not_changed(published: int, statement: str) -> None:
    with (
        pytest.raises(DBAPIError, match=r"not changed|append-only|foreign key"),
        transaction() as s,
    ):
        s.execute(text(statement))


def test_called_off_says_why_in_public(clerk, published: int, client) -> None:
    with transaction():
        draws.call_off(clerk, published, "奖品没有买到")
    page = client.get(f"/p/draws/{published}").text
    assert "奖品没有买到" in page
    assert "那个数已经公布了" not in page
    with pytest.raises(DomainError), transaction():
        draws.call_off(clerk, published, "再取消一次")


def test_a_draft_is_nobodys_business(draft: int, client, county) -> None:
    assert client.get(f"/p/draws/{draft}").status_code == 404
    assert client.get(f"/p/draws/{draft}/list.txt").status_code == 404
    assert "还没有公布过" in client.get(f"/p/counties/{county.id}/draws").text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": "x"}, "title"),
        ({"first_month": date(2026, 11, 1)}, "first_month"),
        ({"first_month": date(2026, 9, 1), "last_month": date(2026, 11, 1)}, "last_month"),
        ({"prizes": ()}, "prizes"),
        ({"prizes": (("油", 0),)}, "prizes"),
        ({"prizes": (("油", 201),)}, "prizes"),
        ({"seed_source": "x"}, "seed_source"),
        ({"seed_at": None}, "seed_at"),
        ({"seed_format": None}, "seed_format"),
        ({"seed_format": SeedFormat(5, 1, 0)}, "seed_format"),
        ({"seed_format": SeedFormat(61, 1, 0)}, "seed_format"),
        ({"seed_format": SeedFormat(7, 2, 8)}, "seed_format"),
    ],
)
def test_a_wrong_plan_names_its_field(clerk, county, draft, changes, field: str) -> None:
    with pytest.raises(InvalidInput) as refused, transaction():
        draws.save(clerk, county.id, draws.Plan(**{**PLAN.__dict__, **changes}), draft)
    assert set(refused.value.errors) == {field}


def test_fewer_people_than_prizes_is_no_draw(clerk, county, draft) -> None:
    plan = draws.Plan(**{**PLAN.__dict__, "prizes": (("油", 6),)})
    with transaction():
        draws.save(clerk, county.id, plan, draft)
    with pytest.raises(Conflict, match="比奖品还少"), transaction():
        draws.publish(clerk, draft)


def test_the_console_goes_from_the_note_to_the_winners(
    client, clerk, second, county, people, clock
) -> None:
    base = "/console/points/draws"
    desk = sit_down(client, clerk.person_id)
    assert "抽奖默认不开" in desk.get(base).text
    assert "请先看完说明" in desk.post(f"{base}/switch", on="1").text
    desk.post(f"{base}/switch", on="1", note_read="1")
    plan = {
        "region": str(county.id), "title": PLAN.title, "first_month": "2026-10",
        "last_month": "2026-10", "seed_source": PLAN.seed_source, "seed_at": "2026-11-24T21:30",
        "seed_numbers": "7", "seed_digits": "2", "seed_ascending": "6",
    }  # fmt: skip
    wrong = desk.post(base, prizes="电饭煲", **plan)
    assert (wrong.status_code, "一行一种" in wrong.text) == (422, True)
    saved = desk.post(base, prizes="电饭煲 1\n食用油 2", **plan)
    address = saved.headers["Location"]
    assert "参与过的 6 人" in desk.get(address).text
    desk.post(f"{address}/publish")
    clock.at = SEED_AT + timedelta(hours=1)
    desk = sit_down(client, clerk.person_id)
    spaced = desk.post(f"{address}/seed", value="03 08 11 19 26 30 + 07")
    assert (spaced.status_code, "只填半角数字" in spaced.text) == (422, True)
    desk.post(f"{address}/seed", value=SEED)
    assert "请另一个人" in desk.get(address).text
    other = sit_down(client, second.person_id)
    assert other.post(f"{address}/seed", value=SEED).status_code == 302
    assert "中签（3）" in other.get(address).text


def test_the_phone_shows_the_own_chance_and_nobody_elses(
    client, clerk, second, county, people, draft, clock
) -> None:
    with transaction():
        draws.publish(clerk, draft)
    phone, outsider = open_phone(client, people[0]), open_phone(client, people[5])
    mine = phone.call("GET", "/me/draws").json["items"][0]
    assert entry_hash(mine["code"]) == mine["hash"]
    assert mine["page"].endswith(f"/p/draws/{draft}")
    assert (mine["prize"], mine["seed"]) == (None, None)
    assert outsider.call("GET", "/me/draws").json["items"] == []
