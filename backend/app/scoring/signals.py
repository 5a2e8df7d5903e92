"""复核信号: which ratings somebody should look at before they count. Pure; flags, never deletes.

Every signal compares what was observed with what the county's own base rate lets expect, and flags
only where the Poisson tail, multiplied by the number of places it was looked for in, is at most
ALARM. So of all series in which people rate independently at the base rate, at most that share is
flagged without cause in one look; tests/app/scoring/test_signals.py simulates it.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from scipy.special import gammainc

ALARM = 1e-4
# Fewer facts than this are never flagged: a family that scans together is no burst.
FEWEST = 6
FEWEST_OF_STAFF = 3
POINT_WINDOW = 15 * 60
NETWORK_WINDOW = 60 * 60
VISIT_WINDOW = 30 * 60
# Nobody reads five faces and chooses in less; measured from the scan to the answer.
READING_SECONDS = 4
# A county rates between seven and nine: rates are per second of these fourteen hours.
OPEN_SECONDS = 14 * 3600
# The fullest hours of a day see twice its mean.
PEAK = 2.0

Series = TypeVar("Series", bound=Hashable)


class Signal(StrEnum):
    """What may be odd about ratings."""

    POINT_BURST = "point_burst"
    NETWORK_BURST = "network_burst"
    LEVEL_RUN = "level_run"
    HURRY = "hurry"
    STAFF = "staff"
    AFTER_VISIT = "after_visit"
    ONE_DEVICE = "one_device"
    OFFLINE = "offline"


SIGNAL_NAMES: dict[Signal, str] = {
    Signal.POINT_BURST: "一张海报短时间集中",
    Signal.NETWORK_BURST: "一处网络短时间集中",
    Signal.LEVEL_RUN: "一长串同一个等级",
    Signal.HURRY: "没看完就评了",
    Signal.STAFF: "管这个村的人在评",
    Signal.AFTER_VISIT: "走访后马上评",
    Signal.ONE_DEVICE: "一部手机多个账号",
    Signal.OFFLINE: "没有信号时评的太多",
}


@dataclass(frozen=True)
class SignalRating:
    """One rating as the signals see it; times in seconds, `day` any name of its day."""

    id: int
    at: float
    day: int
    person: int
    point: int
    village: int
    level: int
    took: int | None = None
    network: bytes | None = None
    device: bytes | None = None
    of_staff: bool = False
    offline: bool = False


@dataclass(frozen=True)
class Figures:
    """What was seen, what the base rate lets expect, and how likely so much is by chance."""

    observed: int
    expected: float
    probability: float


@dataclass(frozen=True)
class Finding:
    """Facts to flag together, with the reason a reviewer reads."""

    signal: Signal
    ids: tuple[int, ...]
    reason: str
    figures: Figures


def poisson_tail(k: int, mean: float) -> float:
    """P(X >= k) for X ~ Poisson(mean).

    Source: M. Abramowitz and I. Stegun, Handbook of Mathematical Functions (1964), 26.4.21.
    """
    if mean < 0:
        raise ValueError(f"mean >= 0 expected, got {mean}")
    return float(gammainc(k, mean)) if k > 0 else 1.0


def scan_probability(k: int, rate: float, window: float, span: float) -> float:
    """At most how likely some window holds k events of a Poisson process of this rate in the span.

    E[windows that begin with an event and hold k] = rate*span * P(N(window) >= k - 1) by the
    Slivnyak-Mecke formula, and no probability is larger than its expectation. The problem is
    J. I. Naus's: JASA 60 (1965) 532-538; the bound agrees with S. Wallenstein and N. Neff,
    Statistics in Medicine 6 (1987) 197-207, where it is small.
    """
    return min(1.0, rate * span * poisson_tail(k - 1, rate * window))


def point_bursts(
    acts: Iterable[SignalRating], days: int, base: Mapping[int, float], window: float = POINT_WINDOW
) -> list[Finding]:
    """More ratings behind one poster in a quarter of an hour than its rate lets expect.

    `base` gives each point's ratings a day: its own over the weeks before, the county's if larger.
    """
    return _bursts(
        Signal.POINT_BURST, _grouped(acts, lambda act: act.point), days, window,
        lambda point, _: base.get(point, 0.0) / OPEN_SECONDS, "这张海报",
    )  # fmt: skip


def network_bursts(acts: Iterable[SignalRating], window: float = NETWORK_WINDOW) -> list[Finding]:
    """More ratings of one village from one network in an hour than there let expect.

    A mobile operator's gate stands for thousands: the rate is the network's own outside of the
    window, and the county's mean where that is larger. Networks have another name every day.
    """
    known = [act for act in acts if act.network is not None]
    series = _grouped(known, lambda act: (act.network, act.village, act.day))
    mean = len(known) / len(series) if series else 0.0

    def rate(_: Hashable, outside: int) -> float:
        return max(mean, float(outside)) / OPEN_SECONDS

    return _bursts(Signal.NETWORK_BURST, series, 1, window, rate, "同一处网络")


def _bursts(
    signal: Signal,
    series: Mapping[Series, list[SignalRating]],
    days: int,
    window: float,
    rate: Callable[[Series, int], float],
    what: str,
) -> list[Finding]:
    found = []
    for name, ordered in series.items():
        best = _fullest(ordered, window)
        if len(best) < FEWEST or len({act.person for act in best}) < 2:
            continue
        per_second = PEAK * rate(name, len(ordered) - len(best))
        chance = scan_probability(len(best), per_second, window, days * OPEN_SECONDS)
        if chance <= ALARM:
            minutes = max(1, round((best[-1].at - best[0].at) / 60))
            expected = per_second * window
            reason = (
                f"{what} {minutes} 分钟里来了 {len(best)} 条，"
                f"平时最忙的 {round(window / 60)} 分钟{_about(expected)} 条"
            )
            found.append(_finding(signal, best, reason, len(best), expected, chance))
    return found


def _fullest(ordered: Sequence[SignalRating], window: float) -> list[SignalRating]:
    """The window with most facts, the first of several, with what touches it at the same pace."""
    start, best = 0, (0, 0)
    for end, act in enumerate(ordered):
        while act.at - ordered[start].at > window:
            start += 1
        if end + 1 - start > best[1] - best[0]:
            best = (start, end + 1)
    return list(ordered[best[0] : best[1]])


def level_runs(
    acts: Iterable[SignalRating], shares: Mapping[int, Sequence[float]]
) -> list[Finding]:
    """One level again and again behind one poster, longer than its share makes likely.

    n*p^L bounds the chance of a run of L among n: W. Feller, An Introduction to Probability Theory
    I (1968) XIII.7. p is the level's usual share at this point, or its share outside of the run
    where that is larger: a good office has long runs of praise and may.
    """
    found = []
    for point, ordered in _grouped(acts, lambda act: act.point).items():
        run = _longest_run(ordered)
        if len(run) < FEWEST or len({act.person for act in run}) < 2:
            continue
        rest = [act for act in ordered if act.level == run[0].level]
        own = (len(rest) - len(run) + 1) / (len(ordered) - len(run) + 2)
        share = max(shares[point][run[0].level - 1], own)
        chance = min(1.0, len(ordered) * share ** len(run))
        if chance <= ALARM:
            expected = share * len(run)
            reason = f"接连 {len(run)} 条都是同一个等级，平时这一级约占 {share:.0%}"
            found.append(_finding(Signal.LEVEL_RUN, run, reason, len(run), expected, chance))
    return found


def _longest_run(ordered: Sequence[SignalRating]) -> list[SignalRating]:
    start, best = 0, (0, 0)
    for end, act in enumerate(ordered):
        if act.level != ordered[start].level:
            start = end
        if end + 1 - start > best[1] - best[0]:
            best = (start, end + 1)
    return list(ordered[best[0] : best[1]])


def hurried(acts: Iterable[SignalRating], share: float) -> list[Finding]:
    """Many answers of one point's day faster than one can read; `share` is the county's of them."""
    known = [act for act in acts if act.took is not None]
    return _excess(
        Signal.HURRY, _grouped(known, lambda act: (act.point, act.day)),
        lambda act: act.took is not None and act.took < READING_SECONDS, lambda _, __: share,
        FEWEST, f"当天 {{k}} 条从扫码到评完不到 {READING_SECONDS} 秒，平时{{mean}} 条",
    )  # fmt: skip


def of_staff(acts: Iterable[SignalRating], share: float) -> list[Finding]:
    """Ratings by people who answer for the village; `share` is the county's of them."""
    return _excess(
        Signal.STAFF, _grouped(acts, lambda act: act.village), lambda act: act.of_staff,
        lambda _, __: share, FEWEST_OF_STAFF, "{k} 条出自管这个村的工作人员，平时{mean} 条",
    )  # fmt: skip


def offline_runs(acts: Iterable[SignalRating], shares: Mapping[int, float]) -> list[Finding]:
    """Ratings of one point whose scan only the phone vouches for; `shares` are usual there."""
    return _excess(
        Signal.OFFLINE, _grouped(acts, lambda act: act.point), lambda act: act.offline,
        lambda point, _: shares[point], FEWEST,
        "{k} 条是没有信号时评的，扫码时间只有手机自己知道，平时{mean} 条",
    )  # fmt: skip


def after_visits(
    acts: Iterable[SignalRating],
    visits: Mapping[int, Sequence[float]],
    window: float = VISIT_WINDOW,
) -> list[Finding]:
    """A village's day whose ratings fall into the minutes after somebody came."""

    def close(act: SignalRating) -> bool:
        return any(0 <= act.at - visit <= window for visit in visits.get(act.village, ()))

    def share(_: Hashable, ordered: Sequence[SignalRating]) -> float:
        first, last = ordered[0].at - OPEN_SECONDS, ordered[-1].at
        near = [v for v in visits.get(ordered[0].village, ()) if first <= v <= last]
        return min(1.0, len(near) * window / OPEN_SECONDS)

    return _excess(
        Signal.AFTER_VISIT, _grouped(acts, lambda act: (act.village, act.day)), close, share,
        FEWEST, f"{{k}} 条落在走访后 {round(window / 60)} 分钟里，随意来{{mean}} 条",
    )  # fmt: skip


def _excess(
    signal: Signal,
    series: Mapping[Series, list[SignalRating]],
    marked: Callable[[SignalRating], bool],
    share: Callable[[Series, Sequence[SignalRating]], float],
    fewest: int,
    reason: str,
) -> list[Finding]:
    """Holds the marked facts of a series when there are too many of them for their share."""
    found = []
    for name, ordered in series.items():
        odd = [act for act in ordered if marked(act)]
        if len(odd) < fewest:
            continue
        expected = len(ordered) * share(name, ordered)
        chance = poisson_tail(len(odd), expected)
        if chance <= ALARM:
            words = reason.format(k=len(odd), mean=_about(expected))
            found.append(_finding(signal, odd, words, len(odd), expected, chance))
    return found


def shared_devices(acts: Iterable[SignalRating]) -> list[Finding]:
    """Many accounts on what looks like one telephone: same network, same description, same day.

    Expected are the accounts of that network, each with the description as often as the county.
    """
    known = [act for act in acts if act.network is not None and act.device is not None]
    people = _people(known, lambda act: act.day)
    of_device = _people(known, lambda act: (act.day, act.device))
    of_network = _people(known, lambda act: (act.day, act.network))
    found = []
    series = _grouped(known, lambda act: (act.day, act.network, act.device))
    for (day, network, device), ordered in series.items():
        accounts = len({act.person for act in ordered})
        if accounts < FEWEST:
            continue
        others = of_device[day, device] - accounts
        expected = of_network[day, network] * (others + 1) / (people[day] - accounts + 1)
        chance = min(1.0, len(series) * poisson_tail(accounts, expected))
        if chance <= ALARM:
            reason = f"一天里 {accounts} 个账号像是用同一部手机，平时{_about(expected)} 个"
            found.append(_finding(Signal.ONE_DEVICE, ordered, reason, accounts, expected, chance))
    return found


def _people(
    acts: Iterable[SignalRating], name: Callable[[SignalRating], Series]
) -> dict[Series, int]:
    members: dict[Series, set[int]] = defaultdict(set)
    for act in acts:
        members[name(act)].add(act.person)
    return {key: len(them) for key, them in members.items()}


def _grouped(
    acts: Iterable[SignalRating], name: Callable[[SignalRating], Series]
) -> dict[Series, list[SignalRating]]:
    """By series, each in the order of time; the same whatever order the facts come in."""
    series: dict[Series, list[SignalRating]] = defaultdict(list)
    for act in sorted(acts, key=lambda act: (act.at, act.id)):
        series[name(act)].append(act)
    return dict(series)


def _finding(
    signal: Signal,
    acts: Sequence[SignalRating],
    reason: str,
    observed: int,
    expected: float,
    chance: float,
) -> Finding:
    ids = tuple(sorted(act.id for act in acts))
    return Finding(signal, ids, reason, Figures(observed, expected, chance))


def _about(number: float) -> str:
    """Two digits that count: 约 2.5, 约 14; less than a twentieth is said to be less."""
    if number < 0.05:
        return "不到 0.1"
    return f"约 {number:.0f}" if number >= 10 else f"约 {number:.1f}"
