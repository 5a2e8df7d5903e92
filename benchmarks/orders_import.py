"""20,000 orders through the wizard while the console answers: seconds, waits, the web's memory."""

import io
import os
import resource
import subprocess
import sys
import time
from statistics import median

import psutil
from sqlalchemy import text

from backend.app.access import Role
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.core.files.workbooks import form_sheet
from benchmarks.surroundings import ROOT, application, ended, servers
from tests.factories.console import Desk, sit_down
from tests.factories.county import County, grant_role, make_county, make_person
from tests.factories.tickets import Offices, make_offices

ORDERS, VILLAGES, LIMIT_SECONDS = 20_000, 287, 60
HEADINGS = ("工单编号", "诉求内容", "村", "诉求类型", "问题分类", "受理时间", "反映人", "联系电话")
MATTERS = (
    "路灯不亮三天了，晚上走路看不见", "自来水停了，家里老人没水吃", "村口垃圾没人清运，味道很大",
    "宅基地边界说不清，请来人看看", "医保报销的材料交了一个月没回音",
)  # fmt: skip
# Whoever asks more often is told to wait.
CADRES, PAUSE = 3, 1.2


def county_of() -> Offices:
    """As large as 富平县, with cadres in every village."""
    made: County = make_county(villages=VILLAGES)
    for village_id in made.village_ids[2:]:
        for _ in range(CADRES):
            grant_role(make_person(name=f"干部{village_id}号"), Role.CADRE, village_id)
    return make_offices(made)


def orders(first: int) -> bytes:
    """As a hotline exports them: spellings differ, times are of the last month."""
    day = clock.today().replace(day=1)
    rows = [
        (
            f"GD{first + number:014d}", f"{MATTERS[number % len(MATTERS)]}（第{number}件）",
            f"庄里镇第{number % VILLAGES + 1}村", ("求助", "投诉", "咨询")[number % 3], "",
            f"{clock.previous_month(day):%Y-%m}-{number % 28 + 1:02d} 08:{number % 60:02d}:00",
            "王五", f"139{number:08d}",
        )
        for number in range(ORDERS)
    ]  # fmt: skip
    return form_sheet("工单", HEADINGS, rows)


class Waits:
    """Asks for the list of tickets again and again, and notes how long each answer took."""

    def __init__(self, desk: Desk, page: str) -> None:
        self.desk, self.page = desk, page
        self.seconds: list[float] = []
        self.processor = 0.0

    def until(self, process: subprocess.Popen[bytes]) -> None:
        turn = 0
        while process.poll() is None:
            began = time.perf_counter()
            address = self.page if turn % 2 else "/console/tickets?view=all"
            answer = self.desk.get(address)
            if answer.status_code != 200:
                raise SystemExit(f"the console answered {answer.status_code} to {address}")
            self.seconds.append(time.perf_counter() - began)
            turn += 1
            time.sleep(PAUSE)


def work(environment: dict[str, str], waits: Waits) -> float:
    """Everything that waits on the queues, by a worker of its own; seconds it took."""
    began = time.perf_counter()
    program = "from backend.jobs.worker import work; work(burst=True, forks=False)"
    process = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env=environment)
    with ended(process):
        waits.until(process)
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    waits.processor = spent.ru_utime + spent.ru_stime
    if process.returncode:
        raise SystemExit("the worker failed")
    return time.perf_counter() - began


def megabytes() -> float:
    return psutil.Process(os.getpid()).memory_info().rss / 2**20


def main() -> None:
    with servers() as environment, application(environment) as app:
        offices = county_of()
        desk = sit_down(app.test_client(), offices.desk.person_id)
        content = orders(1)
        desk.get("/console/tickets?view=all")
        before = megabytes()
        began = time.perf_counter()
        sent = desk.post(
            "/console/tickets/import", source="市12345", file=(io.BytesIO(content), "a.xlsx")
        )
        uploaded = time.perf_counter() - began
        waits = Waits(desk, sent.location)
        planned = work(environment, waits)
        desk.post(f"{sent.location}/apply")
        applied = work(environment, waits)
        with transaction():
            taken = db.session.scalar(text("SELECT count(*) FROM ticket"))
        grown, processor = megabytes() - before, waits.processor
        desk.post(f"{sent.location}/undo")
        undone = work(environment, waits)
    if taken != ORDERS:
        raise SystemExit(f"{taken} of {ORDERS} orders came in")
    whole = uploaded + planned + applied
    print(f"{ORDERS} orders of {len(content) / 2**20:.1f} MB ({clock.today()})")
    print(
        f"  upload {uploaded:.1f} s, preview {planned:.1f} s, applying {applied:.1f} s:"
        f" {whole:.1f} s, the bar is {LIMIT_SECONDS}; taking back {undone:.1f} s"
    )
    print(f"  of which processor, the worker alone: {processor:.1f} s")
    print(
        f"  meanwhile {len(waits.seconds)} pages: {median(waits.seconds) * 1000:.0f} ms in the"
        f" median, {max(waits.seconds) * 1000:.0f} ms at most"
    )
    print(f"  the web process grew by {grown:.0f} MB")


if __name__ == "__main__":
    main()
