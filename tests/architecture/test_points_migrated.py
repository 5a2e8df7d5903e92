"""What was there before points were the unit's: relabelled, joined to a unit, numbered."""

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import text

from backend.app.core.db import db
from tests.architecture.test_migrations import empty_app  # noqa: F401  the fixture

# A villager who moved from the first village to the second after fetching ballots in the second.
EARLIER = """
    INSERT INTO region (level, name, code, opened_on) VALUES
        ('county', '富平县', '610528000000', '2020-01-01');
    UPDATE region SET county_id = id;
    INSERT INTO region (level, name, code, parent_id, county_id, opened_on)
        SELECT 'village', n || '村', '61052810020' || n, c.id, c.id, '2020-01-01'
        FROM region c, generate_series(1, 2) n;
    INSERT INTO person (openid, display_name, created_at)
        SELECT 'o-' || n, '', now() FROM generate_series(1, 2) n;
    INSERT INTO binding (person_id, county_id, village_id, bound_at, ended_at)
        SELECT p.id, v.county_id, v.id, now(), CASE v.name WHEN '1村' THEN now() END
        FROM person p, region v WHERE v.level = 'village' AND p.openid = 'o-1';
    INSERT INTO ballot_unit (county_id, period) SELECT id, '2026-11-01' FROM region
        WHERE level = 'county';
    INSERT INTO ballot_unit_village (village_id, period, unit_id)
        SELECT v.id, '2026-11-01', u.id FROM region v, ballot_unit u WHERE v.name = '2村';
    INSERT INTO ballot_issue (person_id, period, blinded_digest)
        SELECT id, '2026-11-01', decode(repeat('00', 32), 'hex') FROM person;
    INSERT INTO ballot_signing_key (kid, county_id, period, use, modulus)
        SELECT decode(repeat('00', 32), 'hex'), id, '2026-11-01', 'reward',
               decode(repeat('00', 256), 'hex') FROM region WHERE level = 'county';
    INSERT INTO points_rule (region_id, code, version, label, amount, daily_cap, monthly_cap,
                             starts_on)
        SELECT id, 'anonymous', 1, '匿名参与', 10, 3, 3, '2026-01-01' FROM region
        WHERE level = 'county';
    INSERT INTO reward_credit (person_id, period) SELECT min(id), '2026-10-01' FROM person;
    INSERT INTO points_entry (person_id, kind, amount, county_id, rule_id, cause_kind, cause_id,
                              earned_on, nth, created_at)
        SELECT c.person_id, 'earned', 10, r.region_id, r.id, 'anonymous', c.id, '2026-11-02', 1,
               now() FROM reward_credit c, points_rule r;
"""


def test_what_was_turned_in_by_name_is_a_units_from_now_on(empty_app: Flask) -> None:  # noqa: F811
    upgrade(revision="0042")
    db.session.execute(text(EARLIER))
    db.session.commit()
    upgrade()
    entry = db.session.execute(text("SELECT * FROM points_entry")).one()
    assert (entry.cause_kind, entry.rule_id, entry.nth, entry.amount) == ("survey", None, None, 10)
    assert entry.cause_id == -entry.id, "it names no act and no unit"
    assert db.session.scalar(text("SELECT sum(balance) FROM points_balance")) == 10
    assert db.session.scalar(text("SELECT ends_on FROM points_rule")) is not None
    assert db.session.scalar(text("SELECT count(*) FROM ballot_signing_key")) == 0
    issued = db.session.execute(
        text("SELECT openid, unit_id FROM ballot_issue i JOIN person p ON p.id = person_id")
    ).all()
    unit = db.session.scalar(text("SELECT id FROM ballot_unit"))
    assert [tuple(row) for row in issued] == [("o-1", unit)], "a ballot of no unit is no ballot"
    numbers = db.session.scalars(text("SELECT DISTINCT number FROM person")).all()
    assert [len(str(number)) for number in numbers] == [12, 12]
    db.session.rollback()
