"""The decision: may this requester have these items, and why. The only place that makes a ``Permit``.

``decide(request, resource, grant, pack)`` answers ``Permit | Pending | Refusal | Denial``. Nothing is given
by default: an empty question, a missing field or an unknown word never means allowed. Pure, so the same
function serves the real question and the dry run («would it pass»).
Sources: 郑州市信息化建设管理办法 Art. 20; 吉林市信息化促进办法 Art. 26, 29; 政务数据共享条例 Art. 20-28;
政府信息公开条例 Art. 13-16, 37; 个人信息保护法 Art. 6, 25, 28, 31, 34, 55.
"""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from policies.denials import DenialCode
from policies.exemptions import join_refusals
from policies.facts import Action, Outcome, RequesterClass, Treatment
from policies.obligations import OBLIGATION_TEXTS, Obligation
from policies.pendings import PENDINGS, PendingCode
from policies.results import AUTHORITY, Denial, ItemDecision, Pending, Refusal
from policies.standing import grant_fault, requester_class
from policies.verdicts import AGENCY_CLASSES, Block, Case, denial, judge, narrowed_refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from policies.facts import DecisionRequest, GrantFacts, Requester, ResourceFacts
    from policies.packs.model import Pack
    from policies.text import Lang

__all__ = ["Denial", "ItemDecision", "Pending", "Permit", "PermitForgedError", "Refusal", "decide", "would_pass"]

_SEAL = object()
# Members of an enumeration are looked up through a descriptor; on this path a name is five times faster.
_OWN = RequesterClass.OWN
_AGGREGATE = Action.AGGREGATE
_NOT_FOUND = DenialCode.NOT_FOUND
_OWN_RECORD = Obligation.OWN_RECORD
_WARD_RECORD = Obligation.WARD_RECORD
_NO_LIMITS: Mapping[str, int] = MappingProxyType({})
_READ_FORMS = frozenset({Treatment.FULL, Treatment.MASKED})
_FORMS: Mapping[Action, frozenset[Treatment]] = {
    Action.READ: _READ_FORMS,
    Action.SUBSCRIBE: _READ_FORMS,
    Action.DOWNLOAD: _READ_FORMS,
    Action.VERIFY: _READ_FORMS | {Treatment.VERIFY_ONLY},
    Action.MATCH: _READ_FORMS | {Treatment.VERIFY_ONLY},
    Action.AGGREGATE: frozenset({Treatment.FULL, Treatment.AGGREGATE_ONLY}),
}
_ACTION: Mapping[str, Action] = {action.value: action for action in Action}
_FULL_ONLY = frozenset({Treatment.FULL})
_VERIFY_ACTIONS = frozenset({Action.VERIFY, Action.MATCH})


class PermitForgedError(TypeError):
    """A permit was built, copied or changed outside :func:`decide`."""


@dataclass(frozen=True, slots=True)
class Permit:
    """The only key that stores accept: what may be given to whom, from which resource, in which form.

    ``items`` are the columns given, each with its form; ``left_out`` what was left out and why;
    ``unlisted`` counts further items the requester has no grant for. ``queryable`` columns may be used
    in filter, sort and group, ``matchable`` ones by equality with one value; no other column may.
    ``row_filter`` must be applied whole, and a store refuses what it cannot read: the entries of the
    grant, then ``("own_record", key)`` or ``("ward_record", key)``. ``limits`` are the grant's quotas.
    ``expires_at`` is when the grant ends: a stream is cut there.
    """

    requester: Requester
    resource_id: str
    action: Action
    items: tuple[ItemDecision, ...]
    left_out: tuple[ItemDecision, ...]
    unlisted: int
    queryable: frozenset[str]
    matchable: frozenset[str]
    row_filter: tuple[object, ...]
    limits: Mapping[str, int]
    obligations: tuple[Obligation, ...]
    grant_id: str | None
    grant_version: int | None
    purpose: str | None
    expires_at: datetime | None
    policy_version: str
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        """Let only :func:`decide` make permits (raises :class:`PermitForgedError`)."""
        if seal is not _SEAL:
            raise PermitForgedError("许可只能由 decide() 作出 / a permit is made by decide() alone")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns given, in the order asked."""
        return tuple(line.column for line in self.items)

    @property
    def outcome(self) -> Outcome:
        """The narrowest outcome among the items given."""
        return min((line.outcome for line in self.items), key=_NARROWEST.index)

    def treatment_of(self, column: str) -> Treatment:
        """Return the form in which a column is given; ``WITHHELD`` for any column not given."""
        return next((line.treatment for line in self.items if line.column == column), Treatment.WITHHELD)

    def explain(self, lang: Lang) -> tuple[str, ...]:
        """Return the sentences for people: what is given, what is left out and why, duties, next step."""
        given = tuple(line.explain(lang) for line in self.items)
        left = tuple(line.explain(lang) for line in self.left_out)
        duties = tuple(OBLIGATION_TEXTS[duty].of(lang) for duty in self.obligations)
        if lang == "en":
            head, out, more = "Permitted:", "Left out:", f"Further items outside the grant: {self.unlisted}"
            tail = f"Duties: {'; '.join(duties)}" if duties else "Duties: none"
            step = "Next: use the items for the stated purpose; ask for what was left out by a request."
        else:
            head, out, more = "准予提供：", "未提供：", f"另有授权外信息项 {self.unlisted} 个"
            tail = f"义务：{'；'.join(duties)}" if duties else "义务：无"
            step = "下一步：按所述目的使用；未提供的部分可另行申请。"
        return (head, *given, *((out, *left) if left else ()), *((more,) if self.unlisted else ()), tail, step)

    def record(self) -> dict[str, object]:
        """Return the permit as JSON-ready values for receipts and disclosure statements."""
        return {
            "decision": "permit",
            "outcome": self.outcome.value,
            "resource": self.resource_id,
            "action": self.action.value,
            "items": [line.record() for line in self.items],
            "left_out": [line.record() for line in self.left_out],
            "unlisted": self.unlisted,
            "obligations": [duty.value for duty in self.obligations],
            "grant": self.grant_id,
            "grant_version": self.grant_version,
            "purpose": self.purpose,
            "policy_version": self.policy_version,
        }


_NARROWEST = (Outcome.VERIFY_ONLY, Outcome.AGGREGATE_ONLY, Outcome.ALLOW_MASKED, Outcome.ALLOW)

Decision = Permit | Pending | Refusal | Denial


def decide(
    request: DecisionRequest, resource: ResourceFacts, grant: GrantFacts | None, pack: Pack | None
) -> Permit | Pending | Refusal | Denial:
    """Return a permit, or say why not: pending, refused on a ground in force, or no standing to ask.

    Args:
        request: who asks for which items, to do what, why and when.
        resource: the resource with its items and their exemption records.
        grant: the stored permission of the asking system for this resource, None when there is none.
        pack: the regulation pack of the resource's jurisdiction; None when it cannot be reached.

    """
    if pack is None:
        return _undetermined(PendingCode.POLICY_UNREACHABLE, "")
    if request.now.tzinfo is None or _ACTION.get(request.action) is not request.action or resource.pack != pack.name:
        return _undetermined(PendingCode.UNKNOWN_REQUEST, pack.version)
    fault = grant_fault(request, resource, grant) if grant is not None else None
    standing = requester_class(request, resource, grant, fault)
    if standing is None:
        return _undetermined(PendingCode.UNKNOWN_REQUESTER, pack.version)
    release = resource.release_time
    case = Case(
        request,
        resource,
        grant if fault is None else None,
        fault,
        standing,
        pack,
        release is not None and request.now < release,
    )
    closed = _closed(case)
    if closed is not None:
        return closed
    return _named(case, request.items) if request.items is not None else _everything(case)


def would_pass(request: DecisionRequest, resource: ResourceFacts, grant: GrantFacts | None, pack: Pack | None) -> bool:
    """Return whether the question would be permitted: the dry run is the decision itself."""
    return isinstance(decide(request, resource, grant, pack), Permit)


def _undetermined(code: PendingCode, version: str) -> Pending:
    """Return a pending answer in the hands of the data-sharing authority: nothing could be decided."""
    row = PENDINGS[code]
    article = "政务数据共享条例 Art.20-22"
    return Pending(row.outcome, row.reason, article, AUTHORITY, row.clock_key, version, f"closed.{code.value}")


def _closed(case: Case) -> Denial | None:
    """Return the denial that closes the resource as a whole, None when it is reachable."""
    if case.request.items is not None and not case.request.items:
        return denial(DenialCode.EMPTY, case)
    if case.standing is _OWN:
        return None
    if not case.resource.published:
        return denial(_NOT_FOUND, case)
    return denial(DenialCode.SUSPENDED, case) if case.resource.suspended is not None else None


def _named(case: Case, columns: Sequence[str]) -> Decision:
    """Decide items asked for by name: all of them, or the first thing that stands in the way."""
    forms = _FORMS[case.request.action]
    by_column = case.resource.by_column
    given: list[ItemDecision] = []
    blocks: list[Block] = []
    for column in dict.fromkeys(columns):
        item = by_column.get(column)
        verdict = judge(case, item) if item is not None else denial(_NOT_FOUND, case)
        if isinstance(verdict, ItemDecision) and item is not None and verdict.treatment not in forms:
            verdict = narrowed_refusal(case, item, verdict) or denial(DenialCode.FORM, case)
        if isinstance(verdict, ItemDecision):
            given.append(verdict)
        else:
            blocks.append(verdict)
    return _foremost(blocks, given) if blocks else _permit(case, given, (), 0)


def _everything(case: Case) -> Decision:
    """Decide the question for every item that is open or granted: give those, name or count the rest."""
    forms = _FORMS[case.request.action]
    given: list[ItemDecision] = []
    left_out: list[ItemDecision] = []
    blocks: list[Block] = []
    unlisted = 0
    for item in case.resource.items:
        verdict = judge(case, item)
        if isinstance(verdict, ItemDecision):
            (given if verdict.treatment in forms else left_out).append(verdict)
            continue
        blocks.append(verdict)
        if isinstance(verdict, Denial) and verdict.code is _NOT_FOUND:
            continue
        if case.standing in AGENCY_CLASSES:
            unlisted += 1
        else:
            left_out.append(_left_out(item.column, item.masking, verdict))
    # A grant that does not fit is said aloud, never answered with the open remainder alone.
    if blocks and (not given or case.fault is not None):
        return _foremost(blocks, given)
    if not given:
        return denial(DenialCode.FORM if left_out else _NOT_FOUND, case)
    return _permit(case, given, tuple(left_out), unlisted)


def _left_out(column: str, masking: str | None, block: Block) -> ItemDecision:
    """Return the line of an item left out; it names a ground only where a refusal found one in force."""
    ground = block.ground if isinstance(block, Refusal) else None
    return ItemDecision(column, block.outcome, Treatment.WITHHELD, block.rule_id, block.article, ground, masking)


def _foremost(blocks: Sequence[Block], given: Sequence[ItemDecision]) -> Block:
    """Return what stands in the way first: not in system, embargo, standing, refusal, consultation, request."""
    first = min(blocks, key=_rank)
    if isinstance(first, Refusal):
        refusals = [block for block in blocks if isinstance(block, Refusal)]
        return join_refusals(refusals, tuple(line.column for line in given))
    return first


def _rank(block: Block) -> tuple[int, bool]:
    if isinstance(block, Denial):
        return (0 if block.code is _NOT_FOUND else 2), False
    if isinstance(block, Refusal):
        return 3, False
    order = {Outcome.NOT_YET: 1, Outcome.CONSULT: 4, Outcome.APPLY: 5}
    return order.get(block.outcome, 6), block.clock_key == "share.reply.unconditional"


def _permit(
    case: Case, given: Sequence[ItemDecision], left_out: tuple[ItemDecision, ...], unlisted: int
) -> Permit | Denial:
    """Return the permit, unless the question queries by a column that is not given in full."""
    request = case.request
    lines = given
    if request.queried or request.matched:
        conditions = _conditions(case)
        if conditions is None:
            return denial(DenialCode.PROTECTED_QUERY, case)
        lines = (*given, *conditions)
    # INVARIANT: what narrows the rows of a column that is queried narrows the answer as a whole.
    rules = tuple([line.rule_id for line in lines])
    is_controlled = request.action is _AGGREGATE and case.standing is not _OWN
    duties = _duties(case.pack, rules, is_controlled=is_controlled, is_checked=case.resource.under_verification)
    used = case.grant if case.standing is not _OWN else None
    row_filter = used.row_filter if used is not None else ()
    if _OWN_RECORD in duties:
        row_filter = (*row_filter, ("own_record", request.requester.subject))
    if _WARD_RECORD in duties:
        row_filter = (*row_filter, ("ward_record", request.requester.ward))
    return Permit(
        request.requester,
        case.resource.id,
        request.action,
        tuple(given),
        left_out,
        unlisted,
        request.queried,
        request.matched,
        row_filter,
        _NO_LIMITS if used is None else used.quotas,
        duties,
        None if used is None else used.id,
        None if used is None else used.version,
        request.purpose,
        None if used is None else used.valid_until,
        case.pack.version,
        _SEAL,
    )


def _conditions(case: Case) -> tuple[ItemDecision, ...] | None:
    """Return the lines of the columns used in conditions; None when one may not be (without saying which).

    A masked or verify-only column may be compared by equality, when verifying or where the grant says so.
    """
    request = case.request
    exact = case.grant.exact_match if case.grant is not None else frozenset()
    lines: list[ItemDecision] = []
    for column in sorted(request.queried | request.matched):
        item = case.resource.by_column.get(column)
        line = judge(case, item) if item is not None else None
        if not isinstance(line, ItemDecision):
            return None
        is_exact = column not in request.queried and (request.action in _VERIFY_ACTIONS or column in exact)
        if line.treatment not in (_FORMS[Action.VERIFY] if is_exact else _FULL_ONLY):
            return None
        lines.append(line)
    return tuple(lines)


@lru_cache(maxsize=4096)
def _duties(pack: Pack, rules: tuple[str, ...], *, is_controlled: bool, is_checked: bool) -> tuple[Obligation, ...]:
    """Return the obligations of all rules used, each once, in the order of the items."""
    duties = dict.fromkeys(duty for rule_id in rules for duty in pack.by_id[rule_id].obligations)
    if is_controlled:
        duties[Obligation.DISCLOSURE_CONTROL] = None
    if is_checked:
        duties[Obligation.UNDER_VERIFICATION] = None
    return tuple(duties)
