"""Columns searched for personal information: every value by cheap expressions, the suspicious ones closely.

Two steps keep it cheap: one pass of linear expressions over the whole column (Rust, in Polars) finds the values that
could hold anything; of these the first thousands are read by the detectors, and what share of them holds true is
taken for the rest. Names and addresses show by the share of a column that has their form. Nothing is sampled away:
a single number in the last row of a million is found. Values are counted, never kept but for three masked ones.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import polars as pl

from catalogue.privacy.headers import Meaning, meaning_of
from catalogue.privacy.kinds import Kind, Span, masked
from catalogue.privacy.name_lists import COMPOUND, SURNAMES
from catalogue.privacy.names import is_han_name
from catalogue.privacy.plain import HALF_WIDTH, half_width
from catalogue.privacy.scan import find_spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

_D: Final = "[0-9０-９]"
_J: Final = "[ ()\u3000\u00a0－（）.-]"
_DIGITS: Final = rf"{_D}(?:{_J}?{_J}?{_D}){{6,}}|{_D}(?:[. :]?{_D}){{5,}}"
_PREFILTER: Final = (
    rf"{_DIGITS}|[@＠]|[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z]"
    rf"|[A-Za-z]{{1,2}}{_D}{{6}}"
    r"|微信|[qQ]{2}|(?i:wechat)|出生|生日"
)
"""Everything but names, addresses and network addresses; a value it does not fit holds none of the rest."""
_HAN: Final = r"[\u4e00-\u9fff]"
_NAME: Final = (
    rf"^\s*(?:(?:{'|'.join(sorted(COMPOUND))}){_HAN}{{1,2}}|[{''.join(sorted(SURNAMES))}]{_HAN}{{1,2}}"
    rf"|{_HAN}{{1,8}}(?:[·•]{_HAN}{{1,8}}){{1,3}})\s*$"
)
_ADDRESS: Final = (
    r"(?:路|街|大道|巷|弄|胡同|村|庄|屯|里|园|苑|小区|组|段)[东南西北中]?\s?[0-9０-９一二三四五六七八九十]{1,6}"
    r"(?:号|栋|幢|组)|(?:室|单元|号楼|栋)\s?[0-9０-９]{0,4}\s?$"
)
_PLAIN_VALUE: Final = (
    r"^\s*(?:(?:19|20)[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}(?:[ T][0-9:.]{4,12})?|-?[0-9]{1,10}\.[0-9]{1,12})\s*$"
)
"""Dates and decimal numbers: most of what has many digits and names nobody."""
_WIDE: Final = "[０-９＠（）－　]"
_ENOUGH: Final = 2_000
"""Values of one column and chunk that are read closely; beyond, the share found so far stands for the rest."""
_EXAMPLES: Final = 3
_LINES: Final = 20
_NAME_SHARE: Final = 0.6
_DISTINCT_SHARE: Final = 0.02
_SHORTEST: Final = 4


@dataclass(slots=True)
class KindCount:
    """How often one kind stands in one column. ``is_estimate``: more values fitted than were read closely."""

    count: int = 0
    certain: int = 0
    is_estimate: bool = False
    lines: list[int] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)

    def add(self, value: str, line: int, span: Span) -> None:
        """Note one span of a value; only its masked form is kept."""
        self.count += 1
        self.certain += span.is_certain
        if len(self.lines) < _LINES and (not self.lines or self.lines[-1] != line):
            self.lines.append(line)
        if len(self.examples) < _EXAMPLES:
            shown = masked(value[span.start : span.end], span.kind)
            if shown not in self.examples:
                self.examples.append(shown)


@dataclass(frozen=True, slots=True)
class ColumnReport:
    """What a column holds: ``filled`` values in all, and the kinds found, the most frequent first."""

    name: str
    filled: int
    meaning: Meaning | None
    kinds: Mapping[Kind, KindCount]

    def share(self, kind: Kind) -> float:
        """Return which share of the filled values holds ``kind``."""
        found = self.kinds.get(kind)
        return 0.0 if found is None or not self.filled else min(1.0, found.count / self.filled)


class ColumnScanner:
    """Searches one column, chunk by chunk. ``kinds``: look for these only."""

    def __init__(
        self,
        names: Iterable[str],
        *,
        today: date | None = None,
        kinds: frozenset[Kind] | None = None,
        budget: int = _ENOUGH,
    ) -> None:
        """``names`` are all names of the column, the one shown to people first; ``budget`` values are read closely."""
        self._names = tuple(names)
        self.meaning = meaning_of(*self._names)
        self._today = today
        self._wanted = frozenset(Kind) if kinds is None else kinds
        self._budget = budget
        self._pattern = _pattern(self._wanted)
        self._kinds: dict[Kind, KindCount] = defaultdict(KindCount)
        self._shares: Counter[Kind] = Counter()
        self._rare: Counter[Kind] = Counter()
        self._read = self._beyond = self._rows = self._filled = self._name_like = 0
        self._name_values: Counter[str] = Counter()
        self._name_lines: list[int] = []

    def add(self, values: pl.Series, lines: pl.Series | None = None) -> None:
        """Take in a chunk of text values; ``lines`` are their line numbers, counted from the first row without."""
        filled = values.len() - values.null_count()
        if not filled:
            return
        first = self._rows
        self._rows += values.len()
        self._filled += filled
        longest = values.str.len_bytes().max()
        if not isinstance(longest, int) or longest < _SHORTEST:
            return
        numbered = lines if lines is not None else pl.int_range(first + 1, first + 1 + values.len(), eager=True)
        hits = values.str.contains(self._pattern).fill_null(value=False)
        number = int(hits.sum())
        if not number:
            return
        if number < hits.len():
            numbered, values = numbered.filter(hits), values.filter(hits)
        if Kind.NAME in self._wanted:
            values, numbered = self._names_in(values, numbered)
        if values.len() > _ENOUGH and (self.meaning is None or self.meaning.kind is not Kind.BIRTH_DATE):
            plain = values.str.contains(_PLAIN_VALUE)
            values, numbered = values.filter(~plain), numbered.filter(~plain)
        self._examine(values, numbered)

    def report(self) -> ColumnReport:
        """Return what was found so far; what stood beyond the budget is counted by the share of what was read."""
        kinds = {}
        for kind, found in self._kinds.items():
            share = self._shares[kind] / self._read if self._read else 0.0
            more = round(share * self._beyond)
            if found.count:
                kinds[kind] = replace(found, count=found.count + more, is_estimate=more > 0)
        names = self._name_count()
        if names is not None:
            kinds[Kind.NAME] = names
        ordered = dict(sorted(kinds.items(), key=lambda pair: (-pair[1].count, pair[0])))
        return ColumnReport(self._names[0] if self._names else "", self._filled, self.meaning, ordered)

    def _examine(self, values: pl.Series, lines: pl.Series) -> None:
        """Read the first values closely, within what is left of the column's budget; judge the rest by them."""
        budget = max(0, self._budget - self._read)
        for line, value in zip(lines.head(budget), values.head(budget), strict=True):
            self._read += 1
            for span in self._spans(value):
                self._kinds[span.kind].add(value, int(line), span)
                self._shares[span.kind] += 1
        beyond = values.len() - min(budget, values.len())
        if beyond:
            self._beyond += beyond
            self._rare_ones(values.tail(beyond), lines.tail(beyond))

    def _rare_ones(self, rest: pl.Series, lines: pl.Series) -> None:
        """Search the values that are not read closely for the sure forms of kinds that the read ones did not show."""
        patterns = {kind: form for kind, form in _SURE.items() if not self._shares[kind] and kind in self._wanted}
        if not patterns:
            return
        if rest.str.contains(_WIDE).any():
            rest = rest.str.replace_many(_HALF)
        fits = rest.str.contains("|".join(patterns.values()))
        if not fits.any():
            return
        lines, rest = lines.filter(fits), rest.filter(fits)
        for kind, form in patterns.items():
            room = self._budget - self._rare[kind]
            fits = rest.str.contains(form)
            for line, value in zip(lines.filter(fits).head(room), rest.filter(fits).head(room), strict=True):
                self._rare[kind] += 1
                for span in self._spans(value):
                    if span.kind is kind:
                        self._kinds[kind].add(value, int(line), span)

    def _spans(self, value: str) -> list[Span]:
        """Return the spans of a value; where the column's name says what it is, the name is the word before it."""
        plain = half_width(value)
        found = list(find_spans(value, today=self._today, kinds=self._wanted - {Kind.NAME}))
        if found or self.meaning is None:
            return found
        label = _AS_LABEL.get(self.meaning.kind)
        if label is None:
            return found
        shift = len(label)
        kinds = frozenset({self.meaning.kind}) & self._wanted
        return [
            Span(span.start - shift, span.end - shift, span.kind, is_certain=False)
            for span in find_spans(label + plain, today=self._today, kinds=kinds)
            if span.start >= shift
        ]

    def _names_in(self, values: pl.Series, lines: pl.Series) -> tuple[pl.Series, pl.Series]:
        """Count the values that have the form of a name and return the others."""
        fits = values.str.contains(_NAME)
        number = int(fits.sum())
        if not number:
            return values, lines
        self._name_like += number
        if self._name_values.total() < _ENOUGH:
            self._name_values.update(values.filter(fits).head(_ENOUGH).str.strip_chars().to_list())
            self._name_lines += [int(line) for line in lines.filter(fits).head(_LINES - len(self._name_lines))]
        return values.filter(~fits), lines.filter(~fits)

    def _name_count(self) -> KindCount | None:
        """Judge a column of short Han values: names differ from row to row and do not read as words."""
        said = self.meaning is not None and self.meaning.kind is Kind.NAME
        if not self._name_like or not self._filled:
            return None
        good = sum(count for value, count in self._name_values.items() if is_han_name(value))
        seen = sum(self._name_values.values())
        share = self._name_like / self._filled * good / seen
        distinct = len(self._name_values) / seen
        if not said and (share < _NAME_SHARE or distinct < _DISTINCT_SHARE or len(self._name_values) < _LINES):
            return None
        if said and share < _NAME_SHARE / 6:
            return None
        examples = [masked(value, Kind.NAME) for value in self._name_values if is_han_name(value)]
        count = round(self._name_like * good / seen)
        shown = list(dict.fromkeys(examples))[:_EXAMPLES]
        return KindCount(count, count if said else 0, is_estimate=True, lines=self._name_lines, examples=shown)


_HALF: Final = dict(HALF_WIDTH)
_AS_LABEL: Final[Mapping[Kind, str]] = {
    Kind.CITIZEN_ID: "身份证号:",
    Kind.PHONE: "电话:",
    Kind.BANK_CARD: "银行卡号:",
    Kind.PASSPORT: "护照号:",
    Kind.WECHAT: "微信号:",
    Kind.QQ: "QQ:",
    Kind.BIRTH_DATE: "出生日期:",
}
"""How a column's name is read before each of its values."""
_SURE: Final[Mapping[Kind, str]] = {
    Kind.CITIZEN_ID: (
        r"[1-9][0-9]{5}[ -]?(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[ -]?[0-9]{3}[0-9Xx]"
        r"|(?:身份|证件|公民)[^0-9]{0,14}[0-9]{15}"
    ),
    Kind.PHONE: (
        r"(?:^|[^0-9])1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}(?:[^0-9]|$)"
        r"|(?:^|[^0-9])\(?0[1-9][0-9]{1,2}\)?[ -][2-9][0-9]{6,7}"
    ),
    Kind.BANK_CARD: r"(?:^|[^0-9])(?:62[0-9]{2}|4[0-9]{3}|5[1-5][0-9]{2})[ -]?(?:[0-9][ -]?){10,15}",
    Kind.EMAIL: "@",
    Kind.SECRECY_MARK: "密",
    Kind.PASSPORT: "护照|通行证",
    Kind.WECHAT: "微信",
    Kind.QQ: "[qQ]{2}",
    Kind.PLATE: r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z]",
}
"""Forms searched in the values that are not read closely, so that no rare kind hides behind a frequent one."""


def _pattern(kinds: frozenset[Kind]) -> str:
    """Return one expression that fits every value in which one of ``kinds`` can be."""
    parts = [_PREFILTER]
    if Kind.SECRECY_MARK in kinds:
        parts.append("密")
    if Kind.ADDRESS in kinds:
        parts.append(_ADDRESS)
    if Kind.IP in kinds:
        parts.append(r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.|:[0-9A-Fa-f]{0,4}:")
    if Kind.NAME in kinds:
        parts.append(_NAME)
    return "|".join(parts)


def scan_frame(frame: pl.DataFrame, *, today: date | None = None) -> tuple[ColumnReport, ...]:
    """Search every text column of a frame whose column names are the names people see."""
    reports = []
    for name in frame.columns:
        scanner = ColumnScanner((name,), today=today)
        scanner.add(frame[name].cast(pl.String))
        reports.append(scanner.report())
    return tuple(reports)
