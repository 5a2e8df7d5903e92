"""Units are large enough to hide in, every village is in exactly one, and merges change none."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from backend.app.access import Role
from backend.app.ballots import signing_keys
from backend.app.ballots.anonymity_units import (
    LEAST,
    UnitVillage,
    merge_neighbours,
    name_of,
    size_of,
)
from backend.app.ballots.membership import todays_villages, unit_of
from backend.app.core.db import transaction
from backend.app.places.reorganisation import merge_villages
from backend.app.places.succession import line_of
from backend.app.surveys import operations as rounds
from backend.app.surveys.facts import spoken, survey_facts
from backend.app.tickets.anonymous import intake
from tests.app.surveys.conftest import NOW, PERIOD
from tests.factories.county import actor_with, bind, make_county, make_person
from tests.factories.surveys import QUESTIONS, open_round, populate
from tests.factories.tickets import forget

residents = st.one_of(st.none(), st.integers(0, 60))
villages = st.lists(st.tuples(st.integers(1, 5), st.integers(0, 60), residents), max_size=40).map(
    lambda rows: [UnitVillage(n, *row) for n, row in enumerate(rows, 1)]
)


@given(villages)
def test_every_village_is_in_exactly_one_unit(known: list[UnitVillage]) -> None:
    units = merge_neighbours(known)
    assert sorted(one.id for unit in units for one in unit) == [one.id for one in known]


@given(villages)
def test_no_unit_is_too_small_unless_the_county_is(known: list[UnitVillage]) -> None:
    units = merge_neighbours(known)
    if size_of(known) < LEAST:
        assert len(units) <= 1
        return
    for unit in units:
        assert sum(one.acted for one in unit) >= LEAST
        if all(one.residents is not None for one in unit):
            assert sum(one.residents or 0 for one in unit) >= LEAST


@given(villages, st.integers(0, 39), st.integers(1, 10_000))
def test_bindings_beyond_the_residents_make_no_unit_smaller(
    known: list[UnitVillage], nth: int, invented: int
) -> None:
    stuffed = [
        UnitVillage(one.id, one.township_id, one.acted + invented, one.residents)
        if n == nth and one.residents is not None and one.acted >= one.residents
        else one
        for n, one in enumerate(known)
    ]
    ids = [[one.id for one in unit] for unit in merge_neighbours(known)]
    assert [[one.id for one in unit] for unit in merge_neighbours(stuffed)] == ids


def ids_of(known: list[UnitVillage]) -> list[tuple[int, ...]]:
    return [tuple(one.id for one in unit) for unit in merge_neighbours(known)]


def test_a_large_village_stands_alone() -> None:
    assert ids_of([UnitVillage(1, 1, 30), UnitVillage(2, 1, 80), UnitVillage(3, 1, 31)]) == [
        (1,),
        (2,),
        (3,),
    ]


def test_small_neighbours_go_together_and_the_last_joins_the_one_before() -> None:
    known = [
        UnitVillage(1, 1, 12),
        UnitVillage(2, 1, 20),
        UnitVillage(3, 1, 40),
        UnitVillage(4, 1, 5),
    ]
    assert ids_of(known) == [(1, 2), (3, 4)]


def test_a_township_that_is_too_small_goes_with_the_next() -> None:
    assert ids_of([UnitVillage(1, 1, 9), UnitVillage(2, 2, 40), UnitVillage(3, 2, 40)]) == [
        (1, 2),
        (3,),
    ]


def test_a_village_of_twenty_residents_hides_nobody_behind_two_hundred_bindings() -> None:
    assert ids_of([UnitVillage(1, 1, 200, 20), UnitVillage(2, 1, 40), UnitVillage(3, 1, 40)]) == [
        (1, 2),
        (3,),
    ]


def test_a_long_unit_is_named_by_its_first_villages() -> None:
    unit = [UnitVillage(n, n, 0, None, f"{n}村", f"{(n + 1) // 2}镇") for n in range(1, 7)]
    assert name_of(unit) == "1镇、2镇等 3 个乡镇 1村、2村、3村等 6 个村"
    assert name_of(unit[:2]) == "1镇 1村、2村"


@pytest.fixture
def place(app, stop_clock):
    stop_clock(NOW)
    return make_county(villages=2)


def people(place) -> list[int]:
    found = [one.acted for one in todays_villages(place.id)]
    forget()
    return found


def test_whoever_bound_lately_or_never_acted_is_nobody_to_hide_among(place) -> None:
    populate(place.id, place.village_ids[:1], 5)
    for _ in range(3):
        bind(make_person(), place)
    assert people(place) == [5, 0]
    young = NOW - timedelta(days=60) + timedelta(seconds=1)
    for bound_at, counted in ((young, 0), (NOW - timedelta(days=60), 5)):
        rebind(bound_at)
        assert people(place) == [counted, 0]


def rebind(bound_at: datetime) -> None:
    forget()
    with transaction() as session:
        session.execute(text("UPDATE binding SET bound_at = :at"), {"at": bound_at})


def test_the_people_of_a_merged_village_count_for_the_one_it_became(place) -> None:
    populate(place.id, place.village_ids, 5)
    merge(place)
    assert people(place) == [10]


def merge(place) -> None:
    """The first village goes into the second."""
    forget()
    with transaction():
        merge_villages(actor_with(Role.COUNTY_MANAGER, place.id), *place.village_ids)


@pytest.fixture
def few_keys(monkeypatch, spare_keys):
    turn = iter(range(10_000))
    monkeypatch.setattr(
        signing_keys.blind_signatures, "generate", lambda: spare_keys[next(turn) % len(spare_keys)]
    )


def test_a_merge_changes_no_unit_until_the_first_month_without_keys(place, few_keys) -> None:
    populate(place.id, place.village_ids)
    december, january = date(2026, 12, 1), date(2027, 1, 1)
    with transaction():
        for month in (PERIOD, december):
            signing_keys.prepare_period(place.id, month)
    before = [signing_keys.key_file(place.id, month) for month in (PERIOD, december)]
    own = [unit_of(one, PERIOD) for one in place.village_ids]
    assert len(set(own)) == 2
    merge(place)
    forget()
    assert [signing_keys.key_file(place.id, month) for month in (PERIOD, december)] == before
    assert [unit_of(one, PERIOD) for one in place.village_ids] == own
    forget()
    with transaction():
        signing_keys.prepare_period(place.id, january)
    of_gone, of_other = (unit_of(one, january) for one in place.village_ids)
    assert of_gone == of_other is not None


def test_keys_made_between_two_merges_serve_everybody_of_the_village_of_that_time(
    place, few_keys
) -> None:
    first, second = place.village_ids
    with transaction() as session:
        last = session.execute(
            text("INSERT INTO region (level, code, name, parent_id, township_id, county_id,"
                 " opened_on) SELECT 'village', '610528100299', '末村', parent_id, township_id,"
                 " county_id, opened_on FROM region WHERE id = :id RETURNING id"),
            {"id": second},
        ).scalar_one()  # fmt: skip
    populate(place.id, [first, second, last])
    merge(place)
    forget()
    with transaction():
        signing_keys.prepare_period(place.id, PERIOD)
        merge_villages(actor_with(Role.COUNTY_MANAGER, place.id), second, last)
    assert unit_of(first, PERIOD) == unit_of(second, PERIOD) != unit_of(last, PERIOD)
    assert line_of(first) == [first, second, last]


def test_a_renamed_village_changes_no_byte_of_the_key_file(place, few_keys) -> None:
    with transaction():
        signing_keys.prepare_period(place.id, PERIOD)
    before = signing_keys.key_file(place.id, PERIOD)
    assert before.isascii()
    forget()
    with transaction() as session:
        session.execute(text("UPDATE region SET name = '新村' WHERE level = 'village'"))
    assert signing_keys.key_file(place.id, PERIOD) == before


def test_results_of_a_merged_village_are_read_by_the_one_it_became(
    place, few_keys, client, stop_clock
) -> None:
    populate(place.id, place.village_ids[:1])
    gone, into = place.village_ids
    with transaction() as session:
        session.execute(
            text("UPDATE region SET closed_on = '2026-01-01' WHERE id = :id"), {"id": into}
        )
    with transaction():
        signing_keys.prepare_period(place.id, PERIOD)
    round_id = open_round(place.id, PERIOD, NOW - timedelta(days=1), NOW + timedelta(days=1))
    unit = unit_of(gone, PERIOD)
    forget()
    with transaction():
        rounds.keep_counts(round_id, unit, QUESTIONS, [[0, [0], None]] * 12, "phone")
    stop_clock(NOW + timedelta(days=2))
    for act in (rounds.close_round, rounds.publish_round):
        forget()
        with transaction():
            assert act(round_id)
    with transaction() as session:
        session.execute(text("UPDATE region SET closed_on = NULL WHERE id = :id"), {"id": into})
    merge(place)
    file = client.get(f"/surveys/{place.id}/2026-11/results.json").json
    assert file["units"][str(unit)]["villages"] == [gone, into]
    said = survey_facts(PERIOD, [place.id])
    assert said[into] == said[gone]
    assert said[into].people == 12
    assert spoken(place.id, PERIOD)[into].villages == (gone,)


def test_a_letter_about_a_merged_village_goes_to_the_one_it_became(place) -> None:
    gone, into = place.village_ids
    assert intake._place(gone, place.id) == gone
    merge(place)
    assert intake._place(gone, place.id) == into
    assert intake._place(into, place.id) == into
    assert intake._place(None, place.id) == place.id
