"""Whether two requests of one day came from the same network or telephone, and nothing else.

Stored are digests under a key that exists for one day, in a file of TRACE_KEY_DIR: not in the
database, not in Redis, and so in no dump, log of changes, RDB, append-only file or backup of them.
When the day's key is gone nobody, the county included, can test an address against a digest, or one
day's digests against another's.
"""

import hashlib
import hmac
import os
import secrets
import socket
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import structlog
from flask import current_app, request

from backend.app.core import clock

log = structlog.get_logger()
LENGTH = 8
# A /24 or /48 is a village's exchange or an operator's gate; a single address would be a household.
PREFIX_BYTES = {socket.AF_INET: 3, socket.AF_INET6: 6}
IPV4_WITHIN_IPV6 = bytes(10) + b"\xff\xff"


@dataclass(frozen=True)
class Trace:
    """Digests of a request's network and of what its telephone says of itself, or None."""

    network: str | None = None
    device: str | None = None


def caller() -> str:
    """What stands for the address that asks, where its requests are counted for some minutes."""
    address = request.remote_addr or ""
    return _digest(_key_of(clock.today()), b"caller", address.encode())


def trace_of_request() -> Trace:
    """For the one view whose facts are looked at for stuffing."""
    key = _key_of(clock.today())
    return trace(key, request.remote_addr, request.headers.get("User-Agent"))


def trace(key: bytes, address: str | None, agent: str | None) -> Trace:
    """What is kept of an address and a description: eight bytes each, as hexadecimal."""
    network = _network(address)
    return Trace(
        _digest(key, b"network", network) if network else None,
        _digest(key, b"device", agent[:500].encode()) if agent else None,
    )


def _network(address: str | None) -> bytes | None:
    """The bytes that name its network, or None where it is no address."""
    family = socket.AF_INET6 if ":" in (address or "") else socket.AF_INET
    try:
        whole = socket.inet_pton(family, address or "")
    except (OSError, ValueError):
        return None
    if whole.startswith(IPV4_WITHIN_IPV6):
        family, whole = socket.AF_INET, whole[len(IPV4_WITHIN_IPV6) :]
    return whole[: PREFIX_BYTES[family]]


def _digest(key: bytes, kind: bytes, content: bytes) -> str:
    return hmac.digest(key, kind + b":" + content, hashlib.sha256)[:LENGTH].hex()


def _key_of(day: date) -> bytes:
    """The day's key; each process remembers the last one."""
    kept: tuple[date, bytes] | None = current_app.extensions.get("trace_key")
    if kept is not None and kept[0] == day:
        return kept[1]
    try:
        key = _shared_key(day)
    except OSError as error:
        # A rating matters more than its trace: this process goes on with a key of its own.
        log.error("trace_key_not_shared", kind=type(error).__name__)
        key = secrets.token_bytes(32)
    current_app.extensions["trace_key"] = (day, key)
    return key


def _shared_key(day: date) -> bytes:
    """The key of whoever came first that day; the first one also takes earlier keys away."""
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / f"{day}.key"
    with suppress(FileNotFoundError):
        return file.read_bytes()
    forget_keys(day)
    draft = folder / f"{day}.{secrets.token_hex(8)}"
    draft.touch(mode=0o600, exist_ok=False)
    draft.write_bytes(secrets.token_bytes(32))
    try:
        # A link is whole or not there, and there is only one of that name.
        with suppress(FileExistsError):
            os.link(draft, file)
    finally:
        draft.unlink()
    return file.read_bytes()


def forget_keys(today: date) -> None:
    """Takes away the keys of the days before, here and for every process of this host."""
    for file in _folder().glob("20??-??-??.*"):
        if file.name < today.isoformat():
            file.unlink(missing_ok=True)


def _folder() -> Path:
    folder: Path = current_app.config["SETTINGS"].trace_key_dir
    return folder
