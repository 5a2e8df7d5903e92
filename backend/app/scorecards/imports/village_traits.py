"""A file of villages' types and 常住人口; an empty cell changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.app.access import Permission
from backend.app.accounts.queries import actor_today
from backend.app.core.errors import Conflict
from backend.app.imports.headings import FileColumn
from backend.app.imports.kinds import (
    AppliedRow,
    FileRow,
    ImportContext,
    ImportKind,
    RowEffect,
    RowOutcome,
    RowPlan,
)
from backend.app.places import village_kinds
from backend.app.places.import_columns import CODE, TOWNSHIP, read_village
from backend.app.places.name_queries import village_names
from backend.app.places.residents import MOST, set_residents
from backend.app.scorecards.imports.facts import OPTIONAL_VILLAGE, read_number

KIND = FileColumn("kind", "类型", False, ("类型", "村的类型", "村类型"))
RESIDENTS = FileColumn("residents", "常住人口", False, ("常住人口", "常住人口数", "人口"))
UNKNOWN_KIND = "没有这个类型；请选一个，或先在「村的类型」页新增再传"


@dataclass(frozen=True)
class VillageTraits:
    """What one line says of a village; None where it says nothing."""

    village_id: int
    kind: str | None
    residents: int | None


class VillageTraitImporter:
    """Types and numbers of people."""

    def __init__(self, context: ImportContext) -> None:
        self.context = context
        self.names = village_names(context.county_id)
        self.lines: dict[int, int] = {}

    def prepare(self, _: Sequence[FileRow]) -> None:
        county_id = self.context.county_id
        self.kinds = {kind: kind for kind in village_kinds.kinds_of(county_id)}
        self.before = self._standing()

    def plan(self, row: FileRow) -> RowPlan:
        village_id, _ = read_village(row, self.names, OPTIONAL_VILLAGE)
        kind = self._kind(row)
        text = row.text(RESIDENTS)
        residents = read_number(row, RESIDENTS, text, MOST) if text else None
        if village_id is None:
            return RowPlan(RowOutcome.NEW)
        line = self.lines.setdefault(village_id, row.line)
        if line != row.line:
            row.refuse(f"和第 {line} 行是同一个村")
        before = self.before[village_id]
        same = kind in (None, before[0]) and residents in (None, before[1])
        parts = [f"类型 {before[0] or '没有定'} → {kind}"] if kind not in (None, before[0]) else []
        if residents not in (None, before[1]):
            parts.append(f"常住人口 {'没有' if before[1] is None else before[1]} → {residents}")
        outcome = RowOutcome.KNOWN if same else RowOutcome.CHANGED
        return RowPlan(outcome, "，".join(parts), value=VillageTraits(village_id, kind, residents))

    def apply(self, plans: Sequence[RowPlan]) -> Sequence[RowEffect]:
        traits: list[VillageTraits] = [plan.value for plan in plans]
        self._set(
            {trait.village_id: trait.kind for trait in traits if trait.kind is not None},
            {trait.village_id: trait.residents for trait in traits if trait.residents is not None},
        )
        return [
            RowEffect(
                RowOutcome.CHANGED, trait.village_id,
                {"before": self.before[trait.village_id], "after": [trait.kind, trait.residents]},
            )
            for trait in traits
        ]  # fmt: skip

    def finish(self) -> None:
        """The next night computes with them."""

    def undo(self, rows: Sequence[AppliedRow]) -> None:
        """Gives each village back what it had, as a change of its own in the history."""
        today = self._standing()
        kinds: dict[int, str | None] = {}
        residents: dict[int, int | None] = {}
        for row in rows:
            village_id, change = row.subject_id or 0, row.before or {}
            for place, wanted in ((0, kinds), (1, residents)):
                after = change["after"][place]
                if after is None:
                    continue
                if today[village_id][place] != after:
                    raise Conflict("有的村后来又改过，不能整批撤销；请再导一次正确的名单")
                wanted[village_id] = change["before"][place]
        self._set(kinds, residents)

    def _kind(self, row: FileRow) -> str | None:
        if not row.text(KIND):
            return None
        return row.choice(KIND, self.kinds, self.kinds, UNKNOWN_KIND, needed=True)

    def _standing(self) -> dict[int, tuple[str | None, int | None]]:
        rows = village_kinds.villages_with_kinds(self.context.county_id)
        return {row.id: (row.kind, row.residents) for row in rows}

    def _set(
        self, kinds: dict[int, str | None], residents: dict[int, int | None]
    ) -> None:  # fmt: skip
        actor, county_id = actor_today(self.context.person_id), self.context.county_id
        village_kinds.set_kinds(actor, county_id, kinds)
        set_residents(actor, county_id, residents)


VILLAGE_TRAITS = ImportKind(
    "village_traits", "村的类型和人口", Permission.MANAGE_SCHEMES,
    (CODE, TOWNSHIP, OPTIONAL_VILLAGE, KIND, RESIDENTS), VillageTraitImporter,
    any_of=(KIND.code, RESIDENTS.code), undo_words="有的村后来又改过，就不能整批撤销。",
)  # fmt: skip
