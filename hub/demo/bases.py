"""Geography and macro-economy of the demo city: its divisions and addresses registered, its indicators loaded.

What ``hub divisions load``, ``hub addresses follow`` and ``hub indicators load`` do at the console, with the files and
resources of the city's own departments. Zhengzhou Art. 18.
"""

from __future__ import annotations

import csv
import io
import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from catalogue.divisions_model import Kind
from catalogue.entry import Provider
from hub.demo.city import load_city
from hub.demo.directory import DemoEntry
from hub.demo.facilities import ZONE_LEVEL, divisions
from hub.demo.load import describe, review
from hub.identity.facts import CONSOLE
from hub.registers.addresses import following
from hub.registers.divisions import loading as division_lists
from hub.registers.macro.entry import register_entry
from hub.registers.macro.loading import define_indicators, load_file
from hub.registers.macro.switching import switch_on

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hub.demo.load import People
    from hub.services import Services

STATISTICS: Final = "tongjiju"
FIGURES: Final = "zhuyao-jingji-zhibiao"
FOLLOWED: Final = ("xingzheng-quhua", "biaozhun-dizhi")
"""Entries the register of addresses follows: the divisions first, for addresses lie in them."""
PROVINCE: Final = "410000"
"""What the invented city lies in."""
MAPPING: Final[Mapping[str, Any]] = {
    "columns": {
        "indicator": "指标代码",
        "area": "地区代码",
        "frequency": "频率",
        "period": "时期",
        "measure": "口径",
        "value": "数值",
        "unit": "计量单位",
        "status": "数据状态",
        "vintage": "版本",
        "release_time": "发布时间",
    },
    "fixed": {"reason": "年度核实后修订"},
    "skip": ["指标名称"],
}


def register_geography(services: Services) -> None:
    """Load the list of the city's divisions, and let the register of addresses follow its departments."""
    context = services.context
    given = division_lists.GivenFile(f"{FOLLOWED[0]}.csv", _division_list(), "periods", None, load_city().name_zh)
    with services.database.begin(statement_timeout_seconds=0) as unit:
        division_lists.load(context, unit, CONSOLE.id, [given])
        for entry in FOLLOWED:
            following.take(context, unit, entry)


def _division_list() -> bytes:
    """Return the divisions as a list of periods; the shipped list says nothing of invented codes."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("code", "name", "parent", "valid_from", "kind"))
    columns = ("quhua_daima", "mingcheng", "shangji_daima", "sheli_riqi", "cengji")
    for code, name, parent, since, level in divisions().select(columns).iter_rows():
        writer.writerow(
            (code, name, parent or PROVINCE, since, Kind.ZONE.value if level == ZONE_LEVEL else Kind.GB2260.value)
        )
    return text.getvalue().encode()


def load_indicators(services: Services, people: People, folder: Path) -> int:
    """Describe the database, define the city's indicators and load two years of them; returns how many there are."""
    member, today = people.city.member(STATISTICS), people.today()
    provider = Provider(member.name, member.organisation_code, unit="数据科", contact=member.contact)
    entry = register_entry(provider, member.system, today, source=member.name)
    described = DemoEntry(entry, STATISTICS, "", (), ())
    describe(people, described)
    review(people, described)
    told = tomllib.loads(files("hub.demo").joinpath("base").joinpath("zhibiao.toml").read_text(encoding="utf-8"))
    with services.database.begin(statement_timeout_seconds=0) as unit:
        switch_on(services.context, unit, services.settings.pack, entry.name)
        found = define_indicators(services.context, unit, told)
        load_file(services.context, unit, folder / f"{FIGURES}.csv", MAPPING)
    return len(found)
