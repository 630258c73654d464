"""The privacy gate: personal information nobody declared is not opened until two people have decided about it.

个人信息保护法 Art. 25 (no publication without consent or law), Art. 55-56 (assessment, records); 政务数据共享条例
Art. 13 (each item is classed). A push is stored; the item in which something was found is left out of what the public
reads (the rest stays open) until the finding is a false alarm, or the item is declared personal, or the values are
gone. A description with a private number is not published. Nothing here holds or tells a value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from catalogue.privacy.kinds import NAMES, Kind
from catalogue.privacy.metadata import scan_metadata
from catalogue.privacy.thresholds import DECLARED, said_by_name
from hub.directory.privacy import store
from hub.directory.privacy.errors import PrivacyDecisionError, PrivacyFindingNotFoundError, PrivacyHoldError
from hub.directory.privacy.records import HOLDING, NEXT_STEP, OUTCOMES, Act, Finding, Seen, State, Where
from hub.directory.privacy.states import FINDING
from hub.identity import store as identity_store
from hub.ledger.drafts import ReceiptKind

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Mapping

    from catalogue.entry import Entry
    from catalogue.privacy.metadata import MetadataFinding
    from hub.context import Context
    from hub.database import Unit
    from hub.directory.privacy.records import Setting
    from hub.identity.facts import StaffRequester

VALUES, NAME, METADATA, STOPPED = "values", "name", "metadata", "stopped"
_GROWTH: Final = 2
"""A false alarm holds until a push shows more than twice as many values."""
_SLACK: Final = 100
_LARGEST: Final = 2**62


def metadata_findings(description: Mapping[str, object]) -> tuple[MetadataFinding, ...]:
    """Return what a description holds; harvested ones are asked the same question before they are listed."""
    return scan_metadata(description)


def note(
    context: Context, unit: Unit, where: Where, seen: Iterable[Seen], *, sources: frozenset[str], is_whole: bool
) -> tuple[Finding, ...]:
    """Store what a look found, reopen what grew, settle what is gone; returns the findings that now hold something.

    Args:
        context: time and receipts.
        unit: the transaction of the push or the step.
        where: what was looked at.
        seen: everything that was found.
        sources: kinds of looks this one replaces.
        is_whole: the look saw all there is (a full push without held rows), so that what it did not see is gone.

    """
    known = {(one.place, one.kind): one for one in store.of_entry(unit, where.entry_id, lock=True)}
    found = {(one.place, one.kind): one for one in seen}
    changed = False
    for key, one in found.items():
        former = known.get(key)
        changed |= _store(context, unit, where, one, former)
    if is_whole:
        for key, former in known.items():
            if key not in found and former.source in sources and former.state not in {State.SETTLED, State.FALSE_ALARM}:
                settle(context, unit, former, "values no longer found / 已不再出现")
                changed = True
    if changed:
        identity_store.bump_epoch(unit)
    return tuple(one for one in store.of_entry(unit, where.entry_id) if one.holds)


def _store(context: Context, unit: Unit, where: Where, seen: Seen, former: Finding | None) -> bool:
    """Store one finding; returns whether what is held may have changed."""
    now = context.now()
    values = {
        "source": seen.source,
        "count": min(seen.count, _LARGEST),
        "filled": min(seen.filled, _LARGEST),
        "is_estimate": seen.is_estimate,
        "lines": list(seen.lines),
        "examples": list(seen.examples),
        "push_id": where.push_id,
        "entry_version": where.entry_version,
        "last_seen": now,
    }
    if former is None:
        key = {"entry_id": where.entry_id, "member_id": where.member_id, "place": seen.place, "kind": seen.kind.value}
        made = store.insert_finding(unit, **key, **values, first_seen=now)
        _record(context, unit, made, _Told("found", State.OPEN))
        return True
    grew = former.good_until_count is not None and seen.count > former.good_until_count
    reopens = former.state is State.SETTLED or (former.state is State.FALSE_ALARM and grew)
    if former.source == STOPPED and former.state is State.FALSE_ALARM:
        reopens = False
    if reopens:
        values |= {"state": State.OPEN.value, "proposed": None, "proposed_by": None, "decided_by": None}
        values |= {"decided_at": None, "good_until_count": None}
    changed = store.update_finding(unit, former.id, **values)
    if reopens:
        _record(context, unit, changed, _Told("reopened", State.OPEN))
    return reopens


def settle(context: Context, unit: Unit, finding: Finding, reason: str) -> Finding:
    """Take a finding to its end: what was decided has been done, or there is nothing left to decide."""
    changed = store.update_finding(unit, finding.id, state=State.SETTLED.value)
    _record(context, unit, changed, _Told("settled", finding.state, None, reason))
    return changed


@dataclass(frozen=True, slots=True)
class _Told:
    """An act to be recorded: what, from which state, by whom (None: the hub), why."""

    act: str
    before: State
    by: StaffRequester | None = None
    reason: str = ""


def _record(context: Context, unit: Unit, finding: Finding, told: _Told) -> None:
    by_staff = told.by.staff.id if told.by is not None else None
    receipt = context.record(
        unit,
        ReceiptKind.CATALOGUE,
        provider=str(finding.member_id),
        end_user=str(by_staff) if by_staff is not None else None,
        resource=str(finding.entry_id),
        push=str(finding.push_id) if finding.push_id is not None else None,
        action=f"privacy.{told.act}",
        subject_kind="privacy_finding",
        subject_id=str(finding.id),
        state_before=told.before.value,
        state_after=finding.state.value,
        rows=finding.count,
    )
    outcome = finding.proposed if told.act == "proposed" else finding.state
    named = outcome.value if outcome is not None else None
    store.add_act(unit, finding.id, Act(told.act, named, told.reason, by_staff, context.now(), receipt.id))


def own_finding(unit: Unit, staff: StaffRequester, finding_id: uuid.UUID) -> Finding:
    """Return a finding of the person's organ, locked.

    Raises:
        PrivacyFindingNotFoundError: there is none, or it is another organ's.

    """
    finding = store.find(unit, finding_id, lock=True)
    if finding is None or finding.member_id != staff.member.id:
        raise PrivacyFindingNotFoundError
    return finding


def _step(finding: Finding, to: State) -> None:
    if not FINDING.leads(finding.state, to):
        zh, en = NEXT_STEP[finding.state]
        raise PrivacyDecisionError(
            f"该记录的状态（{finding.state}）不能这样办理",
            f"this cannot be done to a finding in state {finding.state}",
            next_zh=zh,
            next_en=en,
        )


def propose(
    context: Context, unit: Unit, staff: StaffRequester, finding_id: uuid.UUID, outcome: State, reason: str
) -> Finding:
    """Propose what a finding is: the data clerk's act.

    Raises:
        PrivacyDecisionError: the finding is not open, or the outcome is none.

    """
    finding = own_finding(unit, staff, finding_id)
    _outcome(outcome)
    _step(finding, State.PROPOSED)
    changed = store.update_finding(
        unit, finding.id, state=State.PROPOSED.value, proposed=outcome.value, proposed_by=staff.staff.id
    )
    _record(context, unit, changed, _Told("proposed", finding.state, staff, reason))
    return changed


def decide(
    context: Context, unit: Unit, staff: StaffRequester, finding_id: uuid.UUID, outcome: State | None, reason: str
) -> Finding:
    """Decide a proposed finding: the secrecy reviewer's act; ``outcome`` None sends it back to the clerk.

    Raises:
        PrivacyDecisionError: nothing is proposed, or the same person proposed it (four eyes).

    """
    finding = own_finding(unit, staff, finding_id)
    to = State.OPEN if outcome is None else _outcome(outcome)
    _step(finding, to)
    if finding.proposed_by == staff.staff.id:
        raise PrivacyDecisionError(
            "提出意见的人不能自己审定",
            "who proposed it cannot decide it",
            next_zh="请由另一位保密审查人员审定",
            next_en="another secrecy reviewer must decide",
        )
    values: dict[str, object] = {"state": to.value}
    if outcome is None:
        values |= {"proposed": None, "proposed_by": None}
    else:
        good = finding.count * _GROWTH + _SLACK if to is State.FALSE_ALARM else None
        values |= {"decided_by": staff.staff.id, "decided_at": context.now(), "good_until_count": good}
    changed = store.update_finding(unit, finding.id, **values)
    act = "sent_back" if outcome is None else "decided"
    _record(context, unit, changed, _Told(act, finding.state, staff, reason))
    identity_store.bump_epoch(unit)
    return changed


def _outcome(outcome: State) -> State:
    if outcome not in OUTCOMES:
        raise PrivacyDecisionError(
            "处理结果只能是误报、申报为个人信息、删除遮盖之一",
            "the outcome is false_alarm, declare or remove",
            next_zh="请改选一种结果",
            next_en="choose one of them",
        )
    return outcome


def set_threshold(context: Context, unit: Unit, staff: StaffRequester, entry_id: uuid.UUID, setting: Setting) -> None:
    """Set from what on a kind counts in a resource: the secrecy reviewer's act, with a reason and a receipt."""
    store.set_threshold(unit, entry_id, setting, by=staff.staff.id, at=context.now())
    context.record(
        unit,
        ReceiptKind.CATALOGUE,
        provider=str(staff.member.id),
        end_user=str(staff.staff.id),
        resource=str(entry_id),
        action="privacy.threshold",
        subject_kind="privacy_threshold",
        subject_id=setting.kind.value,
        rows=setting.threshold.count,
    )


def note_description(context: Context, unit: Unit, where: Where, entry: Entry) -> tuple[Finding, ...]:
    """Look through a description and the names of its items; store what needs a decision.

    Returns:
        The findings that hold the description or one of its items.

    """
    body = entry.to_dict()
    blocking = [one for one in scan_metadata(body) if one.blocks and one.kind is not Kind.SECRECY_MARK]
    seen = [Seen(one.path, one.kind, METADATA, 1, 1, examples=(one.shown,)) for one in blocking]
    if entry.opening.is_open:
        for item in entry.items:
            kind = said_by_name(item)
            if kind is not None and not item.excluded_from_opening:
                seen.append(Seen(item.column, kind, NAME, 0, 0))
    known = {(one.place, one.kind) for one in store.of_entry(unit, where.entry_id) if one.source == VALUES}
    fresh = [one for one in seen if (one.place, one.kind) not in known]
    return note(context, unit, where, fresh, sources=frozenset({METADATA, NAME}), is_whole=True)


def require_publishable(findings: Iterable[Finding]) -> None:
    """Raise where a description must not be published yet.

    Raises:
        PrivacyHoldError: places and kinds are named, values never.

    """
    held = [one for one in findings if one.source == METADATA and one.holds]
    if not held:
        return
    zh = "；".join(f"{one.place} 有{NAMES[one.kind][0]}" for one in held[:5])
    en = "; ".join(f"{NAMES[one.kind][1]} in {one.place}" for one in held[:5])
    raise PrivacyHoldError(
        f"目录文字含有未经审定的个人信息，暂不能发布（个人信息保护法第二十五条）：{zh}",
        f"the description holds personal information nobody has decided on, it is not published: {en}",
        next_zh="请退回修改文字；确为误报的，由数据专员提出、保密审查人员审定后再发布（/api/v1/privacy/findings）",
        next_en="have it returned and change the text, or have the false alarm decided (/api/v1/privacy/findings)",
        facts={"findings": [{"id": str(one.id), "place": one.place, "kind": one.kind.value} for one in held]},
    )


def settle_declared(context: Context, unit: Unit, where: Where, entry: Entry) -> None:
    """Settle the findings of items that the version now published declares as personal, or no longer opens."""
    items = {item.column: item for item in entry.items}
    for finding in store.of_entry(unit, where.entry_id, lock=True):
        if finding.source not in {VALUES, NAME, STOPPED} or finding.state not in HOLDING:
            continue
        item = items.get(finding.place)
        if item is None or item.sensitivity in DECLARED:
            settle(context, unit, finding, "declared in the published version / 已在发布版本中申报")


def allowed(unit: Unit, entry_id: uuid.UUID) -> frozenset[tuple[str, str]]:
    """Return columns and kinds for which a false alarm was decided: the intake gate lets them pass."""
    decided = (one for one in store.of_entry(unit, entry_id) if one.state is State.FALSE_ALARM)
    return frozenset((one.place, one.kind.value) for one in decided)
