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
from catalogue.entry import Entry, EntryFormatError
from catalogue.entry_rules.finding import ExemptionFact, Finding, ValidationContext
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
from catalogue.resource_code import NATIONAL, ResourceCodeError
from catalogue.store import EntryRow, EventRow, ItemRow, VersionRow
from catalogue.validation import has_errors, holds_secrets, validate
from hub.directory.errors import (
    EntryFormError,
    EntryInvalidError,
    EntryNotFoundError,
    EntryStateError,
    NotYourEntryError,
)
from hub.directory.evidence import exemption_of
from hub.identity import store as identity_store
from hub.ledger.drafts import ReceiptKind
from hub.rows import tables as row_tables
from policies.exemptions import in_force
from policies.facts import OpenType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from catalogue.entry_rules.finding import AffectedGrant
    from hub.context import Context
    from hub.database import Unit
    from hub.identity.facts import StaffRequester
    from policies.packs import Pack

EDIT = "edit"
EDITABLE = frozenset({State.DRAFT})
AT_THE_AUTHORITY = frozenset({Step.AUDIT, Step.PUBLISH, Step.WITHDRAW})


class SecretsInEntryError(EntryInvalidError):
    """V07: the description names state or work secrets. Nothing of it is kept; an incident is opened."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry under work: its standing, the version under work, what the rules say of it."""

    row: EntryRow
    version: VersionRow
    findings: tuple[Finding, ...]


def read_entry(data: object) -> Entry:
    """Return the entry of JSON data (raises :class:`EntryFormError` naming path, expectation and remedy)."""
    try:
        return Entry.from_dict(data)
    except EntryFormatError as error:
        raise EntryFormError(
            f"{error.path}：应为{error.expected_zh}",
            f"{error.path}: expected {error.expected_en}",
            next_zh=error.mend_zh,
            next_en=error.mend_en,
            facts={"pointer": error.path},
        ) from error


def _context(
    context: Context, unit: Unit, staff: StaffRequester, row: EntryRow | None, grants: Sequence[AffectedGrant]
) -> ValidationContext:
    previous = None
    facts: tuple[ExemptionFact, ...] = ()
    if row is not None:
        jurisdiction = row.jurisdiction
        pack = _pack(context, unit, jurisdiction)
        facts = tuple(
            ExemptionFact(record.item or "", record.ground, not in_force(exemption_of(record), context.today(), pack))
            for record in store.exemptions(unit, entry_id=row.id)
        )
        if row.published_version is not None:
            published = store.find_version(unit, row.id, row.published_version)
            previous = Entry.from_dict(published.body) if published is not None else None
    return ValidationContext(
        today=context.today(),
        submitting_department=staff.member.organisation_code,
        exemptions=facts,
        element_sources=store.element_sources(unit, row.id if row is not None else None),
        previous=previous,
        affected_grants=tuple(grants),
    )


def _pack(context: Context, unit: Unit, jurisdiction: str) -> Pack:
    found = identity_store.jurisdiction(unit, jurisdiction)
    return context.pack(found.pack if found is not None else "national")


def _checked(
    context: Context, unit: Unit, staff: StaffRequester, entry: Entry, row: EntryRow | None,
    grants: Sequence[AffectedGrant] = (),
) -> tuple[Finding, ...]:  # fmt: skip
    """Return what the rules say; raise when the description must not be kept at all."""
    findings = validate(entry, _context(context, unit, staff, row, grants))
    if holds_secrets(findings):
        raise SecretsInEntryError(
            "条目涉及国家秘密或工作秘密，已停止办理，内容未保存（《政务数据共享条例》第三条、《保守国家秘密法》第三十一条）",
            "the entry touches state or work secrets: stopped, nothing of it was kept",
            next_zh="请立即联系本单位保密机构，按应急预案处置",
            next_en="tell your organ's secrecy office at once",
            facts={"findings": [finding_body(finding) for finding in findings]},
        )
    title_clash = store.title_taken(unit, staff.member.id, entry.title, row.id if row is not None else None)
    if title_clash:
        raise EntryInvalidError(
            "本单位已有同名条目",
            "your organ has another entry of this title",
            next_zh="请修改名称，或在原条目上更新版本",
            next_en="change the title, or revise that entry",
        )
    return findings


def finding_body(finding: Finding) -> dict[str, str]:
    """Return a finding as JSON."""
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "path": finding.path,
        "message": finding.zh,
        "message_en": finding.en,
        "mend": finding.mend_zh,
        "mend_en": finding.mend_en,
        "article": finding.article,
    }


def create(context: Context, unit: Unit, staff: StaffRequester, data: object) -> Draft:
    """Store the first draft of an entry and give it its name.

    Raises:
        EntryFormError: the JSON has the wrong shape.
        EntryInvalidError: the title is taken; :class:`SecretsInEntryError`: nothing was kept.
    """
    entry = read_entry(data)
    findings = _checked(context, unit, staff, entry, None)
    name = _free_name(unit, entry)
    entry = replace(entry, name=name, resource_code=None, issued=None)
    now = context.now()
    row = EntryRow(
        id=uuid.uuid4(),
        name=name,
        resource_code=None,
        provider_id=staff.member.id,
        jurisdiction=staff.member.jurisdiction,
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
    store.insert_entry(unit, row, pinyin_sort_key(entry.title))
    version = _save_draft(context, unit, staff, row, 1, entry)
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


def _save_draft(
    context: Context, unit: Unit, staff: StaffRequester, row: EntryRow, number: int, entry: Entry
) -> VersionRow:
    version = VersionRow(
        row.id, number, State.DRAFT.value, entry.to_dict(), (), staff.staff.id, context.now(), None
    )
    store.save_version(unit, version)
    _event(context, unit, staff, version, EDIT, State.DRAFT)
    return version


def _event(
    context: Context, unit: Unit, staff: StaffRequester, version: VersionRow, step: str, to: State, reason: str = ""
) -> None:
    receipt = context.record(
        unit,
        ReceiptKind.CATALOGUE,
        provider=str(staff.member.id),
        end_user=str(staff.staff.id),
        resource=str(version.entry_id),
        resource_version=str(version.number),
        action=step,
        state_before=version.state,
        state_after=to.value,
        items_dropped=list(version.stopped_items),
    )
    event = EventRow(step, version.state, to.value, staff.staff.id, reason, context.now())
    store.add_event(unit, version.entry_id, version.number, event, receipt.id)


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


def revise(context: Context, unit: Unit, staff: StaffRequester, name: str, data: object) -> Draft:
    """Change the draft, or open a new version of a published entry; the published one stays in force.

    Raises:
        EntryStateError: a version is under review: it must be returned first.
    """
    row = own_entry(unit, staff, name, lock=True)
    entry = replace(read_entry(data), name=row.name, resource_code=row.resource_code)
    findings = _checked(context, unit, staff, entry, row)
    number = row.draft_version
    if number is None:
        number = store.next_version(unit, row.id)
    else:
        current = store.find_version(unit, row.id, number)
        if current is not None and State(current.state) not in EDITABLE:
            raise EntryStateError(
                f"第 {number} 版正在审查（{current.state}），不能修改",
                f"version {number} is under review ({current.state}) and cannot be changed",
                next_zh="请由审查人退回后再修改",
                next_en="have it returned first",
            )
    store.update_entry(
        unit,
        row.id,
        draft_version=number,
        **({} if row.published_version else {"title": entry.title, "sort_key": pinyin_sort_key(entry.title)}),
    )
    version = _save_draft(context, unit, staff, row, number, entry)
    return Draft(replace(row, draft_version=number), version, findings)


def take_step(
    context: Context,
    unit: Unit,
    staff: StaffRequester,
    name: str,
    step: Step,
    *,
    reason: str = "",
    stops: tuple[ItemStop, ...] = (),
    grants: Sequence[AffectedGrant] = (),
) -> Draft:
    """Take one step of the lifecycle (see :data:`catalogue.lifecycle.TRANSITIONS`).

    Raises:
        EntryStateError: the table, the role or four eyes stand in the way.
        EntryInvalidError: the description breaks a rule; every finding is named.
    """
    row = store.find_entry(unit, name, lock=True)
    if row is None:
        raise EntryNotFoundError(name)
    if step not in AT_THE_AUTHORITY and step is not Step.RETURN and row.provider_id != staff.member.id:
        raise NotYourEntryError
    number = row.published_version if step is Step.WITHDRAW else row.draft_version
    version = store.find_version(unit, row.id, number) if number is not None else None
    if version is None:
        raise EntryStateError(
            "没有可办理的版本",
            "there is no version this step could be taken on",
            next_zh="请先修改条目形成新版本",
            next_en="revise the entry first",
        )
    to = _allowed(unit, staff, row, version, step, reason)
    entry = Entry.from_dict(version.body)
    findings = _checked_at(context, unit, staff, row, entry, step, grants)
    if stops:
        version = _stop_items(unit, version, entry, step, stops)
        reason = "; ".join([reason, *(f"{stop.column}: {stop.reason}（{stop.basis}）" for stop in stops)]).strip("; ")
    _event(context, unit, staff, version, step.value, to, reason)
    store.set_version_state(unit, row.id, version.number, to.value)
    if to is State.PUBLISHED:
        row = _publish(context, unit, row, version, entry)
    elif to is State.WITHDRAWN:
        store.update_entry(unit, row.id, withdrawn_at=context.now())
        store.unindex_items(unit, row.id)
        identity_store.bump_epoch(unit)
    return Draft(row, replace(version, state=to.value), findings)


def _role_of(event: EventRow) -> Role:
    """Return the role a recorded step was taken in; an edit is the clerk's."""
    if event.step == EDIT:
        return Role.CLERK
    return NEXT[State(event.from_state)][Step(event.step)].role


def _allowed(
    unit: Unit, staff: StaffRequester, row: EntryRow, version: VersionRow, step: Step, reason: str
) -> State:
    """Return the state the step leads to, in the first of the person's roles that may take it."""
    acts = tuple(Act(_role_of(event), str(event.by_staff)) for event in store.events(unit, row.id, version.number))
    roles = [Role(role.value) for role in staff.staff.roles if role.value in set(Role)]
    if row.provider_id != staff.member.id:
        roles = [role for role in roles if role is Role.CATALOGUE_REVIEWER]
    problem: LifecycleError | None = None
    for role in sorted(roles, key=list(Role).index):
        try:
            return check_transition(
                State(version.state), step, role=role, person=str(staff.staff.id), acts=acts, reason=reason
            ).to_state
        except LifecycleError as error:
            problem = problem or error
            if not isinstance(error, RoleNotAllowedError):
                problem = error
    if problem is None:
        raise NotYourEntryError
    raise EntryStateError(problem.zh, problem.en, next_zh=problem.next_zh, next_en=problem.next_en) from problem


def _checked_at(
    context: Context, unit: Unit, staff: StaffRequester, row: EntryRow, entry: Entry, step: Step,
    grants: Sequence[AffectedGrant],
) -> tuple[Finding, ...]:  # fmt: skip
    """Check the description where the department vouches for it: at assessment and at submission."""
    if step not in {Step.ASSESS, Step.SUBMIT}:
        return ()
    findings = _checked(context, unit, staff, entry, row, grants)
    if has_errors(findings):
        errors = [finding for finding in findings if finding.severity.value == "error"]
        raise EntryInvalidError(
            f"条目还有 {len(errors)} 处不符合编目规则：" + "；".join(f"{f.rule} {f.path} {f.zh}" for f in errors[:10]),
            f"the entry breaks {len(errors)} rule(s): " + "; ".join(f"{f.rule} {f.path} {f.en}" for f in errors[:10]),
            next_zh="；".join(dict.fromkeys(f.mend_zh for f in errors)),
            next_en="; ".join(dict.fromkeys(f.mend_en for f in errors)),
            facts={"findings": [finding_body(finding) for finding in findings]},
        )
    return findings


def _stop_items(
    unit: Unit, version: VersionRow, entry: Entry, step: Step, stops: tuple[ItemStop, ...]
) -> VersionRow:
    """Keep single items out of what is published: the secrecy review's act (实施条例 Art. 42, item by item)."""
    if step is not Step.REVIEW_SECRECY or {stop.column for stop in stops} & set(entry.keys):
        raise EntryStateError(
            "只有保密审查可以停止信息项，且不能停止主键",
            "only the secrecy review stops items, and never a key",
            next_zh="主键涉密的条目应整体退回",
            next_en="an entry whose key is secret is returned as a whole",
        )
    try:
        stop_items(entry, stops)
    except LifecycleError as error:
        raise EntryStateError(error.zh, error.en, next_zh=error.next_zh, next_en=error.next_en) from error
    columns = (stop.column for stop in stops)
    changed = replace(version, stopped_items=tuple(dict.fromkeys((*version.stopped_items, *columns))))
    store.save_version(unit, changed)
    return changed


def _publish(context: Context, unit: Unit, row: EntryRow, version: VersionRow, entry: Entry) -> EntryRow:
    """Put a version in force: resource code, data tables, search index."""
    shown = entry.without_items(frozenset(version.stopped_items))
    code = row.resource_code
    if code is None:
        try:
            class_code = NATIONAL.class_code(entry.class_path)
        except ResourceCodeError as error:
            raise EntryInvalidError(
                error.zh, error.en, next_zh="请修改资源分类", next_en="correct the class path"
            ) from error
        code = f"{class_code}/{store.take_sequence(unit, class_code)}"
    now = context.now()
    store.set_version_state(unit, row.id, version.number, State.PUBLISHED.value, published_at=now)
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
    store.update_entry(unit, row.id, **values)
    row_tables.ensure(unit, row_tables.RowTable(row.id, shown.items, shown.keys))
    items = [
        ItemRow(
            item.column,
            item.name,
            item.sensitivity.value,
            int(shown.share_type(item)),
            shown.open_type(item) is OpenType.UNCONDITIONAL,
            (item.name, item.column, *item.aliases),
        )
        for item in shown.items
    ]
    texts = (shown.abstract, shown.title_en, shown.abstract_en, shown.provider.name, code, *shown.keywords)
    store.index_entry(unit, row.id, (shown.title, row.name), texts, items)
    identity_store.bump_epoch(unit)
    return replace(
        row, resource_code=code, title=shown.title, draft_version=None, published_version=version.number,
        published_at=now, class_path=shown.class_path,
    )  # fmt: skip
