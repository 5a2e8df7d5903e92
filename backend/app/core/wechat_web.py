"""WeChat's own log-in for pages opened in WeChat (网页授权 of a 公众号): the openid alone."""

from urllib.parse import urlencode

import requests
import structlog

from backend.app.core.settings import Settings
from backend.app.core.wechat import (
    BUSY,
    CONNECT_SECONDS,
    LOGIN_CODES,
    QUOTA_CODES,
    READ_SECONDS,
    LoginCodeInvalid,
    WeChatBusy,
    WeChatUnavailable,
)

log = structlog.get_logger()
AUTHORIZE = "https://open.weixin.qq.com/connect/oauth2/authorize"
PATH = "/sns/oauth2/access_token"
# 42003: the code is older than five minutes.
REFUSED = LOGIN_CODES | {42003}


def authorize_address(settings: Settings, back: str, state: str) -> str:
    """Where WeChat asks nothing of the person and comes back with a code."""
    query = urlencode(
        {
            "appid": settings.wechat_web_app_id,
            "redirect_uri": back,
            "response_type": "code",
            "scope": "snsapi_base",
            "state": state,
        }
    )
    return f"{AUTHORIZE}?{query}#wechat_redirect"


def openid_for(settings: Settings, code: str) -> str:
    """The openid behind a code; raises LoginCodeInvalid, WeChatBusy or WeChatUnavailable.

    The access token that comes with it is dropped: nothing else is asked of WeChat.
    """
    answer = _ask(
        f"{settings.wechat_api_base}{PATH}",
        {
            "appid": settings.wechat_web_app_id,
            "secret": settings.wechat_web_app_secret,
            "code": code,
            "grant_type": "authorization_code",
        },
    )
    errcode = answer.get("errcode") or 0
    if errcode in REFUSED:
        raise LoginCodeInvalid
    if errcode in QUOTA_CODES or errcode == BUSY:
        raise WeChatBusy(retry_after=60)
    openid = answer.get("openid")
    if errcode or not isinstance(openid, str) or not openid:
        log.error("wechat_web_refused", errcode=errcode)
        raise WeChatUnavailable
    return openid


def _ask(address: str, query: dict[str, str]) -> dict[str, object]:
    """One exchange; whatever fails, its text may carry the secret, so only its kind goes on."""
    try:
        response = requests.get(
            address, params=query, timeout=(CONNECT_SECONDS, READ_SECONDS), allow_redirects=False
        )
        response.raise_for_status()
        answer = response.json()
    except (requests.RequestException, ValueError) as error:
        log.warning("wechat_web_unreachable", kind=type(error).__name__)
        raise WeChatUnavailable from None
    return answer if isinstance(answer, dict) else {}
