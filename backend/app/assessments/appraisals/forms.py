"""The boxes of a round's groups and of a group's counts."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from backend.app.assessments.appraisals.operations import MOST_INVITED, RaterGroup
from backend.app.assessments.programmes.queries import MemberUnit
from backend.app.assessments.programmes.templates import read_template
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form
from backend.app.scoring.levels import NUMBERS

# More lines than any template has, for a county's own groups.
MORE_LINES = 2


def usual_groups(content: Mapping[str, Any]) -> list[RaterGroup]:
    """Those of the programme; of one that was drafted without any, 富平's."""
    listed = content.get("raters") or read_template("fuping")["raters"]
    return [
        RaterGroup(name, Decimal(weight), least, merged) for name, weight, least, merged in listed
    ]


def read_groups(lines: int) -> tuple[str, list[RaterGroup]]:
    """The round's title and its groups; raises InvalidInput naming every box."""
    form = Form.of(
        title=boxes.Text(squeezed=True),
        **{f"name_{n}": boxes.Text(squeezed=True) for n in range(lines)},
        **{f"weight_{n}": boxes.Amount("权重应为数字", places=2, most=999) for n in range(lines)},
        **{f"least_{n}": boxes.Number("最少票数应为整数", most=99) for n in range(lines)},
        **{f"merged_{n}": boxes.YesNo() for n in range(lines)},
        **{f"invited_{n}": boxes.Number("发票数应为整数", most=MOST_INVITED)
           for n in range(lines)},
    ).read()  # fmt: skip
    groups = [
        RaterGroup(
            form[f"name_{n}"], form[f"weight_{n}"] or Decimal(0), form[f"least_{n}"] or 0,
            form[f"merged_{n}"], form[f"invited_{n}"],
        )
        for n in range(lines)
        if form[f"name_{n}"]
    ]  # fmt: skip
    return form["title"], groups


def read_counts(units: Sequence[MemberUnit]) -> dict[int, list[int]]:
    """The grid of a group: of every unit how many ballots gave each level."""
    names = {(unit.id, level): f"c_{unit.id}_{level}" for unit in units for level in NUMBERS}
    form = Form.of(
        **{name: boxes.Number("票数应为整数", most=MOST_INVITED) for name in names.values()}
    ).read()
    return {
        unit.id: [form[names[unit.id, level]] or 0 for level in NUMBERS] for unit in units
    }  # fmt: skip
