"""What comes in for a batch comparison: rows of a JSON document or of a file, each kept, good or bad, in its order.

A batch names the items that find a record (``key``) and the items to compare (``claims``); its rows are texts. A row
that cannot be used is not thrown away: it gets its answer with the reason. 政务数据共享条例 Art. 22.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import orjson

from connectors.files.reader import open_table
from connectors.port import FIELDS, LINE, Limits, ReadOptions, position
from hub.exchange.errors import ExchangeError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from catalogue.item import Item

MAX_ROWS: Final = 100_000
MAX_BYTES: Final = 32 << 20
MAX_KEY: Final = 4
MAX_CLAIMS: Final = 32
MAX_TEXT: Final = 1_000
FILE_LIMITS: Final = Limits(total_bytes=256 << 20, columns=200, workbook_bytes=256 << 20, sheet_cells=8_000_000)
_NAMES: Final = frozenset({"key", "claims", "rows", "purpose", "case_number"})

Texts = list[str | None]


class MatchInputError(ExchangeError):
    """The batch as a whole cannot be compared as it is written; nothing was read."""


class MatchTooLargeError(ExchangeError):
    """The batch has more rows, items or bytes than one call takes."""


class Fault(StrEnum):
    """Why a row cannot be compared."""

    NOT_AN_OBJECT = "row_not_an_object"
    UNKNOWN_ITEM = "item_not_in_batch"
    WIDTH = "wrong_number_of_values"
    KEY_MISSING = "key_missing"
    KEY_INVALID = "key_not_of_its_type"
    VALUE_INVALID = "value_not_a_text"


FAULT_TEXTS: Final[Mapping[Fault, tuple[str, str]]] = {
    Fault.NOT_AN_OBJECT: ("此行不是对象", "the row is no object"),
    Fault.UNKNOWN_ITEM: ("此行含有 key 和 claims 以外的信息项", "the row names an item that is not in the batch"),
    Fault.WIDTH: ("此行的值个数与表头不符", "the row has more or fewer values than the header"),
    Fault.KEY_MISSING: ("缺少定位用的信息项", "the item that finds the record is missing"),
    Fault.KEY_INVALID: ("定位用的信息项格式不对", "the item that finds the record is not of its type"),
    Fault.VALUE_INVALID: (
        f"有值不是不超过 {MAX_TEXT} 字符的文本",
        f"a value is no text of at most {MAX_TEXT} characters",
    ),
}


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch by columns, all of the same length: texts by item, faults by row, lines of the file where it was one.

    The values are kept out of ``repr`` and logs.
    """

    key: tuple[str, ...]
    claims: tuple[str, ...]
    texts: Mapping[str, Texts] = field(repr=False)
    faults: list[Fault | None]
    lines: list[int] | None = None
    ignored: tuple[str, ...] = ()
    blank_rows: int = 0

    @property
    def size(self) -> int:
        """Rows, the bad ones among them."""
        return len(self.faults)


@dataclass(frozen=True, slots=True)
class Asked:
    """A batch with its stated purpose, as a JSON document says it."""

    batch: Batch
    purpose: str
    case_number: str | None


def _invalid(zh: str, en: str, **facts: object) -> MatchInputError:
    return MatchInputError(
        zh,
        en,
        next_zh="请对照“批量比对”的说明修改后重试",
        next_en="compare with the guide to batch comparison and send it again",
        facts=facts,
    )


def too_large(what_zh: str, what_en: str, limit: int) -> MatchTooLargeError:
    """Return the error of a batch beyond a limit, which it names."""
    return MatchTooLargeError(
        f"一次批量比对最多 {limit:,} {what_zh}，本次超出，未比对任何内容",
        f"one batch has at most {limit:,} {what_en}; this one has more, and nothing was compared",
        next_zh="请拆成几批提交；重复提交同一主体不另计主体数",
        next_en="send it in several batches; a subject asked about again the same day is counted once",
        facts={"limit": limit},
    )


def check_names(key: tuple[str, ...], claims: tuple[str, ...]) -> None:
    """Check the items of a batch.

    Raises:
        MatchInputError: none, twice, or the same in both.
        MatchTooLargeError: too many.
    """
    if not key or not claims:
        raise _invalid("key 和 claims 各至少一个信息项", "key and claims need one item each at least")
    if len(key) > MAX_KEY:
        raise too_large("个定位信息项", "items in key", MAX_KEY)
    if len(claims) > MAX_CLAIMS:
        raise too_large("个核验信息项", "items in claims", MAX_CLAIMS)
    if len({*key, *claims}) != len(key) + len(claims):
        raise _invalid(
            "同一信息项只能出现一次，不能既用于定位又用于核验",
            "an item stands once, in key or in claims, never in both",
        )


def read_json(body: bytes) -> Asked:
    """Read a JSON document ``{"key": […], "claims": […], "rows": [{item: value}], "purpose": …, "case_number": …}``.

    Raises:
        MatchInputError: another shape.
        MatchTooLargeError: beyond a limit.
    """
    try:
        document = orjson.loads(body)
    except ValueError:
        raise _invalid("内容不是 JSON", "the body is not JSON") from None
    if not isinstance(document, dict) or not document.keys() <= _NAMES:
        raise _invalid(
            "顶层须为对象，只含 key、claims、rows、purpose、case_number", "send an object with those members"
        )
    key, claims = (_columns(document.get(name), name) for name in ("key", "claims"))
    check_names(key, claims)
    rows = document.get("rows")
    if not isinstance(rows, list) or not rows:
        raise _invalid("rows 须为至少一行的数组", "rows must be an array of at least one row", position="rows")
    if len(rows) > MAX_ROWS:
        raise too_large("行", "rows", MAX_ROWS)
    purpose, case = document.get("purpose"), document.get("case_number")
    if not isinstance(purpose, str) or not purpose or not (case is None or isinstance(case, str)):
        raise _invalid(
            "purpose（用途）为必填文本，case_number 为文本", "purpose is a text, case_number a text or absent"
        )
    texts: dict[str, Texts] = {name: [] for name in (*key, *claims)}
    faults: list[Fault | None] = []
    known = texts.keys()
    for row in rows:
        faults.append(_row_fault(row, known))
        values = row if isinstance(row, dict) else {}
        for name, column in texts.items():
            column.append(_text(values.get(name)))
    return Asked(Batch(key, claims, texts, faults), purpose, case)


def _columns(value: object, name: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _invalid(f"{name} 须为信息项列名的数组", f"{name} must be an array of columns", position=name)
    return tuple(value)


def _row_fault(row: object, known: object) -> Fault | None:
    if not isinstance(row, dict):
        return Fault.NOT_AN_OBJECT
    if not row.keys() <= known:  # type: ignore[operator]  # the keys of a mapping on both sides
        return Fault.UNKNOWN_ITEM
    if any(isinstance(value, (dict, list)) or _is_long(value) for value in row.values()):
        return Fault.VALUE_INVALID
    return None


def _is_long(value: object) -> bool:
    return isinstance(value, str) and (len(value) > MAX_TEXT or "\0" in value)


def _text(value: object) -> str | None:
    """Return a value as a text; an empty one, or one that is no single value, is none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    return (value.strip() or None) if isinstance(value, str) and not _is_long(value) else None


def read_file(path: Path, options: ReadOptions, items: Mapping[str, Item], names: tuple[list[str], list[str]]) -> Batch:
    """Read a table (CSV, XLSX …) whose header names the items by column or by Chinese name.

    Args:
        path: the file as received.
        options: how to read it; what is not said is found out.
        items: items of the resource by column.
        names: the key and the claims, each by column or Chinese name.

    Raises:
        FileError: the file cannot be read.
        MatchInputError: an item is not in the header, or twice.
        MatchTooLargeError: beyond a limit.
    """
    by_name = {item.name: item.column for item in items.values()}
    key, claims = (tuple(by_name.get(name.strip(), name.strip()) for name in group) for group in names)
    check_names(key, claims)
    with open_table(path, options, FILE_LIMITS) as table:
        header = [by_name.get(name.strip(), name.strip()) for name in table.header]
        places = {name: _place(header, name) for name in (*key, *claims)}
        texts: dict[str, Texts] = {name: [] for name in places}
        faults: list[Fault | None] = []
        lines: list[int] = []
        for frame in table.chunks():
            if len(faults) + frame.height > MAX_ROWS:
                raise too_large("行", "rows", MAX_ROWS)
            lines += frame[LINE].to_list()
            faults += [None if count is None else Fault.WIDTH for count in frame[FIELDS].to_list()]
            for name, place in places.items():
                texts[name] += [_text(value) for value in frame[position(place)].to_list()]
        if not faults:
            raise _invalid("文件中没有数据行", "the file has no rows of data")
        ignored = tuple(
            name for place, name in enumerate(table.header) if place not in places.values() and name.strip()
        )
        return Batch(key, claims, texts, faults, lines, ignored, table.facts().blank_rows)


def _place(header: list[str], name: str) -> int:
    if header.count(name) != 1:
        raise _invalid(
            f"表头中须恰有一列“{name[:60]}”（列名或中文名）",
            f"the header must hold {name[:60]!r} exactly once",
            item=name[:60],
        )
    return header.index(name)
