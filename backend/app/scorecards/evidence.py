"""Cases in words: a bad rating or a ticket behind lost points, never who it came from."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from backend.app.ratings.facts import RatingCase, rating_cases
from backend.app.ratings.queries import reason_texts
from backend.app.scoring.catalog import cases_of
from backend.app.scoring.levels import level_name
from backend.app.tickets.facts import TicketCase, ticket_cases, tickets_of_ratings

Case = tuple[str, int]
FEW_TITLE = "一条差评"


@dataclass(frozen=True)
class CaseLine:
    """A case as people read it; `ticket_id` is the ticket that tells its story, if there is one.

    `is_kept`: that ticket is a call-back, which the rated village does not see.
    """

    kind: str
    id: int
    title: str
    detail: str
    ticket_id: int | None
    is_kept: bool = False


def case_lines(cases: Iterable[Case]) -> dict[Case, CaseLine]:
    """Of several cases at once."""
    wanted = set(cases)
    rated = {case_id for kind, case_id in wanted if kind == "rating"}
    handled = {case_id for kind, case_id in wanted if kind == "ticket"}
    result: dict[Case, CaseLine] = {}
    call_backs = tickets_of_ratings(rated) if rated else {}
    for case_id, rating in (rating_cases(rated) if rated else {}).items():
        result["rating", case_id] = _of_rating(rating, call_backs.get(case_id))
    for case_id, ticket in (ticket_cases(handled) if handled else {}).items():
        result["ticket", case_id] = _of_ticket(ticket)
    return result


def _of_rating(rating: RatingCase, ticket_id: int | None) -> CaseLine:
    reasons = "、".join(reason_texts(list(rating.reason_ids)))
    title = f"「{rating.service_point}」评了「{level_name(rating.level)}」"
    return CaseLine("rating", rating.id, title, reasons, ticket_id, is_kept=True)


def _of_ticket(ticket: TicketCase) -> CaseLine:
    title = "一件差评回访" if ticket.is_call_back else f"诉求 {ticket.number}"
    detail = ticket.category or ""
    return CaseLine("ticket", ticket.id, title, detail, ticket.id, ticket.is_call_back)


def told_to_village(line: CaseLine, hides_levels: bool) -> CaseLine:
    """The case as the rated village reads it: no call-back, and of one or two nothing but that."""
    if line.kind == "rating" and hides_levels:
        return replace(line, title=FEW_TITLE, detail="不到三条，不写是哪里、为什么", ticket_id=None)
    return replace(line, ticket_id=None) if line.is_kept else line


def costs_of(cases: Mapping[str, Collection[int]], kind: str, case_id: int) -> list[str]:
    """Why a case stands in a month's facts, in words."""
    return [listed.words for listed in cases_of(kind) if case_id in cases.get(listed.name, ())]
