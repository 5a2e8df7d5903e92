"""Files: photos and exports, by key, in one folder (or a mount of one)."""

import os
import re
import secrets
import time
from pathlib import Path

from flask import current_app

from backend.app.core.errors import NotFound

KEY = re.compile(r"[a-z]+/[0-9A-Za-z_-]{1,80}(\.[a-z0-9]{1,5})?")

UNOPENED = "unopened"


def _root() -> Path:
    root: Path = current_app.config["SETTINGS"].storage_dir
    return root


def path(key: str) -> Path:
    """Where the file of this key lies; refuses anything that is not a key."""
    if not KEY.fullmatch(key):
        raise NotFound
    return _root() / key


def new_key(folder: str, extension: str) -> str:
    return f"{folder}/{secrets.token_urlsafe(16)}.{extension}"


def unopened(key: str) -> str:
    """Where a file lies that nobody has looked into yet."""
    return f"{UNOPENED}/{key.replace('/', '-', 1)}"


def key_of_unopened(aside: str) -> str:
    """The key under which it will be seen; folders have no hyphen in their names."""
    return aside.removeprefix(f"{UNOPENED}/").replace("-", "/", 1)


def exists(key: str) -> bool:
    return path(key).exists()


def put(key: str, content: bytes) -> None:
    """Writes whole or not at all."""
    target = path(key)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target)


def read(key: str) -> bytes:
    try:
        return path(key).read_bytes()
    except FileNotFoundError:
        if not key.startswith(f"{UNOPENED}/") and exists(unopened(key)):
            raise NotFound("照片还在检查，过几秒再看") from None
        raise NotFound("文件已过期或被清理，请重新生成") from None


def keys_older_than(folder: str, seconds: float) -> list[str]:
    """The keys in a folder whose files nobody has written to for so long."""
    before = time.time() - seconds
    files = (_root() / folder).glob("*")
    keys = [f"{folder}/{file.name}" for file in files if file.stat().st_mtime < before]
    return sorted(key for key in keys if KEY.fullmatch(key))


def delete(key: str) -> None:
    """What was seen under the key, and what still waits to be."""
    path(key).unlink(missing_ok=True)
    path(unopened(key)).unlink(missing_ok=True)
