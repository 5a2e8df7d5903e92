"""A crash between any two statements of any act leaves everything as it was."""

from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, text

from backend.app.access import Actor
from backend.app.core.db import db, transaction
from backend.app.tickets import author, handling
from backend.app.tickets.desk import operations as desk
from backend.app.tickets.handling import WrittenReply
from backend.app.tickets.rules.routing import Office
from tests.factories.tickets import forget, submit, upload, villager

TABLES = (
    "ticket", "ticket_event", "ticket_file", "ticket_pause", "ticket_extension",
    "ticket_supervision", "notice", "audit_entry", "points_entry",
)  # fmt: skip


class PowerCut(Exception):
    """Not one of ours: nothing expects it."""


@contextmanager
def power_cut_at(nth: int):
    """The nth statement from here on is the last thing that happens."""
    seen = 0

    def count(*_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == nth:
            raise PowerCut

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        yield lambda: seen
    finally:
        event.remove(db.engine, "before_cursor_execute", count)


def everything() -> list[Any]:
    """All rows of all tables an act may touch."""
    forget()
    with db.engine.connect() as connection:
        return [
            connection.execute(
                text(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t")
            ).scalar()
            for table in TABLES
        ]


def goes_through(act: Callable[[], Any]) -> bool:
    try:
        with transaction():
            act()
    except PowerCut:
        return False
    return True


def statements_survived(act: Callable[[], Any]) -> int:
    """Cuts the power at the first, second, … statement until the act gets through."""
    before = everything()
    for nth in range(1, 200):
        with power_cut_at(nth):
            done = goes_through(act)
        if done:
            assert everything() != before
            return nth - 1
        assert everything() == before, f"statement {nth}"
    raise AssertionError("the act never ends")


@pytest.fixture
def story(phone, offices, client) -> dict[str, Any]:
    """A ticket with a merged neighbour and a loose photo of the cadre's."""
    main = submit(phone, offices).json
    neighbour = villager(client, offices.county)
    second = submit(neighbour, offices, words="我家门口路灯也不亮").json
    forget()
    with transaction():
        desk.merge(offices.desk, second["id"], None, main["id"])
    return {"main": main["id"], "author": Actor(phone.person_id)}


def version(ticket_id: int) -> int:
    forget()
    found = db.session.scalar(text("SELECT version FROM ticket WHERE id = :id"), {"id": ticket_id})
    db.session.rollback()
    return found


def test_no_act_of_a_whole_life_is_ever_half_done(story, offices, cadre) -> None:
    main, me = story["main"], story["author"]
    photo_id = upload(cadre).json["id"]
    forget()

    def written(words: str, *files: int) -> WrittenReply:
        return WrittenReply(words, files, 30)

    acts: list[Callable[[int], Any]] = [
        lambda v: handling.sign(offices.cadre, main, v),
        lambda v: handling.ask(offices.cadre, main, v, written("是哪一盏？")),
        lambda v: author.supplement(me, main, v, "学校门口那盏"),
        lambda v: handling.report_progress(offices.cadre, main, v, written("在找灯泡", photo_id)),
        lambda v: handling.request_extension(offices.cadre, main, v, 3, written("等配件")),
        lambda v: desk.decide_extension(offices.desk, main, v, True, None),
        lambda v: handling.reply(offices.cadre, main, v, "done", written("换好了")),
        lambda v: author.give_verdict(me, main, v, "not", 4, "还是不亮"),
        lambda v: author.reopen(me, main, v, "还是不亮"),
        lambda v: handling.hand_back(offices.cadre, main, v, written("归镇上")),
        lambda v: desk.assign(offices.desk, main, v, Office(offices.county.township_ids[0])),
        lambda v: author.withdraw(me, main, v),
    ]
    survived = []
    for act in acts:
        seen = version(main)
        survived.append(statements_survived(lambda act=act, seen=seen: act(seen)))
    assert all(count >= 3 for count in survived)
