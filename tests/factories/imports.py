"""Files handed in and taken over as the desk does it: the acts, and the jobs behind them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.app.access import Actor
from backend.app.core.db import db, transaction
from backend.app.imports import job_operations, operations
from backend.app.imports.kinds import ClerkQuestion, ImportKind
from backend.app.imports.models import DataImport, ImportRow
from backend.app.imports.states import ImportState


@dataclass(frozen=True)
class Desk:
    """Somebody who imports one kind of file into a county."""

    actor: Actor
    county_id: int
    kind: ImportKind

    def start(
        self, content: bytes | str, name: str = "a.csv", source: str = "市12345", **params: Any
    ) -> int:
        """Hands a file in and has it read."""
        raw = content.encode() if isinstance(content, str) else content
        with transaction():
            made = operations.start_import(
                self.actor, self.kind, self.county_id, source, params, raw, name
            )
            import_id = made.id
        job_operations.check_import(import_id)
        return import_id

    def take_over(self, import_id: int) -> dict[str, int]:
        with transaction():
            operations.request_apply(self.actor, self.kind, import_id)
        job_operations.apply_import(import_id)
        return counts(import_id)

    def bring(self, content: bytes | str, name: str = "a.csv", **more: Any) -> dict[str, int]:
        """All at once; what came of the rows."""
        return self.take_over(self.start(content, name, **more))

    def answer(self, import_id: int, answers: Mapping[str, str]) -> None:
        """What a clerk says, by the text that stands in the file."""
        asked = {question.text: str(n) for n, question in enumerate(questions(import_id))}
        with transaction():
            operations.choose_answers(
                self.actor, self.kind, import_id,
                {asked[text]: answer for text, answer in answers.items()},
            )  # fmt: skip
        job_operations.check_import(import_id)

    def choose_columns(self, import_id: int, columns: Mapping[str, str], sheet: str = "") -> None:
        with transaction():
            operations.choose_columns(self.actor, self.kind, import_id, sheet, columns)
        job_operations.check_import(import_id)

    def undo(self, import_id: int) -> str | None:
        """The reason why it could not be taken back, or None."""
        with transaction():
            operations.request_undo(self.actor, self.kind, import_id)
        job_operations.undo_import(import_id)
        return found(import_id).fault


def found(import_id: int) -> DataImport:
    db.session.rollback()
    return db.session.get_one(DataImport, import_id, populate_existing=True)


def state(import_id: int) -> ImportState:
    return ImportState(found(import_id).state)


def counts(import_id: int) -> dict[str, int]:
    """By outcome, without those that have none."""
    return {name: number for name, number in found(import_id).counts.items() if number}


def questions(import_id: int) -> list[ClerkQuestion]:
    return operations.questions_of(found(import_id))


def outcomes(import_id: int) -> list[tuple[int, str, str]]:
    """Line, outcome and words of every row."""
    db.session.rollback()
    rows = db.session.query(ImportRow).filter_by(import_id=import_id).order_by(ImportRow.line)
    return [(row.line, row.outcome, "；".join(row.words)) for row in rows]


def refused(import_id: int) -> dict[int, str]:
    """Reasons by line."""
    return {line: words for line, outcome, words in outcomes(import_id) if outcome == "refused"}
