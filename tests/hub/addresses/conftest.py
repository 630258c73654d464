"""A hub with divisions of an invented city, its standard addresses, and a register entry that goes down to the room."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from catalogue.entry import Opening, Sharing
from catalogue.item import DataType, Item
from hub.client import Hub
from hub.demo.directory import demo_entry
from hub.demo.load import describe, review
from hub.registers.addresses.loading import FileKind, Loaded, load_file
from policies.facts import OpenType, Sensitivity, ShareType
from tests.support import acts
from tests.support.hosted import HostedCity, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Server

REGISTER, PROVIDER, ASKER, STRANGER = "dizhi-dengji", "gonganju", "rensheju", "jiaoyuju"
DIVISIONS = """code,name
41,河南省
4199,示范市
419901,东山区
419902,西河区
419903,南岭县
419904,示范高新技术产业开发区
419901001,花园街道
419901002,柳林镇
419901001001,花园社区居委会
419901002201,柳家庄村委会
419902001,滨河街道
"""
FORMER = """code,name,successor
419905,老城区,419902
419903,郊区,
"""
ADDRESSES = """标准地址编码,行政区划代码,街路巷,门牌号,楼栋,单元,楼层,室,经度,纬度,坐标系,曾用名
DZ0001,419901001,花园路,12号,,,,,113.60000,34.70000,CGCS2000,
DZ0002,419901001,花园路,12号,3号楼,2单元,,501室,113.60010,34.70010,EPSG:4490,
DZ0003,419902,解放路,5号,,,,,113.50000,34.60000,CGCS2000,
DZ0004,419901,解放路,7号,,,,,113.61000,34.71000,CGCS2000,
DZ0005,419902,人民路,1号,,,,,113.51000,34.61000,CGCS2000,
DZ0006,419901,人民路,1号,,,,,113.62000,34.72000,CGCS2000,
DZ0007,419901002201,柳家庄新村,8号,,,,,,,,
DZ0008,419901,经八路,10号,,,,,113.63000,34.73000,CGCS2000,
DZ0009,419901,经八路,11号,,,,,113.63100,34.73100,GCJ-02,
DZ0010,419999,经八路,12号,,,,,,,,
DZ0011,419902,北翟路,1444弄180号,,,,,113.52000,34.62000,CGCS2000,
"""
NAMES = """地名标识,标准地名,专名,通名,地名类别,行政区划代码,批准机关,批准日期,备案日期,公告日期,曾用地名
DM001,长安大道,长安,大道,5,419902,示范市人民政府,2024-03-01,2024-03-05,2024-03-10,永安路
DM002,望湖公园,望湖,公园,城市公园、自然保护地,419901,示范市人民政府,2024-03-01,2024-03-05,2024-05-10,
DM003,错名桥,错,桥,7,419901,示范市人民政府,2024-03-01,,,
"""


@dataclass(frozen=True, slots=True)
class AddressCity:
    """A served city with its addresses, and how its files were taken."""

    city: HostedCity
    public: Hub
    loaded: dict[FileKind, Loaded]

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        """Ask as the public."""
        answer: dict[str, Any] = self.public.call("POST", path, json=body)
        return answer

    def match(self, *texts: str, within: str = "") -> list[dict[str, Any]]:
        """Match texts as the public."""
        return list(self.post("/api/v1/addresses/match", addresses=list(texts), within=within)["results"])

    def granted(self, member: str, *texts: str) -> dict[str, Any]:
        """Match texts as a member's system."""
        body = {"addresses": list(texts), "within": "", "purpose": acts.PURPOSE, "case_number": acts.CASE}
        answer: dict[str, Any] = self.city.people.system(member).call(
            "POST", f"/api/v1/exchange/{REGISTER}/addresses/match", json=body
        )
        return answer


def load(city: HostedCity, folder: Path, kind: FileKind, text: str) -> Loaded:
    """Load a file as the operator does."""
    path = folder / f"{kind.value}.csv"
    path.write_text(text, encoding="utf-8")
    with city.services.database.begin() as unit:
        return load_file(city.services.context, unit, path, kind)


def publish_register(city: HostedCity) -> None:
    """Publish an entry whose items go down to the room, shared with conditions below the door plate."""
    sample = demo_entry("biaozhun-dizhi", city.people.today())
    below = Item("楼栋、单元、楼层、室号", "menpai_yixia", DataType.TEXT, length=50, element="G010")
    source = sample.entry.items[0].source_department
    below = replace(
        below,
        source_department=source,
        sensitivity=Sensitivity.INT,
        share_type=ShareType.UNCONDITIONAL,
        open_type=OpenType.CLOSED,
    )
    entry = replace(
        sample.entry,
        name=REGISTER,
        title="地址登记（到室）",
        title_en="Register of addresses",
        items=(*sample.entry.items, below),
        grade="G2",
        sharing=Sharing(type=ShareType.UNCONDITIONAL, modes=sample.entry.sharing.modes),
        opening=Opening(type=OpenType.CLOSED),
    )
    made = replace(sample, entry=entry)
    describe(city.people, made)
    review(city.people, made)


@pytest.fixture(scope="package")
def addresses(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AddressCity]:
    folder = tmp_path_factory.mktemp("addresses")
    with hosted_city(server, template, folder) as made:
        loaded = {
            kind: load(made, folder, kind, text)
            for kind, text in (
                (FileKind.DIVISIONS, DIVISIONS),
                (FileKind.FORMER, FORMER),
                (FileKind.ADDRESSES, ADDRESSES),
                (FileKind.NAMES, NAMES),
            )
        }
        publish_register(made)
        items = dict.fromkeys(("dizhi_bianma", "dizhi_quancheng", "menpai_yixia"), "full")
        acts.ask_for(made.people, ASKER, REGISTER, items, modes=["query"])
        public = Hub(made.url)
        yield AddressCity(made, public, loaded)
        public.close()
