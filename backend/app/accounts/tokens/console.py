"""接口令牌 in the console: made (shown once), counted, revoked."""

from datetime import date

from flask import render_template
from flask import url_for as address_of
from werkzeug import Response
from werkzeug.utils import redirect

from backend.app.access import Permission, regions_of
from backend.app.accounts.blueprints import console as blueprint
from backend.app.accounts.tokens import operations as api_tokens
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError
from backend.app.core.web import boxes
from backend.app.core.web.forms import form_args, query_args
from backend.app.core.web.guards import CALLS_A_MINUTE, TokenScope, actor, guard
from backend.app.core.web.http import status_of
from backend.app.places.queries import region_names


def _page(
    made: api_tokens.Made | None = None, error: DomainError | None = None, revoked: str = ""
) -> str:
    counties = sorted(regions_of(actor(), Permission.MANAGE_API_TOKENS))
    tokens = [token for county_id in counties for token in api_tokens.list_tokens(county_id)]
    return render_template(
        "accounts/tokens.html",
        made=made, error=error, tokens=tokens, names=region_names(counties),
        makers=api_tokens.makers(tokens), today=clock.today(), calls=CALLS_A_MINUTE,
        longest=clock.today() + api_tokens.LONGEST_LIFE, revoked=revoked,
        scopes=api_tokens.SCOPE_NAMES,
    )  # fmt: skip


@blueprint.get("/tokens")
@guard(Permission.MANAGE_API_TOKENS)
@query_args(revoked=boxes.Text())
def list_tokens(revoked: str) -> str:
    """All tokens of the reader's counties, with how often each was used."""
    return _page(revoked=revoked)


@blueprint.post("/tokens")
@guard(Permission.MANAGE_API_TOKENS)
@form_args(
    county=boxes.Id(otherwise=0), name=boxes.Text(), ends_on=boxes.Day(otherwise=None),
    scope=boxes.Choice(list(TokenScope), otherwise=TokenScope.READ_SCORES),
)  # fmt: skip
def create_token(
    county: int, name: str, ends_on: date | None, scope: TokenScope
) -> tuple[str, int]:
    """The new token stands on this one answer and nowhere else."""
    try:
        with transaction():
            made = api_tokens.create_token(actor(), county, name, ends_on, scope)
    except DomainError as refused:
        return _page(error=refused), status_of(refused)
    return _page(made), 200


@blueprint.post("/tokens/<int:token_id>/revoke")
@guard(Permission.MANAGE_API_TOKENS)
def revoke_token(token_id: int) -> Response:
    with transaction():
        api_tokens.revoke_token(actor(), token_id)
    return redirect(address_of("accounts_console.list_tokens", revoked=1), 303)
