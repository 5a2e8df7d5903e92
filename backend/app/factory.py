"""Builds the application from settings, surfaces and features."""

from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import Migrate
from sqlalchemy import create_engine
from werkzeug.middleware.proxy_fix import ProxyFix

from backend.app.ballots.membership import HAS_ACTED
from backend.app.core import audit, clock, clock_tick, keys, logs
from backend.app.core.anonymous_settings import AnonymousSettings
from backend.app.core.db import db, prepare
from backend.app.core.queue import connect
from backend.app.core.settings import REPOSITORY, Settings
from backend.app.core.web import (
    anonymous_http,
    console_menu,
    forms,
    guards,
    health,
    http,
    well_known,
)
from backend.app.core.web.guards import OPEN
from backend.app.imports.kinds import KINDS
from backend.app.points.point_sources import SOURCES

FEATURES = (
    "imports", "places", "accounts", "points", "rewards", "notices", "ratings", "ballots",
    "surveys", "tickets", "scorecards", "reorganisations", "assessments", "publications",
    "exports", "own_data",
)  # fmt: skip
SURFACES = ("api", "console", "public")
ANONYMOUS = (
    "surveys.anonymous", "tickets.anonymous.anonymous", "assessments.appraisals.anonymous",
)  # fmt: skip
SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "a phone's session"},
    "token": {"type": "http", "scheme": "bearer", "description": "another system's token: vv_…"},
}
API_CONFIG: dict[str, Any] = {
    "API_TITLE": "村声 Village Voice",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.0.3",
    "OPENAPI_URL_PREFIX": "/api",
    "OPENAPI_JSON_PATH": "openapi.json",
    "API_SPEC_OPTIONS": {
        "security": [{"bearer": []}],
        "components": {"securitySchemes": SECURITY},
    },
    # A rating is a few hundred bytes; a route that takes a picture raises its own limit.
    "MAX_CONTENT_LENGTH": 64 * 1024,
    "SEND_FILE_MAX_AGE_DEFAULT": 3600,
}


def create_app(settings: Settings | None = None) -> Flask:
    """The county's application: the mini-program's API, the console and the open pages."""
    settings = settings or Settings.from_env()
    logs.configure(settings.log_level)
    if settings.demo_seconds_ahead:
        clock.run_ahead(settings.demo_seconds_ahead)
    app = http.PlainFlask("backend.app")
    app.config.update(
        API_CONFIG,
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    prepare(app)
    audit.register(app)
    Migrate(app, db, directory=str(REPOSITORY / "migrations"), compare_type=True)
    app.extensions["redis"] = connect(settings.redis_url)
    http.register(app)
    guards.register(app, import_module("backend.app.accounts.queries").load_grants)
    app.extensions["token_loader"] = import_module(
        "backend.app.accounts.tokens.operations"
    ).use_token
    app.extensions["notifier"] = import_module("backend.app.notices.operations").notify
    app.extensions["published_path"] = import_module("backend.app.publications.queries").path_of
    app.jinja_env.globals["settings"] = settings
    console_menu.register(app)
    forms.register(app)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(well_known.blueprint)
    _register_features(app)
    return app


def create_anonymous_app(settings: AnonymousSettings | None = None) -> Flask:
    """The application that answers come to: another process, port, host name and database role.

    It knows no session, no person, no queue and no secret of the county's; its role can read
    nothing that names anybody.
    """
    settings = settings or AnonymousSettings.from_env()
    logs.configure(settings.log_level)
    if settings.demo_seconds_ahead:
        clock.run_ahead(settings.demo_seconds_ahead)
    templates = str(Path(__file__).with_name("templates"))
    app = Flask("backend.app.anonymous", static_folder=None, template_folder=templates)
    app.config.update(SETTINGS=settings)
    app.extensions["anonymous_engine"] = create_engine(
        settings.database_url, hide_parameters=True, pool_size=5, max_overflow=15
    )
    anonymous_http.register(app)
    for name in ANONYMOUS:
        app.register_blueprint(import_module(f"backend.app.{name}").blueprint)
    return app


def _register_features(app: Flask) -> None:
    app.extensions["sealed_columns"], app.extensions["sealed_files"] = [], {}
    for group in (keys.commands, clock_tick.commands):
        audit.audit_commands(group)
        app.cli.add_command(group)
    for feature in FEATURES:
        import_module(f"backend.app.{feature}.models")
        sources = _module(f"backend.app.{feature}.point_sources")
        if sources is not None:
            SOURCES[feature] = sources.ACTS
        kinds = _module(f"backend.app.{feature}.import_kinds")
        if kinds is not None:
            KINDS.update({kind.code: kind for kind in kinds.IMPORT_KINDS})
        sql = _module(f"backend.app.{feature}.sql")
        if sql is not None and hasattr(sql, "has_acted"):
            HAS_ACTED[feature] = sql.has_acted
        sealed = _module(f"backend.app.{feature}.sealed")
        if sealed is not None:
            app.extensions["sealed_columns"] += sealed.COLUMNS
            app.extensions["sealed_files"] |= getattr(sealed, "FILES", {})
        commands = _module(f"backend.app.{feature}.commands")
        if commands is not None:
            audit.audit_commands(commands.commands)
            app.cli.add_command(commands.commands)
    _register_surfaces(app, http.JsonApi(app))
    document = app.view_functions["api-docs.openapi_json"]
    document.__dict__["__guard__"] = f"{OPEN}: the API's document is public"


def _register_surfaces(app: Flask, api: http.JsonApi) -> None:
    """Each blueprint once, and only when every module has added its routes to it."""
    surfaces = dict.fromkeys(
        (surface, blueprint)
        for feature in FEATURES
        for surface in SURFACES
        for name in _modules_of(feature, surface)
        if (blueprint := getattr(import_module(name), "blueprint", None)) is not None
    )
    for surface, blueprint in surfaces:
        if surface == "api":
            api.register_blueprint(blueprint)
        else:
            app.register_blueprint(blueprint)


def _modules_of(feature: str, surface: str) -> list[str]:
    """`console.py` of a feature and of its sub-packages, and `console_*.py` beside them."""
    here = Path(__file__).parent
    files = [
        file.relative_to(here).with_suffix("")
        for pattern in (f"{surface}.py", f"{surface}_*.py")
        for file in (here / feature).rglob(pattern)
    ]
    files.sort(key=lambda file: (len(file.parts), file))
    return [".".join(("backend.app", *file.parts)) for file in files]


def _module(name: str) -> Any | None:
    """A feature has only the files it needs."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        return None
