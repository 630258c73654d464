"""What a person of an agency types into the desk's forms, the way a browser without scripts sends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.identity.roles import Role
from tests.hub.portal.reading import Element, read
from tests.hub.portal_work.provider_kit import ASKER, Bench, page
from tests.support import acts

if TYPE_CHECKING:
    import httpx2

OTHER = "jiaoyuju"
BASIS = "公共租赁住房管理办法 第七条"
TYPED = {
    "title": "住房补贴",
    "purpose": acts.PURPOSE,
    "scenario": "受理住房补贴申请时核对",
    "basis_text": BASIS,
    "case_pattern": "DB-[0-9]*",
    "modes": ["verify", "query", "batch"],
    "people": "住房保障经办人",
    "period_days": "180",
    "retention_days": "90",
}
"""All a draft needs beside its items; the organ's only system is named already."""


def forms(shown: Element, action: str) -> list[Element]:
    """Return the forms that post to this action."""
    return [
        one for one in shown.find("form") if one.get("method") == "post" and one.get("action").split("?")[0] == action
    ]


def filled(form: Element) -> dict[str, Any]:
    """Return what a browser sends of a form as it stands; several values of a name are a list."""
    sent: dict[str, list[str]] = {}
    for one in form.find("input", "textarea", "select"):
        if not one.get("name") or one.get("type") == "file":
            continue
        if one.tag == "select":
            options = one.find("option")
            chosen = [option for option in options if "selected" in option.attributes] or options[:1]
            sent.setdefault(one.get("name"), []).extend(option.get("value") for option in chosen)
        elif one.tag == "textarea":
            sent.setdefault(one.get("name"), []).append("".join(child.text for child in one.children))
        elif one.get("type") not in {"radio", "checkbox"} or "checked" in one.attributes:
            sent.setdefault(one.get("name"), []).append(one.get("value"))
    return dict(sent)


def post(browser: httpx2.Client, path: str, action: str, **typed: Any) -> httpx2.Response:
    """Open a page, type into its first form with this action, and post it; the redirect is not followed."""
    return browser.post(action, data={**filled(forms(page(browser, path), action)[0]), **typed})


def came_to(answer: httpx2.Response) -> str:
    """Return where an act led."""
    assert answer.status_code == 303, (answer.status_code, read(answer.text).text[:2000])
    location: str = answer.headers["location"]
    return location


def cart_with(browser: httpx2.Client, entry: str, *items: str) -> str:
    """Begin a cart and put items of an entry into it as the buttons do; returns its address."""
    begun = came_to(post(browser, "/w/cart", "/w/cart"))
    form = filled(forms(page(browser, f"/d/{entry}"), "/w/cart/add")[0])
    return came_to(browser.post("/w/cart/add", data={**form, "cart": begun.rpartition("/")[2], "item": list(items)}))


def complete(browser: httpx2.Client, cart: str, **typed: Any) -> str:
    """Fill the cart's form in and go to the check; returns its address."""
    return came_to(post(browser, cart, cart, **{**TYPED, "act": "check", **typed}))


def sent(browser: httpx2.Client, entry: str, *items: str, **typed: Any) -> str:
    """Ask for items from cart to sending; returns the address of the application."""
    cart = cart_with(browser, entry, *items)
    check = complete(browser, cart, **typed)
    return came_to(post(browser, check, f"{cart}/submit"))


def consented(bench: Bench, application: str) -> None:
    """Let the head consent on the application's page."""
    head = bench.person(ASKER, Role.AGENCY_APPROVER)
    came_to(post(head, application, f"{application}/consent"))
