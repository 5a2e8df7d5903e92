"""Boxes of forms and parameters of addresses: what is read, refused, or counts as not sent."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask, render_template_string

from backend.app.core.errors import InvalidInput
from backend.app.core.web import boxes, forms
from backend.app.core.web.forms import Form, Query

DRAFT = Form.of(
    title=boxes.Text(squeezed=True), day=boxes.Day(), amount=boxes.Number(most=99),
    village=boxes.Id(missing="请选村"), kind=boxes.Choice(("a", "b")), sure=boxes.YesNo(),
    people=boxes.Each(boxes.Id()), secret=boxes.Secret(), price=boxes.Amount(places=2, most=100),
    at=boxes.Moment(), month=boxes.Month(), share=boxes.Number(otherwise=0),
)  # fmt: skip
LIST = Query.of(page=boxes.Page(), month=boxes.Month(), q=boxes.Text(4))


@pytest.fixture
def sent(migrated_app: Flask) -> Callable[..., Any]:
    def begin(form: dict[str, Any] | None = None, address: str = "/") -> Any:
        return migrated_app.test_request_context(address, data=form, method="POST")

    return begin


def test_an_empty_form_has_every_box_and_nothing_in_it(sent) -> None:
    with sent({"village": "7", "title": "  ", "amount": ""}):
        assert DRAFT.read() == {
            "title": "", "day": None, "amount": None, "village": 7, "kind": None, "sure": False,
            "people": [], "secret": "", "price": None, "at": None, "month": None, "share": 0,
        }  # fmt: skip


def test_blanks_are_cut_and_full_width_digits_read(sent) -> None:
    form = {"village": " 7 ", "title": " 村  民 ", "amount": "１２", "sure": "1", "secret": " a "}
    with sent({**form, "people": ["3", "x", "5"], "month": "2026-10", "price": " 1.50 "}):
        read = DRAFT.read()
    assert (read["village"], read["title"], read["amount"], read["sure"]) == (7, "村 民", 12, True)
    assert (read["secret"], read["people"], read["month"]) == (" a ", [3, 5], date(2026, 10, 1))
    assert str(read["price"]) == "1.50"


def test_lines_keep_their_numbers(sent) -> None:
    with sent({"lines": "\n\n 10-01 休\n"}):
        assert Form.of(lines=boxes.Text()).read() == {"lines": "\n\n 10-01 休"}


def test_everything_that_cannot_be_read_is_named_at_once(sent) -> None:
    wrong = {
        "day": "昨天", "amount": "100", "kind": "c", "price": "1.234", "at": "now",
        "month": "2026-13", "share": "很多",
    }  # fmt: skip
    with sent(wrong), pytest.raises(InvalidInput) as refused:
        DRAFT.read()
    assert refused.value.errors["village"] == ["请选村"]
    assert refused.value.errors.keys() == wrong.keys() - {"share"} | {"village"}


@pytest.mark.parametrize("text", ["-1", "1.0", "1e3", "0x1", "²", "9" * 30, "1_000"])
def test_only_digits_are_a_number(text: str) -> None:
    assert boxes.whole(text) is None


def test_a_code_has_so_many_digits_and_a_telephone_any_blanks() -> None:
    assert boxes.is_code("0123", 4)
    assert [text for text in ("123", "012 3", "０１２３", "012a") if boxes.is_code(text, 4)] == []
    assert boxes.digits_of("138-0000 1111") == "13800001111"


def test_an_address_that_makes_no_sense_shows_the_first_page_of_everything(sent) -> None:
    with sent(address="/?page=-3&month=now&q=abcdef"):
        assert LIST.read() == {"page": 1, "month": None, "q": "abcd"}
    with sent(address="/?page=999999999"):
        assert LIST.read()["page"] == boxes.LAST_PAGE


def test_nothing_may_be_one_of_the_values_of_a_choice(sent) -> None:
    states = Query.of(state=boxes.Choice(("", "waiting"), otherwise="waiting"))
    for address, state in (("/?state=", ""), ("/", "waiting"), ("/?state=gone", "waiting")):
        with sent(address=address):
            assert states.read() == {"state": state}


def test_a_page_shown_again_finds_its_parameters_in_the_form(sent) -> None:
    with sent({"page": "3"}):
        assert LIST.read()["page"] == 3


def test_a_row_that_was_not_chosen_is_named(sent) -> None:
    with sent({"row": "0"}), pytest.raises(InvalidInput) as refused:
        forms.read_id("row")
    assert refused.value.errors == {"row": ["请从列表中选一个"]}


def test_an_address_keeps_its_other_parameters(sent) -> None:
    with sent(address="/list?q=村&page=2&state="):
        assert forms.turned(page=3, q=None) == "/list?page=3"


def test_a_line_is_filled_in_and_short_enough(sent) -> None:
    name = Form.of(name=boxes.SingleLine(3))
    with sent({"name": " 三个字 "}):
        assert name.read() == {"name": "三个字"}
    for wrong in ("", "四个字吧", "a\tb"):
        with sent({"name": wrong}), pytest.raises(InvalidInput) as refused:
            name.read()
        assert refused.value.errors == {"name": ["请填 1 到 3 个字"]}


def test_a_page_shows_again_what_was_typed(sent) -> None:
    with sent({"title": " <村> "}):
        assert render_template_string("{{ form.get('title') }}") == " &lt;村&gt; "


def test_a_list_without_rows_has_one_page() -> None:
    assert [forms.last_page(total, 20) for total in (0, 20, 21)] == [1, 1, 2]


def test_a_box_that_does_not_say_how_it_is_read_cannot_be_made() -> None:
    class Unreadable(boxes.Box):
        """Without `read`."""

    with pytest.raises(TypeError):
        Unreadable()  # type: ignore[abstract]
