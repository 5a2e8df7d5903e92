"""Codes for a few minutes in Redis: of a message, of a proof, and for joining two ways.

Redis holds digests and sealed words: who reads it can neither log in nor name anybody.
"""

import secrets
from hashlib import sha256
from hmac import compare_digest, digest

import orjson

from backend.app.accounts.identities.ways import Proven
from backend.app.accounts.states import Way
from backend.app.core.encryption import derive, seal, unseal
from backend.app.core.queue import redis_client

PREFIX = "web:"
PURPOSE = "login_code"
SMS_SECONDS, PROOF_SECONDS, LINK_SECONDS = 300, 300, 600
TRIES = 5
# Counts a try; the code goes with the last one.
TRY = """
local code = redis.call('HGET', KEYS[1], 'code')
if not code then return false end
if redis.call('HINCRBY', KEYS[1], 'tries', 1) >= tonumber(ARGV[1]) then
  redis.call('DEL', KEYS[1])
end
return code
"""


def new_digits(count: int) -> str:
    return "".join(secrets.choice("0123456789") for _ in range(count))


def keep_sms_code(number: str, code: str) -> None:
    """The newest code of a number is the only one."""
    key = key_of("sms", number)
    pipeline = redis_client().pipeline(transaction=True)
    pipeline.delete(key)
    pipeline.hset(key, mapping={"code": _digest(f"{number}:{code}"), "tries": 0})
    pipeline.expire(key, SMS_SECONDS)
    pipeline.execute()


def drop_sms_code(number: str) -> None:
    redis_client().delete(key_of("sms", number))


def is_sms_code(number: str, code: str) -> bool:
    """Right once; wrong five times and the code is worth nothing."""
    key = key_of("sms", number)
    result = redis_client().eval(TRY, 1, key, TRIES)
    if not result or not compare_digest(_text(result), _digest(f"{number}:{code}")):
        return False
    # Whoever takes it away was the one; after the fifth try it is away already.
    redis_client().delete(key)
    return bool(redis_client().set(f"{key}:{_text(result)}", 1, nx=True, ex=SMS_SECONDS))


def issue_proof(proven: Proven) -> str:
    """What the web application hands to POST /sessions, as the mini-program does wx.login's."""
    code = PREFIX + secrets.token_urlsafe(32)
    content = orjson.dumps([proven.way.value, proven.subject, proven.hint])
    redis_client().set(key_of("proof", code), seal(PURPOSE, content).hex(), ex=PROOF_SECONDS)
    return code


def read_proof(code: str) -> Proven | None:
    """Who is behind a proof that has not been used yet."""
    return _proven(redis_client().get(key_of("proof", code)))


def use_proof(code: str) -> Proven | None:
    """The same, once."""
    return _proven(redis_client().getdel(key_of("proof", code)))


def issue_link(person_id: int) -> str:
    """Eight digits for joining a new way to this person; the last ones asked for count."""
    code = new_digits(8)
    client = redis_client()
    before = client.getset(key_of("link_of", str(person_id)), key_of("link", code))
    client.expire(key_of("link_of", str(person_id)), LINK_SECONDS)
    if before:
        client.delete(_text(before))
    client.set(key_of("link", code), person_id, ex=LINK_SECONDS)
    return code


def use_link(code: str) -> int | None:
    """Whose code it is, once."""
    result = redis_client().getdel(key_of("link", code))
    return int(result) if result else None


def _proven(sealed: bytes | str | None) -> Proven | None:
    if not sealed:
        return None
    way, subject, hint = orjson.loads(unseal(PURPOSE, bytes.fromhex(_text(sealed))))
    return Proven(Way(way), subject, hint)


def key_of(kind: str, name: str) -> str:
    return f"login:{kind}:{_digest(name)}"


def _digest(text: str) -> str:
    return digest(derive(PURPOSE), text.encode(), sha256).hex()


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
