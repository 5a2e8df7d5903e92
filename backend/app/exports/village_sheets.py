"""「你说我办」 sheets of many villages in one file."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from backend.app.core import registry
from backend.app.core.db import db
from backend.app.core.files.workbooks import Progress
from backend.app.exports.request_params import Asked
from backend.app.publications import queries as publications
from backend.app.publications.village_sheet_pdf import DEMO, draw_sheets

STEP = 10


def write(path: Path, asked: Asked, progress: Progress) -> int:
    """The sheets of a region's published month, by code. Raises NotPublished."""
    pages = publications.villages_of(asked.region_id, asked.month)
    if not pages:
        raise publications.MonthNotPublished
    contents = [page.content for page in pages]
    db.session.rollback()
    settings = registry.settings()
    host = settings.public_host
    numbered = _counted(contents, progress)
    path.write_bytes(
        draw_sheets(
            ((one, f"{host}/p/{one['code']}/{one['month']}") for one in numbered),
            asked.title,
            DEMO if settings.demo else "",
        )
    )
    return len(contents)


def _counted(contents: Sequence[dict[str, Any]], progress: Progress) -> Iterator[dict[str, Any]]:
    """The contents, with word about how far they are."""
    for number, content in enumerate(contents):
        if number % STEP == 0:
            progress(number * 100 // len(contents))
        yield content
