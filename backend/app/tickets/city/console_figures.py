"""城管四项: discovery, handling, how many a month and how long, before and after."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from flask import Response, redirect, render_template
from flask import url_for as address_of

from backend.app.access import Permission, has_permission
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError
from backend.app.core.web import boxes
from backend.app.core.web.downloads import send_book
from backend.app.core.web.forms import Form, Query, typed
from backend.app.core.web.guards import actor, guard, own_county
from backend.app.places.queries import region_path
from backend.app.tickets.blueprints import console as blueprint
from backend.app.tickets.city import operations as city
from backend.app.tickets.city.figure_book import write_figures
from backend.app.tickets.city.figures import CityFigures, figures_of
from backend.app.tickets.city.queries import baseline_of
from backend.app.tickets.models import CityBaseline

BASELINE = "baseline"
TIMES = Query.of(
    before=boxes.Choice([BASELINE, "data"], otherwise=""), before_from=boxes.Month(),
    before_to=boxes.Month(), after_from=boxes.Month(), after_to=boxes.Month(),
)  # fmt: skip
RATE = boxes.Amount("应为 0 到 100 的数", places=2, most=100, missing="请填写")
FIGURE = boxes.Amount("应为数字", places=2, most=9_999_999, missing="请填写")
ENTERED = Form.of(
    discovery_rate=RATE, handling_rate=RATE, handled_a_month=FIGURE, handling_hours=FIGURE,
    time_words=boxes.Text(40), source=boxes.Text(100),
)  # fmt: skip
FIGURES = ("discovery_rate", "handling_rate", "handled_a_month", "handling_hours")


class FourthPart(NamedTuple):
    """One of the four numbers: before and after, and how many each is counted from."""

    name: str
    unit: str
    before: Decimal | None
    before_n: str
    after: Decimal | None
    after_n: str


@dataclass(frozen=True)
class Comparison:
    """The page: two times and the four numbers of each."""

    after: tuple[date, date]
    before: tuple[date, date] | None
    before_words: str
    parts: tuple[FourthPart, ...]

    @property
    def after_words(self) -> str:
        return _words(self.after)


def _words(months: tuple[date, date]) -> str:
    first, last = (f"{month.year}年{month.month}月" for month in months)
    return first if first == last else f"{first}—{last}"


def _compared(county: int) -> Comparison:
    asked = TIMES.read()
    last = asked["after_to"] or clock.today().replace(day=1)
    first = min(asked["after_from"] or date(last.year, 1, 1), last)
    after = figures_of(county, first, last)
    baseline = baseline_of(county)
    if asked["before"] != "data" and baseline is not None:
        words = f"{baseline.time_words}（{baseline.source}）"
        return Comparison((first, last), None, words, _parts(_entered(baseline), after))
    before_last = asked["before_to"] or clock.previous_month(first)
    before_first = min(asked["before_from"] or date(before_last.year, 1, 1), before_last)
    before = figures_of(county, before_first, before_last)
    span = (before_first, before_last)
    return Comparison((first, last), span, _words(span), _parts(_counted(before), after))


Side = dict[str, tuple[Decimal | None, str]]


def _counted(figures: CityFigures) -> Side:
    return {
        "discovery_rate": (figures.discovery_rate, f"{figures.seen}/{figures.cases} 件"),
        "handling_rate": (figures.handling_rate, f"{figures.handled}/{figures.cases} 件"),
        "handled_a_month": (
            figures.handled_a_month, f"{figures.handled_in_time_span} 件，{figures.months} 个月",
        ),
        "handling_hours": (figures.hours, f"{figures.cases} 件的中位数"),
    }  # fmt: skip


def _entered(baseline: CityBaseline) -> Side:
    return {name: (getattr(baseline, name), "录入") for name in FIGURES}


def _parts(before: Side, after: CityFigures) -> tuple[FourthPart, ...]:
    now = _counted(after)
    named = (("发现率", "%"), ("处置率", "%"), ("月均处置", "件"), ("处置时长", "小时"))
    return tuple(
        FourthPart(name, unit, *before[code], *now[code])
        for code, (name, unit) in zip(FIGURES, named, strict=True)
    )


def _county() -> int:
    """A township's and a department's staff read the county's figures, too."""
    return region_path(own_county(Permission.SEE_TICKETS))[-1]


def _page(error: DomainError | None = None) -> tuple[str, int]:
    county = _county()
    page = render_template(
        "tickets/city_figures.html",
        compared=_compared(county), baseline=baseline_of(county), error=error,
        may_enter_before=has_permission(actor(), Permission.MANAGE_TICKET_RULES),
    )  # fmt: skip
    return page, 422 if error else 200


@blueprint.get("/city")
@guard(Permission.SEE_TICKETS)
def show_city() -> tuple[str, int]:
    """The four numbers of one time beside those of another."""
    return _page()


@blueprint.get("/city.xlsx")
@guard(Permission.SEE_TICKETS)
def download_city() -> Response:
    compared = _compared(_county())
    return send_book(
        write_figures(compared.before_words, compared.after_words, compared.parts),
        f"城管四项 {compared.after_words}.xlsx",
    )


@blueprint.post("/city")
@guard(Permission.MANAGE_TICKET_RULES)
def save_city_baseline() -> Any:
    """The four numbers before the system, with their source."""
    county = own_county(Permission.MANAGE_TICKET_RULES)
    try:
        form = ENTERED.read()
        with transaction():
            city.keep_baseline(
                actor(), county, {name: form[name] for name in FIGURES}, form["time_words"],
                form["source"],
            )  # fmt: skip
    except DomainError as refused:
        return _page(refused)
    return redirect(address_of("tickets_console.show_city", after_from=typed.get("after_from")))
