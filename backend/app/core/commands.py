"""What commands of several features take."""

from datetime import date
from typing import Any

import click

from backend.app.core.clock import parse_month


class MonthParam(click.ParamType):
    """A month as YYYY-MM; in Python its first day."""

    name = "month"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Fails with a sentence that shows how a month is written."""
        month = parse_month(value)
        if month is None:
            self.fail("应为月份，如 2026-10", param, ctx)
        return month
