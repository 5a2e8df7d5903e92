"""WeChat's server, through wechatpy made fit for a public service.

Stock wechatpy 1.8.18 retries a bad token without end, knows no timeouts, lets every process fetch
its own token and puts secrets into exception texts. This subclass asks for a stable token under one
Redis lock, bounds time and retries, and lets nothing out of here but our own errors; wechatpy's own
interfaces (`client.wxa` and the others) go the same way.
"""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import orjson
import redis
import requests
import structlog
from flask import current_app
from urllib3.exceptions import MaxRetryError
from wechatpy import WeChatClient
from wechatpy.session.redisstorage import RedisStorage

from backend.app.core.errors import NotAllowed, NotLoggedIn, TooMany, Unavailable
from backend.app.core.settings import WECHAT_HOST, Settings

log = structlog.get_logger()
CONNECT_SECONDS, READ_SECONDS = 2.0, 4.0
LOCK_SECONDS, WAIT_SECONDS, POLL_SECONDS = 10, 6.0, 0.05
EARLY_SECONDS = 300
BUSY_ATTEMPTS, BUSY_PAUSE = 3, 0.2

BUSY = -1
TOKEN_CODES = frozenset({40001, 40014, 42001})
LOGIN_CODES = frozenset({40029, 40163, 41008})
QUOTA_CODES = frozenset({45009, 45011})
RISKY = 40226
NOT_SUBSCRIBED = 43101
# Of msg_sec_check: found by version 1; version 2 asks of nobody who was long away.
RISKY_WORDS, NOT_SEEN_LATELY = 87014, 61010
# Openid, template, page or a field is wrong: asking again would be answered alike.
MESSAGE_CODES = frozenset(
    {40003, 40037, 41030, 43104, 43107, 45168, 47003, RISKY_WORDS, NOT_SEEN_LATELY}
)
CHECK_WORDS = "/wxa/msg_sec_check"
SUGGESTIONS = ("pass", "review", "risky")
RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end"


class LoginCodeInvalid(NotLoggedIn):
    code = "login_code_invalid"
    message = "微信登录没有成功，请退出小程序再进一次"


class RiskyAccount(NotAllowed):
    code = "wechat_risky"
    message = "微信认为这个账号有风险，暂时不能登录。请打 12345 反映"


class WeChatBusy(TooMany):
    """A quota is used up; nothing was done."""

    code = "wechat_busy"
    message = "现在用的人太多，请过一分钟再试"
    errcode: int | None = None


class WeChatUnavailable(Unavailable):
    """What was asked was not done, and may be asked again."""

    code = "wechat_unavailable"
    message = "微信那边暂时连不上，请过一会儿再试"
    errcode: int | None = None


class WeChatUnanswered(WeChatUnavailable):
    """The call went out and no readable answer came: what was asked may have been done."""


class MessageRefused(Unavailable):
    """WeChat will not take this message, now or later."""

    code = "message_refused"
    message = "微信没有收下这条提醒"

    def __init__(self, errcode: int) -> None:
        super().__init__()
        self.errcode = errcode


class NotSubscribed(MessageRefused):
    """The reader allowed no message, or the one that was allowed has been sent."""

    code = "not_subscribed"


class ForeignHost(NotAllowed):
    """An interface of another server, which knows neither our limits nor our token."""

    code = "foreign_host"
    message = "只能连接微信的接口"


@dataclass(frozen=True)
class TextVerdict:
    """What WeChat finds in a text: whether somebody should read it, what it is taken for."""

    passed: bool
    label: int | None = None
    trace_id: str = ""


class _BadToken(Exception):
    """WeChat did not take the access token."""


class WeChat(WeChatClient):
    """One client for each process; threads may share it."""

    def __init__(
        self,
        app_id: str,
        app_secret: str,
        client: redis.Redis,
        base: str,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        storage = RedisStorage(client, prefix="wechat")
        super().__init__(
            app_id, app_secret, session=storage, auto_retry=False,
            timeout=(CONNECT_SECONDS, read_seconds),
        )  # fmt: skip
        self._base = base.rstrip("/")
        self._redis = client

    def openid_for(self, login_code: str) -> str:
        """Exchanges wx.login's code; the session key is dropped, we never need it."""
        answer = self._ask(
            "get",
            "/sns/jscode2session",
            params={
                "appid": self.appid,
                "secret": self.secret,
                "js_code": login_code,
                "grant_type": "authorization_code",
            },
        )
        openid = answer.get("openid")
        if not isinstance(openid, str) or not openid:
            raise self._refused("/sns/jscode2session", None)
        return openid

    def call(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Posts to an interface that wants an access token."""
        answer: dict[str, Any] = self._with_token("post", path, {"data": body})
        return answer

    def _request(self, method: str, url_or_endpoint: str, **options: Any) -> Any:
        """Whatever wechatpy's own interfaces ask: at our address, in our time, with our token."""
        given = options.pop("api_base_url", self.API_BASE_URL)
        process = options.pop("result_processor", None)
        options.pop("timeout", None)
        answer = self._with_token(method, self._path_of(given, url_or_endpoint), options)
        return process(answer) if process else answer

    def _path_of(self, given: str, endpoint: str) -> str:
        """The path at WeChat's server; raises ForeignHost for any other server's."""
        whole = endpoint if endpoint.startswith(("http://", "https://")) else given + endpoint
        parts = urlsplit(whole)
        if parts.scheme != "https" or parts.netloc != WECHAT_HOST:
            raise ForeignHost
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    def _with_token(self, method: str, path: str, options: dict[str, Any]) -> Any:
        """One call with the shared token; one retry with a newer one."""
        given = dict(options.get("params") or {})
        for attempt in (1, 2):
            try:
                token = self.current_token()
            except (WeChatUnanswered, redis.RedisError):
                # Without a token nothing has been asked for yet.
                raise WeChatUnavailable from None
            try:
                params = {**given, "access_token": token}
                return self._ask(method, path, **{**options, "params": params})
            except _BadToken:
                self._forget_token(token)
                if attempt == 2:
                    raise self._refused(path, 40001) from None
        raise self._refused(path, 40001)

    def server_time(self) -> datetime | None:
        """What time it is at WeChat's; None where nobody answers."""
        try:
            answer = self._http.request(
                "HEAD", self._base, timeout=self.timeout, allow_redirects=False
            )
            return parsedate_to_datetime(answer.headers["Date"])
        except (requests.RequestException, KeyError, ValueError):
            return None

    def send_subscription(
        self, openid: str, template_id: str, page: str | None, data: Mapping[str, str]
    ) -> None:
        """One subscription message.

        Raises NotSubscribed or MessageRefused (never try again), WeChatUnanswered (it may have
        arrived), WeChatBusy or WeChatUnavailable (it has not, try later).
        """
        body: dict[str, Any] = {
            "touser": openid,
            "template_id": template_id,
            "data": {key: {"value": value} for key, value in data.items()},
        }
        if page:
            body["page"] = page.lstrip("/")
        self.call("/cgi-bin/message/subscribe/send", body)

    def check_words(self, openid: str, scene: int, words: str) -> TextVerdict:
        """msg_sec_check, version 2: what somebody wrote, under whose openid.

        Raises MessageRefused (never ask again), WeChatBusy or WeChatUnavailable (ask later).
        """
        body = {"version": 2, "openid": openid, "scene": scene, "content": words}
        try:
            answer = self.call(CHECK_WORDS, body)
        except MessageRefused as refused:
            if refused.errcode != RISKY_WORDS:
                raise
            return TextVerdict(passed=False)
        result = answer.get("result")
        if not isinstance(result, dict) or result.get("suggest") not in SUGGESTIONS:
            raise self._refused(CHECK_WORDS, None)
        label, trace_id = result.get("label"), answer.get("trace_id")
        return TextVerdict(
            result["suggest"] == "pass",
            label if isinstance(label, int) else None,
            trace_id[:60] if isinstance(trace_id, str) else "",
        )

    @property
    def access_token(self) -> str:
        return self.current_token()

    def fetch_access_token(self) -> dict[str, Any]:
        """The shared token; a new one is asked for only when there is none."""
        return {"access_token": self.current_token()}

    def current_token(self) -> str:
        """The shared token; whoever holds the lock fetches, the others wait for what it finds."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            token = self.session.get(self.access_token_key)
            if token:
                return str(token)
            mine = secrets.token_hex(8)
            if self._redis.set(self._lock, mine, nx=True, ex=LOCK_SECONDS):
                try:
                    return self._token_under_lock()
                finally:
                    self._redis.eval(RELEASE, 1, self._lock, mine)
            time.sleep(POLL_SECONDS)
        raise WeChatUnavailable

    def _token_under_lock(self) -> str:
        # Somebody may have fetched it between our look and our lock.
        token = self.session.get(self.access_token_key)
        return str(token) if token else self._fetch_stable_token()

    def _fetch_stable_token(self) -> str:
        answer = self._ask(
            "post",
            "/cgi-bin/stable_token",
            data={
                "grant_type": "client_credential",
                "appid": self.appid,
                "secret": self.secret,
                "force_refresh": False,
            },
        )
        token, lifetime = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(lifetime, int):
            raise self._refused("/cgi-bin/stable_token", None)
        self.session.set(self.access_token_key, token, max(60, lifetime - EARLY_SECONDS))
        return token

    def _forget_token(self, token: str) -> None:
        """Unless somebody has already replaced it."""
        if self.session.get(self.access_token_key) == token:
            self.session.delete(self.access_token_key)

    @property
    def _lock(self) -> str:
        return f"wechat:{self.appid}:token_lock"

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        """One call, repeated a few times while WeChat says it is busy; a picture as it came."""
        for attempt in range(1, BUSY_ATTEMPTS + 1):
            answer = self._send(method, path, options)
            if isinstance(answer, requests.Response):
                return answer
            code = answer.get("errcode") or 0
            if not isinstance(code, int):
                raise self._refused(path, None)
            if code != BUSY:
                break
            time.sleep(BUSY_PAUSE * attempt)
        if code == 0:
            return answer
        if code in TOKEN_CODES and "access_token" in options.get("params", {}):
            raise _BadToken
        raise self._refused(path, code)

    def _send(
        self, method: str, path: str, options: dict[str, Any]
    ) -> dict[str, Any] | requests.Response:
        """Whatever goes wrong on the way, its text may carry secrets: only its kind goes on."""
        failure, refused = "not_an_object", False
        try:
            answer = self._exchange(method, f"{self._base}{path}", options)
        except (requests.RequestException, ValueError) as error:
            failure, refused = type(error).__name__, _surely_not_done(error)
        else:
            if isinstance(answer, dict | requests.Response):
                return answer
        log.warning("wechat_unreachable", path=path, kind=failure)
        raise WeChatUnavailable if refused else WeChatUnanswered

    def _exchange(self, method: str, address: str, options: dict[str, Any]) -> Any:
        """The decoded body of one HTTP exchange; the answer itself where it is a picture."""
        sent = dict(options)
        if isinstance(sent.get("data"), dict):
            # json= would write \\uXXXX, which WeChat counts and checks as it stands.
            sent["data"] = orjson.dumps(sent["data"])
        response = self._http.request(
            method, address, timeout=self.timeout, allow_redirects=False, **sent
        )
        response.raise_for_status()
        if response.headers.get("Content-Type", "").startswith("image/"):
            return response
        return response.json()

    def _refused(self, path: str, code: int | None) -> Exception:
        if code in LOGIN_CODES:
            return LoginCodeInvalid()
        if code == RISKY:
            return RiskyAccount()
        if code == NOT_SUBSCRIBED:
            return NotSubscribed(code)
        if code in MESSAGE_CODES:
            return MessageRefused(code)
        if code in QUOTA_CODES:
            busy = WeChatBusy(retry_after=60)
            busy.errcode = code
            return busy
        # Wrong app id, secret, address list or parameters: somebody of the county must act.
        log.error("wechat_refused", path=path, errcode=code)
        unavailable = WeChatUnanswered() if code is None else WeChatUnavailable()
        unavailable.errcode = code
        return unavailable


def _surely_not_done(error: Exception) -> bool:
    """No connection came about (urllib3 says MaxRetryError), or WeChat answered that it failed."""
    return isinstance(error, requests.HTTPError) or any(
        isinstance(cause, MaxRetryError) for cause in error.args
    )


def template_id(key: str) -> str:
    """The id WeChat gave the county's template, or "" where it has none."""
    return next(iter(template_parts(key)), "")


def template_parts(key: str) -> list[str]:
    """Its id and what the county says of its fields, as it stands in the environment."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.template_parts(key)


def wechat_client() -> WeChat:
    """The application's client."""
    app = current_app
    client: WeChat | None = app.extensions.get("wechat")
    if client is None:
        settings: Settings = app.config["SETTINGS"]
        client = WeChat(
            settings.wechat_app_id,
            settings.wechat_app_secret,
            app.extensions["redis"],
            settings.wechat_api_base,
        )
        client = app.extensions.setdefault("wechat", client)
    return client
