"""Requests are checked as the documents say: signature, time, nonce, every field; then sent."""

import hashlib
import hmac
import json
import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import parse_qsl, quote, urlsplit

KEY_ID, KEY_SECRET, SIGN, TEMPLATE = "LTAI-demo", "demo", "村声", "SMS_100000001"
FIELDS = {"PhoneNumbers", "SignName", "TemplateCode", "TemplateParam"}
OPTIONAL = {"OutId", "SmsUpExtendCode"}
VALID = timedelta(minutes=15)
AUTHORIZATION = re.compile(
    r"ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})"
)
NEEDED = {"host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce",
          "x-acs-version"}  # fmt: skip
Answer = tuple[int, dict[str, Any]]


class Headers(Protocol):
    def get(self, name: str, default: str = "", /) -> str: ...


def refusal(status: int, code: str, message: str = "") -> Answer:
    body = {"Code": code, "Message": message or code, "RequestId": secrets.token_hex(16)}
    return status, body if status == 200 else {**body, "HostId": "dysmsapi.aliyuncs.com"}


@dataclass
class Gateway:
    """What was sent to whom; `codes` are what the next requests are refused with."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    nonces: set[str] = field(default_factory=set)
    codes: list[str] = field(default_factory=list)
    ahead: timedelta = timedelta()

    def last_code(self, number: str) -> str | None:
        return next((code for to, code in reversed(self.sent) if to == number), None)

    def answer(self, address: str, headers: Headers, raw: bytes) -> Answer:
        """One POST, as the gateway answers it."""
        fault = self._fault_of_request(address, headers, raw)
        if fault is not None:
            return fault
        query = parse_qsl(urlsplit(address).query, keep_blank_values=True)
        return self._send(dict(query), len(query))

    def _fault_of_request(self, address: str, headers: Headers, raw: bytes) -> Answer | None:
        parts = AUTHORIZATION.fullmatch(headers.get("Authorization", ""))
        if parts is None:
            return refusal(400, "IncompleteSignature")
        key_id, names, signature = parts.groups()
        if key_id != KEY_ID:
            return refusal(404, "InvalidAccessKeyId.NotFound")
        if not set(names.split(";")) >= NEEDED or names != ";".join(sorted(names.split(";"))):
            return refusal(400, "IncompleteSignature")
        if not hmac.compare_digest(signature, self._signature(address, headers, names, raw)):
            return refusal(400, "SignatureDoesNotMatch")
        return self._fault_of_headers(headers)

    def _signature(self, address: str, headers: Headers, names: str, raw: bytes) -> str:
        parts = urlsplit(address)
        query = "&".join(
            f"{quote(name, safe='~')}={quote(value, safe='~')}"
            for name, value in sorted(parse_qsl(parts.query, keep_blank_values=True))
        )
        signed = "".join(f"{name}:{headers.get(name, '').strip()}\n" for name in names.split(";"))
        payload = hashlib.sha256(raw).hexdigest()
        canonical = "\n".join(["POST", parts.path, query, signed, names, payload])
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        return hmac.digest(KEY_SECRET.encode(), f"ACS3-HMAC-SHA256\n{digest}".encode(),
                           "sha256").hex()  # fmt: skip

    def _fault_of_headers(self, headers: Headers) -> Answer | None:
        try:
            at = datetime.strptime(headers.get("x-acs-date", ""), "%Y-%m-%dT%H:%M:%S%z")
        except ValueError:
            return refusal(400, "InvalidTimeStamp.Format")
        if abs(datetime.now(UTC) + self.ahead - at) > VALID:
            return refusal(400, "InvalidTimeStamp.Expired")
        nonce = headers.get("x-acs-signature-nonce", "")
        if nonce in self.nonces:
            return refusal(400, "SignatureNonceUsed")
        self.nonces.add(nonce)
        if headers.get("x-acs-version") != "2017-05-25":
            return refusal(400, "InvalidVersion")
        if headers.get("x-acs-action") != "SendSms":
            return refusal(404, "InvalidAction.NotFound")
        return None

    def _send(self, query: dict[str, str], count: int) -> Answer:
        if self.codes:
            return refusal(200, self.codes.pop(0))
        for name in sorted(FIELDS - set(query)):
            return refusal(400, f"Missing{name}")
        if count != len(query) or set(query) - FIELDS - OPTIONAL:
            return refusal(200, "isv.INVALID_PARAMETERS")
        if not re.fullmatch(r"1[3-9]\d{9}", query["PhoneNumbers"]):
            return refusal(200, "isv.MOBILE_NUMBER_ILLEGAL")
        if query["SignName"] != SIGN:
            return refusal(200, "isv.SMS_SIGNATURE_ILLEGAL")
        if query["TemplateCode"] != TEMPLATE:
            return refusal(200, "isv.SMS_TEMPLATE_ILLEGAL")
        try:
            values = json.loads(query["TemplateParam"])
        except ValueError:
            return refusal(200, "isv.INVALID_JSON_PARAM")
        if set(values) != {"code"}:
            return refusal(200, "isv.TEMPLATE_MISSING_PARAMETERS")
        self.sent.append((query["PhoneNumbers"], values["code"]))
        body = {"Code": "OK", "Message": "OK", "RequestId": secrets.token_hex(16)}
        return 200, {**body, "BizId": str(len(self.sent))}
