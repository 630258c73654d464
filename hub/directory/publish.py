"""An entry is described, reviewed and enters the resource directory (Zhengzhou Art. 18; 政务数据共享条例 Art. 12-17).

Drafts are checked against V01-V19 at once and may be kept with faults; no draft with a fault moves on. The
lifecycle's table says who may do what next; four eyes hold over all steps of a version. Publication gives the
resource code, makes the data tables, and changes the search index, all in the transaction of the receipt.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from catalogue import store
from catalogue.entry import Entry
from catalogue.lifecycle import (
    NEXT,
    Act,
    ItemStop,
    LifecycleError,
    Role,
    RoleNotAllowedError,
    State,
    Step,
    check_transition,
    stop_items,
)
from catalogue.names import pinyin_sort_key, slug
from catalogue.store import EntryRow, EventRow, VersionRow
from hub.directory import index_store, privacy_gate
from hub.directory.checking import Desk, Readers, checked, checked_without_errors, read_entry
from hub.directory.errors import EntryNotFoundError, EntryStateError, NotYourEntryError
from hub.directory.privacy.records import Where
from hub.directory.tree.coding import give_codes
from hub.identity import store as identity_store
from hub.ledger.drafts import ReceiptKind
from hub.rows import tables as row_tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from catalogue.entry import Origin
    from catalogue.entry_rules.finding import AffectedGrant, Finding, Holding
    from hub.database import Unit
    from hub.identity.facts import StaffRequester

EDIT = "edit"
EDITABLE = frozenset({State.DRAFT})
VOUCHED = frozenset({Step.ASSESS, Step.SUBMIT})
AT_THE_AUTHORITY = frozenset({Step.AUDIT, Step.PUBLISH, Step.WITHDRAW})


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry under work: its standing, the version under work, what the rules say of it."""

    row: EntryRow
    version: VersionRow
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """One step with its reason, the items the secrecy review stops, and who reads the published version.

    ``grants`` are the grants the version narrows, ``holdings`` what their holders have of other entries.
    """

    step: Step
    reason: str = ""
    stops: tuple[ItemStop, ...] = ()
    grants: Sequence[AffectedGrant] = ()
    holdings: Sequence[Holding] = ()


def create(desk: Desk, data: object) -> Draft:
    """Store the first draft of an entry and give it its name.

    Raises:
        EntryFormError: the JSON has the wrong shape.
        EntryInvalidError: the title is taken; :class:`SecretsInEntryError`: nothing was kept.
    """
    entry = read_entry(data)
    findings = checked(desk, entry, None)
    name = _free_name(desk.unit, entry)
    entry = replace(entry, name=name, resource_code=None, issued=None, origin=None)
    now = desk.context.now()
    row = EntryRow(
        id=uuid.uuid4(),
        name=name,
        resource_code=None,
        provider_id=desk.staff.member.id,
        jurisdiction=desk.staff.member.jurisdiction,
        title=entry.title,
        draft_version=1,
        published_version=None,
        share_type=int(entry.sharing.type),
        open_type=int(entry.opening.type),
        class_path=entry.class_path,
        created_at=now,
        published_at=None,
        withdrawn_at=None,
        suspended=False,
    )
    store.insert_entry(desk.unit, row, pinyin_sort_key(entry.title))
    version = _save_draft(desk, row, 1, entry)
    return Draft(row, version, findings)


def _free_name(unit: Unit, entry: Entry) -> str:
    """Return a free ASCII name: the one wanted, or one made from the title."""
    wanted = slug(entry.name or entry.title)
    taken = store.names_like(unit, wanted)
    if wanted not in taken:
        return wanted
    number = 2
    while slug(wanted, str(number)) in taken:
        number += 1
    return slug(wanted, str(number))


def _save_draft(desk: Desk, row: EntryRow, number: int, entry: Entry) -> VersionRow:
    version = VersionRow(
        row.id, number, State.DRAFT.value, entry.to_dict(), (), desk.staff.staff.id, desk.context.now(), None
    )
    store.save_version(desk.unit, version)
    _event(desk, version, EDIT, State.DRAFT)
    return version


def _event(desk: Desk, version: VersionRow, step: str, to: State, reason: str = "") -> None:
    receipt = desk.context.record(
        desk.unit,
        ReceiptKind.CATALOGUE,
        provider=str(desk.staff.member.id),
        end_user=str(desk.staff.staff.id),
        resource=str(version.entry_id),
        resource_version=str(version.number),
        action=step,
        state_before=version.state,
        state_after=to.value,
        items_dropped=list(version.stopped_items),
    )
    event = EventRow(step, version.state, to.value, desk.staff.staff.id, reason, desk.context.now())
    store.add_event(desk.unit, version.entry_id, version.number, event, receipt.id)


def own_entry(unit: Unit, staff: StaffRequester, name: str, *, lock: bool = False) -> EntryRow:
    """Return an entry of the person's organ.

    Raises:
        EntryNotFoundError: there is none.
        NotYourEntryError: it is another organ's.
    """
    row = store.find_entry(unit, name, lock=lock)
    if row is None:
        raise EntryNotFoundError(name)
    if row.provider_id != staff.member.id:
        raise NotYourEntryError
    return row


def _origin(unit: Unit, row: EntryRow) -> Origin | None:
    """Return where the entry was harvested: a fact of the hub, whatever a later description says."""
    number = row.published_version or row.draft_version
    version = store.find_version(unit, row.id, number) if number is not None else None
    return Entry.from_dict(version.body).origin if version is not None else None


def revise(desk: Desk, name: str, data: object) -> Draft:
    """Change the draft, or open a new version of a published entry; the published one stays in force.

    Raises:
        EntryStateError: a version is under review: it must be returned first.
    """
    row = own_entry(desk.unit, desk.staff, name, lock=True)
    origin = _origin(desk.unit, row)
    entry = replace(read_entry(data), name=row.name, resource_code=row.resource_code, origin=origin)
    findings = checked(desk, entry, row)
    number = row.draft_version
    if number is None:
        number = store.next_version(desk.unit, row.id)
    else:
        current = store.find_version(desk.unit, row.id, number)
        if current is not None and State(current.state) not in EDITABLE:
            raise EntryStateError(
                f"第 {number} 版正在审查（{current.state}），不能修改",
                f"version {number} is under review ({current.state}) and cannot be changed",
                next_zh="请由审查人退回后再修改",
                next_en="have it returned first",
            )
    store.update_entry(
        desk.unit,
        row.id,
        draft_version=number,
        **({} if row.published_version else {"title": entry.title, "sort_key": pinyin_sort_key(entry.title)}),
    )
    version = _save_draft(desk, row, number, entry)
    return Draft(replace(row, draft_version=number), version, findings)


def take_step(desk: Desk, name: str, move: Move) -> Draft:
    """Take one step of the lifecycle (see :data:`catalogue.lifecycle.TRANSITIONS`).

    Raises:
        EntryStateError: the table, the role or four eyes stand in the way.
        EntryInvalidError: the description breaks a rule; every finding is named.
    """
    step = move.step
    row = store.find_entry(desk.unit, name, lock=True)
    if row is None:
        raise EntryNotFoundError(name)
    if step not in AT_THE_AUTHORITY and step is not Step.RETURN and row.provider_id != desk.staff.member.id:
        raise NotYourEntryError
    number = row.published_version if step is Step.WITHDRAW else row.draft_version
    version = store.find_version(desk.unit, row.id, number) if number is not None else None
    if version is None:
        raise EntryStateError(
            "没有可办理的版本",
            "there is no version this step could be taken on",
            next_zh="请先修改条目形成新版本",
            next_en="revise the entry first",
        )
    to = _allowed(desk, row, version, move)
    entry = Entry.from_dict(version.body)
    readers = Readers(move.grants, move.holdings)
    findings = checked_without_errors(desk, entry, row, readers) if step in VOUCHED else ()
    reason = move.reason
    if move.stops:
        version = _stop_items(desk.unit, version, entry, move)
        stopped = (f"{stop.column}: {stop.reason}（{stop.basis}）" for stop in move.stops)
        reason = "; ".join(text for text in (reason, *stopped) if text)
    if step in VOUCHED or to is State.PUBLISHED:
        _look_for_personal(desk, row, version, entry, is_last=to is State.PUBLISHED)
    _event(desk, version, step.value, to, reason)
    store.set_version_state(desk.unit, row.id, version.number, to.value)
    if to is State.PUBLISHED:
        row = _publish(desk, row, version, entry)
    elif to is State.WITHDRAWN:
        store.update_entry(desk.unit, row.id, withdrawn_at=desk.context.now())
        index_store.refresh(desk.unit, [row.id])
        identity_store.bump_epoch(desk.unit)
    return Draft(row, replace(version, state=to.value), findings)


def _look_for_personal(desk: Desk, row: EntryRow, version: VersionRow, entry: Entry, *, is_last: bool) -> None:
    """Note personal information in the description; nothing undecided is published (个人信息保护法 Art. 25)."""
    where = Where(row.id, row.provider_id, version.number)
    shown = entry.without_items(frozenset(version.stopped_items))
    if is_last:
        privacy_gate.settle_declared(desk.context, desk.unit, where, shown)
    held = privacy_gate.note_description(desk.context, desk.unit, where, shown)
    if is_last:
        privacy_gate.require_publishable(held)


def _role_of(event: EventRow) -> Role:
    """Return the role a recorded step was taken in; an edit is the clerk's."""
    if event.step == EDIT:
        return Role.CLERK
    return NEXT[State(event.from_state)][Step(event.step)].role


def _allowed(desk: Desk, row: EntryRow, version: VersionRow, move: Move) -> State:
    """Return the state the step leads to, in the first of the person's roles that may take it."""
    events = store.events(desk.unit, row.id, version.number)
    acts = tuple(Act(_role_of(event), str(event.by_staff)) for event in events)
    known = {role.value for role in Role}
    roles = [Role(role.value) for role in desk.staff.staff.roles if role.value in known]
    if row.provider_id != desk.staff.member.id:
        roles = [role for role in roles if role is Role.CATALOGUE_REVIEWER]
    person = str(desk.staff.staff.id)
    problem: LifecycleError | None = None
    for role in sorted(roles, key=list(Role).index):
        try:
            return check_transition(
                State(version.state), move.step, role=role, person=person, acts=acts, reason=move.reason
            ).to_state
        except LifecycleError as error:
            if problem is None or not isinstance(error, RoleNotAllowedError):
                problem = error
    if problem is None:
        raise NotYourEntryError
    raise EntryStateError(problem.zh, problem.en, next_zh=problem.next_zh, next_en=problem.next_en) from problem


def _stop_items(unit: Unit, version: VersionRow, entry: Entry, move: Move) -> VersionRow:
    """Keep single items out of what is published: the secrecy review's act (实施条例 Art. 42, item by item)."""
    if move.step is not Step.REVIEW_SECRECY or {stop.column for stop in move.stops} & set(entry.keys):
        raise EntryStateError(
            "只有保密审查可以停止信息项，且不能停止主键",
            "only the secrecy review stops items, and never a key",
            next_zh="主键涉密的条目应整体退回",
            next_en="an entry whose key is secret is returned as a whole",
        )
    try:
        stop_items(entry, move.stops)
    except LifecycleError as error:
        raise EntryStateError(error.zh, error.en, next_zh=error.next_zh, next_en=error.next_en) from error
    columns = (stop.column for stop in move.stops)
    changed = replace(version, stopped_items=tuple(dict.fromkeys((*version.stopped_items, *columns))))
    store.save_version(unit, changed)
    return changed


def _publish(desk: Desk, row: EntryRow, version: VersionRow, entry: Entry) -> EntryRow:
    """Put a version in force: codes of every scheme, data tables, search index."""
    shown = entry.without_items(frozenset(version.stopped_items))
    now = desk.context.now()
    code = give_codes(desk.unit, row, entry, now)[0].code
    store.set_version_state(desk.unit, row.id, version.number, State.PUBLISHED.value, published_at=now)
    values: dict[str, Any] = {
        "resource_code": code,
        "title": shown.title,
        "sort_key": pinyin_sort_key(shown.title),
        "draft_version": None,
        "published_version": version.number,
        "published_at": now,
        "share_type": int(shown.sharing.type),
        "open_type": int(shown.opening.type),
        "class_path": list(shown.class_path),
    }
    store.update_entry(desk.unit, row.id, **values)
    if shown.items:  # an entry of files elsewhere has no rows
        row_tables.ensure(desk.unit, row_tables.RowTable(row.id, shown.items, shown.keys))
    index_store.refresh(desk.unit, [row.id])
    identity_store.bump_epoch(desk.unit)
    return replace(
        row, resource_code=code, title=shown.title, draft_version=None, published_version=version.number,
        published_at=now, class_path=shown.class_path,
    )  # fmt: skip


def put_in_force(desk: Desk, row: EntryRow, version: VersionRow, entry: Entry) -> EntryRow:
    """Publish a version on the authority's own decision, recorded as such: for what fills a directory in bulk.

    The version is described and decided by the same office, so it walks no steps; the gates were passed before.
    """
    _event(desk, version, EDIT, State.DRAFT)
    _event(desk, replace(version, state=State.AUDITED.value), Step.PUBLISH.value, State.PUBLISHED, "import / 建库导入")
    return _publish(desk, row, version, entry)
