"""What features say they hold of a person: one part for each kind of data."""

from dataclasses import dataclass, field

Cell = str | int


@dataclass(frozen=True)
class Held:
    """A kind of data: how it is told in a sentence, and its lines as a sheet of the person's file.

    `deletes` names what may be deleted alone (see own_data/single_deletions.py), or None.
    """

    name: str
    said: str
    headings: tuple[str, ...] = ()
    rows: list[list[Cell]] = field(default_factory=list)
    deletes: str | None = None
