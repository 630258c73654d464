"""Members and jurisdictions: what can be registered, what cannot, and what a file of many leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.identity import members
from hub.identity.errors import AlreadyRegisteredError, InvalidDetailsError, WrongStateError
from hub.identity.facts import Jurisdiction, JurisdictionKind, MemberKind, Status
from hub.identity.member_import import import_members
from tests.hub.identity.identity_kit import CITY, PROPOSER, organisation_code

if TYPE_CHECKING:
    from hub.identity.facts import Member
    from hub.identity.member_import import ImportReport
    from tests.hub.identity.identity_kit import Kit

HEADING = "单位名称,统一社会信用代码,辖区代码,类型\n"


def add(kit: Kit, name: str, code: str, jurisdiction: str = CITY, slug: str = "") -> Member:
    new = members.NewMember(name, code, MemberKind.DEPARTMENT, jurisdiction, slug=slug)
    with kit.database.begin() as unit:
        return members.add_member(unit, kit.services.record, PROPOSER, new, kit.services.clock())


def load(kit: Kit, content: bytes) -> ImportReport:
    with kit.database.begin() as unit:
        return import_members(unit, kit.services.record, PROPOSER, content, kit.services.clock())


def place(kit: Kit, code: str, kind: JurisdictionKind, parent: str | None = CITY) -> Jurisdiction:
    value = Jurisdiction(code, "示例区", "Demo District", kind, parent, "national")
    with kit.database.begin() as unit:
        return members.add_jurisdiction(unit, kit.services.record, PROPOSER, value)


def test_a_member_without_a_slug_is_named_by_the_pinyin_of_its_name(kit: Kit) -> None:
    assert add(kit, "示例市公安局", organisation_code(7)).slug == "shilishigonganju"


def test_a_credit_code_with_a_wrong_check_character_is_refused_with_the_right_one(kit: Kit) -> None:
    good = organisation_code(7)
    wrong = good[:17] + ("0" if good[17] != "0" else "1")
    with pytest.raises(InvalidDetailsError, match=f"末位应为 {good[17]}"):
        add(kit, "示例市公安局", wrong)


def test_a_credit_code_belongs_to_one_member(kit: Kit) -> None:
    with pytest.raises(AlreadyRegisteredError, match="统一社会信用代码"):
        add(kit, "示例市公安局", kit.city.organisation_code)


def test_after_a_refused_duplicate_the_transaction_can_go_on(kit: Kit) -> None:
    with kit.database.begin() as unit:
        for number in (8, 8, 9):
            new = members.NewMember(f"示例局{number}", organisation_code(number), MemberKind.DEPARTMENT, CITY)
            try:
                members.add_member(unit, kit.services.record, PROPOSER, new, kit.services.clock())
            except AlreadyRegisteredError:
                continue
    with kit.database.begin() as unit:
        assert members.find_member(unit, "shiliju9").name == "示例局9"


def test_a_member_of_an_unknown_jurisdiction_is_refused(kit: Kit) -> None:
    with pytest.raises(InvalidDetailsError, match="辖区尚未登记"):
        add(kit, "示例市公安局", organisation_code(7), "410102")


def test_a_slug_that_is_not_ascii_is_refused(kit: Kit) -> None:
    with pytest.raises(InvalidDetailsError, match="英文名"):
        add(kit, "示例市公安局", organisation_code(7), slug="公安局")


def test_a_zone_has_a_code_of_statistics_only(kit: Kit) -> None:
    assert place(kit, "410171", JurisdictionKind.ZONE).code == "410171"
    with pytest.raises(InvalidDetailsError, match="统计用代码"):
        place(kit, "410102", JurisdictionKind.ZONE)


def test_a_district_needs_its_registered_city(kit: Kit) -> None:
    with pytest.raises(InvalidDetailsError, match="所属市"):
        place(kit, "220202", JurisdictionKind.DISTRICT)


def test_suspending_twice_is_a_conflict(kit: Kit) -> None:
    with kit.database.begin() as unit:
        members.set_member_status(unit, kit.services.record, PROPOSER, kit.city.slug, Status.SUSPENDED)
    with pytest.raises(WrongStateError), kit.database.begin() as unit:
        members.set_member_status(unit, kit.services.record, PROPOSER, kit.city.slug, Status.SUSPENDED)


def test_every_administrative_change_leaves_a_receipt(kit: Kit) -> None:
    member = add(kit, "示例市公安局", organisation_code(7))
    last = kit.receipts("admin")[-1]
    assert (last["action"], last["subject_id"], last["decided_by"]) == ("member.add", str(member.id), str(PROPOSER.id))


def test_an_import_counts_every_row_once(kit: Kit) -> None:
    rows = (
        f"示例市公安局,{organisation_code(7)},{CITY},部门\n"
        f"示例市民政局,{organisation_code(8)}0,{CITY},部门\n"
        f"示例市数据局,{kit.city.organisation_code},{CITY},主管部门\n"
        f"示例水务公司,{organisation_code(9)},{CITY},企业\n"
    )
    report = load(kit, (HEADING + rows).encode())
    assert (report.rows, report.added, report.unchanged, [row.line for row in report.rejected]) == (4, 1, 1, [3, 5])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_an_import_reads_the_encodings_departments_use(kit: Kit, encoding: str) -> None:
    content = f"{HEADING}示例市公安局,{organisation_code(7)},{CITY},部门\r\n".encode(encoding)
    assert load(kit, content).added == 1


def test_an_import_without_a_needed_column_says_which(kit: Kit) -> None:
    with pytest.raises(InvalidDetailsError, match="organisation_code"):
        load(kit, "单位名称,辖区代码,类型\n".encode())
