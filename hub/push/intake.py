"""A file on its way into its table: opened, checked, merged, and undone again where it must wait for a person.

Everything happens in the caller's transaction. What is only tried, or held, is merged too, because nothing else
tells the difference exactly, and then undone (a savepoint, or the end of the transaction).
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import polars as pl

from connectors.files.reader import open_table
from connectors.port import LINE
from hub import faults
from hub.directory import privacy_gate
from hub.directory.code_lists.reading import own_codes
from hub.directory.privacy import store as privacy_store
from hub.directory.privacy.watch import Watch
from hub.push import progress, store
from hub.push import report as reporting
from hub.push.decode import CheckPlan, read_push
from hub.push.holds import fault_holds, may_hold, release_hold, shrink_hold
from hub.push.keeping import Taken
from hub.push.loop import returning
from hub.push.loop.difference_store import changed_rows
from hub.push.loop.held import HeldHead, HeldLog
from hub.push.loop.resuming import ResumeSource, columns_of
from hub.push.merge import REFUSED, SHRINK_LIMIT, Merge, MergeMode, Rejected, merge, shrinks
from hub.push.rejections import RejectionLog
from hub.push.rule_sets.checks import PushChecks
from hub.push.shifts import refuse_shift
from hub.rows.ahead import ahead

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from pathlib import Path

    from connectors.port import Limits, TableSource
    from hub.push.check import CheckedChunk
    from hub.push.decode import PushReading
    from hub.push.holds import Hold
    from hub.push.keeping import Work
    from hub.push.loop.returning import Origin
    from hub.push.merge import MergeCounts

_NO_ROWS: Final = 0


class _Intake:
    """Feeds accepted chunks to the merge while the report, the rejected rows and their keys are gathered."""

    def __init__(
        self,
        reading: PushReading,
        builder: reporting.ReportBuilder,
        watch: Watch,
        rows: HeldLog,
        checks: PushChecks,
    ) -> None:
        self.reading = reading
        self.checks = checks
        self.builder = builder
        self.watch = watch
        self.rows = rows
        self.rejected_keys: list[pl.DataFrame] = []
        self.unidentified = 0
        self.refused: list[int] = []
        self.lines: list[int] | None = None
        self._listener = progress.listener()  # asked for here: chunks are taken in another thread

    def accepted(self, chunks: Iterable[CheckedChunk]) -> Generator[pl.DataFrame]:
        """Yield accepted rows; the next chunk is checked meanwhile. Close it before the file is closed."""
        with closing(ahead(chunks)) as ready:
            for chunk in ready:
                yield from self._taken(chunk)
        faults.point("push.staged")
        self._listener.at(progress.Stage.MERGING, self.reading.counts.received)

    def _taken(self, chunk: CheckedChunk) -> Iterator[pl.DataFrame]:
        self._listener.at(progress.Stage.CHECKING, self.reading.counts.received)
        self.builder.add(chunk)
        if self.lines is None:  # rows that came back are kept by the push they belong to
            self.rows.add(chunk.raw)
        self.unidentified += chunk.unidentified
        if chunk.rejected_keys.height:
            self.rejected_keys.append(chunk.rejected_keys)
        if chunk.accepted.height:
            self.watch.add(chunk.accepted)
            self.checks.add(chunk.accepted)
            if self.lines is not None:
                self.lines += chunk.accepted[LINE].to_list()
            yield chunk.accepted

    def rejected(self) -> Rejected:
        keys = pl.concat(self.rejected_keys) if self.rejected_keys else None
        return Rejected(keys, self.unidentified)

    def refuse(self, mode: MergeMode, lines: pl.Series) -> None:
        self.refused += lines.to_list()
        self.builder.give_back(lines, REFUSED.get(mode, ""))


def take_in(work: Work, origin: Origin | None, limits: Limits, folder: Path) -> Taken:
    """Check and merge a file; where it must wait, its rows are out of the table again when this returns."""
    unit, resource, arrival = work.unit, work.resource, work.arrival
    log = RejectionLog(folder / "rejections.csv")
    builder = reporting.ReportBuilder(resource.entry.items, log)
    rows = HeldLog(folder / "rows.csv", work.context.keeping.held_rows if origin is None else _NO_ROWS)
    checks, plan = PushChecks.prepared(work.context, unit, resource, _plan(work, origin))
    watch = Watch(
        plan.only or resource.entry.items, privacy_store.thresholds(unit, resource.id), today=work.context.today()
    )
    number = store.next_number(unit, resource.id)
    policy = resource.entry.push
    is_undone = arrival.dry_run or (may_hold(policy) and arrival.releases is None)
    source = arrival.path if origin is None else _returned(work, origin, limits)
    with read_push(source, arrival.options, plan, limits) as reading:
        intake = _Intake(reading, builder, watch, rows, checks)
        savepoint = unit.savepoint() if is_undone else None
        chunks: Iterable[CheckedChunk] = reading.chunks()
        if origin is not None:
            intake.lines = []
            chunks = returning.without_conflicts(unit, resource.table, origin, list(chunks))
        job = Merge(
            resource.table,
            number,
            MergeMode(work.given.mode),
            allow_shrink=arrival.allow_shrink or is_undone or arrival.releases is not None,
            hold_rows=policy.hold_rows,
            rejected=intake.rejected,
            refuse=lambda lines: intake.refuse(MergeMode(work.given.mode), lines),
        )
        with closing(intake.accepted(chunks)) as accepted:
            counts = merge(unit, job, accepted)
        refuse_shift(unit, resource.table, number)
        head = HeldHead.of(reading.columns)
        facts = reading.facts()
        resumed = _resumed(origin, source, intake)
    if intake.refused and origin is None:
        _hold_refused(work, intake, limits)
    did = reporting.MergeCounts(counts.inserted, counts.changed, counts.unchanged, counts.closed, counts.held)
    shown = "" if arrival.dry_run else str(work.given.id)
    made = builder.build(facts, merge=did, push=shown, title=resource.title)
    guard = _guard(work, counts)
    checks.look(unit, resource, work.given.mode)
    holds = _holds(work, made, guard, checks)
    changed = changed_rows(unit, resource.table, number) if arrival.dry_run or holds else []
    if savepoint is not None:
        (savepoint.rollback if holds or arrival.dry_run else savepoint.commit)()
    return Taken(number, made, counts, log, rows, head, watch, checks, holds, guard, changed, resumed)


def _plan(work: Work, origin: Origin | None) -> CheckPlan:
    context, resource = work.context, work.resource
    plan = CheckPlan(
        resource.entry.items, resource.entry.keys, context.today(), context.demo, mapping=work.arrival.mapping
    )
    plan = replace(
        plan,
        allowed=privacy_gate.allowed(work.unit, resource.id),
        code_lists=own_codes(work.unit, resource.entry.items),
    )
    if work.given.mode == MergeMode.DELETE.value:
        plan = plan.naming()
    return plan if origin is None else replace(plan, columns=columns_of(origin.held.head))


def _returned(work: Work, origin: Origin, limits: Limits) -> ResumeSource:
    return ResumeSource(work.arrival.path, work.arrival.options, origin.held, origin.states, limits)


def _resumed(origin: Origin | None, source: Path | TableSource, intake: _Intake) -> returning.Resumed | None:
    """Return what became of the rows that came back: those the merge took, and the others as they were read."""
    if origin is None or not isinstance(source, ResumeSource):
        return None
    taken = set(intake.lines or ()) - set(intake.refused)
    again = set(source.returned.lines) - taken
    frames = tuple(returning.rows_at(source.chunks(), again))
    return returning.Resumed(origin, source.returned, tuple(sorted(taken)), frames)


def _hold_refused(work: Work, intake: _Intake, limits: Limits) -> None:
    """Read the rows again that passed the checks and yet could not be done, and keep them for the clerk."""
    with open_table(work.arrival.path, work.arrival.options, limits) as source:
        for frame in returning.rows_at(source.chunks(), set(intake.refused)):
            intake.rows.add(frame)


def _guard(work: Work, counts: MergeCounts) -> Hold | None:
    """Return the mass-delete guard where it strikes: so many rows are closed that somebody must consent."""
    before = counts.rows - counts.inserted + counts.closed
    limit = work.resource.entry.push.hold_rows
    if not shrinks(counts.closed, before, limit):
        return None
    return shrink_hold(counts.closed, before, f"{SHRINK_LIMIT:.0%}" if limit is None else f"{limit:,}")


def _holds(work: Work, made: reporting.PushReport, guard: Hold | None, checks: PushChecks) -> tuple[Hold, ...]:
    """Return why the push must wait by the policy of its resource; nothing where it is released."""
    policy, arrival = work.resource.entry.push, work.arrival
    if arrival.releases is not None:
        return ()
    found = [*release_hold(policy), *fault_holds(policy, made.received, made.rejected)]
    if guard is not None and may_hold(policy) and not arrival.allow_shrink:
        found.append(guard)
    if policy.hold_drift and (drifted := checks.hold()) is not None:
        found.append(drifted)
    return tuple(found)
