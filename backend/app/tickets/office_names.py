"""What the offices named in lines of figures are called."""

from collections.abc import Collection
from typing import Protocol

from backend.app.places.queries import department_names, region_names, village_labels
from backend.app.tickets.serializers import DESK_NAME


class HasOffice(Protocol):
    """A line that names an office by its ids."""

    @property
    def region_id(self) -> int | None: ...

    @property
    def department_id(self) -> int | None: ...


def office_names(lines: Collection[HasOffice]) -> dict[tuple[int | None, int | None], str]:
    """What the offices of some lines are called, a village with its township before it."""
    regions = [line.region_id for line in lines if line.region_id]
    departments = [line.department_id for line in lines if line.department_id]
    labels = village_labels(regions)
    above = [region for region in regions if region not in labels]
    others = region_names(above) if above else {}
    of_departments = department_names(departments) if departments else {}
    named: dict[tuple[int | None, int | None], str] = {}
    for line in lines:
        if line.department_id is not None:
            name = of_departments.get(line.department_id, "")
        elif line.region_id in labels:
            label = labels[line.region_id]
            name = f"{label.township} {label.name}"
        else:
            name = others.get(line.region_id or 0, DESK_NAME)
        named[line.region_id, line.department_id] = name
    return named
