"""What anybody may read of shops and farms: half-year ratings that are over, and who left."""

from flask import Response

from backend.app.assessments.publications.public import blueprint
from backend.app.assessments.subjects.public_queries import published_subjects
from backend.app.core.web.guards import open_to_all
from backend.app.core.web.open_pages import open_page


@blueprint.get("/subjects")
@open_to_all("published")
def show_subjects(code: str) -> Response:
    """Names of firms, never of persons."""
    county, programmes = published_subjects(code)
    return open_page(
        "assessments/public_subjects.html", county=county, programmes=programmes, code=code
    )
