"""Rounds with their questions, paper votes, and what is left of a round: counts."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Id, Model
from backend.app.core.states import one_of
from backend.app.scoring.disclosure import Shown
from backend.app.surveys.answers import QuestionKind
from backend.app.surveys.states import UNFINISHED, PaperState, RoundState, TextState

FIRST_OF_MONTH = "EXTRACT(DAY FROM period) = 1"


class LibraryQuestion(Model):
    """A county's own question, beside those that are shipped; retired, never deleted."""

    __tablename__ = "survey_question"
    __table_args__ = (
        CheckConstraint(one_of("kind", QuestionKind), name="kind"),
        Index(None, "county_id"),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    kind: Mapped[str] = mapped_column(String(8))
    words: Mapped[str] = mapped_column(String(60))
    options: Mapped[list[str]] = mapped_column(ARRAY(String(20)), server_default="{}")
    retired: Mapped[bool] = mapped_column(server_default=text("false"))


class SurveyRound(Model):
    """One month's questions of a county; once closed it never opens again.

    `questionnaires`: a list of {"kind": village type or null for all others, "questions": [...]}.
    """

    __tablename__ = "survey_round"
    __table_args__ = (
        CheckConstraint(FIRST_OF_MONTH, name="period"),
        CheckConstraint(one_of("state", RoundState), name="state"),
        CheckConstraint("closes_at > opens_at", name="order"),
        CheckConstraint(
            f"(state = '{RoundState.PUBLISHED}') = (published_at IS NOT NULL)", name="published"
        ),
        UniqueConstraint("county_id", "period"),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    period: Mapped[date]
    title: Mapped[str] = mapped_column(String(40))
    questionnaires: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    version: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"))
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(10), server_default="draft")


class SurveyRoundVersion(Model):
    """What a round said when it was saved: title, questionnaires, times."""

    __tablename__ = "survey_round_version"

    round_id: Mapped[int] = mapped_column(ForeignKey("survey_round.id"), primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    content: Mapped[dict[str, Any]]
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    saved_at: Mapped[datetime]


CHANNEL = "channel IN ('phone', 'paper')"


class SurveyTally(Model):
    """How many chose each option of a question, in one unit. No row of any person exists.

    Never shown as it is: what may be said is in SurveyResult, and with it these rows are gone.
    """

    __tablename__ = "survey_tally"
    __table_args__ = (CheckConstraint(CHANNEL, name="channel"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("survey_round.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("ballot_unit.id"), primary_key=True)
    question: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    channel: Mapped[str] = mapped_column(String(5), primary_key=True, server_default="phone")
    counts: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    # How many answered: fewer than the sum of the counts where several options may be chosen.
    people: Mapped[int]


class SurveyResult(Model):
    """What is said about one unit and question, written once: a row of scoring/disclosure.py."""

    __tablename__ = "survey_result"
    __table_args__ = (
        CheckConstraint(CHANNEL, name="channel"),
        CheckConstraint(one_of("shown", Shown), name="shown"),
        CheckConstraint(
            f"(shown = '{Shown.HIDDEN}') = (n IS NULL) AND (n IS NULL) = (counts IS NULL)",
            name="hidden",
        ),
        # A majority is named where one option is chosen; where several are, each has its own band.
        CheckConstraint(
            f"(shown = '{Shown.BANDED}') = (at_least IS NOT NULL)"
            f" AND (majority IS NULL OR shown = '{Shown.BANDED}')",
            name="banded",
        ),
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("survey_round.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("ballot_unit.id"), primary_key=True)
    question: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    channel: Mapped[str] = mapped_column(String(5), primary_key=True)
    shown: Mapped[str] = mapped_column(String(6))
    n: Mapped[int | None]
    counts: Mapped[list[int] | None] = mapped_column(ARRAY(Integer))
    majority: Mapped[int | None] = mapped_column(SmallInteger)
    at_least: Mapped[int | None] = mapped_column(SmallInteger)


class SurveyAnswerList(Model):
    """Digests of the answers that were counted, sorted: a list a shown unit, one for all hidden.

    Until the publication there is one row a unit, and it is shown to nobody.
    """

    __tablename__ = "survey_answer_list"
    __table_args__ = (CheckConstraint("unit_id = unit_ids[1]", name="units"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("survey_round.id"), primary_key=True)
    # The first of its units.
    unit_id: Mapped[int] = mapped_column(ForeignKey("ballot_unit.id"), primary_key=True)
    unit_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    digests: Mapped[list[bytes]] = mapped_column(ARRAY(LargeBinary))


class SurveyText(Model):
    """Words somebody left, detached from every other answer; the county reads them first."""

    __tablename__ = "survey_text"
    __table_args__ = (
        CheckConstraint(one_of("state", TextState), name="state"),
        CheckConstraint(CHANNEL, name="channel"),
        Index(None, "round_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("survey_round.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("ballot_unit.id"))
    question: Mapped[int] = mapped_column(SmallInteger)
    channel: Mapped[str] = mapped_column(String(5), server_default="phone")
    words: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12), server_default=TextState.MODERATED)


class PaperIssue(Model):
    """Somebody without the mini-program was given a slip: a keyed digest, so that it stays one."""

    __tablename__ = "paper_issue"
    __table_args__ = (CheckConstraint("octet_length(person_digest) = 32", name="sizes"),)

    unit_id: Mapped[int] = mapped_column(ForeignKey("ballot_unit.id"), primary_key=True)
    person_digest: Mapped[bytes] = mapped_column(primary_key=True)


class SurveyPaper(Model):
    """How many slips a unit was given and had counted, written once with its results."""

    __tablename__ = "survey_paper"
    __table_args__ = (CheckConstraint("given >= 0 AND counted >= 0", name="numbers"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("survey_round.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("ballot_unit.id"), primary_key=True)
    given: Mapped[int]
    counted: Mapped[int]


class PaperBatch(Model):
    """Slips of one box, at least ten, entered by two people apart; counted where both agree.

    The entries are sealed, lie here only until the two agree, and are deleted with the counting.
    """

    __tablename__ = "paper_batch"
    __table_args__ = (
        CheckConstraint("slips BETWEEN 10 AND 200", name="slips"),
        CheckConstraint(one_of("state", PaperState), name="state"),
        CheckConstraint("second_by_id <> first_by_id", name="two_people"),
        CheckConstraint(
            f"{one_of('state', UNFINISHED)} OR (first_entry IS NULL AND second_entry IS NULL)",
            name="entries_go",
        ),
        Index(None, "round_id"),
    )

    id: Mapped[Id]
    round_id: Mapped[int] = mapped_column(ForeignKey("survey_round.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("ballot_unit.id"))
    slips: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(String(8), server_default="first")
    first_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    second_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    first_entry: Mapped[bytes | None]
    second_entry: Mapped[bytes | None]
