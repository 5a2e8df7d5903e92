"""Where a value comes from, as people write it: 单位填报, 本系统：解决率, 数据导入：招商平台."""

from backend.app.scoring.assessing.activity import SUBJECT_MEASURES
from backend.app.scoring.assessing.plans import OWN, SOURCE_NAMES
from backend.app.scoring.catalog import ALL_MEASURES

KINDS = {name: kind for kind, name in SOURCE_NAMES.items()}
OWN_WORDS = {
    **{code: measure.name for code, measure in ALL_MEASURES.items()}, **SUBJECT_MEASURES,
}  # fmt: skip
OWN_NAMES = {name: code for code, name in OWN_WORDS.items()}


def source_from_words(words: str) -> str | None:
    """The source as stored; None for what nobody knows."""
    name, _, detail = words.replace("：", ":").partition(":")
    kind = KINDS.get(name.strip())
    if kind is None:
        return None
    detail = detail.strip()
    return kind + (OWN_NAMES.get(detail, detail) if kind == OWN else detail)


def source_words(source: str) -> str:
    """A stored source in words."""
    kind, _, detail = source.partition(":")
    name = SOURCE_NAMES.get(f"{kind}:", "")
    if f"{kind}:" == OWN:
        detail = OWN_WORDS.get(detail, detail)
    return f"{name}：{detail}" if detail else name
