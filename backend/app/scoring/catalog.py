"""What can be measured, from which counts, and in which words it is said."""

from dataclasses import dataclass
from enum import StrEnum

from backend.app.scoring.levels import BAD_LEVELS, BEST


class Family(StrEnum):
    """How a measurement comes about: graded answers, yes or no, or a waiting time."""

    MEAN = "mean"
    RATE = "rate"
    TIME = "time"


@dataclass(frozen=True)
class Measure:
    """One measurement; `source` names the counts it is made of.

    MEAN: one count for each grade. RATE: (yes, no). TIME: waits, in minutes of working time.
    `unit` is what stands behind its figures, `formula` what a reader is told, `counted` what it
    counts. `sentence`, where there is one, tells the counts {0}, {1} … of {n}; `chosen`, where
    the grades are the levels, tells of {n} at one {level}. `by_villagers`: from what they say.
    `never_scored` is why no scheme may give it a weight. `imported` heads the two columns of a
    file, how many yes and of how many, where another system counts it.
    """

    code: str
    name: str
    family: Family
    source: str
    unit: str
    formula: str
    counted: str = "件"
    sentence: str = ""
    chosen: str = ""
    by_villagers: bool = False
    never_scored: str | None = None
    imported: tuple[str, str] | None = None


MEAN, RATE, TIME = Family.MEAN, Family.RATE, Family.TIME
SOLVED = "{n} 位村民回话：{0} 位说解决了，{1} 位说解决一部分，{2} 位说没解决"
MEASURES: dict[str, Measure] = {
    measure.code: measure
    for measure in (
        Measure("satisfaction_mean", "满意度", MEAN, "levels", "分",
                "五级评价折成 100、80、60、30、0 分后的平均",
                counted="人次评价", chosen="选「{level}」的 {n} 条", by_villagers=True),
        Measure("positive_rate", "好评率", RATE, "positive", "%",
                "非常满意、满意、基本满意 ÷ 有效评价",
                counted="人次评价", by_villagers=True),
        Measure("survey_satisfaction", "问卷满意度", MEAN, "survey", "分",
                "匿名问卷里五级题的平均，只用已公布的结果",
                counted="个回答", chosen="匿名问卷里选「{level}」的 {n} 人次", by_villagers=True),
        Measure("resolution_rate", "解决率", MEAN, "resolution", "%",
                "村民说解决了算 1，解决一部分算 0.5，没解决算 0；没回答的另列",
                counted="位村民回话", sentence=SOLVED, by_villagers=True),
        Measure("fix_satisfaction_rate", "回访整改满意率", MEAN, "fix", "%",
                "差评回访后，村民说解决了算 1，一部分算 0.5，没解决算 0",
                counted="位村民回话", sentence=SOLVED, by_villagers=True),
        Measure("response_rate", "响应率", RATE, "response", "%",
                "按时首次回应 ÷ 首次回应期限在本月的诉求，没回应的也在分母里",
                sentence="{n} 件诉求里 {0} 件按时有了回音"),
        Measure("on_time_rate", "按期办结率", RATE, "on_time", "%",
                "按期答复 ÷ 办结期限在本月的诉求",
                sentence="{n} 件诉求里 {0} 件按期办结"),
        Measure("median_first_response", "响应时长", TIME, "waits", "小时",
                "一半诉求在多少工作小时内有了第一次回应，没回应的按还在等计"),
        Measure("bad_rating_reply_rate", "差评回复率", RATE, "bad_reply", "%",
                "按时回复的差评 ÷ 回复期限在本月的差评",
                sentence="{n} 条差评里 {0} 条按时回复",
                never_scored="差评回复率考核上一级：差评由乡镇回访，不算村里的分"),
        Measure("bad_rating_fix_rate", "差评整改率", RATE, "bad_fix", "%",
                "按时整改的差评 ÷ 整改期限在本月的差评",
                sentence="{n} 条差评里 {0} 条按时整改"),
        Measure("online_completion_rate", "事务线上办结率", RATE, "online", "%",
                "线上办结 ÷ 全部办结，由业务系统导入",
                sentence="{n} 件事里 {0} 件在网上办成", imported=("线上办结数", "全部办结数")),
        Measure("unrated_rate", "未评率", RATE, "unrated", "%",
                "办结后没有评价的诉求 ÷ 办结的诉求", counted="件办结的诉求",
                never_scored="未评率只看，不计分：沉默不是满意，也不是不满意"),
        Measure("delivery_rate", "信息送达率", RATE, "delivery", "%", "送达 ÷ 发出，导入",
                never_scored="送达率不计分：减负要求不搞留痕考核",
                imported=("送达数", "发出数")),
        Measure("platform_activity", "平台活跃度", RATE, "activity", "%", "活跃 ÷ 全部，导入",
                never_scored="活跃度、打卡不计分：减负要求不搞留痕考核",
                imported=("活跃数", "全部数")),
    )
}  # fmt: skip


# Of the offices that handle parts and events (数字化城管); no village is measured by them.
OFFICE_MEASURES: dict[str, Measure] = {
    measure.code: measure
    for measure in (
        Measure("city_discovery_rate", "发现率", RATE, "city_found", "%",
                "巡查发现的 ÷ 全部部件、事件", counted="件部件、事件"),
        Measure("city_handling_rate", "处置率", RATE, "city_handled", "%",
                "已处置 ÷ 处置期限在本期的部件、事件", counted="件部件、事件"),
        Measure("city_on_time_rate", "按期处置率", RATE, "city_on_time", "%",
                "按期处置 ÷ 处置期限在本期的部件、事件", counted="件部件、事件"),
        Measure("city_handling_hours", "处置时长", TIME, "city_waits", "小时",
                "一半部件、事件在多少小时内处置，没处置的按还在等计", counted="件部件、事件"),
        Measure("city_redo_rate", "重办率", RATE, "city_redone", "%",
                "处置后被退回重办的 ÷ 已处置", counted="件部件、事件"),
    )
}  # fmt: skip
ALL_MEASURES = {**MEASURES, **OFFICE_MEASURES}


@dataclass(frozen=True)
class CaseList:
    """Cases by number that a month's facts name, and the count each of them adds one to.

    `kind` is what the cases are, `words` what a case in the list did. The lists of waits stand
    beside the minutes waited and are no count: `place` is None.
    """

    name: str
    kind: str
    source: str
    place: int | None
    words: str


CASE_LISTS: dict[str, CaseList] = {
    cases.name: cases
    for cases in (
        *(
            CaseList(level.column, "rating", "levels", level.number - BEST, f"评了{level.name}")
            for level in BAD_LEVELS
        ),
        CaseList("late_answer", "ticket", "response", 1, "首次回应晚了"),
        CaseList("late", "ticket", "on_time", 1, "办结晚了"),
        CaseList("partly", "ticket", "resolution", 1, "村民说只解决了一部分"),
        CaseList("not_solved", "ticket", "resolution", 2, "村民说没解决"),
        CaseList("bad_late_reply", "ticket", "bad_reply", 1, "差评没有按时回复"),
        CaseList("bad_not_fixed", "ticket", "bad_fix", 1, "差评没有按时整改好"),
        CaseList("fix_partly", "ticket", "fix", 1, "差评回访后，村民说只解决了一部分"),
        CaseList("fix_not", "ticket", "fix", 2, "差评回访后，村民说没解决"),
        CaseList("waits", "ticket", "waits", None, "等了很久才有回应"),
        CaseList("open_waits", "ticket", "waits", None, "到月底还没有回应"),
    )
}
# How many cases make a figure weigh half of its weight; nothing where it is complete by nature.
HALF_AT = 10
# The grades of a villager's last word: solved, partly, not.
GRADES = (100, 50, 0)
BY_VILLAGERS = frozenset(code for code, measure in MEASURES.items() if measure.by_villagers)
SCORED = frozenset(code for code, measure in MEASURES.items() if not measure.never_scored)
# What other systems tell, by the code it is imported under.
IMPORTED = {code: measure.source for code, measure in MEASURES.items() if measure.imported}


def cases_of(kind: str) -> tuple[CaseList, ...]:
    """The lists that hold ratings, or tickets."""
    return tuple(cases for cases in CASE_LISTS.values() if cases.kind == kind)


def by_cases(code: str) -> bool:
    """Whether it is a share of counted cases or a mean of grades: scored from 0 to 100."""
    return MEASURES[code].family is not Family.TIME and code not in IMPORTED


def half_at(code: str) -> int:
    """What k a measurement has unless its scheme says otherwise."""
    return 0 if code in IMPORTED else HALF_AT
