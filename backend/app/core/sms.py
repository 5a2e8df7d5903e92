"""Codes by SMS, through Aliyun's SendSms (2017-05-25), signed as ACS3-HMAC-SHA256.

One attempt: a message that may have left is never sent a second time by us.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC
from urllib.parse import quote, urlsplit

import orjson
import requests
import structlog

from backend.app.core import clock
from backend.app.core.errors import InvalidInput, TooMany, Unavailable
from backend.app.core.settings import Settings

log = structlog.get_logger()
ALGORITHM = "ACS3-HMAC-SHA256"
VERSION, ACTION = "2017-05-25", "SendSms"
CONNECT_SECONDS, READ_SECONDS = 2.0, 5.0
WRONG_NUMBER = frozenset({"isv.MOBILE_NUMBER_ILLEGAL", "isv.MOBILE_COUNT_OVER_LIMIT"})
OFTEN = frozenset({"isv.BUSINESS_LIMIT_CONTROL", "isv.DAY_LIMIT_CONTROL"})


class NumberOften(TooMany):
    code = "sms_often"
    message = "这个号码收的验证码太多了，请过一个小时再试，或用别的办法进来"


class SmsUnavailable(Unavailable):
    code = "sms_unavailable"
    message = "短信暂时发不出去，请过一会儿再试，急事请打 12345"


def signed_headers(
    key_id: str, key_secret: str, address: str, query: Mapping[str, str], headers: Mapping[str, str]
) -> dict[str, str]:
    """The headers with their signature; the body is empty, all lies in the query."""
    names = sorted(headers)
    canonical = "\n".join(
        [
            "POST",
            urlsplit(address).path or "/",
            canonical_query(query),
            *(f"{name}:{headers[name].strip()}" for name in names),
            "",
            ";".join(names),
            headers["x-acs-content-sha256"],
        ]
    )
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.digest(key_secret.encode(), to_sign.encode(), "sha256").hex()
    credential = f"Credential={key_id},SignedHeaders={';'.join(names)},Signature={signature}"
    return {**headers, "Authorization": f"{ALGORITHM} {credential}"}


def canonical_query(query: Mapping[str, str]) -> str:
    """RFC 3986, in the order of the names: signed and sent alike."""
    pairs = sorted(query.items())
    return "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in pairs)


def send_code(settings: Settings, number: str, code: str) -> None:
    """Raises InvalidInput for a number that is none, NumberOften, or SmsUnavailable."""
    query = {
        "PhoneNumbers": number,
        "SignName": settings.sms_sign_name,
        "TemplateCode": settings.sms_template_code,
        "TemplateParam": orjson.dumps({"code": code}).decode(),
    }
    address = f"{settings.sms_api_base}/"
    headers = signed_headers(
        settings.sms_access_key_id, settings.sms_access_key_secret, address, query,
        _headers(urlsplit(address).netloc),
    )  # fmt: skip
    _judge(_answer(f"{address}?{canonical_query(query)}", headers))


def _headers(host: str) -> dict[str, str]:
    return {
        "host": host,
        "x-acs-action": ACTION,
        "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
        "x-acs-date": clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": secrets.token_hex(16),
        "x-acs-version": VERSION,
    }


def _answer(address: str, headers: dict[str, str]) -> str:
    """The code of the answer; refusals of a request come with an HTTP error and the same shape."""
    try:
        response = requests.post(
            address, headers=headers, timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,
        )  # fmt: skip
        body = response.json()
        code = body.get("Code") if isinstance(body, dict) else None
    except (requests.RequestException, ValueError) as error:
        # Its text holds the number.
        log.warning("sms_unreachable", kind=type(error).__name__)
        raise SmsUnavailable from None
    return code if isinstance(code, str) else ""


def _judge(code: str) -> None:
    if code == "OK":
        return
    if code in WRONG_NUMBER:
        raise InvalidInput(errors={"number": ["这个手机号收不到短信，请看看有没有写错"]})
    if code in OFTEN or code.startswith("Throttling"):
        raise NumberOften(retry_after=3600)
    # Balance, key, signature or template: somebody of the county must act.
    log.error("sms_refused", code=code[:60])
    raise SmsUnavailable
