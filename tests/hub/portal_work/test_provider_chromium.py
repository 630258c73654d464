"""The workbench in a real browser: narrow screens, large targets, nothing fetched from elsewhere."""

from __future__ import annotations

import pytest

from hub.identity.roles import Role
from tests.hub.portal.chromium import Page, browser, program
from tests.hub.portal.test_portal_chromium import NARROW, SIDEWAYS, SMALL_TARGETS, SMALLEST_TARGET
from tests.hub.portal_work.provider_kit import AUTHORITY, PROVIDER, Bench

pytestmark = pytest.mark.skipif(program() is None, reason="no Chromium on this machine")
PATHS = {
    (PROVIDER, Role.APPROVER): ("/w", "/w/notices", "/w/inbox", "/w/exemptions", "/w/usage", "/w/corrections"),
    (PROVIDER, Role.CLERK): ("/w/inventory", "/w/inventory/new", "/w/inventory/import", "/w/tokens"),
    (AUTHORITY, Role.SUPERVISOR): ("/w/sup/overdue", "/w/sup/disputes", "/w/privacy"),
}


def _visit(bench: Bench, tab: Page, who: tuple[str, Role], path: str) -> tuple[int, list[str], list[str]]:
    for cookie in bench.person(*who).cookies.jar:
        tab.call("Network.setCookie", name=cookie.name, value=cookie.value or "", url=bench.city.url)
    tab.size(NARROW)
    tab.requests.clear()
    tab.open(bench.city.url + path)
    elsewhere = [url for url in tab.requests if not url.startswith((bench.city.url + "/", "data:"))]
    return tab.value(SIDEWAYS), tab.value(SMALL_TARGETS % (SMALLEST_TARGET, SMALLEST_TARGET)), elsewhere


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_page_fits_a_narrow_screen_and_a_finger(bench: Bench, prefix: str) -> None:
    request = f"/w/inbox/{bench.ask()['id']}"
    visits = [(who, path) for who, paths in PATHS.items() for path in paths]
    visits += [((PROVIDER, Role.APPROVER), path) for path in (request, f"{request}/supplement", f"{request}/extension")]
    with browser() as tab:
        found = {path: _visit(bench, tab, who, prefix + path) for who, path in visits}
    assert {path: seen for path, seen in found.items() if seen != (0, [], [])} == {}
