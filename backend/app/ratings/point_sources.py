"""Ratings as acts that points may be given for; their level is nobody's business here."""

ACTS = """
    SELECT 'rating' AS code, NULL AS label, a.person_id, a.village_id, a.rated_on AS day
    FROM rating a WHERE a.county_id = :county_id AND a.rated_on BETWEEN :first AND :last
"""
