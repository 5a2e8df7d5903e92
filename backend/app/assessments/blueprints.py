"""The blueprint that the pages of assessments share."""

from flask import Blueprint

console = Blueprint("assessments_console", __name__, url_prefix="/console/assessments")
