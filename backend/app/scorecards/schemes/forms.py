"""A scheme as an editor's form: one line a measurement, for every type of village."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from backend.app.core.errors import InvalidInput
from backend.app.scorecards.figures import plain
from backend.app.scoring.catalog import MEASURES, Measure, by_cases, half_at
from backend.app.scoring.schemes import FORBIDDEN, MOST_K, Indicator, Kind, Light, Scheme

Form = Mapping[str, str]
LIMITS = {"floor": "底线", "target": "目标"}
MOST_N_MIN = 100
# Between which values what is counted by cases earns 0 to 100.
WHOLE = (Decimal(0), Decimal(100))


@dataclass(frozen=True)
class FormLine:
    """One measurement's boxes, as typed or as stored; no limits where it earns from 0 to 100."""

    measure: Measure
    prefix: str
    weight: str
    floor: str
    target: str
    k: str
    has_limits: bool
    forbidden: str | None


def lines(
    scheme: Scheme, kinds: Sequence[str | None], form: Form
) -> dict[str | None, list[FormLine]]:
    """By type of village; None is what all are asked."""
    found: dict[str | None, list[FormLine]] = {}
    stored = {(one.unit_kind, one.code): one for one in scheme.indicators}
    for kind, prefix in _kinds(kinds, scheme):
        found[kind] = []
        for code, measure in MEASURES.items():
            one = stored.get((kind, code))
            name = f"{prefix}-{code}"
            found[kind].append(
                FormLine(
                    measure, name,
                    form.get(f"{name}-weight", plain(one.weight) if one else ""),
                    form.get(f"{name}-floor", plain(one.floor) if one else ""),
                    form.get(f"{name}-target", plain(one.target) if one else ""),
                    form.get(f"{name}-k", str(one.k if one else half_at(code))),
                    not by_cases(code),
                    FORBIDDEN.get(code),
                )
            )  # fmt: skip
    return found


def faulty_kinds(
    scheme: Scheme, kinds: Sequence[str | None], faults: Collection[str]
) -> set[str | None]:
    """The types of village with a box among the faults, so that it can be seen."""
    return {
        kind
        for kind, prefix in _kinds(kinds, scheme)
        if any(name.startswith(f"{prefix}-") for name in faults)
    }


def read(form: Form, kinds: Sequence[str | None], before: Scheme) -> Scheme:
    """The scheme that was typed; raises InvalidInput naming every box that is wrong."""
    faults: dict[str, list[str]] = {}
    indicators = [
        one
        for kind, prefix in _kinds(kinds, before)
        for one in _indicators(form, kind, prefix, faults)
    ]
    lights = tuple(
        Light(_number(form, f"light-{light.code}", f"「{light.word}」的界限", faults), light.code,
              light.word, light.icon)
        for light in before.lights
    )  # fmt: skip
    caps = tuple(
        (kind, _number(form, f"cap-{kind.value}", "上限", faults))
        for kind in (Kind.DEDUCTION, Kind.BONUS)
    )
    n_min = _whole(form, "n_min", "样本不足的界限", 1, MOST_N_MIN, faults)
    calibration = None
    if form.get("calibrate"):
        calibration = (
            _number(form, "calibration-mean", "校准平均分", faults),
            _number(form, "calibration-deviation", "校准标准差", faults),
        )
    if faults:
        raise InvalidInput("有的格子填得不对", faults)
    return Scheme(tuple(indicators), lights, caps, n_min, before.level_points, calibration)


def _kinds(kinds: Sequence[str | None], scheme: Scheme) -> Iterator[tuple[str | None, str]]:
    """Each type with the prefix of its boxes: the common one first."""
    yield None, "all"
    named = sorted({kind for kind in kinds if kind} | scheme.kinds)
    yield from ((kind, f"t{place}") for place, kind in enumerate(named))


def _indicators(
    form: Form, kind: str | None, prefix: str, faults: dict[str, list[str]]
) -> Iterator[Indicator]:
    """Boxes without a weight are indicators that are not used."""
    for code, measure in MEASURES.items():
        name = f"{prefix}-{code}"
        if not form.get(f"{name}-weight", "").strip():
            continue
        weight = _number(form, f"{name}-weight", f"{measure.name}的权重", faults)
        floor, target = WHOLE if by_cases(code) else _limits(form, name, measure, faults)
        k = _whole(form, f"{name}-k", f"{measure.name}的折半件数", 0, MOST_K, faults)
        yield Indicator(code, weight, floor, target, kind, k)


def _limits(
    form: Form, name: str, measure: Measure, faults: dict[str, list[str]]
) -> tuple[Decimal, Decimal]:
    floor, target = (
        _number(form, f"{name}-{limit}", f"{measure.name}的{words}", faults)
        for limit, words in LIMITS.items()
    )
    return floor, target


def _number(form: Form, name: str, words: str, faults: dict[str, list[str]]) -> Decimal:
    """At most two decimals; full-width digits and points count as what they are."""
    typed = form.get(name, "").strip().replace("．", ".").replace("。", ".")
    try:
        value = Decimal(typed)
        if not value.is_finite() or abs(value) > 10_000 or value != round(value, 2):
            raise InvalidOperation
    except InvalidOperation:
        faults[name] = [f"{words}应为数字,最多两位小数"]
        return Decimal(0)
    return value


def _whole(
    form: Form, name: str, words: str, least: int, most: int, faults: dict[str, list[str]]
) -> int:
    value = _number(form, name, words, faults)
    if name in faults or value != int(value) or not least <= value <= most:
        faults[name] = [f"{words}应为 {least} 到 {most} 的整数"]
    return int(value)
