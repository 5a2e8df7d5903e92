"""The county's secret can be changed: what was sealed stays readable and is sealed anew."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import text

from backend.app.ballots import box_keys
from backend.app.core import encryption, keys, signed_tokens
from backend.app.core.db import db, transaction
from backend.app.core.encryption import derive, derive_each, is_current, seal, unseal
from backend.app.core.errors import Unavailable
from tests.factories.console import make_staff

NEW = "another secret that only these tests know"


@pytest.fixture
def change(app: Flask, monkeypatch: pytest.MonkeyPatch):
    """Changes the secret; the one before is retired or forgotten."""
    old = app.config["SETTINGS"]

    def to(secret: str = NEW, retired: bool = True) -> None:
        kept = (old.secret_key,) if retired else ()
        changed = replace(old, secret_key=secret, retired_secret_keys=kept)
        monkeypatch.setitem(app.config, "SETTINGS", changed)

    return to


def sealed_by_no_name(purpose: str, content: bytes) -> bytes:
    """As before keys had names."""
    return seal(purpose, content)[len(encryption.MARK) + encryption.NAME_LENGTH :]


def people(number: int) -> list[int]:
    made = [make_staff(None, 0, f"staff-{one}") for one in range(number)]
    with transaction():
        for one in made:
            db.session.execute(
                text("UPDATE console_login SET totp_sealed = :sealed WHERE person_id = :id"),
                {"sealed": seal("totp", f"secret of {one}".encode()), "id": one},
            )
    return made


def sealed_of(one: int) -> bytes:
    found = db.session.scalar(
        text("SELECT totp_sealed FROM console_login WHERE person_id = :id"), {"id": one}
    )
    db.session.rollback()
    return bytes(found)


def test_what_an_earlier_secret_sealed_stays_readable(app: Flask, change) -> None:
    named, unnamed = seal("totp", b"one"), sealed_by_no_name("totp", b"two")
    change()
    assert (unseal("totp", named), unseal("totp", unnamed)) == (b"one", b"two")
    assert not is_current(named)
    assert not is_current(unnamed)
    assert is_current(seal("totp", b"one"))
    change(retired=False)
    with pytest.raises(Unavailable):
        unseal("totp", named)


def test_digests_and_links_of_an_earlier_secret_are_still_found(app: Flask, change) -> None:
    digest, link = derive("receipt"), signed_tokens.sign("a link", b"5")
    change()
    assert derive("receipt") != digest
    assert digest in derive_each("receipt")
    assert signed_tokens.verify("a link", link) == b"5"
    change(retired=False)
    with pytest.raises(signed_tokens.BadSignature):
        signed_tokens.verify("a link", link)


def test_keys_rotate_seals_everything_anew_and_the_old_secret_may_go(app: Flask, change) -> None:
    made = people(3)
    with transaction():
        box_keys.turn("box")
    change()
    told = app.test_cli_runner().invoke(args=["keys", "rotate"])
    assert told.exit_code == 0
    assert "console_login.totp_sealed: 换好 3 处" in told.output
    change(retired=False)
    assert [unseal("totp", sealed_of(one)) for one in made] == [
        f"secret of {one}".encode() for one in made
    ]
    box_keys.open_with("box")
    assert all(done == 0 for _, done in keys.sealed_anew())


def test_a_rotation_that_was_killed_is_taken_up_again(
    app: Flask, change, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = people(5)
    monkeypatch.setattr(keys, "BATCH", 2)
    change()
    real, calls = keys._row_anew, []

    def cut(*given: object) -> bool:
        calls.append(given)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return bool(real(*given))

    with monkeypatch.context() as patch:
        patch.setattr(keys, "_row_anew", cut)
        with pytest.raises(KeyboardInterrupt):
            list(keys.sealed_anew())
    # The batch that was under way is undone as a whole, the one before it stays.
    assert [is_current(sealed_of(one)) for one in made] == [True, True, False, False, False]
    assert dict(keys.sealed_anew())["console_login.totp_sealed"] == 3
    assert all(is_current(sealed_of(one)) for one in made)


def test_every_column_of_sealed_bytes_is_known_to_the_rotation(app: Flask) -> None:
    known = {
        (place.table.rpartition(".")[2], place.column) for place in app.extensions["sealed_columns"]
    }
    found = db.session.execute(
        text(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE data_type = 'bytea' AND column_name LIKE '%sealed%'"
        )
    ).all()
    # Letters are sealed for a box, whose key is what rotates.
    boxes = {(box, "sealed") for box in ("inbox", "day_box", "box", "letter_box")}
    assert {tuple(row) for row in found} - boxes <= known
    for place in app.extensions["sealed_columns"]:
        assert keys._rows_after(place, None) == []
