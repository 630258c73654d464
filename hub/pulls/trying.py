"""Trying a source before it is pulled: can it be reached, which columns does it have, do they fit; rows masked.

Nothing is stored. The first rows are shown as rejected values are: enough to see that the right table is read, not
enough to use; a column that is no item of the entry shows lengths alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from connectors.databases.reading import Reader, Wanted, open_session
from connectors.http_source import client_for, probe
from connectors.port import letter, position
from hub.pulls.definition import DatabaseSource, HttpSource, ObjectSource, Strategy
from hub.pulls.parts import note
from hub.pulls.sources import credentials_of, login_of, store_of
from hub.push.errors import HeaderMismatchError
from hub.push.header import map_header
from hub.push.masks import masked

if TYPE_CHECKING:
    from catalogue.entry import Entry
    from hub.pulls.definition import Definition
    from hub.pulls.sources import Outside

SHOWN_ROWS: Final = 5
SHOWN_OBJECTS: Final = 20


@dataclass(frozen=True, slots=True)
class Trial:
    """What was found: columns with their types and items, masked rows or names of objects, notes."""

    columns: tuple[dict[str, str], ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    objects: tuple[dict[str, Any], ...] = ()
    notes: tuple[dict[str, str], ...] = ()
    is_encrypted: bool | None = None
    problem: dict[str, Any] | None = None


def try_source(outside: Outside, entry: Entry, definition: Definition, secret: str) -> Trial:
    """Connect and look.

    Raises:
        SourceError, EgressRefusedError, EgressUnreachableError: the source does not let the hub look.
    """
    source = definition.source
    match source:
        case DatabaseSource():
            return _try_database(outside, entry, definition, secret)
        case HttpSource():
            return _try_http(outside, source, secret)
        case ObjectSource():
            store = store_of(outside, source, secret)
            try:
                found = store.list_objects(source.prefix, source.pattern)
            finally:
                store.close()
            shown = [
                {"name": one.name, "size": one.size, "modified": one.modified.isoformat()}
                for one in found[-SHOWN_OBJECTS:]
            ]
            told = note(f"共 {len(found)} 个对象符合，显示最新的 {len(shown)} 个", f"{len(found)} objects fit")
            return Trial(objects=tuple(shown), notes=(told,))


def _try_database(outside: Outside, entry: Entry, definition: Definition, secret: str) -> Trial:
    source = definition.source
    if not isinstance(source, DatabaseSource):
        raise TypeError("no database")
    with open_session(login_of(outside, source, secret)) as session:
        reader = Reader.of(session, source.relation(), outside.limits)
        frame = pl.concat([pl.DataFrame(), *reader.rows(Wanted(first=SHOWN_ROWS))], how="diagonal")
        encrypted = session.is_encrypted
    header = reader.header
    letters = [letter(index) for index in range(len(header))]
    problem: dict[str, Any] | None = None
    places: dict[int, str] = {}
    try:
        mapped = map_header(header, letters, entry.items, definition.mapping)
        places = {index: column for column, index in mapped.positions.items()}
    except HeaderMismatchError as error:
        problem = {"zh": error.zh, "en": error.en, "next_zh": error.next_zh, "next_en": error.next_en}
    columns = tuple(
        {"name": one.name, "type": one.type, "item": places.get(index, "")} for index, one in enumerate(reader.columns)
    )
    return Trial(
        columns, _masked(frame, entry, places), (), _notes(definition, encrypted=encrypted), encrypted, problem
    )


def _masked(frame: pl.DataFrame, entry: Entry, places: dict[int, str]) -> tuple[tuple[str, ...], ...]:
    items = {item.column: item for item in entry.items}
    hidden = pl.format("*（{} 字）", pl.col("v").str.len_chars())
    shown = []
    for index in range(frame.width):
        values = frame[position(index)].fill_null("")
        column = places.get(index)
        if column is not None:
            shown.append(masked(values, items[column]).to_list())
        else:
            shown.append(values.to_frame("v").select(hidden).to_series().to_list())
    return tuple(zip(*shown, strict=True))


def _notes(definition: Definition, *, encrypted: bool) -> tuple[dict[str, str], ...]:
    notes = []
    if not encrypted:
        notes.append(
            note(
                "与数据源的连接没有加密；数据源支持 TLS 时，在地址后加 ?sslmode=require 或 verify-full",
                "the connection is not encrypted; where the source speaks TLS, add ?sslmode=require or verify-full",
            )
        )
    if definition.strategy is Strategy.WATERMARK:
        notes.append(
            note(
                "水位方式看不到数据源删除的行，也看不到水位列为空的行；可设 whole_every_days 定期全量核对",
                "a watermark does not see rows that are deleted, nor those without a value in its column;"
                " set whole_every_days to fetch all rows from time to time",
            )
        )
    return tuple(notes)


def _try_http(outside: Outside, source: HttpSource, secret: str) -> Trial:
    with client_for(outside.policy, outside.limits, source.trust_pem) as client:
        found = probe(client, source.address, credentials_of(source, secret).headers)
    is_told = bool(found["etag"] or found["modified"])
    told = (
        note("服务器给出版本标识，未变化的文件不会重复传输", "the server tells versions: an unchanged file is not sent")
        if is_told
        else note("服务器不给出版本标识，每次都会传输整个文件", "the server tells no version: the file comes each time")
    )
    return Trial(objects=({"name": source.address.rpartition("/")[2], **found},), notes=(told,))
