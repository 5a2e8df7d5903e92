"""A scheme as plain data and back, exact: figures are written as decimals in text."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from backend.app.scoring.catalog import half_at
from backend.app.scoring.schemes import AdjustmentKind, Indicator, Scheme, SchemeLight

# 1 had no k; it is found in months that were locked then.
SCHEMA = 2


def as_json(scheme: Scheme) -> dict[str, Any]:
    """Keys in a fixed order, so that the same scheme has the same bytes."""
    return {
        "schema": SCHEMA,
        "indicators": [
            {
                "code": indicator.code,
                "weight": f"{indicator.weight:f}",
                "floor": f"{indicator.floor:f}",
                "target": f"{indicator.target:f}",
                "unit_kind": indicator.unit_kind,
                "k": indicator.k,
            }
            for indicator in scheme.indicators
        ],
        "lights": [
            {"least": f"{one.least:f}", "code": one.code, "word": one.word, "icon": one.icon}
            for one in scheme.lights
        ],
        "caps": {kind.value: f"{cap:f}" for kind, cap in scheme.caps},
        "n_min": scheme.n_min,
        "level_points": list(scheme.level_points),
        "calibration": [f"{one:f}" for one in scheme.calibration] if scheme.calibration else None,
    }


def from_json(raw: Mapping[str, Any]) -> Scheme:
    """The scheme that as_json wrote; raises KeyError, ValueError or ArithmeticError for others."""
    calibration = raw["calibration"]
    return Scheme(
        tuple(
            Indicator(
                one["code"], Decimal(one["weight"]), Decimal(one["floor"]), Decimal(one["target"]),
                one["unit_kind"], one.get("k", half_at(one["code"])),
            )
            for one in raw["indicators"]
        ),
        tuple(
            SchemeLight(Decimal(one["least"]), one["code"], one["word"], one["icon"])
            for one in raw["lights"]
        ),
        tuple((kind, Decimal(raw["caps"][kind])) for kind in AdjustmentKind if kind in raw["caps"]),
        raw["n_min"],
        tuple(raw["level_points"]),
        (Decimal(calibration[0]), Decimal(calibration[1])) if calibration else None,
    )  # fmt: skip
