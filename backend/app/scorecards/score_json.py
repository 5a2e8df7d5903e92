"""Scores as rows and canonical bytes: what is stored, frozen and compared."""

import hashlib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import orjson

from backend.app.scoring.apportioning import FULL
from backend.app.scoring.month import HUNDRED, IndicatorScore, UnitScore
from backend.app.scoring.totals import AppliedAdjustment


def indicators_json(score: UnitScore) -> list[dict[str, Any]]:
    return [indicator._asdict() for indicator in score.indicators]


def scores_from(rows: Iterable[Mapping[str, Any]]) -> list[IndicatorScore]:
    """What indicators_json wrote, or rules 1 did: there an indicator that was measured had its
    weight of the weights that were."""
    listed = list(rows)
    measured = sum(row["weight"] for row in listed if row["n"]) or 1
    return [
        IndicatorScore(
            **{name: row[name] for name in IndicatorScore._fields if name != "share"},
            share=row.get("share", FULL * row["weight"] // measured if row["n"] else 0),
        )
        for row in listed
    ]


def adjustments_json(score: UnitScore, given: Iterable[AppliedAdjustment]) -> list[dict[str, Any]]:
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
        "error": f"{score.error:.4f}", "light": score.light.code, "people": score.people,
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
