"""TOTP (RFC 6238): enrol, confirm, check; each code once, and eight recovery codes."""

import io
import re
import secrets
import unicodedata

import pyotp
import qrcode
import qrcode.image.svg

from backend.app.accounts.errors import SecondFactorRefused
from backend.app.accounts.logins.passwords import hash_password, matches
from backend.app.accounts.models import ConsoleLogin
from backend.app.core import clock
from backend.app.core.encryption import seal, unseal

STEP_SECONDS = 30
RECOVERY_CODES = 8
RECOVERY_DIGITS = 8
PURPOSE = "totp"
ISSUER = "村声"


def begin(login: ConsoleLogin) -> None:
    """Gives the log-in a new secret, not in force until confirmed."""
    login.totp_sealed = seal(PURPOSE, pyotp.random_base32().encode())
    login.totp_confirmed_at = None
    login.totp_last_step = None


def secret_of(login: ConsoleLogin) -> str:
    return unseal(PURPOSE, login.totp_sealed or b"").decode()


def picture(login: ConsoleLogin) -> str:
    """The enrolment code as inline SVG."""
    totp = pyotp.TOTP(secret_of(login), name=login.username, issuer=ISSUER)
    image = qrcode.make(
        totp.provisioning_uri(), image_factory=qrcode.image.svg.SvgPathImage, box_size=8
    )
    stream = io.BytesIO()
    image.save(stream)
    return stream.getvalue().decode().partition("?>")[2]


def confirm(login: ConsoleLogin, code: str) -> list[str]:
    """Puts the secret in force and returns the recovery codes, shown this once."""
    _use_step(login, _digits(code))
    login.totp_confirmed_at = clock.now()
    codes = [
        f"{secrets.randbelow(10**RECOVERY_DIGITS):0{RECOVERY_DIGITS}d}"
        for _ in range(RECOVERY_CODES)
    ]
    login.recovery_hashes = [hash_password(code) for code in codes]
    return codes


def check(login: ConsoleLogin, code: str) -> bool:
    """Takes a current TOTP code or an unused recovery code; raises SecondFactorRefused.

    True when it was a recovery code.
    """
    digits = _digits(code)
    if len(digits) == RECOVERY_DIGITS and _use_recovery_code(login, digits):
        return True
    _use_step(login, digits)
    return False


def _digits(code: str) -> str:
    """Full-width digits of a Chinese keyboard count as digits; spaces and dashes do not count."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", code))


def _use_step(login: ConsoleLogin, code: str) -> None:
    now_step = int(clock.now().timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret_of(login))
    for step in (now_step, now_step - 1, now_step + 1):
        fresh = login.totp_last_step is None or step > login.totp_last_step
        if fresh and secrets.compare_digest(totp.at(step * STEP_SECONDS).encode(), code.encode()):
            login.totp_last_step = step
            return
    raise SecondFactorRefused(errors={"code": [SecondFactorRefused.message]})


def _use_recovery_code(login: ConsoleLogin, digits: str) -> bool:
    for stored in login.recovery_hashes:
        if matches(stored, digits):
            login.recovery_hashes = [other for other in login.recovery_hashes if other != stored]
            return True
    return False
