"""评价票汇总: one line a slip, a column a question, each cell a level; out empty, back in whole."""

import unicodedata
from collections.abc import Mapping, Sequence

from backend.app.assessments.appraisals.counting import BallotQuestion
from backend.app.assessments.appraisals.questions import QuestionWords
from backend.app.assessments.targets.sheet_tables import LineFaults, table_of
from backend.app.core.errors import InvalidInput
from backend.app.core.files.spreadsheets import read_sheet
from backend.app.core.files.workbooks import form_sheet
from backend.app.scoring.levels import LEVELS

SHEET, ROUND, GROUP, SLIP = "评价票汇总", "轮次", "组别", "票号"
USUAL_SLIPS, LONGEST_SLIP = 20, 20
# A level by its name or by its number.
KNOWN = {level.name: level.number for level in LEVELS} | {
    str(level.number): level.number for level in LEVELS
}  # fmt: skip


def ballot_book(
    title: str, group: str, questions: Sequence[QuestionWords], invited: int | None
) -> bytes:  # fmt: skip
    """As many numbered lines as ballots were handed out."""
    rows = [
        [title, group, str(number), *("" for _ in questions)]
        for number in range(1, (invited or USUAL_SLIPS) + 1)
    ]
    return form_sheet(SHEET, (ROUND, GROUP, SLIP, *(asked.name for asked in questions)), rows)


def read_ballots(
    title: str, group: str, questions: Sequence[QuestionWords], content: bytes
) -> dict[str, dict[BallotQuestion, int]]:
    """The levels of each slip; raises InvalidInput with every fault by its line."""
    table = table_of(read_sheet(content, SHEET, (ROUND, GROUP, SLIP)), (ROUND, GROUP, SLIP))
    known = {asked.name: asked.question for asked in questions}
    strangers = [name for name in table.headings[3:] if name and name not in known]
    if strangers:
        words = f"「{'、'.join(strangers[:3])}」不是这一轮测评的，请用下载的表来填"
        raise InvalidInput(errors={"file": [words]})
    faults = LineFaults(table.faults[:])
    slips: dict[str, dict[BallotQuestion, int]] = {}
    for number, cells in zip(table.numbers, table.rows, strict=True):
        named = {
            heading: cell.strip() for heading, cell in zip(table.headings, cells, strict=False)
        }
        levels = _levels(number, named, known, faults)
        if levels:
            _check_line(number, named, (title, group), slips, faults)
            slips[named[SLIP]] = levels
    faults.refuse()
    return slips


def _levels(
    number: int, cells: Mapping[str, str], known: Mapping[str, BallotQuestion], faults: LineFaults
) -> dict[BallotQuestion, int]:
    levels = {}
    for name, question in known.items():
        word = unicodedata.normalize("NFKC", cells.get(name, ""))
        if word in KNOWN:
            levels[question] = KNOWN[word]
        elif word:
            faults.note(number, f"「{name}」填 {'、'.join(level.name for level in LEVELS)} 之一")
    return levels


def _check_line(
    number: int, cells: Mapping[str, str], expected: tuple[str, str],
    slips: Mapping[str, object], faults: LineFaults,
) -> None:  # fmt: skip
    if (cells.get(ROUND), cells.get(GROUP)) != expected:
        faults.note(number, f"轮次和组别应为 {expected[0]}、{expected[1]}")
    if not 1 <= len(cells.get(SLIP, "")) <= LONGEST_SLIP:
        faults.note(number, f"「{SLIP}」填 1 到 {LONGEST_SLIP} 个字")
    elif cells[SLIP] in slips:
        faults.note(number, f"「{SLIP}」{cells[SLIP]} 出现了两次")
