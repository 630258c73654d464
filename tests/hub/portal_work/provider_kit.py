"""A city whose time the tests move, and browsers without scripts that fill in the workbench's forms."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx2

from tests.hub.portal.reading import Element, read
from tests.support import acts
from tests.support.plain import NO_AUTHORITIES

if TYPE_CHECKING:
    from hub.identity.roles import Role
    from tests.support.clock import Clock
    from tests.support.hosted import HostedCity

ASKER, PROVIDER, AUTHORITY = "zhujianju", "minzhengju", "shujuju"
ITEMS = {"xingming": "masked", "hunyin_zhuangtai": "verify_only", "peiou_shenfen_haoma": "full"}
"""Three items of the marriage register; an exemption record is in force on the last."""
REFUSING = {
    "a3_do": "refuse",
    "a3_facts": "配偶不是申请当事人，提供其号码会暴露其婚姻关系",
    "a3_why_masked": "脱敏后结合姓名仍可识别配偶",
    "a3_why_aggregate_only": "核对须逐人，汇总无用",
    "a3_lesser": "verify_only",
}


def fields(page: Element, action: str) -> dict[str, Any]:
    """Return what a browser would send of the form with this action, as it stands."""
    posted = [one for one in page.find("form") if one.get("method") == "post"]
    form = next(one for one in posted if one.get("action").split("?")[0] == action)
    sent: dict[str, Any] = {}
    for one in form.find("input", "textarea", "select"):
        name = one.get("name")
        if one.tag == "select":
            options = one.find("option")
            chosen = [option for option in options if "selected" in option.attributes] or options[:1]
            sent[name] = chosen[0].get("value")
        elif one.tag == "textarea":
            sent[name] = one.text
        elif one.get("type") not in {"radio", "checkbox"} or "checked" in one.attributes:
            sent[name] = one.get("value")
    return sent


def faults(page: Element) -> list[tuple[str, str]]:
    """Return the list of errors on top: the field each leads to, and its words."""
    listed = next((one for one in page.find("ul") if one.get("class") == "faults"), None)
    if listed is None:
        return []
    return [(link[0].get("href")[1:] if (link := item.find("a")) else "", item.text) for item in listed.find("li")]


@dataclass
class Bench:
    """The city and its browsers, one a person."""

    city: HostedCity
    clock: Clock
    browsers: dict[str, httpx2.Client] = field(default_factory=dict)

    def person(self, member: str, role: Role) -> httpx2.Client:
        """Return the browser of a person who has logged in with the form."""
        login = self.city.people.city.member(member).login(role)
        if login not in self.browsers:
            browser = httpx2.Client(
                base_url=self.city.url, headers={"Accept": "text/html"}, timeout=30, verify=NO_AUTHORITIES
            )
            form = fields(read(browser.get("/login").text), "/login")
            done = browser.post("/login", data={**form, "login": login, "password": self.city.people.city.password})
            assert done.status_code == 303
            self.browsers[login] = browser
        return self.browsers[login]

    def forget(self) -> None:
        """Close all browsers: after a jump in time everybody logs in anew."""
        for browser in self.browsers.values():
            browser.close()
        self.browsers.clear()

    def ask(self, items: dict[str, str] | None = None) -> dict[str, Any]:
        """Ask the provider for items with the head's consent; returns the request."""
        return acts.ask_for(self.city.people, ASKER, acts.MARRIAGES, items or ITEMS)


def page(browser: httpx2.Client, path: str) -> Element:
    """Return a page that is there."""
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code, answer.text[-600:])
    return read(answer.text)


def send(browser: httpx2.Client, path: str, action: str, **typed: Any) -> httpx2.Response:
    """Open a page, type into the form with this action, and post it; the redirect is not followed."""
    return browser.post(action, data={**fields(page(browser, path), action), **typed})
