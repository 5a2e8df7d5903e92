"""A photograph of a poster: its real PDF, rendered."""

import io

import pypdfium2
from flask import current_app

from backend.app.core.errors import DomainError
from backend.app.places.posters import draw_posters
from backend.app.places.printing import poster_of
from backend.app.places.targets import find_target

DOTS_PER_INCH = 100


def poster_picture(code: str) -> io.BytesIO | None:
    """The poster of a living code as PNG."""
    try:
        point = find_target(code)
    except DomainError:
        return None
    poster = poster_of(point, current_app.config["SETTINGS"].public_host)
    document = pypdfium2.PdfDocument(draw_posters([poster], "海报"))
    picture = io.BytesIO()
    document[0].render(scale=DOTS_PER_INCH / 72).to_pil().save(picture, "PNG")
    picture.seek(0)
    return picture
