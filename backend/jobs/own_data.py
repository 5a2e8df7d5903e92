"""By night: what is older than its period is forgotten."""

import structlog

from backend.app.own_data import retention

log = structlog.get_logger()


def apply_retention() -> int:
    done = retention.apply()
    log.info("retention", **done)
    return sum(done.values())
