"""What a security administrator decides of a role that somebody asked for."""

from enum import StrEnum


class GrantOutcome(StrEnum):
    """The role begins, or nothing changes."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"
