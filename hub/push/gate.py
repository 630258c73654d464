"""The intake gate: files with secrecy marks, or personal numbers nobody declared, are stopped and forgotten.

State secrets and work secrets are no government data (政务数据共享条例 Art. 3; 保守国家秘密法); personal
numbers belong only in items declared as such (个人信息保护法 Art. 6, 28). Looks at file name, sheet names,
text around the table, properties, headers and footers, and every cell, also of columns that are not read.
A finding tells the kind and the place, never the content.

A column is searched by regular expression first; only the values that match are examined one by one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from catalogue.identifiers import PUBLIC_PHONE, check_value
from catalogue.marks import PREFILTER_PERSONAL, PREFILTER_SECRECY, MarkKind, find_marks
from catalogue.shapes import is_shape
from connectors.port import FIELDS, GEOMETRY, LINE, position
from hub.push.errors import GateStoppedError
from policies.facts import Sensitivity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from catalogue.item import Item
    from connectors.port import OutsideText
    from hub.push.header import ColumnMap

DECLARED: Final = frozenset({Sensitivity.PI, Sensitivity.SPI, Sensitivity.MIN})
_CODE_CHECKS: Final = frozenset({"organisation_code", "org_code", "division_code"})
_PLACES: Final = 20
_ENOUGH: Final = 2000
"""Marks of one column that are counted; from then on the count says "at least"."""
_UNCERTAIN: Final = 3
"""A number with the form of an identity number but a wrong check character counts from this many on."""
_SECRECY_BYTES, _PERSONAL_BYTES = 6, 11
_LIKELY_ID: Final = (
    r"[1-9][0-9]{5}[ -]?(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[ -]?[0-9]{3}[0-9Xx]"
    r"|(?:^|[^0-9A-Za-z.])[1-9][0-9]{5}[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}(?:[^0-9A-Za-z]|$)"
)
_LIKELY_PHONE: Final = r"(?:^|[^0-9A-Za-z.])(?:\+?86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}(?:[^0-9A-Za-z]|$)"
_LIKELY_CARD: Final = r"(?:^|[^0-9A-Za-z.])(?:62[0-9]{2}|4[0-9]{3}|5[1-5][0-9]{2})[ -]?(?:[0-9][ -]?){10,}[0-9]"
_LIKELY: Final = f"{_LIKELY_ID}|{_LIKELY_PHONE}|{_LIKELY_CARD}"
_HALF: Final = {chr(0xFF01 + offset): chr(0x21 + offset) for offset in range(94)} | {"\u3000": " ", "\u00a0": " "}

_NAMES: Final[Mapping[MarkKind, tuple[str, str]]] = {
    MarkKind.STATE_SECRET: ("国家秘密标志", "mark of a state secret"),
    MarkKind.WORK_SECRET: ("工作秘密标志", "mark of a work secret"),
    MarkKind.CITIZEN_ID: ("公民身份号码", "citizen identity number"),
    MarkKind.PHONE: ("手机号码", "mobile number"),
    MarkKind.BANK_CARD: ("银行卡号", "bank card number"),
    MarkKind.EMAIL: ("电子邮箱", "e-mail address"),
}


@dataclass(frozen=True, slots=True)
class GateFinding:
    """One kind in one place. ``letter`` None means outside the table, described by ``where_zh``/``where_en``.

    ``lines`` are the first source lines, ``count`` how many in all; ``at_least`` says that counting stopped.
    """

    kind: MarkKind
    count: int
    lines: tuple[int, ...]
    letter: str | None = None
    item: str | None = None
    where_zh: str = ""
    where_en: str = ""
    at_least: bool = False

    def to_dict(self) -> dict[str, object]:
        """Return JSON values."""
        zh, en = _NAMES[self.kind]
        return {
            "kind": self.kind.value,
            "kind_zh": zh,
            "kind_en": en,
            "letter": self.letter,
            "item": self.item,
            "where": self.where_zh,
            "where_en": self.where_en,
            "lines": list(self.lines),
            "count": self.count,
            "at_least": self.at_least,
        }


@dataclass(frozen=True, slots=True)
class GateResult:
    """What the gate found. ``stopped`` is true when nothing of the file may be kept."""

    findings: tuple[GateFinding, ...]

    @property
    def stopped(self) -> bool:
        """Whether the file must be forgotten."""
        return bool(self.findings)

    @property
    def has_secrecy_mark(self) -> bool:
        """Whether the incident concerns the secrecy office."""
        return any(finding.kind.is_secrecy for finding in self.findings)

    def to_dict(self) -> dict[str, object]:
        """Return JSON values: places and counts, no content."""
        return {
            "result": "stop" if self.stopped else "pass",
            "secrecy": self.has_secrecy_mark,
            "findings": [finding.to_dict() for finding in self.findings],
        }

    def raise_if_stopped(self) -> None:
        """Raise ``GateStoppedError``, which rolls back what was staged."""
        if self.stopped:
            raise _stopped(self)


class _Tally:
    """Places and counts of one kind in one column."""

    def __init__(self) -> None:
        self.count = 0
        self.uncertain = 0
        self.lines: list[int] = []
        self.at_least = False

    def add(self, line: int, *, is_certain: bool) -> None:
        """Note one occurrence."""
        self.count += is_certain
        self.uncertain += not is_certain
        if len(self.lines) < _PLACES and (not self.lines or self.lines[-1] != line):
            self.lines.append(line)


class Gate:
    """Searches one file, chunk by chunk."""

    def __init__(
        self,
        items: Sequence[Item],
        columns: ColumnMap,
        *,
        today: date,
        allowed: frozenset[tuple[str, str]] = frozenset(),
    ) -> None:
        """``columns`` tells which column is which item; columns that are none are searched too.

        ``allowed`` are columns of items and kinds of marks that two people have decided to be false alarms.
        """
        self._today = today
        self._allowed = allowed
        self._letters = columns.letters
        by_position = {columns.positions[item.column]: item for item in items if item.column in columns.positions}
        self._items = [by_position.get(index) for index in range(len(columns.header))]
        # Bytes in hexadecimal hold runs of digits that look like anything; a source of shapes makes them.
        self._shapes = {
            index
            for index, item in enumerate(self._items)
            if (columns.header[index] == GEOMETRY if item is None else is_shape(item))
        }
        self._cells: dict[tuple[int, MarkKind], _Tally] = defaultdict(_Tally)
        self._confirmed: Counter[tuple[int, bool]] = Counter()
        self._outside: list[GateFinding] = []

    def scan_name(self, name: str) -> None:
        """Search the file's name."""
        self._scan_text(name, "文件名", "the file name", None, secrecy_only=False)

    def scan_outside(self, texts: Iterable[OutsideText]) -> None:
        """Search text that is no cell of the table."""
        for text in texts:
            self._scan_text(text.text, text.zh, text.en, text.line, secrecy_only=text.may_hold_items)

    def scan_chunk(self, frame: pl.DataFrame) -> None:
        """Search the cells of one chunk."""
        cells = [name for name in frame.columns if name not in {LINE, FIELDS}]
        if not frame.height:
            return
        longest = frame.select(pl.col(cells).str.len_bytes().max()).row(0)
        for index, length in enumerate(longest):
            if length is None or length < _SECRECY_BYTES:
                continue
            column = frame[position(index)]
            if column.str.contains("密", literal=True).any():
                self._examine(index, frame, column.str.contains(PREFILTER_SECRECY), secrecy=True)
            if length >= _PERSONAL_BYTES and not self._is_declared(index):
                self._search_personal(index, frame, column)

    def result(self) -> GateResult:
        """Return what was found so far."""
        found = list(self._outside)
        for (index, kind), tally in sorted(self._cells.items()):
            enough = tally.uncertain >= _UNCERTAIN
            count = tally.count + (tally.uncertain if enough else 0)
            if count:
                item = self._items[index]
                found.append(
                    GateFinding(
                        kind,
                        count,
                        tuple(tally.lines),
                        self._letters[index],
                        None if item is None else item.name,
                        at_least=tally.at_least,
                    )
                )
        return GateResult(tuple(found))

    def _is_declared(self, index: int) -> bool:
        item = self._items[index]
        return index in self._shapes or (item is not None and item.sensitivity in DECLARED)

    def _search_personal(self, index: int, frame: pl.DataFrame, column: pl.Series) -> None:
        """Search a column that is not declared personal, narrowing in two steps."""
        if self._confirmed[index, False] >= _ENOUGH:
            self._stop_counting(index, secrecy=False)
            return
        hits = column.str.contains(PREFILTER_PERSONAL)
        if not hits.any():
            return
        rows = hits.arg_true()
        plain = column.gather(rows).str.replace_many(dict(_HALF))
        likely = plain.str.contains(_LIKELY)
        if likely.any():
            wanted = pl.repeat(value=False, n=column.len(), dtype=pl.Boolean, eager=True)
            self._examine(index, frame, wanted.scatter(rows.filter(likely), values=True), secrecy=False)

    def _examine(self, index: int, frame: pl.DataFrame, hits: pl.Series, *, secrecy: bool) -> None:
        """Examine the values that matched until the column has shown enough.

        A value that only looks like a mark costs time but never hides a later one.
        """
        item = self._items[index]
        for line, value in zip(frame[LINE].filter(hits), frame[position(index)].filter(hits), strict=True):
            if self._confirmed[index, secrecy] >= _ENOUGH:
                self._stop_counting(index, secrecy=secrecy)
                return
            for mark in find_marks(value, today=self._today):
                if mark.kind.is_secrecy == secrecy and self._counts(mark.kind, item, value):
                    self._cells[index, mark.kind].add(line, is_certain=mark.is_certain)
                    self._confirmed[index, secrecy] += mark.is_certain

    def _stop_counting(self, index: int, *, secrecy: bool) -> None:
        for (column, kind), tally in self._cells.items():
            tally.at_least |= column == index and kind.is_secrecy == secrecy

    def _counts(self, kind: MarkKind, item: Item | None, value: str) -> bool:
        """Tell whether a mark in a value is one the gate stops for."""
        if item is not None and not kind.is_secrecy and (item.column, kind.value) in self._allowed:
            return False
        if kind is MarkKind.EMAIL or (kind is MarkKind.PHONE and item is not None and item.check == PUBLIC_PHONE):
            return False
        if kind.is_secrecy or item is None or item.check not in _CODE_CHECKS:
            return True
        # A register code of digits alone can have the form of a personal number; a right code is none.
        return check_value(str(item.check), value, today=self._today).fault is not None

    def _scan_text(self, text: str, zh: str, en: str, line: int | None, *, secrecy_only: bool) -> None:
        counts: dict[MarkKind, int] = defaultdict(int)
        if secrecy_only and "密" not in text:
            return
        for mark in find_marks(text, today=self._today):
            numbers = mark.kind in {MarkKind.CITIZEN_ID, MarkKind.BANK_CARD} and mark.is_certain and not secrecy_only
            if mark.kind.is_secrecy or numbers:
                counts[mark.kind] += 1
        for kind, count in counts.items():
            clean_zh, clean_en = (zh, en) if not find_marks(zh) else ("工作表", "a sheet")
            lines = () if line is None else (line,)
            self._outside.append(GateFinding(kind, count, lines, where_zh=clean_zh, where_en=clean_en))


def _stopped(result: GateResult) -> GateStoppedError:
    """Build the error of a stopped file: kinds and places, no content."""
    zh = "；".join(_place_zh(finding) for finding in result.findings[:5])
    en = "; ".join(_place_en(finding) for finding in result.findings[:5])
    more = len(result.findings) - 5
    zh += f"；另有 {more} 处" if more > 0 else ""
    en += f"; and {more} more" if more > 0 else ""
    if result.has_secrecy_mark:
        next_zh = "不要再次上传；请立即告知本单位保密工作机构，由其判定后处理（保守国家秘密法；政务数据共享条例第三条）"
        next_en = "do not upload it again; tell your secrecy office at once and let it decide"
    else:
        next_zh = "删除该列，或在目录中把该信息项声明为个人信息后重新推送（个人信息保护法第六条）"
        next_en = "remove the column, or declare the item as personal information in the entry, and push again"
    return GateStoppedError(
        f"文件在入库前被拦下，未保存任何内容：{zh}",
        f"the file was stopped before storing, nothing of it is kept: {en}",
        next_zh=next_zh,
        next_en=next_en,
        facts={"gate": result.to_dict()},
    )


def _place_zh(finding: GateFinding) -> str:
    name = _NAMES[finding.kind][0]
    if finding.letter is None:
        return f"{finding.where_zh}有{name} {finding.count} 处"
    about = f"（{finding.item}）" if finding.item else "（未声明的列）"
    least = "至少 " if finding.at_least else ""
    return f"{finding.letter} 列{about}有{name} {least}{finding.count} 处，首见第 {finding.lines[0]} 行"


def _place_en(finding: GateFinding) -> str:
    name = _NAMES[finding.kind][1]
    if finding.letter is None:
        return f"{name} in {finding.where_en}, {finding.count}"
    about = f" ({finding.item})" if finding.item else " (undeclared)"
    least = "at least " if finding.at_least else ""
    return f"{name} in column {finding.letter}{about}, {least}{finding.count}, first in line {finding.lines[0]}"
