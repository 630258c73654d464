"""One city whose register of geography holds parcels that two departments drew, with counties' boundaries."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from catalogue import store as catalogue_store
from catalogue.entry import Assessment, AssessmentKind, Citation, CitationRank, Entry, Opening, Provider, Sharing
from catalogue.item import DataType, Item
from hub.demo.load import LIFECYCLE
from hub.identity.facts import CONSOLE
from hub.identity.roles import Role
from hub.registers import feeding, sources
from hub.registers.divisions.ellipsoid import area_m2
from hub.registers.divisions.loading import load as load_lists
from hub.registers.divisions.shapes import BoundaryFile, load_boundaries
from hub.registers.features import following
from hub.registers.features.entry import register_entry
from hub.registers.known import REGISTER_RULES
from hub.registers.mapping import SourceMapping
from policies.facts import OpenType, Sensitivity, ShareType
from tests.hub.divisions.conftest import squares
from tests.support.hosted import Doors, HostedCity, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Server

AUTHORITY, LAND, WATER = "shujuju", "jiaotongju", "rensheju"
REGISTER = "geography"
WEST, EAST = "410108", "410105"
"""Two counties, drawn here as squares side by side."""
SIDE = 0.001


@dataclass(frozen=True)
class Parcel:
    """A square parcel as a department draws it: ``stated`` m² (None: as drawn)."""

    number: str
    place: tuple[float, float]
    class_: str
    status: str = "current"
    stated: float | None = None
    county: str | None = None
    important: str | None = None
    announced: str | None = None

    @property
    def ring(self) -> list[list[float]]:
        """The corners, the first again last."""
        x, y = self.place
        return [[x, y], [x + SIDE, y], [x + SIDE, y + SIDE], [x, y + SIDE], [x, y]]

    def feature(self) -> dict[str, Any]:
        """Return it as GeoJSON with the columns of the department's resource."""
        import shapely

        area = area_m2(shapely.Polygon(self.ring)) if self.stated is None else self.stated
        about = {
            "bianhao": self.number,
            "leibie": self.class_,
            "zhuangtai": self.status,
            "mianji": f"{area:.2f}",
            "xian": self.county,
            "zhongyao": self.important,
            "wenhao": self.announced,
        }
        return {"type": "Feature", "properties": about, "geometry": {"type": "Polygon", "coordinates": [self.ring]}}


def unit_number(place: int) -> str:
    """Return an invented real estate unit number of 28 positions."""
    return f"410196001001GB{place:05d}W00000000"


FIELD, WRONG_AREA, WRONG_COUNTY, NOWHERE = (unit_number(place) for place in range(1, 5))
LAKE, PEAK, OLD_PEAK = "SY-001", "SY-002", "SY-003"
PARCELS = [
    Parcel(FIELD, (113.51, 34.81), "land", county=WEST),
    Parcel(WRONG_AREA, (113.52, 34.81), "land", stated=5_000.0, county=WEST),
    Parcel(WRONG_COUNTY, (113.61, 34.81), "forest", county=WEST),
    Parcel(NOWHERE, (113.91, 34.81), "mineral"),
]
WATERS = [
    Parcel(LAKE, (113.62, 34.82), "water"),
    Parcel(PEAK, (113.63, 34.82), "water", important="true"),
    Parcel(OLD_PEAK, (113.64, 34.82), "water", important="true", announced="示例公布〔2020〕1号"),
]
COLUMNS = {
    "bianhao": "G040", "leibie": "G101", "zhuangtai": "G102", "mianji": "G043", "xian": "G005", "zhongyao": "G105",
    "wenhao": "G104",
}  # fmt: skip


def source_entry(people: Any, provider: str, name: str) -> Entry:
    """Return the entry of a department's parcels."""
    member = people.city.member(provider)
    shared: dict[str, Any] = {
        "share_type": ShareType.CONDITIONAL,
        "share_scope": "自然资源部门",
        "share_purpose": "归集",
        "share_citation": "不动产登记暂行条例 第二十五条",
        "excluded_from_opening": True,
        "sensitivity": Sensitivity.INT,
    }
    items = [Item(column, column, DataType.TEXT, 60, required=column == "bianhao", **shared) for column in COLUMNS]
    shape = Item("图形", "tuxing", DataType.GENERAL, check="geometry_polygon", **shared)
    cited = (Citation("不动产登记暂行条例", "第二十五条", CitationRank.ADMINISTRATIVE_REGULATION),)
    today = people.today()
    return Entry(
        title=f"自然资源单元 {name}",
        title_en=f"Parcels {name}",
        provider=Provider(member.name, member.organisation_code, unit="数据科", contact=member.contact),
        sharing=Sharing(ShareType.CONDITIONAL, "自然资源部门", "归集", cited, modes=("01",)),
        opening=Opening(OpenType.CLOSED),
        name=name,
        abstract="各类自然资源单元的编号、类别、面积和图形。",
        abstract_en="Number, class, area and shape of parcels.",
        class_path=("1", "103"),
        formats=("0204",),
        items=(*items, shape),
        keys=("bianhao",),
        crs="4490",
        update_cycle="2",
        grade="G3",
        legal_basis=cited,
        source_system=member.system,
        assessments=(
            Assessment(AssessmentKind.SECRECY_RISK, today, "保密工作机构", "经逐项审查，未发现涉密内容"),
            Assessment(AssessmentKind.PERSONAL_INFORMATION, today, "数据安全科", "风险可控"),
        ),
    )


def publish(people: Any, provider: str, entry: Entry) -> None:
    """Take an entry through its lifecycle."""
    draft = people.person(provider, Role.CLERK).call("POST", "/api/v1/entries", json={"entry": entry.to_dict()})
    assert draft["findings"] == []
    path = f"/api/v1/entries/{entry.name}/steps"
    for step, role in LIFECYCLE:
        people.person(provider, role).call("POST", path, json={"step": step})
    for step in ("audit", "publish"):
        people.person(AUTHORITY, Role.CATALOGUE_REVIEWER).call("POST", path, json={"step": step})


def push(people: Any, provider: str, name: str, folder: Path, parcels: list[Parcel], mode: str = "upsert") -> None:
    """Push parcels as a file of shapes."""
    path = folder / f"{name}-{mode}-{len(parcels)}.geojson"
    features = [one.feature() for one in parcels]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), "utf-8")
    report = people.system(provider).push(name, path, options={"mode": mode, "allow_shrink": "true"})
    assert report["counts"]["rejected"] == 0, report


def feed(city: HostedCity) -> None:
    """Take what is due into the register, and measure the shapes."""
    context, database = city.services.context, city.services.database
    feeding.feed_all(context, database, REGISTER_RULES)
    following.sweep(context, database)


@pytest.fixture(scope="package")
def city(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostedCity]:
    """Lend a city with counties, and a register fed by two departments."""
    folder = tmp_path_factory.mktemp("parcels")
    with hosted_city(server, template, folder) as city:
        people, context = city.people, city.services.context
        with city.services.database.begin() as unit:
            load_lists(context, unit, CONSOLE.id, [])
            drawn = squares(c410108=(113.5, 34.8), c410105=(113.6, 34.8))
            load_boundaries(context, unit, CONSOLE.id, BoundaryFile("b.json", drawn, date(2020, 1, 1), "EPSG:4490"))
        member = people.city.member(AUTHORITY)
        provider = Provider(member.name, member.organisation_code, unit="数据资源科", contact=member.contact)
        described = register_entry(provider, member.system, people.today())
        publish(people, AUTHORITY, described)
        for organ, name, parcels in ((LAND, "zongdi", PARCELS), (WATER, "shuiyu", WATERS)):
            publish(people, organ, source_entry(people, organ, name))
            push(people, organ, name, folder, parcels)
        with city.services.database.begin() as unit:
            entry = catalogue_store.find_entry(unit, described.name)
            assert entry is not None
            sources.describe_by(context, unit, REGISTER, entry.id, CONSOLE)
            sources.switch(context, unit, REGISTER, CONSOLE, is_on=True)
            codes = {code: column for column, code in COLUMNS.items()}
            for name, kind in (("zongdi", "parcel"), ("shuiyu", "water_body")):
                mapping = SourceMapping("bianhao", kind, codes)
                sources.name_source(context, unit, REGISTER_RULES[REGISTER], name, mapping, CONSOLE)
        city.services.identity.keeper.refresh_or_log()
        feed(city)
        yield city


@pytest.fixture(scope="package")
def doors(city: HostedCity) -> Iterator[Doors]:
    """Lend plain clients."""
    doors = Doors(city)
    yield doors
    doors.close()
