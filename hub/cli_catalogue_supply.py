"""What supplies an entry that was described: the pull of its table, or the mapping of its file, ready to be used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hub.directory.describing.cycle import strategy_of

if TYPE_CHECKING:
    from hub.cli_catalogue_sources import FileRead
    from hub.directory.describing.entry import Proposal

SCHEDULES: Final[dict[str, dict[str, Any]]] = {
    "hourly": {"kind": "every", "minutes": 60},
    "daily": {"kind": "daily", "at": "02:30"},
    "weekly": {"kind": "weekly", "weekday": 1, "at": "02:30"},
    "monthly": {"kind": "monthly", "day": 1, "at": "02:30"},
}


def pull_body(proposal: Proposal, often: str, name: str) -> dict[str, Any]:
    """Return the body of ``hub pull add`` for the table: every column is an item or is left out by name; no secret."""
    from connectors.databases.address import parse_address

    table = proposal.table
    address, _ = parse_address(table.source)
    items = {item.column: item for item in proposal.entry.items}
    rename = {one.source: one.item.column for one in proposal.items.proposals if one.item.column in items}
    by_column = {column: source for source, column in rename.items()}
    strategy, watermark, _why = strategy_of(table, proposal.entry.keys)
    source: dict[str, Any] = {"kind": "database", "address": address.shown}
    definition: dict[str, Any] = {
        "source": source,
        "schedule": SCHEDULES[often],
        "strategy": strategy,
        "rename": rename,
    }
    ignored = [column.name for column in table.columns if column.name not in rename]
    if any(not column.travels for column in table.columns):
        # Binary columns cannot be passed over in a table: the query names what travels.
        source["query"] = _query(proposal, [name for name in (*rename, watermark) if name])
    else:
        source["table"] = f"{table.schema}.{table.name}" if table.schema else table.name
        definition["ignore"] = ignored
    if strategy != "whole":
        definition["key"] = [by_column[key] for key in proposal.entry.keys]
    if watermark:
        definition["watermark"] = watermark
        definition["overlap"] = 600
        definition["whole_every_days"] = 7
    return {"entry": name, "definition": definition}


def _query(proposal: Proposal, names: list[str]) -> str:
    from connectors.databases import mysql_speech, postgres_speech
    from connectors.databases.address import Dialect, parse_address

    address, _ = parse_address(proposal.table.source)
    named = postgres_speech.named if address.dialect is Dialect.POSTGRESQL else mysql_speech.named
    place = ".".join(named(part) for part in (proposal.table.schema, proposal.table.name) if part)
    return f"SELECT {', '.join(map(named, dict.fromkeys(names)))} FROM {place}"  # noqa: S608 - quoted by the dialect


def mapping_text(proposal: Proposal, file: FileRead, name: str) -> str:
    """Return the mapping of a described file as the TOML a clerk keeps and saves."""
    from hub.push.header import HeaderMapping
    from hub.push.mappings.file_mapping import FileMapping
    from hub.push.mappings.toml_text import Document, dump

    columns = {one.source: one.item.column for one in proposal.items.proposals}
    own = {item.column for item in proposal.entry.items}
    named = [(one if one.strip() == name else name, name) for one, name in zip(file.header, file.names, strict=True)]
    rename = {key: columns[name] for key, name in named if name and columns.get(name) in own}
    ignore = frozenset(key for key, name in named if name and key not in rename)
    mapping = FileMapping(file.options, HeaderMapping(rename, ignore), file.header)
    return dump(Document(mapping, name, "由 hub catalogue describe 拟定"))
