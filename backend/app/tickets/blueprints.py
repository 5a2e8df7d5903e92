"""The surface of tickets in the console, to which several files add their pages."""

from flask import Blueprint

console = Blueprint("tickets_console", __name__, url_prefix="/console/tickets")
