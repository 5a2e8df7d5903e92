"""Open data of a published month: CSV and JSON with columns that keep their names, and what they
mean. Nothing here names a person, and nothing opens as a formula."""

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import orjson

from backend.app.core.errors import NotFound
from backend.app.core.files.csv_safety import csv_bytes
from backend.app.publications import queries as publications
from backend.app.publications.county_content import canonical
from backend.app.publications.models import Publication, VillagePublication
from backend.app.scorecards.figures import NOTHING

LICENCE = "数据按“署名即可使用”提供：注明“村声 · {county} {month}”，可复制、加工、再发布。"
MONTH, CODE = ("month", "月份，如 2026-10"), ("code", "行政区划代码，12 位")
COLUMNS: dict[str, tuple[tuple[str, str], ...]] = {
    "villages": (
        MONTH, CODE, ("village", "村"), ("township", "乡镇"),
        ("kind", "村的类型，只和同类村比；没分类的为空"),
        ("total", "总分，0 到 100；没有可算的为空"), ("total_low", "总分 95% 区间下限"),
        ("total_high", "总分 95% 区间上限"), ("light", "灯，如 良；样本不足的没有灯"),
        ("few", "1：样本不足，总分只供参考，不参加排档"),
        ("band", "第几档；同档的村分不出先后"), ("rank_from", "名次 95% 的可能范围：从"),
        ("rank_to", "名次 95% 的可能范围：到"), ("ratings", "有效评价条数"),
        ("held", "没有计入的评价条数：等人复核的和复核后不计入的"),
        ("satisfaction", "满意度，0 到 100；不足 10 条为空"),
        ("satisfaction_range", "满意度 95% 区间"),
        ("positive", "好评率；不足 10 条为空"), ("positive_range", "好评率 95% 区间"),
        ("found", "发现：这个月来的诉求"), ("accepted", "受理"), ("done", "办结：单位已答复"),
        ("content", "满意：村民说解决了"),
    ),
    "indicators": (
        MONTH, CODE, ("village", "村"), ("indicator", "指标代号"), ("name", "指标"),
        ("weight", "权重"), ("floor", "得 0 分的值"), ("target", "得满分的值"),
        ("n", "样本数"), ("few", "1：样本不足 10"),
        ("value", "原始值；村民说的不足 10 个时为空"), ("low", "95% 区间下限"),
        ("high", "95% 区间上限"), ("share", "本月占的分：样本越少占得越少"),
        ("unit", "单位"), ("lost", "扣掉的分"), ("words", "一句话"),
    ),
    "corrections": (
        MONTH, ("number", "更正编号"), CODE, ("village", "村"), ("kind", "更正原因类别"),
        ("reason", "理由"), ("total_before", "更正前总分"), ("total_after", "更正后总分"),
        ("made_on", "更正日期"),
    ),
    "scheme": (
        MONTH, ("indicator", "指标代号"), ("name", "指标"), ("formula", "怎么算"),
        ("weight", "权重"), ("floor", "得 0 分的值"), ("target", "得满分的值"),
        ("unit", "单位"), ("kind", "只用于哪类村；都用的为空"),
    ),
    "dictionary": (("table", "表"), ("column", "列"), ("meaning", "含义")),
}  # fmt: skip
TABLES = {
    "villages": "各村得分", "indicators": "各村各指标", "corrections": "更正",
    "scheme": "考核方案", "dictionary": "数据字典",
}  # fmt: skip
Row = list[Any]
FIGURE = re.compile(r"-?[0-9]+(\.[0-9]+)?%?")


def plain(text: str) -> Decimal | str | None:
    """A figure as a number with the digits of the page; an empty cell where there is none."""
    if text == NOTHING:
        return None
    return Decimal(text.removesuffix("%")) if FIGURE.fullmatch(text) else text


def villages(publication: Publication) -> Iterator[Row]:
    """One row a village, by code; its total as it was published."""
    for page in _pages(publication):
        yield village_row(page.content)


def village_row(one: dict[str, Any]) -> Row:
    """A village's page as one row."""
    score, said, done = one["score"], one["said"], one["done"]
    return [
            one["month"], one["code"], one["village"], one["township"], one["kind"],
            plain(score["total"]), plain(score["low"]), plain(score["high"]),
            score["light"]["word"], int(score["few"]), score["band"], score["from"], score["to"],
            said["n"], said["held"], plain(said["satisfaction"]),
            plain(said["satisfaction_range"]), plain(said["positive"]),
            plain(said["positive_range"]),
            done["found"], done["accepted"], done["done"], done["content"],
        ]  # fmt: skip


def indicators(publication: Publication) -> Iterator[Row]:
    for page in _pages(publication):
        yield from indicator_rows(page.content)


def indicator_rows(one: dict[str, Any]) -> Iterator[Row]:
    """One row an indicator of a village."""
    for row in one["indicators"]:
        yield [
                one["month"], one["code"], one["village"], row["code"], row["name"],
                plain(row["weight"]), plain(row["floor"]), plain(row["target"]),
                row["n"], int(row["few"]),
                plain(row["value"]), plain(row["low"]), plain(row["high"]), plain(row["share"]),
                row["unit"], plain(row["lost"]), row["words"],
            ]  # fmt: skip


def corrections(publication: Publication, village_id: int | None = None) -> Iterator[Row]:
    content = publication.content
    for one in publications.corrections_of(
        publication.county_id, publication.month, content["scheme"], village_id
    ):
        yield [
            content["month"], one.number, one.code, one.village, one.kind, one.reason,
            plain(one.before), plain(one.after), f"{one.made_at:%Y-%m-%d}",
        ]  # fmt: skip


def scheme(publication: Publication) -> Iterator[Row]:
    content = publication.content
    for one in content["scheme"]["indicators"]:
        yield [
            content["month"], one["code"], one["name"], one["formula"],
            plain(one["weight"]), plain(one["floor"]), plain(one["target"]), one["unit"],
            one["kind"],
        ]  # fmt: skip


def dictionary(_: Publication | None = None) -> Iterator[Row]:
    for table, columns in COLUMNS.items():
        for name, meaning in columns:
            yield [table, name, meaning]


ROWS: dict[str, Callable[[Publication], Iterator[Row]]] = {
    "villages": villages,
    "indicators": indicators,
    "corrections": corrections,
    "scheme": scheme,
    "dictionary": dictionary,
}


def _pages(publication: Publication) -> Sequence[VillagePublication]:
    return publications.villages_of(publication.county_id, publication.month)


def licence(publication: Publication) -> str:
    content = publication.content
    return LICENCE.format(county=content["county"], month=content["month"])


def as_csv(publication: Publication, table: str) -> bytes:
    """UTF-8 with a byte order mark; the dictionary ends with the licence. Raises NotFound."""
    if table not in ROWS:
        raise NotFound("没有这张表")
    rows = [*ROWS[table](publication)]
    if table == "dictionary":
        rows.append(["licence", "", licence(publication)])
    return csv_bytes([name for name, _ in COLUMNS[table]], rows)


def as_lines(publication: Publication) -> bytes:
    """What the digest on the page is taken of, byte for byte."""
    return canonical(publication.content, [page.content for page in _pages(publication)])


def as_json(publication: Publication) -> bytes:
    """All tables as lists of objects, with the meaning of every column."""
    content = publication.content
    tables = {
        table: [
            dict(zip([name for name, _ in COLUMNS[table]], row, strict=True))
            for row in rows(publication)
        ]
        for table, rows in ROWS.items()
        if table != "dictionary"
    }
    return orjson.dumps(
        {
            "county": content["county"],
            "code": content["code"],
            "month": content["month"],
            "licence": licence(publication),
            "digest": publication.digest.hex(),
            "facts_digest": content["facts_digest"],
            "results_digest": content["results_digest"],
            "published_at": publication.published_at.isoformat(),
            **tables,
            "dictionary": {table: dict(columns) for table, columns in COLUMNS.items()},
        },
        default=str,
    )
