"""Rules of points as people write them: a name, and parameters like 从多少算起=20；每档多少=1."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from backend.app.core.errors import InvalidInput
from backend.app.scoring.assessing.rules import PARAMETERS, RULE_NAMES, Parameter, ParameterKind

CODES = {unicodedata.normalize("NFKC", name): code for code, name in RULE_NAMES.items()}
# What a list is written with: 90:5,80:3.
BETWEEN = re.compile("[,、]")


def parameter_words(code: str) -> str:
    """Which parameters a rule takes, for the page."""
    return "；".join(
        f"{one.word}{'（可不填）' if one.default is not None else ''}" for one in PARAMETERS[code]
    )


def rule_from_words(name: str, words: str) -> dict[str, Any]:
    """The rule as data; what it lacks is refused with the programme. Raises InvalidInput."""
    plain = unicodedata.normalize("NFKC", name).strip()
    code = CODES.get(plain, plain)
    if code not in PARAMETERS:
        raise InvalidInput(errors={"rule": [f"没有计分方法「{name[:20]}」"]})
    known = {one.word: one for one in PARAMETERS[code]}
    data: dict[str, Any] = {"rule": str(code)}
    for part in _parts(words):
        word, equals, value = part.partition("=")
        parameter = known.get(word.strip())
        if parameter is None or not equals:
            usual = "、".join(known) or "不用填"
            raise InvalidInput(
                errors={"parameters": [f"「{part[:20]}」看不懂，「{name}」的参数：{usual}"]}
            )
        data[parameter.name] = _read(parameter, value.strip())
    return data


def _parts(words: str) -> list[str]:
    """Split at semicolons and lines, but not inside the brackets of a rule within a rule."""
    plain = unicodedata.normalize("NFKC", words)
    parts = re.split(r"[;\n](?![^(]*\))", plain)
    return [part.strip() for part in parts if part.strip()]


def _read(parameter: Parameter, value: str) -> Any:
    if parameter.kind is ParameterKind.CHOICE:
        words = {word: key for key, word in parameter.choices.items()}
        return words.get(value, value)
    if parameter.kind is ParameterKind.FIGURES:
        return [part.strip() for part in BETWEEN.split(value) if part.strip()]
    if parameter.kind is ParameterKind.PAIRS:
        return [part.strip().split(":") for part in BETWEEN.split(value) if part.strip()]
    if parameter.kind is ParameterKind.RULE:
        inner = re.fullmatch(r"([^(]+)(?:\((.*)\))?", value)
        return rule_from_words(inner[1], inner[2] or "") if inner else value
    return value


def rule_words(data: Mapping[str, Any]) -> tuple[str, str]:
    """The name and the parameters of stored data, to be shown, edited and exported."""
    code = str(data.get("rule", ""))
    written = [
        f"{one.word}={_written(one, data[one.name])}"
        for one in PARAMETERS.get(code, ())
        if one.name in data
    ]
    return RULE_NAMES.get(code, code), "；".join(written)


def _written(parameter: Parameter, value: Any) -> str:
    if parameter.kind is ParameterKind.CHOICE:
        return parameter.choices.get(value, str(value))
    if parameter.kind is ParameterKind.FIGURES:
        return ",".join(value)
    if parameter.kind is ParameterKind.PAIRS:
        return ",".join(":".join(pair) for pair in value)
    if parameter.kind is ParameterKind.RULE:
        name, inner = rule_words(value)
        return f"{name}（{inner}）" if inner else name
    return str(value)
