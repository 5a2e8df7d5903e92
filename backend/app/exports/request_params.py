"""What a file was asked for with."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Asked:
    """A request as a worker reads it; `filters` are those of the page it was asked from."""

    person_id: int
    region_id: int
    month: date
    format: str
    title: str
    filters: dict[str, Any] = field(default_factory=dict)
