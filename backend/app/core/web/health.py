"""/healthz, /readyz, /metrics and the API's document."""

import hmac
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template, request
from sqlalchemy import text

from backend.app.core import metrics
from backend.app.core.db import db
from backend.app.core.errors import NotAllowed
from backend.app.core.queue import redis_client
from backend.app.core.web.guards import open_to_all

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@open_to_all("a load balancer asks whether the process lives")
def healthz() -> Any:
    return jsonify(status="ok")


@blueprint.get("/readyz")
@open_to_all("a load balancer asks whether the process can work")
def readyz() -> Any:
    """503 names the part that is missing; `instance` tells a starter whether its own answers."""
    parts = {"database": _works(_ask_database), "redis": _works(lambda: redis_client().ping())}
    ready = all(parts.values())
    instance = current_app.config["SETTINGS"].instance
    response = jsonify(status="ok" if ready else "not_ready", parts=parts, instance=instance)
    response.status_code = 200 if ready else 503
    return response


def _ask_database() -> None:
    with db.engine.connect() as connection:
        connection.execute(text("SELECT 1 FROM audit_entry LIMIT 1"))


def _works(ask: Any) -> bool:
    try:
        ask()
    except Exception:  # noqa: BLE001  whatever the part's client raises means it does not work
        return False
    return True


@blueprint.get("/metrics")
@open_to_all("Prometheus reads it with its own token")
def metrics_text() -> Response:
    expected = current_app.config["SETTINGS"].metrics_token
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if expected and not hmac.compare_digest(sent.encode(), expected.encode()):
        raise NotAllowed
    return Response(metrics.render(), mimetype="text/plain; version=0.0.4")


@blueprint.get("/api/docs")
@open_to_all("the API's document is public")
def api_docs() -> str:
    return render_template("api_docs.html")
