"""The invented city: plainly invented, and acceptable to the rules of a real one."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest

from catalogue.divisions import was_ever_valid
from catalogue.identifiers import organisation_code
from hub.api.authentication import ledger_recorder
from hub.demo.city import DemoMember, load_city
from hub.identity import members, staff
from hub.identity.facts import CONSOLE, MemberKind
from hub.identity.passwords import checked_password
from hub.identity.roles import Role
from hub.identity.services import utc_now
from hub.identity.staff import LOGIN
from hub.ledger.keys import SigningKey
from hub.ledger.writer import ReceiptWriter

if TYPE_CHECKING:
    from hub.database import Database

CITY = load_city()
PROVIDER_ROLES = {Role.CLERK, Role.APPROVER, Role.SECRECY_REVIEWER}


def test_the_city_has_twelve_departments_and_one_public_service_unit() -> None:
    kinds = [member.kind for member in CITY.members]
    assert (len(kinds), kinds.count(MemberKind.PUBLIC_SERVICE), kinds.count(MemberKind.AUTHORITY)) == (13, 1, 1)


def test_the_data_bureau_is_the_authority() -> None:
    assert CITY.authority.name == "示例市数据局"


@pytest.mark.parametrize("member", CITY.members, ids=lambda member: member.slug)
def test_a_credit_code_is_right_to_its_check_character(member: DemoMember) -> None:
    assert organisation_code(member.organisation_code).fault is None


def test_no_division_of_the_city_was_ever_one_of_china() -> None:
    assert [place.code for place in CITY.jurisdictions if was_ever_valid(place.code)] == []


def test_every_member_can_describe_approve_and_review() -> None:
    assert [m.slug for m in CITY.members if not {p.role for p in m.staff} >= PROVIDER_ROLES] == []


def test_every_role_has_somebody_to_log_in_as() -> None:
    assert {person.role for member in CITY.members for person in member.staff} == set(Role)


def test_the_printed_password_may_be_set_for_every_login() -> None:
    logins = [person.login for member in CITY.members for person in member.staff]
    assert {checked_password(CITY.password, login) for login in logins} == {CITY.password}


def test_logins_are_well_formed_and_nobody_shares_one() -> None:
    logins = [person.login for member in CITY.members for person in member.staff]
    assert len(set(logins)) == len(logins) == sum(LOGIN.fullmatch(login) is not None for login in logins)


def test_people_are_plainly_invented_and_told_apart_by_name() -> None:
    names = [person.name for member in CITY.members for person in member.staff]
    assert len(set(names)) == len(names) == sum(name.startswith("示例") for name in names)


def test_the_agency_that_asks_is_not_the_provider_of_marriages() -> None:
    asking = CITY.member("zhujianju")
    assert (asking.system, asking.login(Role.AGENCY_USER)) == ("住房救助核对系统", "zhujianju.agency_user")


def test_a_role_nobody_holds_is_said_to_be_missing() -> None:
    with pytest.raises(LookupError, match="示例市供水公司没有经办人"):
        CITY.member("gongshui").login(Role.AGENCY_USER)


def test_an_unknown_member_is_said_to_be_unknown() -> None:
    with pytest.raises(LookupError, match="no member shuiliju"):
        CITY.member("shuiliju")


def test_a_real_hub_registers_the_whole_city(database: Database) -> None:
    record = ledger_recorder(ReceiptWriter(SigningKey.create(), secrets.token_bytes(32)))
    with database.begin() as unit:
        for place in CITY.jurisdictions:
            members.add_jurisdiction(unit, record, CONSOLE, place)
        for member in CITY.members:
            new = members.NewMember(
                member.name, member.organisation_code, member.kind, CITY.code, member.contact, member.slug
            )
            members.add_member(unit, record, CONSOLE, new, utc_now())
        assert members.find_member(unit, "gongshui").name == "示例市供水公司"


def test_nobody_holds_two_roles_that_exclude_each_other() -> None:
    roles = [frozenset({person.role}) for member in CITY.members for person in member.staff]
    assert [staff.checked_roles(held) for held in roles] == roles
