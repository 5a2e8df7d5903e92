"""What a county decides lies in rows of its own: no table of such data serves all of them."""

from flask import Flask
from sqlalchemy import Table

from backend.app.core.db import db

PLACES = {"county_id", "region_id", "village_id"}
# What belongs to one person, wherever that person lives, or to nobody any more.
PERSONS = {
    "audit_entry", "closed_account", "console_login", "notice", "outbox_message", "person",
    "person_consent", "person_identity", "points_balance", "rating_trace", "subscription_credit",
    "words_to_check",
}  # fmt: skip
# The product's own words, random names, failed items of its jobs and their clock: no county
# decides by them.
PRODUCT = {"rating_reason", "service_point_kind", "public_case", "failed_item", "clock_tick"}


def leads_to_a_county(table: Table, seen: frozenset[str] = frozenset({"person"})) -> bool:
    if table.name == "region" or PLACES & {column.name for column in table.columns}:
        return True
    return any(
        leads_to_a_county(key.column.table, seen | {table.name})
        for key in table.foreign_keys
        if key.column.table.name not in seen
    )


def test_every_table_is_a_countys_a_persons_or_the_products(migrated_app: Flask) -> None:
    shared = {table.name for table in db.metadata.sorted_tables if not leads_to_a_county(table)}
    assert shared == PERSONS | PRODUCT
