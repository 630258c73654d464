"""A hosted city with an open resource and clerks' tokens, as CKAN's clients meet it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ckanapi import RemoteCKAN

from hub.identity.ckan_tokens.issuing import NewToken, issue
from hub.identity.facts import CONSOLE
from hub.identity.staff import find_staff
from hub.identity.store import member
from tests.support import acts
from tests.support.hosted import HostedCity, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hub.identity.roles import Role
    from tests.conftest import Server

BUS_STOPS = acts.BUS_STOPS
TRANSPORT = "jiaotongju"


def token_of(city: HostedCity, slug: str, role: Role, *, scope: str = "write", days: int | None = None) -> str:
    """Issue a token to a member's person in a role, as the console."""
    services = city.services
    with services.database.begin() as unit:
        staff = find_staff(unit, city.people.city.member(slug).login(role))
        owner = member(unit, "id", staff.member_id)
        assert owner is not None
        new = NewToken("test", days, scope)
        record = services.identity.record
        return issue(unit, record, CONSOLE, (staff, owner), new, services.context.now()).text


@dataclass(frozen=True)
class Office:
    """The city, and the datastore resource of the bus stops."""

    city: HostedCity
    rid: str
    token: str

    def client(self, token: str | None = None, **more: Any) -> RemoteCKAN:
        """Return CKAN's own client; without a token it is the public."""
        return RemoteCKAN(self.city.url, apikey=token, user_agent="tests", **more)

    @property
    def clerk(self) -> RemoteCKAN:
        """The client of the department that provides the bus stops."""
        return self.client(self.token)


@contextmanager
def office(server: Server, template: str, folder: Path) -> Iterator[Office]:
    """Serve a city whose bus stops are published and supplied."""
    from hub.identity.roles import Role

    with hosted_city(server, template, folder) as city:
        acts.publish_and_supply(city.people, BUS_STOPS, folder / "files")
        package = RemoteCKAN(city.url).action.package_show(id=BUS_STOPS)
        rid = next(one["id"] for one in package["resources"] if one["datastore_active"])
        yield Office(city, rid, token_of(city, TRANSPORT, Role.CLERK))
