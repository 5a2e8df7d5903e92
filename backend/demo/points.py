"""The demo county's points: rules that were voted, meetings, a suspicion, an appeal, a draw."""

import io
from datetime import date, datetime, time, timedelta

from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import text

from backend.app.access import Actor
from backend.app.accounts.queries import actor_today
from backend.app.accounts.villagers import villagers_of
from backend.app.core import clock
from backend.app.core.db import db, lock, transaction
from backend.app.core.files import pdf_fonts
from backend.app.places.queries import get_place
from backend.app.points import expiry
from backend.app.points.activities import operations as activities
from backend.app.points.draws import operations as draws
from backend.app.points.draws.draw_rule import SeedFormat
from backend.app.points.draws.operations import Plan
from backend.app.points.freezes import anomalies
from backend.app.points.freezes import operations as freezes
from backend.app.points.rules import operations as rules
from backend.app.points.rules.examples import EXAMPLES
from backend.app.points.rules.rulebook import Vote

DRAWN_BEFORE, LEAD = timedelta(days=9), timedelta(days=3)
SEED = "02091417253111"
MEETINGS = (
    ("参加村民会议", "村民代表会，议水渠维修", 12, 14),
    ("参加村庄清洁日", "清了村口两条沟", 8, 20),
    ("志愿服务半天", "帮三户老人收玉米", 4, 6),
)
BUSY = text(
    """
    SELECT village_id FROM binding WHERE county_id = :county_id AND ended_at IS NULL
    GROUP BY village_id ORDER BY count(*) DESC, village_id LIMIT 6
    """
)


def _holder(county_id: int, role: str) -> Actor:
    query = "SELECT person_id FROM role_grant WHERE role = :role AND region_id = :id ORDER BY id"
    row = db.session.scalars(text(query), {"role": role, "id": county_id}).first()
    return actor_today(row or 0)


def _minutes(title: str, day: date) -> bytes:
    """One page, as an office would scan it."""
    written = io.BytesIO()
    pdf_fonts.use_fonts()
    page = Canvas(written)
    page.setFont(pdf_fonts.REGULAR, 18)
    page.drawString(72, 760, f"{title}表决会议记录（演示）")
    page.setFont(pdf_fonts.REGULAR, 12)
    page.drawString(72, 720, f"{day} 到会 41 人，同意 38，反对 2，弃权 1。")
    page.save()
    return written.getvalue()


def vote_rules(county_id: int, first_month: date) -> None:
    """The example's seventeen items, in force from the first month on; once."""
    if rules.draft_of(county_id) is not None or _has_rule_set(county_id):
        return
    _, items, budget = EXAMPLES["yuechi"]
    day = first_month - timedelta(days=20)
    who = _holder(county_id, "county_staff")
    title = f"{get_place(county_id).name}积分办法"
    with clock.clock_at(clock.midnight(day) + timedelta(hours=10)):
        rules.save_draft(who, county_id, title, items, budget)
        vote = Vote(day - timedelta(days=1), 38, 2, 1)
        minutes = ("会议记录.pdf", _minutes(title, day))
        rules.adopt(who, county_id, vote, first_month, minutes)


def _has_rule_set(county_id: int) -> bool:
    query = text("SELECT EXISTS (SELECT FROM points_rule_set WHERE region_id = :id)")
    return bool(db.session.scalar(query, {"id": county_id}))


def load_points(county_id: int, at: datetime) -> int:
    """What happened beside ratings: meetings, a frozen day, an appeal, a draw. Returns how many
    meetings, 0 where it was loaded before."""
    with transaction() as session:
        lock("demo", "points")
        if session.scalar(text("SELECT EXISTS (SELECT FROM points_deed)")):
            return 0
        clerk, other = _holder(county_id, "county_staff"), _holder(county_id, "county_manager")
        with clock.clock_at(at - timedelta(days=30)):
            expiry.set_expiry(clerk, county_id, "yearly", 12, 4)
        done = _meetings(county_id, clerk, other, at)
        _watch(county_id, clerk, at)
        _draw(county_id, clerk, other, at)
    return done


def _meetings(county_id: int, clerk: Actor, other: Actor, at: datetime) -> int:
    """Entered for many at once; the newest of each village still waits for a second person."""
    made = 0
    for village_id in db.session.scalars(BUSY, {"county_id": county_id}).all():
        people = [villager.person_id for villager in villagers_of(village_id)]
        today = clock.local_day(at)
        choices = {rule.label: rule.id for rule in activities.deed_rules(village_id, today)}
        for label, note, days, count in MEETINGS:
            day = at - timedelta(days=days)
            with clock.clock_at(day):
                deed = activities.enter(
                    clerk, village_id, choices[label], clock.today(), note,
                    people[made : made + count],
                )  # fmt: skip
            if days > 5:
                with clock.clock_at(day + timedelta(hours=5)):
                    activities.decide(other, deed.id, confirm=True)
            made += 1
    return made


def _watch(county_id: int, clerk: Actor, at: datetime) -> None:
    """The first suspicion is frozen; somebody else is frozen and has appealed."""
    with clock.clock_at(at - timedelta(days=1)):
        found = [one for one in anomalies.find(county_id, clock.today()) if one.people]
        if not found:
            return
        first, last = found[0], found[-1]
        freezes.freeze_day(
            clerk, county_id, first.people[:6], first.day, "几分钟里接连得分，请村里核实"
        )
        if last.people[-1] not in first.people[:6]:
            frozen = freezes.freeze(clerk, county_id, last.people[-1], "有人反映拿几部手机替人评")
            freezes.appeal(frozen.person_id, "那天赶集，帮老人扫的码，都是他们自己选的")


def _draw(county_id: int, clerk: Actor, other: Actor, at: datetime) -> None:
    """One that is over: everybody can check it."""
    seed_day = clock.local_day(at - DRAWN_BEFORE)
    seed_at = datetime.combine(seed_day, time(21, 30), clock.COUNTY_ZONE)
    published_at = seed_at - LEAD
    month = clock.previous_month(clock.month_of(clock.local_day(published_at)))
    plan = Plan(
        f"{month.month} 月参与抽奖", month, month, (("电饭煲", 2), ("食用油", 10), ("毛巾", 20)),
        f"双色球第 {seed_day:%Y%j} 期（演示）开奖号码，红球从小到大，蓝球在后", seed_at,
        SeedFormat(7, 2, 6),
    )  # fmt: skip
    with clock.clock_at(published_at - timedelta(hours=2)):
        draws.switch(clerk, county_id, on=True, note_read=True)
        draw = draws.save(clerk, county_id, plan)
        if draws.count_chances(draw) < sum(count for _, count in plan.prizes):
            return
    with clock.clock_at(published_at):
        draws.publish(clerk, draw.id)
    with clock.clock_at(seed_at + timedelta(hours=11)):
        draws.enter_seed(clerk, draw.id, SEED)
        draws.enter_seed(other, draw.id, SEED)
