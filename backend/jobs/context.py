"""One application for each worker process, pushed for as long as it lives."""

from functools import cache

from flask import Flask

from backend.app.factory import create_app


@cache
def application() -> Flask:
    return create_app()
