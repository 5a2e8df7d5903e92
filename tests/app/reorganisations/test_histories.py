"""Whatever a county does to its villages, nobody and nothing is left with one that is gone."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from uuid import uuid4

from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from backend.app.access import Actor, Role
from backend.app.accounts.operations import bind_groups
from backend.app.accounts.queries import staff_of
from backend.app.accounts.villagers import home_of, villagers_of
from backend.app.ballots.membership import unit_of
from backend.app.ballots.models import BallotUnit, BallotUnitVillage
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.places import reorganisation
from backend.app.places.errors import VillageDivided
from backend.app.places.queries import get_place, open_villages
from backend.app.places.succession import line_of, village_now
from backend.app.points.draws import operations as draws
from backend.app.points.models import PointsDraw
from backend.app.ratings.errors import OwnVillageCadre
from backend.app.ratings.queries import refusal_for
from backend.app.tickets.intake.operations import TicketRequest, submit
from backend.app.tickets.kinds import TicketKind
from backend.app.tickets.supervision import follow_village
from tests.app.ratings.conftest import open_phone
from tests.factories.county import OPENED_ON, County, actor_with, bind, grant_role, make_county
from tests.factories.county import make_person as new_person

VILLAGES = 4
NUMBERS: Iterator[int] = count(610100)
MONTHS = (date(2027, 1, 1), date(2027, 2, 1), date(2027, 3, 1))
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["merge", "merge", "split", "rename", "move", "rate", "ticket", "bind", "keys"]
        ),
        st.integers(0, VILLAGES - 1),
        st.integers(0, VILLAGES - 1),
    ),
    min_size=3,
    max_size=14,
)


@dataclass
class History:
    """A county with a cadre in each village, and what happened in it."""

    client: FlaskClient
    county: County
    manager: Actor
    towns: list[int]
    cadres: dict[int, int]
    groups: dict[int, int]
    people: list[int] = field(default_factory=list)
    raters: set[int] = field(default_factory=set)
    keys: list[date] = field(default_factory=list)

    def settle(self, village_id: int) -> int:
        """A new villager of a village as it is called today, in its group."""
        person, now = new_person(), village_now(village_id)
        bind(person, self.county, now)
        group = self.groups[village_id]
        if get_place(group).parent_id == now:
            with transaction() as session:
                session.execute(
                    text("UPDATE binding SET group_id = :g WHERE person_id = :p"),
                    {"g": group, "p": person},
                )
        self.people.append(person)
        return person

    def step(self, kind: str, village_id: int, other_id: int) -> None:
        now, other = village_now(village_id), village_now(other_id)
        if kind == "bind":
            self.settle(village_id)
        elif kind == "rate":
            person = self.settle(village_id)
            code = self.county.codes[self.county.service_point_ids[self.nth(village_id)]]
            assert open_phone(self.client, person).rate(code, 4).status_code == 201
            self.raters.add(person)
        elif kind == "ticket":
            self.report(self.settle(village_id), village_id, now)
        elif kind == "keys" and len(self.keys) < len(MONTHS):
            self.make_keys(MONTHS[len(self.keys)])
        else:
            self.reorganise(kind, now, other, self.groups[village_id])
        db.session.rollback()

    def report(self, author: int, village_id: int, now: int) -> None:
        """By a phone that has not heard of any merge; where its village was divided it chooses."""
        try:
            with transaction():
                submit(author, uuid4(), TicketRequest(TicketKind.HELP, "路灯不亮", village_id))
        except VillageDivided:
            with transaction():
                submit(author, uuid4(), TicketRequest(TicketKind.HELP, "路灯不亮", now))

    def reorganise(self, kind: str, now: int, other: int, group: int) -> None:
        with transaction():
            if kind == "merge" and now != other:
                reorganisation.merge_villages(self.manager, now, other)
                follow_village(now)
            elif kind == "rename":
                reorganisation.rename_region(self.manager, now, f"改名{next(NUMBERS)}村")
            elif kind == "move":
                town = next(one for one in self.towns if one != get_place(now).township_id)
                reorganisation.move_region(self.manager, now, town)
            elif kind == "split" and get_place(group).parent_id == now:
                code = f"{next(NUMBERS)}000001"
                new = reorganisation.split_village(self.manager, now, "新村", code, [group], [])
                bind_groups([group], new.id)

    def make_keys(self, month: date) -> None:
        """Each open village a unit of its own, as on the day on which keys are made."""
        self.keys.append(month)
        with transaction() as session:
            for village in open_villages(self.county.id):
                unit = BallotUnit(county_id=self.county.id, period=month, name="", size=30)
                session.add(unit)
                session.flush()
                session.add(BallotUnitVillage(village_id=village, period=month, unit_id=unit.id))

    def nth(self, village_id: int) -> int:
        return self.county.village_ids.index(village_id)


def begin(client: FlaskClient) -> History:
    county = make_county(villages=VILLAGES, code=str(next(NUMBERS)))
    manager = actor_with(Role.COUNTY_MANAGER, county.id)
    cadres, groups = {}, {}
    for village in county.village_ids:
        cadres[village] = new_person(name="王建国")
        grant_role(cadres[village], Role.CADRE, village)
        with transaction():
            groups[village] = reorganisation.add_group(manager, village, "一组").id
    with transaction() as session:
        other = session.execute(
            text("INSERT INTO region (level, code, name, parent_id, county_id, opened_on)"
                 " VALUES ('township', :code, '张桥镇', :county, :county, :day) RETURNING id"),
            {"code": f"{next(NUMBERS)}000000", "county": county.id, "day": OPENED_ON},
        ).scalar_one()  # fmt: skip
    return History(client, county, manager, [county.township_ids[0], other], cadres, groups)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_nothing_is_left_with_a_village_that_is_gone(
    app, client, steps: list[tuple[str, int, int]]
) -> None:
    history = begin(client)
    for kind, one, other in steps:
        villages = history.county.village_ids
        history.step(kind, villages[one], villages[other])
    alive = set(open_villages(history.county.id))
    check_people(history, alive)
    check_tickets_and_points(history, alive)
    check_posters_and_cadres(history, alive)
    check_draws(history, alive)
    db.session.rollback()


def check_people(history: History, alive: set[int]) -> None:
    """Everybody has a home on one roll, and a unit in every month that had keys by then."""
    homes = {person: home_of(person).village_id for person in history.people}
    assert set(homes.values()) <= alive
    rolls = {village: {one.person_id for one in villagers_of(village)} for village in alive}
    for person, home in homes.items():
        assert [village for village in alive if person in rolls[village]] == [home]
        bound = db.session.scalar(
            text("SELECT village_id FROM binding WHERE person_id = :p"), {"p": person}
        )
        assert line_of(bound)[0] == bound
        assert all(unit_of(bound, month) is not None for month in history.keys)


def check_tickets_and_points(history: History, alive: set[int]) -> None:
    values = {"county": history.county.id}
    for village, unit in db.session.execute(
        text("SELECT village_id, unit_region_id FROM ticket WHERE county_id = :county"), values
    ):
        assert village in alive
        assert unit is None or unit in alive or unit in history.towns
    for village in db.session.scalars(
        text("SELECT village_id FROM points_entry WHERE county_id = :county"), values
    ):
        assert village_now(village) in alive
    counted = text("SELECT sum(level_4) FROM rating_month_count WHERE county_id = :county")
    assert (db.session.scalar(counted, values) or 0) == len(history.raters)


def check_posters_and_cadres(history: History, alive: set[int]) -> None:
    """Every poster leads to the village of today, whose cadres, former ones too, may not rate."""
    for village, cadre in history.cadres.items():
        now = village_now(village)
        assert cadre in staff_of([Role.CADRE], now)
        point = history.county.service_point_ids[history.nth(village)]
        scanned = open_phone(history.client, cadre).scan(history.county.codes[point])
        assert scanned["village"]["id"] == now
        code = text("SELECT id FROM qr_code WHERE service_point_id = :point")
        refused = refusal_for(cadre, db.session.scalar(code, {"point": point}), clock.today())
        assert isinstance(refused, OwnVillageCadre)
    assert {village_now(village) for village in history.county.village_ids} <= alive


def check_draws(history: History, alive: set[int]) -> None:
    """Each who took part has one chance in the draw of the own village, and nowhere twice."""
    month = clock.today().replace(day=1)

    def chances(region: int) -> int:
        draft = PointsDraw(region_id=region, first_month=month, last_month=month)
        return draws.count_chances(draft)

    assert sum(chances(village) for village in alive) == len(history.raters)
    assert chances(history.county.id) == len(history.raters)
