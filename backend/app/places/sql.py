"""Parts of SQL that other features weave into a statement of their own, to save a round trip."""

# Joins the living service point `s` behind a code of `act`, and its village `v`: nothing remains
# of an act whose code, point or village has ended.
LIVE_TARGET = """
    JOIN qr_code q ON q.id = act.qr_code_id AND q.revoked_at IS NULL
    JOIN service_point s ON s.id = q.service_point_id AND s.closed_on IS NULL
    JOIN region v ON v.id = s.village_id AND v.closed_on IS NULL
"""
