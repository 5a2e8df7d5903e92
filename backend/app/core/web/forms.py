"""Forms and addresses, read by marshmallow and webargs; nothing else asks a request for them."""

from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn, Self, TypeVar, cast
from urllib.parse import urlencode

import marshmallow as ma
from flask import Flask, Request, request
from webargs.flaskparser import FlaskParser
from webargs.multidictproxy import MultiDictProxy
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.local import LocalProxy

from backend.app.core.errors import InvalidInput
from backend.app.core.web.boxes import UNSAID, Box, Choice, Id
from backend.app.core.web.schemas import sentences

# What a form weighs beside the file it carries.
FORM_OVERHEAD = 64 * 1024
View = TypeVar("View", bound=Callable[..., Any])

# The form of this request as it was typed: for pages that show it again, and for grids of boxes.
typed = cast("MultiDict[str, str]", LocalProxy(lambda: request.form))


class FormParser(FlaskParser):
    """webargs with our error."""

    def handle_error(self, error: ma.ValidationError, *_: Any, **__: Any) -> NoReturn:
        (messages,) = error.normalized_messages().values()
        raise InvalidInput(errors=sentences(messages)) from None


parser = FormParser()


@parser.location_loader("values")
def load_values(sent: Request, schema: ma.Schema) -> Any:
    return MultiDictProxy(sent.values, schema)


class Form(ma.Schema):
    """What one form holds."""

    location = "form"

    class Meta:
        unknown = ma.EXCLUDE

    @classmethod
    def of(cls, **boxes: ma.fields.Field[Any]) -> Self:
        return cast("type[Self]", cls.from_dict(boxes))()

    @ma.pre_load
    def drop_empty(self, data: Any, **_: Any) -> dict[str, Any]:
        sent = {name: data[name] for name in data}
        return {name: value for name, value in sent.items() if self._is_filled(name, value)}

    def _is_filled(self, name: str, value: Any) -> bool:
        """Nothing at all may be one of the values of a choice."""
        if not isinstance(value, str) or value.strip():
            return True
        box = self.fields.get(name)
        return isinstance(box, Choice) and "" in box.values

    def read(self) -> dict[str, Any]:
        """Of this request; raises InvalidInput naming every box that is wrong."""
        return cast("dict[str, Any]", parser.parse(self, location=self.location))


class Query(Form):
    """The parameters of one address: what cannot be read counts as not sent, or as the box says.

    A page that is shown again where it refuses a form finds them in the form, too.
    """

    location = "values"

    def on_bind_field(self, _: str, field_obj: ma.fields.Field[Any]) -> None:
        if isinstance(field_obj, Box) and field_obj.otherwise is UNSAID and not field_obj.required:
            field_obj.otherwise = field_obj.load_default


def form_args(**boxes: ma.fields.Field[Any]) -> Callable[[View], View]:
    """Hands the boxes of the form to a view by name."""
    return cast("Any", parser.use_kwargs(Form.of(**boxes), location="form"))


def query_args(**boxes: ma.fields.Field[Any]) -> Callable[[View], View]:
    """Hands the parameters of the address to a view by name."""
    return cast("Any", parser.use_kwargs(Query.of(**boxes), location="query"))


def read_id(name: str) -> int:
    """The row that a form chose; raises InvalidInput naming the box."""
    return int(Form.of(**{name: Id(missing=Id.words)}).read()[name])


def sent_file(words: str) -> FileStorage:
    """The file of this form; raises InvalidInput."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise InvalidInput(errors={"file": [words]})
    return sent


def last_page(total: int, size: int) -> int:
    return max(1, -(-total // size))


def turned(**changes: Any) -> str:
    """This page's address with some of its parameters changed: it can be sent to colleagues."""
    parameters = {**request.args.to_dict(), **changes}
    parameters = {name: value for name, value in parameters.items() if value not in (None, "")}
    return f"{request.path}?{urlencode(parameters)}"


def takes_file(most_bytes: int) -> Callable[[View], View]:
    """Raises the size limit of one route, before anything reads the form."""

    def decorate(view: View) -> View:
        @wraps(view)
        def larger(**kwargs: Any) -> Any:
            request.max_content_length = most_bytes + FORM_OVERHEAD
            return view(**kwargs)

        return cast("View", larger)

    return decorate


def register(app: Flask) -> None:
    """Pages show again what was typed."""
    app.jinja_env.globals.update(form=typed)
