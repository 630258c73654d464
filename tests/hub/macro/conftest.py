"""One served city whose statistics bureau feeds the indicators; its clock travels."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from catalogue import store as catalogue_store
from catalogue.entry import Citation, CitationRank, Opening, Provider, Sharing
from catalogue.item import DataType
from hub.demo.directory import demo_entry
from hub.demo.load import LIFECYCLE
from hub.identity.facts import CONSOLE
from hub.identity.roles import Role
from hub.registers import sources
from hub.registers.macro import feed_store
from hub.registers.macro.entry import register_entry
from hub.registers.macro.feeding import set_feed, sweep
from hub.registers.macro.loading import define_indicators
from policies.facts import OpenType, ShareType
from tests.support.clock import Clock
from tests.support.hosted import Doors, HostedCity, hosted_city

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from catalogue.entry import Entry
    from tests.conftest import Server

STATISTICS, AUTHORITY, AGENCY = "tongjiju", "shujuju", "minzhengju"
SOURCE = "jingji-zhibiao-neibu"
SECOND = "zhibiao-fubao"
TAKEN_SECONDS = 20.0
START = datetime(2026, 3, 2, 2, tzinfo=UTC)
ABOUT = {"definition": "按制度核算的最终成果", "coverage": "全市", "method": "核算", "owner": "统计局"}
INDICATORS = {
    "GDP": {**ABOUT, "additive": True},
    "RETAIL": {**ABOUT, "joins_january": True},
    "CPI": ABOUT,
    "IND_VA": {**ABOUT, "joins_january": True},
}
COLUMNS = {
    "indicator": "zhibiao_daima", "area": "diqu_daima", "frequency": "pinlv", "period": "shiqi", "measure": "koujing",
    "value": "shuzhi", "unit": "danwei", "status": "zhuangtai", "vintage": "banben", "release_time": "fabu_shijian",
}  # fmt: skip
MAPPING = {"columns": COLUMNS, "fixed": {"reason": "统计局修订"}}
HEADER = ("zhibiao_daima", "zhibiao_mingcheng", "diqu_daima", "pinlv", "shiqi", "koujing", "shuzhi", "danwei",
          "zhuangtai", "banben", "fabu_shijian")  # fmt: skip
CITY = "410199"


def figure(
    period: str, value: str, release: str = "2026-02-01 10:00:00", *, vintage: int = 1, **more: str
) -> tuple[str, ...]:
    """Return one row as the bureau pushes it."""
    told = {
        "zhibiao_daima": "GDP", "zhibiao_mingcheng": "指标", "diqu_daima": CITY, "pinlv": "Q", "shiqi": period,
        "koujing": "cumulative", "shuzhi": value, "danwei": "亿元", "zhuangtai": "P" if vintage == 1 else "F",
        "banben": str(vintage), "fabu_shijian": release,
    }  # fmt: skip
    return tuple({**told, **more}[name] for name in HEADER)


def closed_source(people: Any, name: str) -> Entry:
    """Return the bureau's own table of figures: not open, shared on conditions, for some figures come early."""
    entry = demo_entry("zhuyao-jingji-zhibiao", people.today()).entry
    items = tuple(
        replace(
            item, share_type=ShareType.CONDITIONAL, share_scope="统计局", share_purpose="汇总", base_item=False,
            share_citation="统计法实施条例 第二十八条", excluded_from_opening=True, code_list=None, element=None,
        )
        for item in entry.items
    )  # fmt: skip
    items = tuple(
        replace(item, type=DataType.NUMBER, length=24, scale=6) if item.column == "shuzhi" else item for item in items
    )
    basis = (Citation("统计法实施条例", "第二十八条", CitationRank.ADMINISTRATIVE_REGULATION),)
    return replace(
        entry,
        name=name,
        title=f"内部指标 {name}",
        items=items,
        licence="",
        opening=Opening(OpenType.CLOSED),
        sharing=Sharing(ShareType.CONDITIONAL, scope="统计局", purpose="汇总", citations=basis, modes=("01",)),
    )


def publish(people: Any, provider: str, entry: Entry) -> None:
    """Take an entry through its lifecycle."""
    draft = people.person(provider, Role.CLERK).call("POST", "/api/v1/entries", json={"entry": entry.to_dict()})
    assert [one for one in draft["findings"] if one.get("severity") == "error"] == []
    path = f"/api/v1/entries/{entry.name}/steps"
    for step, role in LIFECYCLE:
        people.person(provider, role).call("POST", path, json={"step": step})
    for step in ("audit", "publish"):
        people.person(AUTHORITY, Role.CATALOGUE_REVIEWER).call("POST", path, json={"step": step})


@pytest.fixture(scope="package")
def clock() -> Clock:
    """Give the clock of the city."""
    return Clock(START)


@pytest.fixture(scope="package")
def city(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[HostedCity]:
    """Lend a city with the register switched on, described, its indicators defined and two feeds set."""
    with hosted_city(server, template, tmp_path_factory.mktemp("macro"), now=clock) as city:
        people, context = city.people, city.services.context
        member = people.city.member(AUTHORITY)
        provider = Provider(member.name, member.organisation_code, unit="数据资源科", contact=member.contact)
        described = register_entry(provider, member.system, people.today())
        publish(people, AUTHORITY, described)
        for name in (SOURCE, SECOND):
            publish(people, STATISTICS, closed_source(people, name))
        with city.services.database.begin() as unit:
            entry = catalogue_store.find_entry(unit, described.name)
            assert entry is not None
            sources.describe_by(context, unit, "macro_economy", entry.id, CONSOLE)
            sources.switch(context, unit, "macro_economy", CONSOLE, is_on=True)
            define_indicators(context, unit, INDICATORS)
            for name in (SOURCE, SECOND):
                set_feed(context, unit, name, MAPPING)
        city.services.identity.keeper.refresh_or_log()
        yield city


class Bureau:
    """What the statistics bureau does: push rows, and the hub takes them."""

    def __init__(self, city: HostedCity, folder: Path) -> None:
        self.city = city
        self._folder = folder
        self._number = 0

    def push(self, rows: Sequence[Sequence[str]], *, to: str = SOURCE, mode: str = "upsert") -> None:
        """Push rows and let the hub take them at once."""
        self._number += 1
        path = self._folder / f"push-{self._number}.csv"
        path.write_text("\n".join(",".join(row) for row in (HEADER, *rows)) + "\n", "utf-8")
        report = self.city.people.person(STATISTICS, Role.CLERK).push(to, path, options={"mode": mode})
        assert report["counts"]["rejected"] == 0, report
        self.take()

    def take(self) -> None:
        """Let the hub take what is pushed; its own round may be at it already."""
        services = self.city.services
        deadline = time.monotonic() + TAKEN_SECONDS
        while time.monotonic() < deadline:
            sweep(services.context, services.database)
            with services.database.begin() as unit:
                found = feed_store.feeds(unit)
            if not any(one.lag for one in found):
                return
            assert [one.fault for one in found if one.fault] == []
            time.sleep(0.05)
        raise AssertionError("the figures were not taken")


@pytest.fixture(scope="package")
def bureau(city: HostedCity, tmp_path_factory: pytest.TempPathFactory) -> Bureau:
    """Lend the statistics bureau."""
    return Bureau(city, tmp_path_factory.mktemp("pushes"))


@pytest.fixture(scope="package")
def doors(city: HostedCity) -> Iterator[Doors]:
    """Lend plain clients."""
    doors = Doors(city)
    yield doors
    doors.close()
