"""What people do with a push that waits: release it, send it back with words, withdraw it; and what happens by itself.

Four eyes: who gave a push in never releases it where the resource asks for two steps (Zhengzhou Art. 19, 33). A push is
released against the version its difference was computed for; when the table moved meanwhile, the difference is
computed anew and shown first, so that nobody lets in what nobody has seen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from catalogue import store as catalogue_store
from hub.identity.errors import RoleRequiredError
from hub.identity.roles import NAMES_ZH, Role
from hub.ledger.drafts import ReceiptKind
from hub.push import receive, store, waiting
from hub.push.arrival import from_json
from hub.push.loop import store as held_store
from hub.push.loop import wait_store
from hub.push.loop.errors import FourEyesError, NotWaitingError
from hub.push.loop.wait_store import Settled, WaitState
from hub.push.merge import MergeMode
from hub.push.states import PUSH_RELEASE
from hub.rounds import Sweep
from hub.rows.tables import state as row_state

if TYPE_CHECKING:
    import uuid

    from connectors.port import Limits
    from hub.context import Context
    from hub.database import Database, Unit
    from hub.identity.facts import StaffRequester
    from hub.push.loop.wait_store import Wait

ORPHAN_AGE: Final = timedelta(days=1)
"""How long a file of the spool that nobody needs may lie: longer than any push takes."""
DRAFT_HOURS: Final = 24
"""Hours a file tried in the browser is kept for."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person of the provider with roles."""

    member_id: uuid.UUID
    staff_id: uuid.UUID
    roles: frozenset[Role]

    @classmethod
    def of(cls, person: StaffRequester) -> Actor:
        """Return the actor a session stands for."""
        return cls(person.member.id, person.staff.id, frozenset(role for role in Role if person.has_role(role)))


def release(context: Context, database: Database, push_id: uuid.UUID, actor: Actor, limits: Limits) -> receive.Accepted:
    """Let a push in that waits; its file is checked again and merged now.

    Raises:
        NotWaitingError: it does not wait, an earlier one waits, a later one is in, or the table moved meanwhile.
        FourEyesError, RoleRequiredError: the person may not.
        SpooledFileGoneError: its file is no longer there.
    """
    with database.begin() as unit:
        wait = waiting.lock_open(unit, push_id)
        _may_release(unit, wait, actor)
        _in_turn(unit, wait)
        moved = row_state(unit, wait.entry_id).version != wait.base_version
    with waiting.lent_file(context, wait.spool_key) as path:
        arrival = from_json(dict(wait.arrival), path, wait.member_id, actor.staff_id)
        arrival = replace(arrival, releases=push_id, dry_run=moved)
        accepted = receive.accept(context, database, arrival, limits)
    if moved:
        with database.begin() as unit:
            version = row_state(unit, wait.entry_id).version
            shown = store.get(unit, push_id)
            report = dict(shown.outcome.report) if shown is not None else {}
            kept = {name: accepted.push.outcome.report[name] for name in ("difference", "guard")}
            wait_store.renew(unit, push_id, version, report | kept)
        raise NotWaitingError(
            f"推送等待期间数据已有新版本（第 {version} 版），差异已重新比对，请看过再放行",
            f"the table has moved to version {version} while the push waited; the difference was computed anew",
            next_zh="打开推送报告核对新的差异，再次放行",
            next_en="read the new difference in the report of the push, then release it again",
            facts={"version": version, "push": str(push_id)},
        )
    with database.begin() as unit:
        waiting.drop_file(context, unit, wait)
    return accepted


def _may_release(unit: Unit, wait: Wait, actor: Actor) -> None:
    _of_member(wait, actor)
    push = store.get(unit, wait.push_id)
    pusher = None if push is None else push.given.by_staff
    if wait.state is WaitState.AWAITING_RELEASE:
        _need(actor, Role.APPROVER)
        if actor.staff_id == pusher:
            raise FourEyesError(
                "推送人不能放行自己的推送（须由本单位另一名审核人放行）",
                "who pushed cannot release the push: another approver of the department must",
                next_zh="请本单位另一名审核人登录后放行",
                next_en="let another approver of the department release it",
            )
    else:
        _need(actor, Role.CLERK, Role.APPROVER)


def _of_member(wait: Wait, actor: Actor) -> None:
    if wait.member_id != actor.member_id:
        raise waiting.not_waiting()


def _need(actor: Actor, *roles: Role) -> None:
    if not actor.roles & set(roles):
        raise RoleRequiredError("或".join(NAMES_ZH[role] for role in roles), tuple(role.value for role in roles))


def _in_turn(unit: Unit, wait: Wait) -> None:
    """Refuse to let in what would put older values over newer ones; a whole table stands for all before it."""
    earlier = wait_store.open_waits(unit, entry_id=wait.entry_id, before=wait.at)
    if earlier and wait.arrival["mode"] != MergeMode.FULL.value:
        first = earlier[0].push_id
        raise NotWaitingError(
            f"更早的一次推送 {first} 还在等待，须按先后放行",
            f"an earlier push ({first}) waits still: they are released in order",
            next_zh="先放行或退回更早的那一次",
            next_en="release or send back the earlier one first",
            facts={"earlier": str(first)},
        )
    overtaken = wait_store.overtaken_by(unit, wait.entry_id, wait.at, wait.push_id)
    if overtaken is not None:
        raise NotWaitingError(
            f"更晚的一次推送已经入库（第 {overtaken} 版），放行这一次会用旧值盖掉新值",
            f"a later push is in already (version {overtaken}): this one would put older values over newer ones",
            next_zh="撤回这一次；需要的行请重新推送",
            next_en="withdraw this one, and push again what is needed",
            facts={"version": overtaken},
        )


def send_back(context: Context, database: Database, push_id: uuid.UUID, actor: Actor, words: str) -> Wait:
    """Send a push back to who gave it in, with words (raises as :func:`release`)."""
    with database.begin() as unit:
        wait = waiting.lock_open(unit, push_id)
        _of_member(wait, actor)
        _need(actor, Role.APPROVER)
        _end(context, unit, wait, WaitState(PUSH_RELEASE.after(wait.state.value, "send_back")), actor.staff_id, words)
        waiting.tell(
            unit,
            waiting.Told(wait.member_id, push_id, Role.CLERK, "push.sent_back"),
            ("审核人退回了一次推送，并写明理由", "the approver sent a push back and said why"),
            ("看理由，改好后重新推送", "read why, mend the file and push again"),
            context.now(),
        )
    return _settled(database, push_id)


def withdraw(
    context: Context, database: Database, push_id: uuid.UUID, member_id: uuid.UUID, staff_id: uuid.UUID | None
) -> Wait:
    """Take back a push that waits: the clerk, or the system that gave it in."""
    with database.begin() as unit:
        wait = waiting.lock_open(unit, push_id)
        if wait.member_id != member_id:
            raise waiting.not_waiting()
        _end(context, unit, wait, WaitState(PUSH_RELEASE.after(wait.state.value, "withdraw")), staff_id, "")
    return _settled(database, push_id)


def _settled(database: Database, push_id: uuid.UUID) -> Wait:
    with database.begin() as unit:
        found = wait_store.get(unit, push_id)
    if found is None:
        raise waiting.not_waiting()
    return found


def _end(context: Context, unit: Unit, wait: Wait, state: WaitState, staff_id: uuid.UUID | None, words: str) -> None:
    """End a wait without its rows: state, receipt, the rejected rows and the file go."""
    now = context.now()
    wait_store.settle(unit, wait.push_id, Settled(state, now, staff_id, words), state.value)
    held_store.drop_rows(unit, wait.push_id)
    context.record(
        unit,
        ReceiptKind.PUSH,
        provider=str(wait.member_id),
        resource=str(wait.entry_id),
        push=str(wait.push_id),
        decided_by=str(staff_id) if staff_id is not None else None,
        action=state.value,
        state_before=wait.state.value,
        state_after=state.value,
        outcome=state.value,
    )
    waiting.drop_file(context, unit, wait)


def sweep_waits(context: Context, database: Database) -> int:
    """Remind of pushes that wait long, let those lapse whose time is over, forget files tried and not pushed."""
    now = context.now()
    done = 0
    with database.begin() as unit:
        for wait in wait_store.due(unit, now):
            done += 1
            if wait.lapses_at <= now:
                _end(context, unit, wait, WaitState.LAPSED, None, "")
                what = ("一次待放行的推送到期失效，文件已清除", "a push nobody released has lapsed; its file is erased")
                after = ("需要时请重新推送", "push it again if it is needed")
                told = [waiting.Told(wait.member_id, wait.push_id, Role.CLERK, "push.lapsed")]
            else:
                wait_store.reminded(unit, wait.push_id, now)
                days = (wait.lapses_at - now).days
                what = (
                    f"一次推送等待放行已久，{days} 天后失效",
                    f"a push waits for its release; it lapses in {days} days",
                )
                after = ("请放行、退回或撤回", "release it, send it back or withdraw it")
                roles = (Role.CLERK, Role.APPROVER)
                told = [waiting.Told(wait.member_id, wait.push_id, role, "push.overdue") for role in roles]
            for one in told:
                waiting.tell(unit, one, what, after, now)
    if context.keeping.spool is not None:
        done += _forget_drafts(context, database)
    return done


def _forget_drafts(context: Context, database: Database) -> int:
    with database.begin() as unit:
        old = wait_store.old_drafts(unit, context.now() - timedelta(hours=DRAFT_HOURS))
        for draft_id, _ in old:
            wait_store.drop_draft(unit, draft_id)
        used = wait_store.keys_in_use(unit)
    for _, key in old:
        if key not in used:
            waiting.spool_of(context).drop(key)
    return len(old)


def sweep_held_rows(context: Context, database: Database) -> int:
    """Erase the text of rejected rows whose time is over, with a receipt that counts them."""
    with database.begin() as unit:
        gone = held_store.erase_lapsed(unit, context.now())
        for push_id, rows in gone:
            push = store.get(unit, push_id)
            if push is None or not rows:
                continue
            entry = catalogue_store.find_entry(unit, push.given.entry_id)
            context.record(
                unit,
                ReceiptKind.PUSH,
                provider=str(entry.provider_id) if entry is not None else None,
                resource=str(push.given.entry_id),
                push=str(push_id),
                action="erase_held_rows",
                rows=rows,
                outcome="erased",
            )
    return len(gone)


def sweep_spool(context: Context, database: Database) -> int:
    """Remove files of the spool that nothing waits for any more: a crash may leave one beside its transaction.

    All that keep files there (pushes that wait, files tried in the browser) are in :func:`wait_store.keys_in_use`;
    uploads under way have a folder of their own.
    """
    if context.keeping.spool is None:
        return 0
    with database.begin() as unit:
        used = wait_store.keys_in_use(unit)
    return waiting.spool_of(context).sweep(used, ORPHAN_AGE)


SWEEPS: Final = (
    Sweep("push_waits", 60.0, sweep_waits),
    Sweep("held_rows", 300.0, sweep_held_rows),
    Sweep("spool", 3600.0, sweep_spool),
)
