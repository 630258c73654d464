"""Dirty files as departments have them: the marked workbook opens in an office program, and mends them by itself.

Each real file is pushed, its marked workbook is opened by LibreOffice, mended by a clerk who reads nothing else, and
sent back. A file that has too few faults meets an entry that is stricter than the real one.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import openpyxl
import pytest

from catalogue.item import DataType, Item
from hub.cli_push import send_back
from hub.demo.directory import demo_entry
from hub.demo.load import describe, review
from policies.facts import Sensitivity
from tests.hub.push.loop.bookmending import Done, mend_by_advice
from tests.hub.push.loop.kit import OWNER
from tests.real.describing import ABSENT, DATA, real_entries
from tests.support.acts import BUS_STOPS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from catalogue.entry import Entry
    from tests.support.hosted import HostedCity

OFFICE: Final = shutil.which("soffice")
pytestmark = [
    pytest.mark.skipif(not DATA.is_dir(), reason=ABSENT),
    pytest.mark.skipif(OFFICE is None, reason="LibreOffice (soffice) is not installed"),
]
PUB: Final = Sensitivity.PUB
CATALOGUE_ITEMS: Final = (
    Item("标题", "biaoti", DataType.TEXT, 14, required=True, sensitivity=PUB),
    Item("提供单位", "tigong_danwei", DataType.TEXT, 60, sensitivity=PUB),
    Item("所属领域", "suoshu_lingyu", DataType.TEXT, 20, sensitivity=PUB),
    Item("详情页网址", "wangzhi", DataType.TEXT, 300, required=True, sensitivity=PUB),
)


@dataclass(frozen=True)
class Dirty:
    """One file, the entry it goes to, how it is read, and what the entry wants more strictly (item to changes)."""

    name: str
    entry: str
    path: str
    options: Mapping[str, Any] = field(default_factory=dict)
    stricter: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    items: tuple[Item, ...] = ()
    rules: frozenset[str] = frozenset()


FILES: Final = (
    Dirty("shiqu-bianma", "qiye-henan", "legal/enterprises_henan/2002.csv.gz", rules=frozenset({"R02", "R22"})),
    Dirty("jiaoyanma", "qiye-henan", "legal/enterprises_henan/2004.csv.gz", rules=frozenset({"R18"})),
    Dirty("daxue-xls", "gaoxiao-mingdan", "legal/universities_moe_2017.xls", {"header_row": 3},
          rules=frozenset({"R01", "R05"})),
    Dirty("yiqing-gz", "yiqing-tongbao", "dirty/covid_reports_by_city_2020.csv.gz",
          rules=frozenset({"R04", "R06", "R24"})),
    Dirty("yiyuan-gb", "yiyuan-beijing", "legal/hospitals_beijing_register.csv",
          stricter={"jigou_mingcheng": {"length": 18}, "dizhi": {"length": 30}}, rules=frozenset({"R08"})),
    Dirty("gdp-nbs", "gdp-shengji-2006", "economy/nbs_gdp_by_province_2006_2024.csv",
          {"header_row": 4, "skip_footer": 2}, stricter={"y2024": {"scale": 0}}, rules=frozenset({"R09"})),
    Dirty("canyin-bom", "canyin-huiji", "geo/poi_zhengzhou_food_huiji_gcj02.csv", {"ignore": ["F", "纬度(lat)"]},
          stricter={"shiduan": {"length": 8}, "mingcheng": {"length": 20}}, rules=frozenset({"R08"})),
    Dirty("menhu-xlsx", "menhu-tw-zhongyang", "dirty/tw_portal_list.xlsx", {"sheet": "1"},
          stricter={"wangzhan": {"length": 24}}, rules=frozenset({"R08"})),
    Dirty("mulu-big5", "mulu-yilan", "catalogue/tw_yilan_2018_big5.csv", {"encoding": "big5"},
          rules=frozenset({"R04"})),
    Dirty("renkou-anhui", "anhui-renkou", "dirty/anhui_population_2013_2017.csv",
          stricter={"renkou_2017": {"scale": 0}, "chengshi": {"length": 3}}, rules=frozenset({"R08", "R09"})),
    Dirty("mulu-json", "mulu-yilan", "catalogue/cn_portal_anhui_hefei.json",
          {"nested": "text", "ignore": ["开放条件", "发布时间", "更新时间", "更新频率", "摘要信息", "资源格式"]},
          items=CATALOGUE_ITEMS, rules=frozenset({"R08"})),
    Dirty("diming-geojson", "diming", "geo/places_china_wgs84.geojson",
          stricter={"yingwen_mingcheng": {"length": 8}}, rules=frozenset({"R08"})),
)  # fmt: skip


@dataclass
class Story:
    """What became of one file: the first report, the workbook, what the clerk did, the second report."""

    report: dict[str, Any]
    marked: Path
    done: Done
    back: dict[str, Any]


def _entry(real: Entry, dirty: Dirty) -> Entry:
    items = dirty.items or tuple(replace(item, **dirty.stricter.get(item.column, {})) for item in real.items)
    keys = () if dirty.items else real.keys
    return replace(real, name=f"zang-{dirty.name}", title=f"{real.title} {dirty.name}", items=items, keys=keys)


def _publish(city: HostedCity, entry: Entry) -> None:
    ours = demo_entry(BUS_STOPS, city.people.today())
    described = replace(entry, provider=ours.entry.provider)
    made = replace(ours, entry=described)
    describe(city.people, made)
    review(city.people, made)


@pytest.fixture(scope="module")
def stories(city: HostedCity, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Story]:
    folder = tmp_path_factory.mktemp("marked")
    known = {real.name: real for real in real_entries(city.people.today())}
    hub = city.people.system(OWNER)
    found = {}
    for dirty in FILES:
        entry = _entry(known[dirty.entry].entry, dirty)
        _publish(city, entry)
        report = hub.push(entry.name, DATA / dirty.path, options={"mode": "full", **dirty.options})
        marked = folder / f"{dirty.name}.xlsx"
        marked.write_bytes(hub.raw("GET", f"/api/v1/pushes/{report['push']}/marked.xlsx").content)
        mended = folder / "mended" / marked.name
        mended.parent.mkdir(exist_ok=True)
        done = mend_by_advice(marked, mended)
        found[dirty.name] = Story(report, marked, done, send_back(hub, report["push"], mended, {}))
    return found


@pytest.fixture(scope="module")
def opened(stories: dict[str, Story], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Let LibreOffice open all workbooks and write each as CSV and as PDF."""
    folder = tmp_path_factory.mktemp("office")
    books = [str(story.marked) for story in stories.values()]
    assert OFFICE is not None
    for kind in ("csv:Text - txt - csv (StarCalc):44,34,76", "pdf"):
        home = f"-env:UserInstallation={(folder / 'home').as_uri()}"
        asked = [OFFICE, home, "--headless", "--convert-to", kind, "--outdir", str(folder), *books]
        subprocess.run(asked, check=True, capture_output=True, timeout=240)
    return folder


@pytest.mark.parametrize("dirty", FILES, ids=lambda dirty: dirty.name)
def test_the_marked_workbook_opens_in_an_office_program_as_it_was_written(
    stories: dict[str, Story], opened: Path, dirty: Dirty
) -> None:
    sheet = openpyxl.load_workbook(stories[dirty.name].marked).worksheets[0]
    ours = [[str(value or "") for value in row] for row in sheet.iter_rows(values_only=True)]
    with (opened / f"{dirty.name}.csv").open(encoding="utf-8", newline="") as file:
        theirs = list(csv.reader(file))
    assert theirs == ours
    assert (opened / f"{dirty.name}.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("dirty", FILES, ids=lambda dirty: dirty.name)
def test_a_file_mended_by_its_workbook_alone_is_in(stories: dict[str, Story], dirty: Dirty) -> None:
    story = stories[dirty.name]
    done, back = story.done, story.back
    assert {rule["rule"] for rule in story.report["rules"]} >= dirty.rules
    assert done.rows == story.report["rejected"] > 0
    assert (back["rejected"], back["accepted"]) == (0, done.rows - len(done.deleted))
    assert back["resume"]["left"] == len(done.deleted)
