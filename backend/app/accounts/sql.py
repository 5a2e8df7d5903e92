"""Parts of SQL that other features weave into a statement of their own, to save a round trip."""


def is_cadre_of_v(person: str = ":person_id", day: str = ":today") -> str:
    """True for a cadre of village `v` on a day."""
    return f"""
    EXISTS (
        SELECT FROM role_grant g
        WHERE g.person_id = {person} AND g.region_id = v.id AND g.role = 'cadre'
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
    """True for whoever holds a role in village `v` or its township on a day."""
    return f"""
    EXISTS (
        SELECT FROM role_grant g
        WHERE g.person_id = {person} AND g.region_id IN (v.id, v.township_id)
          AND g.revoked_at IS NULL
          AND g.starts_on <= {day} AND (g.ends_on IS NULL OR g.ends_on >= {day})
    )
    """
