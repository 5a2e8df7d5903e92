"""Small files of the kinds that real offices send; what each must give stands in the tests."""

from pathlib import Path

from backend.app.core.db import transaction
from backend.app.places.models import Region
from tests.factories.county import make_county
from tests.factories.tickets import Offices, make_offices

CASES = Path(__file__).parents[2] / "data/imports"


def case(name: str) -> bytes:
    return (CASES / name).read_bytes()


def make_fuping() -> Offices:
    """富平县 with 车站社区 and three villages called 三合村."""
    made = make_offices(make_county(villages=2))
    with transaction() as session:
        county = session.get_one(Region, made.county.id)
        street = session.get_one(Region, made.county.township_ids[0])
        street.name = "城关街道"
        first, second = (session.get_one(Region, id_) for id_ in made.county.village_ids)
        first.name, first.code = "车站社区居委会", "610528001001"
        second.name = "温泉社区居委会"
        for number, name in enumerate(("张桥镇", "庄里镇", "曹村镇"), 2):
            town = Region(
                level="township", name=name, code=f"610528{number}00000", parent_id=county.id,
                county_id=county.id, opened_on=county.opened_on,
            )  # fmt: skip
            session.add(town)
            session.flush()
            town.township_id = town.id
            session.add(
                Region(
                    level="village", name="三合村委会", code=f"610528{number}00201",
                    parent_id=town.id, township_id=town.id, county_id=county.id,
                    opened_on=county.opened_on,
                )
            )  # fmt: skip
    return made
