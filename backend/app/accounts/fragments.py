"""Parts of SQL that other features weave into a statement of their own, to save a round trip."""

# True for a cadre of village `v` on `:today`.
IS_CADRE_OF_V = """
    EXISTS (
        SELECT FROM role_grant g
        WHERE g.person_id = :person_id AND g.region_id = v.id AND g.role = 'cadre'
          AND g.revoked_at IS NULL
          AND g.starts_on <= :today AND (g.ends_on IS NULL OR g.ends_on >= :today)
    )
"""

# True when the person has bound a village of another county than village `v`.
IS_BOUND_ELSEWHERE_THAN_V = """
    EXISTS (
        SELECT FROM binding b
        WHERE b.person_id = :person_id AND b.ended_at IS NULL AND b.county_id <> v.county_id
    )
"""
