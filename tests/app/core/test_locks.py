"""Advisory locks: each kind of thing has its own."""

from sqlalchemy import text

from backend.app.core.db import db, lock, transaction

TAKEN = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")


def test_things_of_two_kinds_with_one_id_do_not_wait_for_each_other(app) -> None:
    with transaction():
        lock("points", 7)
        lock("redemptions", 7)
        lock("points", 7)
        assert db.session.scalar(TAKEN) == 2


def test_a_lock_goes_with_its_transaction(app) -> None:
    with transaction():
        lock("mending", 7)
    assert db.session.scalar(TAKEN) == 0
