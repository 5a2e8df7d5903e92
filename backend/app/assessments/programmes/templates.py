"""Templates of programmes: JSON beside this package, loaded as drafts that a county edits."""

from functools import cache
from pathlib import Path
from typing import Any

import orjson

FOLDER = Path(__file__).parents[1] / "templates"
TEMPLATES = ("fuping",)


@cache
def read_template(code: str) -> dict[str, Any]:
    """One template; its lines are examples until somebody edits them."""
    content: dict[str, Any] = orjson.loads((FOLDER / f"{code}.json").read_bytes())
    return content


def template_names() -> dict[str, str]:
    """The name of each template with one sentence."""
    read = {code: read_template(code) for code in TEMPLATES}
    return {code: f"{template['title']}：{template['words']}" for code, template in read.items()}
