"""The ladder of supervision: from a target's history of colours to what is proposed next."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from backend.app.scoring.assessing.lights import FUPING, Light
from backend.app.scoring.assessing.moves import MoveKind

REMIND, REPORT, INSPECT, SUMMON = STEPS = (1, 2, 3, 4)
GOOD_TO_END = 2
FOUND_UNTRUE = "核查不属实"


class Evaluated(NamedTuple):
    """A target at one evaluation.

    `unanswered`: the reminder's time passed without an answer; `doubted`, `drawn`: its figures are
    to be looked at; `untrue`: a check found 不属实. `dropped` are steps proposed here that a person
    did not confirm: they are not proposed again in the round and count for nothing.
    """

    colour: str | None
    missed: bool = False
    unanswered: bool = False
    doubted: bool = False
    drawn: bool = False
    untrue: bool = False
    dropped: Collection[int] = ()

    @property
    def is_noted(self) -> bool:
        return self.missed or self.unanswered or self.doubted or self.drawn or self.untrue


@dataclass(frozen=True)
class LadderPolicy:
    """Which colours begin and end a round, and after how many bad ones running a step is due."""

    bad: frozenset[str] = frozenset({"black", "red"})
    good: frozenset[str] = frozenset({"green", "blue", "orange"})
    report_after: int = 2
    inspect_after: int = 3
    summon_after: int = 4
    half_year: int = 6
    yellow: Decimal = Decimal("0.50")
    red: Decimal = Decimal("1.00")
    # More than honest lateness comes to in a year, whatever rounds it has.
    untrue: Decimal = Decimal("2.00")
    answer_days: dict[int, int | None] = field(
        default_factory=lambda: {REMIND: 5, REPORT: 5, INSPECT: 10, SUMMON: None}
    )


USUAL = LadderPolicy()


def policy_of(lights: Sequence[Light] = FUPING) -> LadderPolicy:
    """A programme's own colours: those it calls bad and good."""
    return LadderPolicy(
        frozenset(light.code for light in lights if light.bad),
        frozenset(light.code for light in lights if light.good),
    )


class LadderProposal(NamedTuple):
    """A step with its reason; a card counts once a person has confirmed it.

    `automatic` steps have no effect and need nobody. `answer_days` are working days, None: dated
    minutes are the answer.
    """

    step: int
    reason: str
    answer_days: int | None
    automatic: bool
    card: str | None = None
    points: Decimal = Decimal(0)


def proposals(
    history: Sequence[Evaluated], policy: LadderPolicy | None = None
) -> list[LadderProposal]:
    """What is new at the last evaluation of a history, oldest first; each step once a round."""
    policy = policy or USUAL
    steps = list(_new_steps(history, policy))
    return _proposed(steps[-1], policy) if steps else []


def proposals_of_each(
    history: Sequence[Evaluated], policy: LadderPolicy | None = None
) -> list[list[LadderProposal]]:
    """What was new at each evaluation of a history, in one walk."""
    policy = policy or USUAL
    return [_proposed(new, policy) for new in _new_steps(history, policy)]


def _new_steps(history: Iterable[Evaluated], policy: LadderPolicy) -> Iterator[dict[int, str]]:
    """At each evaluation the steps that are due and were not taken in the round, with reasons."""
    taken: set[int] = set()
    reported: list[int] = []
    bad = good = 0
    for place, one in enumerate(history):
        if one.colour is not None:
            bad = bad + 1 if one.colour in policy.bad else 0
            good = good + 1 if one.colour in policy.good and not one.missed else 0
        if good >= GOOD_TO_END:
            taken.clear()
        if len(taken) == len(STEPS) or not (bad or one.is_noted):
            yield {}
            continue
        reasons = _reasons(one, bad, policy, REMIND in taken)
        if REPORT in reasons and REPORT not in taken and REPORT not in one.dropped:
            reported.append(place)
            if len([at for at in reported if at > place - policy.half_year]) > 1:
                reasons.setdefault(SUMMON, "半年内两次通报")
        yield {step: reason for step, reason in reasons.items() if step not in taken}
        taken |= reasons.keys()


def _reasons(one: Evaluated, bad: int, policy: LadderPolicy, reminded: bool) -> dict[int, str]:
    """Which steps are due, and why."""
    reasons: dict[int, str] = {}
    if bad or one.missed:
        reasons[REMIND] = "未按时报送" if one.missed and not bad else "进度滞后"
    if bad >= policy.report_after:
        reasons[REPORT] = f"连续 {bad} 期滞后"
    elif one.unanswered and reminded:
        reasons[REPORT] = "提醒后未答复"
    if bad >= policy.inspect_after:
        reasons[INSPECT] = f"连续 {bad} 期滞后"
    elif one.doubted or one.drawn:
        reasons[INSPECT] = "数据存疑" if one.doubted else "抽中核查"
    if one.untrue:
        reasons[SUMMON] = FOUND_UNTRUE
    elif bad >= policy.summon_after:
        reasons[SUMMON] = f"连续 {bad} 期滞后"
    return reasons


def _proposed(new: Mapping[int, str], policy: LadderPolicy) -> list[LadderProposal]:
    return [_proposal(step, new[step], policy) for step in STEPS if step in new] if new else []


def _proposal(step: int, reason: str, policy: LadderPolicy) -> LadderProposal:
    red = policy.untrue if reason == FOUND_UNTRUE else policy.red
    cards = {REPORT: (MoveKind.YELLOW, policy.yellow), SUMMON: (MoveKind.RED, red)}
    card, points = cards.get(step, (None, Decimal(0)))
    return LadderProposal(step, reason, policy.answer_days[step], step == REMIND, card, points)
