"""Receipts of anonymous tickets: what is kept of a code, and who may try one how often."""

import threading
import time

from argon2.low_level import Type, hash_secret_raw

from backend.app.core.errors import NotFound, TooMany
from backend.app.core.sealing import derive

# OWASP's first choice: 19 MiB, two passes. A stolen table is no list of codes to try.
MEMORY_KIB, PASSES, LENGTH = 19 * 1024, 2, 32
FAILURES_A_SECOND = 10


class ReceiptUnknown(NotFound):
    code = "receipt_unknown"
    message = "没有查到这个回执码。刚提交的,要过一到三个晚上才能查;再核对一遍 16 位数字"


def lookup(code: str) -> bytes:
    """What stands for a code in the database: nobody gets the code back from it."""
    return hash_secret_raw(code.encode(), derive("receipt"), PASSES, MEMORY_KIB, 1, LENGTH, Type.ID)


class Guesses:
    """Wrong codes of everybody together: nobody is named here, so nobody can be counted."""

    def __init__(self, a_second: int = FAILURES_A_SECOND) -> None:
        self.a_second = a_second
        self.left = float(a_second)
        self.at = time.monotonic()
        self.lock = threading.Lock()

    def _refill(self) -> None:
        now = time.monotonic()
        self.left = min(self.a_second, self.left + (now - self.at) * self.a_second)
        self.at = now

    def check(self) -> None:
        """Raises TooMany while there were too many wrong codes; right ones wait a second too."""
        with self.lock:
            self._refill()
            if self.left < 1:
                raise TooMany("查的人太多了,请过几秒再试", retry_after=2)

    def failed(self) -> None:
        with self.lock:
            self._refill()
            self.left -= 1
