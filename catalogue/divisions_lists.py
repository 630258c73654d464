"""Lists of divisions as people publish them, read from their files: revisions, code lists, successors, periods.

Six forms are taken (docs/how-to/look-up-divisions.md): a table of revisions (``source,revision,code,name``), a JSON
object of code and name in force on a day or withdrawn without days, tables of the statistical list (``code,name,…``),
periods (``code,name,valid_from,…``) and changes (``old,new,date,kind,share``). A file is taken whole or not at all:
every fault is named by line. Reads bytes, no other I/O.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from calendar import monthrange
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final, Literal

from catalogue.divisions import PROVINCES
from catalogue.divisions_model import (
    Change,
    ChangeKind,
    Division,
    DivisionError,
    Kind,
    Level,
    Method,
    kind_of,
    level_of,
    parents_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Form = Literal["revisions", "current", "statistical", "withdrawn", "periods", "changes"]
LARGEST_BYTES: Final = 256 * 1024 * 1024
"""Of a list as text; all towns and villages of the country are about 40 MB."""
LONGEST_NAME: Final = 100
SHOWN_FAULTS: Final = 20
_SHORT: Final = {2: "0000", 4: "00"}
_GZIP: Final = b"\x1f\x8b"
_REVISION_DIGITS: Final = (6, 8)
REVISION_COLUMNS: Final = frozenset({"revision", "code", "name"})
CHANGE_COLUMNS: Final = frozenset({"old", "new", "date", "kind"})
PERIOD_COLUMNS: Final = frozenset({"code", "name", "valid_from"})


class DivisionListError(DivisionError):
    """A list of divisions that cannot be taken; the file changes nothing."""


@dataclass(frozen=True, slots=True)
class DatedList:
    """What a source says on a day: names by code. ``on`` is the day the list is of."""

    source: str
    on: date
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ListFile:
    """What one file holds; ``left_out`` counts codes of no province of GB/T 2260, by their first two digits."""

    form: Form
    source: str
    dated: tuple[DatedList, ...] = ()
    undated: Mapping[str, str] = field(default_factory=dict)
    periods: tuple[Division, ...] = ()
    changes: tuple[Change, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def entries(self) -> int:
        """How many lines were taken."""
        listed = sum(len(one.names) for one in self.dated)
        return listed + len(self.undated) + len(self.periods) + len(self.changes)


def read_list(data: bytes, *, form: Form | None = None, on: date | None = None, source: str = "") -> ListFile:
    """Read a list of divisions.

    Args:
        data: the file, plain or gzip; text in UTF-8.
        form: which form it has; None: told from its columns (a JSON object does not tell).
        on: the day a list without a day of its own is of.
        source: whose list it is; empty: named after its form.

    Raises:
        DivisionListError: it cannot be read, or lines are wrong (all are counted, the first ones named).
    """
    text = _text_of(data)
    if text.lstrip()[:1] == "{":
        return _read_object(text, form, on, source)
    try:
        rows = list(csv.DictReader(io.StringIO(text), strict=True))
    except csv.Error as error:
        raise _unreadable(f"不是 CSV：{error}", f"no CSV: {error}") from None
    columns = frozenset(rows[0]) if rows else frozenset()
    found = form or _form_of(columns)
    if found == "revisions":
        return _read_revisions(rows, source)
    if found == "changes":
        return _read_changes(rows, source)
    if found == "periods":
        return _read_periods(rows, source)
    if found in {"statistical", "current"}:
        return _read_statistical(rows, found, on, source)
    raise _unreadable(
        "认不出表头；应为 source,revision,code,name 或 code,name 或 code,name,valid_from 或 old,new,date,kind",
        "the columns are of no form known: source,revision,code,name or code,name or code,name,valid_from"
        " or old,new,date,kind",
    )


def _text_of(data: bytes) -> str:
    try:
        if data[:2] == _GZIP:
            with gzip.open(io.BytesIO(data)) as packed:
                data = packed.read(LARGEST_BYTES + 1)
    except (OSError, EOFError, zlib.error):
        raise _unreadable("压缩文件已损坏", "the packed file is broken") from None
    if len(data) > LARGEST_BYTES:
        raise _unreadable(f"超过 {LARGEST_BYTES >> 20} MiB", f"larger than {LARGEST_BYTES >> 20} MiB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unreadable("不是 UTF-8 文本", "no UTF-8 text") from None


def _form_of(columns: frozenset[str]) -> Form | None:
    if columns >= REVISION_COLUMNS:
        return "revisions"
    if columns >= CHANGE_COLUMNS:
        return "changes"
    if columns >= PERIOD_COLUMNS:
        return "periods"
    return "statistical" if columns >= {"code", "name"} else None


def _unreadable(zh: str, en: str) -> DivisionListError:
    return DivisionListError(
        f"区划清单无法读取：{zh}",
        f"the list of divisions cannot be read: {en}",
        next_zh="请对照《怎样查询行政区划》中的文件格式改正",
        next_en="compare with the forms in the guide on looking up divisions",
    )


def _refuse_faults(faults: Sequence[tuple[int, str, str]]) -> None:
    if not faults:
        return
    shown = faults[:SHOWN_FAULTS]
    raise DivisionListError(
        f"区划清单有 {len(faults)} 处错误，没有载入：" + "；".join(f"第 {line} 行{zh}" for line, zh, _ in shown),
        f"the list has {len(faults)} faults, nothing was loaded: "
        + "; ".join(f"line {line}: {en}" for line, _, en in shown),
        next_zh="改正后重新载入整个文件",
        next_en="correct them and load the whole file again",
        facts={"faults": len(faults), "lines": [line for line, _, _ in shown]},
    )


@dataclass(slots=True)
class _Taking:
    """Names as they are taken from lines, with what is wrong, and what is left out."""

    names: dict[str, str] = field(default_factory=dict)
    faults: list[tuple[int, str, str]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def take(self, line: int, given: object, name: object) -> None:
        """Take one line; a code named twice must be named alike."""
        code = _full_code(given)
        text = name.strip() if isinstance(name, str) else ""
        if code is None:
            self.faults.append((line, "代码须为 2、4、6、9 或 12 位数字", "the code must have 2, 4, 6, 9 or 12 digits"))
        elif not 0 < len(text) <= LONGEST_NAME or not text.isprintable():
            self.faults.append((line, "名称为空、过长或含控制字符", "the name is empty, too long or no plain text"))
        elif code[:2] not in PROVINCES:
            self.left_out[code[:2]] += 1
        elif self.names.setdefault(code, text) != text:
            self.faults.append((line, "同一代码有两个名称", "a code with two names"))


def _full_code(given: object) -> str | None:
    if not isinstance(given, str):
        return None
    code = given.strip()
    code += _SHORT.get(len(code), "")
    return code if level_of(code) is not None else None


def _taken(takings: Iterable[_Taking]) -> Counter[str]:
    faults: list[tuple[int, str, str]] = []
    left_out: Counter[str] = Counter()
    for one in takings:
        faults += one.faults
        left_out += one.left_out
    _refuse_faults(sorted(faults))
    return left_out


def _needed_day(on: date | None) -> date:
    if on is None:
        raise _unreadable("该清单没有写明日期，请用 --date 说明", "the list states no day; give it with --date")
    return on


def _read_object(text: str, form: Form | None, on: date | None, source: str) -> ListFile:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise _unreadable("不是有效的 JSON", "no valid JSON") from None
    if form not in {"current", "withdrawn"}:
        raise _unreadable(
            "JSON 清单须用 --as current（现行）或 --as withdrawn（已废止）说明",
            "a JSON list needs --as current or --as withdrawn",
        )
    taking = _Taking()
    for line, (code, name) in enumerate(value.items(), 2):
        taking.take(line, code, name)
    left_out = _taken([taking])
    if form == "withdrawn":
        return ListFile("withdrawn", source or "withdrawn", undated=taking.names, left_out=left_out)
    listed = DatedList(source or "current", _needed_day(on), taking.names)
    return ListFile("current", listed.source, (listed,), left_out=left_out)


def _read_statistical(rows: Sequence[dict[str, str]], form: Form, on: date | None, source: str) -> ListFile:
    taking = _Taking()
    for line, row in enumerate(rows, 2):
        taking.take(line, row.get("code"), row.get("name"))
    left_out = _taken([taking])
    listed = DatedList(source or form, _needed_day(on), taking.names)
    return ListFile(form, listed.source, (listed,), left_out=left_out)


def _read_revisions(rows: Sequence[dict[str, str]], source: str) -> ListFile:
    takings: dict[date, _Taking] = {}
    for line, row in enumerate(rows, 2):
        day = revision_day(row.get("revision"))
        if day is None:
            text = ("版本须为年月（如 200312）或年月日", "the revision must be a year and month, such as 200312")
            takings.setdefault(date.min, _Taking()).faults.append((line, *text))
        else:
            takings.setdefault(day, _Taking()).take(line, row.get("code"), row.get("name"))
    left_out = _taken(takings.values())
    named = source or f"gb2260-{rows[0].get('source') or 'revisions'}"
    dated = tuple(DatedList(named, day, takings[day].names) for day in sorted(takings))
    return ListFile("revisions", named, dated, left_out=left_out)


def revision_day(text: object) -> date | None:
    """Return the day a revision is of: the last of its month where only the month is given."""
    if not isinstance(text, str) or len(text) not in _REVISION_DIGITS or not (text.isascii() and text.isdigit()):
        return None
    year, month = int(text[:4]), int(text[4:6])
    try:
        return date(year, month, int(text[6:]) if text[6:] else monthrange(year, month)[1])
    except ValueError:
        return None


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if isinstance(text, str) and text.strip() else None
    except ValueError:
        return None


def _read_periods(rows: Sequence[dict[str, str]], source: str) -> ListFile:
    faults: list[tuple[int, str, str]] = []
    found: list[Division] = []
    for line, row in enumerate(rows, 2):
        code, since, until = _full_code(row.get("code")), _day(row.get("valid_from")), _day(row.get("valid_to"))
        name, kind = (row.get("name") or "").strip(), row.get("kind") or ""
        if code is None or since is None or not 0 < len(name) <= LONGEST_NAME:
            faults.append((line, "代码、名称或起始日期有误", "code, name or first day is not right"))
        elif (row.get("valid_to") or "").strip() and (until is None or until <= since):
            faults.append((line, "终止日期有误或不晚于起始日期", "the last day is not right"))
        elif kind not in {"", *Kind}:
            faults.append((line, "类别须为 gb2260、statistical 或 zone", "kind is gb2260, statistical or zone"))
        else:
            parent = (row.get("parent") or "").strip() or next(iter(parents_of(code)), None)
            known = Kind(kind) if kind else kind_of(code)
            level = level_of(code) or Level.COUNTY
            found.append(Division(code, since, until, name, level, parent, known, source or "periods"))
    _refuse_faults(faults)
    return ListFile("periods", source or "periods", periods=tuple(found))


def _read_changes(rows: Sequence[dict[str, str]], source: str) -> ListFile:
    faults: list[tuple[int, str, str]] = []
    found: list[Change] = []
    for line, row in enumerate(rows, 2):
        old, day, kind = _full_code(row.get("old")), _day(row.get("date")), row.get("kind") or ""
        written = (row.get("new") or "").strip()
        new, share = _full_code(written), _share(row.get("share"))
        if old is None or day is None or kind not in set(ChangeKind) or (written and new is None):
            faults.append((line, "代码、日期或种类有误", "a code, the day or the kind is not right"))
        elif isinstance(share, str):
            faults.append((line, "份额须为大于 0、不大于 1 的数", "the share must be above 0 and at most 1"))
        elif (new is None) != (kind == ChangeKind.ABOLISH):
            faults.append((line, "撤销没有继任代码，其他变更须有", "abolished has no successor, all others have"))
        else:
            found.append(Change(old, new, day, ChangeKind(kind), share, Method.STATED, source or "changes"))
    _refuse_faults(faults)
    _check_shares(found)
    return ListFile("changes", source or "changes", changes=tuple(found))


def _check_shares(changes: Sequence[Change]) -> None:
    """Refuse a split whose shares do not make one whole; none need be stated."""
    splits: dict[tuple[str, date], list[Decimal | None]] = {}
    for one in changes:
        if one.kind is ChangeKind.SPLIT:
            splits.setdefault((one.old, one.on), []).append(one.share)
    for (old, on), shares in splits.items():
        known = [share for share in shares if share is not None]
        if known and (len(known) < len(shares) or sum(known) != 1):
            raise _unreadable(
                f"{old} 于 {on.isoformat()} 拆分的各份额之和不是 1",
                f"the shares of the split of {old} on {on.isoformat()} do not make 1",
            )


def _share(text: object) -> Decimal | str | None:
    if not isinstance(text, str) or not text.strip():
        return None
    try:
        share = Decimal(text.strip())
    except InvalidOperation:
        return "wrong"
    return share if share.is_finite() and 0 < share <= 1 else "wrong"
