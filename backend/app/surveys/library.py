"""Questions to choose from: those that are shipped, and a county's own."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from backend.app.access import Actor
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput, NotFound
from backend.app.core.text_check import clean_words
from backend.app.surveys.answers import Question, QuestionKind
from backend.app.surveys.models import LibraryQuestion

LEVEL, SINGLE, MULTIPLE, TEXT = QuestionKind
KIND_NAMES = {LEVEL: "五级满意", SINGLE: "单选", MULTIPLE: "多选", TEXT: "写几句"}
LONGEST_WORDS, LONGEST_OPTION, MOST_OPTIONS = 30, 12, 6
SHIPPED = (
    Question(LEVEL, "最近办事方便吗"),
    Question(LEVEL, "村干部办事公道吗"),
    Question(LEVEL, "反映的问题有人管吗"),
    Question(LEVEL, "村里的卫生满意吗"),
    Question(LEVEL, "村医看病满意吗"),
    Question(LEVEL, "用水方便吗"),
    Question(LEVEL, "晚上走路有灯吗，满意吗"),
    Question(LEVEL, "村务公开看得明白吗"),
    Question(SINGLE, "上个月到村里办过事吗", ("办成了", "没办成", "没去办过")),
    Question(SINGLE, "有事一般找谁", ("村干部", "小组长", "便民站", "12345", "不知道找谁")),
    Question(SINGLE, "哪件事最该先办好", ("修路", "路灯", "供水", "垃圾清运", "看病")),
    Question(MULTIPLE, "家里眼下有哪些难处", ("看病", "上学", "用水", "出行", "收入", "没有")),
    Question(MULTIPLE, "想从哪里知道村里的事", ("公示栏", "大喇叭", "微信群", "小程序", "开会")),
    Question(TEXT, "有什么建议"),
    Question(TEXT, "哪件事办得让您舒心"),
)


@dataclass(frozen=True)
class LibraryChoice:
    """One line of the library; `own_id` where it is the county's own."""

    key: str
    question: Question
    own_id: int | None = None


def list_library(county_id: int) -> list[LibraryChoice]:
    """Shipped ones first, then the county's own that are in use."""
    shipped = [LibraryChoice(f"s{number}", question) for number, question in enumerate(SHIPPED)]
    rows = db.session.scalars(
        select(LibraryQuestion)
        .where(LibraryQuestion.county_id == county_id, LibraryQuestion.retired.is_(False))
        .order_by(LibraryQuestion.id)
    )
    own = [
        (row.id, Question(QuestionKind(row.kind), row.words, tuple(row.options))) for row in rows
    ]
    return shipped + [LibraryChoice(f"o{own_id}", question, own_id) for own_id, question in own]


def check_question(kind: str, words: str, options: list[str], field: str) -> Question:
    """A question in good order; raises InvalidInput naming the field."""
    if kind not in {one.value for one in QuestionKind}:
        raise InvalidInput(errors={field: ["请选题型"]})
    text = clean_words(words, field, LONGEST_WORDS)
    if text is None or "\n" in text:
        raise InvalidInput(errors={field: ["请写一句问话"]})
    wanted = QuestionKind(kind)
    if wanted in (LEVEL, TEXT):
        return Question(wanted, text)
    cleaned = [option for given in options if (option := clean_words(given, field))]
    if not 2 <= len(cleaned) <= MOST_OPTIONS:
        raise InvalidInput(errors={field: [f"「{text}」应有 2 到 {MOST_OPTIONS} 个选项，一行一个"]})
    if len(set(cleaned)) != len(cleaned):
        raise InvalidInput(errors={field: [f"「{text}」有重复的选项"]})
    if any(len(option) > LONGEST_OPTION for option in cleaned):
        raise InvalidInput(errors={field: [f"「{text}」的选项最长 {LONGEST_OPTION} 个字"]})
    return Question(wanted, text, tuple(cleaned))


def add_question(actor: Actor, county_id: int, raw: dict[str, Any]) -> LibraryQuestion:
    """Keeps a county's own question for the months to come."""
    question = check_question(raw["kind"], raw["words"], raw["options"], "words")
    known = {choice.question.words for choice in list_library(county_id)}
    if question.words in known:
        raise InvalidInput(errors={"words": ["题库里已经有这一题"]})
    row = LibraryQuestion(
        county_id=county_id, kind=question.kind.value, words=question.words,
        options=list(question.options),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    record("add_survey_question", actor.person_id, "survey", row.id, name=question.words)
    return row


def retire_question(actor: Actor, county_id: int, question_id: int) -> None:
    """Takes an own question out of the library; rounds that asked it keep it."""
    row = db.session.get(LibraryQuestion, question_id)
    if row is None or row.county_id != county_id:
        raise NotFound
    row.retired = True
    record("retire_survey_question", actor.person_id, "survey", row.id, name=row.words)
