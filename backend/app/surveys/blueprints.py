"""The surface of surveys in the console, to which several files add their pages."""

from flask import Blueprint

console = Blueprint("surveys_console", __name__, url_prefix="/console/surveys")
