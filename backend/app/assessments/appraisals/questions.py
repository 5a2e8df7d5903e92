"""What a round asks: a level for each unit, or for each judged element of each unit."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from backend.app.assessments.appraisals.counting import BallotQuestion
from backend.app.assessments.measures.queries import measured_targets
from backend.app.assessments.models import AppraisalQuestion, AppraisalRound, ProgrammeElement
from backend.app.assessments.programmes.queries import list_elements, list_units
from backend.app.assessments.states.appraisals import AppraisalKind
from backend.app.core.db import db
from backend.app.scoring.assessing.rules import RuleCode
from backend.app.scoring.levels import LEVEL_NAMES

BALLOT = "ballot:"


@dataclass(frozen=True)
class QuestionWords:
    """A question as raters and those who count read it; anchors are best first."""

    question: BallotQuestion
    unit: str
    unit_group: str
    element: str = ""
    anchors: Sequence[str] = LEVEL_NAMES

    @property
    def name(self) -> str:
        return f"{self.unit} {self.element}".rstrip()


def rated_elements(programme_id: int) -> list[ProgrammeElement]:
    """The elements whose value raters give."""
    return [row for row in list_elements(programme_id) if row.source.startswith(BALLOT)]


def is_judged(element: ProgrammeElement) -> bool:
    """Whether its value is the mean of anchors; of another rule it is points of a hundred."""
    return (element.rule or {}).get("rule") == RuleCode.JUDGED


def anchors_of(element: ProgrammeElement) -> Sequence[str]:
    """Its sentences, best first; the usual levels where it has none."""
    return element.anchors[::-1] or LEVEL_NAMES


def questions_to_ask(programme_id: int, kind: AppraisalKind) -> list[BallotQuestion]:
    """Of a round that is opened now, in the order of its ballot."""
    units = list_units(programme_id)
    if kind is AppraisalKind.SOCIAL:
        return [BallotQuestion(unit.id) for unit in units]
    elements = rated_elements(programme_id)
    asked = {
        (target.unit_id, element.id)
        for element in elements
        for target in measured_targets(programme_id, element.id)
    }
    return [
        BallotQuestion(unit.id, element.id)
        for unit in units for element in elements
        if (unit.id, element.id) in asked
    ]  # fmt: skip


def questions_of(round_id: int) -> list[BallotQuestion]:
    """In the order of the ballot; a ballot's answers stand in the same."""
    query = select(AppraisalQuestion).where(AppraisalQuestion.round_id == round_id)
    rows = db.session.scalars(query.order_by(AppraisalQuestion.position))
    return [BallotQuestion(row.unit_id, row.element_id) for row in rows]


def worded_questions(held: AppraisalRound) -> list[QuestionWords]:
    """The questions of a round in the words of its programme."""
    units = {unit.id: unit for unit in list_units(held.programme_id)}
    elements = {element.id: element for element in list_elements(held.programme_id)}

    def worded(question: BallotQuestion) -> QuestionWords:
        unit = units[question.unit_id]
        if question.element_id is None:
            return QuestionWords(question, unit.name, unit.group_name)
        element = elements[question.element_id]
        return QuestionWords(
            question, unit.name, unit.group_name, element.name, anchors_of(element)
        )

    return [worded(question) for question in questions_of(held.id)]
