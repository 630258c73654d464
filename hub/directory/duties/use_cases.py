"""The supply duty list is entered by the authority and answered by the unit (Zhengzhou Art. 19; Jilin Art. 27).

Every act leaves a receipt and is told to the other side. The unit answers with an entry of its own, or objects with a
reason; the authority keeps or lifts what is objected to.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from catalogue import store as catalogue_store
from catalogue.code_lists import load_code_list
from catalogue.entry import Entry
from hub.directory import oversight
from hub.directory.duties import store
from hub.directory.duties.errors import DutyInvalidError, DutyNotFoundError
from hub.directory.duties.states import DUTY, DutyState
from hub.directory.duties.store import ActRow, DutyRow
from hub.directory.publish import own_entry
from hub.identity.roles import Role
from hub.ledger.drafts import ReceiptKind
from hub.notices.store import Notice, send

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from hub.directory.checking import Desk

PAGE: Final = "/w/duties"
ENTER: Final = "enter"


@dataclass(frozen=True, slots=True)
class Owed:
    """What the authority enters: unit, resource, items (none: the whole resource), cycle, basis, first day."""

    member: str
    title: str
    update_cycle: str
    rule: str
    article: str
    items: tuple[str, ...] = ()
    since: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the unit answers: an entry with the columns of the items owed, or an objection."""

    entry: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    objection: str = ""


def _checked(desk: Desk, owed: Owed) -> tuple[uuid.UUID, Owed]:
    """Return the unit and what it owes, trimmed (raises :class:`DutyInvalidError` naming every fault)."""
    oversight.require_authority(desk.staff)
    faults = []
    clean = replace(
        owed,
        title=owed.title.strip(),
        items=tuple(dict.fromkeys(text for one in owed.items if (text := one.strip()))),
        rule=owed.rule.strip(),
        article=owed.article.strip(),
        note=owed.note.strip(),
    )
    texts = {
        "title": ("资源名称", "the resource"),
        "rule": ("依据名称", "the rule"),
        "article": ("条款", "the article"),
    }
    for name, (zh, en) in texts.items():
        if not getattr(clean, name):
            faults.append((name, f"没有写{zh}", f"{en} is missing"))
    if clean.update_cycle not in load_code_list("catalogue_update_cycle"):
        codes = load_code_list("catalogue_update_cycle").rows.values()
        listed = "、".join(f"{row.code} {row.name_zh}" for row in codes)
        faults.append(("update_cycle", f"更新周期须为：{listed}", f"the cycle is one of: {listed}"))
    member = oversight.named_member(desk.unit, owed.member.strip())
    under = oversight.members_seen(desk.unit, desk.staff)
    if member is None or member.id not in under:
        faults.append(("member", "没有这个单位，或不归本主管部门", "no such unit under this authority"))
    if faults or member is None:
        raise DutyInvalidError.of(*faults)
    return member.id, clean


def enter(desk: Desk, owed: Owed) -> tuple[DutyRow, str]:
    """Enter a duty, or change the one of this unit and resource; returns it and ``added``, ``changed``, ``unchanged``.

    Raises:
        DutyInvalidError: something is missing or not known.

    """
    member_id, owed = _checked(desk, owed)
    present = store.of_title(desk.unit, member_id, owed.title)
    now, since = desk.context.now(), owed.since or desk.context.today()
    if present is not None:
        return _changed(desk, present, owed)
    row = DutyRow(
        id=uuid.uuid4(),
        member_id=member_id,
        authority_id=desk.staff.member.id,
        title=owed.title,
        items=owed.items,
        update_cycle=owed.update_cycle,
        rule=owed.rule,
        article=owed.article,
        since=since,
        note=owed.note,
        state=DutyState.ASKED,
        entry_id=None,
        columns={},
        objection="",
        created_at=now,
        changed_at=now,
    )
    row = replace(row, number=store.insert(desk.unit, row))
    _act(desk, row, ENTER, DutyState.ASKED)
    _tell_unit(desk, row, "duty.entered", "主管部门登记了供数责任", "the authority entered a supply duty")
    return row, "added"


def _changed(desk: Desk, present: DutyRow, owed: Owed) -> tuple[DutyRow, str]:
    """Change what is owed; a changed duty waits for an answer again, its former entry stays named."""
    since = owed.since or present.since
    wanted = replace(
        present,
        items=owed.items,
        update_cycle=owed.update_cycle,
        rule=owed.rule,
        article=owed.article,
        since=since,
        note=owed.note,
    )
    if wanted == present:
        return present, "unchanged"
    # A duty that was lifted is entered anew: the table lets no act lead out of the final state.
    to = DutyState.ASKED if present.state is DutyState.LIFTED else DutyState(DUTY.after(present.state, "change"))
    row = replace(wanted, state=to, objection="", changed_at=desk.context.now())
    _act(desk, present, "change" if present.state is not DutyState.LIFTED else ENTER, to)
    store.change(
        desk.unit,
        row.id,
        items=list(row.items),
        update_cycle=row.update_cycle,
        rule=row.rule,
        article=row.article,
        since=row.since,
        note=row.note,
        state=row.state.value,
        objection="",
        changed_at=row.changed_at,
    )
    _tell_unit(desk, row, "duty.changed", "供数责任有变动，请重新答复", "a supply duty was changed: answer it again")
    return row, "changed"


def found(desk: Desk, duty_id: uuid.UUID, *, lock: bool = False) -> DutyRow:
    """Return a duty the person may see (raises :class:`DutyNotFoundError`)."""
    row = store.find(desk.unit, duty_id, lock=lock)
    if row is None or row.member_id not in oversight.members_seen(desk.unit, desk.staff):
        raise DutyNotFoundError
    return row


def answer(desk: Desk, duty_id: uuid.UUID, given: Answer) -> DutyRow:
    """Answer a duty of one's own unit: with an entry of it, or with an objection.

    Raises:
        DutyNotFoundError: it is another unit's.
        DutyInvalidError: neither or both were given, or a column is none of the entry.
        EntryNotFoundError, NotYourEntryError: the entry is not there or another unit's.
        ActNotAllowedError: it is lifted.

    """
    row = found(desk, duty_id, lock=True)
    if row.member_id != desk.staff.member.id:
        raise DutyNotFoundError
    objection, name = given.objection.strip(), given.entry.strip()
    if bool(objection) == bool(name):
        zh, en = (
            "指明一个条目，或写明异议理由，二者选一",
            "name an entry or give the reason of an objection, one of them",
        )
        raise DutyInvalidError.of(("entry", zh, en))
    if objection:
        to = DutyState(DUTY.after(row.state, "object"))
        _act(desk, row, "object", to, objection)
        store.change(desk.unit, row.id, state=to.value, objection=objection, changed_at=desk.context.now())
        _tell_authority(desk, row)
        return replace(row, state=to, objection=objection)
    to = DutyState(DUTY.after(row.state, "link"))
    entry_id = _own_entry(desk, row, name, given.columns)
    _act(desk, row, "link", to)
    columns = dict(given.columns)
    store.change(
        desk.unit,
        row.id,
        state=to.value,
        entry_id=entry_id,
        columns=columns,
        objection="",
        changed_at=desk.context.now(),
    )
    return replace(row, state=to, entry_id=entry_id, columns=columns, objection="")


def _own_entry(desk: Desk, row: DutyRow, name: str, columns: Mapping[str, str]) -> uuid.UUID:
    """Return the entry named, after looking that the columns are items of it and the items are owed."""
    entry = own_entry(desk.unit, desk.staff, name)
    number = entry.draft_version or entry.published_version
    version = catalogue_store.find_version(desk.unit, entry.id, number) if number is not None else None
    known = {item.column for item in Entry.from_dict(version.body).items} if version is not None else set()
    faults = [
        ("columns", f"条目没有列 {column[:60]}", f"the entry has no column {column[:60]}")
        for column in columns.values()
        if column not in known
    ]
    faults += [
        ("columns", f"责任中没有信息项“{item[:60]}”", f"the duty owes no item «{item[:60]}»")
        for item in columns
        if item not in row.items
    ]
    if faults:
        raise DutyInvalidError.of(*faults)
    return entry.id


def decide(desk: Desk, duty_id: uuid.UUID, outcome: str, reason: str) -> DutyRow:
    """Keep a duty that is objected to, or lift any duty, as the authority over it; ``reason`` is told to the unit.

    Raises:
        DutyNotFoundError: the unit is not under this authority.
        DutyInvalidError: no reason.
        ActNotAllowedError: nothing was objected to, or it is lifted already.

    """
    oversight.require_authority(desk.staff)
    row = found(desk, duty_id, lock=True)
    if not reason.strip():
        raise DutyInvalidError.of(("reason", "没有写理由", "the reason is missing"))
    to = DutyState(DUTY.after(row.state, outcome))
    _act(desk, row, outcome, to, reason.strip())
    store.change(desk.unit, row.id, state=to.value, changed_at=desk.context.now())
    zh = f"供数责任已解除：{reason.strip()}" if to is DutyState.LIFTED else f"异议未采纳，责任维持：{reason.strip()}"
    en = "the supply duty was lifted" if to is DutyState.LIFTED else "the objection was not followed, the duty stands"
    changed = replace(row, state=to)
    _tell_unit(desk, changed, "duty.decided", zh, en)
    return changed


def _act(desk: Desk, row: DutyRow, act: str, to: DutyState, reason: str = "") -> None:
    receipt = desk.context.record(
        desk.unit,
        ReceiptKind.CATALOGUE,
        member=str(row.member_id),
        end_user=str(desk.staff.staff.id),
        action=f"duty.{act}",
        subject_kind="supply_duty",
        subject_id=str(row.id),
        resource=str(row.entry_id) if row.entry_id is not None else None,
        rule=row.rule,
        article=row.article,
        state_before=row.state.value,
        state_after=to.value,
    )
    now = desk.context.now()
    done = ActRow(act, row.state.value, to.value, reason, desk.staff.staff.id, now, receipt.id)
    store.add_act(desk.unit, row.id, done)


def _tell_unit(desk: Desk, row: DutyRow, kind: str, zh: str, en: str) -> None:
    basis = f"{row.rule} {row.article}"
    send(
        desk.unit,
        Notice(
            member=row.member_id,
            role=Role.CLERK.value,
            kind=kind,
            zh=f"{row.title}：{zh}（{basis}）",
            en=f"{row.title}: {en} ({basis})",
            next_zh="请在供数责任页面答复：指明目录条目，或写明异议" if row.state is DutyState.ASKED else "",
            next_en="answer on the page of supply duties: name the entry, or object"
            if row.state is DutyState.ASKED
            else "",
            link=PAGE,
            subject_kind="supply_duty",
            subject_id=str(row.id),
        ),
        desk.context.now(),
    )


def _tell_authority(desk: Desk, row: DutyRow) -> None:
    send(
        desk.unit,
        Notice(
            member=row.authority_id,
            role=Role.CATALOGUE_REVIEWER.value,
            kind="duty.objected",
            zh=f"{desk.staff.member.name}对供数责任“{row.title}”提出异议（{row.rule} {row.article}）",
            en=f"{desk.staff.member.name} objects to the supply duty «{row.title}» ({row.rule} {row.article})",
            next_zh="请维持或解除，并写明理由",
            next_en="keep it or lift it, and say why",
            link=PAGE,
            subject_kind="supply_duty",
            subject_id=str(row.id),
        ),
        desk.context.now(),
    )
