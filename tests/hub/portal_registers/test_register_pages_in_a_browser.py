"""The pages of the basic databases in a real browser: on a phone, and without scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.hub.portal import test_portal_chromium as chromium
from tests.hub.portal.chromium import Page, browser, program
from tests.hub.portal_registers.test_register_pages import EVERY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.hub.portal_registers.conftest import Bases

pytestmark = pytest.mark.skipif(program() is None, reason="no Chromium on this machine")
SMALL = chromium.SMALL_TARGETS % (chromium.SMALLEST_TARGET, chromium.SMALLEST_TARGET)


@pytest.fixture(scope="module")
def tab() -> Iterator[Page]:
    with browser() as page:
        yield page


def visit(town: Bases, tab: Page, path: str, width: int) -> None:
    """Open a page at a width."""
    tab.size(width)
    tab.requests.clear()
    tab.open(town.hub.url + path)


@pytest.mark.parametrize("path", EVERY)
def test_a_page_fits_a_phone_and_what_is_touched_is_large_enough(town: Bases, tab: Page, path: str) -> None:
    visit(town, tab, path, chromium.PHONE)
    elsewhere = [url for url in tab.requests if not url.startswith((town.hub.url + "/", "data:"))]
    assert (tab.value(chromium.SIDEWAYS), tab.value(SMALL), elsewhere) == (0, [], [])


@pytest.mark.parametrize("path", ["/addresses", "/divisions/410108", "/en/statistics/population?by=sex&by=age_band"])
def test_a_page_never_scrolls_sideways_on_the_narrowest_screen(town: Bases, tab: Page, path: str) -> None:
    visit(town, tab, path, chromium.NARROW)
    assert tab.value(chromium.SIDEWAYS) == 0


def test_an_address_is_matched_by_keyboard(town: Bases, tab: Page) -> None:
    visit(town, tab, "/addresses", chromium.PHONE)
    assert chromium.tab_to(tab, 'name="text"')
    tab.type("示范市东山区花园路十二号")
    assert chromium.tab_to(tab, "匹配")
    tab.press("Enter", leads_away=True)
    found: Any = tab.value("[location.pathname, location.search, document.title.includes('地址匹配')]")
    assert (found, tab.value(chromium.SIDEWAYS)) == (["/addresses", "", True], 0)
