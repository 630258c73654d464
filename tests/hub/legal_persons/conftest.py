"""One served city whose register of legal persons is fed by three departments."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from catalogue import store as catalogue_store
from catalogue.entry import Assessment, AssessmentKind, Citation, CitationRank, Entry, Opening, Provider, Sharing
from catalogue.identifiers import body_check_character, organisation_check_character
from catalogue.item import DataType, Item
from hub.demo.load import LIFECYCLE
from hub.identity.facts import CONSOLE
from hub.identity.roles import Role
from hub.registers import feeding, sources
from hub.registers.entries import entry_of
from hub.registers.known import REGISTER_RULES
from hub.registers.legal_persons import following
from hub.registers.mapping import SourceMapping
from policies.facts import OpenType, Sensitivity, ShareType
from tests.support.hosted import Doors, HostedCity, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from tests.conftest import Server

REGISTER = "legal_persons"
AUTHORITY, REGISTRAR, CIVIL, RURAL = "shujuju", "shichangju", "minzhengju", "rensheju"
HOLDER = "11010519491231002X"
"""The number of the standard's example; it represents two of the bodies here."""
OTHER_PERSON = "110101199003070011"


def credit_code(pair: str, number: int, division: str = "410199") -> str:
    """Return the credit code of an invented body."""
    body = f"MB0DE{number:03d}"
    first17 = f"{pair}{division}{body}{body_check_character(body)}"
    return first17 + organisation_check_character(first17)


FIRM, SHOP, ORGAN, CLUB, VILLAGE, BRANCH, GONE, TWIN = (
    credit_code(pair, number) for number, pair in enumerate(("91", "92", "11", "51", "N2", "91", "91", "91"), start=101)
)
COLUMNS = {
    "L001": "daima", "L002": "mingcheng", "L005": "daibiao", "L006": "zhengjian", "L007": "haoma", "L008": "ziben",
    "L010": "chengli", "L011": "zhusuo", "L013": "fanwei", "L014": "jiguan", "L015": "zhuangtai", "L016": "hezhun",
    "L020": "zhuxiao", "L022": "zhucehao", "L024": "gudong", "L028": "shouyi", "L029": "dianhua", "L031": "zichan",
    "L040": "shangji",
}  # fmt: skip
FIRMS = [
    {"L001": FIRM, "L002": "示例市青禾科技有限公司", "L005": "示例甲", "L006": "111", "L007": HOLDER,
     "L008": "500(万元)", "L010": "2019-05-06", "L011": "示例市东城区建设路12号3号楼1单元", "L013": "软件开发",
     "L014": "示例市市场监督管理局", "L015": "1", "L022": "410199100012345", "L024": "示例甲；示例乙",
     "L028": "示例丙", "L029": "0371-00000000", "L031": "123456"},
    {"L001": SHOP, "L002": "示例市东城区青禾面馆", "L005": "示例丁", "L011": "示例市东城区建设路12号院3号楼1单元",
     "L014": "示例市东城区市场监督管理局", "L015": "1", "L024": "示例丁"},
    {"L001": BRANCH, "L002": "示例市青禾科技有限公司西城分公司", "L005": "示例甲", "L006": "111", "L007": HOLDER,
     "L014": "示例市市场监督管理局", "L015": "1", "L040": FIRM},
    {"L001": GONE, "L002": "示例市旧木器厂", "L005": "示例戊", "L014": "示例市市场监督管理局", "L015": "2",
     "L020": "2020-01-01"},
    {"L001": TWIN, "L002": "示例市青禾科技有限公司", "L005": "示例己", "L014": "示例市市场监督管理局", "L015": "1"},
]  # fmt: skip
OTHERS = [
    {"L001": ORGAN, "L002": "示例市档案局", "L005": "示例庚", "L014": "中共示例市委机构编制委员会办公室", "L015": "1"},
    {
        "L001": CLUB,
        "L002": "示例市书法协会",
        "L005": "示例辛",
        "L014": "示例市民政局",
        "L015": "7",
        "L016": "2019-01-01",
    },
    {"L001": VILLAGE, "L002": "示例市南山村股份经济合作社", "L005": "示例壬", "L014": "示例市农业农村局", "L015": "1"},
]
OLD = [
    {"L022": "4101991000999", "L002": "示例市供销社门市部", "L005": "示例癸"},
    {"L022": "没有", "L002": "示例市无号作坊", "L005": "示例癸"},
]


def register_entry(provider: Provider, system: str, today: date) -> Entry:
    """Return the register's entry as the data bureau completes its draft."""
    return replace(
        entry_of(REGISTER_RULES[REGISTER], provider, "zhengzhou"),
        name="faren-danwei",
        grade="G4",
        source_system=system,
        assessments=(
            Assessment(AssessmentKind.SECRECY_RISK, today, "保密工作机构", "经逐项审查，未发现涉密内容"),
            Assessment(AssessmentKind.PERSONAL_INFORMATION, today, "数据安全科", "号码只核验不提供，风险可控"),
        ),
    )


def source_entry(people: Any, provider: str, name: str, elements: Sequence[str], key: str) -> Entry:
    """Return the entry of a department's resource: texts as its system exports them."""
    member = people.city.member(provider)
    sensitive = {"L005", "L006", "L007", "L024", "L028"}
    items = tuple(
        Item(
            f"{COLUMNS[code]} 栏", COLUMNS[code], DataType.TEXT, 200, required=code == key,
            sensitivity=Sensitivity.PI if code in sensitive else Sensitivity.PUB,
            share_type=ShareType.CONDITIONAL, share_scope="登记部门", share_purpose="归集",
            share_citation="市场主体登记管理条例 第三十五条", excluded_from_opening=True,
        )
        for code in elements
    )  # fmt: skip
    today = people.today()
    return Entry(
        title=f"单位登记 {name}",
        title_en=f"Bodies registered {name}",
        provider=Provider(member.name, member.organisation_code, unit="登记科", contact=member.contact),
        sharing=Sharing(
            ShareType.CONDITIONAL,
            scope="登记部门",
            purpose="归集",
            modes=("01",),
            citations=(Citation("市场主体登记管理条例", "第三十五条", CitationRank.ADMINISTRATIVE_REGULATION),),
        ),
        opening=Opening(OpenType.CLOSED),
        name=name,
        abstract="登记系统导出的单位记录。",
        abstract_en="Bodies as the registrar's system exports them.",
        class_path=("1", "102"),
        formats=("0204",),
        items=items,
        keys=(COLUMNS[key],),
        update_cycle="2",
        grade="G4",
        legal_basis=(Citation("市场主体登记管理条例", "第八条", CitationRank.ADMINISTRATIVE_REGULATION),),
        source_system=member.system,
        assessments=(
            Assessment(AssessmentKind.SECRECY_RISK, today, "保密工作机构", "经逐项审查，未发现涉密内容"),
            Assessment(AssessmentKind.PERSONAL_INFORMATION, today, "数据安全科", "风险可控"),
        ),
    )  # fmt: skip


def publish(people: Any, provider: str, entry: Entry) -> None:
    """Take an entry through its lifecycle."""
    draft = people.person(provider, Role.CLERK).call("POST", "/api/v1/entries", json={"entry": entry.to_dict()})
    assert draft["findings"] == []
    path = f"/api/v1/entries/{entry.name}/steps"
    for step, role in LIFECYCLE:
        people.person(provider, role).call("POST", path, json={"step": step})
    for step in ("audit", "publish"):
        people.person(AUTHORITY, Role.CATALOGUE_REVIEWER).call("POST", path, json={"step": step})


def push(city: HostedCity, provider: str, name: str, codes: Sequence[str], rows: Sequence[Mapping[str, str]]) -> None:
    """Push rows of a resource by key."""
    lines = [",".join(COLUMNS[code] for code in codes)]
    lines += [",".join(f'"{row.get(code, "")}"' for code in codes) for row in rows]
    path = city.folder / f"{name}.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    report = city.people.system(provider).push(name, path, options={"mode": "upsert"})
    assert report["counts"]["rejected"] == 0, report


def feed(city: HostedCity) -> None:
    """Take what is due into the register, and let names follow."""
    context, database = city.services.context, city.services.database
    feeding.feed_all(context, database, REGISTER_RULES)
    following.sweep(context, database)


def found_register(city: HostedCity) -> None:
    """Switch the register on, describe it, and feed it by three departments."""
    people, context = city.people, city.services.context
    member = people.city.member(AUTHORITY)
    described = register_entry(
        Provider(member.name, member.organisation_code, unit="数据资源科", contact=member.contact),
        member.system,
        people.today(),
    )
    publish(people, AUTHORITY, described)
    resources = (
        (REGISTRAR, "gongshang-danwei", [*COLUMNS], "L001", FIRMS),
        (CIVIL, "qita-danwei", ["L001", "L002", "L005", "L014", "L015", "L016"], "L001", OTHERS),
        (RURAL, "lao-danwei", ["L022", "L002", "L005"], "L022", OLD),
    )
    for provider, name, elements, key, rows in resources:
        publish(people, provider, source_entry(people, provider, name, elements, key))
        push(city, provider, name, elements, rows)
    kinds = {"L001": "credit_code", "L022": "registration_number"}
    with city.services.database.begin() as unit:
        entry = catalogue_store.find_entry(unit, described.name)
        assert entry is not None
        sources.describe_by(context, unit, REGISTER, entry.id, CONSOLE)
        sources.switch(context, unit, REGISTER, CONSOLE, is_on=True)
        for _, name, elements, key, _rows in resources:
            mapping = SourceMapping(COLUMNS[key], kinds[key], {code: COLUMNS[code] for code in elements})
            sources.name_source(context, unit, REGISTER_RULES[REGISTER], name, mapping, CONSOLE)
    city.services.identity.keeper.refresh_or_log()
    feed(city)


@pytest.fixture(scope="package")
def city(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostedCity]:
    """Lend a city with the register switched on, described, and fed."""
    with hosted_city(server, template, tmp_path_factory.mktemp("bodies")) as city:
        found_register(city)
        yield city


@pytest.fixture(scope="package")
def doors(city: HostedCity) -> Iterator[Doors]:
    """Lend plain clients."""
    doors = Doors(city)
    yield doors
    doors.close()
