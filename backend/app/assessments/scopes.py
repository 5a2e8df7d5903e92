"""What of a county's assessments somebody may see: everything, or the own units."""

from dataclasses import dataclass

from backend.app.access import Actor, Permission, Role, has_permission, regions_of
from backend.app.core.errors import NotFound
from backend.app.places.queries import get_place, villages_of

OF_A_UNIT = frozenset({Role.TOWNSHIP_STAFF, Role.DEPARTMENT_STAFF})


@dataclass(frozen=True)
class ReaderScope:
    """The county, and of whom its reader is a part: townships with their villages, and
    departments."""

    county_id: int
    sees_all: bool
    region_ids: frozenset[int]
    department_ids: frozenset[int]

    def covers(self, region_id: int | None, department_id: int | None) -> bool:
        """Whether the reader works for the unit."""
        return region_id in self.region_ids or department_id in self.department_ids


def scope_of(actor: Actor) -> ReaderScope:
    """Raises NotFound for who sees no programmes."""
    regions = regions_of(actor, Permission.SEE_PROGRAMMES)
    if not regions:
        raise NotFound
    place = get_place(min(regions))
    own = [grant for grant in actor.grants if grant.role in OF_A_UNIT]
    townships = {grant.region_id for grant in own if grant.role is Role.TOWNSHIP_STAFF}
    return ReaderScope(
        place.county_id or place.id,
        has_permission(actor, Permission.SEE_ALL_PROGRAMMES),
        frozenset({*townships, *villages_of(townships)}),
        frozenset(grant.department_id for grant in own if grant.department_id is not None),
    )
