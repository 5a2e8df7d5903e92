"""Files of a year's end; every fetch is in the audit log."""

from werkzeug import Response

from backend.app.access import Permission
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.grades.console import office_programme
from backend.app.assessments.models import Programme
from backend.app.assessments.publications.queries import (
    get_programme_publication,
    year_corrections,
)
from backend.app.assessments.year_end.books import (
    evidence_book,
    publication_book,
)
from backend.app.assessments.year_end.file_queries import evidence_lines
from backend.app.core.audit import record
from backend.app.core.db import transaction
from backend.app.core.web.downloads import send_book
from backend.app.core.web.guards import actor, guard


def _send(programme: Programme, name: str, book: bytes) -> Response:
    with transaction():
        record("export_year", actor().person_id, "programme", programme.id, kind=name)
    return send_book(book, f"{programme.title}{name}.xlsx")


@blueprint.get("/year/<int:programme_id>/publication.xlsx")
@guard(Permission.SEE_PROGRAMMES)
def download_publication(programme_id: int) -> Response:
    """公示表."""
    programme = office_programme(programme_id)
    content = get_programme_publication(programme_id).content
    book = publication_book(programme.title, content, year_corrections(programme_id))
    return _send(programme, "公示表", book)


@blueprint.get("/year/<int:programme_id>/evidence.xlsx")
@guard(Permission.MANAGE_PROGRAMMES)
def download_evidence_list(programme_id: int) -> Response:
    """佐证材料目录."""
    programme = office_programme(programme_id)
    return _send(
        programme, "佐证材料目录", evidence_book(programme.title, evidence_lines(programme_id))
    )
