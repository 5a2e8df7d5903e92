"""Noto Sans SC for PDFs, embedded as a subset; a character it lacks is an error, never a box."""

from functools import cache
from pathlib import Path

from reportlab.lib import textsplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import paragraph

from backend.app.core.errors import InvalidInput, Unavailable
from backend.app.core.settings import REPOSITORY

PACKAGE = REPOSITORY / "node_modules" / "@expo-google-fonts" / "noto-sans-sc"
REGULAR, BOLD = "NotoSansSC", "NotoSansSC-Bold"
FILES = {
    REGULAR: PACKAGE / "400Regular" / "NotoSansSC_400Regular.ttf",
    BOLD: PACKAGE / "700Bold" / "NotoSansSC_700Bold.ttf",
}

# Marks that begin no line hang behind the one before; ReportLab knows the Japanese ones alone.
for splitter in (textsplit, paragraph):
    splitter.ALL_CANNOT_START += "，；：？！”’"


class FontMissing(Unavailable):
    code = "font_missing"
    message = "没有找到中文字体，请先运行 make setup"


class GlyphMissing(InvalidInput):
    code = "glyph_missing"
    message = "字体里没有这个字"


@cache
def use_fonts() -> None:
    """Registers both weights once for the process; reading them takes a second."""
    for name, file in FILES.items():
        if not Path(file).exists():
            raise FontMissing
        pdfmetrics.registerFont(TTFont(name, str(file)))


def check_glyphs(words: str, where: str, what: str = "海报") -> str:
    """The words, when every character can be printed; raises GlyphMissing naming the first."""
    use_fonts()
    for name in FILES:
        known = pdfmetrics.getFont(name).face.charToGlyph
        for character in words:
            if ord(character) not in known:
                raise GlyphMissing(
                    f"字体里没有「{character}」(U+{ord(character):04X})这个字，"
                    f"印不出{where}的{what}。请换成同音字或联系我们换字体"
                )
    return words


def is_printable(words: str) -> bool:
    """Whether every character has a glyph in both weights."""
    use_fonts()
    known = [pdfmetrics.getFont(name).face.charToGlyph for name in FILES]
    return all(ord(character) in glyphs for glyphs in known for character in words)


def width_of(words: str, font: str, size: float) -> float:
    use_fonts()
    return float(pdfmetrics.stringWidth(words, font, size))
