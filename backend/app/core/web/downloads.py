"""Files that a page hands out."""

import io

from flask import Response, send_file

from backend.app.core.files.workbooks import XLSX


def send_book(content: bytes, name: str) -> Response:
    """A workbook to keep under its name."""
    return send_file(io.BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)
