"""月通报 on A4: how far, who is behind and why, cards, late and missed reports, what it cost."""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, Spacer

from backend.app.assessments.burden.queries import BurdenMonth
from backend.app.assessments.evaluation.figures import UnitColours, distinct_lights
from backend.app.assessments.evaluation.notice_queries import LateUnit, MonthCard
from backend.app.assessments.evaluation.queries import ShownStanding
from backend.app.assessments.evaluation.rule_words import explain, light_words
from backend.app.assessments.states import ProgrammeAdjustmentKind
from backend.app.core.files.documents import (
    BODY,
    HEADING,
    SMALL,
    TITLE,
    table_block,
    text_block,
    write_document,
)
from backend.app.core.files.pdf_fonts import is_printable
from backend.app.scoring.assessing.burden import MOST_MINUTES
from backend.app.scoring.assessing.lights import Light

WHAT, BOX, NARROWEST = "月通报", "□", 14
ROOM = 178
# Over a table of several pages: it begins where there is room for a few lines.
LONG_HEADING = ParagraphStyle("long_heading", parent=HEADING, keepWithNext=0)
LEAST_BELOW = 40 * mm


@dataclass(frozen=True)
class MonthNotice:
    """What the month's notice says, of what its reader may see."""

    title: str
    lights: Sequence[Light]
    units: Sequence[UnitColours]
    rows: Sequence[ShownStanding]
    cards: Sequence[MonthCard]
    late: Sequence[LateUnit]
    burden: BurdenMonth | None

    @property
    def behind(self) -> list[ShownStanding]:
        """Not begun before behind, unit by unit."""
        bad = {light.code for light in self.lights if light.bad}
        return [row for row in self.rows if row.colour in bad]


def draw_notice(notice: MonthNotice) -> bytes:
    """As many pages as it takes; a rare letter that the typeface lacks is a box."""
    story: list[Flowable] = [
        text_block(_plain(notice.title), TITLE, WHAT), Spacer(1, 3 * mm),
        text_block(_finding(notice), BODY, WHAT),
        text_block("各类别五色", HEADING, WHAT), _groups(notice),
        CondPageBreak(LEAST_BELOW),
        text_block("滞后和未开工", LONG_HEADING, WHAT), *_behind(notice),
        text_block("黄牌红牌", HEADING, WHAT), *_cards(notice),
        text_block("迟报和未报", HEADING, WHAT), *_late(notice),
        text_block("填报负担", HEADING, WHAT), text_block(_burden(notice.burden), BODY, WHAT),
        text_block("颜色怎么定", HEADING, WHAT), *_rules(notice.lights),
    ]  # fmt: skip
    return write_document(_plain(notice.title), _plain(notice.title), story)


def _plain(words: str) -> str:
    return "".join(letter if letter in "✕" or is_printable(letter) else BOX for letter in words)


def _finding(notice: MonthNotice) -> str:
    total = sum(unit.total for unit in notice.units)
    behind = len(notice.behind)
    said = f"{len(notice.units)} 个单位 {total} 项目标已到时间"
    return f"{said}，{behind} 项滞后或未开工。" if behind else f"{said}，没有滞后的。"


def _groups(notice: MonthNotice) -> Flowable:
    shades = distinct_lights(notice.lights)
    by_group: dict[str, list[UnitColours]] = {}
    for unit in notice.units:
        by_group.setdefault(unit.unit.group_name, []).append(unit)
    lines = [
        [_plain(name), str(len(units)),
         *(str(sum(unit.counts.get(light.code, 0) for unit in units)) for light in shades)]
        for name, units in by_group.items()
    ]  # fmt: skip
    width = max(NARROWEST, (ROOM - 70) / max(len(shades), 1))
    head = ["类别", "单位", *(f"{light.icon}{light.word}" for light in shades)]
    return table_block([head, *lines], (54, 16, *[width] * len(shades)), 1, WHAT)


def _behind(notice: MonthNotice) -> list[Flowable]:
    if not notice.behind:
        return [text_block("没有。", BODY, WHAT)]
    words = {light.code: f"{light.icon}{light.word}" for light in notice.lights}
    lines = [
        [
            _plain(row.unit), _plain(f"{row.name}：{row.task}"), words[row.colour or ""],
            _plain(explain(row.colour, row.actual, row.planned, row.basis, notice.lights)),
        ]
        for row in notice.behind
    ]  # fmt: skip
    head = ["单位", "目标", "颜色", "为什么"]
    return [table_block([head, *lines], (28, 52, 26, 72), 4, WHAT)]


def _cards(notice: MonthNotice) -> list[Flowable]:
    if not notice.cards:
        return [text_block("本月没有记牌。", BODY, WHAT)]
    names = ProgrammeAdjustmentKind.names()
    lines = [
        [_plain(card.unit), names[card.kind], _plain(card.case_words), f"{card.points}"]
        for card in notice.cards
    ]
    return [table_block([["单位", "牌", "为什么", "分"], *lines], (40, 18, 102, 18), 3, WHAT)]


def _late(notice: MonthNotice) -> list[Flowable]:
    if not notice.late:
        return [text_block("都按时报了。", BODY, WHAT)]
    lines = [[_plain(row.unit), str(row.late), str(row.missed)] for row in notice.late]
    return [table_block([["单位", "迟报", "未报"], *lines], (118, 30, 30), 1, WHAT)]


def _burden(month: BurdenMonth | None) -> str:
    if month is None or month.minutes is None:
        return "这个月没有填报用时。"
    return (
        f"{len(month.sent)} 个单位填报，每单位中位 {month.minutes} 分钟，报 {month.items} 项、"
        f"材料 {month.files} 份；超过 {MOST_MINUTES} 分钟的 {len(month.over)} 个。"
        "只看负担，不计分。"
    )


def _rules(lights: Sequence[Light]) -> list[Flowable]:
    return [
        text_block(f"{place}. {light.icon}{light.word}：{light_words(light)}", SMALL, WHAT)
        for place, light in enumerate(lights, 1)
    ]
