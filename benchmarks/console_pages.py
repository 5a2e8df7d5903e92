"""Dashboard and villages table at 22,080 villages: statements per page and 95th percentile."""

import time

from backend.app.access import Role
from backend.app.core.db import transaction
from backend.app.scorecards.operations import recompute_month
from benchmarks import province
from benchmarks.counting import Counter
from benchmarks.surroundings import application, servers
from tests.factories.console import make_staff, sit_down

RUNS, RATINGS = 30, 200_000
PAGES = (
    "/console/",
    "/console/villages",
    "/console/villages?sort=-mean&page=200",
    "/console/villages?q=第1200",
    "/console/villages?status=too_few&sort=n",
    "/console/townships/2",
    "/console/villages/2000",
)


def main() -> None:
    with servers() as environment, application(environment) as app:
        province.build(RATINGS)
        with transaction():
            recompute_month(province.MONTH)
        desk = sit_down(app.test_client(), make_staff(Role.COUNTY_STAFF, 1, "bench"))
        print(f"console at {province.VILLAGES} villages ({RUNS} times each)")
        for page in PAGES:
            seconds = []
            for _ in range(RUNS):
                with Counter() as asked:
                    began = time.perf_counter()
                    status = desk.get(page).status_code
                    seconds.append(time.perf_counter() - began)
            if status != 200:
                raise SystemExit(f"{page}: {status}")
            p95 = sorted(seconds)[int(RUNS * 0.95)] * 1000
            print(f"  {page:<42} {asked.count:2d} SQL (bar <= 12)   p95 {p95:5.0f} ms")


if __name__ == "__main__":
    main()
