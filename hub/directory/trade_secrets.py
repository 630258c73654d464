"""A holder's claim of trade secret (R04): filed, protective for a while, found on with a reason, aged.

反不正当竞争法 (2025) Art. 10 (unknown, of value, kept secret); 政府信息公开条例 Art. 15, 32; 数据安全法 Art. 38.
A claim is not proven: until the organ has found on it the items are treated as trade secrets, at most for
``product.claim_finding``; then, without a finding, the claim protects nothing. A person's number is digested.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from catalogue.identifiers import citizen_id, organisation_code
from catalogue.store import ExemptionRow
from hub.directory.claims import history, store
from hub.directory.claims.records import ClaimRow, HolderKind
from hub.directory.errors import ExemptionError, ExemptionNotFoundError, ExemptionStateError
from hub.directory.evidence import evidence_body, exemption_of, with_evidence
from hub.directory.exemptions import insert
from hub.directory.free_text import check_texts
from hub.directory.places import columns_of, pack_of
from hub.directory.state_tables import CLAIM, EXEMPTION
from policies.claims import Consultation, Decider, ExemptionStatus, Finding, TradeSecretClaim
from policies.force import has_substance
from policies.workdays import add_months

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from hub.context import Context
    from hub.database import Unit
    from hub.identity.facts import StaffRequester
    from policies.packs import Pack

GROUND: Final = "R04"
DIGEST: Final = re.compile(r"[0-9a-f]{64}")
MADE_WHEN: Final = frozenset({"submission", "consultation"})
HEARD: Final = frozenset(Consultation) - {Consultation.NOT_ASKED, Consultation.WAITING}
ARTICLE: Final = "政府信息公开条例 Art.15, 32"


@dataclass(frozen=True, slots=True)
class NewClaim:
    """A claim as it is filed by the organ that received it.

    ``holder`` is a credit code, or a person's number, of which a keyed digest is kept alone. ``rows_covered`` says
    in words which rows; ``evidence_digests`` are SHA-256 (hex) of what the holder handed in.
    """

    entry: str
    items: tuple[str, ...]
    rows_covered: str
    holder_kind: HolderKind
    holder: str
    holder_name: str
    agent: str
    why_unknown: str
    value: str
    measures: str
    evidence_digests: tuple[str, ...]
    made_when: str
    claimed_on: date
    until: date


@dataclass(frozen=True, slots=True)
class NewFinding:
    """What the organ found: ``items`` are those the accepted part covers (partly: some of them)."""

    finding: Finding
    items: tuple[str, ...]
    reason: str
    decider: Decider
    review_on: date


def file(context: Context, unit: Unit, staff: StaffRequester, new: NewClaim) -> ClaimRow:
    """Store a claim; its items are protected from today until the finding, for a limited time.

    Raises:
        ExemptionError: holder, items, texts, digests or dates are not right; every fault is named.
        CalendarMissingError: the time to find runs into a year whose holidays are not loaded.

    """
    pack = pack_of(context, unit, staff.member.jurisdiction)
    entry_id, columns = columns_of(unit, staff, new.entry)
    texts = {
        "rows_covered": new.rows_covered,
        "why_unknown": new.why_unknown,
        "value": new.value,
        "measures": new.measures,
    }
    check_texts({**texts, "agent": new.agent, "holder_name": new.holder_name}, required=frozenset(texts))
    faults = tuple(_faults(context, new, columns, pack))
    if faults:
        raise ExemptionError.of(
            ("商业秘密主张不能登记", "the claim cannot be filed"),
            faults,
            (
                "按《反不正当竞争法》第十条写明范围、秘密性、价值和保密措施",
                "state scope, secrecy, value and measures (反不正当竞争法 Art. 10)",
            ),
        )
    # Protection begins when the organ has the claim, whatever day the holder wrote on it.
    days = pack.deadlines["product.claim_finding"].value or 0
    person = new.holder_kind is HolderKind.PERSON
    claim = ClaimRow(
        id=uuid.uuid4(),
        member_id=staff.member.id,
        entry_id=entry_id,
        items=new.items,
        rows_covered=new.rows_covered.strip(),
        holder_kind=new.holder_kind,
        holder=context.writer.digest({"holder": new.holder.strip().upper()}) if person else new.holder.strip().upper(),
        holder_name="" if person else new.holder_name.strip(),
        agent=new.agent.strip(),
        why_unknown=new.why_unknown.strip(),
        value=new.value.strip(),
        measures=new.measures.strip(),
        evidence_digests=new.evidence_digests,
        made_when=new.made_when,
        claimed_on=new.claimed_on,
        until=new.until,
        protective_until=context.calendar.add_working_days(context.today(), days),
        filed_by=staff.staff.id,
        finding=Finding.OPEN.value,
    )
    store.insert_claim(unit, claim)
    for item in claim.items:
        insert(context, unit, staff, _record_of(staff, claim, item, pack))
    return claim


def _faults(context: Context, new: NewClaim, columns: tuple[str, ...], pack: Pack) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with a claim besides its texts."""
    if not new.items or not set(new.items) <= set(columns) or len(set(new.items)) != len(new.items):
        yield (
            "items",
            f"须逐项列出信息项；本条目有：{'、'.join(columns)}",
            f"name items of the entry: {', '.join(columns)}",
        )
    elif len(new.items) == len(columns):
        yield "items", "主张不得笼统覆盖全部信息项", "a claim never covers everything: name the items it is about"
    if new.holder_kind is HolderKind.ORGANISATION:
        if organisation_code(new.holder).fault is not None or not new.holder_name.strip():
            yield (
                "holder",
                "权利人须有正确的统一社会信用代码和名称",
                "the holder needs a right credit code and its name",
            )
    elif citizen_id(new.holder, today=context.today(), demo=context.demo).fault is not None or new.holder_name.strip():
        yield (
            "holder",
            "自然人只填身份号码（只存摘要），不填姓名",
            "of a person the number alone is given, and digested; no name",
        )
    if any(not DIGEST.fullmatch(digest) for digest in new.evidence_digests):
        yield (
            "evidence_digests",
            "证据只存 SHA-256 摘要（64 位十六进制）",
            "evidence is kept as SHA-256 digests (64 hex digits)",
        )
    if new.made_when not in MADE_WHEN:
        yield (
            "made_when",
            "提出时机须为提交时（submission）或征求意见时（consultation）",
            "it was made at submission or on consultation",
        )
    if new.claimed_on > context.today():
        yield "claimed_on", "主张日期晚于今天", "the claim lies in the future"
    longest = add_months(new.claimed_on, 12 * (pack.deadlines["product.claim_max"].value or 0))
    if not new.claimed_on <= new.until <= longest:
        yield "until", f"主张期限须止于 {longest} 以前（最长三年）", f"a claim ends by {longest} (three years at most)"


def _record_of(staff: StaffRequester, claim: ClaimRow, item: str, pack: Pack) -> ExemptionRow:
    """Return the record of one item of a claim that waits for its finding."""
    evidence = TradeSecretClaim(
        holder=claim.holder_label,
        items=frozenset(claim.items),
        why_unknown=claim.why_unknown,
        value=claim.value,
        measures=claim.measures,
        claimed_on=claim.claimed_on,
        consultation=Consultation.NOT_ASKED,
        finding=Finding.OPEN,
        finding_reason="",
        found_on=None,
        protective_until=claim.protective_until,
    )
    months = pack.deadlines["product.review_max"].value or 0
    body = evidence_body(evidence, Decider(staff.staff.name, staff.member.name))
    return ExemptionRow(
        id=uuid.uuid4(),
        entry_id=claim.entry_id,
        item=item,
        member_id=claim.member_id,
        ground=GROUND,
        body={**body, "claim": str(claim.id)},
        in_force_from=claim.claimed_on,
        in_force_until=claim.until,
        review_on=min(add_months(claim.claimed_on, months), claim.until),
        status=ExemptionStatus.CLAIMED.value,
    )


def own_claim(unit: Unit, staff: StaffRequester, claim_id: uuid.UUID, *, lock: bool = False) -> ClaimRow:
    """Return a claim the person's organ received (raises :class:`ExemptionNotFoundError`)."""
    claim = store.claim(unit, claim_id, lock=lock)
    if claim is None or claim.member_id != staff.member.id:
        raise ExemptionNotFoundError(
            "本单位没有收到这项主张", "your organ has no such claim", next_zh="请核对编号", next_en="check the id"
        )
    return claim


def find_on(context: Context, unit: Unit, staff: StaffRequester, claim_id: uuid.UUID, new: NewFinding) -> ClaimRow:
    """Make the finding: accepted items may be refused from now on, the others no longer rest on the claim.

    Silence of the holder is neither consent nor objection: the organ decides and writes why (Art. 32).

    Raises:
        ExemptionStateError: found on already, by who filed it, or the holder has not been heard.
        ExemptionError: the finding, its items, reason or review are not right.

    """
    claim = own_claim(unit, staff, claim_id, lock=True)
    rows = store.exemptions_of_claim(unit, claim.id)
    heard = {consultation_of(row) for row in rows}
    _may_find(staff, claim, heard)
    pack = pack_of(context, unit, staff.member.jurisdiction)
    _check_finding(context, claim, new, heard, pack)
    accepted = frozenset(new.items)
    found = replace(
        claim,
        finding=new.finding.value,
        finding_reason=new.reason.strip(),
        found_items=tuple(sorted(accepted)),
        found_by=staff.staff.id,
        found_on=context.today(),
    )
    store.save_finding(unit, found)
    for row in rows:
        if EXEMPTION.allows(row.status, "accept"):
            _settle(context, unit, staff, row, (found, new, accepted))
    return found


def _may_find(staff: StaffRequester, claim: ClaimRow, heard: set[Consultation]) -> None:
    """Raise :class:`ExemptionStateError` unless the claim waits for a finding that this person may make."""
    if not CLAIM.allows(claim.finding, Finding.ACCEPTED):
        zh, en, step = "该主张已有认定", "there is a finding already", ("请另行提出新主张", "a new claim is needed")
    elif claim.filed_by == staff.staff.id:
        zh, en = "登记主张的人不能作出认定（双人）", "who filed the claim does not find on it (four eyes)"
        step = ("请由另一名审核人认定", "let another approver find")
    elif not heard <= HEARD:
        zh, en = "尚未完成征求权利人意见（第三十二条）", "the holder has not been heard yet (Art. 32)"
        step = ("先书面征求意见；期满未答复的由本单位决定", "ask in writing; after the time your organ decides")
    else:
        return
    raise ExemptionStateError(zh, en, next_zh=step[0], next_en=step[1])


def _check_finding(context: Context, claim: ClaimRow, new: NewFinding, heard: set[Consultation], pack: Pack) -> None:
    check_texts({"reason": new.reason, "decider/name": new.decider.name, "decider/role": new.decider.role})
    faults: list[tuple[str, str, str]] = []
    accepted, claimed = set(new.items), set(claim.items)
    fits = {
        Finding.ACCEPTED: accepted == claimed,
        Finding.PARTLY: bool(accepted) and accepted < claimed,
        Finding.REJECTED: not accepted,
        Finding.OPEN: False,
    }[new.finding]
    if not fits:
        faults.append(
            (
                "items",
                "认定与信息项不符：全部成立、部分成立（列出部分）或不成立（不列）",
                "finding and items do not fit each other",
            )
        )
    if not has_substance(new.reason, pack):
        faults.append(("reason", "须写明认定的事实理由", "the finding needs a reason of substance"))
    if Consultation.AGREES in heard and new.finding is not Finding.REJECTED:
        faults.append(
            ("finding", "权利人同意公开，主张不能成立", "the holder agrees to release: the claim cannot stand")
        )
    longest = add_months(context.today(), pack.deadlines["product.review_max"].value or 0)
    if not context.today() < new.review_on <= longest:
        faults.append(("review_on", f"复核日期须在今天之后、{longest} 以前", f"the review lies ahead, by {longest}"))
    if faults:
        raise ExemptionError.of(
            ("认定不能作出", "the finding cannot be made"),
            faults,
            ("请改正后再作认定，保护期照常计算", "mend it; the protected time runs on"),
        )


def _settle(
    context: Context,
    unit: Unit,
    staff: StaffRequester,
    row: ExemptionRow,
    found: tuple[ClaimRow, NewFinding, frozenset[str]],
) -> None:
    """Carry the finding into the record of one item."""
    claim, new, accepted = found
    holds = row.item in accepted
    evidence = exemption_of(row).evidence
    if not isinstance(evidence, TradeSecretClaim):
        return
    finding = new.finding if holds else Finding.REJECTED
    proven = replace(
        evidence, items=accepted, finding=finding, finding_reason=claim.finding_reason, found_on=claim.found_on
    )
    body = {**with_evidence(row.body, proven), "decider": {"name": new.decider.name, "role": new.decider.role}}
    status = ExemptionStatus.DECIDED if holds else ExemptionStatus.REJECTED
    store.change_exemption(unit, row.id, status=status.value, body=body, review_on=new.review_on)
    store.settle_return(unit, row.id, context.today(), status.value)
    history.take(context, unit, staff, row, history.Step("finding", status, claim.finding_reason, ARTICLE))


def consultation_of(row: ExemptionRow) -> Consultation:
    """Return how asking the third party of a record stands (``NOT_ASKED`` where the ground knows none)."""
    return getattr(exemption_of(row).evidence, "consultation", Consultation.NOT_ASKED)
