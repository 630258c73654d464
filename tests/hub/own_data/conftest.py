"""A served city with registers of persons and firms, one agency that uses them, and browsers that sign in."""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from hub.demo.people import residents
from tests.support import acts
from tests.support.acts import COMPANIES, MARRIAGES, RESIDENTS
from tests.support.clock import Clock
from tests.support.hosted import Doors, HostedCity, hosted_city
from tests.support.plain import NO_AUTHORITIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.demo.people import Person
    from tests.conftest import Server

AGENCY, PUPILS = "zhujianju", "xueji"
GRANTED = {"shenfen_haoma": "verify_only", "xingming": "full", "xingbie": "full"}


@dataclass
class Place:
    """The city with its doors, its clock, and the demo's sign-in."""

    city: HostedCity
    doors: Doors
    clock: Clock
    stack: ExitStack

    def adult(self, number: int) -> Person:
        """Return a living adult with a marriage on record, by place."""
        return [one for one in residents() if not one.is_dead and one.age() >= 30 and one.spouse is not None][number]

    def child(self, years: int, number: int = 0) -> Person:
        """Return a pupil of so many years on the clock's day, whose guardian lives."""
        day = self.clock.today
        found = [one for one in residents() if one.age(day) == years and one.age() >= 6 and one.guardian is not None]
        return found[number]

    def browser(self) -> httpx2.Client:
        """Return a browser with cookies of its own that follows no redirect by itself."""
        client = httpx2.Client(
            base_url=self.city.url, headers={"Accept": "text/html"}, timeout=60, verify=NO_AUTHORITIES
        )
        return self.stack.enter_context(client)

    def begin(self, browser: httpx2.Client) -> dict[str, str]:
        """Begin a sign-in; returns what the identity provider was asked."""
        answer = browser.get("/me/login")
        assert answer.status_code == 303, answer.text
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}

    def choose(self, browser: httpx2.Client, asked: dict[str, str], number: str, **more: str) -> str:
        """Choose a person at the provider; returns the address the browser is sent back to."""
        names = ("client_id", "redirect_uri", "state", "nonce", "code_challenge")
        form = {**{name: asked[name] for name in names}, "number": number, **more}
        answer = browser.post("/demo-idp/authorize", data=form)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    def sign_in(self, number: str, **more: str) -> httpx2.Client:
        """Return a browser signed in as a person; ``second_factor="1"``, ``body=`` a credit code."""
        browser = self.browser()
        back = browser.get(self.choose(browser, self.begin(browser), number, **more))
        assert back.status_code == 303, back.text
        return browser

    def csrf(self, browser: httpx2.Client) -> str:
        """Return the session's token from its page."""
        found = re.search(r'name="csrf" value="([^"]+)"', browser.get("/me/corrections").text)
        assert found is not None
        return found.group(1)

    def query(self, number: str, member: str = AGENCY, **more: Any) -> dict[str, Any]:
        """Query one resident as the agency does."""
        where = {"item": "shenfen_haoma", "op": "eq", "value": number}
        found: dict[str, Any] = acts.query(self.city.people.system(member), RESIDENTS, where=where, **more).json()
        return found


@pytest.fixture(scope="package")
def place(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Give the city of these tests."""
    clock = Clock()
    with hosted_city(server, template, tmp_path_factory.mktemp("own"), now=clock) as city:
        for name in (RESIDENTS, MARRIAGES, PUPILS, COMPANIES):
            acts.publish_and_supply(city.people, name, city.folder / "files")
        acts.ask_for(city.people, AGENCY, RESIDENTS, GRANTED)
        doors = Doors(city)
        with ExitStack() as stack:
            stack.callback(doors.close)
            yield Place(city, doors, clock, stack)
