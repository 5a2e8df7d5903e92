"""Kinds, channels, verdicts and outcomes of tickets, with the words people read."""

from enum import IntEnum, StrEnum


class TicketKind(StrEnum):
    """The six kinds of the hotline's practice."""

    CONSULT = "consult"
    HELP = "help"
    COMPLAINT = "complaint"
    SUGGESTION = "suggestion"
    REPORT = "report"
    THANKS = "thanks"


class Channel(StrEnum):
    """How it came in."""

    MINI = "mini"
    PHONE = "phone"
    PAPER = "paper"
    RATING = "rating"
    HOTLINE = "hotline"
    ANONYMOUS = "anonymous"
    # No villager's: what a village is asked to mend after several bad ratings.
    MENDING = "mending"
    # Seen by somebody on a round of the streets, before anybody complains.
    PATROL = "patrol"


class Verdict(StrEnum):
    """The villager's word; silence is never satisfaction."""

    SOLVED = "solved"
    PARTLY = "partly"
    NOT = "not"
    UNANSWERED = "unanswered"


class Outcome(StrEnum):
    """What came of a closed ticket; `cannot`: the office cannot, and says why."""

    SOLVED = "solved"
    PARTLY = "partly"
    NOT = "not"
    UNANSWERED = "unanswered"
    CANNOT = "cannot"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    # Its import was taken back.
    ANNULLED = "annulled"
    # Looked at on the spot by somebody of another office.
    VERIFIED = "verified"


KIND_NAMES = {
    TicketKind.CONSULT: "咨询",
    TicketKind.HELP: "求助",
    TicketKind.COMPLAINT: "投诉",
    TicketKind.SUGGESTION: "建议",
    TicketKind.REPORT: "举报",
    TicketKind.THANKS: "感谢",
}
# The tag of an imported order whose type is none of ours.
TO_CLASSIFY = "待分类"
KIND_HINTS = {
    TicketKind.CONSULT: "想问清楚一件事",
    TicketKind.HELP: "有难处，想请人帮忙",
    TicketKind.COMPLAINT: "对办事或服务不满意",
    TicketKind.SUGGESTION: "有个主意，想让村里更好",
    TicketKind.REPORT: "有人违规，想让上级知道",
    TicketKind.THANKS: "有人办得好，想说声谢谢",
}
CHANNEL_NAMES = {
    Channel.MINI: "小程序",
    Channel.PHONE: "电话代录",
    Channel.PAPER: "纸条代录",
    Channel.RATING: "差评回访",
    Channel.HOTLINE: "12345 转办",
    Channel.ANONYMOUS: "匿名",
    Channel.MENDING: "差评整改",
    Channel.PATROL: "巡查发现",
}
VERDICT_NAMES = {
    Verdict.SOLVED: "解决了",
    Verdict.PARTLY: "解决了一部分",
    Verdict.NOT: "没解决",
    Verdict.UNANSWERED: "村民未答",
}


class Step(IntEnum):
    """督办: each step once in a round; the first two by the clock, the others by people."""

    REMIND = 1
    REPORT = 2
    INSPECT = 3
    SUMMON = 4


STEP_NAMES = {
    Step.REMIND: "提醒",
    Step.REPORT: "通报",
    Step.INSPECT: "核查",
    Step.SUMMON: "约谈",
}
