"""Registering many departments from a CSV file: what is right is stored, what is wrong is reported row by row.

Columns, in any order, by their Chinese or English heading: 单位名称 name, 统一社会信用代码 organisation_code,
辖区代码 jurisdiction, 类型 kind, and if wished 英文名 slug, 联系方式 contact. UTF-8 (with or without BOM) or GB18030.
Every row is counted once: added, unchanged or rejected.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.identity import store
from hub.identity.errors import IdentityError, InvalidDetailsError
from hub.identity.facts import MemberKind
from hub.identity.members import NewMember, add_member

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from hub.database import Unit
    from hub.identity.facts import Actor
    from hub.identity.recording import Recorder

MAX_ROWS = 5000
HEADINGS: Mapping[str, str] = {
    "单位名称": "name",
    "统一社会信用代码": "organisation_code",
    "辖区代码": "jurisdiction",
    "类型": "kind",
    "英文名": "slug",
    "联系方式": "contact",
}
NEEDED = ("name", "organisation_code", "jurisdiction", "kind")
KINDS: Mapping[str, MemberKind] = {
    "部门": MemberKind.DEPARTMENT,
    "公共服务单位": MemberKind.PUBLIC_SERVICE,
    "主管部门": MemberKind.AUTHORITY,
    "其他机关": MemberKind.OTHER_ORGAN,
    **{kind.value: kind for kind in MemberKind},
}


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that was not stored: ``line`` counts from 1 with the heading, texts say what and how to mend it."""

    line: int
    zh: str
    en: str
    next_zh: str
    next_en: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a file; ``added`` + ``unchanged`` + rejected = ``rows``."""

    rows: int
    added: int
    unchanged: int
    rejected: tuple[RejectedRow, ...]


def import_members(unit: Unit, record: Recorder, actor: Actor, content: bytes, now: datetime) -> ImportReport:
    """Register the members of a CSV file.

    Raises:
        InvalidDetailsError: the file as a whole cannot be read: encoding, headings, or too many rows.

    """
    rows = _read(content)
    rejected: list[RejectedRow] = []
    added = unchanged = 0
    for line, row in rows:
        try:
            if _is_known(unit, row):
                unchanged += 1
                continue
            add_member(unit, record, actor, _new_member(row), now)
            added += 1
        except IdentityError as error:
            rejected.append(RejectedRow(line, error.zh, error.en, error.next_zh, error.next_en))
    return ImportReport(len(rows), added, unchanged, tuple(rejected))


def _unreadable(zh: str, en: str) -> InvalidDetailsError:
    return InvalidDetailsError(
        zh,
        en,
        next_zh=f"请按表头 {'、'.join(HEADINGS)} 整理后另存为 CSV 再导入",
        next_en=f"use the headings {', '.join(HEADINGS.values())}, save as CSV and import again",
    )


def _read(content: bytes) -> list[tuple[int, dict[str, str]]]:
    """Return the rows with their line numbers, under English column names, trimmed, empty lines left out."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError as error:
            raise _unreadable("文件编码既不是 UTF-8 也不是 GB18030", "the file is neither UTF-8 nor GB18030") from error
    if "\0" in text:
        raise _unreadable("文件含空字符，不是文本文件", "the file holds NUL characters and is no text")
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        headings = [HEADINGS.get(cell.strip(), cell.strip()) for cell in next(reader, [])]
        missing = [name for name in NEEDED if headings.count(name) != 1]
        if missing:
            raise _unreadable(
                f"缺少或重复的列：{'、'.join(missing)}", f"columns missing or repeated: {', '.join(missing)}"
            )
        rows = []
        for cells in reader:
            if any(cell.strip() for cell in cells):
                filled = cells + [""] * (len(headings) - len(cells))
                rows.append(
                    (reader.line_num, {name: cell.strip() for name, cell in zip(headings, filled, strict=False)})
                )
            if len(rows) > MAX_ROWS:
                raise _unreadable(f"超过 {MAX_ROWS} 行", f"more than {MAX_ROWS} rows")
    except csv.Error as error:
        raise _unreadable("不是有效的 CSV 文件", "this is no valid CSV file") from error
    return rows


def _is_known(unit: Unit, row: Mapping[str, str]) -> bool:
    """Whether the row says what is registered already."""
    found = store.member(unit, "organisation_code", row["organisation_code"])
    same_place = found is not None and found.jurisdiction == row["jurisdiction"]
    return same_place and found is not None and found.name == row["name"] and found.kind is KINDS.get(row["kind"])


def _new_member(row: Mapping[str, str]) -> NewMember:
    kind = KINDS.get(row["kind"])
    if kind is None:
        raise InvalidDetailsError(
            "类型不在可选值之内",
            "the kind is none of the allowed values",
            next_zh="可填：部门、公共服务单位、主管部门、其他机关",
            next_en=f"one of: {', '.join(known.value for known in MemberKind)}",
        )
    return NewMember(
        name=row["name"],
        organisation_code=row["organisation_code"],
        kind=kind,
        jurisdiction=row["jurisdiction"],
        contact=row.get("contact", ""),
        slug=row.get("slug", ""),
    )
