"""The boxes of a round's groups and of a group's counts."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from backend.app.assessments.appraisals.counting import BallotQuestion
from backend.app.assessments.appraisals.operations import (
    MOST_INVITED,
    TRIM_WORDS,
    RaterGroup,
    RoundDraft,
)
from backend.app.assessments.appraisals.questions import QuestionWords
from backend.app.assessments.programmes.library.templates import read_template
from backend.app.assessments.states.appraisals import AppraisalKind
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form
from backend.app.scoring.assessing.appraisal import LEAST, LEAST_LEADERS
from backend.app.scoring.levels import NUMBERS

# More lines than any template has, for a county's own groups.
MORE_LINES = 2


# Superiors are few: they are shown only merged. Weights of 乐平's 360°.
USUAL_360 = (
    RaterGroup("上级", Decimal(40), LEAST_LEADERS, is_merged=True),
    RaterGroup("同级", Decimal(20), LEAST),
    RaterGroup("群众", Decimal(40), LEAST),
)


def usual_groups(
    content: Mapping[str, Any], kind: AppraisalKind = AppraisalKind.SOCIAL
) -> list[RaterGroup]:
    """Those of the programme; of one that was drafted without any, 富平's or 乐平's."""
    if kind is AppraisalKind.ELEMENTS:
        listed = content.get("raters_360")
        if not listed:
            return list(USUAL_360)
    else:
        listed = content.get("raters") or read_template("fuping")["raters"]
    return [
        RaterGroup(name, Decimal(weight), least, merged) for name, weight, least, merged in listed
    ]


def read_round(lines: int) -> RoundDraft:
    """The round with its groups; raises InvalidInput naming every box."""
    form = Form.of(
        title=boxes.Text(squeezed=True),
        kind=boxes.Choice(list(AppraisalKind), missing="请选评什么"),
        ends_on=boxes.Day("截止日期不对"), trim=boxes.Amount(TRIM_WORDS, places=1, most=10),
        **{f"name_{n}": boxes.Text(squeezed=True) for n in range(lines)},
        **{f"weight_{n}": boxes.Amount(f"第 {n + 1} 组：权重应为数字", places=2, most=999)
           for n in range(lines)},
        **{f"least_{n}": boxes.Number(f"第 {n + 1} 组：最少票数应为整数", most=99)
           for n in range(lines)},
        **{f"merged_{n}": boxes.YesNo() for n in range(lines)},
        **{f"invited_{n}": boxes.Number(f"第 {n + 1} 组：发票数应为整数", most=MOST_INVITED)
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
    trim = (form["trim"] or Decimal(0)) / 100
    kind = AppraisalKind.of(form["kind"])
    return RoundDraft(form["title"], groups, kind, form["ends_on"], trim)


def read_counts(questions: Sequence[QuestionWords]) -> dict[BallotQuestion, list[int]]:
    """The grid of a group: of every question how many ballots gave each level."""
    names = {
        (place, level): f"c_{place}_{level}"
        for place in range(len(questions)) for level in NUMBERS
    }  # fmt: skip
    form = Form.of(
        **{
            name: boxes.Number(
                f"「{questions[place].name}」第 {level} 列：票数应为整数", most=MOST_INVITED
            )
            for (place, level), name in names.items()
        }
    ).read()
    return {
        asked.question: [form[names[place, level]] or 0 for level in NUMBERS]
        for place, asked in enumerate(questions)
    }  # fmt: skip
