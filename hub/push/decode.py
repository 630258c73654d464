"""One push read from end to end: open the file, map its header, gate and check it chunk by chunk.

Nothing is stored here. The caller stages what :meth:`PushReading.chunks` yields inside its transaction;
when the gate stops the file, the iteration ends in ``GateStoppedError``, the transaction rolls back, and the
caller opens the incident from :attr:`PushReading.gate`. Memory stays flat.
"""

from __future__ import annotations

from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from connectors.files.errors import FileError
from connectors.files.reader import open_table
from connectors.port import LINE, ReadOptions
from hub.push.check import CheckedChunk, Checker
from hub.push.errors import HeaderMismatchError
from hub.push.gate import Gate, GateResult
from hub.push.header import HeaderMapping, map_header, unmapped
from hub.push.totals import TotalRows
from hub.rows.ahead import ahead

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from types import TracebackType

    from catalogue.item import Item
    from connectors.port import Limits, TableFacts, TableSource
    from hub.push.header import ColumnMap
    from hub.push.rule_sets.running import RunningRules


@dataclass(frozen=True, slots=True)
class CheckPlan:
    """What a file is checked against: see :class:`hub.push.check.Checker`."""

    items: tuple[Item, ...]
    key_columns: tuple[str, ...]
    today: date
    demo: bool = False
    code_lists: Mapping[str, Mapping[str, str]] | None = None
    mapping: HeaderMapping = field(default_factory=HeaderMapping)
    columns: ColumnMap | None = None
    """Where each item stands, where it is known beforehand: the mended rows of an earlier push."""
    allowed: frozenset[tuple[str, str]] = frozenset()
    """Columns and kinds of marks decided to be false alarms: see :class:`hub.push.gate.Gate`."""
    rules: RunningRules | None = None
    """The entry's rule set at work on this one file."""
    only: tuple[Item, ...] | None = None
    """The items that are checked and taken, where a file needs no others: keys, where it names rows to close."""

    def naming(self) -> CheckPlan:
        """Return the plan of a file that only names rows: its keys are read, other items may stand in it or not."""
        if not self.key_columns:
            return self
        keys = tuple(item for item in self.items if item.column in self.key_columns)
        others = frozenset(item.name for item in self.items if item.column not in self.key_columns)
        return replace(self, only=keys, mapping=replace(self.mapping, absent=self.mapping.absent | others))


@dataclass(slots=True)
class PushCounts:
    """Counts of a reading, growing with each chunk; ``coercions`` by coercion id and column."""

    received: int = 0
    accepted: int = 0
    rejected: int = 0
    unidentified: int = 0
    coercions: Counter[tuple[str, str]] = field(default_factory=Counter)


class PushReading:
    """An opened push; use it as a context manager and iterate :meth:`chunks` once."""

    def __init__(
        self, source: Path | TableSource, options: ReadOptions | None, plan: CheckPlan, limits: Limits | None
    ) -> None:
        """Open the file and map its header; a table source given is open already, and is closed with this.

        Raises:
            FileError: the file cannot be read.
            HeaderMismatchError: its columns are not the entry's items.
            GateStoppedError: name, header or preamble bear a mark.
        """
        if isinstance(source, Path):
            options = options or ReadOptions(name=source.name)
            self._source = open_table(source, options, limits)
        else:
            options = options or ReadOptions()
            self._source = source
        try:
            # A marked file is stopped, and its incident opened, even when its columns do not fit.
            first = Gate((), unmapped(self._source.header, self._source.letters), today=plan.today)
            first.scan_name(options.name or "")
            first.scan_outside(self._source.outside())
            first.result().raise_if_stopped()
            self.columns = plan.columns or map_header(
                self._source.header, self._source.letters, plan.items, plan.mapping, self._source.preview()
            )
        except HeaderMismatchError:
            self._refuse_secrets(plan)
            self._source.close()
            raise
        except BaseException:
            self._source.close()
            raise
        self._gate = Gate(plan.items, self.columns, today=plan.today, allowed=plan.allowed)
        self._checker = checker_of(plan)
        self._totals = TotalRows()
        self.counts = PushCounts()

    def _refuse_secrets(self, plan: CheckPlan) -> None:
        """Search all cells of a file whose columns do not fit; raise ``GateStoppedError`` for a secrecy mark."""
        gate = Gate((), unmapped(self._source.header, self._source.letters), today=plan.today)
        with suppress(FileError):
            for frame in self._source.chunks():
                gate.scan_chunk(frame)
        found = gate.result()
        if found.has_secrecy_mark:
            self._source.close()
            GateResult(tuple(one for one in found.findings if one.kind.is_secrecy)).raise_if_stopped()

    def chunks(self) -> Iterator[CheckedChunk]:
        """Yield checked chunks; from the first finding of the gate on, only search.

        Raises:
            GateStoppedError: at the end, when the gate found anything: nothing yielded may be kept.
            FileError: the file turns out unreadable further down.
        """
        stopped = False
        # The next chunk is parsed while this one is checked.
        with closing(ahead(self._source.chunks())) as frames:
            for frame in frames:
                self.counts.received += frame.height
                self._gate.scan_chunk(frame)
                stopped = stopped or self._gate.result().stopped
                if not stopped:
                    checked = self._checker.check(frame, self.columns)
                    self._count(checked)
                    self._totals.look(frame, checked.accepted[LINE])
                    yield checked
        self._gate.scan_outside(self._source.footer())
        self._gate.result().raise_if_stopped()

    def _count(self, checked: CheckedChunk) -> None:
        self.counts.accepted += checked.accepted.height
        self.counts.rejected += checked.rejected_rows
        self.counts.unidentified += checked.unidentified
        self.counts.coercions.update(checked.coercions)

    @property
    def gate(self) -> GateResult:
        """The gate's findings so far."""
        return self._gate.result()

    def facts(self) -> TableFacts:
        """Return what was read and left out so far, and what of it looks like no data."""
        facts = self._source.facts()
        return replace(facts, notes=(*facts.notes, *self._totals.notes()))

    def close(self) -> None:
        """Close the file."""
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def checker_of(plan: CheckPlan) -> Checker:
    """Return what checks the rows of one file, or mended rows of it, against a plan."""
    return Checker(
        plan.only or plan.items,
        plan.key_columns,
        today=plan.today,
        demo=plan.demo,
        code_lists=plan.code_lists,
        rules=plan.rules,
    )


def read_push(
    source: Path | TableSource, options: ReadOptions | None, plan: CheckPlan, limits: Limits | None = None
) -> PushReading:
    """Open one push for reading; see :class:`PushReading`."""
    return PushReading(source, options, plan, limits)
