"""A scheme as an editor's form: one line a measurement, for every type of village."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from backend.app.core.errors import InvalidInput
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form as SentForm
from backend.app.scorecards.figures import plain
from backend.app.scoring.catalog import MEASURES, Measure, by_cases, half_at
from backend.app.scoring.schemes import CAPPED, FORBIDDEN, MOST_K, Indicator, Scheme

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
    result: dict[str | None, list[FormLine]] = {}
    stored = {(indicator.unit_kind, indicator.code): indicator for indicator in scheme.indicators}
    for kind, prefix in _kinds(kinds, scheme):
        result[kind] = []
        for code, measure in MEASURES.items():
            one = stored.get((kind, code))
            name = f"{prefix}-{code}"
            result[kind].append(
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
    return result


def faulty_kinds(
    scheme: Scheme, kinds: Sequence[str | None], faults: Collection[str]
) -> set[str | None]:
    """The types of village with a box among the faults, so that it can be seen."""
    return {
        kind
        for kind, prefix in _kinds(kinds, scheme)
        if any(name.startswith(f"{prefix}-") for name in faults)
    }


class Figure(boxes.Amount):
    """At most two decimals; full-width digits and points count as what they are."""

    def __init__(self, name: str) -> None:
        words = f"{name}应为数字，最多两位小数"
        super().__init__(words, missing=words, places=2, most=10_000)

    def read(self, text: str) -> Decimal | None:
        return super().read(text.replace("．", ".").replace("。", "."))


class Whole(boxes.Box):
    """A whole number, in whichever way figures may be written."""

    def __init__(self, name: str, least: int, most: int) -> None:
        super().__init__(missing=f"{name}应为 {least} 到 {most} 的整数")
        self.figure, self.least, self.most = Figure(name), least, most

    def read(self, text: str) -> int | None:
        value = self.figure.read(text)
        fits = value is not None and value == int(value) and self.least <= value <= self.most
        return int(value) if value is not None and fits else None


def read(form: Form, kinds: Sequence[str | None], before: Scheme) -> Scheme:
    """The scheme that was typed; raises InvalidInput naming every box that is wrong."""
    used = _used(form, kinds, before)
    grid: dict[str, boxes.Box] = {"n_min": Whole("样本不足的界限", 1, MOST_N_MIN)}
    for _, name, measure in used:
        grid |= _boxes(name, measure)
    grid |= {f"light-{light.code}": Figure(f"「{light.word}」的界限") for light in before.lights}
    grid |= {f"cap-{kind.value}": Figure("上限") for kind in CAPPED}
    if form.get("calibrate"):
        grid["calibration-mean"] = Figure("校准平均分")
        grid["calibration-deviation"] = Figure("校准标准差")
    try:
        values = SentForm.of(**grid).read()
    except InvalidInput as wrong:
        raise InvalidInput("有的格子填得不对", wrong.errors) from None
    indicators = tuple(
        Indicator(
            measure.code, values[f"{name}-weight"], values.get(f"{name}-floor", WHOLE[0]),
            values.get(f"{name}-target", WHOLE[1]), kind, values[f"{name}-k"],
        )
        for kind, name, measure in used
    )  # fmt: skip
    lights = tuple(replace(light, least=values[f"light-{light.code}"]) for light in before.lights)
    caps = tuple((kind, values[f"cap-{kind.value}"]) for kind in CAPPED)
    calibration = None
    if form.get("calibrate"):
        calibration = values["calibration-mean"], values["calibration-deviation"]
    return Scheme(indicators, lights, caps, values["n_min"], before.level_points, calibration)


def _used(
    form: Form, kinds: Sequence[str | None], before: Scheme
) -> list[tuple[str | None, str, Measure]]:
    """Boxes without a weight are indicators that are not used."""
    return [
        (kind, f"{prefix}-{code}", measure)
        for kind, prefix in _kinds(kinds, before)
        for code, measure in MEASURES.items()
        if form.get(f"{prefix}-{code}-weight", "").strip()
    ]


def _boxes(name: str, measure: Measure) -> dict[str, boxes.Box]:
    limits = {} if by_cases(measure.code) else LIMITS
    return {
        f"{name}-weight": Figure(f"{measure.name}的权重"),
        **{
            f"{name}-{limit}": Figure(f"{measure.name}的{words}") for limit, words in limits.items()
        },
        f"{name}-k": Whole(f"{measure.name}的折半件数", 0, MOST_K),
    }


def _kinds(kinds: Sequence[str | None], scheme: Scheme) -> Iterator[tuple[str | None, str]]:
    """Each type with the prefix of its boxes: the common one first."""
    yield None, "all"
    named = sorted({kind for kind in kinds if kind} | scheme.kinds)
    yield from ((kind, f"t{place}") for place, kind in enumerate(named))
