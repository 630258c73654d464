"""A directory for descriptions: the demo city's entries put in place at once, and entries as a harvest leaves them."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from catalogue import store
from catalogue.entry import Entry, Link, Opening, Origin, Provider, Sharing
from catalogue.finding_index import index_entries
from catalogue.lifecycle import State
from catalogue.names import pinyin_sort_key
from hub.demo.directory import demo_entries
from hub.identity import store as identity_store
from hub.rows import tables as row_tables
from policies.facts import OpenType, ShareType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub.database import Unit
    from hub.services import Services

HARVESTED: Final = "caiji-"
CLOSED: Final = "caiji-bu-kaifang"
NOBODY: Final = uuid.UUID(int=0)
HARVEST_DAY: Final = datetime(2026, 5, 1, 3, 0, tzinfo=UTC)


def harvested_entries() -> tuple[Entry, ...]:
    """Return entries as other portals describe theirs: whole, poor, odd, and one that is closed to society."""
    origin = Origin("hefei", "r-1", HARVEST_DAY, "https://data.example.cn/dataset/1", "合肥市生态环境局", "2024-03-01")
    whole = Entry(
        title="空气质量监测点位",
        title_en="Air quality stations",
        name=f"{HARVESTED}kongqi",
        provider=Provider("合肥市生态环境局", "11340100MB0000000X", contact="0551-65500000 hb@example.cn"),
        sharing=Sharing(ShareType.UNCONDITIONAL),
        opening=Opening(OpenType.UNCONDITIONAL),
        abstract="全市空气质量监测点位的名称和位置。",
        class_path=("2", "211"),
        update_cycle="6",
        spatial_coverage=("340100",),
        temporal_start="2019",
        temporal_end="2023-12-31",
        keywords=("空气", "监测"),
        licence="https://creativecommons.org/licenses/by/4.0/",
        origin=origin,
        links=(
            Link("https://data.example.cn/files/1 空气.csv", "点位表", "csv", "text/csv", 12_000),
            Link("https://data.example.cn/wfs?service=WFS", "点位服务", "WFS"),
            Link("https://data.example.cn/files/1.weird", "其他", "某种格式", "application/octet-stream"),
        ),
    )
    poor = Entry(
        title="财政预算公开",
        name=f"{HARVESTED}yusuan",
        provider=Provider("某县财政局", "", contact="张**  138****0000"),
        sharing=Sharing(ShareType.CONDITIONAL),
        opening=Opening(OpenType.CONDITIONAL, "向提供单位申请"),
        class_path=("3",),
        origin=replace(origin, record="r-2", url="", modified=""),
    )
    odd = replace(
        whole,
        title="怪条目 <&> \"'",
        title_en="",
        name=f"{HARVESTED}guai",
        abstract="含有标记 <b>不是标签</b> & 控制字符\x0b。",
        class_path=(),
        licence="本平台许可协议",
        temporal_start="去年",
        keywords=(),
        links=(Link("not an address"), Link("ftp://data.example.cn/a file.zip", "", "ZIP")),
        origin=replace(origin, record="r-3", url="https://data.example.cn/?id=3&名=值"),
    )
    closed = replace(whole, title="内部名册", name=CLOSED, opening=Opening(OpenType.CLOSED), links=())
    return whole, poor, odd, closed


def plant(services: Services, entries: Iterable[tuple[Entry, str]]) -> None:
    """Put entries in force at once, each with the slug of its member, without the steps that lead there."""
    with services.database.begin() as unit:
        ids = [_planted(unit, entry, slug) for entry, slug in entries]
        index_entries(unit, ids)
        identity_store.bump_epoch(unit)


def _planted(unit: Unit, entry: Entry, slug: str) -> uuid.UUID:
    member = identity_store.member(unit, "slug", slug)
    assert member is not None
    now = datetime.now(UTC)
    row = store.EntryRow(
        id=uuid.uuid4(),
        name=entry.name,
        resource_code=f"3070140/{entry.name}",
        provider_id=member.id,
        jurisdiction=member.jurisdiction,
        title=entry.title,
        draft_version=None,
        published_version=1,
        share_type=int(entry.sharing.type),
        open_type=int(entry.opening.type),
        class_path=entry.class_path,
        created_at=now,
        published_at=now,
        withdrawn_at=None,
        suspended=False,
    )
    store.insert_entry(unit, row, pinyin_sort_key(entry.title))
    version = store.VersionRow(row.id, 1, State.PUBLISHED.value, entry.to_dict(), (), NOBODY, now, now)
    store.save_version(unit, version)
    if entry.origin is None:
        row_tables.ensure(unit, row_tables.RowTable(row.id, entry.items, entry.keys))
    return row.id


def demo_directory(services: Services, *, besides: Iterable[str] = ()) -> list[tuple[Entry, str]]:
    """Return the demo's entries with their members' slugs, without those that are published by the book."""
    skipped = frozenset(besides)
    today = services.context.today()
    return [(one.entry, one.provider) for one in demo_entries(today) if one.name not in skipped]
