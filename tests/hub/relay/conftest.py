"""A city with a provider whose own API is relayed: marriages of 民政局, asked for by 人社局."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import psycopg
import pytest

from connectors.egress_client import MIB, EgressLimits
from hub.context import utc_now
from hub.identity.roles import Role
from hub.identity.store import bump_epoch
from tests.hub.relay import provider as stub
from tests.support import acts
from tests.support.acts import MARRIAGES
from tests.support.clock import Clock
from tests.support.hosted import Doors, HostedCity, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx2

    from hub.demo.load import People
    from tests.conftest import Server
    from tests.hub.relay.provider import Provider

PROVIDER: Final = "minzhengju"
ASKER: Final = "rensheju"
PERSON: Final = "410199198406230018"
OTHER: Final = "410199198210150024"
FORMS: Final = {"shenfen_haoma": "full", "xingming": "masked", "hunyin_zhuangtai": "full", "dengji_riqi": "full"}
FIELDS: Final = {
    "shenfen_haoma": "/idNo",
    "xingming": "/person/name",
    "hunyin_zhuangtai": "/status",
    "dengji_riqi": "/date",
    "dengji_jiguan": "/office",
}
ROW: Final = {
    "idNo": PERSON,
    "person": {"name": "姜文旭"},
    "status": "21",
    "date": "2010-08-20",
    "office": "CANARY-OFFICE",
}
LIMITS: Final = EgressLimits(connect_seconds=1, read_seconds=0.6, total_seconds=1.2, answer_bytes=2 * MIB)


@dataclass
class Town:
    """The city, the provider's API, and who acts."""

    city: HostedCity
    provider: Provider
    doors: Doors
    clock: Clock
    endpoint: str = ""

    def definition(self, **changes: Any) -> dict[str, Any]:
        """Return what the provider registers."""
        body = {
            "entry": MARRIAGES,
            "base_url": f"{self.provider.url}/api",
            "path": "/persons/{shenfen_haoma}",
            "rows": "/data",
            "fields": FIELDS,
        }
        return {**body, **changes}

    def propose(self, **changes: Any) -> httpx2.Response:
        """Register an endpoint as the provider's clerk."""
        return self.doors.staff(PROVIDER, Role.CLERK).post("/api/v1/relay-endpoints", json=self.definition(**changes))

    def step(self, step: str, role: Role = Role.APPROVER, endpoint: str = "", **body: Any) -> httpx2.Response:
        """Take a step with an endpoint as the provider's staff."""
        path = f"/api/v1/relay-endpoints/{endpoint or self.endpoint}/{step}"
        return self.doors.staff(PROVIDER, role).post(path, json=body or None)

    def attach(self, **changes: Any) -> str:
        """Register an endpoint and approve it; returns its id. Its breaker is fresh."""
        made = self.propose(**changes)
        assert made.status_code == 201, made.text
        self.endpoint = made.json()["id"]
        done = self.step("approve")
        assert done.status_code == 200, done.text
        return self.endpoint

    def ask(self, key: str = PERSON, headers: dict[str, str] | None = None, **more: Any) -> httpx2.Response:
        """Ask the relay for one person as the granted system."""
        body = {"key": {"shenfen_haoma": key}, "purpose": acts.PURPOSE, "case_number": acts.CASE, **more}
        body = {name: value for name, value in body.items() if value is not None}
        return self.doors.system(ASKER).post(f"/api/v1/relay/{MARRIAGES}", json=body, headers=headers)

    def receipts(self, *kinds: str) -> list[dict[str, Any]]:
        """Return the bodies of all receipts of some kinds, oldest first."""
        with psycopg.connect(self.city.services.database.conninfo) as connection:
            found = connection.execute(
                "SELECT body FROM hub.receipt WHERE kind = ANY(%s) ORDER BY position", (list(kinds or ("relay",)),)
            ).fetchall()
        return [json.loads(bytes(body)) for (body,) in found]

    def outcome(self) -> tuple[Any, ...]:
        """Return outcome, reason and status of the last receipt, having made sure that it ends the one before."""
        opened, last = self.receipts()[-2:]
        assert (opened["outcome"], last["opened"]) == ("opened", opened["id"])
        return last["outcome"], last.get("reason_code"), last["status"]


def ask_for_relay(people: People, member: str = ASKER) -> str:
    """Ask for items with the mode relay, let the provider answer; returns the id of the request."""
    now = people.now()
    body = {
        "entry": MARRIAGES,
        "system": people.registered[member].system_id,
        "items": [{"item": column, "treatment": form} for column, form in FORMS.items()],
        "purpose": acts.PURPOSE,
        "scenario": "最低生活保障家庭经济状况核对",
        "legal_basis": "社会救助暂行办法 第十三条",
        "case_pattern": "DB-[0-9]*",
        "valid_from": now.isoformat(),
        "valid_until": (now + timedelta(days=90)).isoformat(),
        "modes": ["query", "relay", "subscribe"],
    }
    made = people.person(member, Role.AGENCY_USER).call("POST", "/api/v1/requests", json=body)
    request = people.person(member, Role.AGENCY_APPROVER).call("POST", f"/api/v1/requests/{made['id']}/consent")
    cited = {"cites_law_and_assessment": True, "assessment": acts.assess(people, PROVIDER, MARRIAGES, FORMS)}
    for item, form in FORMS.items():
        request = acts.answer(people, PROVIDER, request, item, decision=form, **cited)
    return str(request["id"])


@contextmanager
def relaying_town(server: Server, template: str, folder: Path) -> Iterator[Town]:
    """Give a city with a provider; its clock is that of the machine until a test moves it."""
    clock = Clock(utc_now())
    with (
        stub.running_provider() as provider,
        hosted_city(server, template, folder, now=clock, egress_loopback=True) as city,
    ):
        city.services.relay.limits = LIMITS
        town = Town(city, provider, Doors(city), clock)
        acts.publish(city.people, MARRIAGES)
        ask_for_relay(city.people)
        yield town
        town.doors.close()


@pytest.fixture(scope="package")
def relay_town(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Give the city that these modules share; its clock may have been moved."""
    with relaying_town(server, template, tmp_path_factory.mktemp("relay")) as town:
        yield town


@pytest.fixture
def town(relay_town: Town) -> Town:
    """Give the city with a fresh endpoint and a provider that answers well."""
    relay_town.provider.behave = stub.answers({"data": [ROW]})
    relay_town.attach()
    return relay_town


def set_grants(town: Town, status: str) -> None:
    """Set the status of every grant, as the statement of a suspension does."""
    with town.city.services.database.begin() as unit:
        unit.driver.execute('UPDATE hub."grant" SET status = %s', (status,))
        bump_epoch(unit)
    town.city.services.identity.keeper.refresh_or_log()
