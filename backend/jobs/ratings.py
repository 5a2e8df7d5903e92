"""Ratings, by night: what looks stuffed is flagged, then its traces and their key are forgotten."""

from flask import current_app

from backend.app.core import clock
from backend.app.core.batches import each
from backend.app.core.db import transaction
from backend.app.core.queue import JobName
from backend.app.core.web import request_fingerprint
from backend.app.ratings import flagging
from backend.app.tickets.queries import visits


def flag_suspicious() -> int:
    """Looks at the last days of every county, each in a transaction of its own."""
    today = clock.today()
    since = today - clock.timedelta(days=flagging.DAYS_LOOKED_AT)
    came = visits(since)
    flagged = each(
        JobName.FLAG_SUSPICIOUS,
        flagging.counties_to_look_at(today),
        lambda county_id: flagging.flag_suspicious(county_id, today, came),
    )
    with transaction():
        flagging.forget_traces(today, current_app.config["SETTINGS"].retain_traces_days)
    request_fingerprint.forget_keys(today)
    return flagged
