"""Receipts of anonymous tickets: what is kept of a code, and how many are worked out at once.

How often one address may try is the proxy's to say (docs/nginx.conf): it knows the address and
forgets it, and this application never learns it. The pepper is the anonymous application's alone:
nobody else works out what stands for a code.
"""

import threading
from collections.abc import Iterator

from argon2.low_level import Type, hash_secret_raw

from backend.app.core.errors import NotFound, TooMany
from backend.app.core.registry import anonymous_settings

# OWASP's first choice: 19 MiB, two passes. A stolen table is no list of codes to try.
MEMORY_KIB, PASSES, LENGTH = 19 * 1024, 2, 32
# Each takes memory and a core for a moment; more than these wait their turn.
AT_ONCE, WAIT_SECONDS = 2, 5.0
_turns = threading.BoundedSemaphore(AT_ONCE)


class ReceiptUnknown(NotFound):
    code = "receipt_unknown"
    message = "没有查到这个回执码。刚提交的，要过一到三个晚上才能查；再核对一遍 16 位数字"


def lookup(code: str) -> bytes:
    """What stands for a code in the database: nobody gets the code back from it."""
    return next(lookups(code))


def lookups(code: str) -> Iterator[bytes]:
    """The same by today's pepper and by each retired one, worked out only as far as is asked.

    Raises TooMany when too many others are being worked out.
    """
    for pepper in anonymous_settings().peppers:
        yield _lookup(code, pepper)


def _lookup(code: str, pepper: bytes) -> bytes:
    if not _turns.acquire(timeout=WAIT_SECONDS):
        raise TooMany("查的人太多了，请过几秒再试", retry_after=2)
    try:
        return hash_secret_raw(code.encode(), pepper, PASSES, MEMORY_KIB, 1, LENGTH, Type.ID)
    finally:
        _turns.release()
