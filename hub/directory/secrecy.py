"""Pointers to state secrets (R01): two signatures, the organ's own level, yearly review, referral of public matters.

保守国家秘密法 Art. 16-20, 24-25; 实施条例 Art. 13, 17-18, 5 (what must be public is not made secret). The hub holds
the pointer alone: level, organ, officer, date, number of the matter, period, circle, source. Never a title.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from catalogue import store as catalogue_store
from catalogue.code_lists import load_code_list
from catalogue.entry import Entry
from hub.directory.claims import history, store
from hub.directory.claims.records import ReferralRow
from hub.directory.errors import ExemptionError, ExemptionStateError
from hub.directory.evidence import exemption_of, with_evidence
from hub.directory.free_text import check_texts
from hub.directory.state_tables import EXEMPTION, REFERRAL
from hub.identity import store as identity_store
from hub.identity.facts import JurisdictionKind
from hub.identity.roles import Role
from policies.claims import ExemptionStatus, OrganLevel, Referral, SecretPointer

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator
    from datetime import date

    from catalogue.store import ExemptionRow
    from hub.context import Context
    from hub.database import Unit
    from hub.identity.facts import StaffRequester

GROUND: Final = "R01"
SIGNERS: Final = frozenset({Role.SECRECY_REVIEWER, Role.APPROVER})
"""Who signs a pointer: the secrecy office and the department's head, two persons."""


def check_pointer(context: Context, unit: Unit, staff: StaffRequester, pointer: SecretPointer) -> None:
    """Check what a pointer must say, and that the organ named may classify at all.

    Raises:
        ExemptionError: every fault is named.

    """
    needed = {
        "evidence/officer": pointer.officer,
        "evidence/matter": pointer.matter,
        "evidence/circle": pointer.circle,
        "evidence/reference": pointer.reference,
        "evidence/organ": pointer.organ,
    }
    check_texts(needed, required=frozenset(needed))
    faults = tuple(_faults(context, unit, staff, pointer))
    if faults:
        raise ExemptionError.of(
            ("国家秘密指针记录有误", "the pointer is not right"),
            faults,
            (
                "按《保守国家秘密法》第十六条至第二十条核对定密机关、权限和来源",
                "check organ, authority and source by 保守国家秘密法 Art. 16-20",
            ),
        )


def _faults(
    context: Context, unit: Unit, staff: StaffRequester, pointer: SecretPointer
) -> Iterator[tuple[str, str, str]]:
    if pointer.referral is not None:
        yield (
            "evidence/referral",
            "保密部门意见须通过移送登记，不能随记录填写",
            "a referral has an act of its own and is not sent along",
        )
    if pointer.classified_on > context.today():
        yield "evidence/classified_on", "定密日期晚于今天", "it was classified in the future"
    if pointer.organ_is_authorised != bool(pointer.authorisation.strip()):
        yield (
            "evidence/authorisation",
            "授权定密须写明授权文号",
            "an authorised organ names its authorisation, any other none",
        )
    if pointer.derived_from.strip():
        return
    # An original classification is the organ's own, and no organ stands higher than its jurisdiction.
    if pointer.organ.strip() != staff.member.name:
        yield (
            "evidence/organ",
            f"原始定密的机关须为本单位（{staff.member.name}）；派生定密须写明来源文号",
            f"an original classification is your organ's own ({staff.member.name}); a derived one names its source",
        )
    own = level_of(unit, staff.member.jurisdiction)
    if pointer.organ_level is not own:
        yield (
            "evidence/organ_level",
            f"本单位的机关层级是 {int(own)}（4 县级，3 设区的市级）",
            f"your organ's level is {int(own)} (4 county, 3 city)",
        )


def level_of(unit: Unit, jurisdiction: str) -> OrganLevel:
    """Return the level of the organs of a jurisdiction: a city's are city organs, all below it county organs."""
    found = identity_store.jurisdiction(unit, jurisdiction)
    is_city = found is not None and found.kind is JurisdictionKind.CITY
    return OrganLevel.CITY if is_city else OrganLevel.COUNTY


def signed_as(staff: StaffRequester, besides: str | None = None) -> Role:
    """Return the role in which a person signs a pointer; ``besides`` is the role that has signed already.

    Raises:
        ExemptionStateError: the person holds no role whose signature is missing.

    """
    roles = [role for role in (Role.SECRECY_REVIEWER, Role.APPROVER) if staff.has_role(role) and role != besides]
    if not roles:
        raise ExemptionStateError(
            "国家秘密指针记录须由保密审查人员和审核人（单位负责人）分别签署",
            "a pointer is signed by the secrecy reviewer and by the approver, each once",
            next_zh="请由另一角色的人员签署",
            next_en="let a person of the other role sign",
        )
    return roles[0]


def confirm(context: Context, unit: Unit, staff: StaffRequester, exemption_id: uuid.UUID) -> ExemptionRow:
    """Give the second signature: from now on the pointer is decided.

    Raises:
        ExemptionStateError: not waiting for a signature, the same person, or own-motion information unreferred.
        ExemptionNotFoundError: not of the person's organ.

    """
    row = history.own(unit, staff, exemption_id)
    if row.ground != GROUND or not EXEMPTION.allows(row.status, "confirm"):
        raise ExemptionStateError(
            "这条记录不在等待第二人签署的状态",
            "the record waits for no second signature",
            next_zh="请查看其状态",
            next_en="look at its state",
        )
    first = row.body["signed"][0]
    if first["staff"] == str(staff.staff.id):
        raise ExemptionStateError(
            "第二次签署须由另一人作出（双人）",
            "the second signature is another person's (four eyes)",
            next_zh="请由另一角色的另一人签署",
            next_en="let another person of the other role sign",
        )
    role = signed_as(staff, besides=first["role"])
    _require_referral(unit, row)
    body = {**row.body, "signed": [*row.body["signed"], {"staff": str(staff.staff.id), "role": role.value}]}
    store.change_exemption(unit, row.id, status=ExemptionStatus.DECIDED.value, body=body)
    history.take(
        context, unit, staff, row, history.Step("confirm", ExemptionStatus.DECIDED, article="保守国家秘密法 Art.16")
    )
    return replace(row, status=ExemptionStatus.DECIDED.value, body=body)


def own_motion_of(unit: Unit, row: ExemptionRow) -> str | None:
    """Return the code under which the organ must publish the item by itself, None where it need not."""
    if row.entry_id is None or row.item is None:
        return None
    entry_row = catalogue_store.find_entry(unit, row.entry_id)
    if entry_row is None:
        return None
    # Either version counts: a draft cannot take a duty to publish away before it is in force.
    for number in (entry_row.published_version, entry_row.draft_version):
        version = catalogue_store.find_version(unit, row.entry_id, number) if number is not None else None
        item = Entry.from_dict(version.body).item(row.item) if version is not None else None
        if item is not None and item.own_motion is not None:
            return item.own_motion
    return None


def _require_referral(unit: Unit, row: ExemptionRow) -> None:
    code = own_motion_of(unit, row)
    pointer = exemption_of(row).evidence
    if code is None or not isinstance(pointer, SecretPointer):
        return
    if pointer.referral is None or not pointer.referral.upholds_secrecy:
        listed = load_code_list("own_motion").rows[code]
        raise ExemptionStateError(
            f"该信息项属于应当主动公开的信息（{listed.name_zh}，{listed.extra['article']}），未经保密行政管理部门确定不得作为国家秘密",
            f"the item must be published ({listed.name_en}, {listed.extra['article']}): it is no secret unless the "
            "secrecy authority says so",
            next_zh="先登记移送（referral），待答复维持定密后再签署；否则应当提供",
            next_en="file a referral and sign once the answer upholds the secrecy; otherwise give the item",
            facts={"own_motion": code},
        )


def refer(
    context: Context, unit: Unit, staff: StaffRequester, exemption_id: uuid.UUID, authority: str, reference: str
) -> ReferralRow:
    """Record that the secrecy authority was asked (保守国家秘密法 Art. 25; 政府信息公开条例 Art. 17).

    Raises:
        ExemptionError: a text is missing; ExemptionStateError: no pointer, or a question is open.

    """
    row = history.own(unit, staff, exemption_id)
    check_texts({"authority": authority, "reference": reference}, required=frozenset({"authority", "reference"}))
    known = store.referral(unit, row.id)
    if row.ground != GROUND or (known is not None and not REFERRAL.allows(known.state, "refer")):
        raise ExemptionStateError(
            "只有国家秘密指针记录可以移送，且同时只有一次移送在办",
            "only a pointer is referred, one question at a time",
            next_zh="请登记保密行政管理部门的答复",
            next_en="file the authority's answer",
        )
    asked = ReferralRow(row.id, authority.strip(), reference.strip(), context.today(), staff.staff.id)
    store.save_referral(unit, asked)
    history.take(context, unit, staff, row, history.Step("refer", ExemptionStatus(row.status), reference.strip()))
    return asked


def answer_referral(
    context: Context, unit: Unit, staff: StaffRequester, exemption_id: uuid.UUID, answer: tuple[str, date, bool]
) -> ReferralRow:
    """Record the secrecy authority's answer: (its reference, its day, whether it upholds the secrecy).

    The answer is filed by another person than asked. One that does not uphold ends the record: it is overturned.

    Raises:
        ExemptionStateError: nothing was asked, or the person asked it; ExemptionError: text or day are not right.

    """
    row = history.own(unit, staff, exemption_id)
    reference, on, upholds = answer
    asked = store.referral(unit, row.id)
    act = "uphold" if upholds else "refute"
    if asked is None or not REFERRAL.allows(asked.state, act) or asked.asked_by == staff.staff.id:
        raise ExemptionStateError(
            "没有待答复的移送，或者答复须由移送人以外的人登记（双人）",
            "no referral waits, or its answer is filed by another person than asked (four eyes)",
            next_zh="请核对移送状态，由另一人登记",
            next_en="look at the referral; let another person file the answer",
        )
    check_texts({"reference": reference}, required=frozenset({"reference"}))
    if not asked.asked_on <= on <= context.today():
        raise ExemptionError("答复日期须在移送日之后、今天之前", "the answer lies between the question and today")
    answered = replace(
        asked, answer_reference=reference.strip(), answered_on=on, upholds_secrecy=upholds, answer_by=staff.staff.id
    )
    store.save_referral(unit, answered)
    pointer = exemption_of(row).evidence
    if isinstance(pointer, SecretPointer):
        opinion = Referral(asked.authority, reference.strip(), on, upholds)
        row = replace(row, body=with_evidence(row.body, replace(pointer, referral=opinion)))
    to = ExemptionStatus(row.status) if upholds else ExemptionStatus.OVERTURNED
    store.change_exemption(unit, row.id, status=to.value, body=dict(row.body))
    if not upholds:
        store.settle_return(unit, row.id, context.today(), to.value)
    history.take(context, unit, staff, row, history.Step("referral-answer", to, reference.strip()))
    return answered
