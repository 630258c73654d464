"""How a case ends: clock stopped, flag lowered, reporters and holders of copies told, by ids and counts alone.

A case found wrong but not changed yet waits for the push that changes the record (:func:`sweep` sees it come); its
clock goes on meanwhile, so that «with the next push» never stands for never. 政务数据共享条例 Art. 26.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from hub.directory.errors import EntryNotFoundError
from hub.directory.facts import load_resource
from hub.exchange import clocks
from hub.exchange.corrections import copies_store, store
from hub.exchange.corrections.errors import CorrectionStateError
from hub.exchange.corrections.records import CASE_KIND, NAMES, Copy, State
from hub.exchange.corrections.states import CORRECTION
from hub.identity import store as identity_store
from hub.ledger.drafts import ReceiptKind
from hub.notices.store import Notice, send
from hub.rounds import Sweep
from hub.rows import record
from hub.rows.flagging.store import lower_flags
from hub.rows.outbox import Event, EventType, emit
from hub.rows.record import Place

if TYPE_CHECKING:
    from hub.context import Context
    from hub.database import Database, Unit
    from hub.directory.facts import Resource
    from hub.exchange.corrections.records import Correction

CLOSING = {State.CORRECTED, State.RIGHT, State.WITHDRAWN}
"""States that lower the flag; a case sent on keeps it until the other holder has answered."""


def require_step(case: Correction, state: State) -> None:
    """Raise :class:`CorrectionStateError` unless the case may go to ``state`` now."""
    if not CORRECTION.leads(case.state, state):
        zh, en = NAMES[case.state]
        raise CorrectionStateError(
            f"校核 {case.label} 当前为“{zh}”，不能这样办理",
            f"correction {case.label} is {en}: this step does not fit",
            next_zh="请刷新后查看当前状态",
            next_en="look at the case again",
            facts={"state": case.state.value},
        )


def close(context: Context, unit: Unit, case: Correction, state: State, **values: object) -> None:
    """End a case in ``state``; ``values`` are columns that change with it."""
    require_step(case, state)
    clock = clocks.running(unit, CASE_KIND, case.id)
    if clock is not None:
        clocks.stop(context, unit, clock, state.value)
    due = clock.due_on if clock is not None and clock.due_on is not None else case.due_on
    in_time = None if state is State.WITHDRAWN else context.today() <= due
    store.update_case(unit, case.id, state=state.value, closed_at=context.now(), closed_in_time=in_time, **values)
    if state in CLOSING:
        _lower(unit, case)
        identity_store.bump_epoch(unit)


def _lower(unit: Unit, case: Correction) -> None:
    """Lower the flags of a case and of those that were sent on to it."""
    link: Correction | None = case
    while link is not None:
        lower_flags(unit, link.id)
        link = store.find_case(unit, link.forwarded_from) if link.forwarded_from is not None else None


def withdraw_case(context: Context, unit: Unit, case: Correction) -> None:
    """End a case nobody reports any more (raises :class:`CorrectionStateError` once it was answered)."""
    close(context, unit, case, State.WITHDRAWN)


def corrected(context: Context, unit: Unit, case: Correction, push_number: int, **values: object) -> None:
    """End a case whose record has changed by a push: reporters and all holders of copies are told."""
    close(context, unit, case, State.CORRECTED, push_number=push_number, **values)
    context.record(
        unit,
        ReceiptKind.CORRECTION,
        action="correction.corrected",
        provider=str(case.provider_id),
        resource=str(case.entry_id),
        resource_version=str(push_number),
        items_asked=list(case.items),
        subject_kind=CASE_KIND,
        subject_id=str(case.id),
        state_before=case.state.value,
        state_after=State.CORRECTED.value,
    )
    tell_reporters(context, unit, case, State.CORRECTED)
    told = tell_holders(context, unit, case)
    facts: dict[str, int | str] = {"correction": str(case.id), "result": State.CORRECTED.value, "holders": told}
    emit(unit, Event(case.entry_id, EventType.CORRECTION_ANSWERED, context.now(), {**facts, "version": push_number}))


def tell_reporters(context: Context, unit: Unit, case: Correction, state: State) -> None:
    """Tell the organs that reported; a person sees the answer on their own pages."""
    zh, en = NAMES[state]
    members = {one.reporter.member_id for one in store.reports(unit, case.id) if one.withdrawn_at is None}
    for member in sorted((one for one in members if one is not None), key=str):
        send(
            unit,
            Notice(
                member=member,
                kind="correction.answered",
                zh=f"校核 {case.label} 已答复：{zh}",
                en=f"correction {case.label} is answered: {en}",
                next_zh="打开校核事项查看核查结论",
                next_en="open the case to read the finding",
                link=f"/w/corrections/{case.id}",
                subject_kind=CASE_KIND,
                subject_id=str(case.id),
            ),
            context.now(),
        )


def tell_holders(context: Context, unit: Unit, case: Correction) -> int:
    """Tell every organ that received the record since it was wrong; returns how many. No value is told."""
    since = copies_store.merged_at(unit, case.entry_id, case.wrong_since) or case.reported_at
    found = copies_store.receivers(unit, case.entry_id, since, case.subject_digest)
    if case.forwarded_from is not None:
        sender = store.find_case(unit, case.forwarded_from)
        if sender is not None:
            found.setdefault(str(sender.provider_id), ())
    told = 0
    for member, systems in found.items():
        if member == str(case.provider_id):
            continue
        copy = Copy(case.id, uuid.UUID(member), systems, context.now(), None, None)
        if not store.insert_copy(unit, copy):
            continue
        told += 1
        send(
            unit,
            Notice(
                member=copy.member_id,
                kind="correction.copy",
                zh=f"校核 {case.label}：贵单位取得过的一条记录已由数源单位更正，请更新本单位的副本",
                en=f"correction {case.label}: a record your organ received was corrected at its source: update it",
                next_zh="按授权重新查询该记录，更新后在校核事项中确认",
                next_en="query the record again under your grant, then confirm in the case",
                link=f"/w/corrections/{case.id}",
                subject_kind=CASE_KIND,
                subject_id=str(case.id),
            ),
            context.now(),
        )
        context.record(
            unit,
            ReceiptKind.CORRECTION,
            action="correction.copy_told",
            member=member,
            provider=str(case.provider_id),
            resource=str(case.entry_id),
            items_asked=list(case.items),
            subject_kind=CASE_KIND,
            subject_id=str(case.id),
        )
    return told


def still_as_reported(unit: Unit, resource: Resource, case: Correction) -> tuple[str, ...]:
    """Return the doubted items that have not changed since they were reported; none where the record is gone."""
    if case.row is None:
        moved = record.version_of(unit, resource.table) > case.version
        return () if moved else case.items
    changed = record.changed_items(unit, resource.table, Place(case.row, case.version), case.items)
    return () if changed is None else tuple(name for name in case.items if name not in changed)


def sweep(context: Context, database: Database) -> int:
    """Close the cases whose record has changed by a push since; returns how many. Idempotent."""
    with database.begin() as unit:
        waiting = store.awaiting(unit)
    done = 0
    for case, _version in waiting:
        with database.begin() as unit:
            locked = store.find_case(unit, case.id, lock=True)
            if locked is None or locked.state is not State.AWAITING_PUSH:
                continue
            try:
                resource = load_resource(context, unit, locked.entry_id)
            except EntryNotFoundError:
                continue
            if still_as_reported(unit, resource, locked):
                continue
            corrected(context, unit, locked, record.version_of(unit, resource.table))
            done += 1
    return done


AWAITING = Sweep("corrections", 5.0, sweep)
"""Sees the pushes come that cases found wrong wait for."""
