"""Five faces for paper, in the colours and shapes of the mini-program's."""

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

COLOURS = tuple(HexColor(c) for c in ("#1F6B4A", "#1F6B4A", "#C98A00", "#B4450F", "#A3231F"))
# How far the middle of the mouth lies below its corners, in parts of the radius.
MOUTHS = (0.62, 0.36, 0.0, -0.32, -0.52)


def draw_face(canvas: Canvas, level: int, x: float, y: float, radius: float) -> None:
    """The face of a level (1 best … 5 worst) around a middle point."""
    colour, bend = COLOURS[level - 1], MOUTHS[level - 1]
    canvas.saveState()
    canvas.setStrokeColor(colour)
    canvas.setFillColor(colour)
    canvas.setLineWidth(radius * 0.13)
    canvas.setLineCap(1)
    canvas.circle(x, y, radius, stroke=1, fill=0)
    for side in (-1, 1):
        canvas.circle(x + side * radius * 0.36, y + radius * 0.26, radius * 0.11, stroke=0, fill=1)
    corner = y - radius * (0.26 if bend >= 0 else 0.5)
    middle = corner - radius * bend
    canvas.bezier(
        x - radius * 0.46, corner, x - radius * 0.2, middle,
        x + radius * 0.2, middle, x + radius * 0.46, corner,
    )  # fmt: skip
    canvas.restoreState()
