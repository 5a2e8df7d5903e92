"""Parts of SQL that other features weave into a statement of their own, to save a round trip."""

# The living service point behind a code: its row exists only while code, point and village live.
LIVE_TARGET = """
    SELECT q.id AS qr_code_id, s.id AS service_point_id, v.id AS village_id, v.county_id,
           v.name AS village_name, s.name AS service_point_name
    FROM qr_code q
    JOIN service_point s ON s.id = q.service_point_id
    JOIN region v ON v.id = s.village_id
    WHERE q.id = :qr_code_id
      AND q.revoked_at IS NULL AND s.closed_on IS NULL AND v.closed_on IS NULL
"""
