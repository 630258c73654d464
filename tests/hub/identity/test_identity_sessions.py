"""Sessions of staff: password, code generator, limits, CSRF, and how they end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyotp
import pytest
import sqlalchemy as sa
import time_machine

from hub.identity import members, staff, tables
from hub.identity.errors import InvalidDetailsError
from hub.identity.facts import Status
from hub.identity.passwords import Passwords, checked_password
from hub.identity.roles import Role
from hub.identity.sessions import session_id_of
from tests.hub.identity.identity_kit import APPROVER, PASSWORD

if TYPE_CHECKING:
    from httpx2 import Response

    from tests.hub.identity.identity_kit import Kit

CURRENT = "/api/v1/sessions/current"


def log_in(kit: Kit, login: str, password: str = PASSWORD, code: str | None = None) -> Response:
    return kit.browser().post("/api/v1/sessions", json={"login": login, "password": password, "code": code})


def secret_of(kit: Kit, login: str) -> str:
    with kit.database.begin() as unit:
        query = sa.select(tables.staff.c.totp_secret).where(tables.staff.c.login == login)
        return str(unit.connection.execute(query).scalar_one())


def later(**parts: float) -> Any:
    return time_machine.travel(datetime.now(UTC) + timedelta(**parts), tick=True)


def test_a_person_logs_in_and_is_known(kit: Kit) -> None:
    person = kit.person("zhang.san", Role.CLERK)
    found = person.get(CURRENT).json()
    assert (found["login"], found["roles"], found["member"]) == ("zhang.san", ["clerk"], "shujuju")


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(kit: Kit) -> None:
    kit.add_person("zhang.san")
    cookie = log_in(kit, "zhang.san").headers["set-cookie"].lower()
    assert ("httponly" in cookie, "samesite=lax" in cookie, "secure" in cookie) == (True, True, False)


def test_the_database_holds_no_token_that_opens_a_session(kit: Kit) -> None:
    person = kit.person("zhang.san")
    token = person.browser.cookies["shutong"]
    with kit.database.begin() as unit:
        row = unit.connection.execute(sa.select(tables.session)).mappings().one()
    assert (row["id"], token in str(dict(row))) == (session_id_of(token), False)


def test_a_wrong_password_and_an_unknown_login_get_the_same_answer(kit: Kit) -> None:
    kit.add_person("zhang.san")
    answers = [log_in(kit, login, "wrong password") for login in ("zhang.san", "li.si")]
    assert answers[0].json() == answers[1].json()
    assert (answers[0].status_code, kit.denials()) == (401, ["wrong-password", "unknown-login"])


@pytest.mark.parametrize("login", ["zhang\0san", "张三", "' OR 1=1 --"])
def test_a_login_nobody_can_have_is_refused_like_any_other(kit: Kit, login: str) -> None:
    assert log_in(kit, login).status_code == 401


def test_an_unknown_login_costs_as_much_as_a_wrong_password() -> None:
    passwords = Passwords()
    assert not passwords.fits(None, PASSWORD)
    assert passwords.fits(passwords.hash(PASSWORD), PASSWORD)


def test_without_a_code_nobody_logs_in_outside_a_demo(strict_kit: Kit) -> None:
    strict_kit.add_person("zhang.san", with_totp=True)
    assert (log_in(strict_kit, "zhang.san").status_code, strict_kit.denials()) == (401, ["wrong-code"])


def test_without_a_code_generator_nobody_logs_in_outside_a_demo(strict_kit: Kit) -> None:
    strict_kit.add_person("zhang.san", with_totp=False)
    assert (log_in(strict_kit, "zhang.san").status_code, strict_kit.denials()) == (401, ["no-second-factor"])


def test_password_and_code_open_a_session(strict_kit: Kit) -> None:
    strict_kit.add_person("zhang.san", with_totp=True)
    code = pyotp.TOTP(secret_of(strict_kit, "zhang.san")).now()
    assert log_in(strict_kit, "zhang.san", code=code).status_code == 201


def test_a_code_opens_one_session_only(strict_kit: Kit) -> None:
    strict_kit.add_person("zhang.san", with_totp=True)
    code = pyotp.TOTP(secret_of(strict_kit, "zhang.san")).now()
    answers = [log_in(strict_kit, "zhang.san", code=code).status_code for _ in range(2)]
    assert (answers, strict_kit.denials()) == ([201, 401], ["code-used"])


def test_a_code_of_two_minutes_ago_is_refused(strict_kit: Kit) -> None:
    strict_kit.add_person("zhang.san", with_totp=True)
    code = pyotp.TOTP(secret_of(strict_kit, "zhang.san")).at(datetime.now(UTC) - timedelta(minutes=2))
    assert log_in(strict_kit, "zhang.san", code=code).status_code == 401


def test_after_five_failures_even_the_right_password_waits(kit: Kit) -> None:
    kit.add_person("zhang.san")
    for _ in range(5):
        log_in(kit, "zhang.san", "wrong password")
    answer = log_in(kit, "zhang.san")
    assert (answer.status_code, int(answer.headers["retry-after"]) <= 900) == (429, True)


def test_the_wait_ends_after_fifteen_minutes(kit: Kit) -> None:
    kit.add_person("zhang.san")
    for _ in range(6):
        log_in(kit, "zhang.san", "wrong password")
    with later(minutes=15, seconds=1):
        assert log_in(kit, "zhang.san").status_code == 201


def test_guesses_sent_at_once_are_counted_one_by_one(kit: Kit) -> None:
    kit.add_person("zhang.san")
    with ThreadPoolExecutor(max_workers=8) as pool:
        answers = list(pool.map(lambda _n: log_in(kit, "zhang.san", "wrong password").status_code, range(16)))
    assert (answers.count(401), answers.count(429)) == (5, 11)


def test_a_change_without_the_csrf_token_is_refused(kit: Kit) -> None:
    person = kit.person("zhang.san")
    assert (person.browser.delete(CURRENT).status_code, kit.denials()) == (403, ["csrf"])


def test_the_csrf_token_of_another_session_is_refused(kit: Kit) -> None:
    person, other = kit.person("zhang.san"), kit.person("li.si")
    person.csrf = other.csrf
    assert person.send("DELETE", CURRENT).status_code == 403


def test_a_form_may_carry_the_csrf_token_in_a_field(kit: Kit) -> None:
    person = kit.person("xi.tong", Role.SYSTEM_ADMIN)
    answer = person.browser.post("/api/v1/members", data={"csrf": person.csrf})
    assert answer.status_code == 422


def test_after_logging_out_the_cookie_opens_nothing(kit: Kit) -> None:
    person = kit.person("zhang.san")
    token = person.browser.cookies["shutong"]
    person.send("DELETE", CURRENT)
    answer = kit.browser().get(CURRENT, headers={"Cookie": f"shutong={token}"})
    assert (answer.status_code, kit.denials()) == (401, ["session-ended"])


def test_a_session_ends_after_half_an_hour_without_a_request(kit: Kit) -> None:
    person = kit.person("zhang.san")
    with later(minutes=31):
        assert person.get(CURRENT).status_code == 401


def test_a_session_in_use_goes_on_beyond_half_an_hour(kit: Kit) -> None:
    person = kit.person("zhang.san")
    with later(minutes=20):
        person.get(CURRENT)
    with later(minutes=40):
        assert person.get(CURRENT).status_code == 200


def test_a_suspended_person_is_out_at_once(kit: Kit) -> None:
    person = kit.person("zhang.san")
    with kit.database.begin() as unit:
        staff.set_staff_status(unit, kit.services.record, APPROVER, "zhang.san", Status.SUSPENDED)
    assert (person.get(CURRENT).status_code, log_in(kit, "zhang.san").status_code) == (401, 401)


def test_staff_of_a_suspended_member_are_out_at_once(kit: Kit) -> None:
    person = kit.person("zhang.san")
    with kit.database.begin() as unit:
        members.set_member_status(unit, kit.services.record, APPROVER, "shujuju", Status.SUSPENDED)
    assert person.get(CURRENT).status_code == 401


def test_a_role_taken_away_is_gone_at_the_next_request(kit: Kit) -> None:
    person = kit.person("xi.tong", Role.SYSTEM_ADMIN)
    with kit.database.begin() as unit:
        staff.set_roles(unit, kit.services.record, APPROVER, "xi.tong", ())
    assert person.post("/api/v1/systems", json={"member": "shujuju", "name": "系统"}).status_code == 403


def test_a_changed_password_ends_every_session_and_opens_new_ones(kit: Kit) -> None:
    person = kit.person("zhang.san")
    change = {"old": PASSWORD, "new": "四个 无关 的词 lantern"}
    assert person.send("PUT", f"{CURRENT}/password", json=change).status_code == 204
    answers = [log_in(kit, "zhang.san", word).status_code for word in (PASSWORD, change["new"])]
    assert (person.get(CURRENT).status_code, answers) == (401, [401, 201])


def test_the_password_is_not_changed_without_the_old_one(kit: Kit) -> None:
    person = kit.person("zhang.san")
    change = {"old": "not the password", "new": "四个 无关 的词 lantern"}
    assert person.send("PUT", f"{CURRENT}/password", json=change).status_code == 401


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "zhang.san zhang.san", "x" * 300])
def test_a_weak_password_cannot_be_set(password: str) -> None:
    with pytest.raises(InvalidDetailsError):
        checked_password(password, "zhang.san")
