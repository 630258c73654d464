"""Complaints of people and bodies about how their data is treated, to the data authority, with a clock and an answer.

个人信息保护法 Art. 50 (a convenient way to be heard, reasons for a no), 65; 政务数据共享条例 Art. 37. The time is the
product's own (product.own_record: «in time» is the law's word). What is said and answered is sealed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hub.exchange import clocks
from hub.exchange.clocks import Case
from hub.exchange.corrections.evidence import check_text
from hub.exchange.own_data import store
from hub.exchange.own_data.errors import ComplaintError, ComplaintNotFoundError
from hub.exchange.own_data.states import COMPLAINT
from hub.identity import store as identity_store
from hub.identity.facts import MemberKind, Status
from hub.identity.roles import Role
from hub.ledger.drafts import ReceiptKind
from hub.notices.store import Notice, send

if TYPE_CHECKING:
    import uuid

    from hub.context import Context
    from hub.database import Unit
    from hub.exchange.own_data.persons import Acting
    from hub.exchange.own_data.store import Complaint
    from hub.identity.facts import Member, StaffRequester
    from hub.identity.sealing import Sealer

CASE_KIND: Final = "own_complaint"
CLOCK: Final = "product.own_record"
SEAL: Final = "own.complaint"
LONGEST: Final = 2_000
MEMBERS: Final = 500


@dataclass(frozen=True, slots=True)
class NewComplaint:
    """What a person complains of: a text, and what it is about where that is known."""

    text: str
    entry_id: uuid.UUID | None = None
    correction_id: uuid.UUID | None = None


def _checked(text: str) -> str:
    text = text.strip()
    check_text(text)
    if not text or len(text) > LONGEST:
        raise ComplaintError(
            f"请写明内容（不超过 {LONGEST} 字）",
            f"write what it is about, in at most {LONGEST} characters",
            next_zh="写清何时、哪个单位、什么问题",
            next_en="say when, which organ, and what is wrong",
        )
    return text


def _authority(unit: Unit) -> Member:
    members = identity_store.members(unit, identity_store.Paging(limit=MEMBERS)).rows
    found = [one for one in members if one.kind is MemberKind.AUTHORITY and one.status is Status.ACTIVE]
    if not found:
        raise ComplaintError(
            "平台尚未登记数据主管部门，无法受理",
            "no data authority is registered on this hub: nobody can take it up",
            next_zh="请直接联系本市数据主管部门",
            next_en="go to the city's data authority directly",
        )
    return found[0]


def complain(context: Context, unit: Unit, sealer: Sealer, acting: Acting, new: NewComplaint) -> Complaint:
    """File a complaint to the data authority; its clock starts.

    Raises:
        ComplaintError: nothing said, or too much, or no authority is registered.
        EvidenceMarkedError: a secrecy mark.

    """
    text = _checked(new.text)
    authority = _authority(unit)
    jurisdiction = identity_store.jurisdiction(unit, authority.jurisdiction)
    made = store.insert_complaint(
        unit,
        subject=acting.key,
        entry_id=new.entry_id,
        correction_id=new.correction_id,
        sealed=sealer.seal(SEAL, text.encode()),
        due_on=context.today(),
        at=context.now(),
    )
    case = Case(
        CASE_KIND,
        made.id,
        jurisdiction.pack if jurisdiction is not None else "national",
        authority.id,
        role=Role.SUPERVISOR.value,
        label=made.label,
        link=f"/w/complaints/{made.id}",
    )
    clock = clocks.start(context, unit, case, CLOCK)
    if clock.due_on is not None:
        store.update_complaint(unit, made.id, due_on=clock.due_on)
    send(
        unit,
        Notice(
            member=authority.id,
            kind="complaint.filed",
            zh=f"收到个人信息投诉 {made.label}，请在 {clock.due_on} 前答复（个人信息保护法第五十条）",
            en=f"complaint {made.label} about personal data: answer by {clock.due_on} (个人信息保护法 Art. 50)",
            next_zh="打开投诉，核实后答复",
            next_en="open it, look into it, answer",
            role=Role.SUPERVISOR.value,
            link=case.link,
            subject_kind=CASE_KIND,
            subject_id=str(made.id),
        ),
        context.now(),
    )
    _receipt(context, unit, made, "complaint.file", None)
    return made


def answer(
    context: Context, unit: Unit, sealer: Sealer, staff: StaffRequester, complaint_id: uuid.UUID, text: str
) -> Complaint:
    """Answer a complaint as a supervisor of the authority; the person reads it under «My data».

    Raises:
        ComplaintNotFoundError: there is none.
        ComplaintError: it was answered, or nothing is said.

    """
    found = store.find_complaint(unit, complaint_id)
    if found is None or staff.member.kind is not MemberKind.AUTHORITY:
        raise ComplaintNotFoundError
    if not COMPLAINT.allows(found.state, "answer"):
        raise ComplaintError(
            "这件投诉已答复", "the complaint was answered", next_zh="无需再次答复", next_en="nothing is left to do"
        )
    said = _checked(text)
    store.update_complaint(
        unit,
        found.id,
        state=COMPLAINT.after(found.state, "answer"),
        answer=sealer.seal(SEAL, said.encode()),
        answered_by=staff.staff.id,
        answered_at=context.now(),
    )
    clock = clocks.running(unit, CASE_KIND, found.id)
    if clock is not None:
        clocks.stop(context, unit, clock, "answered")
    _receipt(context, unit, found, "complaint.answer", staff.staff.id)
    again = store.find_complaint(unit, found.id)
    return found if again is None else again


def opened(sealer: Sealer, sealed: bytes | None) -> str:
    """Return what was said or answered; empty where nothing was yet."""
    return sealer.open(SEAL, sealed).decode() if sealed is not None else ""


def _receipt(context: Context, unit: Unit, one: Complaint, action: str, staff: uuid.UUID | None) -> None:
    context.record(
        unit,
        ReceiptKind.ADMIN,
        action=action,
        door="citizen" if staff is None else None,
        end_user=staff,
        decided_by=staff,
        resource=one.entry_id,
        subject_kind=CASE_KIND,
        subject_id=str(one.id),
        article="个人信息保护法 Art.50",
    )
