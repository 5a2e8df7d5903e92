"""Settings: one frozen dataclass, read once from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast
from urllib.parse import urlsplit

Environment = Literal["production", "demo", "test", "development"]
ENVIRONMENTS = ("production", "demo", "test", "development")
WECHAT_HOST = "api.weixin.qq.com"
SMS_HOST = "dysmsapi.aliyuncs.com"
DEFAULT_SECRET = "only-for-development"  # noqa: S105  refused in production below
MIN_SECRET_LENGTH = 32
# What only the anonymous application may know (core/anonymous_settings.py).
ANONYMOUS_ONLY = frozenset(
    {"ANONYMOUS_DATABASE_URL", "ANONYMOUS_PEPPER", "ANONYMOUS_RETIRED_PEPPERS"}
)
REPOSITORY = Path(__file__).resolve().parents[3]


class SettingsError(Exception):
    """The environment does not describe a county that may run; says every fault at once."""


@dataclass(frozen=True)
class Settings:
    """Everything the environment decides. See .env.example for what each means."""

    environment: Environment = "development"
    secret_key: str = field(default=DEFAULT_SECRET, repr=False)
    retired_secret_keys: tuple[str, ...] = field(default=(), repr=False)
    database_url: str = field(default="", repr=False)
    redis_url: str = field(default="", repr=False)
    public_host: str = "http://127.0.0.1:8000"
    storage_dir: Path = REPOSITORY / ".local" / "files"
    trace_key_dir: Path = REPOSITORY / ".local" / "trace-keys"
    ballot_key_dirs: tuple[Path, ...] = (REPOSITORY / ".local" / "ballot-keys",)
    anonymous_host: str = ""
    wechat_app_id: str = ""
    wechat_app_secret: str = field(default="", repr=False)
    wechat_api_base: str = f"https://{WECHAT_HOST}"
    wechat_template_ticket_moved: str = ""
    wechat_template_points_changed: str = ""
    wechat_checks_words: bool = True
    wechat_verify_file_name: str = ""
    wechat_verify_file_text: str = ""
    wechat_web_app_id: str = ""
    wechat_web_app_secret: str = field(default="", repr=False)
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)
    oidc_name: str = "统一身份认证"
    sms_access_key_id: str = ""
    sms_access_key_secret: str = field(default="", repr=False)
    sms_sign_name: str = ""
    sms_template_code: str = ""
    sms_api_base: str = f"https://{SMS_HOST}"
    log_level: str = "INFO"
    metrics_token: str = field(default="", repr=False)
    trusted_proxies: int = 0
    security_contacts: tuple[str, ...] = ()
    instance: str = ""
    demo_months: int = 6
    demo_seconds_ahead: int = 0
    retain_ratings_months: int = 24
    retain_audit_months: int = 36
    retain_notices_months: int = 12
    retain_traces_days: int = 1
    retain_import_files_days: int = 7

    @property
    def demo(self) -> bool:
        return self.environment == "demo"

    @property
    def production(self) -> bool:
        return self.environment == "production"

    @property
    def secure_cookies(self) -> bool:
        """Cookies carry Secure wherever the public address is https."""
        return self.production or self.https

    @property
    def https(self) -> bool:
        return self.public_host.startswith("https://")

    @property
    def second_factor_required(self) -> bool:
        """Administrators and exporters need TOTP outside the demo county."""
        return not self.demo

    @property
    def has_web_application(self) -> bool:
        """Whether somebody can log in at /m/."""
        return bool(self.sms_access_key_id or self.wechat_web_app_id or self.oidc_issuer)

    def template_parts(self, key: str) -> list[str]:
        """Of a subscription template: its id, then what the county says of its fields."""
        parts = {
            "ticket_moved": self.wechat_template_ticket_moved,
            "points_changed": self.wechat_template_points_changed,
        }
        return parts.get(key, "").split()

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Reads and checks; raises SettingsError naming each variable at fault."""
        settings = cls(
            environment=read_environment(environ),
            secret_key=environ.get("SECRET_KEY", DEFAULT_SECRET),
            retired_secret_keys=tuple(
                key.strip()
                for key in environ.get("RETIRED_SECRET_KEYS", "").split(",")
                if key.strip()
            ),
            database_url=psycopg_url(environ.get("DATABASE_URL", "")),
            redis_url=environ.get("REDIS_URL", ""),
            public_host=environ.get("PUBLIC_HOST", cls.public_host).rstrip("/"),
            storage_dir=Path(environ.get("STORAGE_DIR", str(cls.storage_dir))),
            trace_key_dir=Path(environ.get("TRACE_KEY_DIR", str(cls.trace_key_dir))),
            ballot_key_dirs=_folders(environ.get("BALLOT_KEY_DIR", ""), cls.ballot_key_dirs),
            anonymous_host=environ.get("ANONYMOUS_HOST", "").rstrip("/"),
            wechat_app_id=environ.get("WECHAT_APP_ID", ""),
            wechat_app_secret=environ.get("WECHAT_APP_SECRET", ""),
            wechat_api_base=environ.get("WECHAT_API_BASE", cls.wechat_api_base).rstrip("/"),
            wechat_template_ticket_moved=environ.get("WECHAT_TEMPLATE_TICKET_MOVED", ""),
            wechat_template_points_changed=environ.get("WECHAT_TEMPLATE_POINTS_CHANGED", ""),
            wechat_checks_words=_switch(environ, "WECHAT_CHECKS_WORDS", "on"),
            wechat_verify_file_name=environ.get("WECHAT_VERIFY_FILE_NAME", ""),
            wechat_verify_file_text=environ.get("WECHAT_VERIFY_FILE_TEXT", ""),
            wechat_web_app_id=environ.get("WECHAT_WEB_APP_ID", ""),
            wechat_web_app_secret=environ.get("WECHAT_WEB_APP_SECRET", ""),
            oidc_issuer=environ.get("OIDC_ISSUER", ""),
            oidc_client_id=environ.get("OIDC_CLIENT_ID", ""),
            oidc_client_secret=environ.get("OIDC_CLIENT_SECRET", ""),
            oidc_name=environ.get("OIDC_NAME") or cls.oidc_name,
            sms_access_key_id=environ.get("SMS_ACCESS_KEY_ID", ""),
            sms_access_key_secret=environ.get("SMS_ACCESS_KEY_SECRET", ""),
            sms_sign_name=environ.get("SMS_SIGN_NAME", ""),
            sms_template_code=environ.get("SMS_TEMPLATE_CODE", ""),
            sms_api_base=environ.get("SMS_API_BASE", cls.sms_api_base).rstrip("/"),
            log_level=environ.get("LOG_LEVEL", "INFO"),
            metrics_token=environ.get("METRICS_TOKEN", ""),
            trusted_proxies=read_whole(environ, "TRUSTED_PROXIES", 0),
            security_contacts=tuple(environ.get("SECURITY_CONTACT", "").split()),
            instance=environ.get("INSTANCE", ""),
            demo_months=read_whole(environ, "DEMO_MONTHS", 6),
            demo_seconds_ahead=read_whole(environ, "DEMO_SECONDS_AHEAD", 0),
            retain_ratings_months=read_whole(environ, "RETAIN_RATINGS_MONTHS", 24),
            retain_audit_months=read_whole(environ, "RETAIN_AUDIT_MONTHS", 36),
            retain_notices_months=read_whole(environ, "RETAIN_NOTICES_MONTHS", 12),
            retain_traces_days=read_whole(environ, "RETAIN_TRACES_DAYS", 1),
            retain_import_files_days=read_whole(environ, "RETAIN_IMPORT_FILES_DAYS", 7),
        )
        faults = settings.faults(environ)
        if faults:
            raise SettingsError("\n".join(faults))
        return settings

    def faults(self, environ: Mapping[str, str]) -> list[str]:
        """Every reason not to start, as sentences."""
        found = [
            f"{name}: 没有设置，系统不知道连到哪里 (not set)"
            for name, value in (("DATABASE_URL", self.database_url), ("REDIS_URL", self.redis_url))
            if not value
        ]
        found += [
            f"SECURITY_CONTACT: {one!r} 须以 mailto:、https:// 或 tel: 开头 (no such address)"
            for one in self.security_contacts
            if not one.startswith(("mailto:", "https://", "tel:"))
        ]
        if self.demo_seconds_ahead and self.environment not in ("demo", "test"):
            found.append("DEMO_SECONDS_AHEAD: 只有演示和测试可以拨快时钟 (demo and test only)")
        found += [
            f"{name}: 不能在 STORAGE_DIR 里面，备份会把它带走 (backed up there)"
            for name, folders in (
                ("TRACE_KEY_DIR", (self.trace_key_dir,)),
                ("BALLOT_KEY_DIR", self.ballot_key_dirs),
            )
            if any(one.resolve().is_relative_to(self.storage_dir.resolve()) for one in folders)
        ]
        found += [sentence for wrong, sentence in self._retention_faults() if wrong]
        found += [
            f"{name}: 没有设置，要填就都填 (all of them or none)"
            for parts in self._ways()
            for name, value in parts
            if not value and any(part for _, part in parts)
        ]
        return found + (self._production_faults(environ) if self.production else [])

    def _ways(self) -> tuple[tuple[tuple[str, str], ...], ...]:
        """What each way to log in without the mini-program is made of."""
        sms = (
            ("SMS_ACCESS_KEY_ID", self.sms_access_key_id),
            ("SMS_ACCESS_KEY_SECRET", self.sms_access_key_secret),
            ("SMS_SIGN_NAME", self.sms_sign_name),
            ("SMS_TEMPLATE_CODE", self.sms_template_code),
        )
        wechat = (
            ("WECHAT_WEB_APP_ID", self.wechat_web_app_id),
            ("WECHAT_WEB_APP_SECRET", self.wechat_web_app_secret),
        )
        oidc = (
            ("OIDC_ISSUER", self.oidc_issuer),
            ("OIDC_CLIENT_ID", self.oidc_client_id),
            ("OIDC_CLIENT_SECRET", self.oidc_client_secret),
        )
        return sms, wechat, oidc

    def _retention_faults(self) -> list[tuple[bool, str]]:
        """The database itself refuses to delete younger audit entries than three years."""
        return [
            (
                self.retain_ratings_months < 13,
                "RETAIN_RATINGS_MONTHS: 不能少于 13 个月，年度考核还要用 (too short)",
            ),
            (
                self.retain_audit_months < 36,
                "RETAIN_AUDIT_MONTHS: 不能少于 36 个月 (too short)",
            ),
            (
                self.retain_notices_months < 1,
                "RETAIN_NOTICES_MONTHS: 不能少于 1 个月 (too short)",
            ),
            (
                min(self.retain_traces_days, self.retain_import_files_days) < 1,
                "RETAIN_TRACES_DAYS, RETAIN_IMPORT_FILES_DAYS: 不能少于 1 天 (too short)",
            ),
        ]

    def _production_faults(self, environ: Mapping[str, str]) -> list[str]:
        host = urlsplit(self.wechat_api_base)
        checks = [
            (
                self.secret_key == DEFAULT_SECRET or len(self.secret_key) < MIN_SECRET_LENGTH,
                f"SECRET_KEY: 正式环境须为 {MIN_SECRET_LENGTH} 位以上的随机串 (missing or default)",
            ),
            (
                self.secret_key in self.retired_secret_keys,
                "RETIRED_SECRET_KEYS: 不能含有现在的 SECRET_KEY (contains the current one)",
            ),
            (not self.wechat_app_id, "WECHAT_APP_ID: 没有设置 (not set)"),
            (not self.wechat_app_secret, "WECHAT_APP_SECRET: 没有设置 (not set)"),
            (
                host.scheme != "https" or host.netloc != WECHAT_HOST,
                f"WECHAT_API_BASE: 正式环境只能是 https://{WECHAT_HOST} (other host refused)",
            ),
            (
                self.sms_api_base != f"https://{SMS_HOST}",
                f"SMS_API_BASE: 正式环境只能是 https://{SMS_HOST} (other host refused)",
            ),
            (
                bool(self.oidc_issuer) and not self.oidc_issuer.startswith("https://"),
                "OIDC_ISSUER: 正式环境须以 https:// 开头 (https required)",
            ),
            (
                not self.public_host.startswith("https://"),
                "PUBLIC_HOST: 正式环境须以 https:// 开头 (https required)",
            ),
            (
                bool(self.anonymous_host) and not self.anonymous_host.startswith("https://"),
                "ANONYMOUS_HOST: 正式环境须以 https:// 开头 (https required)",
            ),
            (
                self.anonymous_host == self.public_host,
                "ANONYMOUS_HOST: 不能和 PUBLIC_HOST 一样，否则浏览器会带上身份 (same host refused)",
            ),
            (
                not environ.get("TRACE_KEY_DIR"),
                "TRACE_KEY_DIR: 没有设置，当天的钥匙不知道放哪里 (not set)",
            ),
            (
                not environ.get("BALLOT_KEY_DIR"),
                "BALLOT_KEY_DIR: 没有设置，票箱的钥匙不知道放哪里 (not set)",
            ),
            (
                not ANONYMOUS_ONLY.isdisjoint(environ),
                "ANONYMOUS_DATABASE_URL, ANONYMOUS_PEPPER: 只给匿名进程，这里不能有 (refused)",
            ),
            (not self.metrics_token, "METRICS_TOKEN: 没有设置，/metrics 会敞开 (not set)"),
            (
                any(name.startswith("DEMO_") for name in environ),
                "DEMO_*: 正式环境不能打开演示开关 (demo switches refused)",
            ),
        ]
        return [sentence for wrong, sentence in checks if wrong]


def read_environment(environ: Mapping[str, str]) -> Environment:
    name = environ.get("APP_ENV", "production")
    if name not in ENVIRONMENTS:
        raise SettingsError(f"APP_ENV: {name!r} 不认识，可选 {'、'.join(ENVIRONMENTS)} (unknown)")
    return cast("Environment", name)


def _switch(environ: Mapping[str, str], name: str, default: str) -> bool:
    text = environ.get(name) or default
    if text not in ("on", "off"):
        raise SettingsError(f"{name}: {text!r} 应为 on 或 off (on or off expected)")
    return text == "on"


def read_whole(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name, str(default))
    if not text.isdecimal():
        raise SettingsError(f"{name}: {text!r} 不是整数 (whole number expected)")
    return int(text)


def _folders(text: str, default: tuple[Path, ...]) -> tuple[Path, ...]:
    """Several with a colon between, as in PATH."""
    return tuple(Path(folder) for folder in text.split(os.pathsep) if folder) or default


def psycopg_url(url: str) -> str:
    """Accepts the usual postgresql:// and postgres:// spellings and names the driver."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url
