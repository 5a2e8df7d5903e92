"""Settings of the anonymous application: its own, and nothing of the county's."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from backend.app.core.settings import (
    Environment,
    SettingsError,
    psycopg_url,
    read_environment,
    read_whole,
)

PEPPER_BYTES = 32
# What the county's processes know. Whoever takes the anonymous process over finds none of it.
COUNTYS = (
    "BALLOT_KEY_DIR", "DATABASE_URL", "METRICS_TOKEN", "REDIS_URL", "RETIRED_SECRET_KEYS",
    "SECRET_KEY", "STORAGE_DIR", "TRACE_KEY_DIR", "WECHAT_APP_SECRET",
)  # fmt: skip


@dataclass(frozen=True)
class AnonymousSettings:
    """Everything its environment decides; the peppers are raw bytes, today's first."""

    environment: Environment = "development"
    database_url: str = field(default="", repr=False)
    peppers: tuple[bytes, ...] = field(default=(), repr=False)
    host: str = ""
    log_level: str = "INFO"
    demo_seconds_ahead: int = 0

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "AnonymousSettings":
        """Reads and checks; raises SettingsError naming each variable at fault."""
        faults: list[str] = []
        retired = environ.get("ANONYMOUS_RETIRED_PEPPERS", "").split(",")
        settings = cls(
            environment=read_environment(environ),
            database_url=psycopg_url(environ.get("ANONYMOUS_DATABASE_URL", "")),
            peppers=(
                _pepper("ANONYMOUS_PEPPER", environ.get("ANONYMOUS_PEPPER", ""), faults),
                *(
                    _pepper("ANONYMOUS_RETIRED_PEPPERS", one.strip(), faults)
                    for one in retired
                    if one.strip()
                ),
            ),
            host=environ.get("ANONYMOUS_HOST", "").rstrip("/"),
            log_level=environ.get("LOG_LEVEL", "INFO"),
            demo_seconds_ahead=read_whole(environ, "DEMO_SECONDS_AHEAD", 0),
        )
        faults += settings.faults(environ)
        if faults:
            raise SettingsError("\n".join(faults))
        return settings

    def faults(self, environ: Mapping[str, str]) -> list[str]:
        """Every reason not to start, as sentences."""
        found = [
            f"{name}: 这是县里进程的设置，匿名进程里不能有，请从它的环境里拿掉 (refused here)"
            for name in COUNTYS
            if name in environ
        ]
        if not self.database_url:
            found.append("ANONYMOUS_DATABASE_URL: 没有设置，匿名入口不能启动 (not set)")
        if self.environment == "production" and not self.host.startswith("https://"):
            found.append("ANONYMOUS_HOST: 正式环境须以 https:// 开头 (https required)")
        if self.demo_seconds_ahead and self.environment not in ("demo", "test"):
            found.append("DEMO_SECONDS_AHEAD: 只有演示和测试可以拨快时钟 (demo and test only)")
        return found


def _pepper(name: str, text: str, faults: list[str]) -> bytes:
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != PEPPER_BYTES:
        faults.append(f"{name}: 须为 {PEPPER_BYTES * 2} 位十六进制随机串 (missing or malformed)")
    return found
