"""Parts of SQL that other features weave into a statement of their own, to save a round trip."""

# Joins the living service point `s` behind a code of `act`, and its village `v`: nothing remains
# of an act whose code, point or village has ended.
LIVE_TARGET = """
    JOIN qr_code q ON q.id = act.qr_code_id AND q.revoked_at IS NULL
    JOIN service_point s ON s.id = q.service_point_id AND s.closed_on IS NULL
    JOIN region v ON v.id = s.village_id AND v.closed_on IS NULL
"""
# Code `q` with its point `s`, that point's village `v`, and whether any of the three has ended.
CODED = """
    qr_code q JOIN service_point s ON s.id = q.service_point_id JOIN region v ON v.id = s.village_id
"""
CODED_HAS_ENDED = "(q.revoked_at IS NOT NULL OR s.closed_on IS NOT NULL OR v.closed_on IS NOT NULL)"


def join_region(alias: str, key: str) -> str:
    """The county, township, village or group with this id."""
    return f"JOIN region {alias} ON {alias}.id = {key}"


def join_department(alias: str, key: str) -> str:
    return f"JOIN department {alias} ON {alias}.id = {key}"


def join_service_point(alias: str, key: str) -> str:
    return f"JOIN service_point {alias} ON {alias}.id = {key}"


def lies_within(alias: str, ids: str) -> str:
    """True for a region that is one of these, or lies in a township or county of them."""
    return (
        f"({alias}.id = ANY({ids}) OR {alias}.township_id = ANY({ids})"
        f" OR {alias}.county_id = ANY({ids}))"
    )


def join_code(alias: str, key: str) -> str:
    """The printed code with this id."""
    return f"JOIN qr_code {alias} ON {alias}.id = {key}"


def point_of_code(code: str) -> str:
    """The service point for which a code was printed."""
    return f"(SELECT service_point_id FROM qr_code WHERE id = {code})"


def county_of(region: str) -> str:
    return f"(SELECT county_id FROM region WHERE id = {region})"


def counties_of(ids: str) -> str:
    """The counties in which these regions lie."""
    return f"(SELECT county_id FROM region WHERE id = ANY({ids}))"


def join_kind(alias: str, code: str) -> str:
    """The kind of a service point."""
    return f"JOIN service_point_kind {alias} ON {alias}.code = {code}"


def village_now(village: str) -> str:
    """The village that this one has become, itself where it went into no other: places/succession.

    No reorganisation lies ahead, so the last one is today's.
    """
    return f"village_on({village}, 'infinity')"


def join_village_on(alias: str, key: str, day: str) -> str:
    """`now_id`: what a village that went into another one had become by a day; others have none."""
    return f"""
    LEFT JOIN (SELECT id, village_on(id, {day}) AS now_id FROM region
               WHERE merged_into_id IS NOT NULL) {alias} ON {alias}.id = {key}
    """


def same_village(village: str) -> str:
    """The ids that are one village today: the one that this became, and all that went into it."""
    return f"""
    (WITH RECURSIVE line (id) AS (
        SELECT {village_now(village)}
        UNION ALL
        SELECT r.id FROM line JOIN region r ON r.merged_into_id = line.id
     ) SELECT id FROM line)
    """
