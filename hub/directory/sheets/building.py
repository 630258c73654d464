"""Rows of the template become entries as JSON: every cell is read, every fault is told with its place. Pure.

What the file has no column for stays as it is in an entry that exists. Sharing types of older systems (0, 1, 2) are
told from the national ones (1, 2, 3) by the whole column: a 0 says that it is the older form; with a 3 beside it
nobody can tell, and that is a fault.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from catalogue.classes import LIST, shipped_tree
from catalogue.code_lists import load_code_list
from catalogue.names import slug
from catalogue.subjects import folded
from hub.directory.sheets import cells
from hub.directory.sheets.cells import CellError, parts_of
from hub.directory.sheets.columns import (
    CLASSES,
    ENTRY_COLUMNS,
    ITEM_COLUMNS,
    ITEM_REST,
    OPEN_FLAG,
    REST,
    SHARE_CONDITION,
    Column,
    put_inside,
    rest_of,
)
from hub.directory.sheets.faults import Fault, Normalised
from hub.directory.sheets.rows import SPECIAL, share_condition
from hub.directory.sheets.words import code_of
from policies.facts import OpenType, ShareType

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from catalogue.classes import ClassTree
    from hub.directory.sheets.reading import SheetRow, SheetTable

_LONGEST_COLUMN: Final = 59
_OLDER_TYPES: Final = {"0": "1", "1": "2", "2": "3"}
_CONDITION: Final = re.compile(r"(?:共享)?范围[：:](?P<scope>.*?)[；;]\s*(?:使用)?用途[：:](?P<purpose>.*)", re.DOTALL)


@dataclass(slots=True)
class Resource:
    """A resource of a file: its row, the rows of its items (None: the file says nothing of items), its faults."""

    table: SheetTable
    row: SheetRow
    items: list[SheetRow] | None = None
    item_table: SheetTable | None = None
    faults: list[Fault] = field(default_factory=list)

    def fault(self, key: str, text: tuple[str, str], mend: tuple[str, str], *, row: SheetRow | None = None) -> None:
        """Note a fault in a cell of the resource (or, with ``row``, of an item)."""
        table = self.table if row is None or self.item_table is None else self.item_table
        self.faults.append(Fault(table.place(row or self.row, key), *text, *mend))


def body_of(
    resource: Resource, base: Mapping[str, Any], normalised: Normalised, classes: ClassTree | None = None
) -> dict[str, Any]:
    """Return the JSON of a resource on top of what the entry says now (empty: a new one); faults go to the resource.

    ``classes`` is the tree in force; the shipped one where none is given.
    """
    body: dict[str, Any] = deepcopy(dict(base))
    table, row = resource.table, resource.row
    reader = Reader(resource, normalised)
    if REST in table.letters:
        _put_rest(reader, body, row, REST, ENTRY_COLUMNS, frozenset({"class_path", "items"}))
    for column in ENTRY_COLUMNS:
        if column.key in SPECIAL or column.key not in table.letters or (column.is_set and not base):
            continue
        if not column.is_set:
            reader.put(body, row, column)
    if any(key in table.letters for key in CLASSES):
        put_inside(body, ("class_path",), _class_path(reader, row, shipped_tree() if classes is None else classes), [])
    _older_columns(reader, body, row)
    if resource.items is not None:
        body["items"] = _items(resource, reader, base)
        if not body["items"]:
            del body["items"]
    return body


class Reader:
    """Reads cells of one resource into JSON, noting faults and forms of older systems."""

    def __init__(self, resource: Resource, normalised: Normalised) -> None:
        self.resource, self.normalised = resource, normalised

    def put(self, body: dict[str, Any], row: SheetRow, column: Column, *, item: bool = False) -> None:
        """Read a cell into its place."""
        text = row[column.key]
        where = row if item else None
        if not text.strip():
            if column.needed:
                missing = (f"没有填“{column.heading}”", f"«{column.heading}» is missing")
                self.resource.fault(column.key, missing, (column.about or "请填写", "fill it in"), row=where)
            put_inside(body, column.path, None, column.form.empty)
            return
        try:
            read = column.form.read(text)
        except CellError as error:
            mend = (error.mend_zh, error.mend_en)
            self.resource.fault(column.key, (error.zh, error.en), mend, row=where)
            return
        if read.otherwise:
            self.normalised.note(column.heading, text.strip(), read.otherwise)
        empty = column.form.empty if column.default is None else column.default
        put_inside(body, column.path, read.value, empty)


def _put_rest(
    reader: Reader,
    body: dict[str, Any],
    row: SheetRow,
    key: str,
    columns: tuple[Column, ...],
    besides: frozenset[str] = frozenset(),
) -> None:
    """Replace what no column holds by what the last one says."""
    for head, value in rest_of(body, columns, besides).items():
        if (
            isinstance(value, dict)
            and isinstance(body.get(head), dict)
            and any(one.path[:1] == (head,) for one in columns)
        ):
            for inner in value:
                del body[head][inner]
        else:
            body.pop(head, None)
    if not row[key].strip():
        return
    where = row if key == ITEM_REST else None
    try:
        given = cells.JSON.read(row[key]).value
    except CellError as error:
        reader.resource.fault(key, (error.zh, error.en), (error.mend_zh, error.mend_en), row=where)
        return
    if not isinstance(given, dict):
        text = ("应为 JSON 对象", "this is no JSON object")
        reader.resource.fault(key, text, ("照导出的写法填写", "write it as the export does"), row=where)
        return
    for head, value in given.items():
        if isinstance(value, dict) and isinstance(body.get(head), dict):
            body[head] |= value
        else:
            body[head] = value


def _class_path(reader: Reader, row: SheetRow, classes: ClassTree) -> list[str]:
    """Return the codes of the four class cells from the top down."""
    path: list[str] = []
    for key in CLASSES:
        for part in parts_of(row[key]):
            match = re.match(r"\d+", part)
            code = match[0] if match is not None else _class_called(part, path, classes)
            if code is None:
                text = ("分类树中没有这个名称", "the class tree has no such name")
                reader.resource.fault(key, text, ("填代码，如 1、101", "give its code, such as 1 or 101"))
                return path
            path.append(code)
    return path


def _class_called(name: str, above: list[str], classes: ClassTree) -> str | None:
    """Return the class in force of a name: that below the class before it, else the only one, else an older word."""
    living = (node for node in classes.nodes.values() if not node.is_retired)
    called = [node for node in living if folded(node.name_zh) == folded(name)]
    below = [node.code for node in called if above and node.parent == above[-1]]
    if below:
        return below[0]
    return called[0].code if len(called) == 1 else code_of(LIST, name)


def _older_columns(reader: Reader, body: dict[str, Any], row: SheetRow) -> None:
    """Read the guide's columns that an entry says in others: the open flag, and the one text of the condition."""
    opening, sharing = body.get("opening", {}), body.get("sharing", {})
    flag = row[OPEN_FLAG].strip()
    if flag:
        _open_flag(reader, body, row, flag)
    elif "type" not in opening:
        text = ("没有填开放类型，也没有“是否向社会开放”", "neither the open type nor the flag is given")
        key = "open_type" if "open_type" in reader.resource.table.letters else OPEN_FLAG
        reader.resource.fault(key, text, ("填 1、2、3 或 是、否", "give 1, 2, 3 or 是, 否"))
    condition = row[SHARE_CONDITION].strip()
    apart = {key: row[key] for key in ("share_scope", "share_purpose", "share_citations")}
    if not condition or condition == share_condition(apart, sharing.get("type")).strip():
        return
    if any(text.strip() for text in apart.values()):
        text = (
            "“共享条件”与共享范围、使用用途、依据三列不一致",
            "the condition contradicts the three columns beside it",
        )
        reader.resource.fault(SHARE_CONDITION, text, ("改三列，清空共享条件", "change the three, clear this one"))
        return
    _one_condition(reader, body, condition)


def _open_flag(reader: Reader, body: dict[str, Any], row: SheetRow, flag: str) -> None:
    try:
        is_open = bool(cells.FLAG.read(flag).value)
    except CellError as error:
        reader.resource.fault(OPEN_FLAG, (error.zh, error.en), (error.mend_zh, error.mend_en))
        return
    given = row["open_type"].strip()
    opening = body.setdefault("opening", {})
    if given:
        if "type" in opening and (opening["type"] != OpenType.CLOSED) != is_open:
            text = ("与开放类型不一致", "it contradicts the open type")
            reader.resource.fault(OPEN_FLAG, text, ("改其中一列", "change one of the two"))
        return
    unconditional = folded(row["open_condition"]) in {"", "无", "无条件", "无条件开放"}
    kind = OpenType.CLOSED if not is_open else OpenType.UNCONDITIONAL if unconditional else OpenType.CONDITIONAL
    now = opening.get("type")
    if now is None or (now != OpenType.CLOSED) != is_open:
        opening["type"] = int(kind)
        name = load_code_list("catalogue_open_type").rows[str(int(kind))].name_zh
        reader.normalised.note("是否向社会开放", flag, f"开放类型 {int(kind)} {name}")


def _one_condition(reader: Reader, body: dict[str, Any], condition: str) -> None:
    """Read the guide's one text: the citations of what is not shared, else scope and purpose where it names both."""
    sharing = body.setdefault("sharing", {})
    if sharing.get("type") == ShareType.WITHHELD:
        try:
            sharing["citations"] = cells.CITATIONS.read(condition).value
        except CellError as error:
            reader.resource.fault(SHARE_CONDITION, (error.zh, error.en), (error.mend_zh, error.mend_en))
            return
        read = "不予共享依据"
    elif (match := _CONDITION.fullmatch(condition)) is not None:
        sharing |= {"scope": match["scope"].strip(), "purpose": match["purpose"].strip()}
        read = "共享范围、使用用途"
    else:
        sharing["scope"] = condition
        read = "共享范围"
    reader.normalised.note("共享条件", "（一列）", read)


def _items(resource: Resource, reader: Reader, base: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the items of the rows, each on top of the entry's item of this column, else of this name."""
    present = {str(one["column"]): one for one in base.get("items", ())}
    by_name = {folded(str(one["name"])): str(one["column"]) for one in base.get("items", ())}
    table = resource.item_table or resource.table
    found: list[dict[str, Any]] = []
    taken: set[str] = set()
    for row in resource.items or ():
        column = row["item_column"].strip() or by_name.get(folded(row["item_name"]), "")
        item = deepcopy(dict(present.get(column, {})))
        if ITEM_REST in table.letters:
            _put_rest(reader, item, row, ITEM_REST, ITEM_COLUMNS)
        for one in ITEM_COLUMNS:
            if one.key not in SPECIAL and one.key in table.letters:
                reader.put(item, row, one, item=True)
        given = str(item.get("column") or column or _column_of(row["item_name"], taken | set(present)))
        if given in taken:
            text = ("同一资源中列名重复", "two items of the resource have this column")
            resource.fault("item_column", text, ("改成不同的列名", "give each a column of its own"), row=row)
        taken.add(given)
        item["column"] = given
        found.append(item)
    return found


def _column_of(name: str, taken: Iterable[str]) -> str:
    """Return a free column for an item by the pinyin of its name."""
    stem = re.sub(r"[^a-z0-9]+", "_", slug(name)).strip("_")
    stem = (stem if stem[:1].isalpha() else f"x_{stem}")[: _LONGEST_COLUMN - 3].rstrip("_")
    column, number, used = stem, 1, set(taken)
    while column in used:
        number += 1
        column = f"{stem}_{number}"
    return column


def older_share_types(tables: Sequence[SheetTable], normalised: Normalised) -> None:
    """Turn 0, 1, 2 of older systems into 1, 2, 3 where a column of sharing types holds a 0; rows are changed in place.

    A column with both a bare 0 and a bare 3 is left as it is and gets a fault.
    """
    for table in tables:
        for key, heading in (("share_type", "共享类型"), ("item_share_type", "信息项共享类型")):
            values = {row[key].strip() for row in table.rows}
            if "0" not in values:
                continue
            if "3" in values:
                text = ("既有 0 又有 3，分不清是旧代码还是国家代码", "both 0 and 3: older codes or national ones?")
                mend = ("改成 1 无条件共享、2 有条件共享、3 不予共享", "write 1, 2, 3 with their names")
                table.faults.append(Fault(table.place(None, key), *text, *mend))
                continue
            for row in table.rows:
                old = row[key].strip()
                if old in _OLDER_TYPES:
                    row.cells[key] = _OLDER_TYPES[old]
                    name = load_code_list("catalogue_sharing_type").rows[_OLDER_TYPES[old]].name_zh
                    normalised.note(heading, old, f"{_OLDER_TYPES[old]} {name}")
