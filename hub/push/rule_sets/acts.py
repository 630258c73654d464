"""Propose a rule set, try it, put it in force: the clerk proposes, another approver of the department decides.

Jilin Art. 27 and Zhengzhou Art. 19: the department answers for what it supplies, so the rules that check it are its
own act, with a receipt. A version in force is never changed; a new one takes its place.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hub.directory.errors import EntryNotFoundError, NotYourEntryError
from hub.directory.facts import load_resource
from hub.ledger.drafts import ReceiptKind
from hub.ledger.receipts import digest_member
from hub.push.rule_sets import references, store
from hub.push.rule_sets.errors import RuleSetFourEyesError, RuleSetNotFoundError, RuleSetStateError
from hub.push.rule_sets.model import RuleSet, read_rules
from hub.push.rule_sets.records import RuleSetState, StoredRuleSet
from hub.push.rule_sets.states import RULE_SET

if TYPE_CHECKING:
    from hub.context import Context
    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.identity.facts import StaffRequester


def own_resource(context: Context, unit: Unit, staff: StaffRequester, name: str) -> Resource:
    """Return the published entry of a person's own organ.

    Raises:
        EntryNotFoundError, NotYourEntryError: no such published entry, or another organ's.

    """
    resource = load_resource(context, unit, name)
    if resource.provider_id != staff.member.id:
        raise NotYourEntryError
    return resource


def own_resource_of(context: Context, unit: Unit, staff: StaffRequester, entry_id: uuid.UUID) -> Resource:
    """Return a published entry of a person's own organ by its id; another organ's is not told apart from none.

    Raises:
        EntryNotFoundError: there is none, or it is another organ's.

    """
    resource = load_resource(context, unit, entry_id)
    if resource.provider_id != staff.member.id:
        raise EntryNotFoundError
    return resource


def read_for(context: Context, unit: Unit, resource: Resource, data: object) -> RuleSet:
    """Read rules for an entry, and check that each reference may be asked.

    Raises:
        RuleSetError: every fault.

    """
    rules = read_rules(data, resource.entry.items)
    references.check_references(context, unit, rules, resource.provider_id)
    return rules


def propose(context: Context, unit: Unit, staff: StaffRequester, name: str, data: object, reason: str) -> StoredRuleSet:
    """Store a proposed version; one that still waits is outdated by it.

    Raises:
        EntryNotFoundError, NotYourEntryError: no such published entry, or another organ's.
        RuleSetError: the rules are not right, or equal those in force.

    """
    resource = own_resource(context, unit, staff, name)
    rules = read_for(context, unit, resource, data)
    version = store.next_version(unit, resource.id)
    made = StoredRuleSet(
        id=uuid.uuid4(),
        entry_id=resource.id,
        rules=replace(rules, version=version),
        state=RuleSetState.PROPOSED,
        digest=rules.digest,
        reason=reason,
        proposed_by=staff.staff.id,
        proposed_at=context.now(),
        receipt_id=uuid.UUID(int=0),
    )
    made = replace(made, receipt_id=_record(context, unit, staff, made, "propose", before=None))
    store.add(unit, made)
    return made


def decide(
    context: Context, unit: Unit, staff: StaffRequester, which: tuple[str, int], *, approves: bool, reason: str
) -> StoredRuleSet:
    """Approve a proposed version, which is in force from the next push on, or send it back.

    Raises:
        EntryNotFoundError, NotYourEntryError, RuleSetNotFoundError: no such version of one's own organ.
        RuleSetStateError: it was decided already, or the entry changed so that a rule no longer fits.
        RuleSetFourEyesError: the same person proposed it.

    """
    resource = own_resource(context, unit, staff, which[0])
    found = store.find(unit, resource.id, which[1], lock=True)
    if found is None:
        raise RuleSetNotFoundError
    act = "approve" if approves else "send_back"
    if not RULE_SET.allows(found.state.value, act):
        raise RuleSetStateError(
            f"第 {found.version} 版规则集不在待审定状态",
            f"version {found.version} of the rule set does not wait for a decision",
            next_zh="查看各版本状态；需要改动的，另提新版本",
            next_en="look at the versions; propose a new one where something is to change",
            facts={"version": found.version, "state": found.state.value},
        )
    if found.proposed_by == staff.staff.id:
        raise RuleSetFourEyesError
    if approves:
        read_for(context, unit, resource, found.rules.to_dict())
        store.supersede(unit, resource.id, context.now())
    after = RuleSetState.IN_FORCE if approves else RuleSetState.SENT_BACK
    decided = replace(found, state=after, decided_by=staff.staff.id, decided_at=context.now(), decision=reason)
    receipt = _record(context, unit, staff, decided, act, before=found.state)
    decided = replace(decided, decision_receipt_id=receipt)
    values: dict[str, Any] = {"state": after.value, "decided_by": decided.decided_by, "decided_at": decided.decided_at}
    store.change(unit, found.id, **values, decision=reason, decision_receipt_id=receipt)
    return decided


def note_trial(
    context: Context, unit: Unit, staff: StaffRequester, resource: Resource, version: int, told: dict[str, Any]
) -> uuid.UUID:
    """Record a trial of a stored version (0: of rules not stored) with its receipt; returns the receipt."""
    found = store.find(unit, resource.id, version) if version else None
    receipt = context.record(
        unit,
        ReceiptKind.CATALOGUE,
        provider=str(resource.provider_id),
        end_user=str(staff.staff.id),
        resource=str(resource.id),
        action="rule_set.try",
        subject_kind="rule_set",
        subject_id=str(found.id) if found is not None else None,
        rows=int(told["received"]),
        rows_rejected=int(told["rejected"]),
    )
    if found is not None:
        store.change(unit, found.id, tried={**told, "at": context.now().isoformat(), "by": str(staff.staff.id)})
    return receipt.id


def _record(
    context: Context,
    unit: Unit,
    staff: StaffRequester,
    made: StoredRuleSet,
    act: str,
    *,
    before: RuleSetState | None,
) -> uuid.UUID:
    decides = made.decided_by is not None
    receipt = context.record(
        unit,
        ReceiptKind.CATALOGUE,
        provider=str(staff.member.id),
        end_user=None if decides else str(staff.staff.id),
        decided_by=str(staff.staff.id) if decides else None,
        resource=str(made.entry_id),
        action=f"rule_set.{act}",
        subject_kind="rule_set",
        subject_id=str(made.id),
        change_digest=digest_member(bytes.fromhex(made.digest)),
        state_before=before.value if before is not None else None,
        state_after=made.state.value,
    )
    return receipt.id
