"""Whether two requests of one day came from the same network or telephone, and nothing else.

Stored are digests under a key that exists for one day, in Redis alone: not in the database, its
backups or its log. When the day's key is gone nobody, the county included, can test an address
against a digest, or one day's digests against another's.
"""

import hashlib
import hmac
import secrets
import socket
from dataclasses import dataclass
from datetime import date

from flask import current_app, request

from backend.app.core import calendar
from backend.app.core.queue import redis_client

KEY_SECONDS = 26 * 3600
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
    return _digest(_key_of(calendar.today()), b"caller", address.encode())


def trace_of_request() -> Trace:
    """For the one view whose facts are looked at for stuffing."""
    key = _key_of(calendar.today())
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
    """The day's key, made by whoever asks first; each process remembers the last one."""
    kept: tuple[date, bytes] | None = current_app.extensions.get("trace_key")
    if kept is not None and kept[0] == day:
        return kept[1]
    client, name, fresh = redis_client(), f"trace_key:{day}", secrets.token_bytes(32)
    client.set(name, fresh, nx=True, ex=KEY_SECONDS)
    found = client.get(name)
    # Redis may have lost it already: then this process goes on with one of its own.
    key = found if isinstance(found, bytes) else fresh
    current_app.extensions["trace_key"] = (day, key)
    return key
