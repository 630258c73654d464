"""The city of the canaries: what is planted where, and who asks.

Every planted thing lawfully belongs to somebody; the callers in :data:`STRANGERS` are those it does not belong to.
"""

from __future__ import annotations

import csv
import io
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from hub.app import create_app
from hub.demo.directory import demo_entry
from hub.demo.generators import demo_frame
from hub.demo.people import residents
from hub.identity.roles import Role
from tests.canary import kept
from tests.canary.birds import CLAIM_OF_NAME, NUMBER, PLANTED, TEXTS
from tests.hub.delivery.kit import subscribe, webhook
from tests.hub.exemptions import records
from tests.hub.own_data.conftest import Place
from tests.hub.relay import provider as stub
from tests.support import acts
from tests.support.acts import BUS_STOPS, COMPANIES, MARRIAGES, RESIDENTS
from tests.support.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import httpx2
    from fastapi import FastAPI

    from tests.hub.delivery.kit import Receiver
    from tests.hub.relay.provider import Provider
    from tests.support.hosted import Doors, HostedCity

    Door = Callable[["Aviary"], httpx2.Client]

POLICE, CIVIL, MARKET = "gonganju", "minzhengju", "shichangju"
HOLDER, MASKED, FIGURES, STRANGER, OTHER = "zhujianju", "rensheju", "minzhengju", "jiaoyuju", "jiaotongju"
"""Who holds full grants, masked and verifying ones, one for figures, and two who hold nothing of it."""
FULL: Final = {"shenfen_haoma": "full", "xingming": "full", "xingbie": "full"}
OPENED: Final = {"shenfen_haoma": "full", "xingming": "full", "hunyin_zhuangtai": "full"}
MODES: Final = ["query", "verify", "download", "subscribe", "batch", "relay"]
WHY: Final = {"purpose": acts.PURPOSE, "case_number": acts.CASE}
COMPLAINANT, ANOTHER = 20, 21
"""Places of two grown residents with a record of their own: one complains, the other looks for it."""


@dataclass
class Aviary:
    """The city, its doors, what it calls, and what it logs."""

    city: HostedCity
    doors: Doors
    receiver: Receiver
    provider: Provider
    log: io.StringIO
    hook_secret: str = ""
    _stack: ExitStack = field(default_factory=ExitStack)
    _citizens: dict[int, httpx2.Client] = field(default_factory=dict)

    def citizen(self, place: int) -> httpx2.Client:
        """Return the browser of a signed-in resident."""
        if place not in self._citizens:
            grown = [one for one in residents() if not one.is_dead and one.age() >= 30 and one.spouse is not None]
            self._citizens[place] = Place(self.city, self.doors, Clock(), self._stack).sign_in(grown[place].number)
            self._citizens[place].headers["X-CSRF-Token"] = self._citizens[place].get("/api/v1/me").json()["csrf"]
        return self._citizens[place]

    @cached_property
    def app(self) -> FastAPI:
        """The application of the city once more, for its table of routes."""
        return create_app(self.city.services)

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Return rows of the city's database."""
        with self.city.services.database.begin() as unit:
            return list(unit.driver.execute(statement.encode(), values).fetchall())

    def close(self) -> None:
        """Close all clients."""
        self._stack.close()
        self.doors.close()


def staff(member: str, role: Role) -> Door:
    """Return the way in of a member's person in a role."""
    return lambda aviary: aviary.doors.staff(member, role)


def system(member: str) -> Door:
    """Return the way in of a member's system."""
    return lambda aviary: aviary.doors.system(member)


OUTSIDERS: Final[dict[str, Door]] = {
    "the public": lambda aviary: aviary.doors.public(),
    "a citizen": lambda aviary: aviary.citizen(ANOTHER),
    "a system without a grant": system(STRANGER),
    "a user of another agency": staff(STRANGER, Role.AGENCY_USER),
    "a head of another agency": staff(STRANGER, Role.AGENCY_APPROVER),
    "a clerk of another organ": staff(OTHER, Role.CLERK),
    "a head of another organ": staff(OTHER, Role.APPROVER),
    "a secrecy reviewer of another organ": staff(OTHER, Role.SECRECY_REVIEWER),
}
"""They may read no row and no file of the organs here."""
PARTLY: Final[dict[str, Door]] = {
    "a system with a masked grant": system(MASKED),
    "a system with a grant for figures": system(FIGURES),
    "a user of the masked agency": staff(MASKED, Role.AGENCY_USER),
}
"""They hold a grant, and none for a value in full."""
OPERATORS: Final[dict[str, Door]] = {
    "an auditor": staff("shujuju", Role.AUDITOR),
    "a supervisor": staff("shujuju", Role.SUPERVISOR),
    "a catalogue reviewer": staff("shujuju", Role.CATALOGUE_REVIEWER),
    "a system administrator": staff("shujuju", Role.SYSTEM_ADMIN),
    "a security administrator": staff("shujuju", Role.SECURITY_ADMIN),
    "an audit administrator": staff("shujuju", Role.AUDIT_ADMIN),
}
"""They run and watch the hub: no row is for them."""
STRANGERS: Final = OUTSIDERS | PARTLY | OPERATORS


def populate(aviary: Aviary) -> None:
    """Publish, plant, grant, and file one of everything."""
    city = aviary.city
    for name in (RESIDENTS, MARRIAGES, COMPANIES, BUS_STOPS):
        acts.publish_and_supply(city.people, name, city.folder / "files")
    for name, values in PLANTED.items():
        plant(city, name, values)
    grant(aviary)
    follow(aviary)
    file_exemptions(aviary)
    attach(aviary)
    report(aviary)
    complain(aviary)
    kept.keep(city, aviary.doors)


def plant(city: HostedCity, name: str, values: Mapping[str, str]) -> None:
    """Push one row more to an entry: an ordinary one, with the canaries in it."""
    entry = demo_entry(name, city.people.today())
    row = {column: "" if value is None else str(value) for column, value in demo_frame(name).row(0, named=True).items()}
    row |= values
    text = io.StringIO()
    items = entry.entry.items
    csv.writer(text).writerows([[item.name for item in items], [row[item.column] for item in items]])
    path = city.folder / f"canary-{name}.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    given = city.people.system(entry.provider).push(name, path, options={"mode": "upsert"})
    assert given["counts"]["accepted"] == 1, given


def grant(aviary: Aviary) -> None:
    """Give one agency names and numbers in full, another masked and verifying, a third figures alone."""
    people = aviary.city.people
    texts = {"scenario": TEXTS["scenario of a request"], "legal_basis": TEXTS["basis of a request"]}
    acts.ask_for(people, HOLDER, RESIDENTS, FULL, modes=MODES, **texts)
    request = acts.ask_for(people, HOLDER, MARRIAGES, OPENED, modes=MODES, **texts)
    cited = {"cites_law_and_assessment": True, "assessment": acts.assess(people, CIVIL, MARRIAGES, OPENED)}
    for item in OPENED:
        acts.answer(people, CIVIL, request, item, decision="full", **cited)
    masked = {"shenfen_haoma": "masked", "xingming": "masked", "xingbie": "full"}
    acts.ask_for(people, MASKED, RESIDENTS, masked, modes=MODES)
    wanted = dict.fromkeys(("shenfen_haoma", "xingming", "hunyin_zhuangtai"), "verify_only")
    request = acts.ask_for(people, MASKED, MARRIAGES, wanted, modes=["query", "verify", "batch"])
    for item in wanted:
        acts.answer(people, CIVIL, request, item, decision="verify_only")
    acts.ask_for(people, FIGURES, RESIDENTS, {"xingbie": "aggregate_only"}, modes=["aggregate"])
    draft = {"title": TEXTS["title of a draft"], "scenario": TEXTS["scenario of a request"]}
    people.person(HOLDER, Role.AGENCY_USER).call("POST", "/api/v1/applications", json=draft)


def follow(aviary: Aviary) -> None:
    """Let the agency with full grants follow the residents by a webhook."""
    people = aviary.city.people
    made = subscribe(people.system(HOLDER), RESIDENTS)
    url = aviary.receiver.url(f"/{TEXTS['address of a webhook']}")
    aviary.hook_secret = webhook(people, HOLDER, made["id"], url)["secret"]


def file_exemptions(aviary: Aviary) -> None:
    """File a privacy record with its assessment, and a claim of trade secret."""
    people = aviary.city.people
    evidence = records.evidence(people, "R05", "huji_dizhi", POLICE) | {
        "harm": TEXTS["harm in an exemption"],
        "reference": TEXTS["reference of an assessment"],
    }
    body = records.body_of(people, "R05", evidence, entry=RESIDENTS, item="huji_dizhi")
    records.head(people, POLICE).call("POST", records.BASE, json=body)
    claim = records.claim(
        people,
        COMPANIES,
        ["fading_daibiaoren_zhengjian"],
        rows_covered=TEXTS["rows of a claim"],
        value=TEXTS["value of a claim"],
        measures=TEXTS["measures of a claim"],
        holder={"kind": "organisation", "number": records.FIRM, "name": TEXTS["holder of a claim"]},
    )
    records.clerk(people, MARKET).call("POST", f"{records.BASE}/claims", json=claim)


def attach(aviary: Aviary) -> None:
    """Attach a provider's own API that answers more than it declared."""
    base = f"{aviary.provider.url}/{TEXTS['address of an API']}"
    body = {
        "entry": MARRIAGES,
        "base_url": base,
        "path": "/persons/{shenfen_haoma}",
        "rows": "/data",
        "fields": {"shenfen_haoma": "/id", "xingming": "/name", "hunyin_zhuangtai": "/status"},
        "header_name": "X-Api-Key",
        "secret": TEXTS["secret of an API"],
    }
    row = {
        "id": NUMBER,
        "name": PLANTED[MARRIAGES]["xingming"],
        "status": "21",
        "extra": TEXTS["a field that is not declared"],
    }
    aviary.provider.behave = stub.answers({"data": [row]})
    made = aviary.doors.staff(CIVIL, Role.CLERK).post("/api/v1/relay-endpoints", json=body)
    assert made.status_code == 201, made.text
    path = f"/api/v1/relay-endpoints/{made.json()['id']}/approve"
    assert aviary.doors.staff(CIVIL, Role.APPROVER).post(path).status_code == 200


def report(aviary: Aviary) -> None:
    """Report the planted record as wrong, with evidence."""
    body = {
        "entry": RESIDENTS,
        "key": {"shenfen_haoma": NUMBER},
        "items": {"xingming": CLAIM_OF_NAME},
        "reason": TEXTS["reason of a correction"],
    }
    made = aviary.city.people.system(HOLDER).call("POST", "/api/v1/corrections", json=body)
    content = b"%PDF-1.4 " + TEXTS["evidence of a correction"].encode()
    path = f"/api/v1/corrections/{made['id']}/evidence"
    sent = aviary.doors.system(HOLDER).post(
        path, params={"name": f"{TEXTS['name of the evidence']}.pdf"}, content=content
    )
    assert sent.status_code == 201, sent.text
    aviary.city.services.identity.keeper.refresh()


def complain(aviary: Aviary) -> None:
    """Let a citizen complain, and an agency ask for a delay of what citizens are told."""
    citizen = aviary.citizen(COMPLAINANT)
    csrf = citizen.get("/api/v1/me").json()["csrf"]
    sent = citizen.post(
        "/api/v1/me/complaints", json={"text": TEXTS["text of a complaint"]}, headers={"X-CSRF-Token": csrf}
    )
    assert sent.is_success, sent.text
    until = aviary.city.people.today() + timedelta(days=3)
    delay = {
        "mode": "delay",
        "purposes": ["雀用途"],
        "legal_basis": TEXTS["basis of a delay"],
        "until": until.isoformat(),
    }
    made = aviary.doors.staff(HOLDER, Role.AGENCY_APPROVER).post("/api/v1/access-delays", json=delay)
    assert made.is_success, made.text


def holders_questions(aviary: Aviary) -> Iterator[httpx2.Response]:
    """Let the agency with full grants ask in every way it may, so that answers, caches and logs know the values."""
    door = aviary.doors.system(HOLDER)
    key = {"shenfen_haoma": NUMBER}
    where = {"item": "shenfen_haoma", "op": "eq", "value": NUMBER}
    for name in (MARRIAGES, RESIDENTS):
        exchange = f"/api/v1/exchange/{name}"
        yield door.post(f"{exchange}/query", json={**WHY, "limit": 1000})
        yield door.get(f"{exchange}/download", params=WHY)
        yield door.get(f"{exchange}/download", params={**WHY, "format": "ndjson"})
        yield door.get(f"/api/v1/data/{name}/changes", params={**WHY, "limit": 10_000})
        batch = {**WHY, "key": ["shenfen_haoma"], "claims": ["xingming"], "rows": [{**key, "xingming": "某某"}]}
        yield door.post(f"{exchange}/match", json=batch)
        verify = {**WHY, "key": key, "claims": {"xingming": PLANTED[name]["xingming"]}}
        yield door.post(f"{exchange}/verify", json=verify)
    yield door.post(f"/api/v1/exchange/{MARRIAGES}/query", json={**WHY, "where": where})
    yield door.post(f"/api/v1/relay/{MARRIAGES}", json={**WHY, "key": key})
