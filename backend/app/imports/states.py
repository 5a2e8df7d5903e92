"""States of an import: data."""

from enum import StrEnum


class ImportState(StrEnum):
    """Where an import stands."""

    READING = "reading"
    COLUMNS = "columns"
    READY = "ready"
    APPLYING = "applying"
    APPLIED = "applied"
    UNDOING = "undoing"
    UNDONE = "undone"
    FAILED = "failed"


STATE_NAMES = {
    ImportState.READING: "正在读",
    ImportState.COLUMNS: "请选列",
    ImportState.READY: "等您确认",
    ImportState.APPLYING: "正在导入",
    ImportState.APPLIED: "已导入",
    ImportState.UNDOING: "正在撤销",
    ImportState.UNDONE: "已撤销",
    ImportState.FAILED: "没有读成",
}
# A job is at work; nothing can be changed meanwhile.
BUSY = frozenset({ImportState.READING, ImportState.APPLYING, ImportState.UNDOING})
CHANGEABLE = frozenset({ImportState.COLUMNS, ImportState.READY})
