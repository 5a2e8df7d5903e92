"""The village of a row in a file: found by name or code, or asked once for all rows alike."""

from backend.app.imports.headings import FileColumn
from backend.app.imports.kinds import FileRow
from backend.app.places.names import VillageNames

VILLAGE = FileColumn(
    "village", "村", True,
    (
        "村", "村（社区）", "所属村", "所属村（社区）", "村名", "村社区", "村居", "社区", "属地",
        "属地村", "事发村", "村委会", "发生地", "事发地址", "地址",
    ),
)  # fmt: skip
CODE = FileColumn("code", "12位代码", False, ("12位代码", "代码", "村代码", "行政区划代码"))
TOWNSHIP = FileColumn(
    "township", "乡镇", False, ("乡镇", "镇", "乡镇（街道）", "镇街", "街道", "所属乡镇")
)


def read_village(
    row: FileRow, names: VillageNames, column: FileColumn = VILLAGE
) -> tuple[int | None, str | None]:
    """The village and the group that was written beside; None where it is asked or refused.

    What the cells say for sure comes before what a clerk chose for words like these.
    """
    township = row.text(TOWNSHIP)
    written = row.text(column)
    code = row.identifier(CODE, 15).strip("'")
    if not written and not code:
        if not column.needed:
            row.refuse("「村」和「12位代码」都没填")
        return None, None
    text = f"{township}{written}" if written else code
    found = names.find(text)
    if not found.ids and township:
        found = names.find(written or code)
    chosen = row.context.choices.get(column.code, {}).get(text)
    if len(found.ids) != 1 and chosen:
        found = names.find(chosen)
    if code and written and names.find(code).ids and not set(names.find(code).ids) & set(found.ids):
        row.refuse(f"代码 {code} 不是「{written}」")
        return None, None
    if code and names.find(code).ids:
        return names.find(code).ids[0], found.group
    if len(found.ids) == 1:
        return found.ids[0], found.group
    reason = "有几个同名的村，请选是哪一个" if found.ids else "没有找到这个村，请从相近的里选"
    # Which of several villages a name means may be another one in the next file.
    row.ask(
        column, text, text, reason,
        lambda: _options(names, found.ids or tuple(names.suggest(written or code))),
        free=True, remembered=not found.ids,
    )  # fmt: skip
    return None, None


def _options(names: VillageNames, ids: tuple[int, ...]) -> list[tuple[str, str]]:
    """By code, which stays right when names change."""
    by_id = {village.id: village for village in names.villages}
    return [
        (by_id[id_].code, f"{names.townships[by_id[id_].township_id]}{by_id[id_].name}")
        for id_ in ids
    ]
