"""Going back: an earlier version becomes the next one, as a push of its own with number and receipt.

Nothing is undone in secret: the versions in between stay readable and are marked rolled back, whoever follows the
changes gets the difference. The mass-delete guard of pushes applies, and where the resource asks for two people,
so does that. Zhengzhou Art. 19; Jilin Art. 27.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from catalogue.entry import Release
from hub.directory.errors import NotYourEntryError
from hub.directory.facts import load_resource
from hub.identity.roles import Role
from hub.ledger.drafts import ReceiptKind
from hub.ledger.receipts import digest_member
from hub.notices.store import Notice, send
from hub.push import store as push_store
from hub.push.merge import guard
from hub.push.quality.measuring import measure
from hub.push.versions import store
from hub.push.versions.errors import NothingToRestoreError, SamePersonError, VersionActError
from hub.push.versions.store import Act
from hub.rows import outbox
from hub.rows import restoring as rows
from hub.rows.errors import UnknownVersionError
from hub.rows.outbox import Event, EventType
from hub.rows.store import check_reach
from hub.rows.tables import lock, state

if TYPE_CHECKING:
    from hub.context import Context
    from hub.database import Database, Unit
    from hub.directory.facts import Resource
    from hub.rows.restoring import Restoration
    from hub.rows.tables import RowState

MODE = "restore"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts for the provider: a system with its key, or a person."""

    member_id: uuid.UUID
    by_system: uuid.UUID | None = None
    by_staff: uuid.UUID | None = None
    key_thumbprint: str | None = None


@dataclass(frozen=True, slots=True)
class GoBack:
    """What is asked: the version, consent to close many rows, only to see what would happen."""

    entry: str
    version: int
    allow_shrink: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class WentBack:
    """What happened. ``push`` is the new version; None in a dry run, and where ``act`` waits for a second person."""

    restoration: Restoration
    push: push_store.StoredPush | None = None
    act: Act | None = None


def go_back(context: Context, database: Database, asked: GoBack, actor: Actor) -> WentBack:
    """Make an earlier version the next one, propose it, or say what it would do.

    Raises:
        EntryNotFoundError, NotYourEntryError: no such published entry, or another organ's.
        UnknownVersionError, VersionGoneError, NothingToRestoreError: there is nothing to go back to.
        ShrinkError: too many rows would be closed and nobody consented; nothing is kept.
    """
    with database.begin(statement_timeout_seconds=0) as unit:
        resource = _own(context, unit, asked.entry, actor)
        _check_version(unit, resource, asked.version)
        found, before = rows.compare(unit, resource.table, asked.version)
        if asked.dry_run:
            return WentBack(found)
        _consent(resource, asked)(found.closed, before)
        rows.forget(unit)
        act = _act_of(context, resource, asked, actor)
        if resource.entry.push.release is Release.TWO_STEP:
            store.add_act(unit, act)
            _propose(context, unit, resource, act, actor)
            return WentBack(found, act=act)
        return _carry_out(context, unit, resource, (act, asked), actor, is_new=True)


def release(context: Context, database: Database, act_id: uuid.UUID, actor: Actor, *, accept: bool) -> WentBack:
    """Let a proposal happen, or withdraw it (which the proposer may do too).

    Raises:
        VersionActError: there is no such proposal, it is decided, or the resource has moved on.
        SamePersonError: the proposer cannot release.
        NotYourEntryError, ShrinkError: as :func:`go_back`.
    """
    with database.begin(statement_timeout_seconds=0) as unit:
        act = store.find_act(unit, act_id)
        if act is None or act.state != "proposed":
            raise _not_waiting()
        resource = _own(context, unit, act.entry_id, actor)
        decided = replace(act, decided_by=actor.by_staff or actor.by_system, decided_at=context.now())
        if not accept:
            store.decide_act(unit, replace(decided, state="withdrawn"))
            _receipt(
                context, unit, resource, actor,
                action="version.withdraw", subject_kind="version_act", subject_id=str(act.id),
                as_of=str(act.target) if act.target is not None else None,
            )  # fmt: skip
            return WentBack(rows.Restoration(0, 0, 0, 0, 0), act=replace(decided, state="withdrawn"))
        if act.kind != MODE or act.target is None:
            raise _not_waiting()
        if actor.by_staff is None or actor.by_staff == act.by_staff:
            raise SamePersonError
        asked = GoBack(resource.name, act.target, allow_shrink=bool(act.facts.get("allow_shrink")))
        _check_version(unit, resource, asked.version)
        if act.facts.get("stood_at") != state(unit, resource.id).version:
            raise _moved_on()
        return _carry_out(context, unit, resource, (decided, asked), actor, is_new=False)


def _own(context: Context, unit: Unit, key: str | uuid.UUID, actor: Actor) -> Resource:
    resource = load_resource(context, unit, key)
    if resource.provider_id != actor.member_id:
        raise NotYourEntryError
    lock(unit, resource.id)
    return resource


def _check_version(unit: Unit, resource: Resource, version: int) -> None:
    latest = state(unit, resource.id).version
    if not 1 <= version <= latest:
        raise UnknownVersionError(latest)
    if version == latest:
        raise NothingToRestoreError(version)
    check_reach(unit, resource.id, version)


class _Consent:
    """The mass-delete guard of pushes, for this way back."""

    def __init__(self, hold_rows: int | None, *, allowed: bool) -> None:
        self._hold_rows, self._allowed = hold_rows, allowed

    def __call__(self, closing: int, before: RowState) -> None:
        guard(closing, before.row_count, self._hold_rows, allowed=self._allowed)


def _consent(resource: Resource, asked: GoBack) -> _Consent:
    return _Consent(resource.entry.push.hold_rows, allowed=asked.allow_shrink)


def _act_of(context: Context, resource: Resource, asked: GoBack, actor: Actor) -> Act:
    return Act(
        uuid.uuid4(),
        resource.id,
        MODE,
        "proposed",
        asked.version,
        context.now(),
        {"allow_shrink": asked.allow_shrink},
        actor.by_system,
        actor.by_staff,
    )


def _propose(context: Context, unit: Unit, resource: Resource, act: Act, actor: Actor) -> None:
    store.decide_act(unit, replace(act, facts={**act.facts, "stood_at": state(unit, resource.id).version}))
    _receipt(context, unit, resource, actor, action="version.propose", as_of=str(act.target))
    tell_proposed(
        context, unit, resource, act,
        (f"提出恢复到第 {act.target} 版", f"going back to version {act.target} is proposed"),
        ("核对后放行或撤回", "check it, then release or withdraw it"),
    )  # fmt: skip


def tell_proposed(
    context: Context, unit: Unit, resource: Resource, act: Act, what: tuple[str, str], next_step: tuple[str, str]
) -> None:
    """Tell the approvers of the department that something waits for the second of them; ``what`` holds no value."""
    send(
        unit,
        Notice(
            member=resource.provider_id,
            role=Role.APPROVER.value,
            kind="version.proposed",
            zh=f"{resource.title}：有人{what[0]}，等待另一名审核人放行",
            en=f"{resource.title}: {what[1]} and waits for a second approver",
            next_zh=next_step[0],
            next_en=next_step[1],
            link="/w/pushes",
            subject_kind="version_act",
            subject_id=str(act.id),
            once=f"version:{act.id}",
        ),
        context.now(),
    )


def _carry_out(
    context: Context, unit: Unit, resource: Resource, what: tuple[Act, GoBack], actor: Actor, *, is_new: bool
) -> WentBack:
    act, asked = what
    number = push_store.next_number(unit, resource.id)
    push_id = uuid.uuid4()
    content = hashlib.sha256(f"{MODE}:{asked.version}:{number}".encode()).digest()
    given = push_store.NewPush(
        push_id, resource.id, resource.version, MODE, f"{MODE}-{push_id}", digest_member(content), context.now(),
        by_system=act.by_system, by_staff=act.by_staff,
    )  # fmt: skip
    push_store.receive(unit, given)
    found = rows.restore(unit, resource.table, asked.version, number, _consent(resource, asked))
    store.mark_rolled_back(unit, resource.id, asked.version, number)
    receipt = _receipt(
        context, unit, resource, actor,
        action="version.restore", push=str(push_id), mode=MODE, as_of=str(asked.version), resource_version=str(number),
        approved_by=str(act.decided_by) if act.decided_by is not None else None,
        rows_inserted=found.inserted, rows_updated=found.changed, rows_unchanged=found.unchanged,
        rows_closed=found.closed, outcome="merged",
    )  # fmt: skip
    counts = {
        "inserted": found.inserted, "changed": found.changed, "unchanged": found.unchanged,
        "closed": found.closed, "rows": found.rows,
    }  # fmt: skip
    outcome = push_store.Outcome(
        push_store.PushState.MERGED, number, {}, counts, {"restores": asked.version}, context.now(), receipt
    )
    push_store.settle(unit, push_id, outcome)
    stored = push_store.StoredPush(given, outcome)
    measure(context, unit, resource, stored)
    done = replace(act, state="done", push_id=push_id)
    (store.add_act if is_new else store.decide_act)(unit, done)
    facts = {"version": number, "rows": found.rows, "restores": asked.version}
    facts |= {"inserted": found.inserted, "changed": found.changed, "closed": found.closed}
    outbox.emit(unit, Event(resource.id, EventType.DATA_CHANGED, context.now(), facts))
    return WentBack(found, stored, done)


def _receipt(context: Context, unit: Unit, resource: Resource, actor: Actor, **more: str | int | None) -> uuid.UUID:
    return context.record(
        unit,
        ReceiptKind.PUSH,
        provider=str(resource.provider_id),
        system=str(actor.by_system) if actor.by_system is not None else None,
        key_thumbprint=actor.key_thumbprint,
        end_user=str(actor.by_staff) if actor.by_staff is not None else None,
        resource=str(resource.id),
        schema_version=str(resource.version),
        **more,
    ).id


def _not_waiting() -> VersionActError:
    return VersionActError(
        "没有等待放行的恢复申请",
        "no proposal to go back waits for a second person",
        next_zh="等待放行的申请见 /api/v1/entries/{name}/versions/acts",
        next_en="those that wait are listed at /api/v1/entries/{name}/versions/acts",
    )


def _moved_on() -> VersionActError:
    return VersionActError(
        "提出恢复之后该资源又有新版本，申请已不适用",
        "the resource has a newer version than when going back was proposed",
        next_zh="撤回该申请，核对新版本后重新提出",
        next_en="withdraw it, look at the newer version, and propose it again",
    )
