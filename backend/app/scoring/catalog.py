"""What can be measured, from which counts, and in which words it is said."""

from dataclasses import dataclass
from enum import StrEnum


class Family(StrEnum):
    """How a measurement comes about: graded answers, yes or no, or a waiting time."""

    MEAN = "mean"
    RATE = "rate"
    TIME = "time"


@dataclass(frozen=True)
class Measure:
    """One measurement; `source` names the counts it is made of.

    MEAN: one count for each grade. RATE: (yes, no). TIME: waits, in minutes of working time.
    `unit` is what stands behind its figures, `formula` what a reader is told.
    """

    code: str
    name: str
    family: Family
    source: str
    unit: str
    formula: str


MEAN, RATE, TIME = Family.MEAN, Family.RATE, Family.TIME
MEASURES: dict[str, Measure] = {
    measure.code: measure
    for measure in (
        Measure("satisfaction_mean", "满意度", MEAN, "levels", "分",
                "五级评价折成 100、80、60、30、0 分后的平均"),
        Measure("positive_rate", "好评率", RATE, "positive", "%",
                "非常满意、满意、基本满意 ÷ 有效评价"),
        Measure("survey_satisfaction", "问卷满意度", MEAN, "survey", "分",
                "匿名问卷里五级题的平均,只用已公布的结果"),
        Measure("resolution_rate", "解决率", MEAN, "resolution", "%",
                "村民说解决了算 1,解决一部分算 0.5,没解决算 0;没回答的另列"),
        Measure("fix_satisfaction_rate", "回访整改满意率", MEAN, "fix", "%",
                "差评回访后,村民说解决了算 1,一部分算 0.5,没解决算 0"),
        Measure("response_rate", "响应率", RATE, "response", "%",
                "按时首次回应 ÷ 首次回应期限在本月的诉求,没回应的也在分母里"),
        Measure("on_time_rate", "按期办结率", RATE, "on_time", "%",
                "按期答复 ÷ 办结期限在本月的诉求"),
        Measure("median_first_response", "响应时长", TIME, "waits", "小时",
                "一半诉求在多少工作小时内有了第一次回应,没回应的按还在等计"),
        Measure("bad_rating_reply_rate", "差评回复率", RATE, "bad_reply", "%",
                "按时回复的差评 ÷ 回复期限在本月的差评"),
        Measure("bad_rating_fix_rate", "差评整改率", RATE, "bad_fix", "%",
                "按时整改的差评 ÷ 整改期限在本月的差评"),
        Measure("online_completion_rate", "事务线上办结率", RATE, "online", "%",
                "线上办结 ÷ 全部办结,由业务系统导入"),
        Measure("unrated_rate", "未评率", RATE, "unrated", "%",
                "办结后没有评价的诉求 ÷ 办结的诉求"),
        Measure("delivery_rate", "信息送达率", RATE, "delivery", "%", "送达 ÷ 发出,导入"),
        Measure("platform_activity", "平台活跃度", RATE, "activity", "%", "活跃 ÷ 全部,导入"),
    )
}  # fmt: skip
# How many cases make a figure weigh half of its weight; nothing where it is complete by nature.
HALF_AT = 10
# The grades of a villager's last word: solved, partly, not.
GRADES = (100, 50, 0)
# What other systems tell, by the code it is imported under.
IMPORTED = {
    measure.code: measure.source
    for measure in MEASURES.values()
    if measure.source in ("online", "delivery", "activity")
}


def by_cases(code: str) -> bool:
    """Whether it is a share of counted cases or a mean of grades: scored from 0 to 100."""
    return MEASURES[code].family is not Family.TIME and code not in IMPORTED


def half_at(code: str) -> int:
    """What k a measurement has unless its scheme says otherwise."""
    return 0 if code in IMPORTED else HALF_AT
