"""One run of a source: read it portion by portion, sift it in batches, say at the end what is gone.

Only who holds the turn of a run carries it on (an advisory lock that dies with its process). Every batch is one
transaction that also keeps the place, so a run cut by a crash, a stop or a lost connection goes on where it was.
Nothing is listed here: a run ends in front of a reviewer.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import structlog

from connectors.catalogues.paging import Reading, Remote, file_portions, remote_portions
from connectors.egress import EgressUnreachableError
from connectors.port import Limits
from connectors.sources import SourceError
from hub import database as hub_database
from hub.harvest import store
from hub.harvest.definition import Gone
from hub.harvest.errors import HarvestStateError, HarvestStoppedError
from hub.harvest.records import Change, Changed, RunState
from hub.harvest.sifting import NEWLY_REFUSED, Sieve
from hub.ledger.drafts import ReceiptKind
from hub.pulls.running import places, told
from hub.pulls.schedule import next_after
from hub.rounds_store import take_turn
from policies.errors import DomainError

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator
    from pathlib import Path
    from threading import Event

    from connectors.catalogues.paging import Portion
    from connectors.catalogues.record import Found
    from connectors.egress import EgressPolicy
    from connectors.sources import SourceLimits
    from hub.context import Context
    from hub.database import Database, Unit
    from hub.harvest.records import Run, Source

BATCH: Final = 250
MASS: Final = 5
"""A run in which more than one in five listed records is gone lets no policy withdraw them: a person looks."""
CHANGES: Final = (Change.ADDED, Change.CHANGED, Change.RETURNED, Change.GONE, NEWLY_REFUSED)
FIRST_PAUSE: Final = timedelta(minutes=5)
LONGEST_PAUSE: Final = timedelta(hours=6)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Desk:
    """What runs work with. ``folder`` holds the files people sent; ``stopping`` ends runs between two batches."""

    context: Context
    database: Database
    policy: EgressPolicy
    limits: SourceLimits
    folder: Path
    stopping: Event


def run_source(desk: Desk, run_id: uuid.UUID) -> str | None:
    """Carry a run on to its end; returns its state, None when another process has it or it is over."""
    with take_turn(desk.database, f"harvest:{run_id}", wait=False) as has_turn:
        work = _taken_up(desk, run_id) if has_turn else None
        if work is None:
            return None
        try:
            return work.do()
        except HarvestStoppedError:
            return RunState.RUNNING.value
        except DomainError as error:
            return work.fail(error)
        except hub_database.INTERRUPTIONS:
            raise  # our own database is away: the run stays open and is taken up again
        except Exception as error:  # noqa: BLE001 - whatever it is, the run ends with a state people can read
            log.error("harvest-failed", run=str(run_id), error=type(error).__name__, at=places(error))  # noqa: TRY400 - a traceback may show values
            return work.fail(_unexpected(error))


def _taken_up(desk: Desk, run_id: uuid.UUID) -> _Work | None:
    """Return the work of a run as it stands now; None where it is over."""
    with desk.database.begin() as unit:
        run = store.find_run(unit, run_id)
        source = store.find_source(unit, run.source_id) if run is not None else None
    if run is None or source is None or run.state != RunState.RUNNING:
        return None
    return _Work(desk, source, run)


@dataclass
class _Work:
    """A run under way."""

    desk: Desk
    source: Source
    run: Run
    notes: list[dict[str, str]] = field(default_factory=list)
    is_whole: bool = True

    def do(self) -> str:
        """Read everything from the place the run is at, then look for what is gone."""
        context = self.desk.context
        with self.desk.database.begin() as unit:
            seen = store.seen_in(unit, self.source.id, self.run.id)
        former: dict[str, Any] = dict(self.run.counts)
        self.notes = list(former.pop("notes", []))
        self.is_whole = bool(former.pop("is_whole", True))
        sieve = Sieve(self.source, self.run.id, context.now(), seen, Counter(former))
        start, passed = str(self.run.cursor.get("at", "")), int(self.run.cursor.get("passed", 0))
        for portion in self._portions(start):
            found = islice(portion.found, passed if portion.at == start else 0, None)
            position = passed if portion.at == start else 0
            for batch in _batches(found):
                if self.desk.stopping.is_set():
                    raise HarvestStoppedError
                position += len(batch)
                with self.desk.database.begin(statement_timeout_seconds=0) as unit:
                    sieve.sift(unit, batch)
                    self._keep(unit, sieve, portion.at, position)
            self._note(portion)
        with self.desk.database.begin(statement_timeout_seconds=0) as unit:
            return self._finish(unit, sieve)

    def _portions(self, at: str) -> Iterator[Portion]:
        definition = self.source.definition
        reading = Reading(definition.kind, definition.mapping, Limits())
        if self.run.file is not None:
            path = self.desk.folder / str(self.run.id)
            if not path.is_file():
                raise HarvestStateError(
                    "送来的文件已不在，请重新送一次",
                    "the file that was sent is gone",
                    next_zh="重新运行 hub harvest run 并附上文件",
                    next_en="run hub harvest run again with the file",
                )
            return file_portions(path, self.run.file, reading, base=definition.address)
        remote = Remote(definition.address, self.desk.policy, self.desk.limits, trust_pem=definition.trust_pem)
        return remote_portions(remote, reading, at)

    def _note(self, portion: Portion) -> None:
        """Keep what the reader told; a file with pages that follow is not the whole catalogue."""
        self.notes += [{"zh": zh, "en": en} for zh, en in portion.notes.told]
        if self.run.file is not None and portion.notes.more:
            self.is_whole = False
            self.notes.append(
                {
                    "zh": "文件不是全部目录（其后还有分页），不据此认定哪些已不再提供",
                    "en": "the file is not the whole catalogue (pages follow), so nothing is taken as gone",
                }
            )

    def _keep(self, unit: Unit, sieve: Sieve, at: str, passed: int) -> None:
        store.change_run(
            unit,
            self.run.id,
            cursor={"at": at, "passed": passed},
            counts={**sieve.counts, "notes": self.notes, "is_whole": self.is_whole},
            touched_at=self.desk.context.now(),
        )

    def _finish(self, unit: Unit, sieve: Sieve) -> str:
        """Say what is gone, count, and close the run in front of the reviewer."""
        if self.is_whole and sieve.counts["records"]:
            self._gone(unit, sieve)
        found = store.counted(unit, self.source.id)
        counts = {
            **sieve.counts,
            "refused_by_rule": store.refusals(unit, self.source.id),
            "noted": store.note_counts(unit, self.source.id),
            "waiting": found["waiting"],
            "notes": self.notes,
            "is_whole": self.is_whole,
        }
        changed = sum(sieve.counts[kind] for kind in CHANGES)
        state = RunState.REVIEW if changed or found["waiting"] else RunState.UNCHANGED
        self._close(unit, state, counts=counts)
        _record(self.desk.context, unit, self.source, self.run, state, counts)
        return state.value

    def _gone(self, unit: Unit, sieve: Sieve) -> None:
        gone = store.mark_gone(unit, self.source.id, self.run.id)
        store.add_changes(unit, self.run.id, [Changed(one.record, Change.GONE.value, one.title) for one in gone])
        sieve.counts[Change.GONE] += len(gone)
        listed = sum(one.published_digest is not None for one in gone)
        if self.source.definition.gone is Gone.WITHDRAW and listed:
            all_listed = store.counted(unit, self.source.id)["listed"]
            if listed * MASS <= all_listed:
                listed_ones = [one.record for one in gone if one.published_digest is not None]
                store.decide(unit, self.source.id, "approved", listed_ones)
            else:
                self.notes.append(
                    {
                        "zh": f"{listed} 条已列入目录的记录在来源消失，超过五分之一，未按既定办法撤回，等待审核",
                        "en": f"{listed} listed records are gone, more than one in five: a person decides, no policy",
                    }
                )

    def fail(self, error: DomainError) -> str:
        """Note why the run ended; a scheduled one is tried again, soon where that may help."""
        context, source = self.desk.context, self.source
        now = context.now()
        is_passing = isinstance(error, EgressUnreachableError) or (isinstance(error, SourceError) and error.is_passing)
        with self.desk.database.begin() as unit:
            self._close(unit, RunState.FAILED, error=told(error))
            if source.definition.schedule is not None:
                regular = next_after(source.definition.schedule, now, context.calendar)
                pause = min(FIRST_PAUSE * 2 ** min(source.tries, 10), LONGEST_PAUSE)
                due = min(now + pause, regular) if is_passing else regular
                store.change_source(unit, source.id, next_due_at=due, tries=source.tries + 1)
            _record(context, unit, source, self.run, RunState.FAILED, {"error": type(error).__name__})
        return RunState.FAILED.value

    def _close(self, unit: Unit, state: RunState, **values: object) -> None:
        context, schedule = self.desk.context, self.source.definition.schedule
        now = context.now()
        store.change_run(unit, self.run.id, state=state.value, finished_at=now, touched_at=now, **values)
        if state is not RunState.FAILED and schedule is not None:
            due = next_after(schedule, max(self.run.started_at, now), context.calendar)
            store.change_source(unit, self.source.id, next_due_at=due, tries=0)
        (self.desk.folder / str(self.run.id)).unlink(missing_ok=True)


def _batches(found: Iterator[Found]) -> Iterator[list[Found]]:
    while batch := list(islice(found, BATCH)):
        yield batch


def _unexpected(error: Exception) -> HarvestStateError:
    return HarvestStateError(
        f"采集时发生意外错误（{type(error).__name__}），已读取的部分保留，未列入目录",
        f"the run ended with an unexpected error ({type(error).__name__}); nothing was listed",
        next_zh="请把采集编号告知平台运维",
        next_en="tell the operator the id of the run",
    )


def _record(context: Context, unit: Unit, source: Source, run: Run, state: RunState, counts: dict[str, Any]) -> None:
    """Leave the receipt of a run: ids and counts alone."""
    context.record(
        unit,
        ReceiptKind.CATALOGUE,
        action="harvest.run",
        provider=str(source.member_id),
        end_user=str(run.by_staff) if run.by_staff is not None else None,
        jurisdiction=source.jurisdiction,
        rows=int(counts.get("records", 0)),
        rows_accepted=int(counts.get("accepted", 0)),
        rows_rejected=int(counts.get("refused", 0)),
        rejected_by_rule=dict(counts.get("refused_by_rule", {})),
        outcome=state.value,
        reason_code=counts.get("error"),
        subject_kind="harvest_run",
        subject_id=str(run.id),
    )
