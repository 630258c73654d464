"""The pages in a real browser: drawn without faults, nothing from elsewhere, narrow screens, keyboard, no scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.hub.portal.chromium import Page, browser, program
from tests.hub.portal.test_portal_pages import ALL_PAGES
from tests.hub.portal.town import BUS_STOPS, COMPANIES, Town

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(program() is None, reason="no Chromium on this machine")

NARROW = 320
PHONE = 360
SMALLEST_TARGET = 24
TABS = 80
FOCUSED = "document.activeElement.outerHTML.split('>')[0] + ' ' + document.activeElement.innerText"
FOCUS_IS_SEEN = """(() => {
  const e = document.activeElement, s = getComputedStyle(e), b = e.getBoundingClientRect();
  return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 && b.width > 0 && b.bottom > 0
    && b.top < innerHeight && b.right > 0;
})()"""
SMALL_TARGETS = """[...document.querySelectorAll('a, button, input:not([type=hidden]), select, summary')]
  .filter(e => !e.matches('.skip') && getComputedStyle(e).display !== 'inline')
  .map(e => [e.innerText || e.name, e.getBoundingClientRect()])
  .filter(([, b]) => b.height > 0 && (b.height < %d || b.width < %d)).map(([text]) => text)"""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def tab() -> Iterator[Page]:
    with browser() as page:
        yield page


@pytest.fixture(scope="module")
def bare_tab() -> Iterator[Page]:
    """Give a tab of a browser that runs no scripts."""
    with browser(scripts=False) as page:
        yield page


def visit(town: Town, tab: Page, path: str, width: int) -> None:
    tab.size(width)
    tab.faults.clear()
    tab.requests.clear()
    tab.open(town.hub.url + path)


def tab_to(tab: Page, word: str) -> str:
    """Press the tab key until what has the focus holds ``word``; returns it, empty where it is never reached."""
    for _ in range(TABS):
        tab.press("Tab")
        shown = str(tab.value(FOCUSED))
        if word in shown:
            return shown
    return ""


@pytest.mark.parametrize("path", ALL_PAGES)
def test_a_page_is_drawn_without_faults_and_fetches_nothing_from_elsewhere(town: Town, tab: Page, path: str) -> None:
    visit(town, tab, path, 1280)
    elsewhere = [url for url in tab.requests if not url.startswith((town.hub.url + "/", "data:"))]
    assert (tab.faults, elsewhere) == ([], [])


@pytest.mark.parametrize("width", [NARROW, PHONE])
@pytest.mark.parametrize("path", [*ALL_PAGES, "/nothing", "/en/nothing"])
def test_a_page_never_scrolls_sideways_on_a_narrow_screen(town: Town, tab: Page, path: str, width: int) -> None:
    visit(town, tab, path, width)
    assert tab.value(SIDEWAYS) == 0


@pytest.mark.parametrize("path", ALL_PAGES)
def test_what_is_touched_is_large_enough(town: Town, tab: Page, path: str) -> None:
    visit(town, tab, path, PHONE)
    assert tab.value(SMALL_TARGETS % (SMALLEST_TARGET, SMALLEST_TARGET)) == []


@pytest.mark.parametrize("path", ["/", "/en/"])
def test_the_keyboard_reaches_the_search_and_finds(town: Town, tab: Page, path: str) -> None:
    visit(town, tab, path, 1280)
    assert "input" in tab_to(tab, 'type="search"')
    tab.type("公交站点")
    tab.press("Enter", leads_away=True)
    found: Any = tab.value(
        f"[location.pathname.endsWith('/catalog'), !!document.querySelector('a[href$=\"{BUS_STOPS}\"]')]"
    )
    assert found == [True, True]


def test_the_keyboard_reaches_the_skip_link_first_and_the_content_after_it(town: Town, tab: Page) -> None:
    visit(town, tab, f"/d/{COMPANIES}", 1280)
    tab.press("Tab")
    first = str(tab.value(FOCUSED))
    tab.press("Enter")
    tab.press("Tab")
    assert ("skip" in first, tab.value("document.querySelector('main').contains(document.activeElement)")) == (
        True,
        True,
    )


def test_the_keyboard_reaches_the_download_and_the_focus_is_seen_all_the_way(town: Town, tab: Page) -> None:
    visit(town, tab, f"/d/{BUS_STOPS}", PHONE)
    unseen = []
    for _ in range(TABS):
        tab.press("Tab")
        if not tab.value(FOCUS_IS_SEEN):
            unseen.append(tab.value(FOCUSED))
        if "format=excel" in str(tab.value(FOCUSED)):
            break
    assert ("format=excel" in str(tab.value(FOCUSED)), unseen) == (True, [])


def test_the_keyboard_scrolls_a_wide_table(town: Town, tab: Page) -> None:
    visit(town, tab, f"/d/{COMPANIES}", PHONE)
    reached = tab_to(tab, 'aria-labelledby="rows"')
    assert "tabindex" in reached


def test_without_scripts_a_filter_still_narrows_the_preview(town: Town, bare_tab: Page) -> None:
    visit(town, bare_tab, f"/d/{BUS_STOPS}?quhua__contains=西", 1280)
    node = bare_tab.call("DOM.getDocument", depth=0)["root"]["nodeId"]
    html = bare_tab.call("DOM.getOuterHTML", nodeId=node)["outerHTML"]
    assert ("清除条件" in html, "西区" in html, "东区" in html) == (True, True, False)


def test_a_print_shows_the_data_and_not_the_navigation(town: Town, tab: Page) -> None:
    visit(town, tab, f"/d/{BUS_STOPS}", 1280)
    tab.call("Emulation.setEmulatedMedia", media="print")
    shown = tab.value("['header.top', 'form', '.scroll'].map(s => document.querySelector(s).offsetHeight > 0)")
    tab.call("Emulation.setEmulatedMedia", media="")
    assert shown == [False, False, True]


@pytest.mark.parametrize("path", ["/", f"/d/{COMPANIES}", "/items?q=名称", "/proof"])
def test_a_page_enlarged_four_times_still_never_scrolls_sideways(town: Town, tab: Page, path: str) -> None:
    # 1280 pixels wide at 400 % are 320 CSS pixels (WCAG 1.4.10).
    visit(town, tab, path, 1280 // 4)
    assert tab.value(SIDEWAYS) == 0
