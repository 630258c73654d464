"""Generated requests to every operation of ``/openapi.json``: whatever comes, no answer is a 5xx.

Schemathesis draws what the description allows (positive) and what it forbids (negative); each is sent by the
public and by people and systems who may do something there. Every 4xx is a problem. ``nox -s fuzz`` draws more.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode, SerializationContext, openapi, serializer
from schemathesis.core.result import Ok

from hub.identity.roles import Role
from tests.canary.addresses import TABLES
from tests.hub.versions.kit import set_policy
from tests.support import acts
from tests.support.acts import BUS_STOPS, MARRIAGES, RESIDENTS
from tests.support.hosted import Doors, HostedCity, hosted_city

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from schemathesis import APIOperation, Case

    from tests.conftest import Server

    Operation = APIOperation[Any, Any, Any, Any]
    Door = Callable[[Doors], httpx2.Client]

FEW, MANY = 1, 100
DAILY = {"kind": "daily", "at": "02:30"}
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
PROBLEM = "application/problem+json"
RFC_6749 = "/oauth/token"
"""Its errors have the media type of RFC 6749 5.2."""
ENDS_A_SESSION = "/api/v1/sessions/current"
PUBLIC: dict[str, Door] = {"the public": Doors.public}
KNOWN: dict[str, Door] = {
    "a provider's system": lambda doors: doors.system("jiaotongju"),
    "an agency's system": lambda doors: doors.system("rensheju"),
    "a clerk of the provider": lambda doors: doors.staff("jiaotongju", Role.CLERK),
    "an approver of the provider": lambda doors: doors.staff("jiaotongju", Role.APPROVER),
    "a clerk": lambda doors: doors.staff("minzhengju", Role.CLERK),
    "an approver": lambda doors: doors.staff("minzhengju", Role.APPROVER),
    "a secrecy reviewer": lambda doors: doors.staff("minzhengju", Role.SECRECY_REVIEWER),
    "an agency user": lambda doors: doors.staff("rensheju", Role.AGENCY_USER),
    "an agency approver": lambda doors: doors.staff("rensheju", Role.AGENCY_APPROVER),
    "a catalogue reviewer": lambda doors: doors.staff("shujuju", Role.CATALOGUE_REVIEWER),
    "a supervisor": lambda doors: doors.staff("shujuju", Role.SUPERVISOR),
    "an auditor": lambda doors: doors.staff("shujuju", Role.AUDITOR),
    "a system administrator": lambda doors: doors.staff("shujuju", Role.SYSTEM_ADMIN),
    "a security administrator": lambda doors: doors.staff("shujuju", Role.SECURITY_ADMIN),
    "an audit administrator": lambda doors: doors.staff("shujuju", Role.AUDIT_ADMIN),
}


@pytest.fixture(scope="module")
def city(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostedCity]:
    folder = tmp_path_factory.mktemp("fuzz")
    with hosted_city(server, template, folder, egress_loopback=True) as city:
        for name in (BUS_STOPS, RESIDENTS):
            acts.publish_and_supply(city.people, name, folder)
        acts.publish(city.people, MARRIAGES)
        acts.ask_for(city.people, "rensheju", RESIDENTS, {"shenfen_haoma": "masked", "xingming": "masked"})
        acts.ask_for(city.people, "rensheju", MARRIAGES, {"hunyin_zhuangtai": "verify_only"})
        leave_behind(city)
        yield city


def leave_behind(city: HostedCity) -> None:
    """Leave what the routes of pushes work on: rejected rows, an upload, a mapping, rules, a pull, a proposal."""
    doors, entry = Doors(city), f"/api/v1/entries/{BUS_STOPS}"
    system, clerk = doors.system("jiaotongju"), doors.staff("jiaotongju", Role.CLERK)
    dirty = (
        "站点编码,站点名称,所在区,所在道路,行驶方向,经停线路,是否有候车亭,经度,纬度\nZD90001,站,区,路,东,1路,是,,34\n"
    )
    length = {"Tus-Resumable": "1.0.0", "Upload-Length": "5"}
    mapping = clerk.post(f"{entry}/mappings/proposals", content=dirty.encode()).json()["mapping"]
    source = {"kind": "http", "address": "http://127.0.0.1:9/x.csv"}
    rule = {"name": "code", "kind": "pattern", "item": "zhandian_bianma", "pattern": "ZD[0-9]{5}", "zh": "编码"}
    made = [
        system.post(f"{entry}/pushes", params={"mode": "upsert"}, content=dirty.encode()),
        system.post(f"{entry}/uploads", headers=length),
        clerk.post(f"{entry}/mappings", json={"mapping": mapping, "fixed": False}),
        clerk.post(f"{entry}/rules", json={"rules": [rule], "reason": "编码有规则"}),
        clerk.post("/api/v1/pulls", json={"entry": BUS_STOPS, "definition": {"source": source, "schedule": DAILY}}),
    ]
    set_policy(city.services.database.conninfo, BUS_STOPS, release="two_step")
    made.append(clerk.post(f"{entry}/versions/1/restore", params={"allow_shrink": "true"}))
    made.append(
        system.post(f"{entry}/pushes", params={"mode": "upsert"}, content=dirty.replace("路,东", "街,东").encode())
    )
    set_policy(city.services.database.conninfo, BUS_STOPS, release="direct")
    doors.close()
    assert [answer.status_code for answer in made] == [201, 201, 201, 201, 201, 202, 202], [one.text for one in made]


@pytest.fixture(scope="module")
def doors(city: HostedCity) -> Iterator[Doors]:
    doors = Doors(city)
    yield doors
    doors.close()


@serializer("application/offset+octet-stream")
def piece(_: SerializationContext, value: object) -> bytes:
    """Write a piece of an upload as the bytes it is."""
    return value if isinstance(value, bytes) else str(value).encode()


def operations(doors: Doors) -> list[Operation]:
    """Return all operations that the hub describes."""
    schema = openapi.from_dict(doors.public().get("/openapi.json").json())
    found = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    assert len(found) > 40
    return found


def real_names(city: HostedCity) -> dict[str, list[str]]:
    """Return what path parameters may be called in this city, so that requests get past «no such thing»."""
    with city.services.database.begin() as unit:
        ids = {
            table: [str(row[0]) for row in unit.driver.execute(f"SELECT id FROM hub.{table} LIMIT 3").fetchall()]
            for table in ('"request"', "request_line", '"grant"', "push", "receipt", "system", "exemption", "staff")
        }
        more = {
            parameter: [str(row[0]) for row in unit.driver.execute(f"SELECT id FROM hub.{table} LIMIT 3").fetchall()]
            for parameter, table in TABLES.items()
        }
        found = unit.driver.execute("SELECT id FROM hub.version_act").fetchall()
        acts_of = [str(row[0]) for row in found]
    return more | {
        "name": [BUS_STOPS, RESIDENTS, MARRIAGES],
        "slug": ["minzhengju", "jiaotongju"],
        "request_id": ids['"request"'],
        "line_id": ids["request_line"],
        "grant_id": ids['"grant"'],
        "push_id": ids["push"],
        "receipt_id": ids["receipt"],
        "system_id": ids["system"],
        "exemption_id": ids["exemption"],
        "staff_id": ids["staff"],
        "act": acts_of,
        "number": ["1", "2"],
        "version": ["1"],
        "line": ["2"],
        "row": ["1", "2"],
    }


def send(client: httpx2.Client, case: Case[Any], names: Mapping[str, str]) -> httpx2.Response:
    """Send a drawn request as it stands; ``names`` replace path parameters."""
    case.path_parameters = {**(case.path_parameters or {}), **names}
    given = case.as_transport_kwargs(base_url=str(client.base_url))
    headers = {name: value for name, value in given["headers"].items() if name.lower() != "connection"}
    # A kept connection may be closed by the hub in the moment it is used again, which is no fault of either.
    headers["Connection"] = "close"
    body = given.get("data")
    if "json" in given:
        body = json.dumps(given["json"]).encode()
    is_form = isinstance(body, dict)
    content: dict[str, Any] = {"data": body} if is_form else {"content": body}
    return client.request(given["method"], given["url"], params=given.get("params"), headers=headers, **content)


def fault(operation: Operation, answer: httpx2.Response) -> str:
    """Return what is wrong with an answer; empty where nothing is."""
    is_of_a_source = answer.status_code == 502 and "/problems/source-unreachable" in answer.text
    if answer.status_code >= 500 and not is_of_a_source:  # the pull's source is a port where nobody listens
        return f"{answer.status_code} {answer.request.url} {answer.request.content[:300]!r}"
    if answer.is_client_error and answer.headers["content-type"] != PROBLEM and operation.path != RFC_6749:
        return f"{answer.status_code} is no problem but {answer.headers['content-type']}"
    return ""


@dataclass
class Fuzz:
    """Requests drawn for these callers, so many an operation and mode; ``found`` is what went wrong."""

    city: HostedCity
    doors: Doors
    callers: dict[str, Door]
    examples: int
    is_fixed: bool
    found: dict[str, str] = field(default_factory=dict)

    def run(self) -> list[str]:
        """Send them to every operation; return what went wrong, one line an operation and caller."""
        places = real_names(self.city)
        for operation in operations(self.doors):
            for mode in MODES:
                try:
                    self._draw(operation, mode, places)
                except Unsatisfiable:  # an operation without any parameter has no negative form
                    assert mode is GenerationMode.NEGATIVE
        return [f"{where}: {what}" for where, what in sorted(self.found.items())]

    def _draw(self, operation: Operation, mode: GenerationMode, places: Mapping[str, list[str]]) -> None:
        """Draw and send requests of one operation in one mode."""
        known = {name: values for name, values in places.items() if values and f"{{{name}}}" in operation.path}
        real = st.fixed_dictionaries({name: st.none() | st.sampled_from(values) for name, values in known.items()})

        @settings(
            max_examples=self.examples,
            deadline=None,
            database=None,
            derandomize=self.is_fixed,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy(generation_mode=mode), st.sampled_from(sorted(self.callers)), real)
        def once(case: Case[Any], caller: str, names: dict[str, str | None]) -> None:
            taken = {name: value for name, value in names.items() if value is not None}
            self._send(operation, case, caller, taken)

        once()

    def _send(self, operation: Operation, case: Case[Any], caller: str, names: Mapping[str, str]) -> None:
        try:
            answer = send(self.callers[caller](self.doors), case, names)
        except httpx2.InvalidURL:  # longer than the client sends at all; lengths are tested among the threats
            return
        wrong = fault(operation, answer)
        if wrong:
            self.found.setdefault(f"{operation.method.upper()} {operation.path} by {caller}", wrong)
        if operation.path.startswith(ENDS_A_SESSION) and answer.is_success:
            self.doors.forget_sessions()


@pytest.mark.timeout(900)
def test_no_generated_request_of_the_public_gets_a_5xx(city: HostedCity, doors: Doors) -> None:
    assert Fuzz(city, doors, PUBLIC, FEW, is_fixed=True).run() == []


@pytest.mark.timeout(900)
def test_no_generated_request_of_staff_and_systems_gets_a_5xx(city: HostedCity, doors: Doors) -> None:
    assert Fuzz(city, doors, KNOWN, FEW, is_fixed=True).run() == []


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("callers", [PUBLIC, KNOWN], ids=["the public", "staff and systems"])
def test_fuzz_no_generated_request_gets_a_5xx(city: HostedCity, doors: Doors, callers: dict[str, Door]) -> None:
    assert Fuzz(city, doors, callers, MANY, is_fixed=False).run() == []
