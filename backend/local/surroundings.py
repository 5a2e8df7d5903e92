"""The environment variables that a county on this machine gets when nobody set them."""

import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from backend.local.setup import ROOT

ANONYMOUS_ROLE = "village_voice_anonymous"
# Of the county's environment the anonymous application gets these; all else stays away from it.
ANONYMOUS_ALSO = (
    "APP_ENV", "ANONYMOUS_HOST", "DEMO_SECONDS_AHEAD", "LANG", "LOG_LEVEL", "PATH", "PYTHONPATH",
    "PYTHONUNBUFFERED", "TZ",
)  # fmt: skip


def complete(
    given: Mapping[str, str], folder: Path, address: str, stand_in: str | None, anonymous: str = ""
) -> dict[str, str]:
    """What was given wins; the rest makes a demo county with a secret of its own.

    `anonymous` is the address of the anonymous application.
    """
    defaults = {
        "APP_ENV": "demo",
        "SECRET_KEY": kept_secret(folder / "secret"),
        "PUBLIC_HOST": address,
        "STORAGE_DIR": str(folder / "files"),
        "TRACE_KEY_DIR": str(folder / "trace-keys"),
        "BALLOT_KEY_DIR": str(folder / "ballot-keys"),
        "INSTANCE": secrets.token_hex(8),
    }
    if anonymous:
        defaults |= {"ANONYMOUS_HOST": anonymous}
    if stand_in:
        defaults |= {
            "WECHAT_APP_ID": "wx-demo",
            "WECHAT_APP_SECRET": "demo",
            "WECHAT_API_BASE": stand_in,
            "SMS_ACCESS_KEY_ID": "LTAI-demo",
            "SMS_ACCESS_KEY_SECRET": "demo",
            "SMS_SIGN_NAME": "村声",
            "SMS_TEMPLATE_CODE": "SMS_100000001",
            "SMS_API_BASE": f"{stand_in}/sms",
            "WECHAT_TEMPLATE_TICKET_MOVED": "tmpl-ticket-moved",
            "WECHAT_TEMPLATE_POINTS_CHANGED": "tmpl-points-changed",
        }
    return {**defaults, **given, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


def of_anonymous(county: Mapping[str, str], pepper: str) -> dict[str, str]:
    """The anonymous application's environment: the same database as its own role, its pepper."""
    return {name: county[name] for name in ANONYMOUS_ALSO if name in county} | {
        "ANONYMOUS_DATABASE_URL": as_role(county["DATABASE_URL"], ANONYMOUS_ROLE),
        "ANONYMOUS_PEPPER": pepper,
    }


def as_role(url: str, role: str) -> str:
    """The same database for another role; the embedded server trusts its socket."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    # Not urlunsplit: it would drop the empty host of a socket's address.
    return f"{parts.scheme}://{role}@{place}{parts.path}?{parts.query}"


def kept_secret(file: Path) -> str:
    """One secret for each data folder, so that log-ins survive a restart."""
    return _kept(file, secrets.token_urlsafe(48))


def kept_pepper(file: Path) -> str:
    """The same for the anonymous application, so that receipts do."""
    return _kept(file, secrets.token_hex(32))


def _kept(file: Path, fresh: str) -> str:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(fresh)
    return file.read_text()
