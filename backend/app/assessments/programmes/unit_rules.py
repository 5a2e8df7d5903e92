"""Which units of a county the groups of a template take, by rule, and the rules of a draft."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from backend.app.assessments.subjects.queries import all_subjects
from backend.app.places.queries import list_departments, list_townships, list_villages

Key = tuple[int | None, int | None, int | None]


class FoundUnit(NamedTuple):
    """A unit of the county with the name of the group that takes it."""

    group: str
    region_id: int | None
    department_id: int | None
    subject_id: int | None


class _Candidate(NamedTuple):
    """A place, department or subject by which a rule may be met."""

    name: str
    region_id: int | None = None
    department_id: int | None = None
    subject_id: int | None = None
    of: str = ""
    industry: str = ""

    @property
    def key(self) -> Key:
        return self.region_id, self.department_id, self.subject_id


def _townships(county_id: int) -> list[_Candidate]:
    return [_Candidate(place.name, place.id) for place in list_townships([county_id])]


def _villages(county_id: int) -> list[_Candidate]:
    return [_Candidate(village.name, village.id) for village in list_villages(county_id)]


def _departments(county_id: int) -> list[_Candidate]:
    return [_Candidate(row.name, department_id=row.id) for row in list_departments(county_id)]


def _subjects(county_id: int) -> list[_Candidate]:
    """But for those that left."""
    return [
        _Candidate(row.name, subject_id=row.id, of=row.kind, industry=row.industry)
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
    county = {kind: list_all(county_id) for kind, list_all in CANDIDATES.items() if kind in kinds}
    units: dict[Key, FoundUnit] = {}
    missing: list[str] = []
    for group in groups:
        for rule in group["units"]:
            candidates = county.get(rule["kind"], [])
            known = {row.name for row in candidates}
            missing += [name for name in rule["names"] if name not in known]
            for row in _taken(rule, candidates):
                units.setdefault(row.key, FoundUnit(group["name"], *row.key))
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
    place, or by name; departments always by name, subjects always by what they are."""
    rules: list[list[dict[str, Any]]] = [[] for _ in groups]
    for kind, list_all in CANDIDATES.items():
        for of, names in _by_class(list_all(county_id)).items():
            left = set(names)
            for keys, group_rules in zip(groups, rules, strict=True):
                members = [key for key in names if key in set(keys)]
                if not members:
                    continue
                whole = bool(of) or (kind != "departments" and left == set(members))
                listed = [] if whole else [names[key] for key in members]
                group_rules.append({"kind": kind, "names": listed, **({"of": of} if of else {})})
                left -= set(members)
    return rules


def _by_class(rows: Iterable[_Candidate]) -> dict[str, dict[Key, str]]:
    """The names of each class, by key."""
    classes: dict[str, dict[Key, str]] = {}
    for row in rows:
        classes.setdefault(row.of, {})[row.key] = row.name
    return classes
