"""Pushes that wait for a person: kept without their rows, let in, or ended (Zhengzhou Art. 19; Jilin Art. 27).

Of a push that waits stand its report, its faults and its file in the spool; nothing of it is in the table. A newer
push of the whole table replaces older ones that wait. Who acts is said in :data:`hub.push.states.PUSH_RELEASE`.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import TYPE_CHECKING, Final

from hub.identity.roles import Role
from hub.notices.store import Notice, send
from hub.push.arrival import to_json
from hub.push.holds import HoldReason
from hub.push.loop import store as held_store
from hub.push.loop import wait_store
from hub.push.loop.errors import CannotWaitError, NotWaitingError
from hub.push.loop.wait_store import Settled, Wait, WaitState
from hub.push.merge import MergeMode
from hub.push.spool import Spool
from hub.push.store import PushState

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator
    from datetime import datetime

    from hub.context import Context
    from hub.database import Unit
    from hub.push.arrival import Arrival
    from hub.push.holds import Hold
    from hub.push.keeping import Taken, Work

SUBJECT: Final = "push"


def spool_of(context: Context) -> Spool:
    """Return where the files of pushes that wait lie (raises :class:`CannotWaitError` where there is no such place)."""
    if context.keeping.spool is None or context.keeping.key is None:
        raise CannotWaitError(
            "该资源的推送须等待放行，而这里没有存放文件的地方",
            "pushes to this resource must wait for a person, and there is no place here to keep the file",
            next_zh="请通过运行中的平台推送",
            next_en="push through the running hub",
        )
    return Spool(context.keeping.spool, context.keeping.key)


@contextmanager
def lent_file(context: Context, key: str) -> Iterator[Path]:
    """Give a file of the spool in the clear, for the block alone (raises as :meth:`hub.push.spool.Spool.lent`)."""
    spool, folder = spool_of(context), context.keeping.incoming
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with spool.lent(key, folder) as path:
            yield path
        return
    with TemporaryDirectory(prefix="lent-") as name, spool.lent(key, Path(name)) as path:
        yield path


def not_waiting() -> NotWaitingError:
    """Return the error of a push that does not wait, or does no longer."""
    return NotWaitingError(
        "这次推送不在等待放行",
        "this push does not wait for a release",
        next_zh="请打开推送报告，看它现在的状态",
        next_en="open the report of the push to see its state",
    )


def lock_open(unit: Unit, push_id: uuid.UUID) -> Wait:
    """Return a push that waits, and let others who act on it wait (raises :class:`NotWaitingError`)."""
    found = wait_store.get(unit, push_id, for_update=True)
    if found is None or found.state.value not in wait_store.OPEN:
        raise not_waiting()
    return found


def state_of(holds: tuple[Hold, ...]) -> PushState:
    """Return the state of a push with these reasons to wait: a second person's release goes before a clerk's."""
    is_two_step = any(hold.reason is HoldReason.TWO_STEP for hold in holds)
    return PushState.AWAITING_RELEASE if is_two_step else PushState.HELD


def copy_file(path: Path, copy: Path) -> None:
    """Give a file a second name, or where the disk cannot, a copy."""
    try:
        os.link(path, copy)
    except OSError:
        shutil.copyfile(path, copy)


def keep_file(context: Context, arrival: Arrival) -> str:
    """Put a copy of the received file into the spool; the one who received it removes his own."""
    spool = spool_of(context)
    folder = Path(mkdtemp(prefix="keep-", dir=arrival.path.parent))
    try:
        copy = folder / "file"
        copy_file(arrival.path, copy)
        return spool.keep(copy, arrival.digest)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def keep(work: Work, taken: Taken, state: PushState) -> None:
    """Store why the push waits, keep its file, and tell who can let it in."""
    context, now = work.context, work.context.now()
    key = keep_file(context, work.arrival)
    wait_store.add(
        work.unit,
        Wait(
            push_id=work.given.id,
            entry_id=work.resource.id,
            member_id=work.resource.provider_id,
            state=WaitState(state.value),
            holds=[hold.to_dict() for hold in taken.holds],
            arrival=to_json(work.arrival),
            spool_key=key,
            base_version=taken.number - 1,
            at=now,
            remind_at=now + timedelta(days=context.keeping.remind_days),
            lapses_at=now + timedelta(days=context.keeping.wait_days),
        ),
    )
    zh = "；".join(hold.zh for hold in taken.holds)
    en = "; ".join(hold.en for hold in taken.holds)
    for role in _who(state):
        tell(
            work.unit,
            Told(work.resource.provider_id, work.given.id, role, "push.waiting"),
            (f"《{work.resource.title}》有一次推送等待处理：{zh}", f"a push to {work.resource.name} waits: {en}"),
            ("看报告与差异，放行、退回或撤回", "look at report and difference; release, send back or withdraw"),
            now,
        )


def _who(state: PushState) -> tuple[Role, ...]:
    return (Role.APPROVER,) if state is PushState.AWAITING_RELEASE else (Role.CLERK, Role.APPROVER)


class Told:
    """To whom a notice about a push goes, and which kind it is; the same one is sent once."""

    def __init__(self, member: uuid.UUID, push_id: uuid.UUID, role: Role, kind: str) -> None:
        self.member = member
        self.push_id = push_id
        self.role = role
        self.kind = kind


def tell(unit: Unit, told: Told, what: tuple[str, str], next_step: tuple[str, str], now: datetime) -> None:
    """Send a notice about a push; texts hold counts, no value."""
    send(
        unit,
        Notice(
            member=told.member,
            kind=told.kind,
            zh=what[0],
            en=what[1],
            next_zh=next_step[0],
            next_en=next_step[1],
            role=told.role.value,
            link=f"/w/pushes/{told.push_id}",
            subject_kind=SUBJECT,
            subject_id=str(told.push_id),
            once=f"{told.kind}:{told.push_id}:{told.role.value}",
        ),
        now,
    )


def forget_faults(unit: Unit, push_id: uuid.UUID) -> None:
    """Forget the faults found when the push began to wait: its file has just been read anew."""
    held_store.drop_held(unit, push_id)


def let_in(work: Work) -> None:
    """End the wait of a push whose rows have just been merged."""
    wait_store.settle(work.unit, work.given.id, Settled(WaitState.RELEASED, work.context.now(), work.arrival.by_staff))


def replace_older(work: Work) -> None:
    """End the wait of older pushes that a push of the whole table replaces, and tell their clerk."""
    if work.given.mode != MergeMode.FULL.value:
        return
    now = work.context.now()
    for older in wait_store.open_waits(work.unit, entry_id=work.resource.id, before=work.given.at):
        if older.push_id == work.given.id:
            continue
        settled = Settled(WaitState.REPLACED, now, replaced_by=work.given.id)
        wait_store.settle(work.unit, older.push_id, settled, PushState.REPLACED.value)
        tell(
            work.unit,
            Told(older.member_id, older.push_id, Role.CLERK, "push.replaced"),
            (
                f"《{work.resource.title}》等待放行的一次推送已由新的全量推送取代",
                f"a push to {work.resource.name} that waited is replaced by a newer one of the whole table",
            ),
            ("无须处理；看新推送的报告", "nothing to do; see the report of the newer push"),
            now,
        )


def drop_file(context: Context, unit: Unit, wait: Wait) -> None:
    """Remove the file of a push that waits no longer, unless another needs the same."""
    if wait.spool_key not in wait_store.keys_in_use(unit):
        with suppress(OSError):
            spool_of(context).drop(wait.spool_key)
