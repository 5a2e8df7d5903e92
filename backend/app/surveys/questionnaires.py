"""Which questions a unit is asked: those of its villages' type, or those for all. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

FEWEST, MOST = 2, 3


def questionnaire_for(
    village_kinds: Sequence[str | None], questionnaires: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The questions of a unit.

    Neighbours of different types share one key, so they are asked what is asked of all: who
    answered which questions must not tell whose village somebody is of.
    """
    by_kind = {one["kind"]: list(one["questions"]) for one in questionnaires}
    kinds = set(village_kinds)
    kind = kinds.pop() if len(kinds) == 1 else None
    return by_kind.get(kind) or by_kind[None]
