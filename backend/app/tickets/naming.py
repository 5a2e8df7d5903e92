"""Whom a ticket is kept from: the people its words name, and everybody who works beside them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from backend.app.access import Role
from backend.app.accounts.queries import named_staff, who_served
from backend.app.core.read_cache import remembered
from backend.app.places.queries import Place, get_place
from backend.app.places.succession import same_villages
from backend.app.tickets.models import Ticket
from backend.app.tickets.search import folded

VILLAGE_TITLES = (
    "村干部", "支书", "村书记", "社区书记", "村主任", "居委会主任", "村委会主任", "社区主任",
    "村长", "村会计", "村文书", "村两委",
)  # fmt: skip
TOWNSHIP_TITLES = (
    "镇长", "乡长", "镇书记", "乡书记", "镇党委", "乡党委", "镇干部", "乡干部", "乡镇干部",
    "包村干部", "驻村干部",
)  # fmt: skip


@dataclass(frozen=True)
class WithheldFrom:
    """Villages and townships, and people, from whom a ticket is kept; `named`: by its own words."""

    regions: frozenset[int] = frozenset()
    people: frozenset[int] = frozenset()
    named: bool = False

    def __or__(self, other: "WithheldFrom") -> "WithheldFrom":
        return WithheldFrom(
            self.regions | other.regions, self.people | other.people, self.named or other.named
        )


def whom_it_names(words: str | None, place: Place) -> WithheldFrom:
    """By name or by title, whatever kind of ticket it is.

    A name of two letters counts where the person works in the same township, or where no village is
    given; elsewhere in the county such names hide in too many other words.
    """
    said = folded(words or "")
    if not said:
        return WithheldFrom()
    found = named_staff(said, place.county_id or place.id, place.township_id)
    regions: set[int] = set()
    if any(title in said for title in VILLAGE_TITLES) and place.level == "village":
        regions.add(place.id)
    if any(title in said for title in TOWNSHIP_TITLES) and place.township_id:
        regions.add(place.township_id)
    regions |= {one.region_id for one in found if one.role in (Role.CADRE, Role.TOWNSHIP_STAFF)}
    if not found and not regions:
        return WithheldFrom()
    if place.level == "village":
        regions.add(place.id)
    return _with_colleagues(regions, {one.person_id for one in found}, named=True)


def of_village(village_id: int) -> WithheldFrom:
    """Everybody of the village: what it was merged from or into, today's and former cadres."""
    return _with_colleagues({village_id}, set(), named=False)


def _with_colleagues(regions: Iterable[int], people: set[int], named: bool) -> WithheldFrom:
    kept, served = _families(frozenset(regions))
    return WithheldFrom(kept, frozenset(people | served), named)


@remembered
def _families(regions: frozenset[int]) -> tuple[frozenset[int], frozenset[int]]:
    """Regions with what was merged from or into them, and who ever served there."""
    kept = frozenset(same_villages(regions))
    return kept, frozenset(who_served(kept))


def keep_from(ticket: Ticket, withheld_from: WithheldFrom) -> None:
    """Adds to whom a ticket is kept from; what was added once stays."""
    ticket.kept_from_regions = sorted({*ticket.kept_from_regions, *withheld_from.regions})
    ticket.kept_from_people = sorted({*ticket.kept_from_people, *withheld_from.people})
    ticket.about_cadres = ticket.about_cadres or withheld_from.named


def named_later(ticket: Ticket, words: str | None) -> WithheldFrom:
    """Whom an author's later words name and the ticket is not kept from yet: they wait then."""
    place = get_place(ticket.village_id or ticket.county_id)
    kept = whom_it_names(words, place)
    return (
        kept if kept.named and not kept.people <= set(ticket.kept_from_people) else WithheldFrom()
    )


def may_read(person_ids: Collection[int], ticket: Ticket) -> list[int]:
    """Those of some people who may hear of it, in their order."""
    barred = set(ticket.kept_from_people)
    if ticket.kept_from_regions:
        barred.update(who_served(ticket.kept_from_regions))
    return [person_id for person_id in person_ids if person_id not in barred]
