"""A release in the public interest of what R04 or R05 withholds (政府信息公开条例 Art. 15, 32), with its safeguards.

One person proposes with interest, causal link, why masking fails and proportion; the head signs, which tells the
third party in writing what is released and why; then a wait (``product.override_wait``), so that a stay can be
sought; then the release, which lifts the record. Urgent matters name their reason and go at once. R01 never.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from hub.directory.claims import history, store
from hub.directory.claims.records import Override, OverrideState
from hub.directory.errors import ExemptionError, ExemptionNotFoundError, ExemptionStateError
from hub.directory.exemptions import LIVE, end
from hub.directory.free_text import check_texts
from hub.directory.places import pack_of
from hub.directory.state_tables import OVERRIDE
from policies.claims import ExemptionStatus
from policies.force import has_substance

if TYPE_CHECKING:
    from catalogue.store import ExemptionRow
    from hub.context import Context
    from hub.database import Unit
    from hub.identity.facts import StaffRequester
    from policies.packs import Pack

GROUNDS: Final = frozenset({"R04", "R05"})
ARTICLE: Final = "政府信息公开条例 Art.15, 32"
_NAMES: Final = {
    "interest": "公共利益",
    "causal_link": "因果关系",
    "why_not_masked": "不能以脱敏代替的原因",
    "proportionality": "相称性",
}


@dataclass(frozen=True, slots=True)
class NewOverride:
    """Why not releasing would gravely affect the public interest; all four are texts of substance."""

    interest: str
    causal_link: str
    why_not_masked: str
    proportionality: str


def propose(context: Context, unit: Unit, staff: StaffRequester, exemption_id: uuid.UUID, new: NewOverride) -> Override:
    """Propose the release of the item of a record.

    Raises:
        ExemptionStateError: the ground knows no override, the record has ended, or one is under way.
        ExemptionError: a text is missing or states nothing.

    """
    row = history.own(unit, staff, exemption_id)
    _require_overridable(row)
    _check_texts(new, pack_of(context, unit, staff.member.jurisdiction))
    found = Override(
        id=uuid.uuid4(),
        member_id=row.member_id,
        exemption_id=row.id,
        interest=new.interest.strip(),
        causal_link=new.causal_link.strip(),
        why_not_masked=new.why_not_masked.strip(),
        proportionality=new.proportionality.strip(),
        state=OverrideState.PROPOSED,
        proposed_by=staff.staff.id,
        proposed_on=context.today(),
    )
    if not store.insert_override(unit, found):
        raise ExemptionStateError(
            "该记录已有一件公共利益公开在办",
            "a release is under way for the record",
            next_zh="请先办结",
            next_en="end it first",
        )
    _note(context, unit, staff, row, "override.propose", found.interest)
    return found


def _require_overridable(row: ExemptionRow) -> None:
    if row.ground not in GROUNDS or row.status not in LIVE:
        raise ExemptionStateError(
            f"公共利益公开只适用于仍有效的商业秘密（R04）和个人隐私（R05）记录，不适用于 {row.ground}",
            f"only a live record on R04 or R05 can be overridden in the public interest, not {row.ground}",
            next_zh="国家秘密只能由定密机关或保密行政管理部门解除",
            next_en="a state secret is ended by the organ that classified, or by the secrecy authority",
        )


def _check_texts(new: NewOverride, pack: Pack) -> None:
    texts = {name: getattr(new, name) for name in ("interest", "causal_link", "why_not_masked", "proportionality")}
    check_texts(texts, required=frozenset(texts))
    empty = [name for name, text in texts.items() if not has_substance(text, pack)]
    if empty:
        raise ExemptionError.of(
            ("公共利益公开不能提出", "the release cannot be proposed"),
            ((name, f"{_NAMES[name]}没有写明事实", f"{name} states no facts") for name in empty),
            (
                "逐项写明公共利益、因果关系、脱敏为何不够、是否相称",
                "state interest, causal link, why masking fails and proportion",
            ),
        )


def sign(
    context: Context, unit: Unit, staff: StaffRequester, override_id: uuid.UUID, signer_role: str, urgent_reason: str
) -> Override:
    """Sign as head: the notice to the third party goes out, and the wait begins (none where it is urgent).

    Raises:
        ExemptionStateError: not proposed, the record has ended, or the signer proposed it.
        ExemptionError: the office is missing, or the urgency states no fact.
        CalendarMissingError: the wait runs into a year whose holidays are not loaded.

    """
    found = own(unit, staff, override_id)
    row = history.own(unit, staff, found.exemption_id)
    _require_overridable(row)
    if not OVERRIDE.allows(found.state, "sign") or found.proposed_by == staff.staff.id:
        raise ExemptionStateError(
            "须由提出人以外的负责人签署一次（双人）",
            "the head signs once, and is not who proposed (four eyes)",
            next_zh="请由另一名审核人签署",
            next_en="let another approver sign",
        )
    check_texts({"signer_role": signer_role, "urgent_reason": urgent_reason}, required=frozenset({"signer_role"}))
    pack = pack_of(context, unit, staff.member.jurisdiction)
    is_urgent = bool(urgent_reason.strip())
    if is_urgent and not has_substance(urgent_reason, pack):
        raise ExemptionError(
            "紧急理由没有写明事实",
            "the urgency states no fact",
            next_zh="写明为何不能等待",
            next_en="say why it cannot wait",
        )
    days = 0 if is_urgent else pack.deadlines["product.override_wait"].value or 0
    today = context.today()
    signed = replace(
        found,
        state=OverrideState.NOTIFIED,
        signed_by=staff.staff.id,
        signer_role=signer_role.strip(),
        notified_on=today,
        # The wait is whole days after the notice; an urgent release may follow at once.
        release_from=today if is_urgent else context.calendar.add_working_days(today, days),
        urgent_reason=urgent_reason.strip(),
    )
    name = store.entry_names(unit, (row.entry_id,)).get(row.entry_id, "") if row.entry_id is not None else ""
    zh, en = _notice(staff, signed, f"{name}/{row.item}")
    signed = replace(signed, notice_zh=zh, notice_en=en)
    store.save_override(unit, signed)
    _note(context, unit, staff, row, "override.notify", signed.urgent_reason)
    return signed


def _notice(staff: StaffRequester, found: Override, what: str) -> tuple[str, str]:
    """Return the letter to the third party in both languages: what is released and why, from when, what to do."""
    zh = (
        f"{staff.member.name}告知：依据《政府信息公开条例》第十五条、第三十二条，不公开下列信息可能对公共利益造成重大影响，"
        f"决定自 {found.release_from} 起公开：{what}。公共利益：{found.interest}。因果关系：{found.causal_link}。"
        f"不能以脱敏代替的原因：{found.why_not_masked}。相称性：{found.proportionality}。"
        f"{f'紧急理由：{found.urgent_reason}。' if found.urgent_reason else ''}"
        f"如不同意，可以在上述日期前申请行政复议或者提起行政诉讼，并申请停止执行。签署：{found.signer_role}。"
    )
    en = (
        f"{staff.member.name} gives notice under 政府信息公开条例 Art. 15 and 32: as withholding would gravely "
        f"affect the public interest, it will release {what} from {found.release_from}. "
        f"Interest: {found.interest}. Causal link: {found.causal_link}. "
        f"Why masking will not do: {found.why_not_masked}. Proportion: {found.proportionality}. "
        f"{f'Urgent because: {found.urgent_reason}. ' if found.urgent_reason else ''}"
        f"You may apply for reconsideration or go to court before that day, and ask for a stay. "
        f"Signed: {found.signer_role}."
    )
    return zh, en


def release(context: Context, unit: Unit, staff: StaffRequester, override_id: uuid.UUID) -> Override:
    """Release after the wait: the record is overturned and restricts the item no longer.

    Raises:
        ExemptionStateError: no notice has gone out, or the wait is not over.

    """
    found = own(unit, staff, override_id)
    row = history.own(unit, staff, found.exemption_id)
    first = found.release_from
    if not OVERRIDE.allows(found.state, "release") or first is None or context.today() < first:
        raise ExemptionStateError(
            f"尚不能公开：须先书面告知第三方并等到 {first or '（尚未告知）'}",
            f"no release yet: the third party must be told in writing, and the wait ends on {first or '(not told)'}",
            next_zh="等待期满后再公开；确属紧急的，须在签署时写明理由",
            next_en="release after the wait; urgency is stated when the head signs",
            facts={"release_from": first.isoformat() if first is not None else None},
        )
    done = replace(found, state=OverrideState.RELEASED, ended_by=staff.staff.id, ended_on=context.today())
    store.save_override(unit, done)
    if row.status in LIVE:
        end(
            context,
            unit,
            staff,
            row,
            history.Step("override.release", ExemptionStatus.OVERTURNED, found.interest, ARTICLE),
        )
    return done


def stop(context: Context, unit: Unit, staff: StaffRequester, override_id: uuid.UUID, reason: str) -> Override:
    """End an override without release: given up, or stayed by a court or the organ that reconsiders.

    Raises:
        ExemptionStateError: it has ended; ExemptionError: no reason.

    """
    found = own(unit, staff, override_id)
    check_texts({"reason": reason}, required=frozenset({"reason"}))
    if not OVERRIDE.allows(found.state, "stop"):
        raise ExemptionStateError(
            "这件公共利益公开已经办结", "this release has ended", next_zh="无需再办", next_en="nothing is left to do"
        )
    row = history.own(unit, staff, found.exemption_id)
    done = replace(
        found,
        state=OverrideState.ENDED,
        ended_by=staff.staff.id,
        ended_on=context.today(),
        ended_reason=reason.strip(),
    )
    store.save_override(unit, done)
    _note(context, unit, staff, row, "override.stop", done.ended_reason)
    return done


def own(unit: Unit, staff: StaffRequester, override_id: uuid.UUID) -> Override:
    """Return an override of the person's organ (raises :class:`ExemptionNotFoundError`)."""
    found = store.override(unit, override_id, lock=True)
    if found is None or found.member_id != staff.member.id:
        raise ExemptionNotFoundError(
            "本单位没有这件公共利益公开", "your organ has no such release", next_zh="请核对编号", next_en="check the id"
        )
    return found


def _note(context: Context, unit: Unit, staff: StaffRequester, row: ExemptionRow, name: str, reason: str) -> None:
    history.take(context, unit, staff, row, history.Step(name, ExemptionStatus(row.status), reason, ARTICLE))
