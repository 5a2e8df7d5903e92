"""Scores by a unit's own values: people counted, rules numbered, schemes brought to the new rules."""

import orjson
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

LIGHTS = {
    "blue": ("优", "90", "95"), "green": ("良", "75", "80"), "yellow": ("需关注", "60", "60"),
    "red": ("差", "0", "0"),
}
# Complete by nature: what they count is the whole.
IMPORTED = ("online_completion_rate", "delivery_rate", "platform_activity")
REPLY, FIX = "bad_rating_reply_rate", "bad_rating_fix_rate"


def _new(content: dict) -> dict:
    """Case-counted indicators run from 0 to 100, the reply rate's weight goes to the fix rate, and
    lights that were left as they came get the villages' words and bounds."""
    kept: dict[tuple, dict] = {}
    for one in content["indicators"]:
        code = FIX if one["code"] == REPLY else one["code"]
        known = kept.get((one["unit_kind"], code))
        if known is not None:
            known["weight"] = str(float(known["weight"]) + float(one["weight"])).removesuffix(".0")
            continue
        new = {**one, "code": code, "k": 0 if code in IMPORTED else 10}
        if code != "median_first_response" and code not in IMPORTED:
            new |= {"floor": "0", "target": "100"}
        kept[one["unit_kind"], code] = new
    lights = content["lights"]
    if all(
        one["code"] in LIGHTS and float(one["least"]) == float(LIGHTS[one["code"]][2])
        for one in lights
    ):
        lights = [
            {**one, "word": LIGHTS[one["code"]][0], "least": LIGHTS[one["code"]][1]}
            for one in lights
        ]
    return {**content, "schema": 2, "indicators": list(kept.values()), "lights": lights}


def _without_triggers(table: str, *statements: str) -> None:
    op.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for statement in statements:
        op.execute(statement)
    op.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def upgrade() -> None:
    op.add_column("scorecard", sa.Column("people", sa.Integer(), nullable=True))
    op.alter_column("scorecard", "light", server_default="grey")
    for table in ("scorecard", "region_score"):
        _without_triggers(table, f"UPDATE {table} SET light = 'grey' WHERE light = 'black'")
    op.add_column(
        "month_lock", sa.Column("rules_version", sa.SmallInteger(), server_default="1", nullable=False)
    )
    op.alter_column("month_lock", "rules_version", server_default=None)
    op.drop_column("month_lock", "code_version")
    op.drop_column("month_lock", "fits")
    bind = op.get_bind()
    op.execute("ALTER TABLE assessment_scheme DISABLE TRIGGER USER")
    for row in bind.execute(sa.text("SELECT id, content FROM assessment_scheme")).all():
        bind.execute(
            sa.text("UPDATE assessment_scheme SET content = CAST(:content AS jsonb) WHERE id = :id"),
            {"id": row.id, "content": orjson.dumps(_new(row.content)).decode()},
        )
    op.execute("ALTER TABLE assessment_scheme ENABLE TRIGGER USER")


def downgrade() -> None:
    """Schemes keep what they were brought to."""
    op.add_column(
        "month_lock",
        sa.Column("fits", postgresql.JSONB(), server_default="[]", nullable=False),
    )
    op.add_column(
        "month_lock",
        sa.Column("code_version", sa.String(40), server_default="", nullable=False),
    )
    for name in ("fits", "code_version"):
        op.alter_column("month_lock", name, server_default=None)
    op.drop_column("month_lock", "rules_version")
    for table in ("scorecard", "region_score"):
        _without_triggers(table, f"UPDATE {table} SET light = 'black' WHERE light = 'grey'")
    op.alter_column("scorecard", "light", server_default="black")
    op.drop_column("scorecard", "people")
