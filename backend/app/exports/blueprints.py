"""The surface of exports in the console, to which several files add their pages."""

from flask import Blueprint

console = Blueprint("exports_console", __name__, url_prefix="/console/exports")
