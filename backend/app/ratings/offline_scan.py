"""A scan without a signal: the phone says which code it saw when, under a random number of its own.

Nobody can check the phone's time. So such a rating is a channel of its own: shown apart, and under
a review signal of its own; once per person, service point and day holds for it as for any other.
"""

from datetime import datetime, timedelta

from backend.app.core.errors import InvalidInput
from backend.app.places.targets import get_code_id
from backend.app.ratings.models import OFFLINE
from backend.app.ratings.scan_token import Scan

# Two clocks that are both right may differ by this much.
TOLERANCE = timedelta(minutes=2)


class OfflineScanAhead(InvalidInput):
    code = "offline_scan_ahead"
    message = "手机的时间比现在快，请在手机设置里打开「自动设置时间」"


def read(person_id: int, code: str, nonce: str, scanned_at: datetime, at: datetime) -> Scan:
    """The scan, too old or not; raises CodeUnknown, OfflineScanAhead."""
    if scanned_at > at + TOLERANCE:
        raise OfflineScanAhead(errors={"offline_scan.scanned_at": [OfflineScanAhead.message]})
    qr_code_id = get_code_id(code)
    return Scan(person_id, qr_code_id, min(scanned_at, at), bytes.fromhex(nonce), OFFLINE)
