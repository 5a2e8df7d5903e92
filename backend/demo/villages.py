"""How one simulated village behaves: deterministic by seed and village code."""

import random
from dataclasses import dataclass
from datetime import date

SEED = "cunsheng-1"
KIND_OFFSETS = {
    "service_window": 0.25,
    "clinic": 0.45,
    "service_station": 0.3,
    "street_lamp": -0.35,
    "water": -0.2,
    "waste": -0.1,
}
THRESHOLDS = (1.05, 0.15, -0.75, -1.6)
TINY_SHARE, QUIET_SHARE, COACHED_SHARE = 0.09, 0.08, 0.03


@dataclass(frozen=True)
class Character:
    """What distinguishes a village: how good, how many speak, where it is heading."""

    quality: float
    ratings_a_month: float
    drift_a_month: float
    people: int
    coached: bool


def dice(*names: object) -> random.Random:
    """The same dice for the same names, on every machine and in any order of villages."""
    return random.Random(":".join(map(str, (SEED, *names))))


def character_of(code: str) -> Character:
    roll = dice("character", code)
    tiny = roll.random() < TINY_SHARE
    volume = roll.uniform(0.3, 3) if tiny else min(140.0, roll.lognormvariate(3.3, 0.55))
    return Character(
        quality=roll.gauss(0.9, 0.55),
        ratings_a_month=volume,
        drift_a_month=roll.choice((-0.09, 0.0, 0.0, 0.0, 0.06, 0.12)),
        people=max(3, int(volume * roll.uniform(0.8, 1.6))),
        coached=not tiny and roll.random() < COACHED_SHARE,
    )


def ratings_in(character: Character, code: str, month: date, share: float) -> int:
    """How many ratings a month brings; `share` is the part of it that has passed."""
    roll = dice("volume", code, month)
    quiet = 0.08 if roll.random() < QUIET_SHARE else 1.0
    expected = character.ratings_a_month * quiet * share * roll.uniform(0.75, 1.3)
    return int(expected + roll.random())


def level_for(roll: random.Random, character: Character, kind: str, months_since: int) -> int:
    """1 非常满意 to 5 非常不满意, from a latent opinion cut at four thresholds."""
    opinion = (
        character.quality
        + KIND_OFFSETS.get(kind, 0.0)
        + character.drift_a_month * months_since
        + roll.gauss(0, 1.05)
    )
    return 1 + sum(opinion < threshold for threshold in THRESHOLDS)
