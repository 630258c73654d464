"""The same way with real files: the business register of a province, 27 years, pushed one after the other and opened.

The files are as they were found: lost encodings, shifted columns, mistyped codes. Every row is either in the
register afterwards or reported with its line, its rule and how to mend it. They lie beside the project.
"""

from __future__ import annotations

import csv
import gzip
import io
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from catalogue.entry import Assessment, AssessmentKind, Citation, CitationRank, Entry, Opening, Provider, Sharing
from catalogue.item import DataType, Item
from hub.demo.city import load_city
from hub.demo.load import LIFECYCLE
from hub.identity.roles import Role
from policies.facts import OpenType, Sensitivity, ShareType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.way.conftest import City

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "legal" / "enterprises_henan"
FILES = sorted(FOLDER.glob("*.csv*"))
NAME, PROVIDER = "henan-qiye", "shichangju"
PUB, PI = Sensitivity.PUB, Sensitivity.PI
ITEMS = (
    Item("企业名称", "qiye_mingcheng", DataType.TEXT, 200, required=True, sensitivity=PUB),
    Item(
        "统一社会信用代码",
        "xinyong_daima",
        DataType.TEXT,
        18,
        required=True,
        check="organisation_code",
        sensitivity=PUB,
    ),
    Item("注册日期", "zhuce_riqi", DataType.DATE, check="date", sensitivity=PUB),
    Item("企业类型", "qiye_leixing", DataType.TEXT, 100, sensitivity=PUB),
    Item("法人代表", "faren_daibiao", DataType.TEXT, 100, sensitivity=PI, masking="name", excluded_from_opening=True),
    Item("注册资金", "zhuce_zijin", DataType.TEXT, 60, sensitivity=PUB),
    Item("经营范围", "jingying_fanwei", DataType.MEMO, sensitivity=PUB),
    Item("所在省份", "sheng", DataType.TEXT, 20, sensitivity=PUB),
    Item("地区", "diqu", DataType.TEXT, 20, sensitivity=PUB),
    Item("注册地址", "zhuce_dizhi", DataType.TEXT, 200, sensitivity=PUB),
)
MOST_REJECTED = 60

pytestmark = pytest.mark.skipif(not FILES, reason="the folder with real files is not beside the project")


def test_the_same_way_with_the_business_register_of_a_province(city: City) -> None:
    the_register_is_described_and_published_as_open(city)
    received = rejected = 0
    for version, path in enumerate(FILES, start=1):
        report = a_year_is_pushed(city, path, version)
        received += report["counts"]["received"]
        rejected += report["counts"]["rejected"]
        every_rejection_is_explained(city, report)
    assert received == sum(len(rows_of(path)) for path in FILES)
    assert 0 < rejected <= MOST_REJECTED
    every_accepted_body_is_open(city, rejected)
    each_year_can_still_be_cited(city)


def the_register_is_described_and_published_as_open(city: City) -> None:
    """Ten items; the names of natural persons stay out of what is open (个人信息保护法 Art. 6)."""
    draft = city.people.person(PROVIDER, Role.CLERK).call("POST", "/api/v1/entries", json={"entry": entry().to_dict()})
    assert draft["findings"] == []
    path = f"/api/v1/entries/{NAME}/steps"
    for step, role in LIFECYCLE:
        city.people.person(PROVIDER, role).call("POST", path, json={"step": step})
    done = {}
    for step in ("audit", "publish"):
        done = city.people.person("shujuju", Role.CATALOGUE_REVIEWER).call("POST", path, json={"step": step})
    assert done["published_version"] == 1


def entry() -> Entry:
    """Return the description of the register."""
    member = load_city().member(PROVIDER)
    organ, today = member.name, date.today()
    return Entry(
        title="河南企业登记信息（1978—2004）",
        title_en="Register of enterprises, Henan, 1978-2004",
        provider=Provider(organ, member.organisation_code, unit="登记注册科", contact=member.contact),
        sharing=Sharing(ShareType.UNCONDITIONAL, modes=("01", "03")),
        opening=Opening(OpenType.UNCONDITIONAL, "使用时注明来源"),
        licence="OPEN-CN-1",
        name=NAME,
        abstract="企业登记的名称、统一社会信用代码、注册日期、类型、注册资金、经营范围和住所，一户一条。",
        abstract_en="Name, credit code, date, type, capital, business scope and seat of each enterprise.",
        class_path=("1", "102"),
        formats=("0204",),
        items=ITEMS,
        keys=("xinyong_daima",),
        update_cycle="7",
        grade="G2",
        legal_basis=(Citation("市场主体登记管理条例", "第八条", CitationRank.ADMINISTRATIVE_REGULATION),),
        source_system=member.system,
        assessments=(
            Assessment(AssessmentKind.SECRECY_RISK, today, f"{organ}保密工作机构", "经逐项审查，未发现涉密内容"),
            Assessment(AssessmentKind.PERSONAL_INFORMATION, today, f"{organ}数据安全科", "姓名不开放，风险可控"),
        ),
    )


def a_year_is_pushed(city: City, path: Path, version: int) -> dict[str, Any]:
    """Push one file by key; received rows are accepted or rejected, none is lost on the way."""
    report = city.people.system(PROVIDER).push(NAME, path, options={"mode": "upsert"})
    counts = report["counts"]
    assert (report["version"], report["state"]) == (version, "merged"), path.name
    assert counts["received"] == counts["accepted"] + counts["rejected"]
    assert counts["accepted"] == counts["inserted"] + counts["changed"] + counts["unchanged"]
    return report


def every_rejection_is_explained(city: City, report: dict[str, Any]) -> None:
    """Each fault names its line, its rule and how to mend it; the count of lines is the count of rejected rows."""
    system = city.people.system(PROVIDER)
    lines: set[int] = set()
    following: str | None = f"/api/v1/pushes/{report['push']}/rejections"
    while following is not None:
        page = system.call("GET", following)
        for fault in page["faults"]:
            assert fault["rule"]
            assert fault["mend"]
            lines.add(fault["line"])
        following = page["next"]
    assert len(lines) == report["counts"]["rejected"]
    table = system.raw("GET", report["rejections"]).content.decode("utf-8-sig")
    assert len({row[0] for row in csv.reader(io.StringIO(table))}) == 1 + len(lines)


def every_accepted_body_is_open(city: City, rejected: int) -> None:
    """A citizen downloads the whole register: each code once, and no name of a natural person's item."""
    text = city.citizen.raw("GET", f"/api/v1/datasets/{NAME}/download").content.decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    codes = {row["xinyong_daima"] for row in rows}
    page = city.citizen.call("GET", f"/api/v1/datasets/{NAME}/rows?limit=1")
    assert len(codes) == len(rows) == page["total"]
    pushed = {row[1].strip() for path in FILES for row in rows_of(path)}
    assert codes <= pushed
    assert len(pushed - codes) <= rejected
    assert set(rows[0]) == {item.column for item in ITEMS if item.column != "faren_daibiao"}


def each_year_can_still_be_cited(city: City) -> None:
    """Version n is what stood after the n-th file: 1978 alone first, then more with every year."""
    totals = [
        city.citizen.call("GET", f"/api/v1/datasets/{NAME}/rows?limit=1&as_of={version}")["total"]
        for version in (1, 2, len(FILES))
    ]
    assert totals[0] == len(rows_of(FILES[0]))
    assert totals == sorted(set(totals))


def rows_of(path: Path) -> list[list[str]]:
    """Return the rows of a file as a plain CSV reader sees them, without its head."""
    return list(_read(path))[1:]


def _read(path: Path) -> Iterator[list[str]]:
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    yield from csv.reader(io.StringIO(raw.decode("utf-8")))
