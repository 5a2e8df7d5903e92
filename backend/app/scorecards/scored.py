"""Scores as rows and canonical bytes: what is stored, frozen and compared."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import orjson

from backend.app.scoring.comparison import Fit
from backend.app.scoring.month import HUNDRED, Fits, UnitScore
from backend.app.scoring.totals import Adjustment


def indicators_json(score: UnitScore) -> list[dict[str, Any]]:
    return [one._asdict() for one in score.indicators]


def adjustments_json(score: UnitScore, given: Iterable[Adjustment]) -> list[dict[str, Any]]:
    """What each adjustment moved, in hundredths, with its rule and case."""
    return [
        {"kind": one.kind.value, "ref": one.ref, "rule": one.rule, "moved": moved}
        for one, moved in zip(given, score.adjustments, strict=False)
    ]


def points(hundredths: int | None) -> Decimal | None:
    return None if hundredths is None else Decimal(hundredths) / HUNDRED


def canonical(score: UnitScore) -> bytes:
    """The same bytes for the same score."""
    content = {
        "village": score.unit, "kind": score.kind, "total": score.total,
        "error": f"{score.error:.4f}", "light": score.light.code,
        "indicators": indicators_json(score), "adjustments": list(score.adjustments),
        "rank": [score.rank, score.rank_low, score.rank_high], "band": score.band,
        "calibrated": score.calibrated,
    }  # fmt: skip
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def digest(scores: Iterable[UnitScore]) -> bytes:
    """SHA-256 over the canonical lines, by village."""
    sha = hashlib.sha256()
    for score in sorted(scores, key=lambda one: one.unit):
        sha.update(canonical(score) + b"\n")
    return sha.digest()


def fits_json(fits: Fits) -> list[dict[str, Any]]:
    """The common values of each kind and measurement; floats survive JSON to the last bit."""
    return [
        {"kind": kind, "code": code, **(asdict(fit) if fit else {"centre": None})}
        for kind, of_kind in fits.items()
        for code, fit in of_kind.items()
    ]


def fits_from(rows: Iterable[Mapping[str, Any]]) -> dict[str | None, dict[str, Fit | None]]:
    """What fits_json wrote."""
    found: dict[str | None, dict[str, Fit | None]] = {}
    for row in rows:
        fit = None
        if row["centre"] is not None:
            fit = Fit(row["centre"], row["strength"], row["within"])
        found.setdefault(row["kind"], {})[row["code"]] = fit
    return found
