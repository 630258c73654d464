"""A hub's identity on a real database, with people and systems of an invented city, for tests to act on."""

from __future__ import annotations

import json
import secrets
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import jwt
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from fastapi import FastAPI
from fastapi.testclient import TestClient
from jwt.algorithms import ECAlgorithm, OKPAlgorithm

from catalogue.identifiers import body_check_character, organisation_check_character
from hub import problems
from hub.api.authentication import CurrentSystem, ledger_recorder
from hub.api.identity import install_identity
from hub.identity import members, staff, systems
from hub.identity.facts import Actor, Jurisdiction, JurisdictionKind, KeyPurpose, MemberKind
from hub.identity.keys import PROOF_TYPE, public_jwk, thumbprint
from hub.identity.services import IdentityRules, IdentityServices, build_identity
from hub.identity.sessions import SessionRules
from hub.identity.tokens import ASSERTION_TYPE, GRANT_TYPE
from hub.ledger.keys import SigningKey
from hub.ledger.tables import receipt
from hub.ledger.writer import ReceiptWriter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta
    from pathlib import Path

    from httpx2 import Response

    from hub.database import Database
    from hub.identity.facts import Member, Staff, System, SystemKey
    from hub.identity.roles import Role

ISSUER = "http://hub.demo.example"
CITY = "410199"
PASSWORD = "正确 horse 电池 staple"
PROPOSER = Actor(uuid.UUID(int=1), "proposer")
APPROVER = Actor(uuid.UUID(int=2), "approver")


def organisation_code(number: int) -> str:
    """Return a well-formed credit code of an invented organ."""
    body = f"{number:08d}"
    first17 = "11" + CITY + body + body_check_character(body)
    return first17 + organisation_check_character(first17)


@dataclass(frozen=True)
class KeyPair:
    """A key pair of a system."""

    private: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

    @classmethod
    def es256(cls) -> KeyPair:
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def eddsa(cls) -> KeyPair:
        return cls(ed25519.Ed25519PrivateKey.generate())

    @property
    def alg(self) -> str:
        return "ES256" if isinstance(self.private, ec.EllipticCurvePrivateKey) else "EdDSA"

    @property
    def jwk(self) -> dict[str, str]:
        if isinstance(self.private, ec.EllipticCurvePrivateKey):
            text = ECAlgorithm.to_jwk(self.private.public_key())
        else:
            text = OKPAlgorithm.to_jwk(self.private.public_key())
        return dict(public_jwk({k: v for k, v in json.loads(text).items() if k != "key_ops"})[0])

    @property
    def thumbprint(self) -> str:
        return thumbprint(self.jwk)

    def sign(self, claims: Mapping[str, object], headers: Mapping[str, object] | None = None) -> str:
        return jwt.encode(
            dict(claims), self.private, algorithm=self.alg, headers={"kid": self.thumbprint, **(headers or {})}
        )

    def proof(self, system_id: uuid.UUID, nonce: str, changes: Mapping[str, object] | None = None) -> str:
        claims = {"sub": str(system_id), "aud": ISSUER, "iat": int(time.time()), "nonce": nonce, **(changes or {})}
        return self.sign({k: v for k, v in claims.items() if v is not None}, {"typ": PROOF_TYPE})

    def assertion(
        self,
        system_id: uuid.UUID,
        changes: Mapping[str, object] | None = None,
        headers: Mapping[str, object] | None = None,
    ) -> str:
        """Return a good client assertion; ``changes`` replace claims, None leaves one out."""
        now = int(time.time())
        who = str(system_id)
        claims = {"iss": who, "sub": who, "aud": ISSUER, "iat": now, "exp": now + 50, "jti": secrets.token_hex(8)}
        return self.sign({k: v for k, v in {**claims, **(changes or {})}.items() if v is not None}, headers)


@dataclass
class Person:
    """A logged-in person: a browser of his or her own."""

    staff: Staff
    browser: TestClient
    csrf: str

    def get(self, path: str, **options: Any) -> Response:
        return self.browser.get(path, **options)

    def send(self, method: str, path: str, **options: Any) -> Response:
        headers = {"X-CSRF-Token": self.csrf, **options.pop("headers", {})}
        return self.browser.request(method, path, headers=headers, **options)

    def post(self, path: str, **options: Any) -> Response:
        return self.send("POST", path, **options)


@dataclass
class Kit:
    """The identity of one hub, its app, and makers of people and systems."""

    database: Database
    services: IdentityServices
    app: FastAPI
    city: Member
    numbers: list[int] = field(default_factory=lambda: [100])

    def browser(self) -> TestClient:
        return TestClient(self.app, base_url=ISSUER, raise_server_exceptions=False)

    def member(self, slug: str) -> Member:
        self.numbers[0] += 1
        code = organisation_code(self.numbers[0])
        new = members.NewMember(f"示例市{slug}", code, MemberKind.DEPARTMENT, CITY, slug=slug)
        with self.database.begin() as unit:
            return members.add_member(unit, self.services.record, PROPOSER, new, self.services.clock())

    def system(self, member: Member | None = None, name: str = "业务系统") -> System:
        owner = self.city if member is None else member
        with self.database.begin() as unit:
            added = systems.add_system(unit, self.services.record, PROPOSER, owner.slug, name, self.services.clock())
            # Most tests here are about the token itself, without the proof that must go with a bound one.
            exempted = systems.DpopRule(is_required=False, reason="test")
            return systems.set_dpop_required(unit, self.services.record, PROPOSER, added.id, exempted)

    def propose(
        self, system: System, pair: KeyPair, actor: Actor = PROPOSER, lifetime: timedelta = systems.KEY_LIFETIME
    ) -> SystemKey:
        now = self.services.clock()
        with self.database.begin() as unit:
            nonce, _ = systems.new_nonce(unit, system.id, now)
            proof = pair.proof(system.id, nonce)
            offer = systems.KeyProposal(system.id, pair.jwk, KeyPurpose.AUTH, proof, ISSUER, lifetime)
            return systems.propose_key(unit, self.services.record, actor, offer, now)

    def live_key(self, system: System, pair: KeyPair, lifetime: timedelta = systems.KEY_LIFETIME) -> SystemKey:
        key = self.propose(system, pair, lifetime=lifetime)
        with self.database.begin() as unit:
            now = self.services.clock()
            approved = systems.approve_key(unit, self.services.record, APPROVER, key.thumbprint, now)
        self.services.keeper.refresh()
        return approved

    def token_request(self, assertion: str, **changes: str) -> Response:
        form = {
            "grant_type": GRANT_TYPE,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion,
            **changes,
        }
        return self.browser().post("/oauth/token", data=form)

    def token(self, system: System, pair: KeyPair) -> str:
        answer = self.token_request(pair.assertion(system.id))
        assert answer.status_code == 200, answer.text
        token = answer.json()["access_token"]
        assert isinstance(token, str)
        return token

    def whoami(self, token: str, **headers: str) -> Response:
        return self.browser().get("/test/whoami", headers={"Authorization": f"Bearer {token}", **headers})

    def add_person(self, login: str, *roles: Role, member: str = "shujuju", with_totp: bool = False) -> Staff:
        new = staff.NewStaff(member, login, login, PASSWORD, frozenset(roles), with_totp)
        with self.database.begin() as unit:
            return staff.add_staff(unit, self.services.record, PROPOSER, self.services.passwords, new)[0]

    def person(self, login: str, *roles: Role, member: str = "shujuju") -> Person:
        value = self.add_person(login, *roles, member=member)
        browser = self.browser()
        answer = browser.post("/api/v1/sessions", json={"login": login, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        return Person(value, browser, answer.json()["csrf"])

    def receipts(self, kind: str) -> list[dict[str, Any]]:
        with self.database.begin() as unit:
            query = sa.select(receipt.c.body).where(receipt.c.kind == kind).order_by(receipt.c.position)
            return [json.loads(body) for body in unit.connection.execute(query).scalars()]

    def denials(self) -> list[str]:
        return [body["reason_code"] for body in self.receipts("denial")]


def serve(database: Database, folder: Path, *, demo: bool = True) -> tuple[IdentityServices, FastAPI]:
    """Start identity on ``database``, with an app that has one protected route of its own."""
    record = ledger_recorder(ReceiptWriter(SigningKey.create(), secrets.token_bytes(32)))
    rules = IdentityRules(
        issuer=ISSUER,
        token_key_file=folder / "keys" / "token.pem",
        sessions=SessionRules(password_alone=demo),
        security_contact="mailto:security@demo.example",
    )
    services = build_identity(database, record, rules)
    app = FastAPI()
    problems.install(app)
    install_identity(app, services)

    @app.get("/test/whoami", tags=["agencies"])
    async def whoami(requester: CurrentSystem) -> dict[str, str]:
        return {"system": str(requester.system_id), "member": requester.member_slug}

    services.keeper.refresh()
    return services, app


def make_kit(database: Database, folder: Path, *, demo: bool = True) -> Kit:
    """Return a hub with one city and its data authority."""
    services, app = serve(database, folder, demo=demo)
    place = Jurisdiction(CITY, "示例市", "Demo City", JurisdictionKind.CITY, None, "national")
    new = members.NewMember("示例市数据局", organisation_code(1), MemberKind.AUTHORITY, CITY, slug="shujuju")
    with database.begin() as unit:
        members.add_jurisdiction(unit, services.record, PROPOSER, place)
        city = members.add_member(unit, services.record, PROPOSER, new, services.clock())
    return Kit(database, services, app, city)
