"""Passwords: argon2id, and what makes one too weak."""

import secrets
from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from backend.app.accounts.errors import PasswordTooWeak
from backend.app.core.registry import settings

MIN_LENGTH, MAX_LENGTH = 10, 200
# Of zxcvbn's five classes the fourth: more than 10^8 guesses.
STRONG_ENOUGH = 3
# The judge's time grows fast with the length; what is strong in these is strong.
JUDGED_LENGTH = 32
# What many passwords in China are made of, beside what the library's English lists know.
USUAL_PARTS = (
    "woaini", "woaiwojia", "5201314", "1314520", "1314", "zhongguo", "nihao", "laopo", "laogong",
    "baobei",
)  # fmt: skip
OWN_NAMES = ("cunsheng", "村声", "villagevoice", "village-voice")


@cache
def _hasher(cheap: bool) -> PasswordHasher:
    # Tests hash hundreds of times; everybody else pays the library's recommended price.
    return PasswordHasher(time_cost=1, memory_cost=1024) if cheap else PasswordHasher()


def hasher() -> PasswordHasher:
    return _hasher(settings().environment == "test")


@cache
def _decoy(cheap: bool) -> str:
    return _hasher(cheap).hash(secrets.token_hex(8))


def hash_password(password: str) -> str:
    return hasher().hash(password)


def matches(stored: str | None, password: str) -> bool:
    """True when the password is right; an unknown user costs the same time as a known one."""
    cheap = settings().environment == "test"
    try:
        right = hasher().verify(stored or _decoy(cheap), password)
    except (VerificationError, InvalidHashError):
        return False
    return right and stored is not None


def check_strength(password: str, username: str, names: Iterable[str] = ()) -> None:
    """Raises PasswordTooWeak naming what is missing; `names` are of the owner and the places.

    zxcvbn knows the 30,000 most used passwords, and words, names, dates and rows of keys as parts.
    """
    said = password.casefold()
    fault = None
    if len(password) < MIN_LENGTH:
        fault = f"至少 {MIN_LENGTH} 位"
    elif len(password) > MAX_LENGTH:
        fault = f"最多 {MAX_LENGTH} 位"
    elif username.casefold() in said:
        fault = "不能包含用户名"
    elif any(name.casefold() in said for name in (*names, *OWN_NAMES)):
        fault = "不能包含本人姓名、所在县乡村的名字或「村声」"
    elif zxcvbn(password[:JUDGED_LENGTH], USUAL_PARTS)["score"] < STRONG_ENOUGH:
        fault = "太常见，容易被猜到"
    if fault:
        raise PasswordTooWeak(errors={"password": [fault]})


def one_time_password() -> str:
    """Read out over the phone once, changed at the first log-in."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    groups = ("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(3))
    return "-".join(groups)
