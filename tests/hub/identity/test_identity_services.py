"""Identity as settings and a real city have it: https cookies, lifetimes, code generators for new staff."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pyotp
import sqlalchemy as sa
from starlette.responses import Response

from hub.api.authentication import set_session_cookie
from hub.identity import staff, tables
from hub.identity.roles import Role
from hub.identity.services import rules_of
from tests.hub.identity.identity_kit import PASSWORD, PROPOSER

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.settings import Settings
    from tests.hub.identity.identity_kit import Kit


def test_the_rules_are_those_of_the_settings(make_settings: Callable[..., Settings]) -> None:
    rules = rules_of(make_settings(public_url="https://hub.demo.example", demo=False, session_idle_minutes=10))
    assert (rules.issuer, rules.is_https, rules.sessions.idle, rules.sessions.password_alone) == (
        "https://hub.demo.example",
        True,
        timedelta(minutes=10),
        False,
    )


def test_over_https_the_cookie_is_bound_to_the_host(kit: Kit) -> None:
    services = replace(kit.services, rules=replace(kit.services.rules, issuer="https://hub.demo.example"))
    response = Response()
    set_session_cookie(response, services, "token")
    cookie = response.headers["set-cookie"]
    assert (cookie.startswith("__Host-shutong=token"), "Secure" in cookie, "Domain" in cookie) == (True, True, False)


def test_outside_a_demo_a_new_person_gets_a_code_generator_once(strict_kit: Kit) -> None:
    new = staff.NewStaff("shujuju", "xi.tong", "系统管理员", PASSWORD, frozenset({Role.SYSTEM_ADMIN}))
    with strict_kit.database.begin() as unit:
        _, uri = staff.add_staff(unit, strict_kit.services.record, PROPOSER, strict_kit.services.passwords, new)
        stored = unit.connection.execute(sa.select(tables.staff.c.totp_secret)).scalar_one()
    assert uri is not None
    assert pyotp.parse_uri(uri).secret == stored


def test_reset_credentials_end_the_old_password_and_the_sessions(kit: Kit) -> None:
    person, admin = kit.person("zhang.san"), kit.person("xi.tong", Role.SYSTEM_ADMIN)
    answer = admin.post("/api/v1/staff/zhang.san/credentials", json={"password": "四个 无关 的词 lantern"})
    assert answer.json()["totp_uri"].startswith("otpauth://totp/")
    old = kit.browser().post("/api/v1/sessions", json={"login": "zhang.san", "password": PASSWORD})
    assert (old.status_code, person.get("/api/v1/sessions/current").status_code) == (401, 401)
