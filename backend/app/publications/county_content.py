"""A month as it will be published: the county's page and every village's, in plain values."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from backend.app.core import clock
from backend.app.places.queries import villages_by_code
from backend.app.publications.village_content import PeerStanding, VillageMonth, compose_village
from backend.app.ratings.facts import reasons_of
from backend.app.ratings.reviews import review_shares, waiting_by_village
from backend.app.scorecards import facts as month_facts
from backend.app.scorecards.facts import VillageFacts
from backend.app.scorecards.figures import area, light_of, mean_text, rate_text, share_text
from backend.app.scorecards.locks.operations import MonthLock
from backend.app.scorecards.objections.queries import objection_shares
from backend.app.scorecards.queries import Scorecard, cards_of_county
from backend.app.scorecards.ranking_queries import thin_villages
from backend.app.scoring.catalog import MEASURES
from backend.app.scoring.levels import no_counts
from backend.app.scoring.measuring import levels_in
from backend.app.scoring.scheme_json import from_json
from backend.app.scoring.schemes import NO_DATA, TOO_FEW, Scheme
from backend.app.surveys import facts as surveys
from backend.app.tickets.desk import funnel as tickets

Content = dict[str, Any]


def compose(lock: MonthLock) -> tuple[Content, dict[int, tuple[Any, Content]]]:
    """The county's content, and by village its place and content, in the order of codes."""
    county_id, month = lock.county_id, lock.month
    scheme = from_json(lock.scheme)
    kept = {one.village_id: one for one in month_facts.kept(month, [county_id])}
    cards = {card.village_id: card for card in cards_of_county(county_id, month)}
    places = villages_by_code(cards)
    standings = _standings(cards.values())
    reasons = reasons_of(county_id, month)
    spoken = surveys.spoken(county_id, month)
    end = clock.next_month(month)
    flows = tickets.flows(county_id, clock.midnight(month), clock.midnight(end))
    coming = surveys.coming(county_id, end)
    waiting = waiting_by_village(county_id, month)
    names = {place.id: place.name for place in places}
    villages = {
        place.id: (
            place,
            compose_village(
                VillageMonth(
                    place, month, cards[place.id], kept[place.id], scheme,
                    standings[cards[place.id].kind], reasons.get(place.id, ()),
                    spoken.get(place.id), names, flows.get(place.id, tickets.VillageFlow()), coming,
                    waiting.get(place.id, 0),
                )
            ),
        )
        for place in places
    }  # fmt: skip
    county = _county(lock, scheme, kept, cards, {i: c for i, (_, c) in villages.items()})
    county["flow"] = vars(tickets.whole(flows.values()))
    return county, villages


def digest_of(county: Content, villages: Iterable[Content]) -> bytes:
    """SHA-256 over the canonical contents."""
    return hashlib.sha256(canonical(county, villages)).digest()


def canonical(county: Content, villages: Iterable[Content]) -> bytes:
    """One line of JSON for the county and one a village, by code; keys in order, no spaces."""
    by_code = sorted(villages, key=lambda village: village["code"])
    lines = (orjson.dumps(line, option=orjson.OPT_SORT_KEYS) for line in (county, *by_code))
    return b"\n".join(lines)


def _standings(cards: Iterable[Scorecard]) -> dict[str | None, PeerStanding]:
    """By type of village: how many are compared, in how many bands."""
    by_kind: dict[str | None, list[Scorecard]] = {}
    for card in cards:
        by_kind.setdefault(card.kind, []).append(card)
    result = {}
    for kind, listed in by_kind.items():
        ranked = [card.band for card in listed if card.band is not None]
        result[kind] = PeerStanding(len(ranked), len(set(ranked)))
    return result


def _county(
    lock: MonthLock,
    scheme: Scheme,
    kept: Mapping[int, VillageFacts],
    cards: Mapping[int, Scorecard],
    villages: Mapping[int, Content],
) -> Content:
    levels = [levels_in(facts.counts) for facts in kept.values()]
    counts = [sum(column) for column in zip(*levels, strict=True)]
    flagged = sum(one.flagged for one in kept.values())
    rated = sum(map(any, levels))
    shown = area(counts or no_counts(), flagged, len(kept), rated)
    lights = Counter(card.light for card in cards.values())
    return {
        "county": next(iter(villages.values()))["county"] if villages else "",
        "month": f"{lock.month:%Y-%m}",
        "locked_at": lock.locked_at.isoformat(),
        "facts_digest": lock.facts_digest.hex(),
        "results_digest": lock.results_digest.hex(),
        "rules_version": lock.rules_version,
        "checklist": {name: lock.checklist[name] for name in ("left", "note")},
        "scheme": scheme_json(lock, scheme),
        "sums": {
            "villages": len(kept), "rated": rated, "n": shown.n, "held": flagged,
            "held_share": share_text(flagged, shown.n + flagged), "levels": shown.levels,
            "satisfaction": mean_text(shown.mean), "satisfaction_range": shown.mean_range,
            "positive": rate_text(shown.rate), "positive_range": shown.rate_range,
            "too_few": lights[TOO_FEW.code],
            "unmeasured": sum(c.total is None for c in cards.values()),
        },
        "objections": _objections(lock),
        "reviews": _reviews(lock),
        "lights": [
            {**light_of(one.code, scheme), "count": lights.get(one.code, 0)}
            for one in (*scheme.lights, NO_DATA)
        ],
        "thin": [
            {"code": village.code, "name": village.name, "township": village.township}
            for village in thin_villages(lock.county_id, lock.month)
        ],
        "groups": _groups(cards, villages),
    }  # fmt: skip


def scheme_json(lock: MonthLock, scheme: Scheme) -> Content:
    """Formula, weight, floor and target of every indicator, in words; what a score is made of."""
    return {
        "own": lock.scheme_id is not None,
        "n_min": scheme.n_min,
        "level_points": list(scheme.level_points),
        "caps": {kind.value: f"{cap:f}" for kind, cap in scheme.caps},
        "lights": [
            {"least": f"{one.least:f}", "word": one.word, "icon": one.icon, "code": one.code}
            for one in scheme.lights
        ],
        "indicators": [
            {
                "code": indicator.code,
                "name": MEASURES[indicator.code].name,
                "formula": MEASURES[indicator.code].formula,
                "unit": MEASURES[indicator.code].unit,
                "weight": f"{indicator.weight.normalize():f}",
                "floor": f"{indicator.floor.normalize():f}",
                "target": f"{indicator.target.normalize():f}",
                "kind": indicator.unit_kind,
                "k": indicator.k,
            }
            for indicator in scheme.indicators
        ],
    }


def _reviews(lock: MonthLock) -> Content:
    """How much was ever flagged, and how often a reviewer agreed with the signal."""
    found = review_shares(lock.county_id, lock.month)
    decided = found.flagged - found.waiting
    return {
        "held": found.flagged,
        "held_share": share_text(found.flagged, found.ratings),
        "waiting": found.waiting,
        "decided": decided,
        "rejected": found.rejected,
        "rejected_share": share_text(found.rejected, decided),
    }


def _objections(lock: MonthLock) -> Content:
    found = objection_shares(lock.county_id, lock.month)
    return {
        "raised": found.raised,
        "decided": found.decided,
        "upheld": found.upheld,
        "upheld_share": share_text(found.upheld, found.decided),
    }


def _groups(cards: Mapping[int, Scorecard], villages: Mapping[int, Content]) -> list[Content]:
    """Villages of each type by bands, inside a band by code: no order that nobody can vouch for."""
    groups: dict[str | None, list[Content]] = {}
    for village_id, content in villages.items():
        groups.setdefault(cards[village_id].kind, []).append(content)
    found = []
    for kind in sorted(groups, key=lambda one: one or ""):
        bands: dict[int | None, list[Content]] = {}
        for content in groups[kind]:
            bands.setdefault(content["score"]["band"], []).append(content)
        found.append(
            {
                "kind": kind,
                "bands": [
                    {
                        "band": band,
                        "villages": [_line(one) for one in bands[band]],
                    }
                    for band in sorted(bands, key=lambda one: (one is None, one or 0))
                ],
            }
        )
    return found


def _line(content: Content) -> Content:
    score = content["score"]
    return {
        "code": content["code"], "name": content["village"], "township": content["township"],
        "total": score["total"], "low": score["low"], "high": score["high"],
        "light": score["light"], "n": content["said"]["n"],
    }  # fmt: skip
