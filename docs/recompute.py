"""Computes a county's published month again from its open files. Standard library only.

    python3 recompute.py https://<address>/p/610528/2026-10, or a folder with its two files

Names each difference. Rules: docs/scoring.md. A value has one decimal: half of it may be lost.
"""

import hashlib
import json
import sys
import urllib.request
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

# The smallest sum of r that is compared with other villages, half a decimal, one hundredth.
LEAST_EVIDENCE, HALF_DECIMAL, CENT = 20, Fraction(1, 20), Fraction(1, 100)
NOTHING, UNDEFINED = "—", "未定义"


def differences(village: dict[str, Any], scheme: dict[str, Any]) -> Iterator[str]:
    """Every published figure of a village that does not follow from the others."""
    rows = [row for row in village["indicators"] if row["n"]]
    kind = village["kind"]
    halves = {(row["code"], row["kind"]): row["k"] for row in scheme["indicators"]}
    r = []
    for row in rows:
        k = halves.get((row["code"], kind), halves.get((row["code"], None)))
        r.append(Fraction(row["weight"]) * row["n"] / (row["n"] + k))
    for row, part in zip(rows, r, strict=True):
        share = 100 * part / sum(r)
        if abs(share - Fraction(row["share"])) >= CENT:
            yield f"{row['name']}：应占 {float(share):.2f} 分，公布的是 {row['share']}"
        low, high = lost_between(row, share)
        if not low - CENT < Fraction(row["lost"]) < high + CENT:
            lost = f"{float(low):.2f} 到 {float(high):.2f}"
            yield f"{row['name']}：应扣 {lost}，公布的是 {row['lost']}"
    score = village["score"]
    if not rows:
        yield from [] if score["total"] == NOTHING else ["没有可算的，却公布了总分"]
        return
    if sum(Fraction(row["share"]) for row in rows) != 100:
        yield "各指标占的分加起来不是 100"
    total = 100 - sum(Fraction(row["lost"]) for row in rows)
    total += sum(Fraction(row["moved"]) for row in village["adjustments"])
    if total != Fraction(score["total"]):
        yield f"总分应为 {float(total):.2f}，公布的是 {score['total']}"
    if sum(r) < LEAST_EVIDENCE and not score["few"]:
        yield "样本不足，却亮了灯"
    lights = scheme["lights"]
    light = next((one for one in lights if total >= Fraction(one["least"])), lights[-1])
    if not score["few"] and score["light"]["word"] != light["word"]:
        yield f"灯应为 {light['word']}，公布的是 {score['light']['word']}"


def lost_between(row: dict[str, Any], share: Fraction) -> tuple[Fraction, Fraction]:
    """The least and the most points the published value can have lost."""
    if row["value"] == NOTHING:  # what fewer than ten people said is not told apart
        return Fraction(0), share
    if row["value"] == UNDEFINED:
        return share, share
    floor, target, value = (Fraction(row[name]) for name in ("floor", "target", "value"))
    ends = [(value + off - floor) / (target - floor) for off in (-HALF_DECIMAL, HALF_DECIMAL)]
    low, high = sorted(share * (1 - min(max(end, Fraction(0)), Fraction(1))) for end in ends)
    return low, high


def corrected(data: dict[str, Any]) -> Iterator[str]:
    """Corrections stand beside the published total: each begins where the one before ended."""
    totals = {row["code"]: row["total"] for row in data["villages"]}
    for row in sorted(data["corrections"], key=lambda row: row["number"]):
        if row["total_before"] != totals[row["code"]]:
            yield f"更正 {row['number']}：更正前应为 {totals[row['code']]}"
        totals[row["code"]] = row["total_after"]


def read(base: str, name: str) -> bytes:
    if Path(base).is_dir():
        return (Path(base) / name).read_bytes()
    with urllib.request.urlopen(f"{base.rstrip('/')}/{name}") as answer:  # noqa: S310
        return bytes(answer.read())


def main(base: str) -> int:
    lines, data = read(base, "contents.jsonl"), json.loads(read(base, "data.json"))
    if (digest := hashlib.sha256(lines).hexdigest()) != data["digest"]:
        sys.stdout.write(f"原文被改过：校验码是 {digest}，公布的是 {data['digest']}\n")
        return 1
    county, *villages = map(json.loads, lines.split(b"\n"))
    found = [*corrected(data)]
    for village in villages:
        found += [f"{village['village']}：{one}" for one in differences(village, county["scheme"])]
    sys.stdout.write("\n".join(found or [f"{len(villages)} 个村都与公布的一致，校验码 {digest}"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
