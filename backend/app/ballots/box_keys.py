"""Keys of the boxes: the public half in the database, the private one in a file outside of it.

The files lie in BALLOT_KEY_DIR, which is in no backup. A key is made for one writing of a box and
destroyed with the next, so that what lies in a log of changes, a backup or on a disk of an earlier
writing can be opened by nobody.
"""

import os
import re
import secrets
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from nacl.public import PrivateKey, SealedBox
from sqlalchemy import text

from backend.app.core.db import after_commit, db
from backend.app.core.encryption import is_current, seal, unseal
from backend.app.core.registry import settings

SEAL = "ballot_box"
NAME = re.compile(r"[0-9A-Za-z_-]{22}\.key")
# A file is written a moment before the row that names it.
ORPHAN_SECONDS = 3600
FIND_FILE = text("SELECT file FROM anonymous.box_key WHERE box = :box")
FIND = text("SELECT public, file FROM anonymous.box_key WHERE box = :box")
PUT = text(
    """
    INSERT INTO anonymous.box_key (box, public, file) VALUES (:box, :public, :file)
    ON CONFLICT (box) DO UPDATE SET public = excluded.public, file = excluded.file
    """
)
NAMED = text("SELECT box, file FROM anonymous.box_key ORDER BY box")


class KeyLost(Exception):
    """The file that would open a box is gone: the database is older than the folder of keys."""


@dataclass(frozen=True)
class Fresh:
    """A key whose file lies there already; no box has it yet."""

    closing: SealedBox
    public: bytes
    file: str


def make() -> Fresh:
    pair, name = PrivateKey.generate(), f"{secrets.token_urlsafe(16)}.key"
    _write(name, seal(SEAL, bytes(pair)))
    return Fresh(SealedBox(pair.public_key), bytes(pair.public_key), name)


def use(box: str, fresh: Fresh) -> None:
    """From now on the box has this key; the one before is destroyed once that is durable."""
    before = db.session.scalar(FIND_FILE, {"box": box})
    db.session.execute(PUT, {"box": box, "public": fresh.public, "file": fresh.file})
    if before is not None:
        after_commit(partial(_destroy, before))


def turn(box: str) -> SealedBox:
    """Another key at once; for a box in which nothing lies under the one before."""
    fresh = make()
    use(box, fresh)
    return fresh.closing


def ensure(box: str) -> None:
    """The box's first key."""
    if db.session.scalar(FIND_FILE, {"box": box}) is None:
        turn(box)


def open_with(box: str) -> SealedBox:
    """What opens the box. Raises KeyLost where its file is gone or is another's."""
    row = db.session.execute(FIND, {"box": box}).one_or_none()
    sealed = row and _read(row.file)
    pair = PrivateKey(unseal(SEAL, sealed)) if sealed else None
    if pair is None or row is None or bytes(pair.public_key) != bytes(row.public):
        raise KeyLost(box)
    return SealedBox(pair)


def lost() -> list[str]:
    """The boxes that nobody can open any more."""
    return [row.box for row in db.session.execute(NAMED) if _read(row.file) is None]


def forget_orphans() -> int:
    """Destroys keys that no box has any more: a crash may have left their files."""
    living = {row.file for row in db.session.execute(NAMED)}
    before = time.time() - ORPHAN_SECONDS
    gone = {
        file.name for file in _files() if file.name not in living and file.stat().st_mtime < before
    }
    for name in gone:
        _destroy(name)
    return len(gone)


def seal_anew() -> int:
    """Seals under today's secret what an earlier one sealed; returns how many files."""
    stale = [file for file in _files() if not is_current(file.read_bytes())]
    for file in stale:
        _put(file, seal(SEAL, unseal(SEAL, file.read_bytes())))
    return len(stale)


def _folders() -> tuple[Path, ...]:
    return settings().ballot_key_dirs


def _files() -> list[Path]:
    return [file for folder in _folders() for file in folder.glob("*") if NAME.fullmatch(file.name)]


def _read(name: str) -> bytes | None:
    for folder in _folders():
        if (folder / name).exists():
            return (folder / name).read_bytes()
    return None


def _write(name: str, content: bytes) -> None:
    """Into every folder, the standby host's too, or the writing of the box does not happen."""
    for folder in _folders():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _put(folder / name, content)


def _put(target: Path, content: bytes) -> None:
    """Whole or not at all, and durable before the row that names it."""
    draft = target.with_suffix(".new")
    draft.touch(mode=0o600)
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _destroy(name: str) -> None:
    for folder in _folders():
        (folder / name).unlink(missing_ok=True)
