"""One hub for the tests of grants: a register shared without conditions, one with conditions, and who uses them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from hub.identity.roles import Role
from tests.support import acts
from tests.support.acts import MARRIAGES, RESIDENTS
from tests.support.hosted import HostedCity, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.client import Hub
    from tests.conftest import Server

USER, OTHER, POLICE, CIVIL = "rensheju", "jiaoyuju", "gonganju", "minzhengju"
PROVIDERS = {RESIDENTS: POLICE, MARRIAGES: CIVIL}
MANY = 120_000
ITEMS = {"shenfen_haoma": "full", "xingming": "full", "xingbie": "full"}
CLAIMS = ("shenfen_haoma", "xingming", "hunyin_zhuangtai")
ALL_MODES = ["query", "verify", "download"]
GROUND = {"ground": "security-event", "reason": "疑似密钥泄露"}


@dataclass(frozen=True, slots=True)
class Grants:
    """A served city and acts on its grants."""

    city: HostedCity

    def grant(self, member: str = USER, entry: str = RESIDENTS, **more: Any) -> dict[str, Any]:
        """Give a member's system a new grant of three items; the older ones on the entry are withdrawn."""
        self.withdraw_all(member, entry)
        request = acts.ask_for(self.city.people, member, entry, ITEMS, **{"modes": ALL_MODES, **more})
        return self.of_request(member, request)

    def verifying(self, member: str = USER, **more: Any) -> dict[str, Any]:
        """Give a member's system a grant to verify marriages, which are shared with conditions."""
        self.withdraw_all(member, MARRIAGES)
        people = self.city.people
        wanted = dict.fromkeys(CLAIMS, "verify_only")
        request = acts.ask_for(people, member, MARRIAGES, wanted, **{"modes": ["verify"], **more})
        for item in CLAIMS:
            acts.answer(people, CIVIL, request, item, decision="verify_only")
        return self.of_request(member, request)

    def of_request(self, member: str, request: dict[str, Any]) -> dict[str, Any]:
        """Return the grant that came of a request."""
        found = self.person(member, Role.AGENCY_USER).call("GET", "/api/v1/grants", params={"limit": 200})
        return next(dict(one) for one in found["grants"] if one["request"] == request["id"])

    def withdraw_all(self, member: str, entry: str) -> None:
        """Withdraw what a member holds on an entry."""
        provider = PROVIDERS[entry]
        given = self.person(provider, Role.APPROVER).call("GET", "/api/v1/grants", params={"given": True, "limit": 200})
        system = self.city.people.registered[member].system_id
        for one in given["grants"]:
            if one["system"] == str(system) and one["status"] != "revoked":
                self.set_status(one, "revoked", provider=provider)

    def set_status(self, grant: dict[str, Any], status: str, *, provider: str = POLICE) -> dict[str, Any]:
        """Suspend, resume or withdraw as the provider."""
        body = {"status": status, **(GROUND if status != "active" else {"reason": "已整改"})}
        return self.person(provider, Role.APPROVER).call("POST", f"/api/v1/grants/{grant['id']}/status", json=body)

    def narrow(self, grant: dict[str, Any], *, provider: str = POLICE, **less: Any) -> dict[str, Any]:
        """Narrow as the provider."""
        body = {"reason": "按实际需要缩小", **less}
        return self.person(provider, Role.APPROVER).call("POST", f"/api/v1/grants/{grant['id']}/narrow", json=body)

    def show(self, grant: dict[str, Any], member: str = USER) -> dict[str, Any]:
        """Return the grant as its user sees it."""
        return self.person(member, Role.AGENCY_USER).call("GET", f"/api/v1/grants/{grant['id']}")

    def person(self, member: str, role: Role) -> Hub:
        """Return a logged-in person."""
        return self.city.people.person(member, role)

    def system(self, member: str = USER) -> Hub:
        """Return a member's system."""
        return self.city.people.system(member)

    def receipts(self, **wanted: str) -> list[dict[str, Any]]:
        """Return the bodies of the receipts whose fields are as wanted, the oldest first."""
        with self.city.services.database.begin() as unit:
            rows = unit.driver.execute("SELECT kind, body FROM hub.receipt ORDER BY position").fetchall()
        bodies = [{"kind": kind, **json.loads(bytes(body))} for kind, body in rows]
        return [body for body in bodies if all(body.get(name) == value for name, value in wanted.items())]


@pytest.fixture(scope="module")
def streamed(grants: Grants) -> Iterator[Grants]:
    """Give the hub with a large register of persons: about 50 MB as a stream, several times what buffers hold."""
    database = grants.city.services.database
    with database.begin() as unit:
        row = unit.driver.execute("SELECT id FROM hub.entry WHERE name = %s", (RESIDENTS,)).fetchone()
        assert row is not None
        table = f"data.r_{row[0].hex}"
        unit.driver.execute(
            f"INSERT INTO {table} (_row, _push, _sum_a, _sum_b, shenfen_haoma, xingming, xingbie)"
            " SELECT 1000000 + n, 1, n, n, 'T' || n, repeat('示例', 70), '女' FROM generate_series(1, %s) AS n",
            (MANY,),
        )
    yield grants
    with database.begin() as unit:
        unit.driver.execute(f"DELETE FROM {table} WHERE _row > 1000000")


@pytest.fixture(scope="package")
def grants(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grants]:
    """Give the hub of the tests of grants."""
    folder = tmp_path_factory.mktemp("grants")
    with hosted_city(server, template, folder) as city:
        for name in (RESIDENTS, MARRIAGES):
            acts.publish_and_supply(city.people, name, folder / "files")
        yield Grants(city)
