"""One served city for each regulation pack; what the tests of the law's words do in it over HTTP."""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import psycopg
import pytest

from hub import rounds
from hub.demo.directory import demo_entry
from hub.demo.load import review
from hub.demo.people import residents
from hub.identity.roles import Role
from tests.hub.exemptions import records
from tests.support import acts
from tests.support.clock import Clock
from tests.support.hosted import Doors, HostedCity, hosted_city
from tests.support.plain import NO_AUTHORITIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from hub.client import Hub
    from hub.demo.load import People
    from hub.demo.people import Person
    from tests.conftest import Server

PACKS = ("zhengzhou", "jilin", "national")
REPORTS, PENALTIES, PUPILS = "qiye-nianbao", "xingzheng-chufa", "xueji"
HOLDER, POLICE, CIVIL, ASKER, HOUSING = "shichangju", "gonganju", "minzhengju", "rensheju", "zhujianju"
AUTHORITY = "shujuju"
THIRD_PERSON = "disanren_haoma"
HOUSEHOLD = {"xingming": "full", "huji_quhua": "full", "huhao": "full", "lianxi_dianhua": "full"}
GRANTED = {"shenfen_haoma": "verify_only", "xingming": "full", "xingbie": "full", "minzu": "full"}


@dataclass
class Town:
    """The city of a pack: its people, doors and clock."""

    pack: str
    city: HostedCity
    clock: Clock
    doors: Doors
    stack: ExitStack = field(default_factory=ExitStack)

    @property
    def people(self) -> People:
        return self.city.people

    @property
    def supervisor(self) -> Hub:
        return self.people.person(AUTHORITY, Role.SUPERVISOR)

    def under(self, pack: str) -> None:
        """Put the city under a regulation pack: there is no route for it, a city lives under one."""
        self.sql("UPDATE hub.jurisdiction SET pack = %s", pack)

    def sql(self, text: str, *values: object) -> None:
        with psycopg.connect(self.city.services.database.conninfo, autocommit=True) as connection:
            connection.execute(text, values)

    def sweep(self) -> None:
        """Let everything happen that is due by itself."""
        rounds.run_now(self.city.services)

    def settle(self) -> None:
        """See at once what every process sees within five seconds."""
        self.city.services.identity.keeper.refresh()

    def waiting(self, item: str, entry: str = REPORTS) -> dict[str, Any]:
        """Return a request whose only line waits for the provider."""
        return acts.ask_for(self.people, ASKER, entry, {item: "full"})

    def refuse(
        self, request: dict[str, Any], item: str, given: dict[str, Any], provider: str = HOLDER
    ) -> dict[str, Any]:
        return acts.answer(self.people, provider, request, item, **given)

    def reasons(self, act: Callable[[], object]) -> set[str]:
        """Do what must not pass; returns the codes of the reasons named."""
        problem = acts.problem_of(act)
        assert problem.status == 409, problem.problem
        return {reason["code"] for reason in problem.problem["reasons"]}

    def in_force(self, ground: str, item: str, **changes: Any) -> str:
        """File a record on an item of the yearly reports, signed where that is needed; returns its id."""
        given = records.evidence(self.people, ground, item, HOLDER)
        body = records.body_of(self.people, ground, given, entry=REPORTS, item=item) | changes
        filer = records.office(self.people, HOLDER) if ground == "R01" else records.head(self.people, HOLDER)
        made = filer.call("POST", records.BASE, json=body)
        if ground == "R01":
            records.head(self.people, HOLDER).call("POST", f"{records.BASE}/{made['id']}/confirm")
        return str(made["id"])

    def read(self, request: dict[str, Any], member: str = ASKER) -> dict[str, Any]:
        """Return a request as its asker sees it now, with its clocks."""
        return self.people.person(member, Role.AGENCY_USER).call("GET", f"/api/v1/requests/{request['id']}")

    def notices(self, person: Hub, request: dict[str, Any], kind: str) -> list[dict[str, Any]]:
        found = person.call("GET", "/api/v1/notices", params={"limit": 200})["notices"]
        return [one for one in found if one["kind"] == kind and request["label"] in one["text"]]

    def adult(self, number: int) -> Person:
        """Return a living adult by place; each test takes another."""
        return [one for one in residents() if not one.is_dead and one.age() >= 30][number]

    def child(self, years: int, number: int = 0) -> Person:
        """Return a pupil of so many years on the clock's day, whose guardian lives."""
        day = self.clock.today
        return [one for one in residents() if one.age(day) == years and one.guardian is not None][number]

    def sign_in(self, number: str, **more: str) -> httpx2.Client:
        """Return a browser signed in as a person; ``second_factor="1"`` where the record asks for it."""
        client = httpx2.Client(
            base_url=self.city.url, headers={"Accept": "text/html"}, timeout=60, verify=NO_AUTHORITIES
        )
        browser = self.stack.enter_context(client)
        asked = parse_qs(urlsplit(browser.get("/me/login").headers["location"]).query)
        names = ("client_id", "redirect_uri", "state", "nonce", "code_challenge")
        form = {**{name: asked[name][0] for name in names}, "number": number, **more}
        back = browser.get(browser.post("/demo-idp/authorize", data=form).headers["location"])
        assert back.status_code == 303, back.text
        browser.headers["Accept"] = "application/json"
        return browser

    def csrf(self, browser: httpx2.Client) -> dict[str, str]:
        return {"X-CSRF-Token": browser.get("/api/v1/me").json()["csrf"]}


def publish_penalties(people: People, folder: Path) -> None:
    """Publish penalties with the identity number of a third person, which is not open, and push one decision."""
    body = demo_entry(PENALTIES, people.today())
    data: Any = body.entry.to_dict()
    third = {
        "name": "第三人公民身份号码", "column": THIRD_PERSON, "type": "C", "length": 18, "check": "citizen_id",
        "sensitivity": "PI", "masking": "citizen_id", "open_type": 3,
    }  # fmt: skip
    data["items"].append(third)
    personal: Any = demo_entry(acts.MARRIAGES, people.today()).entry.to_dict()
    data |= {"grade": personal["grade"], "assessments": personal["assessments"]}
    entry = replace(body, entry=type(body.entry).from_dict(data))
    records.clerk(people, HOLDER).call("POST", "/api/v1/entries", json={"entry": data})
    review(people, entry)
    columns = [item["name"] for item in data["items"]]
    row = ["示处字〔2026〕1号", "示例商贸公司", records.FIRM, "示例违法事实", "示例办法第一条", "1000.00", "2026-01-05"]
    row += ["示例市市场监督管理局", residents()[0].number]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "penalties.csv"
    path.write_text("\n".join((",".join(columns), ",".join(row))) + "\n", encoding="utf-8")
    report = records.clerk(people, HOLDER).push(PENALTIES, path, options={"mode": "full"})
    assert report["version"] == 1, report
    given = records.evidence(people, "R05", THIRD_PERSON, HOLDER)
    filed = records.body_of(people, "R05", given, entry=PENALTIES, item=THIRD_PERSON)
    records.head(people, HOLDER).call("POST", records.BASE, json=filed)


def numbers_in(text: str) -> list[str]:
    """Return what looks like an identity number."""
    return re.findall(r"\b[0-9]{17}[0-9X]\b", text)


@pytest.fixture(scope="package", params=PACKS)
def town(
    request: pytest.FixtureRequest, server: Server, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    """Give the city of a pack, founded once for all modules; its clock only goes forward."""
    clock, pack = Clock(), str(request.param)
    folder = tmp_path_factory.mktemp(pack)
    with hosted_city(server, template, folder, now=clock) as city, ExitStack() as stack:
        doors = Doors(city)
        stack.callback(doors.close)
        made = Town(pack, city, clock, doors, stack)
        made.under(pack)
        for name in (acts.RESIDENTS, acts.MARRIAGES, REPORTS, PUPILS):
            acts.publish_and_supply(city.people, name, folder / "files")
        publish_penalties(city.people, folder / "files")
        acts.ask_for(city.people, HOUSING, acts.RESIDENTS, GRANTED)
        made.settle()
        yield made
