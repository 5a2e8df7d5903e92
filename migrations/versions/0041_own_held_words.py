"""Each county has its own list of words for which its people look at a text first."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

# What was held everywhere until now; none of them folds to anything but lower case.
STARTING = (
    "傻逼", "傻叉", "煞笔", "王八蛋", "狗日的", "他妈的", "操你", "草泥马", "去死", "弄死你",
    "砍死", "杀了你", "打死你", "畜生", "婊子", "贱人", "脑残", "裸聊", "约炮", "代开发票",
    "办假证", "刷单", "网赌", "赌博网站", "六合彩", "博彩", "加微信", "加我微信", "加QQ",
    "贷款秒批", "裸贷", "冰毒", "枪支", "炸药", "法轮",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "held_word",
        sa.Column("county_id", sa.BigInteger(), nullable=False),
        sa.Column("folded", sa.String(length=20), nullable=False),
        sa.Column("word", sa.String(length=20), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "length(folded) BETWEEN 2 AND 20", name=op.f("ck_held_word_length")
        ),
        sa.ForeignKeyConstraint(
            ["county_id"], ["region.id"], name=op.f("fk_held_word_county_id")
        ),
        sa.PrimaryKeyConstraint("county_id", "folded", name=op.f("pk_held_word")),
    )
    given = sa.text(
        "INSERT INTO held_word (county_id, folded, word, added_at)"
        " SELECT r.id, lower(w), w, now() FROM region r, unnest(CAST(:words AS text[])) AS w"
        " WHERE r.level = 'county'"
    )
    op.get_bind().execute(given, {"words": list(STARTING)})


def downgrade() -> None:
    op.drop_table("held_word")
