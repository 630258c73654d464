"""Load the demo city: members and people by the console, everything else over HTTP as its people would.

Each entry walks its whole lifecycle by the right people, each file is pushed by its department's system, so what
the newcomer sees was really done and has its receipts.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from typing_extensions import override

from hub.client import Hub, SystemCredentials
from hub.context import utc_now
from hub.demo.city import load_city
from hub.demo.generators import write_file
from hub.identity import staff as staffing
from hub.identity import systems
from hub.identity.facts import CONSOLE, Actor, KeyPurpose
from hub.identity.members import NewMember, add_jurisdiction, add_member
from hub.identity.passwords import Passwords
from hub.identity.roles import Role
from policies.workdays import local_day

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import date, datetime

    from hub.database import Database, Unit
    from hub.demo.city import DemoCity, DemoMember
    from hub.demo.directory import DemoEntry
    from hub.identity.recording import Recorder

SESSION_SECONDS: Final = 20 * 60
"""After so long a person logs in anew: sessions end when nobody uses them, and when time is made to jump."""
AT_ONCE: Final = 3
"""Departments at work at the same time: more only wait for each other on two cores."""


class _OnePassword(Passwords):
    """Hashes the one printed password of the demo once: fifty honest hashes would cost seconds and protect nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[str, str] = {}

    @override
    def hash(self, password: str) -> str:
        if password not in self._known:
            self._known[password] = super().hash(password)
        return self._known[password]


@dataclass(frozen=True, slots=True)
class DemoSystem:
    """A member's system with its private key file."""

    member: str
    name: str
    system_id: str
    key_file: str


def found_city(
    database: Database, record: Recorder, issuer: str, keys: Path, now: Callable[[], datetime] = utc_now
) -> tuple[DemoSystem, ...]:
    """Register jurisdictions, members, people and systems with keys; returns the systems."""
    city = load_city()
    keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    passwords = _OnePassword()
    with database.begin() as unit:
        for place in city.jurisdictions:
            add_jurisdiction(unit, record, CONSOLE, place)
        for member in city.members:
            new = NewMember(member.name, member.organisation_code, member.kind, city.code, member.contact, member.slug)
            add_member(unit, record, CONSOLE, new, now())
            for person in member.staff:
                details = staffing.NewStaff(
                    member.slug, person.login, person.name, city.password, frozenset({person.role}), with_totp=False
                )
                staffing.add_staff(unit, record, CONSOLE, passwords, details)
    desk = _Desk(database, record, city, issuer, keys, now)
    return tuple(_register_system(desk, member) for member in city.members if member.system)


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where systems are registered: database, receipts, city, audience of proofs, folder of keys, the time."""

    database: Database
    record: Recorder
    city: DemoCity
    issuer: str
    keys: Path
    now: Callable[[], datetime]


def _register_system(desk: _Desk, member: DemoMember) -> DemoSystem:
    """Register a system and enrol its key: proposed by one person with proof of possession, approved by another."""
    private = ed25519.Ed25519PrivateKey.generate()
    record, now = desk.record, desk.now
    path = desk.keys / f"{member.slug}.pem"
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
    raw = json.loads(jwt.get_algorithm_by_name("EdDSA").to_jwk(private.public_key()))
    with desk.database.begin() as unit:
        system = systems.add_system(unit, record, CONSOLE, member.slug, member.system, now())
        nonce, _ = systems.new_nonce(unit, system.id, now())
        proof = jwt.encode(
            {"sub": str(system.id), "aud": desk.issuer, "iat": int(now().timestamp()), "nonce": nonce},
            private,
            algorithm="EdDSA",
            headers={"typ": "key-proof+jwt"},
        )
        proposer = _actor(unit, member.staff[0].login)
        approver = _actor(unit, desk.city.authority.login(Role.SECURITY_ADMIN))
        offer = systems.KeyProposal(
            system_id=system.id, jwk=raw, purpose=KeyPurpose.AUTH, proof=proof, audience=desk.issuer
        )
        key = systems.propose_key(unit, record, proposer, offer, now())
        systems.approve_key(unit, record, approver, key.thumbprint, now())
    return DemoSystem(member.slug, member.system, str(system.id), str(path))


def _actor(unit: Unit, login: str) -> Actor:
    person = staffing.find_staff(unit, login)
    return Actor(person.id, person.login)


class People:
    """The people and systems of the demo, each with a session or token of their own."""

    def __init__(self, url: str, registered: tuple[DemoSystem, ...], now: Callable[[], datetime] = utc_now) -> None:
        """Log nobody in yet; ``registered`` are the systems with their keys, ``now`` is the time they live by."""
        self.url = url
        self.now = now
        self.city = load_city()
        self._sessions: dict[str, tuple[Hub, float]] = {}
        self._systems = {
            one.member: Hub(url, SystemCredentials.load(one.system_id, Path(one.key_file)), self._seconds)
            for one in registered
        }
        self.registered = {one.member: one for one in registered}

    def person(self, member: str, role: Role) -> Hub:
        """Return the session of a member's person in a role."""
        login = self.city.member(member).login(role)
        hub, since = self._sessions.get(login) or (Hub(self.url), None)
        if since is None or self._seconds() - since > SESSION_SECONDS:
            hub.log_in(login, self.city.password)
            self._sessions[login] = hub, self._seconds()
        return hub

    def today(self) -> date:
        """Return the day these people live in."""
        return local_day(self.now())

    def _seconds(self) -> float:
        return self.now().timestamp()

    def system(self, member: str) -> Hub:
        """Return a member's system (raises KeyError where it has none)."""
        return self._systems[member]

    def close(self) -> None:
        """Close all connections."""
        for hub in (*(hub for hub, _ in self._sessions.values()), *self._systems.values()):
            hub.close()


LIFECYCLE: tuple[tuple[str, Role], ...] = (
    ("assess", Role.CLERK),
    ("approve", Role.APPROVER),
    ("review_secrecy", Role.SECRECY_REVIEWER),
    ("submit", Role.CLERK),
)
AT_THE_AUTHORITY = ("audit", "publish")


def load_entries(
    people: People,
    entries: Collection[DemoEntry],
    work: Callable[[DemoEntry], None],
    done: Callable[[DemoEntry], None] = lambda _entry: None,
) -> None:
    """Do ``work`` on every entry, a few departments at once, each in the order of its entries.

    The first error ends it: entries not begun are left out, and the error is raised. ``done`` is told of each
    entry in the thread that did it.
    """
    by_provider: defaultdict[str, list[DemoEntry]] = defaultdict(list)
    for entry in entries:
        by_provider[entry.provider].append(entry)
    people.person(people.city.authority.slug, Role.CATALOGUE_REVIEWER)  # one session, shared by all threads
    failed: list[BaseException] = []

    def all_of(provider: str) -> None:
        for entry in by_provider[provider]:
            if failed:
                return
            try:
                work(entry)
            except BaseException as error:
                failed.append(error)
                raise
            done(entry)

    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="demo") as pool:
        # The busiest departments first, so that none is left working alone at the end.
        list(pool.map(all_of, sorted(by_provider, key=lambda slug: -len(by_provider[slug]))))


def describe(people: People, entry: DemoEntry) -> dict[str, Any]:
    """Store the draft of an entry and file its exemption records; returns the draft with its findings."""
    clerk = people.person(entry.provider, Role.CLERK)
    draft = clerk.call("POST", "/api/v1/entries", json={"entry": entry.entry.to_dict()})
    for exemption in entry.exemptions:
        people.person(entry.provider, Role.APPROVER).call("POST", "/api/v1/exemptions", json=dict(exemption.body))
    return draft


def review(people: People, entry: DemoEntry) -> list[dict[str, Any]]:
    """Take an entry from draft to publication; returns the answer of each step."""
    authority = people.city.authority.slug
    answers = []
    for step, role in LIFECYCLE:
        body: dict[str, Any] = {"step": step}
        if step == "review_secrecy" and entry.stops:
            body["stops"] = [
                {"column": stop.column, "reason": stop.reason, "basis": stop.basis} for stop in entry.stops
            ]
        answers.append(
            people.person(entry.provider, role).call("POST", f"/api/v1/entries/{entry.name}/steps", json=body)
        )
    reviewer = people.person(authority, Role.CATALOGUE_REVIEWER)
    answers.extend(
        reviewer.call("POST", f"/api/v1/entries/{entry.name}/steps", json={"step": step}) for step in AT_THE_AUTHORITY
    )
    return answers


def supply(people: People, entry: DemoEntry, folder: Path, today: date) -> dict[str, Any]:
    """Write the entry's file and push it; returns the report."""
    path = write_file(folder, entry, today, without=entry.stopped)
    options: dict[str, Any] = {"mode": "full"}
    if entry.file.startswith("gb18030"):
        options["encoding"] = "gb18030"
    pusher = (
        people.system(entry.provider)
        if entry.provider in people.registered
        else people.person(entry.provider, Role.CLERK)
    )
    return pusher.push(entry.name, path, options=options)
