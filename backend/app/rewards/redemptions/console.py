"""兑换: who fetched what, what looks odd, goods brought back, and what villages were told."""

from datetime import date
from typing import Any

from flask import redirect
from flask import url_for as address_of

from backend.app.access import Permission, has_permission, regions_of
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput, NotAllowed
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form, Query, form_args, read_id
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page
from backend.app.points.blueprints import console as blueprint
from backend.app.points.forms import person_numbered
from backend.app.rewards import counter_anomalies, publication_queries, publications
from backend.app.rewards.redemptions import handover, list_queries
from backend.app.rewards.redemptions.operations import masked
from backend.app.rewards.redemptions.queries import STATE_NAMES
from backend.app.rewards.shops import queries as shop_queries

STATES = {**STATE_NAMES, "reserved": "等着领"}
MONTH = Query.of(month=boxes.Month())
REDEMPTIONS = Query.of(
    month=boxes.Month(), state=boxes.Choice(STATES, otherwise=""), person=boxes.Text(),
    keeper=boxes.Text(), shop=boxes.Id(otherwise=0), page=boxes.Page(),
)  # fmt: skip
PUBLISHED = Form.of(month=boxes.Month(missing="请选月份"))


@blueprint.get("/redemptions")
@guard(Permission.SEE_REDEMPTIONS)
def show_redemptions() -> Any:
    return _redemptions_page()


def _redemptions_page(error: DomainError | None = None) -> Any:
    query, me = REDEMPTIONS.read(), actor()
    within = regions_of(me, Permission.SEE_REDEMPTIONS)
    month = query["month"] or clock.month_of(clock.today())
    # Of one person, only for those who look after that person's points.
    named = has_permission(me, Permission.CONFIRM_DEEDS)
    person = query["person"] if named else ""
    asked = list_queries.filter_values(
        within, month, query["state"], query["shop"],
        person_numbered(query["keeper"]) or 0, person_numbered(person) or 0,
    )  # fmt: skip
    return render_page(
        "rewards/redemptions.html", error,
        lines=list_queries.list_redemptions(asked, query["page"]),
        sums=list_queries.count_redemptions(asked),
        patterns=counter_anomalies.find_patterns(within, month, named), asked=asked, month=month,
        page=query["page"], named=named, person=person, keeper=query["keeper"],
        size=list_queries.PAGE, states=STATES, masked=masked,
        shops=shop_queries.shops_within(within), months=_months(),
        returns=has_permission(me, Permission.HAND_OUT_REWARDS),
    )  # fmt: skip


def _months() -> list[date]:
    return clock.months_back(clock.month_of(clock.today()), 12)[::-1]


@blueprint.post("/redemptions/<int:redemption_id>/return")
@guard(Permission.HAND_OUT_REWARDS)
@form_args(reason=boxes.Text(), good=boxes.YesNo(), month=boxes.Text())
def bring_back(redemption_id: int, reason: str, good: bool, month: str) -> Any:
    """退货, at the desk: by another person where the amount matters."""
    try:
        with transaction():
            handover.bring_back(actor(), redemption_id, reason, good)
    except (InvalidInput, Conflict, NotAllowed) as refused:
        return _redemptions_page(refused)
    return redirect(address_of("points_console.show_redemptions", month=month or None))


@blueprint.get("/publications")
@guard(Permission.SEE_REDEMPTIONS)
def show_publications() -> Any:
    return _publications_page()


def _publications_page(error: DomainError | None = None) -> Any:
    within = regions_of(actor(), Permission.SEE_REDEMPTIONS)
    last = clock.previous_month(clock.month_of(clock.today()))
    month = MONTH.read()["month"] or last
    mine = regions_of(actor(), Permission.MANAGE_REWARDS)
    over = month < clock.month_of(clock.today())
    return render_page(
        "rewards/publications.html", error,
        publications=publication_queries.list_publications(within, month), month=month,
        months=[one for one in _months() if one <= last],
        due=sum(len(publications.villages_due(month, one)) for one in mine) if over else 0,
    )  # fmt: skip


@blueprint.post("/publications")
@guard(Permission.MANAGE_REWARDS)
def publish_month() -> Any:
    """Every village of the reader's regions that has not been told yet, one by one."""
    me = actor()
    try:
        month = PUBLISHED.read()["month"]
        for region_id in sorted(regions_of(me, Permission.MANAGE_REWARDS)):
            for village_id in publications.villages_due(month, region_id):
                with transaction():
                    publications.publish(village_id, month, me)
    except (InvalidInput, Conflict) as refused:
        return _publications_page(refused)
    return redirect(address_of("points_console.show_publications", month=f"{month:%Y-%m}"))


@blueprint.post("/publications/corrections")
@guard(Permission.MANAGE_REWARDS)
@form_args(words=boxes.Text(), month=boxes.Text())
def correct_month(words: str, month: str) -> Any:
    """A line under a published month."""
    try:
        with transaction():
            publications.correct(actor(), read_id("publication_id"), words)
    except InvalidInput as refused:
        return _publications_page(refused)
    return redirect(address_of("points_console.show_publications", month=month or None))
