"""Queue, board and search at 100,000 tickets against 10,000: statements and 95th percentile."""

import time
from functools import partial
from typing import Any

from flask import Flask
from sqlalchemy import text

from backend.app.access import Role
from backend.app.core.db import autocommit, transaction
from backend.app.core.queue import redis_client
from backend.app.tickets.search import grams
from benchmarks.counting import Counter
from benchmarks.surroundings import application, servers
from tests.app.ratings.conftest import open_phone
from tests.factories.console import make_staff, sit_down
from tests.factories.county import County, grant_role, make_county, make_person
from tests.factories.tickets import make_offices

RUNS, SMALL, LARGE, VILLAGES = 30, 10_000, 100_000, 300
PAGES = (
    "/console/tickets", "/console/tickets?view=running", "/console/tickets?view=late",
    "/console/tickets?view=all&q=路灯", "/console/tickets?view=all&q=水管漏水",
    "/console/tickets?view=closed&category=road&page=3", "/console/tickets?view=all&tag=热点",
    "/console/tickets/board", "/console/tickets/5000",
)  # fmt: skip
PHONE = ("/cadre/tickets", "/cadre/tickets?view=done", "/me/tickets")
# A county closes what it opens: a thousand tickets are under way, whatever the years have piled up.
OPEN = 1_000
FILL = (
    """
    INSERT INTO ticket (number, county_id, village_id, person_id, channel, kind, category_id,
        urgency, tags, words, words_state, grams, state, unit_region_id, created_at,
        round_started_at, assigned_at, citizen_due_at, sign_due_at, due_at, answered_at,
        closed_at, verdict, outcome)
    SELECT 'B-' || n, :county, v.id, :person, 'mini', 'help', c.id, c.urgency,
           CASE WHEN n % 500 = 0 THEN ARRAY['热点'] ELSE '{}' END, w.words, 'shown', w.grams,
           s.state, CASE WHEN s.state NOT IN ('submitted', 'accepted') THEN v.id END, s.at, s.at,
           s.at, s.at + interval '5 days', s.at + interval '4 hours', s.at + interval '5 days',
           CASE WHEN s.state IN ('answered', 'resolved') THEN s.at + interval '2 days' END,
           CASE WHEN s.state = 'resolved' THEN s.at + interval '3 days' END,
           CASE WHEN s.state = 'resolved' THEN 'solved' END,
           CASE WHEN s.state = 'resolved' THEN 'solved' END
    FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS n
    JOIN LATERAL (
        SELECT id FROM region WHERE level = 'village' ORDER BY id
        OFFSET (n % CAST(:villages AS int)) LIMIT 1
    ) v ON true
    JOIN LATERAL (
        SELECT id, urgency FROM ticket_category ORDER BY id OFFSET (n % 15) LIMIT 1
    ) c ON true
    CROSS JOIN LATERAL (
        SELECT CASE WHEN n > CAST(:open AS int) THEN 'resolved'
                    ELSE (ARRAY['submitted', 'assigned', 'handling', 'waiting', 'answered'])
                         [1 + n % 5] END AS state,
               now() - (CASE WHEN n > CAST(:open AS int) THEN 40 + n % 1500 ELSE n % 9 END)
                   * interval '1 day'
                   AS at
    ) s
    JOIN bench_words w ON w.id = n % 20
    """,
    """
    INSERT INTO ticket_event (ticket_id, at, person_id, party, move, from_state, to_state, round,
        unit_region_id, words, words_state, detail, typing_seconds)
    SELECT t.id, t.created_at, t.person_id, m.party, m.move, NULL, t.state, 1, t.unit_region_id,
           '已经办好,您再看看', 'shown', '{"answer": "solved", "result": "done"}',
           CASE WHEN m.move = 'reply' THEN 60 END
    FROM ticket t
    CROSS JOIN (VALUES ('author', 'submit'), ('system', 'accept'), ('system', 'assign'),
        ('handler', 'sign'), ('handler', 'reply'), ('author', 'confirm')) AS m (party, move)
    WHERE t.number LIKE 'B-%' AND t.id > :known AND (m.move <> 'confirm' OR t.state = 'resolved')
    """,
)
WORDS = (
    "村口路灯不亮三天了", "水管漏水,停水两天", "巷子垃圾没人收", "下雨后村道塌了一块",
    "卫生室常用药没有", "低保申请没有回音", "邻居占了排水沟", "晚上电压不稳", "办证明跑了三回",
    "机井坏了浇不上水", "桥栏杆断了怕摔人", "学校门口车开得太快", "养老金认证不会弄",
    "老屋墙裂了缝", "渠里有人倒粪水", "公交改线不到村里", "网络信号太差", "村务公开栏没更新",
    "树枝压着电线", "井盖破了一半",
)  # fmt: skip


def fill(county: County, person_id: int, first: int, last: int) -> None:
    with transaction() as session:
        known = session.scalar(text("SELECT COALESCE(max(id), 0) FROM ticket"))
        values: dict[str, Any] = {
            "county": county.id, "person": person_id, "first": first, "last": last,
            "villages": VILLAGES, "open": OPEN, "known": known,
        }  # fmt: skip
        for statement in FILL:
            session.execute(text(statement), values)
    with autocommit() as connection:
        connection.execute("ANALYZE")


def keep_words() -> None:
    with transaction() as session:
        session.execute(text("CREATE TABLE bench_words (id int, words text, grams text[])"))
        rows = [{"id": n, "words": w, "grams": grams(w)} for n, w in enumerate(WORDS)]
        session.execute(text("INSERT INTO bench_words VALUES (:id, :words, :grams)"), rows)


def measure(app: Flask, people: tuple[int, int, int]) -> dict[str, tuple[int, float]]:
    """(statements, 95th percentile in milliseconds) of each page.

    Each page is asked for by a new session: nobody may ask more than so often a minute.
    """
    staff, cadre, author = people
    found = {}
    for page in PAGES + PHONE:
        redis_client().flushdb()
        ask = partial(sit_down(app.test_client(), staff).get, page)
        if page in PHONE:
            who = open_phone(app.test_client(), author if page.startswith("/me") else cadre)
            ask = partial(who.call, "GET", page)
        seconds, statements = [], 0
        for _ in range(RUNS):
            with Counter() as asked:
                began = time.perf_counter()
                status = ask().status_code
                seconds.append(time.perf_counter() - began)
            statements = max(statements, asked.count)
        if status != 200:
            raise SystemExit(f"{page}: {status}")
        found[page] = (statements, sorted(seconds)[int(RUNS * 0.95)] * 1000)
    return found


def main() -> None:
    with servers() as environment, application(environment) as app:
        county = make_county(villages=VILLAGES)
        make_offices(county)
        keep_words()
        author, cadre = make_person(), make_person()
        grant_role(cadre, Role.CADRE, county.village_ids[7])
        people = (make_staff(Role.COUNTY_STAFF, county.id, "bench"), cadre, author)
        fill(county, author, 1, SMALL)
        small = measure(app, people)
        fill(county, author, SMALL + 1, LARGE)
        large = measure(app, people)
    print(f"tickets: {SMALL} and {LARGE} in one county, {OPEN} of them open ({RUNS} times each)")
    for page, (statements, p95) in large.items():
        before = small[page][1]
        print(
            f"  {page:<48} {statements:2d} SQL (bar <= 12)   p95 {before:5.0f} → {p95:5.0f} ms"
            f"   {p95 / before:4.1f}×"
        )


if __name__ == "__main__":
    main()
