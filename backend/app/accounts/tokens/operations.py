"""接口令牌: another system reads a county's published scores with one; made, used, revoked."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from backend.app.access import Actor, Permission, may
from backend.app.accounts.models import ApiToken, Person
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import autocommit, db
from backend.app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from backend.app.core.web.guards import Bearer, TokenScope
from backend.app.places.queries import get_place, region_path

PREFIX = "vv_"
LONGEST_LIFE = timedelta(days=366)
LONGEST_NAME = 40
SCOPE_NAMES: dict[str, str] = {
    TokenScope.READ_SCORES: "各村得分", TokenScope.READ_RESULTS: "考核结果",
}  # fmt: skip
MOST = 20
# Found and counted in one statement: a token that is over or revoked counts no use.
USE = """
    UPDATE api_token SET uses = uses + 1, last_used_at = %(at)s
    WHERE digest = %(digest)s AND revoked_at IS NULL AND ends_on >= %(today)s
    RETURNING id, county_id, scope
"""


class TooManyTokens(Conflict):
    code = "too_many_tokens"
    message = f"一个县最多 {MOST} 个在用的令牌，请先撤销不用的"


@dataclass(frozen=True)
class Made:
    """A new token; `plain` is shown once and stored nowhere."""

    id: int
    name: str
    plain: str


def digest_of(plain: str) -> bytes:
    """256 random bits need no slow hash."""
    return hashlib.sha256(plain.encode()).digest()


def create_token(
    actor: Actor, county_id: int, name: str, ends_on: date | None,
    scope: TokenScope = TokenScope.READ_SCORES,
) -> Made:  # fmt: skip
    """Reads what this county has published of one kind until a day, both included."""
    if not may(actor, Permission.MANAGE_API_TOKENS, region_path(county_id)):
        raise NotAllowed
    if get_place(county_id).level != "county":
        raise InvalidInput(errors={"county": ["请选县"]})
    name, today = name.strip(), clock.today()
    if not 0 < len(name) <= LONGEST_NAME:
        raise InvalidInput(errors={"name": [f"请写给哪个系统用，最多 {LONGEST_NAME} 字"]})
    if ends_on is None or not today < ends_on <= today + LONGEST_LIFE:
        raise InvalidInput(errors={"ends_on": ["到期日应在明天到一年之内"]})
    if len([one for one in list_tokens(county_id) if one.is_open(today)]) >= MOST:
        raise TooManyTokens
    plain = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(
        county_id=county_id, name=name, digest=digest_of(plain), scope=scope.value,
        ends_on=ends_on, created_at=clock.now(), created_by_id=actor.person_id,
    )  # fmt: skip
    db.session.add(token)
    db.session.flush()
    record("create_api_token", actor.person_id, "api_token", token.id, name=name,
           county_id=county_id, ends_on=f"{ends_on}", scope=scope.value)  # fmt: skip
    return Made(token.id, name, plain)


def revoke_token(actor: Actor, token_id: int) -> ApiToken:
    """From the next request on it opens nothing; revoking twice changes nothing."""
    token = db.session.get(ApiToken, token_id, with_for_update=True)
    if token is None:
        raise NotFound("没有这个令牌")
    if not may(actor, Permission.MANAGE_API_TOKENS, region_path(token.county_id)):
        raise NotAllowed
    if token.revoked_at is None:
        token.revoked_at, token.revoked_by_id = clock.now(), actor.person_id
        record("revoke_api_token", actor.person_id, "api_token", token.id, name=token.name)
    return token


def list_tokens(county_id: int) -> list[ApiToken]:
    """The newest first; revoked ones stay in sight."""
    query = select(ApiToken).where(ApiToken.county_id == county_id)
    return list(db.session.scalars(query.order_by(ApiToken.id.desc())))


def makers(tokens: list[ApiToken]) -> dict[int, str]:
    """Who made them, by id."""
    ids = {token.created_by_id for token in tokens}
    rows: Any = db.session.execute(
        select(Person.id, Person.display_name).where(Person.id.in_(ids))
    )  # fmt: skip
    return dict(iter(rows))


def use_token(plain: str) -> Bearer | None:
    """Counts the use and says what the token opens; None for one that opens nothing."""
    if not plain.startswith(PREFIX):
        return None
    values = {"digest": digest_of(plain), "at": clock.now(), "today": clock.today()}
    with autocommit() as connection:
        row = connection.execute(USE, values).fetchone()
    if row is None:
        return None
    token_id, county_id, scope = row
    return Bearer(token_id, county_id, TokenScope(scope))
