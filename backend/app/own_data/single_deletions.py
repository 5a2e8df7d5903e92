"""What somebody may delete without closing the account."""

from collections.abc import Callable

from backend.app.accounts import persons as accounts
from backend.app.core.errors import NotFound
from backend.app.notices import persons as notices
from backend.app.ratings import persons as ratings

DELETIONS: dict[str, Callable[[int], None]] = {
    "household": accounts.forget_household,
    "notices": notices.forget_notices,
    "rating_words": ratings.forget_words,
}


def delete(person_id: int, name: str) -> None:
    """Raises NotFound for a kind of data that cannot go alone."""
    if name not in DELETIONS:
        raise NotFound("这一样不能单独删")
    DELETIONS[name](person_id)
