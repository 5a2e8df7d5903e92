"""The shapes of tickets on the wire."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from backend.app.core.web.schemas import IdField, QueryId, Shape
from backend.app.scoring.levels import BEST, WORST
from backend.app.tickets.handling import LONGEST
from backend.app.tickets.kinds import TicketKind
from backend.app.tickets.states import State

KIND = validate.OneOf([kind.value for kind in TicketKind], error="请从列表中选一个")
SECONDS = validate.Range(min=0, max=4 * 3600, error="应为秒数")


def words_field() -> fields.String:
    return fields.String(
        allow_none=True,
        load_default=None,
        validate=validate.Length(max=LONGEST, error=f"最多写 {LONGEST} 个字"),
    )


class Ids(fields.List):
    """A few ids."""

    def __init__(self, most: int = 4) -> None:
        super().__init__(
            IdField(),
            load_default=list,
            validate=validate.Length(max=most, error=f"最多 {most} 个"),
        )


class KindShape(Shape):
    code = fields.String(required=True)
    name = fields.String(required=True)
    hint = fields.String(required=True)


class CategoryShape(Shape):
    code = fields.String(required=True)
    name = fields.String(required=True)
    icon = fields.String(required=True)
    examples = fields.List(fields.String())


class OptionsShape(Shape):
    kinds = fields.List(fields.Nested(KindShape))
    categories = fields.List(fields.Nested(CategoryShape))
    confidential_hint = fields.String()
    most_photos = fields.Integer()
    most_seconds = fields.Integer()


class WordsShape(Shape):
    words = fields.String(required=True, validate=validate.Length(max=LONGEST, error="太长了"))


class SuggestionShape(Shape):
    category = fields.String(allow_none=True)
    kind = fields.String(allow_none=True)
    because = fields.List(fields.String())


class CallBackShape(Shape):
    office = fields.String(allow_none=True, required=True)
    answer_by = fields.AwareDateTime(allow_none=True, required=True)
    day = fields.String(allow_none=True, required=True)


class FileShape(Shape):
    id = IdField(required=True)
    kind = fields.String(required=True)
    url = fields.String(required=True)
    seconds = fields.Integer(allow_none=True)


class NewTicketShape(Shape):
    kind = fields.String(required=True, validate=KIND)
    category = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=20))
    words = words_field()
    file_ids = Ids()
    village_id = IdField(required=True)
    group_id = IdField(load_default=None, allow_none=True)
    place_note = fields.String(load_default=None, allow_none=True)
    confidential = fields.Boolean(load_default=False)
    about_cadres = fields.Boolean(load_default=False)
    phone = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=20))


class LightShape(Shape):
    code = fields.String()
    word = fields.String()
    icon = fields.String()


class CardShape(Shape):
    id = IdField(required=True)
    number = fields.String()
    kind = fields.String()
    kind_name = fields.String()
    category = fields.Nested(CategoryShape, allow_none=True)
    words = fields.String(allow_none=True)
    words_state = fields.String()
    state = fields.String(validate=validate.OneOf([state.value for state in State]))
    state_name = fields.String()
    group = fields.String()
    light = fields.Nested(LightShape)
    due_at = fields.AwareDateTime()
    # Of whoever acts next: signing comes before the answer.
    next_due_at = fields.AwareDateTime()
    due_text = fields.String()
    unit_name = fields.String()
    village_name = fields.String()
    created_at = fields.AwareDateTime()
    round = fields.Integer()
    needs = fields.String(allow_none=True)
    version = fields.Integer()


class TimelineShape(Shape):
    at = fields.AwareDateTime()
    title = fields.String()
    words = fields.String(allow_none=True)
    by = fields.String()
    tone = fields.String()
    files = fields.List(fields.Nested(FileShape))


class AnswerShape(Shape):
    office = fields.String()
    at = fields.AwareDateTime()
    words = fields.String(allow_none=True)
    cannot = fields.Boolean()
    files = fields.List(fields.Nested(FileShape))


class VerdictShape(Shape):
    answer = fields.String()
    name = fields.String()
    level = fields.Integer(allow_none=True)


class ExtensionShape(Shape):
    state = fields.String()
    days = fields.Integer()
    reason = fields.String()
    note = fields.String(allow_none=True)


class ContactShape(Shape):
    name = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)


class TicketShape(CardShape):
    place_note = fields.String(allow_none=True)
    group_name = fields.String(allow_none=True)
    files = fields.List(fields.Nested(FileShape))
    confidential = fields.Boolean()
    about_cadres = fields.Boolean()
    timeline = fields.List(fields.Nested(TimelineShape))
    answer = fields.Nested(AnswerShape, allow_none=True)
    question = fields.String(allow_none=True)
    verdict = fields.Nested(VerdictShape, allow_none=True)
    extension = fields.Nested(ExtensionShape, allow_none=True)
    reopened_by_villager = fields.Boolean()
    may = fields.List(fields.String())
    contact = fields.Nested(ContactShape, allow_none=True)
    # Beside what is late: who had it how long. Not for its author.
    time_shares = fields.String(allow_none=True)


class PageQuery(Shape):
    before = QueryId(load_default=None)


class OwnTicketsShape(Shape):
    items = fields.List(fields.Nested(CardShape))
    next = fields.Integer(allow_none=True)
    needing_answer = fields.Integer()


class ActShape(Shape):
    """What every act sends: the version it saw."""

    version = fields.Integer(
        required=True, strict=True, validate=validate.Range(min=1, max=2**31 - 1, error="编号不对")
    )


class SupplementShape(ActShape):
    words = words_field()
    file_ids = Ids()


class VerdictInputShape(ActShape):
    answer = fields.String(
        required=True,
        validate=validate.OneOf(
            ["solved", "partly", "not"], error="请选「解决了」「解决了一部分」或「没解决」"
        ),
    )
    reopen = fields.Boolean(load_default=False)
    level = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=validate.Range(min=BEST, max=WORST, error="请从五个表情里选一个"),
    )
    words = words_field()

    @validates_schema
    def check_reopening(self, data: dict[str, Any], **_: Any) -> None:
        if data["reopen"] and data["answer"] != "not":
            raise ValidationError("说了没解决，才能要求重办", "reopen")


class WithWordsShape(ActShape):
    words = words_field()


class TypedShape(ActShape):
    """What an office writes, with how long the typing took."""

    words = words_field()
    typing_seconds = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=SECONDS
    )


class WrittenShape(TypedShape):
    file_ids = Ids()


class ExtensionInputShape(TypedShape):
    days = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(min=1, max=15, error="一次可申请 1 到 15 天"),
    )


class ReplyShape(WrittenShape):
    result = fields.String(
        required=True,
        validate=validate.OneOf(["done", "cannot"], error="请选「办好了」或「确实办不了」"),
    )


class QueueQuery(Shape):
    view = fields.String(
        load_default="todo",
        validate=validate.OneOf(["todo", "waiting", "done"], error="没有这一栏"),
    )
    before_id = QueryId(load_default=None)


class CountsShape(Shape):
    todo = fields.Integer()
    late = fields.Integer()
    soon = fields.Integer()
    today = fields.Integer()
    waiting = fields.Integer()


class QueueShape(Shape):
    counts = fields.Nested(CountsShape)
    headline = fields.String()
    items = fields.List(fields.Nested(CardShape))
    next = fields.Integer(allow_none=True)


class RepliesQuery(Shape):
    q = fields.String(load_default="", validate=validate.Length(max=40, error="最多 40 个字"))


class ReplyTemplateShape(Shape):
    id = IdField()
    title = fields.String()
    words = fields.String()


class PastShape(Shape):
    number = fields.String()
    words = fields.String()
    on = fields.Date()


class RepliesShape(Shape):
    templates = fields.List(fields.Nested(ReplyTemplateShape))
    past = fields.List(fields.Nested(PastShape))
