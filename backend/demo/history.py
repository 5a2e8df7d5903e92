"""Past months of ratings, village by village."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import db
from backend.app.ratings.bulk import PastRating
from backend.demo import words
from backend.demo.villages import Character, character_of, dice, level_for, ratings_in

REASONS_SHARE, WORDS_SHARE, MODERATED_SHARE = 0.55, 0.18, 0.012
COACHED_BURST = 26


@dataclass(frozen=True)
class DemoVillage:
    """A village with the ids of its codes by kind and of its people."""

    code: str
    codes: tuple[tuple[int, str], ...]
    people: tuple[int, ...]


STAGES = text(
    """
    SELECT v.code,
           ARRAY(SELECT q.id || ':' || s.kind_code FROM service_point s
                 JOIN qr_code q ON q.service_point_id = s.id AND q.revoked_at IS NULL
                 WHERE s.village_id = v.id ORDER BY s.name) AS codes,
           ARRAY(SELECT b.person_id FROM binding b
                 WHERE b.village_id = v.id AND b.ended_at IS NULL ORDER BY b.person_id) AS people
    FROM region v WHERE v.county_id = :county_id AND v.level = 'village' ORDER BY v.code
    """
)


def stages(county_id: int) -> list[DemoVillage]:
    """Every village that has codes and people."""
    found = []
    for code, codes, people in db.session.execute(STAGES, {"county_id": county_id}):
        pairs = [entry.split(":") for entry in codes]
        found.append(DemoVillage(code, tuple((int(i), kind) for i, kind in pairs), tuple(people)))
    return [stage for stage in found if stage.codes and stage.people]


def reason_choices() -> dict[int, list[int]]:
    """Level to the ids of the reasons that may be ticked."""
    rows = db.session.execute(text("SELECT id, first_level, last_level FROM rating_reason"))
    choices: dict[int, list[int]] = {level: [] for level in range(1, 6)}
    for row in rows:
        for level in range(row.first_level, row.last_level + 1):
            choices[level].append(row.id)
    return choices


def month_of_ratings(
    stage: DemoVillage,
    month: date,
    first_month: date,
    until: datetime,
    reasons: dict[int, list[int]],
) -> Iterator[PastRating]:
    """One village's month up to `until`; nobody rates the same point twice a day."""
    character = character_of(stage.code)
    roll = dice("month", stage.code, month)
    end = min(clock.next_month(month), clock.local_day(until) + timedelta(days=1))
    days = (end - month).days
    share = days / (clock.next_month(month) - month).days
    since = (month.year - first_month.year) * 12 + month.month - first_month.month
    seen: set[tuple[int, int, date]] = set()
    for _ in range(ratings_in(character, stage.code, month, share)):
        at = _moment(roll, month + timedelta(days=roll.randrange(days)))
        rating = _rating(roll, stage, character, at, since, reasons)
        key = (rating.person_id, rating.qr_code_id, clock.local_day(at))
        if at <= until and key not in seen:
            seen.add(key)
            yield rating
    if character.coached and since % 2:
        yield from _burst(roll, stage, month, until, seen)


def _moment(roll: random.Random, day: date) -> datetime:
    """Mornings and early evenings are when a village has time."""
    hour = roll.choices(
        (7, 8, 9, 10, 11, 14, 15, 16, 17, 18, 19, 20), (2, 4, 5, 5, 3, 2, 3, 3, 3, 4, 4, 2)
    )[0]
    moment = time(hour, roll.randrange(60), roll.randrange(60))
    return datetime.combine(day, moment, clock.COUNTY_ZONE)


def _rating(
    roll: random.Random,
    stage: DemoVillage,
    character: Character,
    at: datetime,
    since: int,
    reasons: dict[int, list[int]],
) -> PastRating:
    qr_code_id, kind = roll.choice(stage.codes)
    level = level_for(roll, character, kind, since)
    picked: tuple[int, ...] = ()
    if roll.random() < REASONS_SHARE:
        picked = tuple(
            roll.sample(reasons[level], k=min(len(reasons[level]), roll.choice((1, 1, 2))))
        )
    return PastRating(
        roll.choice(stage.people), qr_code_id, at, level, picked, _words(roll, kind, level)
    )


def _words(roll: random.Random, kind: str, level: int) -> str | None:
    if roll.random() < MODERATED_SHARE:
        return roll.choice(words.MODERATED)
    if roll.random() > WORDS_SHARE + (0.2 if level >= 4 else 0):
        return None
    if level == 3:
        return roll.choice(words.PLAIN)
    return roll.choice((words.PRAISE if level < 3 else words.COMPLAINT)[kind])


def _burst(
    roll: random.Random,
    stage: DemoVillage,
    month: date,
    until: datetime,
    seen: set[tuple[int, int, date]],
) -> Iterator[PastRating]:
    """A bad apple: somebody collects phones and taps the best face again and again."""
    day = month + timedelta(days=roll.randrange(26))
    at = datetime.combine(day, time(16, 5), clock.COUNTY_ZONE)
    qr_code_id = stage.codes[0][0]
    for person_id in stage.people[:COACHED_BURST]:
        at += timedelta(seconds=roll.randrange(12, 25))
        if at <= until and (person_id, qr_code_id, day) not in seen:
            yield PastRating(person_id, qr_code_id, at, 1)
