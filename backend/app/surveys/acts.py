"""Anonymous rewards turned in, as acts that points may be given for: a month after the answer."""

ACTS = """
    SELECT 'anonymous' AS code, NULL AS label, c.person_id, b.village_id,
           (c.period + interval '1 month')::date AS day
    FROM reward_credit c
    JOIN binding b ON b.person_id = c.person_id AND b.ended_at IS NULL
    WHERE b.county_id = :county_id
      AND (c.period + interval '1 month')::date BETWEEN :first AND :last
"""
