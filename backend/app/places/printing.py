"""Poster files: for one service point, a village, a township or a county."""

from dataclasses import dataclass

from backend.app.access import Actor, Permission, may
from backend.app.core.audit import record
from backend.app.core.errors import Conflict, NotAllowed
from backend.app.places.operations import who
from backend.app.places.posters import Poster, draw_posters
from backend.app.places.queries import get_place
from backend.app.places.targets import Point, get_point, list_points

# A township has some hundred posters (a hundred a second); a county is printed by townships.
MOST_POSTERS = 1000


class NothingToPrint(Conflict):
    code = "nothing_to_print"
    message = "这里还没有在用的码，请先设服务点或换发新码"


class TooManyPosters(Conflict):
    code = "too_many_posters"
    message = f"一次最多印 {MOST_POSTERS} 张，请按乡镇分开印"


@dataclass(frozen=True)
class PosterFile:
    """A PDF and what to call it."""

    name: str
    content: bytes


def scan_url(public_host: str, code: str) -> str:
    """What a poster's code says; short, so that its modules are large."""
    return f"{public_host}/q/{code}"


def print_point(actor: Actor, service_point_id: int, public_host: str) -> PosterFile:
    """The poster of one service point."""
    point = get_point(service_point_id)
    _check(actor, point.village.id)
    title = f"{point.village.township}{point.village.name}{point.name}海报"
    return _draw(actor, "service_point", point.id, title, [point], public_host)


def print_region(actor: Actor, region_id: int, public_host: str) -> PosterFile:
    """Every poster of a village, township or county in one file, village by village."""
    place = get_place(region_id)
    _check(actor, region_id)
    return _draw(
        actor, "region", region_id, f"{place.name}海报", list_points(region_id), public_host
    )


def poster_of(point: Point, public_host: str) -> Poster:
    """What is printed for a service point that has a code."""
    return Poster(
        county=point.village.county,
        township=point.village.township,
        village=point.village.name,
        service_point=point.name,
        url=scan_url(public_host, point.code or ""),
        serial=point.serial or "",
    )


def _draw(
    actor: Actor, kind: str, id_: int, title: str, points: list[Point], public_host: str
) -> PosterFile:
    with_code = [point for point in points if point.code]
    if not with_code:
        raise NothingToPrint
    if len(with_code) > MOST_POSTERS:
        raise TooManyPosters
    posters = [poster_of(point, public_host) for point in with_code]
    content = draw_posters(posters, title)
    record("print_posters", who(actor), kind, id_, posters=len(posters))
    return PosterFile(f"{title}.pdf", content)


def _check(actor: Actor, region_id: int) -> None:
    if not may(actor, Permission.PRINT_POSTERS, get_place(region_id).path):
        raise NotAllowed
