"""Parts of SQL about ratings that other features weave into a statement of their own."""

from backend.app.scoring.levels import FIRST_BAD


def has_acted(person: str) -> str:
    """True for a person who has rated."""
    return f"EXISTS (SELECT FROM rating r WHERE r.person_id = {person})"


def bad_ratings(since: str, until: str) -> str:
    """The bad ratings that count, from a day on and before another."""
    return f"""
    (SELECT id, village_id, county_id FROM rating
     WHERE effective_level >= {FIRST_BAD} AND flagged_at IS NULL
       AND rated_on >= {since} AND rated_on < {until})
    """


def is_rated(village: str, month: str) -> str:
    """True for a village that has ratings in a month."""
    return f"""
    EXISTS (SELECT FROM rating_month_count n WHERE n.village_id = {village} AND n.month = {month})
    """
