"""One city a module whose time the tests move; its directory holds a register that is shared on conditions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from hub import rounds
from hub.identity.roles import Role
from tests.support import acts
from tests.support.clock import Clock
from tests.support.hosted import HostedCity, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.client import Hub
    from tests.conftest import Server

ASKER = "rensheju"
PROVIDER = "minzhengju"
AUTHORITY = "shujuju"
ITEM = "hunyin_zhuangtai"


@dataclass(frozen=True, slots=True)
class Office:
    """The city, its clock, and the people these tests talk about."""

    city: HostedCity
    clock: Clock

    def ask(self, items: dict[str, str] | None = None) -> dict[str, Any]:
        """Ask for items of the marriage register with the head's consent; returns the request."""
        return acts.ask_for(self.city.people, ASKER, acts.MARRIAGES, items or {ITEM: "verify_only"})

    def read(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the request as the requester sees it now."""
        return self.asker.call("GET", f"/api/v1/requests/{request['id']}")

    def line(self, request: dict[str, Any], item: str = ITEM) -> dict[str, Any]:
        """Return a line of the request as it is now."""
        return acts.line_of(self.read(request), item)

    def path(self, request: dict[str, Any], item: str = ITEM) -> str:
        """Return the path of a line."""
        return f"/api/v1/requests/{request['id']}/lines/{acts.line_of(request, item)['id']}"

    def answer(self, request: dict[str, Any], item: str = ITEM, **given: Any) -> dict[str, Any]:
        """Answer an item as the provider's approver."""
        return acts.answer(self.city.people, PROVIDER, request, item, **(given or {"decision": "verify_only"}))

    def sweep(self) -> dict[str, int]:
        """Let everything happen that is due by itself."""
        return rounds.run_now(self.city.services)

    @property
    def asker(self) -> Hub:
        """The requester's user."""
        return self.city.people.person(ASKER, Role.AGENCY_USER)

    @property
    def head(self) -> Hub:
        """The requester's head."""
        return self.city.people.person(ASKER, Role.AGENCY_APPROVER)

    @property
    def provider(self) -> Hub:
        """The provider's approver."""
        return self.city.people.person(PROVIDER, Role.APPROVER)

    @property
    def supervisor(self) -> Hub:
        """The authority's supervisor."""
        return self.city.people.person(AUTHORITY, Role.SUPERVISOR)

    @property
    def operator(self) -> Hub:
        """The authority's system administrator."""
        return self.city.people.person(AUTHORITY, Role.SYSTEM_ADMIN)


@pytest.fixture(scope="module")
def office(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Give the city of a module."""
    clock = Clock()
    folder = tmp_path_factory.mktemp("clocks")
    with hosted_city(server, template, folder, now=clock) as city:
        acts.publish_and_supply(city.people, acts.MARRIAGES, folder / "files")
        yield Office(city, clock)
