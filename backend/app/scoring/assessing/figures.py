"""Exact figures: from text, from decimals, and as a share of a span."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from backend.app.scoring.schemes import Exact

Figure = Exact
ZERO, WHOLE = Fraction(0), Fraction(1)


def exact(value: Figure) -> Fraction:
    """The same figure as a fraction."""
    return value if isinstance(value, Fraction) else Fraction(value)


def figure_of(raw: object) -> Fraction | None:
    """What a figure written as text is; None where it is no finite decimal."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | Decimal):
        return None
    try:
        value = Decimal(raw)
    except InvalidOperation:
        return None
    return Fraction(value) if value.is_finite() else None


def added(ratios: Iterable[tuple[int, int]]) -> Fraction:
    """The sum of many ratios, reduced once at the end."""
    top, bottom = 0, 1
    for part, of in ratios:
        if of == bottom:
            top += part
        else:
            top, bottom = top * of + part * bottom, bottom * of
    return Fraction(top, bottom)


def clip(share: Fraction, least: Fraction = ZERO, most: Fraction = WHOLE) -> Fraction:
    """Cut to between the two bounds."""
    return min(max(share, least), most)


def written(value: Fraction) -> str:
    """A figure that came from a decimal, as the shortest decimal that is it."""
    text = f"{Decimal(value.numerator) / Decimal(value.denominator):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
