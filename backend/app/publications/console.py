"""公示 in the console: what would be told, telling it, and what has been told."""

import io
from datetime import date

from flask import current_app, redirect, render_template, send_file
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Actor, Permission, may, regions_of
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import transaction
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.core.web import boxes
from backend.app.core.web.forms import Query, form_args, query_args
from backend.app.core.web.guards import actor, guard
from backend.app.places.queries import find_place, get_place, region_names
from backend.app.publications import open_data, wechat_summary
from backend.app.publications import operations as publications
from backend.app.publications import queries as published
from backend.app.publications.models import Publication
from backend.app.publications.public import public_host
from backend.app.publications.village_sheet_pdf import DEMO, draw_sheets
from backend.app.scorecards.blueprints import console as blueprint
from backend.app.scorecards.locks import operations as locks

REGION = Query.of(region=boxes.Id("请选县", otherwise=boxes.REFUSED))


def _asked_month(text: str) -> date:
    month = clock.parse_month(text)
    if month is None:
        raise InvalidInput(errors={"month": [boxes.Month.words]})
    return month


@blueprint.get("/publications")
@guard(Permission.EXPORT)
@query_args(done=boxes.Text())
def list_publications(done: str) -> str:
    """Locked months: told already, or waiting to be."""
    me = actor()
    scope = regions_of(me, Permission.EXPORT)
    counties = sorted({get_place(region_id).county_id or 0 for region_id in scope})
    publishes = regions_of(me, Permission.PUBLISH)
    told = published.published_months(counties)
    known = {(one.county_id, one.month) for one in told}
    names = region_names(counties)
    return render_template(
        "publications/publications.html",
        told=told, names=names, several=len(counties) > 1,
        waiting=[
            lock
            for county_id in counties
            if county_id in publishes
            for lock in locks.locked_months(county_id)
            if (county_id, lock.month) not in known
        ],
        done=done,
    )  # fmt: skip


@blueprint.get("/publications/<int:county_id>/<month>/preview")
@guard(Permission.PUBLISH)
def preview_publication(county_id: int, month: str) -> str:
    """The county's page exactly as everybody would read it."""
    first = _asked_month(month)
    return render_template(
        "publications/publication_preview.html",
        content=publications.preview(actor(), county_id, first), county_id=county_id,
        month=first, previewed=True, corrections=[],
    )  # fmt: skip


@blueprint.post("/publications")
@guard(Permission.PUBLISH)
@form_args(county=boxes.Id(missing="请选县"), month=boxes.Month(missing=boxes.Month.words))
def publish_month(county: int, month: date) -> Response:
    """Tells everybody; there is no way back but a correction."""
    with transaction():
        publications.publish(actor(), county, month)
    return redirect(address_of("scorecards_console.list_publications", done=f"{month:%Y-%m}"))


@blueprint.get("/publications/<code>/<month>/sheet.pdf")
@guard(Permission.EXPORT)
def print_sheet(code: str, month: str) -> Response:
    """「你说我办」 of one village, A4; every fetch is in the audit log."""
    page = published.of_village(code, _asked_month(month))
    me = actor()
    if not may(me, Permission.EXPORT, get_place(page.village_id).path):
        raise NotAllowed
    content = page.content
    title = f"{content['township']}{content['village']}{page.month:%Y年%m月}你说我办"
    address = f"{public_host()}/p/{page.code}/{page.month:%Y-%m}"
    note = DEMO if current_app.config["SETTINGS"].demo else ""
    with transaction():
        record("print_village_sheet", me.person_id, "region", page.village_id,
               month=f"{page.month:%Y-%m}")  # fmt: skip
    return send_file(
        io.BytesIO(draw_sheets([(content, address)], title, note)), mimetype="application/pdf",
        download_name=f"{title}.pdf", max_age=0,
    )  # fmt: skip


@blueprint.get("/publications/<code>/<month>")
@guard(Permission.EXPORT)
def show_publication(code: str, month: str) -> str:
    """A published month's villages: their sheets, and the words for WeChat groups."""
    publication = published.of_county(code, _asked_month(month))
    me = actor()
    scope = regions_of(me, Permission.EXPORT)
    region_id = REGION.read()["region"] or min(scope)
    if not may(me, Permission.EXPORT, get_place(region_id).path):
        raise NotAllowed
    pages = published.villages_of(region_id, publication.month)
    return render_template(
        "publications/publication.html",
        publication=publication, region_id=region_id, place=get_place(region_id),
        rows=[(page, wechat_summary.for_groups(page.content, public_host())) for page in pages],
        townships=_townships(me, publication), tables=open_data.TABLES,
    )  # fmt: skip


def _townships(me: Actor, publication: Publication) -> list[tuple[int, str]]:
    """The regions the reader may pick."""
    scope = regions_of(me, Permission.EXPORT)
    county = find_place(publication.code)
    pages = published.villages_of(publication.county_id, publication.month)
    names = {page.township_id: page.content["township"] for page in pages}
    whole = [(county.id, county.name)] if county and county.id in scope else []
    return whole + [
        (township_id, f"　{name}")
        for township_id, name in names.items()
        if township_id in scope or publication.county_id in scope
    ]
