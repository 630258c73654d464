"""datastore_create: the fields of a client become items of the entry, in a draft that waits for review.

Field names stay as they are, Chinese ones too: an item's column is made from them where they are no column name. What
fits the published items needs no review, and its records are pushed at once.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from catalogue.entry import PushMode
from catalogue.item import DataType, Item
from catalogue.names import slug
from hub.directory import publish
from hub.open.ckan.actions import action
from hub.open.ckan.datastore import FAMILY
from hub.open.ckan.datastore_found import standing_of
from hub.open.ckan.datastore_rows import columns_by_name
from hub.open.ckan.datastore_view import ROW_ID, field_id
from hub.open.ckan.datastore_writes import write_records
from hub.open.ckan.errors import CkanNotFoundError, CkanValidationError
from hub.open.ckan.package_forms import UNDER_REVIEW
from hub.open.ckan.package_writes import DRAFT, current_entry, desk_of, own_entry_row
from hub.open.ckan.writing import clerk_of, own_resource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from catalogue.entry import Entry
    from hub.open.ckan.asks import Arguments, CkanAsk

MOST_FIELDS: Final = 500
LONGEST_NAME_BYTES: Final = 63
GUESS_ROWS: Final = 100
_COLUMN: Final = re.compile(r"[a-z][a-z0-9_]{0,58}")
_TYPES: Final = {
    "text": DataType.MEMO,
    "varchar": DataType.MEMO,
    "int": DataType.INTEGER,
    "integer": DataType.INTEGER,
    "int2": DataType.INTEGER,
    "int4": DataType.INTEGER,
    "int8": DataType.INTEGER,
    "bigint": DataType.INTEGER,
    "smallint": DataType.INTEGER,
    "float": DataType.DOUBLE,
    "float4": DataType.DOUBLE,
    "float8": DataType.DOUBLE,
    "double precision": DataType.DOUBLE,
    "numeric": DataType.NUMBER,
    "date": DataType.DATE,
    "timestamp": DataType.DATETIME,
    "timestamptz": DataType.DATETIME,
    "bool": DataType.BOOLEAN,
    "boolean": DataType.BOOLEAN,
    "json": DataType.MEMO,
    "jsonb": DataType.MEMO,
    "_text": DataType.MEMO,
}
_NOT_HERE: Final = ("triggers", "delete_fields")


@action(
    "datastore_create",
    family=FAMILY,
    own_transactions=True,
    differs="New fields are items of the entry: a draft that waits for review, and its records with it (they are not"
    " kept: send them again with datastore_upsert once it is published). Fields that fit the published items need no"
    " review. json and array fields are kept as their text; aliases, indexes and triggers are not served. " + DRAFT,
)
def create(ask: CkanAsk) -> dict[str, Any]:
    """Describe the fields of a resource, and write its first records where they are published already."""
    arguments = ask.arguments
    caller = clerk_of(ask)
    for name in _NOT_HERE:
        if arguments.get(name):
            raise CkanValidationError({name: ["此处不提供 / not served here"]})
    key = _key(arguments)
    fields = _fields(arguments)
    records = arguments.mappings("records")
    wanted = tuple(arguments.texts("primary_key", by_comma=True))
    answer = {name: value for name, value in arguments.items() if name not in {"records", "force", "resource"}}
    answer |= {"resource_id": key, "method": "insert", "fields": fields or _guessed(records)}
    if _fits(ask, key, answer["fields"], wanted):
        if records:
            answer["push"] = write_records(ask, own_resource(ask, key), records, "upsert" if wanted else "insert")
        return answer
    with ask.hub.database.begin() as unit:
        inside = replace(ask, open_unit=unit)
        row = own_entry_row(inside, _entry_key(ask, key))
        entry = with_fields(current_entry(inside, row), answer["fields"], wanted)
        publish.revise(desk_of(inside), row.name, entry.to_dict())
    del caller
    note = "；记录未保存，发布后请用 datastore_upsert 提交 / records were not kept: send them once it is published"
    return {**answer, "state": "draft", "review": UNDER_REVIEW + (note if records else "")}


def _key(arguments: Arguments) -> str:
    """Return the resource, or the dataset a new resource is to be of."""
    key = arguments.text("resource_id")
    if key:
        return key
    package_id = str(arguments.mapping("resource").get("package_id") or "")
    if not package_id:
        raise CkanValidationError({"resource_id": ["缺少值 / Missing value"]})
    return package_id


def _entry_key(ask: CkanAsk, key: str) -> str:
    """Return the entry of a resource or dataset, a draft's too."""
    from hub.open.ckan.resource_writes import package_of_resource

    try:
        return package_of_resource(ask, key)
    except CkanNotFoundError:
        return key


def _fields(arguments: Arguments) -> list[dict[str, Any]]:
    fields = arguments.mappings("fields")
    if len(fields) > MOST_FIELDS:
        raise CkanValidationError({"fields": [f"不超过 {MOST_FIELDS} 个 / at most {MOST_FIELDS}"]})
    names: set[str] = set()
    for one in fields:
        name = one.get("id")
        if name == ROW_ID:
            continue
        if not isinstance(name, str) or not _is_name(name) or name in names:
            zh = f"名称 {str(name)[:60]} 不合规或重复：不得以 _ 开头，不含双引号和首尾空格，不超过 63 字节"
            raise CkanValidationError({"fields": [f"{zh} / a name is not valid or stands twice"]})
        names.add(name)
        if str(one.get("type", "text")).lower() not in _TYPES:
            raise CkanValidationError({"fields": [f"没有类型 {str(one.get('type'))[:30]} / no such type"]})
    return [one for one in fields if one.get("id") != ROW_ID]


def _is_name(name: str) -> bool:
    plain = name == name.strip() and name and not name.startswith("_") and '"' not in name
    return bool(plain) and len(name.encode("utf-8", "replace")) <= LONGEST_NAME_BYTES and name.isprintable()


def _guessed(records: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return fields of the types the first records have."""
    names = list(dict.fromkeys(str(name) for record in records[:GUESS_ROWS] for name in record))
    bad = [name for name in names if not _is_name(name)]
    if not names or bad:
        raise CkanValidationError({"fields": ["须给出 fields，或名称合规的 records / fields or records are needed"]})
    return [{"id": name, "type": _guess([record.get(name) for record in records[:GUESS_ROWS]])} for name in names]


def _guess(values: Sequence[object]) -> str:
    kinds = {_kind(value) for value in values if value is not None and value != ""}
    if kinds == {"int", "float"}:
        return "float"
    return kinds.pop() if len(kinds) == 1 else "text"


def _kind(value: object) -> str:
    """Return the type CKAN would guess for one value."""
    if isinstance(value, str):
        return "timestamp" if _is_moment(value) else "text"
    known = {bool: "bool", int: "int", float: "float", list: "json", dict: "json"}
    return known.get(type(value), "text")


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return len(text) >= len(date.min.isoformat())


def _fits(ask: CkanAsk, key: str, fields: Sequence[Mapping[str, Any]], wanted: Sequence[str]) -> bool:
    """Whether the published entry has all these items, of these types, and this key."""
    try:
        resource = standing_of(ask.hub, key).resource
    except CkanNotFoundError:
        return False
    own_resource(ask, key)
    items = {item.column: item for item in resource.entry.items}
    columns = columns_by_name(resource.entry.items)
    names = [str(one["id"]) for one in fields]
    if not items or any(name not in columns for name in names):
        return False
    key_columns = tuple(columns.get(name, "") for name in wanted)
    return not wanted or set(key_columns) == set(resource.table.key)


def with_fields(entry: Entry, fields: Sequence[Mapping[str, Any]], wanted: Sequence[str]) -> Entry:
    """Return the entry with the fields among its items; items that are not named stay.

    Raises:
        CkanValidationError: the primary key names what is no field.

    """
    items = list(entry.items)
    for one in fields:
        name = str(one["id"])
        place = next((number for number, item in enumerate(items) if name in {field_id(item), item.column}), None)
        made = _item(one, {item.column for item in items}, items[place] if place is not None else None)
        if place is None:
            items.append(made)
        else:
            items[place] = made
    columns = columns_by_name(items)
    unknown = [name for name in wanted if name not in columns]
    if unknown:
        raise CkanValidationError({"primary_key": [f"没有 {'、'.join(unknown)[:100]} / no such field"]})
    keys = tuple(columns[name] for name in wanted) or entry.keys
    modes = tuple(dict.fromkeys((*entry.push.modes, *PushMode)))
    return replace(entry, items=tuple(items), keys=keys, push=replace(entry.push, modes=modes))


def _item(one: Mapping[str, Any], taken: set[str], old: Item | None) -> Item:
    name = str(one["id"])
    info = one.get("info") if isinstance(one.get("info"), dict) else {}
    label, notes = str((info or {}).get("label") or ""), str((info or {}).get("notes") or "")
    if old is not None:
        return replace(old, name=label or old.name, description=notes or old.description)
    column = name if _COLUMN.fullmatch(name) else _column(name, taken)
    kind = _TYPES[str(one.get("type", "text")).lower()]
    ckan_id = None if column == name else name
    return Item(name=label or name, column=column, type=kind, description=notes, ckan_id=ckan_id)


def _column(name: str, taken: set[str]) -> str:
    """Return a free column name made from a field's name."""
    stem = slug(name).replace("-", "_")[:50]
    stem = stem if stem[:1].isalpha() else f"c_{stem}"
    found, number = stem, 2
    while found in taken:
        found, number = f"{stem}_{number}", number + 1
    return found
