"""What every way of proving who one is comes down to, and which of them a county has."""

from dataclasses import dataclass
from hashlib import sha256
from hmac import digest

from backend.app.accounts.states import WAY_NAMES, Way
from backend.app.core import registry
from backend.app.core.encryption import derive, derive_each
from backend.app.core.settings import Settings

PURPOSE = "identity"


@dataclass(frozen=True)
class Proven:
    """Somebody who proved to be `subject`; the hint is what they know it by themselves."""

    way: Way
    subject: str
    hint: str = ""

    @property
    def name(self) -> str:
        """Unmistakable among all ways, and no openid of the mini-program."""
        return f"{self.way}:{self.subject}"

    def digest(self) -> bytes:
        return digest(derive(PURPOSE), self.name.encode(), sha256)

    def digests(self) -> list[bytes]:
        """Under every secret of the county's, today's first."""
        return [digest(key, self.name.encode(), sha256) for key in derive_each(PURPOSE)]


@dataclass(frozen=True)
class OpenWay:
    """A way that this county has configured."""

    way: Way
    name: str


def open_ways(settings: Settings | None = None) -> list[OpenWay]:
    """The ways to log in at /m/; without any the web application is not there."""
    settings = settings or registry.settings()
    is_open = {
        Way.WECHAT_WEB: bool(settings.wechat_web_app_id),
        Way.OIDC: bool(settings.oidc_issuer),
        Way.SMS: bool(settings.sms_access_key_id),
    }
    names = {**WAY_NAMES, Way.OIDC: settings.oidc_name}
    return [OpenWay(way, names[way]) for way, is_on in is_open.items() if is_on]
