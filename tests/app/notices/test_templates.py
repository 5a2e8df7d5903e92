"""Values that WeChat takes, by rules written twice: here and in the stand-in."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.app.notices.templates import MOST, TICKET_MOVED, DoesNotFit, FieldType, fill, fit
from tests.app.notices.conftest import VALUES
from tests.wechat.messages import TICKET_MOVED as TEMPLATE_ID
from tests.wechat.messages import Messages, faulty_field, keeps_rule

ANY_TEXT = st.text() | st.text(st.characters(codec=None), max_size=60)


@given(kind=st.sampled_from(FieldType), value=ANY_TEXT)
def test_whatever_is_given_either_fits_or_is_refused_here(kind: FieldType, value: str) -> None:
    try:
        fitted = fit("field", kind, value)
    except DoesNotFit:
        return
    assert keeps_rule(f"{kind.value}1", fitted)
    assert fit("field", kind, fitted) == fitted


@given(words=ANY_TEXT)
def test_a_ticket_with_any_words_is_taken_by_wechat_or_refused_here(words: str) -> None:
    try:
        data = fill(TICKET_MOVED, {**VALUES, "words": words})
    except DoesNotFit:
        assert not re.search(r"\w", words)
        return
    sent = {key: {"value": value} for key, value in data.items()}
    assert faulty_field(Messages().templates[TEMPLATE_ID], sent) is None


@given(words=st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1))
def test_a_thing_that_fits_is_left_alone_and_a_longer_one_shows_it_was_cut(words: str) -> None:
    fitted = fit("words", FieldType.THING, words)
    if len(words) <= MOST[FieldType.THING]:
        assert fitted == words
    else:
        assert fitted == f"{words[:19]}…"


def test_rare_characters_count_double_so_that_wechat_never_counts_more() -> None:
    assert fit("words", FieldType.THING, "𬮿" * 10) == "𬮿" * 10
    assert fit("words", FieldType.THING, "𬮿" * 11) == "𬮿" * 9 + "…"


def test_lines_and_control_characters_become_one_line() -> None:
    assert fit("words", FieldType.THING, " 水管\n坏了\t\x00\u200b ") == "水管 坏了"


@pytest.mark.parametrize(
    ("kind", "value", "fitted"),
    [
        (FieldType.PHRASE, "等村民补充", "等村民补充"),
        (FieldType.PHRASE, "已办结（3）", "已办结"),
        (FieldType.PHRASE, "等待县里部门答复", "等待县里部"),
        (FieldType.CHARACTER_STRING, "610528-26-000123", "610528-26-000123"),
        (FieldType.CHARACTER_STRING, "编号 12", "12"),
        (FieldType.CHARACTER_STRING, "A 号 12", "A 12"),
        (FieldType.CHARACTER_STRING, "x" * 40, "x" * 32),
        (FieldType.TIME, "2026-02-28 23:59", "2026-02-28 23:59"),
        (FieldType.DATE, "2026-02-28", "2026-02-28"),
        (FieldType.NUMBER, "-12.5", "-12.5"),
    ],
)
def test_values_are_fitted(kind: FieldType, value: str, fitted: str) -> None:
    assert fit("field", kind, value) == fitted


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (FieldType.THING, " \n"),
        (FieldType.PHRASE, "done"),
        (FieldType.CHARACTER_STRING, "编号"),
        (FieldType.TIME, "2026-02-30 10:00"),
        (FieldType.TIME, "2026-2-3 10:00"),
        (FieldType.TIME, "2026-11-20T10:30"),
        (FieldType.TIME, "2026-11-20 10:30:00"),
        (FieldType.DATE, "20261120"),
        (FieldType.DATE, "2026-W47-5"),
        (FieldType.NUMBER, "1" * 33),
        (FieldType.NUMBER, "１２"),
        (FieldType.NUMBER, "12 分"),
    ],
)
def test_what_cannot_be_made_to_fit_is_refused_by_name(kind: FieldType, value: str) -> None:
    with pytest.raises(DoesNotFit, match="field"):
        fit("field", kind, value)


def test_every_value_of_a_template_must_be_given() -> None:
    with pytest.raises(DoesNotFit, match="state"):
        fill(TICKET_MOVED, {key: value for key, value in VALUES.items() if key != "state"})
