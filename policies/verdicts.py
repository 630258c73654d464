"""What is decided for one item: the decision table, then the grant, the opening attributes, the standing.

Order of evaluation, first hit wins: not in the system, embargo, forbidden by a named law, requester and
grant, the ground in force on the item, open. Fail closed ends in ``Pending``, never in a refusal. The
grant can only narrow what the table gives, except where it cites the law and an impact assessment
(个人信息保护法 Art. 28, 55). Pure; :mod:`policies.decision` puts the items together.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from policies.denials import DenialCode
from policies.exemptions import RuleCase, exemption_in_force, rule_refusal
from policies.facts import DataClass, OpenType, Outcome, Path, RequesterClass, ShareType, Treatment
from policies.force import is_protective
from policies.obligations import Obligation
from policies.pendings import PENDINGS, PendingCode
from policies.results import Denial, ItemDecision, Pending, Refusal
from policies.standing import data_class
from policies.workdays import local_day

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from policies.facts import DecisionRequest, GrantFacts, ItemFacts, ResourceFacts
    from policies.packs.model import Pack, Rule

Block = Pending | Refusal | Denial

AGENCY_CLASSES = frozenset(
    {
        RequesterClass.AGY_GRANT,
        RequesterClass.AGY_NO_GRANT,
        RequesterClass.AGY_OUT_OF_SCOPE,
    }
)
SHARE_CLASSES = AGENCY_CLASSES | {RequesterClass.PSU, RequesterClass.OWN}
OUTCOME_OF: Mapping[Treatment, Outcome] = {
    Treatment.FULL: Outcome.ALLOW,
    Treatment.MASKED: Outcome.ALLOW_MASKED,
    Treatment.AGGREGATE_ONLY: Outcome.AGGREGATE_ONLY,
    Treatment.VERIFY_ONLY: Outcome.VERIFY_ONLY,
}
_FORM: Mapping[str, Treatment] = {form.value: form for form in OUTCOME_OF}
_CEILING: Mapping[Outcome, Treatment] = {outcome: treatment for treatment, outcome in OUTCOME_OF.items()}
_DENIED: Mapping[Outcome, DenialCode] = {
    Outcome.NOT_IN_SYSTEM: DenialCode.NOT_FOUND,
    Outcome.NO_CONTENT: DenialCode.NO_CONTENT,
}
_WIDTH: Mapping[Treatment, int] = {Treatment.FULL: 3, Treatment.MASKED: 2, Treatment.VERIFY_ONLY: 1}
_OPENABLE = frozenset({DataClass.PUB, DataClass.AGG})
_CLAIMABLE = frozenset({DataClass.PUB, DataClass.INT})
# Hoisted: a member of an enumeration is looked up through a descriptor each time.
_OWN, _GRANTED, _OUT_OF_SCOPE = RequesterClass.OWN, RequesterClass.AGY_GRANT, RequesterClass.AGY_OUT_OF_SCOPE
_ALLOW, _FULL, _AGGREGATE_ONLY = Outcome.ALLOW, Treatment.FULL, Treatment.AGGREGATE_ONLY
_WITHHELD = Treatment.WITHHELD
_OPENED, _SHARED = OpenType.UNCONDITIONAL, ShareType.UNCONDITIONAL
_CONDITIONS = frozenset(
    {
        Obligation.NAMED_ROLE,
        Obligation.NAMED_STAFF,
        Obligation.OWN_RECORD,
        Obligation.WARD_RECORD,
        Obligation.SECOND_FACTOR,
        Obligation.USE_AGREEMENT,
        Obligation.DUTY_OR_CONSENT,
    }
)


class Case(NamedTuple):
    """One question with what holds for all its items. ``grant`` is None unless it fits (``fault`` says why not)."""

    request: DecisionRequest
    resource: ResourceFacts
    grant: GrantFacts | None
    fault: DenialCode | None
    standing: RequesterClass
    pack: Pack
    is_embargoed: bool


def judge(case: Case, item: ItemFacts) -> ItemDecision | Block:
    """Return the decision on one item, or what blocks it."""
    kind = _class_of(case, item)
    if kind is None:
        return pending(PendingCode.UNKNOWN_CLASS, case)
    granted = _granted(case, item)
    standing = case.standing
    if standing is _GRANTED and granted is None:
        standing = _OUT_OF_SCOPE
    rule = case.pack.table[standing, kind]
    if kind in _OPENABLE and standing is not _OWN:
        return _openable(case, item, rule, granted)
    return _by_rule(case, item, rule, granted)


def _by_rule(case: Case, item: ItemFacts, rule: Rule, granted: Treatment | None) -> ItemDecision | Block:
    """Return what the outcome of a rule means for the item."""
    outcome = rule.outcome
    if outcome in _CEILING:
        return _allowed(case, item, rule, granted)
    if outcome is Outcome.REFUSE:
        return _refused(case, item, rule, granted)
    if outcome is Outcome.APPLY or outcome is Outcome.CONSULT:
        return _on_request(case, item, rule, granted)
    if outcome is Outcome.OUT_OF_GRANT:
        return denial(case.fault or DenialCode.OUT_OF_GRANT, case, rule)
    if outcome in _DENIED:
        return denial(_DENIED[outcome], case, rule)
    is_embargo = outcome is Outcome.NOT_YET
    return pending(
        PendingCode.NOT_YET if is_embargo else PendingCode.UNKNOWN_CLASS,
        case,
        rule,
        until=case.resource.release_time if is_embargo else None,
    )


def _allowed(case: Case, item: ItemFacts, rule: Rule, granted: Treatment | None) -> ItemDecision | Block:
    """Return the item in the widest form rule and grant both give, when the requester has standing."""
    if not _CONDITIONS.isdisjoint(rule.obligations):
        block = _standing_block(case, rule, granted)
        if block is not None:
            return block
    ceiling = _CEILING[rule.outcome]
    grant = case.grant
    if grant is not None and rule.requester is _GRANTED and grant.cites_law_and_assessment:
        ceiling = _FULL
    form = ceiling if granted is None else _narrower(granted, ceiling)
    return _line(rule, item.column, item.masking, form, None)


def _openable(case: Case, item: ItemFacts, rule: Rule, granted: Treatment | None) -> ItemDecision | Block:
    """Return a public item or an aggregate: free when it is opened, by grant or request when it is not."""
    if rule.outcome is not _ALLOW:
        return _by_rule(case, item, rule, granted)
    is_restricted = bool(item.exemptions) and _is_restricted(case, item)
    is_open = item.open_type is _OPENED and not item.excluded_from_opening
    is_shared = rule.requester in SHARE_CLASSES and item.share_type is _SHARED
    if not is_restricted and (is_open or is_shared):
        return _line(rule, item.column, item.masking, _FULL, None)
    if rule.requester in SHARE_CLASSES:
        return _by_rule(case, item, case.pack.table[rule.requester, DataClass.INT], granted)
    if is_restricted:
        return _refusal(case, item, rule, case.pack.open_grounds)
    return _not_opened(case, item, rule, granted)


def _not_opened(case: Case, item: ItemFacts, rule: Rule, granted: Treatment | None) -> ItemDecision | Pending:
    """Return a public item that is opened with conditions, or of which opening has not been decided."""
    if item.open_type is OpenType.CONDITIONAL and not item.excluded_from_opening:
        if granted is not None:
            return _line(rule, item.column, item.masking, granted, None)
        return pending(PendingCode.APPLY_OPEN, case, rule)
    return pending(PendingCode.NOT_DECIDED, case, rule)


def _on_request(case: Case, item: ItemFacts, rule: Rule, granted: Treatment | None) -> ItemDecision | Block:
    """Return what needs a request: given when a fitting grant answered it, forbidden by named law, or pending."""
    if granted is not None:
        return _line(rule, item.column, item.masking, granted, None)
    if case.fault is not None:
        return denial(case.fault, case, rule)
    if rule.requester in SHARE_CLASSES and item.share_type is ShareType.WITHHELD:
        # R15 stands only in packs with the national overlay; elsewhere the list of the path leaves it out.
        refusal = rule_refusal(_rule_case(case, item, rule, Path.SHARE), frozenset({"R15"}), case.pack)
        if refusal is not None:
            return refusal
    if rule.outcome is Outcome.CONSULT:
        return pending(PendingCode.CONSULT, case, rule)
    is_unconditional = item.share_type is ShareType.UNCONDITIONAL
    return pending(PendingCode.APPLY, case, rule, clock_key="share.reply.unconditional" if is_unconditional else None)


def _refused(case: Case, item: ItemFacts, rule: Rule, granted: Treatment | None) -> ItemDecision | Block:
    """Return the refusal of the rule, resting on an exemption in force; without one nothing is refused."""
    if granted is not None and Obligation.VERIFY_OFFER in rule.obligations:
        grant = case.grant
        if grant is not None and grant.cites_law_and_assessment:
            return _line(rule, item.column, item.masking, Treatment.VERIFY_ONLY, None)
    return _refusal(case, item, rule, frozenset({rule.ground} if rule.ground is not None else ()))


def _refusal(case: Case, item: ItemFacts, rule: Rule, grounds: frozenset[str]) -> Refusal | Pending:
    path = Path.SHARE if rule.requester in SHARE_CLASSES else Path.OPEN
    refusal = rule_refusal(_rule_case(case, item, rule, path), grounds, case.pack)
    if refusal is not None:
        return refusal
    return pending(PendingCode.APPLY if path is Path.SHARE else PendingCode.NOT_DECIDED, case, rule)


def _class_of(case: Case, item: ItemFacts) -> DataClass | None:
    """Return the class of an item; a claim that waits for its finding makes a trade secret of what is not personal."""
    kind = data_class(item, case.resource, is_embargoed=case.is_embargoed)
    if item.exemptions and kind in _CLAIMABLE and case.standing is not _OWN:
        day = local_day(case.request.now)
        provider = case.resource.provider_id
        for record in item.exemptions:
            if record.item == item.column and record.decided_by == provider and is_protective(record, day):
                return DataClass.TS
    return kind


def narrowed_refusal(case: Case, item: ItemFacts, line: ItemDecision) -> Refusal | None:
    """Return the refusal of the wider form of an item that is only given as aggregates or for verification.

    Exists on the opening path alone, where the rule names a ground and an exemption carries it.
    """
    kind = _class_of(case, item)
    rule = None if kind is None else case.pack.table[case.standing, kind]
    if rule is None or rule.id != line.rule_id or rule.ground is None or rule.requester in SHARE_CLASSES:
        return None
    return rule_refusal(_rule_case(case, item, rule, Path.OPEN), frozenset({rule.ground}), case.pack)


def pending(
    code: PendingCode,
    case: Case,
    rule: Rule | None = None,
    *,
    clock_key: str | None = None,
    until: datetime | None = None,
) -> Pending:
    """Return a pending answer in the hands of the provider, with its clock."""
    row = PENDINGS[code]
    return Pending(
        outcome=row.outcome,
        reason=row.reason,
        article=rule.article if rule is not None else "政务数据共享条例 Art.20-22",
        owner=case.resource.provider_id,
        clock_key=clock_key or row.clock_key,
        policy_version=case.pack.version,
        rule_id=rule.id if rule is not None else f"closed.{code.value}",
        until=until,
    )


def denial(code: DenialCode, case: Case, rule: Rule | None = None) -> Denial:
    """Return a denial; where no rule of the table speaks it rests on the limits of use."""
    article = rule.article if rule is not None else "政务数据共享条例 Art.25; 个人信息保护法 Art.6"
    return Denial(code, article, case.pack.version, rule.id if rule is not None else f"use.{code.value}")


@lru_cache(maxsize=65_536)
def _line(rule: Rule, column: str, masking: str | None, form: Treatment, ground: str | None) -> ItemDecision:
    """Return the line of one item; equal lines are one object, because most questions repeat."""
    return ItemDecision(column, OUTCOME_OF[form], form, rule.id, rule.article, ground, masking)


def _granted(case: Case, item: ItemFacts) -> Treatment | None:
    """Return the form a fitting grant gives for the item; None when it gives none or an unknown word."""
    if case.grant is None:
        return None
    return _FORM.get(case.grant.items.get(item.column, _WITHHELD))


def _narrower(granted: Treatment, ceiling: Treatment) -> Treatment:
    """Return the narrower form. Aggregates under disclosure control are always lawful, yet never more."""
    if granted is _AGGREGATE_ONLY or ceiling is _AGGREGATE_ONLY:
        return _AGGREGATE_ONLY
    return granted if _WIDTH[granted] <= _WIDTH[ceiling] else ceiling


def _standing_block(case: Case, rule: Rule, granted: Treatment | None) -> Block | None:
    """Return what the requester still has to show for this rule, None when nothing."""
    requester, duties = case.request.requester, rule.obligations
    if not _DUTY_NEEDS_GRANT.isdisjoint(duties) and granted is None:
        return denial(case.fault, case, rule) if case.fault is not None else pending(PendingCode.APPLY, case, rule)
    if Obligation.NAMED_ROLE in duties and not (requester.staff_id and case.request.purpose):
        return denial(DenialCode.NAMED_ROLE, case, rule)
    if Obligation.NAMED_STAFF in duties and not requester.staff_id:
        return denial(DenialCode.NAMED_ROLE, case, rule)
    is_stranger = (Obligation.OWN_RECORD in duties and not requester.subject) or (
        Obligation.WARD_RECORD in duties and not requester.ward
    )
    if is_stranger:
        return denial(DenialCode.SUBJECT, case, rule)
    if Obligation.SECOND_FACTOR in duties and not requester.second_factor:
        return denial(DenialCode.SECOND_FACTOR, case, rule)
    return None


_DUTY_NEEDS_GRANT = frozenset({Obligation.USE_AGREEMENT, Obligation.DUTY_OR_CONSENT})


def _is_restricted(case: Case, item: ItemFacts) -> bool:
    """Return whether any exemption on the item is in force on the day of the question."""
    day = local_day(case.request.now)
    return any(exemption_in_force(record, item, case.resource, case.pack, day) for record in item.exemptions)


def _rule_case(case: Case, item: ItemFacts, rule: Rule, path: Path) -> RuleCase:
    return RuleCase(item, case.resource, rule, path, case.request.now)
