"""Which units of a county the groups of a template take, by rule, and the rules of a draft."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from backend.app.places.queries import list_departments, list_townships, list_villages


class FoundUnit(NamedTuple):
    """A unit of the county with the name of the group that takes it."""

    group: str
    region_id: int | None
    department_id: int | None


class _Candidate(NamedTuple):
    """A place or department by which a rule may be met."""

    name: str
    region_id: int | None
    department_id: int | None


def _townships(county_id: int) -> list[_Candidate]:
    return [_Candidate(place.name, place.id, None) for place in list_townships([county_id])]


def _villages(county_id: int) -> list[_Candidate]:
    return [_Candidate(village.name, village.id, None) for village in list_villages(county_id)]


def _departments(county_id: int) -> list[_Candidate]:
    return [_Candidate(bureau.name, None, bureau.id) for bureau in list_departments(county_id)]


CANDIDATES: Mapping[str, Callable[[int], list[_Candidate]]] = {
    "townships": _townships, "villages": _villages, "departments": _departments,
}  # fmt: skip

Key = tuple[int | None, int | None]


def units_of(
    county_id: int, groups: Sequence[Mapping[str, Any]]
) -> tuple[list[FoundUnit], list[str]]:
    """Each unit in the first group that takes it, and the names that the county has not."""
    kinds = {rule["kind"] for group in groups for rule in group["units"]}
    county = {kind: list_all(county_id) for kind, list_all in CANDIDATES.items() if kind in kinds}
    units: dict[Key, FoundUnit] = {}
    missing: list[str] = []
    for group in groups:
        for rule in group["units"]:
            candidates = county.get(rule["kind"], [])
            known = {row.name for row in candidates}
            missing += [name for name in rule["names"] if name not in known]
            for row in _taken(rule, candidates):
                key = row.region_id, row.department_id
                units.setdefault(key, FoundUnit(group["name"], *key))
    return list(units.values()), missing


def _taken(rule: Mapping[str, Any], candidates: Iterable[_Candidate]) -> Iterable[_Candidate]:
    names, endings = set(rule["names"]), tuple(rule["endings"])
    return (
        row
        for row in candidates
        if row.name in names or (row.name.endswith(endings or ("",)) and not names)
    )


def rules_of(county_id: int, groups: Sequence[Sequence[Key]]) -> list[list[dict[str, Any]]]:
    """By which rules each group's units are found again: every one that is left of a kind of
    place, or by name; departments always by name."""
    rules: list[list[dict[str, Any]]] = [[] for _ in groups]
    for kind, list_all in CANDIDATES.items():
        names = {(row.region_id, row.department_id): row.name for row in list_all(county_id)}
        left = set(names)
        for keys, found in zip(groups, rules, strict=True):
            members = [key for key in names if key in set(keys)]
            if not members:
                continue
            whole = kind != "departments" and left == set(members)
            listed = [] if whole else [names[key] for key in members]
            found.append({"kind": kind, "names": listed})
            left -= set(members)
    return rules
