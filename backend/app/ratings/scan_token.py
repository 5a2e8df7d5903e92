"""What a scan yields: one person, one code, one rating, good for three days.

It is signed, not stored. One person rates one service point once a day by a constraint of the
database, and the day is that of the scan: so a token is good for one rating in the very statement
that stores it, and losing Redis or a killed process can neither burn nor double it. Three days,
because the phone may have to wait for a signal before it can send what was said.
"""

import secrets
import struct
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from backend.app.core import signed_tokens
from backend.app.core.clock import local_day
from backend.app.core.errors import Gone, InvalidInput
from backend.app.ratings.models import SCAN

LIFETIME = timedelta(hours=72)
PURPOSE = "scan"
LAYOUT = struct.Struct(">QQI12s")


class ScanTokenExpired(Gone):
    code = "scan_token_expired"
    message = "扫码已超过 72 小时，请再扫一次"


class ScanTokenInvalid(InvalidInput):
    code = "scan_token_invalid"
    message = "请重新扫一下服务点的码"


@dataclass(frozen=True)
class Scan:
    """Who scanned which code when; `nonce` is the scan's own name, `channel` whose word it is."""

    person_id: int
    qr_code_id: int
    scanned_at: datetime
    nonce: bytes
    channel: str = SCAN

    @property
    def day(self) -> date:
        """The county's day of the scan."""
        return local_day(self.scanned_at)

    @property
    def expires_at(self) -> datetime:
        return self.scanned_at + LIFETIME


def issue(person_id: int, qr_code_id: int, at: datetime) -> tuple[str, Scan]:
    scan = Scan(person_id, qr_code_id, at.replace(microsecond=0), secrets.token_bytes(12))
    payload = LAYOUT.pack(person_id, qr_code_id, int(at.timestamp()), scan.nonce)
    return signed_tokens.sign(PURPOSE, payload), scan


def read(token: str, person_id: int) -> Scan:
    """The scan, expired or not; raises ScanTokenInvalid unless it is this person's own."""
    try:
        payload = signed_tokens.verify(PURPOSE, token)
        holder, qr_code_id, seconds, nonce = LAYOUT.unpack(payload)
    except (signed_tokens.BadSignature, struct.error):
        raise ScanTokenInvalid(errors={"scan_token": [ScanTokenInvalid.message]}) from None
    if holder != person_id:
        raise ScanTokenInvalid(errors={"scan_token": ["这次扫码不是您本人的，请自己再扫一次"]})
    return Scan(holder, qr_code_id, datetime.fromtimestamp(seconds, UTC), nonce)
