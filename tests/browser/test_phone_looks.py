"""Home and 本村 on a phone in four modes: light, dark, the largest letters, 320 px."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import picture
from tests.browser.test_tickets import neighbours, take_phone

pytestmark = pytest.mark.browser
MODES = {
    "light": (390, 844, "font=16&theme=light"),
    "dark": (390, 844, "font=16&theme=dark"),
    "large": (390, 844, "font=24&theme=light"),
    "narrow": (320, 568, "font=24&theme=light"),
}
WIDER = "(box) => box.scrollWidth - box.clientWidth"
SEEN_THROUGH = "(box) => getComputedStyle(box.parentElement).backgroundColor === 'rgba(0, 0, 0, 0)'"
BELOW = "(box) => innerHeight - box.getBoundingClientRect().bottom"


@pytest.mark.parametrize("mode", MODES)
def test_home_and_village_fit_the_screen(page: Page, mode: str) -> None:
    villager, _ = neighbours(page)
    take_phone(page, villager)
    width, height, look = MODES[mode]
    page.set_viewport_size({"width": width, "height": height})
    for name in ("home", "village", "notices"):
        page.goto(f"/preview/?path=pages/{name}/index&{look}")
        shown = page.locator(f".vp-page[data-route='pages/{name}/index']")
        expect(shown.locator("[id^=tab-]")).to_have_count(4)
        expect(shown.locator("#retry")).to_have_count(0)
        expect(shown.locator(f"#tab-{name}")).to_have_attribute("aria-selected", "true")
        page.wait_for_load_state("networkidle")
        assert shown.evaluate(WIDER) <= 0
        assert abs(page.locator(f"#tab-{name}").evaluate(BELOW)) < 2
        assert not page.locator(f"#tab-{name}").evaluate(SEEN_THROUGH)
        picture(page, f"look-{name}-{mode}")
