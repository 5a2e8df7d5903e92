"""Lights on paper: each a colour and a shape of its own, drawn as vectors."""

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

COLOURS = {
    "blue": "#1F5C99", "green": "#1F6B4A", "yellow": "#B4450F", "red": "#A3231F",
    "grey": "#6A645A", "few": "#6A645A", "orange": "#8A5F00",
}  # fmt: skip
CORNERS = {
    "blue": ((0, 1), (1, -0.9), (-1, -0.9)),
    "yellow": ((0, 1.1), (1.1, 0), (0, -1.1), (-1.1, 0)),
    "red": ((-0.9, 0.9), (0.9, 0.9), (0.9, -0.9), (-0.9, -0.9)),
}
STROKES = {"grey": ((-0.8, 0, 0.8, 0),),
           "orange": ((-1, 0, -0.2, -0.8), (-0.2, -0.8, 1, 0.9))}  # fmt: skip


def draw_light(canvas: Canvas, code: str, x: float, y: float, radius: float) -> None:
    """▲ ● ◆ ■ – ✓ round a middle; an unknown light is a circle, and 样本不足 is no light."""
    if code == "few":
        return
    colour = HexColor(COLOURS.get(code, COLOURS["grey"]))
    canvas.setFillColor(colour)
    canvas.setStrokeColor(colour)
    if code in CORNERS:
        path = canvas.beginPath()
        for nth, (right, up) in enumerate(CORNERS[code]):
            go = path.lineTo if nth else path.moveTo
            go(x + right * radius, y + up * radius)
        path.close()
        canvas.drawPath(path, stroke=0, fill=1)
    elif code in STROKES:
        canvas.setLineWidth(radius / 2)
        for left, low, right, high in STROKES[code]:
            canvas.line(x + left * radius, y + low * radius, x + right * radius, y + high * radius)
        canvas.setLineWidth(0.6)
    else:
        canvas.circle(x, y, radius, stroke=0, fill=1)
