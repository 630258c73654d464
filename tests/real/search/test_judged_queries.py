"""Judged queries over 11,619 real records: what people look for stands on the first page.

The judgements are in ``judgements.toml``; docs/explanation/search.md says how they were made. The records stand beside
the project and are not part of it.
"""

from __future__ import annotations

import gzip
import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from catalogue import tables
from catalogue.finding import PUBLIC_VIEWER, Ask, find
from tests.catalogue.directory import described, holder, put_in_force
from tests.conftest import lent_database

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from catalogue.entry import Entry
    from hub.database import Database
    from tests.catalogue.directory import Holder
    from tests.conftest import Server

HERE: Final = Path(__file__).resolve()
DUMPS: Final = HERE.parents[3].parent / "shared" / "data" / "catalogue"
PORTALS: Final = {
    "ningxia": "ningxia_ningxia.json.gz",
    "yinchuan": "ningxia_yinchuan.json.gz",
    "chuzhou": "anhui_chuzhou.json",
    "hefei": "anhui_hefei.json",
    "huaibei": "anhui_huaibei.json",
    "bengbu": "anhui_bengbu.json",
    "luzhou": "sichuan_luzhou.json.gz",
}
PROVIDERS: Final = ("提供单位", "数源单位", "来源部门", "提供方", "数据提供方")
ABSTRACTS: Final = ("描述", "摘要", "摘要信息", "资源摘要")
KEYWORDS: Final = ("关键词", "关键字", "标签")
PAGE: Final = 10
TO_REACH: Final = 0.9
QUERIES: Final[list[dict[str, Any]]] = tomllib.loads(HERE.with_name("judgements.toml").read_text("utf-8"))["query"]

pytestmark = [
    pytest.mark.skipif(not DUMPS.is_dir(), reason="the records of the portals are not beside the project"),
    pytest.mark.long,
]


def first_of(record: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((str(record[name]) for name in names if record.get(name)), "")


def records() -> Iterator[tuple[str, Holder, Entry]]:
    """Yield every record with its place, as a bare entry."""
    for portal, file in PORTALS.items():
        raw = (DUMPS / f"cn_portal_{file}").read_bytes()
        for position, record in enumerate(json.loads(gzip.decompress(raw) if file.endswith(".gz") else raw)):
            by = holder(first_of(record, PROVIDERS))
            place = f"{portal}-{position}"
            keywords = tuple(word for word in first_of(record, KEYWORDS).replace("，", ",").split(",") if word.strip())
            entry = described(str(record["标题"]), by).to_dict() | {
                "name": place,
                "abstract": first_of(record, ABSTRACTS),
                "keywords": list(dict.fromkeys(keywords)),
            }
            yield place, by, type(described("", by)).from_dict(entry)


@pytest.fixture(scope="module")
def harvested(server: Server, template: str) -> Iterator[Database]:
    with lent_database(server, template) as database:
        with database.begin(statement_timeout_seconds=0) as unit:
            put_in_force(unit, ((by, entry) for _, by, entry in records()))
        with database.begin() as unit:
            unit.connection.exec_driver_sql(f"ANALYZE {tables.entry_index.fullname}")
        yield database


def relevant(query: Mapping[str, Any]) -> set[str]:
    """Return the places of the records that answer a query."""
    places = set()
    for line in str(query["relevant"]).splitlines():
        portal, _, positions = line.partition(":")
        places |= {f"{portal}-{position}" for position in positions.split()}
    return places


def share_found(database: Database, query: Mapping[str, Any]) -> float:
    """Return hits of the first page that are relevant, of as many as could be: what is near counts as shown."""
    with database.begin() as unit:
        found = find(unit, PUBLIC_VIEWER, Ask(query["text"], limit=PAGE))
    wanted = relevant(query)
    shown = [hit.name for hit in (*found.hits, *found.near)][:PAGE]
    return len(wanted & set(shown)) / min(PAGE, len(wanted))


def test_at_least_sixty_queries_are_judged_and_each_has_an_answer() -> None:
    assert len({query["text"] for query in QUERIES if relevant(query)}) >= 60


def test_what_is_looked_for_stands_on_the_first_page(harvested: Database) -> None:
    shares = {query["text"]: share_found(harvested, query) for query in QUERIES}
    poor = {text: round(share, 2) for text, share in shares.items() if share < TO_REACH}
    assert sum(shares.values()) / len(shares) >= TO_REACH, poor


def test_a_record_is_found_by_its_own_title(harvested: Database) -> None:
    titles = {entry.title for place, _, entry in records() if place.endswith("97")}
    with harvested.begin() as unit:
        firsts = {title: find(unit, PUBLIC_VIEWER, Ask(title, limit=1)).hits for title in titles}
    assert [title for title, hits in firsts.items() if not hits or hits[0].title != title] == []


def test_a_record_is_found_by_its_name(harvested: Database) -> None:
    with harvested.begin() as unit:
        found = find(unit, PUBLIC_VIEWER, Ask("luzhou-0", limit=1)).hits
    assert [hit.name for hit in found] == ["luzhou-0"]
