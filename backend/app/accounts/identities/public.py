"""The web application at /m/: the mini-program's pages for phones and computers without WeChat."""

from flask import Blueprint, Response, current_app, send_from_directory

from backend.app.core.errors import NotFound
from backend.app.core.settings import REPOSITORY
from backend.app.core.web.guards import open_to_all

blueprint = Blueprint("web_application", __name__, url_prefix="/m")
BUILT = REPOSITORY / "miniprogram" / "h5" / "dist"
WHY = "files of the web application, the same for everybody"
A_YEAR = 365 * 24 * 3600
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


@blueprint.get("/")
@open_to_all(WHY)
def show_application() -> Response:
    """The shell; asked for again at each visit, so that a new version is there at once."""
    response = _file("index.html")
    response.headers["Content-Security-Policy"] = CSP
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Permissions-Policy"] = "geolocation=(), microphone=(self), camera=(self)"
    return response


@blueprint.get("/assets/<name>")
@open_to_all(WHY)
def show_asset(name: str) -> Response:
    """Its name changes with its content: browsers keep it for good."""
    response = _file(f"assets/{name}")
    response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    return response


@blueprint.get("/<any('sw.js', 'manifest.webmanifest', 'icon.svg'):name>")
@open_to_all(WHY)
def show_file(name: str) -> Response:
    return _file(name)


def _file(name: str) -> Response:
    """Raises NotFound where the county has configured no way to log in."""
    if not current_app.config["SETTINGS"].has_web_application:
        raise NotFound
    response = send_from_directory(BUILT, name, max_age=0)
    response.headers["Cache-Control"] = "no-cache"
    return response
