"""Pages for everybody: the same for all readers, kept by browsers for minutes."""

from typing import Any

from flask import Response, render_template, request

MINUTES = 300
CSV = "text/csv"


def kept(response: Response) -> Response:
    """The same for everybody; a later correction shows within minutes."""
    response.headers["Cache-Control"] = f"public, max-age={MINUTES}"
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value]


def open_page(template: str, **values: Any) -> Response:
    return kept(Response(render_template(template, **values), mimetype="text/html"))


def open_table(content: bytes, name: str) -> Response:
    """CSV for a spreadsheet, under a name of its own."""
    response = Response(content, mimetype=CSV)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return kept(response)
