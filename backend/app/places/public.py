"""What a phone sees that scans outside WeChat, WeChat's verification file, and photos."""

from typing import Any

from flask import Blueprint, Response, current_app, render_template

from backend.app.core import registry
from backend.app.core.errors import Gone, NotFound
from backend.app.core.files import storage
from backend.app.core.web.guards import open_to_all
from backend.app.places import targets
from backend.app.places.errors import CodeUnknown

blueprint = Blueprint("places_public", __name__)
A_YEAR = 365 * 24 * 3600


@blueprint.get("/q/<code>")
@blueprint.get("/q/<code>/")
@open_to_all("every phone may scan a poster")
def show_code(code: str) -> Any:
    """Where the poster hangs, that WeChat opens it, or the web application where there is one.

    A dead code says what to do.

    Scanners hang a slash or words of their own, `&scene=…`, on the address.
    """
    bare = code.partition("&")[0]
    try:
        point, refusal = targets.find_target(bare), None
    except (CodeUnknown, Gone) as error:
        point, refusal = None, error
    status = 200 if refusal is None else 410 if isinstance(refusal, Gone) else 404
    web_code = bare if registry.settings().has_web_application else None
    page = render_template("places/scanned.html", point=point, refusal=refusal, web_code=web_code)
    return page, status


@blueprint.get("/q/<name>.txt")
@blueprint.get("/<name>.txt")
@open_to_all("WeChat fetches it to see that the domain is ours")
def show_verification(name: str) -> Response:
    """The file WeChat wants in the folder of 扫普通链接二维码打开小程序."""
    settings = current_app.config["SETTINGS"]
    if not settings.wechat_verify_file_text or f"{name}.txt" != settings.wechat_verify_file_name:
        raise NotFound
    return Response(settings.wechat_verify_file_text, mimetype="text/plain")


@blueprint.get("/photos/<name>")
@open_to_all("villagers see the place before they rate it")
def show_photo(name: str) -> Response:
    """A service point's picture; its name is random and never used twice."""
    response = Response(storage.read(f"photos/{name}"), mimetype="image/jpeg")
    response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    return response
