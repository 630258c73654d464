"""A small city on a hub that is served for real: one department, one authority, and who works there.

The hub runs in a thread of this process and is spoken to over HTTP, as a department's program would.
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import uvicorn

from hub.api.authentication import ledger_recorder
from hub.app import build_services, create_app, start_services, stop_services, with_limits
from hub.client import Hub
from hub.context import utc_now
from hub.demo.city import ORGAN
from hub.demo.numbers import credit_code
from hub.identity.facts import CONSOLE, Jurisdiction, JurisdictionKind, MemberKind
from hub.identity.members import NewMember, add_jurisdiction, add_member
from hub.identity.passwords import Passwords
from hub.identity.roles import Role
from hub.identity.staff import NewStaff, add_staff
from tests.real.describing import PROVIDER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from catalogue.entry import Entry
    from hub.database import Database
    from hub.services import Services
    from hub.settings import Settings

CITY: Final = "410199"
PASSWORD: Final = "quite-real-files-1"
BUREAU: Final = ("tongjiju", PROVIDER.name, PROVIDER.code, MemberKind.DEPARTMENT)
AUTHORITY: Final = ("shujuju", "示例市数据局", credit_code(ORGAN, "MB0DEM92"), MemberKind.AUTHORITY)
STAFF: Final = {
    BUREAU: (Role.CLERK, Role.APPROVER, Role.SECRECY_REVIEWER),
    AUTHORITY: (Role.CATALOGUE_REVIEWER,),
}
STEPS: Final = (
    ("assess", Role.CLERK),
    ("approve", Role.APPROVER),
    ("review_secrecy", Role.SECRECY_REVIEWER),
    ("submit", Role.CLERK),
    ("audit", Role.CATALOGUE_REVIEWER),
    ("publish", Role.CATALOGUE_REVIEWER),
)


class Office:
    """The people of the city, each with a session of their own."""

    def __init__(self, url: str) -> None:
        """``url`` is where the hub answers."""
        self.url = url
        self._sessions: dict[Role, Hub] = {}

    def person(self, role: Role) -> Hub:
        """Return the session of the person in a role."""
        if role not in self._sessions:
            hub = Hub(self.url)
            hub.log_in(_login(role), PASSWORD)
            self._sessions[role] = hub
        return self._sessions[role]

    @property
    def clerk(self) -> Hub:
        """The session of the department's clerk."""
        return self.person(Role.CLERK)

    def publish(self, entry: Entry) -> None:
        """Take an entry from draft to publication by the right people."""
        self.clerk.call("POST", "/api/v1/entries", json={"entry": entry.to_dict()})
        self._review(entry.name)

    def revise(self, entry: Entry) -> None:
        """Publish a new version of an entry."""
        self.clerk.call("PUT", f"/api/v1/entries/{entry.name}/draft", json={"entry": entry.to_dict()})
        self._review(entry.name)

    def _review(self, name: str) -> None:
        for step, role in STEPS:
            self.person(role).call("POST", f"/api/v1/entries/{name}/steps", json={"step": step})

    def push(self, name: str, path: Path, options: dict[str, Any]) -> dict[str, Any]:
        """Push a file as the clerk; returns the report."""
        return self.clerk.push(name, path, options=options)

    def close(self) -> None:
        """Close all sessions."""
        for hub in self._sessions.values():
            hub.close()


def _login(role: Role) -> str:
    return f"real.{role.value.replace('_', '-')}"


def _found(services: Services) -> None:
    """Register the city, its two members and their people."""
    record = ledger_recorder(services.context.writer)
    passwords = Passwords()
    with services.database.begin() as unit:
        add_jurisdiction(
            unit,
            record,
            CONSOLE,
            Jurisdiction(CITY, "示例市", "Example City", JurisdictionKind.CITY, None, "zhengzhou"),
        )
        for (slug, name, code, kind), roles in STAFF.items():
            add_member(unit, record, CONSOLE, NewMember(name, code, kind, CITY, slug=slug), utc_now())
            for role in roles:
                new = NewStaff(slug, _login(role), "示例人员", PASSWORD, frozenset({role}), with_totp=False)
                add_staff(unit, record, CONSOLE, passwords, new)


@contextmanager
def open_office(database: Database, settings: Settings) -> Iterator[Office]:
    """Serve a hub on a migrated database without rows, found the city, and lend its office."""
    services = build_services(settings, database)
    _found(services)
    start_services(services)
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(with_limits(create_app(services), services), log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    office = Office(f"http://127.0.0.1:{listener.getsockname()[1]}")
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.02)
        yield office
    finally:
        office.close()
        server.should_exit = True
        thread.join()
        listener.close()
        stop_services(services)
