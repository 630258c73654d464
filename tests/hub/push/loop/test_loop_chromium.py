"""The pages of pushes in a real browser: wide and narrow screens, both languages, large targets, no script."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hub.portal.chromium import browser, program
from tests.hub.portal.test_portal_chromium import NARROW, SIDEWAYS, SMALL_TARGETS, SMALLEST_TARGET
from tests.hub.push.loop.kit import stop

if TYPE_CHECKING:
    from tests.hub.push.loop.kit import Clerk

pytestmark = pytest.mark.skipif(program() is None, reason="no Chromium on this machine")
WIDE = 1280
SCRIPTS = "document.scripts.length"


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_pages_of_pushes_fit_the_screen_and_need_no_script(clerk: Clerk, prefix: str, width: int) -> None:
    push = clerk.push([stop(1), stop(2, G="也许"), stop(3, H="东经", B="长" * 70)])["push"]
    found = {}
    with browser() as tab:
        for cookie in clerk.person.cookies.jar:
            tab.call("Network.setCookie", name=cookie.name, value=cookie.value or "", url=clerk.city.url)
        tab.size(width)
        for path in ("/w/pushes", "/w/pushes/new", f"/w/pushes/{push}"):
            tab.open(clerk.city.url + prefix + path)
            small = tab.value(SMALL_TARGETS % (SMALLEST_TARGET, SMALLEST_TARGET)) if width == NARROW else []
            found[path] = (tab.value(SIDEWAYS), small, tab.value(SCRIPTS))
    assert {path: seen for path, seen in found.items() if seen != (0, [], 0)} == {}
