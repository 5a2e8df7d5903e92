"""The surface of accounts in the console, to which several files add their pages."""

from flask import Blueprint

console = Blueprint("accounts_console", __name__, url_prefix="/console")
