"""A small county to try things on, and the package's data."""

from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from backend.app.access import Actor, Grant, Role
from backend.app.core.db import db, transaction
from backend.app.places import imports, operations, queries
from backend.app.places.commands import PACKAGE
from backend.app.places.divisions import Division, implied_kind, implied_parent
from backend.app.places.models import QrCode, RegionVersion
from backend.app.places.queries import Place

DAY = date(2026, 1, 1)
COUNTY = """\
level,code,name
county,610528000000,富平县
township,610528101000,庄里镇
township,610528102000,张桥镇
village,610528101200,永安村委会
village,610528101201,三河村委会
village,610528102200,西村村委会
"""


def load(text: str, day: date = DAY, close_gone: bool = False) -> imports.ImportReport:
    """Imports what a file says, level, code and name a line."""
    lines = [line.split(",") for line in text.splitlines()[1:]]
    with transaction():
        rows = [
            Division(0, level, code, name, implied_parent(level, code), implied_kind(level, code))
            for level, code, name in lines
        ]
        return imports.import_divisions(rows, day, close_gone)


def history_of(region_id: int) -> list[RegionVersion]:
    """Names, codes and parents of a region, oldest first."""
    query = select(RegionVersion).where(RegionVersion.region_id == region_id)
    return list(db.session.scalars(query.order_by(RegionVersion.valid_from)))


def codes_of(service_point_id: int) -> list[QrCode]:
    """Every code a service point ever had, newest first."""
    query = select(QrCode).where(QrCode.service_point_id == service_point_id)
    return list(db.session.scalars(query.order_by(QrCode.id.desc())))


def place(code: str) -> Place:
    found = queries.find_place(code)
    assert found is not None
    return found


@pytest.fixture
def county(app: Flask) -> Place:
    """富平县 with two townships, three villages and the kinds of service points."""
    load(COUNTY)
    with transaction():
        operations.seed_kinds()
    return place("610528")


@pytest.fixture
def manager(county: Place) -> Actor:
    """Acts for the operator of the server: manages the county, stands for no person."""
    return Actor(0, (Grant(Role.COUNTY_MANAGER, county.id, DAY),))


@pytest.fixture(scope="session")
def package() -> Path:
    assert PACKAGE.exists(), "run make setup-test first"
    return PACKAGE
