"""What a reader's address asks a score page for."""

from collections.abc import Collection
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import request

from backend.app.core import clock
from backend.app.core.errors import InvalidInput
from backend.app.scorecards import queries


def asked_month(scope: Collection[int]) -> tuple[date, list[date]]:
    """The month asked for, or the newest there is; and all there are."""
    months = queries.list_months(scope)
    asked = request.args.get("month")
    if asked:
        return read_month(asked), months
    return (months[0] if months else clock.month_of(clock.today())), months


def read_month(text: str | None) -> date:
    """Raises InvalidInput for what is no month, or has not begun."""
    month = clock.parse_month(text)
    if month is None:
        raise InvalidInput(errors={"month": ["应为月份,如 2026-10"]})
    queries.check_month(month)
    return month


def turned(**changes: Any) -> str:
    """This page's address with some of its filters changed: addresses can be sent to colleagues."""
    kept = {name: value for name, value in request.args.items() if value}
    asked = {k: v for k, v in {**kept, **changes}.items() if v not in (None, "")}
    return f"{request.path}?{urlencode(asked)}"
