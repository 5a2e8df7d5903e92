"""没办成的任务 in a real browser: what a job set aside, why, and once more."""

import time

import pytest
from playwright.sync_api import Page, expect

from backend.app.core.queue import JobName
from tests.browser.conftest import log_in, picture
from tests.failure.test_killed import question
from tests.running import Running

pytestmark = pytest.mark.browser
PATH = "/console/failed-items"


@pytest.fixture
def failed_item(county: Running) -> None:
    """A file that could not be deleted by night, as the job notes it; by now it is gone."""
    question(
        county.folder,
        "INSERT INTO failed_item (job, part, item, reason, first_failed_at, last_failed_at,"
        " attempts) VALUES (%s, '', '17', 'OSError', now() - interval '2 days',"
        " now() - interval '1 day', 4) RETURNING id",
        JobName.DELETE_OLD_EXPORTS.value,
    )


def test_what_a_job_set_aside_is_shown_with_its_reason_and_tried_again(
    page: Page, failed_item: None
) -> None:
    log_in(page, "admin")
    page.goto(PATH)
    row = page.locator("tr", has_text="删过期的导出文件")
    for words in ("导出 17", "文件读写不了，请看磁盘是不是满了", "4 次"):
        expect(row).to_contain_text(words)
    picture(page, "failed-items")
    row.locator("button:has-text('再试一次')").click()
    expect(page.locator("[role=status]")).to_contain_text("已经在再试")
    expect(page.locator("h1")).to_have_text("没办成的任务")

    def tried_again() -> bool:
        page.goto(PATH)
        return page.locator("tr", has_text="删过期的导出文件").count() == 0

    deadline = time.monotonic() + 60
    while not tried_again():
        assert time.monotonic() < deadline
        time.sleep(1)
