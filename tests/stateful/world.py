"""The city of the stateful test: founded once, cloned for each example, restarted in the middle of one.

Everything goes over real HTTP; :meth:`World.call` looks at each answer that anybody sees: no fault of the server,
no value that nobody may see, a receipt for what is given.
"""

from __future__ import annotations

import shutil
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import httpx2
import psycopg
from argon2 import PasswordHasher
from psycopg.rows import dict_row

from hub.app import build_services
from hub.client import HubProblemError
from hub.database import Database
from hub.demo.load import SESSION_SECONDS, DemoSystem, People
from hub.demo.population import FRAMES
from hub.identity import staff as staffing
from hub.identity.facts import CONSOLE
from hub.identity.passwords import Passwords
from hub.identity.roles import Role
from hub.rounds import run_now
from hub.settings import Settings
from tests.support import acts
from tests.support.acts import MARRIAGES, RESIDENTS
from tests.support.clock import MORNING, Clock
from tests.support.hosted import POOLS, _served, hosted_city
from tests.support.plain import NO_AUTHORITIES
from tests.support.running import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from hub.identity.recording import Recorder
    from hub.services import Services
    from tests.conftest import Server

REPORTS: Final = "qiye-nianbao"
PROVIDERS: Final = {MARRIAGES: "minzhengju", RESIDENTS: "gonganju", REPORTS: "shichangju"}
ASKERS: Final = ("rensheju", "zhujianju")
AUTHORITY: Final = "shujuju"
ITEMS: Final = {
    MARRIAGES: ("shenfen_haoma", "xingming", "hunyin_zhuangtai"),
    RESIDENTS: ("shenfen_haoma", "xingming", "xingbie"),
    REPORTS: ("tongxin_dizhi", "jingying_zhuangtai", "zichan_zonge"),
}
CANARY: Final = "CANARY-OF-THE-OFFICE"
"""Stands in an item that nobody asks for, in every row."""
DUAL: Final = {
    "dual.user": ("rensheju", frozenset({Role.AGENCY_USER, Role.AGENCY_APPROVER})),
    "dual.source": ("minzhengju", frozenset({Role.CLERK, Role.APPROVER})),
}
"""Persons with both roles of a pair: only the rule that two persons act keeps them from doing both."""


@dataclass(frozen=True, slots=True)
class Seed:
    """A founded city at rest: the name of its database, its folder, its systems, and what is in its registers."""

    server: Server
    database: str
    folder: Path
    port: int
    systems: tuple[DemoSystem, ...]
    assessment: str
    started: date
    numbers: tuple[str, ...]
    truth: dict[str, dict[str, frozenset[str]]]


class Breach(AssertionError):  # noqa: N818 - said of a promise
    """One of the promises did not hold."""


def found_seed(server: Server, template: str, folder: Path) -> Seed:
    """Found the city, publish and fill its registers, file an assessment, leave its database as a template."""
    clock = Clock(MORNING)
    keeper = _Keeping(server)
    with hosted_city(keeper, template, folder, now=clock) as city:  # type: ignore[arg-type]
        for name in PROVIDERS:
            acts.publish_and_supply(city.people, name, folder / "files")
        assessment = acts.assess(city.people, "minzhengju", MARRIAGES, ITEMS[MARRIAGES])
        database = city.services.database
        _add_dual(database, city.services.identity.record, city.people.city.password)
        with database.begin() as unit:
            row = unit.driver.execute("SELECT id FROM hub.entry WHERE name = %s", (MARRIAGES,)).fetchone()
            assert row is not None
            unit.driver.execute(f"UPDATE data.r_{row[0].hex} SET dengji_jiguan = %s", (CANARY,))
            # A session for each of a dozen persons after each jump of time: honest hashes would take most of it.
            quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(city.people.city.password)
            unit.driver.execute("UPDATE hub.staff SET password_hash = %s", (quick,))
        settings = city.services.settings
        systems, today = tuple(city.people.registered.values()), clock.today
    frames = {name: FRAMES[name]() for name in (MARRIAGES, RESIDENTS)}
    truth = {
        name: {item: frozenset(str(value) for value in frame[item].to_list()) for item in ITEMS[name]}
        for name, frame in frames.items()
    }
    numbers = tuple(str(value) for value in frames[MARRIAGES]["shenfen_haoma"].to_list())
    return Seed(server, keeper.name, folder, settings.port, systems, assessment, today, numbers, truth)


@dataclass
class _Keeping:
    """A server of databases that keeps the one made: it becomes a template."""

    server: Server
    name: str = ""

    def create(self, template: str | None = None) -> str:
        self.name = self.server.create(template)
        return self.name

    def url_of(self, name: str) -> str:
        return self.server.url_of(name)

    def drop(self, name: str) -> None:
        """Keep it."""


def _add_dual(database: Database, record: Recorder, password: str) -> None:
    with database.begin() as unit:
        for login, (member, roles) in DUAL.items():
            new = staffing.NewStaff(member, login, "示例兼任", password, roles, with_totp=False)
            staffing.add_staff(unit, record, CONSOLE, Passwords(), new)


@dataclass
class World:
    """One life of the city: its own database, clock and clients."""

    seed: Seed
    folder: Path
    clock: Clock
    name: str
    people: People
    services: Services | None = None
    receipts: list[str] = field(default_factory=list)
    refusals: int = 0
    given: int = 0
    steps: int = 0
    _inspector: psycopg.Connection[dict[str, Any]] | None = None
    _running: ExitStack = field(default_factory=ExitStack)
    _clients: dict[str, httpx2.Client] = field(default_factory=dict)
    _since: dict[str, float] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.seed.port}"

    def start(self) -> None:
        """Build the parts on the database and serve them."""
        data = self.folder / "data"
        settings = Settings(data_dir=data, port=self.seed.port, public_url=self.url, demo=True)
        database = self._running.enter_context(_open(self.seed.server.url_of(self.name)))
        self.services = build_services(settings, database, now=self.clock)
        self._running.enter_context(_served(self.services))

    def stop(self) -> None:
        """End the server and all its parts; the database stays."""
        self._running.close()
        self._running = ExitStack()
        self.services = None

    def close(self) -> None:
        """End everything and drop the database."""
        for client in self._clients.values():
            client.close()
        self.people.close()
        self.stop()
        if self._inspector is not None:
            self._inspector.close()
        self.seed.server.drop(self.name)
        shutil.rmtree(self.folder)

    def staff(self, login: str) -> httpx2.Client:
        """Return the session of a person by login."""
        client = self._clients.setdefault(login, httpx2.Client(base_url=self.url, timeout=60, verify=NO_AUTHORITIES))
        now = self.clock().timestamp()
        if now - self._since.get(login, 0.0) > SESSION_SECONDS:
            client.cookies.clear()
            answer = client.post("/api/v1/sessions", json={"login": login, "password": self.people.city.password})
            if answer.status_code == 201:  # the staff of a suspended member is not let in, and asks in vain
                client.headers["X-CSRF-Token"] = answer.json()["csrf"]
                self._since[login] = now
        return client

    def login(self, member: str, role: Role) -> str:
        """Return the login of a member's person in a role."""
        return self.people.city.member(member).login(role)

    def system(self, member: str) -> httpx2.Client:
        """Return the client of a member's system."""
        client = self._clients.setdefault(
            f"system {member}", httpx2.Client(base_url=self.url, timeout=60, verify=NO_AUTHORITIES)
        )
        auth = self.people.system(member).auth
        assert auth is not None
        client.auth = auth
        return client

    def call(self, client: httpx2.Client, method: str, path: str, body: Any = None) -> httpx2.Response:
        """Send a request and look at the answer as anybody may."""
        self.steps += 1
        try:
            answer = client.request(method, path, json=body)
        except HubProblemError as error:  # the system was given no token
            answer = httpx2.Response(error.status, json=dict(error.problem))
        text = answer.text
        if answer.status_code >= 500:
            raise Breach(f"{method} {path}: {answer.status_code} {text[:400]}")
        if CANARY in text:
            raise Breach(f"a value that nobody was given is in the answer to {method} {path}")
        if answer.is_error:
            self.refusals += 1
            problem = answer.json()
            if not problem.get("title") or not problem.get("type"):
                raise Breach(f"{method} {path}: an error that says nothing: {text[:400]}")
        return answer

    def do(self, login: str, path: str, body: Any = None, method: str = "POST") -> dict[str, Any] | None:
        """Do an act as a person; returns what came, None where it was refused."""
        answer = self.call(self.staff(login), method, path, body)
        if not answer.is_error and any(number in answer.text for number in self.seed.numbers[:40]):
            raise Breach(f"an identity number is in what {login} reads at {path}")
        return None if answer.is_error else dict(answer.json())

    def settle(self) -> None:
        """See at once what every process sees within five seconds."""
        assert self.services is not None
        self.services.identity.keeper.refresh()

    def sweep(self) -> None:
        """Let everything happen that is due by itself."""
        assert self.services is not None
        run_now(self.services)

    def rows(self, text: str, *values: object) -> list[dict[str, Any]]:
        """Read the database beside the hub, as an inspector does."""
        if self._inspector is None:
            url = self.seed.server.url_of(self.name)
            self._inspector = psycopg.connect(url, autocommit=True, row_factory=dict_row)
        return self._inspector.execute(text, values).fetchall()


@contextmanager
def _open(url: str) -> Iterator[Database]:
    database = Database(url, POOLS)
    try:
        yield database
    finally:
        database.close()


def new_world(seed: Seed, folder: Path) -> World:
    """Clone the city and start it an hour after it was founded."""
    name = seed.server.create(seed.database)
    shutil.copytree(seed.folder / "data", folder / "data")
    clock = Clock(MORNING + timedelta(hours=1))
    people = People(f"http://127.0.0.1:{seed.port}", seed.systems, clock)
    world = World(seed, folder, clock, name, people)
    world.start()
    return world


__all__ = ["Breach", "Seed", "World", "found_seed", "free_port", "new_world"]
