"""Open data of a published year: CSV and JSON with columns that keep their names.

Nothing here names a person, and nothing opens as a formula.
"""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import orjson

from backend.app.assessments.models import ProgrammePublication
from backend.app.assessments.publications.content import NOTHING
from backend.app.assessments.publications.errors import YearNotPublished
from backend.app.assessments.publications.queries import published_units, year_corrections
from backend.app.core.files.csv_safety import csv_bytes

LICENCE = "数据按“署名即可使用”提供：注明“村声 · {county} {title}”，可复制、加工、再发布。"
YEAR, GROUP, UNIT = ("year", "年度"), ("group", "考核类别"), ("unit", "被考核单位")
COLUMNS: dict[str, tuple[tuple[str, str], ...]] = {
    "units": (
        YEAR, GROUP, UNIT, ("total", "年终得分，公示时的；没有得分的为空"),
        ("task", "目标任务得分，0 到 100"), ("social", "社会评价，0 到 100；没有的为空"),
        ("band", "第几档；同一类别同档的单位分不出先后"), ("grade", "等次，公示时的"),
        ("grade_reason", "定等会写明的理由"), ("corrected_total", "更正后的得分；没有更正的为空"),
        ("corrected_grade", "更正后的等次；没有更正的为空"),
        ("corrected_band", "更正后第几档；没有更正的为空"),
    ),
    "elements": (
        YEAR, GROUP, UNIT, ("code", "指标编码"), ("name", "指标"), ("full", "满分"),
        ("points", "得分；没有数据、不计分的为空"), ("value", "完成情况"), ("aim", "目标"),
        ("origin", "数据从哪里来"), ("untrue", "1：核查不属实，不得分"),
    ),
    "lost": (
        YEAR, GROUP, UNIT, ("code", "指标编码；social 是社会评价"), ("name", "指标"),
        ("lost", "在总分里少得多少"), ("words", "为什么"),
    ),
    "moved": (
        YEAR, GROUP, UNIT, ("kind", "加分、扣分、黄牌、红牌、容错等"),
        ("points", "总分变动，负数是扣"), ("words", "事由"), ("basis", "依据"),
    ),
    "corrections": (
        YEAR, ("number", "更正编号"), UNIT, ("item", "申诉的哪一项"), ("reason", "理由"),
        ("total_before", "更正前得分"), ("total_after", "更正后得分"),
        ("grade_before", "更正前等次"), ("grade_after", "更正后等次"), ("made_on", "更正日期"),
        ("band_before", "更正前第几档"), ("band_after", "更正后第几档"),
    ),
    "dictionary": (("table", "表"), ("column", "列"), ("meaning", "含义")),
}  # fmt: skip
TABLES = {
    "units": "各单位得分和等次", "elements": "各单位各指标", "lost": "哪里少得了分",
    "moved": "加减分、红黄牌和容错", "corrections": "更正", "dictionary": "数据字典",
}  # fmt: skip
Row = list[Any]


def figure(words: str | None) -> Decimal | None:
    """A figure as a number with the digits of the page."""
    return None if words in (None, "", NOTHING) else Decimal(str(words))


def unit_rows(publication: ProgrammePublication) -> Iterator[Row]:
    """One row a unit, as it was published; the newest correction stands beside it."""
    year = publication.content["year"]
    newest = {row.unit_id: row.after for row in year_corrections(publication.programme_id)}
    for unit in published_units(publication.content):
        after = newest.get(unit["unit_id"], {})
        yield [
            year, unit["group"], unit["name"], figure(unit["total"]), figure(unit["task"]),
            figure(unit["social"]), unit["band"], unit["grade"], unit["grade_reason"],
            figure(after.get("total")), after.get("grade", ""), after.get("band"),
        ]  # fmt: skip


def _lines(
    name: str, cells: Callable[[dict[str, Any]], Row]
) -> Callable[[ProgrammePublication], Iterator[Row]]:
    """One row for each line of one kind of each unit."""

    def rows(publication: ProgrammePublication) -> Iterator[Row]:
        for unit in published_units(publication.content):
            for line in unit[name]:
                yield [publication.content["year"], unit["group"], unit["name"], *cells(line)]

    return rows


def _part(line: dict[str, Any]) -> Row:
    return [
        line["code"], line["name"], figure(line["full"]), figure(line["points"]), line["value"],
        line["aim"], line["origin"], int(line["untrue"]),
    ]  # fmt: skip


def _lost(line: dict[str, Any]) -> Row:
    return [line["code"], line["name"], figure(line["points"]), line["words"]]


def _moved(line: dict[str, Any]) -> Row:
    return [line["kind"], figure(line["points"]), line["words"], line["basis"]]


def correction_rows(publication: ProgrammePublication) -> Iterator[Row]:
    names = {unit["unit_id"]: unit["name"] for unit in published_units(publication.content)}
    for row in year_corrections(publication.programme_id):
        yield [
            publication.content["year"], row.number, names[row.unit_id], row.item, row.reason,
            figure(row.before["total"]), figure(row.after["total"]), row.before["grade"],
            row.after["grade"], f"{row.made_at:%Y-%m-%d}", row.before.get("band"),
            row.after.get("band"),
        ]  # fmt: skip


def dictionary_rows(_: ProgrammePublication) -> Iterator[Row]:
    for table, columns in COLUMNS.items():
        for name, meaning in columns:
            yield [table, name, meaning]


ROWS: dict[str, Callable[[ProgrammePublication], Iterator[Row]]] = {
    "units": unit_rows, "elements": _lines("parts", _part), "lost": _lines("lost", _lost),
    "moved": _lines("moved", _moved), "corrections": correction_rows,
    "dictionary": dictionary_rows,
}  # fmt: skip


def objects(publication: ProgrammePublication, table: str) -> list[dict[str, Any]]:
    """A table's rows by the names of their columns."""
    names = [name for name, _ in COLUMNS[table]]
    return [dict(zip(names, row, strict=True)) for row in ROWS[table](publication)]


def licence_of(content: dict[str, Any]) -> str:
    return LICENCE.format(county=content["county"], title=content["title"])


def as_table(publication: ProgrammePublication, table: str) -> bytes:
    """CSV in UTF-8 with a byte order mark. Raises YearNotPublished for another table."""
    if table not in TABLES:
        raise YearNotPublished("没有这张表")
    rows = [*ROWS[table](publication)]
    if table == "dictionary":
        rows.append(["licence", "", licence_of(publication.content)])
    return csv_bytes([name for name, _ in COLUMNS[table]], rows)


def as_document(publication: ProgrammePublication) -> bytes:
    """All tables as lists of objects, with the digests and the meaning of every column."""
    content = publication.content
    names: Sequence[str] = (
        "county", "code", "title", "year", "facts_digest", "programme_digest", "results_digest",
    )  # fmt: skip
    return orjson.dumps(
        {
            **{name: content[name] for name in names}, "licence": licence_of(content),
            "digest": publication.digest.hex(),
            "published_at": publication.published_at.isoformat(),
            **{name: objects(publication, name) for name in TABLES if name != "dictionary"},
            "dictionary": {table: dict(columns) for table, columns in COLUMNS.items()},
        },
        default=str,
    )  # fmt: skip
