"""Whatever is sent to the anonymous doors is answered in Chinese and never breaks them."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

DOORS = ("/anon/response", "/anon/feedback", "/anon/receipt", "/anon/receipt/word")
FIELDS = st.sampled_from(["kid", "r", "sig", "body", "code", "id", "word", "kind", "words", "x"])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=400),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(FIELDS, inner, max_size=6),
    max_leaves=12,
)


@pytest.mark.parametrize("path", DOORS)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=values)
def test_any_json_is_refused_with_a_sentence(door, path: str, body: Any) -> None:
    answer = door.post(path, json=body)
    assert 400 <= answer.status_code < 500, answer.data
    assert any("\u4e00" <= letter <= "\u9fff" for letter in answer.json["message"])


@pytest.mark.parametrize("path", DOORS)
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=st.binary(max_size=300))
def test_any_bytes_are_refused_with_a_sentence(door, path: str, body: bytes) -> None:
    answer = door.post(path, data=body, content_type="application/json")
    assert 400 <= answer.status_code < 500, answer.data


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(form=st.dictionaries(FIELDS, st.text(max_size=60), max_size=5))
def test_the_plain_page_survives_any_form(door, form: dict[str, str]) -> None:
    answer = door.post("/anon/", data=form)
    if any("\x00" in text for pair in form.items() for text in pair):
        assert answer.status_code == 422
        return
    assert answer.status_code < 500
    assert "查匿名诉求" in answer.get_data(as_text=True)
