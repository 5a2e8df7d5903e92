"""The phone frame at /preview and what it needs to choose from. Demo counties only."""

from contextlib import suppress
from typing import Any

import requests
from flask import Blueprint, current_app, redirect, request, send_file, send_from_directory
from sqlalchemy import text
from werkzeug import Response

from backend.app.ballots.signing_keys import coming_digests, period_name
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput, NotFound
from backend.app.core.settings import REPOSITORY
from backend.app.core.web.guards import open_to_all
from backend.app.core.web.http import CSP
from backend.demo.earlier import ballots_of
from backend.demo.load import county_id
from backend.demo.people import phone_people, phone_villages
from backend.demo.picture import poster_picture

blueprint = Blueprint("preview", __name__, url_prefix="/preview")
BUILT = REPOSITORY / "miniprogram" / "preview" / "dist"
WHY = "the demo county's phone; not registered elsewhere"
# First those of the villages to which the preview's people belong, then of those most praised.
POSTERS = text(
    """
    SELECT q.code, v.name AS village, s.name AS service_point
    FROM qr_code q
    JOIN service_point s ON s.id = q.service_point_id
    JOIN region v ON v.id = s.village_id
    WHERE q.revoked_at IS NULL AND s.closed_on IS NULL AND v.county_id = :county_id
      AND (v.id = ANY(:ours)
           OR v.id IN (SELECT village_id FROM rating_month_count GROUP BY village_id
                       ORDER BY sum(level_1 + level_2) DESC LIMIT 5))
    ORDER BY array_position(:ours, v.id), v.code, s.name
    """
)


@blueprint.get("")
@open_to_all(WHY)
def to_folder() -> Response:
    """A link to a page or a state of the phone keeps it."""
    asked = request.query_string.decode("ascii", "ignore")
    return redirect(f"/preview/?{asked}" if asked else "/preview/")


@blueprint.get("/")
@open_to_all(WHY)
def show_frame() -> Response:
    """The frame also talks to the anonymous application, which has a host name of its own."""
    response = send_from_directory(BUILT, "index.html", max_age=0)
    elsewhere = current_app.config["SETTINGS"].anonymous_host
    response.headers["Content-Security-Policy"] = CSP.replace(
        "connect-src 'self'", f"connect-src 'self' {elsewhere}".rstrip()
    )
    response.headers["Permissions-Policy"] = "geolocation=(), microphone=(self), camera=()"
    return response


@blueprint.get("/ext.json")
@open_to_all(WHY)
def show_ext() -> dict[str, Any]:
    """What a real package would carry: host names and the pinned digests."""
    digests = {period_name(month): value for month, value in coming_digests(county_id())}
    settings = current_app.config["SETTINGS"]
    hosts = {"poster_hosts": [settings.public_host]}
    if not settings.anonymous_host:
        return hosts
    return {**hosts, "anonymous_host": settings.anonymous_host, "key_digests": digests}


@blueprint.get("/purse.json")
@open_to_all(WHY)
def show_purse() -> dict[str, Any]:
    """What lies on a demo person's phone since an earlier month: ballots for the running one."""
    ballots = ballots_of(request.args.get("person", ""))
    return {"ballots": {ballots["period"]: ballots} if ballots else {}}


@blueprint.get("/<path:name>")
@open_to_all(WHY)
def show_file(name: str) -> Response:
    return send_from_directory(BUILT, name, max_age=0)


@blueprint.get("/posters.json")
@open_to_all(WHY)
def list_posters() -> dict[str, Any]:
    county = county_id()
    ours = [village.id for village in phone_villages(county)]
    rows = db.session.execute(POSTERS, {"county_id": county, "ours": ours})
    items = [{**row, "image_url": f"/preview/posters/{row['code']}.png"} for row in rows.mappings()]
    return {"items": items}


@blueprint.get("/posters/<string:code>.png")
@open_to_all(WHY)
def show_poster(code: str) -> Response:
    picture = poster_picture(code)
    if picture is None:
        raise NotFound
    return send_file(picture, mimetype="image/png")


@blueprint.post("/accepts")
@open_to_all(WHY)
def tell_wechat() -> tuple[str, int]:
    """The phone's tap reaches the stand-in of WeChat's server, as the real one's reaches WeChat."""
    json = request.get_json(silent=True)
    base = current_app.config["SETTINGS"].wechat_api_base
    if not isinstance(json, dict):
        raise InvalidInput
    with suppress(requests.RequestException):
        requests.post(f"{base}/demo/accepts", json=json, timeout=3)
    return "", 204


@blueprint.get("/sms.json")
@open_to_all(WHY)
def show_sms() -> dict[str, Any]:
    """The code a demo person's telephone would show: no message leaves a demo county."""
    base = current_app.config["SETTINGS"].wechat_api_base
    number = {"number": request.args.get("number", "")}
    with suppress(requests.RequestException, ValueError):
        answer: dict[str, Any] = requests.get(f"{base}/demo/sms", params=number, timeout=3).json()
        return {"code": answer.get("code")}
    return {"code": None}


@blueprint.get("/people.json")
@open_to_all(WHY)
def list_people() -> dict[str, Any]:
    return {"items": phone_people(county_id())}
