"""A small living year of every other assessment, in the demo's background half."""

import time
from collections.abc import Callable

from backend.app.core.db import lock, transaction
from backend.demo import assessed_desk as desks
from backend.demo.assessed_automatic import load_offices, load_villages
from backend.demo.assessed_cities import load_cities
from backend.demo.assessed_desk import Desk
from backend.demo.assessed_leping import load_leping
from backend.demo.assessed_persons import load_persons
from backend.demo.assessed_pilot import load_pilot
from backend.demo.assessed_schools import load_schools

EXAMPLES: dict[str, Callable[[Desk], int]] = {
    "leping": load_leping, "wanzhou": load_schools, "sme": load_persons,
    "ningbo_county": load_pilot, "wancunle": load_villages, "urban_management": load_offices,
    "sichuang": load_cities,
}  # fmt: skip


def load_examples(county_id: int) -> int:
    """Each in one transaction, once; returns how many were loaded."""
    return sum(_load(county_id, template) for template in EXAMPLES)


def _load(county_id: int, template: str) -> bool:
    began = time.monotonic()
    with transaction():
        lock("demo", "examples")
        desk = desks.sit(county_id)
        if desks.is_loaded(desk, template):
            return False
        count = EXAMPLES[template](desk)
    print(f"  {template}（示例）：{count}，{time.monotonic() - began:.1f} 秒", flush=True)
    return True
