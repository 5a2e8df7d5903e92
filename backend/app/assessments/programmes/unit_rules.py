"""Which units of a county the groups of a template take, by rule, and the rules of a draft."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from backend.app.assessments.subjects.queries import all_subjects
from backend.app.places.queries import list_departments, list_townships, list_villages

# Region, department and subject: one of them is set.
Key = tuple[int | None, int | None, int | None]


class FoundUnit(NamedTuple):
    """A unit of the county with the name of the group that takes it."""

    group: str
    key: Key


class _Candidate(NamedTuple):
    """What a rule may take; `of` and `industry` are a subject's."""

    name: str
    key: Key
    of: str = ""
    industry: str = ""


def _townships(county_id: int) -> list[_Candidate]:
    return [_Candidate(row.name, (row.id, None, None)) for row in list_townships([county_id])]


def _villages(county_id: int) -> list[_Candidate]:
    return [_Candidate(row.name, (row.id, None, None)) for row in list_villages(county_id)]


def _departments(county_id: int) -> list[_Candidate]:
    return [_Candidate(row.name, (None, row.id, None)) for row in list_departments(county_id)]


def _subjects(county_id: int) -> list[_Candidate]:
    return [
        _Candidate(row.name, (None, None, row.id), row.kind, row.industry)
        for row in all_subjects(county_id)
        if row.exited_on is None
    ]


CANDIDATES: Mapping[str, Callable[[int], list[_Candidate]]] = {
    "townships": _townships, "villages": _villages, "departments": _departments,
    "subjects": _subjects,
}  # fmt: skip


def units_of(
    county_id: int, groups: Sequence[Mapping[str, Any]]
) -> tuple[list[FoundUnit], list[str]]:
    """Each unit in the first group that takes it, and the names that the county has not."""
    kinds = {rule["kind"] for group in groups for rule in group["units"]}
    county = {kind: CANDIDATES[kind](county_id) for kind in kinds}
    units: dict[Key, FoundUnit] = {}
    missing: list[str] = []
    for group in groups:
        for rule in group["units"]:
            candidates = county[rule["kind"]]
            known = {row.name for row in candidates}
            missing += [name for name in rule["names"] if name not in known]
            for row in _taken(rule, candidates):
                units.setdefault(row.key, FoundUnit(group["name"], row.key))
    return list(units.values()), missing


def _taken(rule: Mapping[str, Any], candidates: Iterable[_Candidate]) -> Iterable[_Candidate]:
    names, endings = set(rule["names"]), tuple(rule["endings"])
    return (
        row
        for row in candidates
        if (row.name in names or (row.name.endswith(endings or ("",)) and not names))
        and rule["of"] in ("", row.of)
        and rule["industry"] in ("", row.industry)
    )


def rules_of(county_id: int, groups: Sequence[Sequence[Key]]) -> list[list[dict[str, Any]]]:
    """By which rules each group's units are found again: every one that is left of a kind of
    place, or by name; departments always by name, subjects by kind and industry."""
    rules: list[list[dict[str, Any]]] = [[] for _ in groups]
    for kind, list_all in CANDIDATES.items():
        left = {row.key: row for row in list_all(county_id)}
        for place, keys in enumerate(groups):
            members = [left[key] for key in keys if key in left]
            if members:
                rules[place] += _rules(kind, members, len(members) == len(left))
            left = {key: row for key, row in left.items() if key not in set(keys)}
    return rules


def _rules(kind: str, members: Sequence[_Candidate], is_whole: bool) -> list[dict[str, Any]]:
    if kind == "subjects":
        classes = dict.fromkeys((row.of, row.industry) for row in members)
        return [{"kind": kind, "of": of, "industry": industry} for of, industry in classes]
    names = [row.name for row in members]
    return [{"kind": kind, "names": [] if is_whole and kind != "departments" else names}]
