"""Addresses that browsers, search engines and people who found a hole ask for by themselves."""

from datetime import timedelta

from flask import Blueprint, Response, current_app, send_from_directory

from backend.app.core import clock
from backend.app.core.web.guards import open_to_all

blueprint = Blueprint("well_known", __name__)
PLAIN = "text/plain; charset=utf-8"
# RFC 9116 recommends less than a year.
VALID_DAYS = 180
ROBOTS = "User-agent: *\nDisallow: /api/\nDisallow: /console/\nDisallow: /q/\n"
# Invented people are not to be found by a search for the real county.
ROBOTS_OF_A_DEMO = "User-agent: *\nDisallow: /\n"


@blueprint.get("/favicon.ico")
@open_to_all("browsers ask for it")
def show_icon() -> Response:
    folder = current_app.static_folder or ""
    return send_from_directory(folder, "icon.svg", mimetype="image/svg+xml", max_age=86400)


@blueprint.get("/robots.txt")
@open_to_all("search engines ask for it")
def show_robots() -> Response:
    demo = current_app.config["SETTINGS"].demo
    return Response(ROBOTS_OF_A_DEMO if demo else ROBOTS, content_type=PLAIN)


@blueprint.get("/.well-known/security.txt")
@open_to_all("RFC 9116: whom to tell about a hole")
def show_security_contact() -> Response:
    """Valid from any day for half a year, so that it never runs out by being forgotten."""
    settings = current_app.config["SETTINGS"]
    contacts = settings.security_contacts or (f"{settings.public_host}/",)
    expires = clock.midnight(clock.today() + timedelta(days=VALID_DAYS))
    lines = [
        *(f"Contact: {contact}" for contact in contacts),
        f"Expires: {expires.isoformat()}",
        "Preferred-Languages: zh, en",
        f"Canonical: {settings.public_host}/.well-known/security.txt",
    ]
    return Response("\n".join([*lines, ""]), content_type=PLAIN)
