"""CKAN's clients meet one hosted city: two open registers with rows, one open on conditions, one closed to society."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from ckanapi import RemoteCKAN

from tests.support import acts
from tests.support.hosted import HostedCity, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Server

BUS_STOPS = acts.BUS_STOPS
BUS_LINES = "gongjiao-xianlu"
ON_CONDITIONS = "qiye-nianbao"
CLOSED = acts.MARRIAGES


@dataclass(frozen=True)
class Catalogue:
    """The city, a plain HTTP client, and CKAN's own client, both without a token."""

    city: HostedCity
    http: httpx2.Client
    ckan: RemoteCKAN

    def ask(self, name: str, **arguments: Any) -> dict[str, Any]:
        """Call an action by POST; return the whole envelope."""
        answer: dict[str, Any] = self.http.post(f"/api/3/action/{name}", json=arguments).json()
        return answer

    def fault(self, name: str, **arguments: Any) -> tuple[int, dict[str, Any]]:
        """Call an action that fails; return status and error."""
        answer = self.http.post(f"/api/3/action/{name}", json=arguments)
        return answer.status_code, answer.json()["error"]


@pytest.fixture(scope="package")
def catalogue(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    """Give the city; tests read it and change nothing."""
    folder = tmp_path_factory.mktemp("ckan")
    with hosted_city(server, template, folder) as city:
        for name in (BUS_STOPS, BUS_LINES):
            acts.publish_and_supply(city.people, name, folder / "files")
        for name in (ON_CONDITIONS, CLOSED):
            acts.publish(city.people, name)
        with httpx2.Client(base_url=city.url, timeout=30) as http, RemoteCKAN(city.url, user_agent="tests") as ckan:
            yield Catalogue(city, http, ckan)
