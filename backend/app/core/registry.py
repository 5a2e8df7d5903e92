"""What the factory gave the running application, for modules that import no Flask."""

from collections.abc import Callable
from datetime import date

from flask import current_app
from sqlalchemy import Engine

from backend.app.core.anonymous_settings import AnonymousSettings
from backend.app.core.settings import Settings


def settings() -> Settings:
    """The settings of the county's application."""
    result: Settings = current_app.config["SETTINGS"]
    return result


def anonymous_settings() -> AnonymousSettings:
    """The settings of the anonymous application."""
    result: AnonymousSettings = current_app.config["SETTINGS"]
    return result


def anonymous_engine() -> Engine:
    """The anonymous application's database, under its own role."""
    result: Engine = current_app.extensions["anonymous_engine"]
    return result


def notifier() -> Callable[..., None]:
    """`notices.operations.notify`, for features below notices."""
    result: Callable[..., None] = current_app.extensions["notifier"]
    return result


def published_path() -> Callable[[int, date], str | None]:
    """`publications.queries.path_of`, for features below publications."""
    result: Callable[[int, date], str | None] = current_app.extensions["published_path"]
    return result
