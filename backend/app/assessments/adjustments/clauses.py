"""依据条款: by which clause of the programme points are given or taken, and how many. Pure."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from backend.app.assessments.programmes.library.templates import read_template
from backend.app.assessments.states import ProgrammeAdjustmentKind as Kind
from backend.app.scoring.assessing.exemption import AFTERWARDS as HALF

OTHER = "other"
BEFORE, AFTERWARDS = "exemption_before", "exemption_after"
# What an exemption may give back of its target's lost points, by when it was put on record.
GIVEN_BACK = {BEFORE: Fraction(1), AFTERWARDS: HALF}
# 富办发〔2026〕12号, with whatever brackets.
DOCUMENT = re.compile(r".+[〔\[［（(]\d{4}[〕\]］）)].*\d+\s*号.*")
# Proposed on a form or in a workbook; cards come from the ladder and from checks.
DECLARED = (Kind.BONUS, Kind.DEDUCTION, Kind.VETO, Kind.NO_EXCELLENT)
WITHOUT_POINTS = frozenset({Kind.VETO, Kind.NO_EXCELLENT})


class Clause(NamedTuple):
    """What a clause is called and what it is worth; None: as much as is proposed."""

    code: str
    kind: str
    name: str
    points: Decimal | None


def clauses_of(content: Mapping[str, Any]) -> list[Clause]:
    """Those of the programme, without any 富平's, and its vetoes with their documents."""
    listed = content.get("clauses") or read_template("fuping")["clauses"]
    return [
        *(Clause(code, kind, name, Decimal(points)) for code, kind, name, points in listed),
        *(
            Clause(f"veto_{place}", row["kind"], f"{row['name']}（{row['document']}）", Decimal(0))
            for place, row in enumerate(content.get("vetoes", ()), 1)
        ),
    ]


def clause_named(name: str, kind: str, clauses: Sequence[Clause]) -> Clause:
    """The clause of this kind by its name; any other words are a clause of their own."""
    known = next((row for row in clauses if row.name == name and row.kind == kind), None)
    if known is not None:
        return known
    return Clause(OTHER, kind, name, Decimal(0) if kind in WITHOUT_POINTS else None)


def is_document(words: str) -> bool:
    """Whether it has the number of a document: who issued it, the year, 号."""
    return DOCUMENT.fullmatch(words) is not None
