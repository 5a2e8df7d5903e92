"""Parts of SQL that other features weave into a statement of their own, to save a round trip."""

from backend.app.places.sql import same_village, village_now


def is_cadre_of_v(person: str = ":person_id", day: str = ":today") -> str:
    """True for who was a cadre on a day of village `v`, or of one that went into it since."""
    return f"""
    EXISTS (
        SELECT FROM role_grant g
        WHERE g.person_id = {person} AND {village_now("g.region_id")} = v.id AND g.role = 'cadre'
          AND g.revoked_at IS NULL
          AND g.starts_on <= {day} AND (g.ends_on IS NULL OR g.ends_on >= {day})
    )
    """


def is_bound_elsewhere_than_v(person: str = ":person_id") -> str:
    """True when the person has bound a village of another county than village `v`."""
    return f"""
    EXISTS (
        SELECT FROM binding b
        WHERE b.person_id = {person} AND b.ended_at IS NULL AND b.county_id <> v.county_id
    )
    """


def answers_for_v(person: str, day: str) -> str:
    """True for whoever holds a role on a day in village `v`, what it became, or its township."""
    return f"""
    EXISTS (
        SELECT FROM role_grant g
        WHERE g.person_id = {person}
          AND {village_now("g.region_id")} IN ({village_now("v.id")}, v.township_id)
          AND g.revoked_at IS NULL
          AND g.starts_on <= {day} AND (g.ends_on IS NULL OR g.ends_on >= {day})
    )
    """


def bound_village(person: str) -> str:
    """The village that a person has bound now."""
    return f"(SELECT village_id FROM binding WHERE person_id = {person} AND ended_at IS NULL)"


def villages_bound_by(people: str) -> str:
    """The villages that these people have bound now."""
    return f"""
    SELECT DISTINCT village_id FROM binding WHERE person_id = ANY({people}) AND ended_at IS NULL
    """


def is_closed(person: str) -> str:
    """True for a person whose account was closed."""
    return f"EXISTS (SELECT FROM person p WHERE p.id = {person} AND p.closed_at IS NOT NULL)"


def is_staff(person: str) -> str:
    """True for a person with an account of the console."""
    return f"EXISTS (SELECT FROM console_login l WHERE l.person_id = {person})"


def holds_today(grant: str) -> str:
    """True for a grant that counts on the day `:today`."""
    return (
        f"{grant}.revoked_at IS NULL AND {grant}.starts_on <= :today"
        f" AND ({grant}.ends_on IS NULL OR {grant}.ends_on >= :today)"
    )


def join_person(alias: str, key: str) -> str:
    """The villager or member of staff with this id."""
    return f"JOIN person {alias} ON {alias}.id = {key}"


def join_grant(alias: str, key: str) -> str:
    return f"JOIN role_grant {alias} ON {alias}.id = {key}"


def join_binding(alias: str, person: str) -> str:
    """What a person has bound now."""
    return f"JOIN binding {alias} ON {alias}.person_id = {person} AND {alias}.ended_at IS NULL"


def bound_to(village: str) -> str:
    """Who has bound a village, or one that is one with it now: person, group and household."""
    return f"""
    (SELECT person_id, group_id, household FROM binding
     WHERE village_id IN {same_village(village)} AND ended_at IS NULL)
    """


def grants_of_subject(subject: str) -> str:
    """From the grants by which people run an assessed subject today."""
    return f"FROM role_grant g WHERE g.subject_id = {subject} AND {holds_today('g')}"
