"""兑换: who fetched what, what looks odd, goods brought back, and what villages were told."""

from typing import Any

from flask import redirect, render_template, request
from flask import url_for as address_of

from backend.app.access import Permission, has_permission, regions_of
from backend.app.accounts.forms import read_id, read_page
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput, NotAllowed
from backend.app.core.guards import actor, guard
from backend.app.core.http import status_of
from backend.app.points.blueprints import console as blueprint
from backend.app.points.forms import read_number, read_person
from backend.app.rewards import console_queries, counter_anomalies, publications
from backend.app.rewards.redemptions import handover
from backend.app.rewards.redemptions.operations import masked
from backend.app.rewards.redemptions.queries import STATE_NAMES
from backend.app.rewards.shops import queries as shop_queries

STATES = {**STATE_NAMES, "reserved": "等着领"}


@blueprint.get("/redemptions")
@guard(Permission.SEE_REDEMPTIONS)
def show_redemptions() -> Any:
    return _redemptions_page()


def _redemptions_page(error: DomainError | None = None) -> Any:
    args, me = request.values, actor()
    within = regions_of(me, Permission.SEE_REDEMPTIONS)
    month = clock.parse_month(args.get("month")) or clock.month_of(clock.today())
    state = args.get("state", "")
    # Of one person, only for those who look after that person's points.
    named = has_permission(me, Permission.CONFIRM_DEEDS)
    person, keeper = read_person(args) if named else None, read_person(args, "keeper")
    asked = console_queries.asked(
        within, month, state if state in STATES else "", read_number(args, "shop") or 0,
        keeper or 0, person or 0,
    )  # fmt: skip
    page = read_page(args)
    rendered = render_template(
        "rewards/redemptions.html",
        lines=console_queries.list_redemptions(asked, page),
        sums=console_queries.count_redemptions(asked),
        patterns=counter_anomalies.find_patterns(within, month, named), asked=asked, month=month,
        page=page,
        named=named, person=args.get("person", "") if named else "", keeper=args.get("keeper", ""),
        size=console_queries.PAGE, states=STATES, error=error, masked=masked,
        shops=shop_queries.shops_within(within), months=_months(),
        returns=has_permission(me, Permission.HAND_OUT_REWARDS),
    )  # fmt: skip
    return rendered, status_of(error) if error else 200


def _months() -> list[Any]:
    return clock.months_back(clock.month_of(clock.today()), 12)[::-1]


@blueprint.post("/redemptions/<int:redemption_id>/return")
@guard(Permission.HAND_OUT_REWARDS)
def bring_back(redemption_id: int) -> Any:
    """退货, at the desk: by another person where the amount matters."""
    form = request.form
    try:
        with transaction():
            handover.bring_back(
                actor(), redemption_id, form.get("reason", ""), form.get("good") == "1"
            )
    except (InvalidInput, Conflict, NotAllowed) as refused:
        return _redemptions_page(refused)
    return redirect(address_of("points_console.show_redemptions", month=form.get("month")))


@blueprint.get("/publications")
@guard(Permission.SEE_REDEMPTIONS)
def show_publications() -> Any:
    return _publications_page()


def _publications_page(error: DomainError | None = None) -> Any:
    within = regions_of(actor(), Permission.SEE_REDEMPTIONS)
    last = clock.previous_month(clock.month_of(clock.today()))
    month = clock.parse_month(request.values.get("month")) or last
    mine = regions_of(actor(), Permission.MANAGE_REWARDS)
    over = month < clock.month_of(clock.today())
    page = render_template(
        "rewards/publications.html",
        publications=console_queries.list_publications(within, month), month=month, error=error,
        months=[one for one in _months() if one <= last], form=request.form,
        due=sum(len(publications.villages_due(month, one)) for one in mine) if over else 0,
    )  # fmt: skip
    return page, status_of(error) if error else 200


@blueprint.post("/publications")
@guard(Permission.MANAGE_REWARDS)
def publish_month() -> Any:
    """Every village of the reader's regions that has not been told yet, one by one."""
    me = actor()
    month = clock.parse_month(request.form.get("month"))
    try:
        if month is None:
            raise InvalidInput(errors={"month": ["请选月份"]})
        for region_id in sorted(regions_of(me, Permission.MANAGE_REWARDS)):
            for village_id in publications.villages_due(month, region_id):
                with transaction():
                    publications.publish(village_id, month, me)
    except (InvalidInput, Conflict) as refused:
        return _publications_page(refused)
    return redirect(address_of("points_console.show_publications", month=f"{month:%Y-%m}"))


@blueprint.post("/publications/corrections")
@guard(Permission.MANAGE_REWARDS)
def correct_month() -> Any:
    """A line under a published month."""
    form = request.form
    try:
        with transaction():
            publications.correct(actor(), read_id(form, "publication_id"), form.get("words", ""))
    except InvalidInput as refused:
        return _publications_page(refused)
    return redirect(address_of("points_console.show_publications", month=form.get("month")))
