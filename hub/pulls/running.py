"""One run of a pull: claim it, fetch what changed, push it through the one door of pushes, remember what came.

Only who holds the turn of a pull runs it (an advisory lock of PostgreSQL that dies with its process), so a run found
open under that lock belongs to a process that died: it is noted as interrupted and done again. Nothing is pushed
before the source has given everything, so a source that goes away leaves the version served as it is.
"""

from __future__ import annotations

import time
import traceback
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import structlog

from connectors.egress import EgressUnreachableError
from connectors.port import Limits
from connectors.sources import SourceError
from hub import database as hub_database
from hub.context import seals_of
from hub.directory.facts import load_resource
from hub.identity import store as identity_store
from hub.identity.facts import Status
from hub.ledger.drafts import ReceiptKind
from hub.pulls import row_store, sources, store
from hub.pulls.errors import PullStateError, PullStoppedError
from hub.pulls.fetching import Task
from hub.pulls.parts import read_marks
from hub.pulls.records import Cause, Run, RunState
from hub.pulls.schedule import interval, next_after
from hub.pulls.watching import tell_failing
from hub.push import receive
from hub.push.store import PushState
from hub.rounds_store import take_turn
from policies.errors import DomainError

if TYPE_CHECKING:
    from threading import Event

    from hub.context import Context
    from hub.database import Database, Unit
    from hub.pulls.parts import Fetch, Part
    from hub.pulls.records import Pull
    from hub.pulls.sources import Outside

FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=1)
TOUCH_SECONDS: Final = 1.0
HELD: Final = frozenset({PushState.HELD, PushState.AWAITING_RELEASE})
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Desk:
    """What runs work with. ``folder`` takes what is fetched until it is pushed; ``stopping`` ends runs."""

    context: Context
    database: Database
    outside: Outside
    folder: Path
    stopping: Event


def run_pull(desk: Desk, pull_id: uuid.UUID) -> RunState | None:
    """Run a pull if it is due and nobody else runs it; returns what became of it, None when there was nothing to do."""
    with take_turn(desk.database, f"pull:{pull_id}", wait=False) as has_turn:
        begun = _begin(desk, pull_id) if has_turn else None
        if begun is None:
            return None
        pull, run = begun
        work = _Work(desk, pull, run)
        try:
            return work.do()
        except PullStoppedError:
            return work.end(RunState.INTERRUPTED)
        except DomainError as error:
            return work.fail(error)
        except hub_database.INTERRUPTIONS:
            raise  # our own database is away: the run stays open and is taken up again
        except Exception as error:  # noqa: BLE001 - whatever it is, the run ends with a state people can read
            log.error("pull-failed", pull=str(pull.id), error=type(error).__name__, at=places(error))  # noqa: TRY400 - see places
            return work.fail(_unexpected(error))


def _begin(desk: Desk, pull_id: uuid.UUID) -> tuple[Pull, Run] | None:
    """End what a dead process left, and open a run where one is due."""
    now = desk.context.now()
    with desk.database.begin() as unit:
        pull = store.find(unit, pull_id, lock=True)
        if pull is None:
            return None
        left = store.end_left_runs(unit, pull_id, now)
        for run_id in left:
            _record(desk.context, unit, pull, str(run_id), RunState.INTERRUPTED)
        is_due = pull.next_due_at <= now or bool(left)
        if pull.state != "active" or not is_due:
            return None
        cause = Cause.RETRY if pull.tries else Cause.SCHEDULE
        cause = Cause.ASKED if pull.asked else Cause.AGAIN if left else cause
        run = Run(
            id=uuid.uuid4(),
            pull_id=pull.id,
            version=pull.version,
            cause=cause.value,
            state=RunState.RUNNING.value,
            strategy=pull.definition.strategy.value,
            phase="connecting",
            started_at=now,
            touched_at=now,
        )
        store.insert_run(unit, run)
        return pull, run


@dataclass
class _Work:
    """A run under way."""

    desk: Desk
    pull: Pull
    run: Run
    pushes: list[uuid.UUID] = field(default_factory=list)
    fetched: dict[str, Any] = field(default_factory=dict)
    _touched: float = 0.0

    def do(self) -> RunState:
        """Fetch, push, remember."""
        context, database = self.desk.context, self.desk.database
        with database.begin() as unit:
            resource = load_resource(context, unit, self.pull.entry_id)
            owner = identity_store.member(unit, "id", self.pull.member_id)
        if owner is None or owner.status is not Status.ACTIVE:
            raise PullStateError(
                "提供单位已停用，暂不拉取",
                "the provider is suspended, nothing is pulled",
                next_zh="请联系系统管理员",
                next_en="ask the system administrator",
            )
        with TemporaryDirectory(prefix="pull-", dir=self.desk.folder) as folder:
            task = Task(
                database=database,
                pull=self.pull,
                entry=resource.entry,
                name=resource.name,
                folder=Path(folder),
                now=self.run.started_at,
                tick=self.tick,
                seals=seals_of(context),
            )
            got = sources.fetch(task, self.desk.outside, self.fetched)
            self.fetched |= {"strategy": got.strategy, "rows_deleted": got.deleted, "notes": list(got.notes)}
            states = [self._push(resource.name, part) for part in got.parts]
        if any(state in HELD for state in states):
            return self.end(RunState.HELD)
        return self._good(got)

    def tick(self, phase: str) -> None:
        """Show a sign of life at most once a second, and end the run when the hub stops."""
        if self.desk.stopping.is_set():
            raise PullStoppedError
        if time.monotonic() - self._touched < TOUCH_SECONDS:
            return
        self._touched = time.monotonic()
        shown = {name: self.fetched[name] for name in ("rows_fetched", "bytes_fetched") if name in self.fetched}
        with self.desk.database.begin() as unit:
            store.change_run(unit, self.run.id, phase=phase, touched_at=self.desk.context.now(), **shown)

    def _push(self, entry: str, part: Part) -> PushState:
        """Let one file in by the one door, then remember its rows."""
        self._touched = 0.0
        self.tick("pushing")
        arrival = receive.Arrival(
            entry=entry,
            path=part.path,
            digest=part.digest,
            mode=part.mode,
            idempotency_key=None,
            filename=part.filename,
            options=part.options,
            allow_shrink=bool(self.pull.asked.get("allow_shrink")),
            member_id=self.pull.member_id,
            by_system=None,
            by_staff=self.pull.by_staff,
            mapping=part.mapping,
        )
        done = receive.accept(self.desk.context, self.desk.database, arrival, Limits())
        push_id = done.push.given.id
        self.pushes.append(push_id)
        state = done.push.outcome.state
        if state not in HELD:
            with self.desk.database.begin(statement_timeout_seconds=0) as unit:
                self._remember(unit, part, push_id)
        return state

    def _remember(self, unit: Unit, part: Part, push_id: uuid.UUID) -> None:
        if part.replaces_marks:
            row_store.forget(unit, self.pull.id)
        if part.marks is not None:
            row_store.remember(unit, self.pull.id, read_marks(part.marks), push_id, seals_of(self.desk.context))
        if part.gone is not None:
            row_store.forget_keys(unit, self.pull.id, part.gone, seals_of(self.desk.context))

    def _good(self, got: Fetch) -> RunState:
        state = RunState.DONE if got.parts else RunState.UNCHANGED
        values = {"memory": got.memory, "tries": 0, "failing_since": None, "last_good_at": self.run.started_at}
        return self.end(state, **values)

    def end(self, state: RunState, **changes: object) -> RunState:
        """Close the run and say when the next one is due."""
        context = self.desk.context
        now = context.now()
        if state is not RunState.INTERRUPTED:  # an interrupted one stays due
            due = next_after(self.pull.definition.schedule, self.run.started_at, context.calendar)
            changes = {"next_due_at": max(due, now), "asked": {}, **changes}
        with self.desk.database.begin() as unit:
            store.change_run(
                unit, self.run.id, state=state.value, finished_at=now, touched_at=now, pushes=self.pushes,
                **self.fetched,
            )  # fmt: skip
            current = store.find(unit, self.pull.id, lock=True)
            if current is not None and current.version == self.pull.version and changes:
                if current.asked != self.pull.asked:  # somebody asked for another run while this one went on
                    changes = {name: value for name, value in changes.items() if name not in {"asked", "next_due_at"}}
                store.change(unit, self.pull.id, **changes)
            if state is not RunState.UNCHANGED:
                _record(context, unit, self.pull, str(self.run.id), state, self.fetched)
        return state

    def fail(self, error: DomainError) -> RunState:
        """Note why, and try again: soon where that may help, else at the next time of the schedule."""
        context, pull = self.desk.context, self.pull
        now = context.now()
        regular = next_after(pull.definition.schedule, now, context.calendar)
        pause = min(FIRST_PAUSE * 2 ** min(pull.tries, 10), LONGEST_PAUSE, interval(pull.definition.schedule))
        is_passing = isinstance(error, EgressUnreachableError) or (isinstance(error, SourceError) and error.is_passing)
        since = pull.failing_since or now
        log.warning("pull-failed", pull=str(pull.id), error=type(error).__name__)
        self.fetched["error"] = told(error)
        state = self.end(
            RunState.FAILED,
            tries=pull.tries + 1,
            failing_since=since,
            asked=dict(pull.asked) if is_passing else {},
            next_due_at=min(now + pause, regular) if is_passing else regular,
        )
        with self.desk.database.begin() as unit:
            tell_failing(context, unit, pull, error, since)
        return state


def told(error: DomainError) -> dict[str, Any]:
    """Return an error as a run keeps it."""
    return {
        "type": type(error).__name__,
        "zh": error.zh,
        "en": error.en,
        "next_zh": error.next_zh,
        "next_en": error.next_en,
        "facts": dict(error.facts),
    }


def places(error: BaseException) -> list[str]:
    """Return where an error came from, innermost last: a full traceback may show values, a secret among them."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames]


def _unexpected(error: Exception) -> PullStateError:
    return PullStateError(
        f"拉取时发生意外错误（{type(error).__name__}），没有入库",
        f"the pull ended with an unexpected error ({type(error).__name__}); nothing was taken in",
        next_zh="请把运行编号告知平台运维",
        next_en="tell the operator the id of the run",
    )


def _record(
    context: Context, unit: Unit, pull: Pull, run: str, state: RunState, counts: dict[str, Any] | None = None
) -> None:
    """Leave the receipt of a run: ids and counts; what a push changed has its own."""
    given = counts or {}
    context.record(
        unit,
        ReceiptKind.ADMIN,
        action="pull.run",
        provider=str(pull.member_id),
        resource=str(pull.entry_id),
        mode=str(given.get("strategy", pull.definition.strategy.value)),
        rows=int(given.get("rows_fetched", 0)),
        bytes=int(given.get("bytes_fetched", 0)),
        outcome=state.value,
        reason_code=str(given["error"]["type"]) if "error" in given else None,
        subject_kind="pull",
        subject_id=run,
    )
