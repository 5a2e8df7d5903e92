"""Passwords: argon2id, and what makes one too weak."""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

from backend.app.accounts.errors import PasswordTooWeak

MIN_LENGTH = 10
COMMON = frozenset(
    {
        "1234567890", "0123456789", "12345678910", "1111111111", "qwertyuiop", "abcdefghij",
        "password123", "admin123456", "administrator", "a123456789", "123456789a", "woaini1314",
        "5201314520", "88888888888", "iloveyou123", "qq123456789",
    }
)  # fmt: skip


@cache
def _hasher(cheap: bool) -> PasswordHasher:
    # Tests hash hundreds of times; everybody else pays the library's recommended price.
    return PasswordHasher(time_cost=1, memory_cost=1024) if cheap else PasswordHasher()


def hasher() -> PasswordHasher:
    return _hasher(current_app.config["SETTINGS"].environment == "test")


@cache
def _decoy(cheap: bool) -> str:
    return _hasher(cheap).hash(secrets.token_hex(8))


def hash_password(password: str) -> str:
    return hasher().hash(password)


def matches(stored: str | None, password: str) -> bool:
    """True when the password is right; an unknown user costs the same time as a known one."""
    cheap = current_app.config["SETTINGS"].environment == "test"
    try:
        right = hasher().verify(stored or _decoy(cheap), password)
    except (VerificationError, InvalidHashError):
        return False
    return right and stored is not None


def check_strength(password: str, username: str) -> None:
    """Raises PasswordTooWeak naming what is missing."""
    fault = None
    if len(password) < MIN_LENGTH:
        fault = f"至少 {MIN_LENGTH} 位"
    elif len(password) > 200:
        fault = "最多 200 位"
    elif password.casefold() in COMMON or len(set(password)) < 4:
        fault = "太常见,容易被猜到"
    elif username.casefold() in password.casefold():
        fault = "不能包含用户名"
    if fault:
        raise PasswordTooWeak(errors={"password": [fault]})


def one_time_password() -> str:
    """Read out over the phone once, changed at the first log-in."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    groups = ("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(3))
    return "-".join(groups)
