"""Parts of SQL about ballots that other features weave into a statement of their own."""


def has_acted(person: str) -> str:
    """True for a person who fetched a ballot."""
    return f"EXISTS (SELECT FROM ballot_issue i WHERE i.person_id = {person})"


def ballots_of(unit: str, only: str = "true") -> str:
    """How many ballots of a unit were given out; `only` may say `i.on_paper`."""
    return f"(SELECT count(*) FROM ballot_issue i WHERE i.unit_id = {unit} AND {only})"


def units_of(county: str, period: str) -> str:
    """The ids of a county's units of a month."""
    return f"(SELECT u.id FROM ballot_unit u WHERE u.county_id = {county} AND u.period = {period})"


def knows_codes(desk: str) -> str:
    """True for a desk whose slips can still be told by their digests."""
    return (
        "EXISTS (SELECT FROM anonymous.appraisal_code c JOIN anonymous.appraisal_form f"
        f" ON f.kid = c.kid WHERE f.desk_id = {desk})"
    )


def has_codes(group: str) -> str:
    """True for a group of raters whose slips were printed and are valid."""
    return (
        "EXISTS (SELECT FROM anonymous.appraisal_form f"
        f" WHERE f.group_id = {group} AND NOT f.voided)"
    )
