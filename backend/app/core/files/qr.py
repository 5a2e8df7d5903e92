"""QR codes: level Q, no picture inside, drawn as vectors or as a plain image."""

import io

import qrcode
from PIL import Image
from qrcode.constants import ERROR_CORRECT_Q

QUIET_MODULES = 4


def qr_matrix(text: str) -> list[list[bool]]:
    """Rows of modules, True where dark, without the quiet zone."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, border=0)
    code.add_data(text)
    code.make(fit=True)
    return [list(map(bool, row)) for row in code.get_matrix()]


def dark_runs(matrix: list[list[bool]]) -> list[tuple[int, int, int]]:
    """Dark modules joined along each row: (row, first column, length)."""
    runs = []
    for number, row in enumerate(matrix):
        start = None
        for column, dark in enumerate([*row, False]):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                runs.append((number, start, column - start))
                start = None
    return runs


def qr_png(text: str, pixels_a_module: int = 8) -> bytes:
    """The code with its quiet zone as a black and white PNG."""
    matrix = qr_matrix(text)
    side = len(matrix) + 2 * QUIET_MODULES
    image = Image.new("1", (side, side), 1)
    for row, start, length in dark_runs(matrix):
        for column in range(start, start + length):
            image.putpixel((column + QUIET_MODULES, row + QUIET_MODULES), 0)
    large = image.resize((side * pixels_a_module,) * 2, Image.Resampling.NEAREST)
    written = io.BytesIO()
    large.save(written, "PNG", optimize=True)
    return written.getvalue()
