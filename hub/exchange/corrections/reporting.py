"""Report a record as wrong: by who received it, by the person or body it is about, by the source's own clerk.

政务数据共享条例 Art. 26 (the requester reports, the provider checks within ten working days); 个人信息保护法 Art. 46
(one's own data). Reports of one record join in one case; while it is open the record is served with a flag
(国发〔2016〕51号). What the value should be, the key and the reason are sealed for the source.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hub.exchange import clocks, subjects
from hub.exchange.clocks import Case
from hub.exchange.corrections import store
from hub.exchange.corrections.errors import CorrectionError, CorrectionNotFoundError, RecordNotReportableError
from hub.exchange.corrections.evidence import LONGEST_NAME, check_file, check_text
from hub.exchange.corrections.records import (
    CASE_KIND,
    OWN,
    OWN_CLOCK,
    SEAL_EVIDENCE,
    SEAL_REPORT,
    SHARE_CLOCK,
    Evidence,
    Report,
)
from hub.exchange.corrections.settling import withdraw_case
from hub.identity import store as identity_store
from hub.ledger.drafts import ReceiptKind
from hub.ledger.receipts import content_digest
from hub.notices.store import Notice, send
from hub.rows import record
from hub.rows.errors import OperandError
from hub.rows.flagging.store import raise_flags
from hub.rows.operands import operand
from hub.rows.outbox import Event, EventType, emit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.context import Context
    from hub.database import Unit
    from hub.directory.facts import Resource
    from hub.exchange.corrections.records import Correction, Reporter
    from hub.identity.sealing import Sealer
    from hub.rows.record import Place

LONGEST_REASON = 2_000
LONGEST_VALUE = 1_000


@dataclass(frozen=True, slots=True)
class NewReport:
    """What is reported: the record by its key, the doubted items with what they should be (None: not known).

    ``received_by`` names the receipt by which the reporter had received the record.
    """

    reporter: Reporter
    key: Mapping[str, str] = field(repr=False)
    claims: Mapping[str, str | None] = field(repr=False)
    reason: str = field(repr=False)
    received_by: uuid.UUID | None = None


def report(
    context: Context, unit: Unit, sealer: Sealer, resource: Resource, new: NewReport, *, place: Place | None = None
) -> tuple[Correction, uuid.UUID]:
    """Open a case, or join the open one on the same record; returns it and the id of the report.

    The caller has made sure that the reporter may speak of these items (:mod:`hub.exchange.corrections.standing`).
    ``place`` is where the record stands, where the caller knows it already.

    Raises:
        CorrectionError: nothing is doubted, or a value, a reason or an item is not right.
        RecordNotReportableError: the key finds no record, or more than one.
        EvidenceMarkedError: a secrecy mark in what is written; the caller opens the incident.

    """
    _check(resource, new)
    if place is None:
        place = _located(unit, resource, new.key)
    store.lock_record(unit, resource.id, place.row)
    items = tuple(sorted(new.claims))
    case = store.open_case_on(unit, resource.id, place.row, items)
    if case is None:
        case = _open(context, unit, resource, new, place, items)
    else:
        joined = tuple(sorted({*case.items, *items}))
        since = record.standing_since(unit, resource.table, place, joined)
        store.update_case(unit, case.id, items=list(joined), wrong_since=min(since, case.wrong_since))
    report_id = _file(context, unit, sealer, case, new, items)
    raise_flags(unit, resource.id, place.row, items, case.id, context.now())
    identity_store.bump_epoch(unit)
    facts: dict[str, int | str] = {"correction": str(case.id), "items": len(items)}
    emit(unit, Event(resource.id, EventType.CORRECTION_REPORTED, context.now(), facts))
    return _found(unit, case.id), report_id


def _check(resource: Resource, new: NewReport) -> None:
    known = resource.table.by_column
    strangers = [name for name in (*new.claims, *new.key) if name not in known]
    if not new.claims or strangers or not new.key:
        raise CorrectionError(
            "请写明要校核的信息项和记录的主键，名称须为该条目的列名",
            "name the doubted items and the key of the record, by columns of the entry",
            next_zh="列名见条目的信息项清单",
            next_en="the columns are in the entry's list of items",
        )
    if not new.reason.strip() or len(new.reason) > LONGEST_REASON:
        raise CorrectionError(
            f"请说明理由（不超过 {LONGEST_REASON} 字）",
            f"give a reason of at most {LONGEST_REASON} characters",
            next_zh="写清哪里不对、依据什么材料",
            next_en="say what is wrong and which document shows it",
        )
    check_text(new.reason)
    for name, value in new.claims.items():
        if value is None:
            continue
        check_text(value)
        try:
            operand(known[name], value, name)
        except OperandError as error:
            raise CorrectionError(
                f"“{known[name].name}”应为的值不符合该信息项的类型",
                f"the value claimed for {name} is not of the item's type",
                next_zh="请按信息项类型填写；不知道正确值可以留空",
                next_en="write it as the item's type asks, or leave it out when you do not know it",
                facts={"item": name},
            ) from error


def _located(unit: Unit, resource: Resource, key: Mapping[str, str]) -> Place:
    try:
        found = record.locate(unit, resource.table, key)
    except OperandError as error:
        raise RecordNotReportableError from error
    if len(found) != 1:
        raise RecordNotReportableError
    return found[0]


def digest_of_record(context: Context, unit: Unit, resource: Resource, row: int) -> str | None:
    """Return the digest receipts know the record's person or body by; None where rows are about neither."""
    item = subjects.person_key(resource.entry) or subjects.body_key(resource.entry)
    if item is None:
        return None

    def digest(number: str) -> str:
        return subjects.subject_digest(context.writer, resource, {item.column: number})

    return record.digest_of(unit, resource.table, row, item.column, digest)


def _open(
    context: Context, unit: Unit, resource: Resource, new: NewReport, place: Place, items: tuple[str, ...]
) -> Correction:
    clock_key = OWN_CLOCK if new.reporter.kind in OWN else SHARE_CLOCK
    case = store.insert_case(
        unit,
        entry_id=resource.id,
        provider_id=resource.provider_id,
        row=place.row,
        version=place.version,
        wrong_since=record.standing_since(unit, resource.table, place, items),
        items=list(items),
        subject_digest=digest_of_record(context, unit, resource, place.row),
        clock_key=clock_key,
        due_on=context.today(),
        reported_at=context.now(),
    )
    start_case(context, unit, resource, case, waits=new.reporter.member_id)
    return case


def start_case(context: Context, unit: Unit, resource: Resource, case: Correction, *, waits: uuid.UUID | None) -> None:
    """Start the clock of a case and tell the source's clerk."""
    bound = Case(
        CASE_KIND,
        case.id,
        resource.facts.pack,
        case.provider_id,
        other=waits,
        role="approver",
        label=f"{case.label} {resource.title}",
        link=f"/w/corrections/{case.id}",
    )
    clock = clocks.start(context, unit, bound, case.clock_key)
    store.update_case(unit, case.id, due_on=clock.due_on)
    send(
        unit,
        Notice(
            member=case.provider_id,
            kind="correction.reported",
            zh=f"校核 {case.label}：{resource.title}有一条记录被报告有误，请在 {clock.due_on} 前核查并答复"
            "（政务数据共享条例第二十六条）",
            en=f"correction {case.label}: a record of {resource.title} is reported as wrong; check and answer by"
            f" {clock.due_on} (政务数据共享条例 Art. 26)",
            next_zh="打开校核事项，核查后答复；核查期间记录照常提供并带标记",
            next_en="open the case, check it and answer; meanwhile the record is served with a flag",
            role="clerk",
            link=bound.link,
            subject_kind=CASE_KIND,
            subject_id=str(case.id),
        ),
        context.now(),
    )


def _file(
    context: Context, unit: Unit, sealer: Sealer, case: Correction, new: NewReport, items: tuple[str, ...]
) -> uuid.UUID:
    """Store the report; the same reporter's earlier one on this case is replaced, not doubled."""
    sealed = sealer.seal_values(
        SEAL_REPORT, {"key": dict(new.key), "claims": dict(new.claims), "reason": new.reason.strip()}
    )
    before = next(
        (
            one
            for one in store.reports(unit, case.id)
            if one.withdrawn_at is None and _same_reporter(one.reporter, new.reporter)
        ),
        None,
    )
    if before is not None:
        store.replace_report(unit, before.id, sorted({*before.items, *items}), sealed)
        report_id = before.id
    else:
        report_id = uuid.uuid4()
        store.insert_report(
            unit, Report(report_id, case.id, new.reporter, items, sealed, new.received_by, context.now(), None)
        )
    _receipt(context, unit, case, new.reporter, "correction.report", items)
    return report_id


def _same_reporter(one: Reporter, other: Reporter) -> bool:
    return (one.kind, one.member_id, one.subject) == (other.kind, other.member_id, other.subject)


def _receipt(
    context: Context, unit: Unit, case: Correction, reporter: Reporter, action: str, items: tuple[str, ...]
) -> None:
    context.record(
        unit,
        ReceiptKind.CORRECTION,
        action=action,
        member=reporter.member_id,
        system=reporter.system_id,
        end_user=reporter.staff_id,
        provider=str(case.provider_id),
        resource=str(case.entry_id),
        items_asked=list(items),
        subject_kind=CASE_KIND,
        subject_id=str(case.id),
        rule=case.clock_key,
        article="政务数据共享条例 Art.26; 个人信息保护法 Art.46",
        state_after=case.state.value,
    )


def _found(unit: Unit, case_id: uuid.UUID) -> Correction:
    case = store.find_case(unit, case_id)
    if case is None:
        raise CorrectionNotFoundError
    return case


def own_report(unit: Unit, reporter: Reporter, case_id: uuid.UUID) -> Report:
    """Return the reporter's live report of a case (raises :class:`CorrectionNotFoundError` for anybody else's)."""
    for one in store.reports(unit, case_id):
        mine = (
            one.reporter.subject == reporter.subject
            if reporter.subject is not None
            else one.reporter.member_id is not None and one.reporter.member_id == reporter.member_id
        )
        if mine and one.withdrawn_at is None:
            return one
    raise CorrectionNotFoundError


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file of evidence as it came."""

    name: str = field(repr=False)
    content: bytes = field(repr=False)


def add_evidence(
    context: Context, unit: Unit, sealer: Sealer, reporter: Reporter, case_id: uuid.UUID, new: NewFile
) -> Evidence:
    """Keep a file of one's own report, sealed, with its digest.

    Raises:
        CorrectionNotFoundError: no such report of the reporter.
        CorrectionError: the case is closed.
        EvidenceRefusedError, EvidenceMarkedError: the file is not taken; nothing of it is kept.

    """
    mine = own_report(unit, reporter, case_id)
    case = store.find_case(unit, case_id, lock=True)
    if case is None or not case.is_open:
        raise CorrectionError(
            "校核已办结，不能再补充证据",
            "the case is closed: evidence can no longer be added",
            next_zh="如有新材料，请重新报告",
            next_en="report anew with the new document",
        )
    name, content = new.name.replace("\\", "/").rpartition("/")[2][:LONGEST_NAME], new.content
    media_type = check_file(name, content, files_before=len(store.evidence_of(unit, [mine.id])))
    file = Evidence(
        uuid.uuid4(),
        mine.id,
        media_type,
        len(content),
        content_digest(content),
        sealer.seal(SEAL_EVIDENCE, name.encode()),
        context.now(),
    )
    store.insert_evidence(unit, file, sealer.seal(SEAL_EVIDENCE, content))
    context.record(
        unit,
        ReceiptKind.CORRECTION,
        action="correction.evidence",
        member=reporter.member_id,
        system=reporter.system_id,
        end_user=reporter.staff_id,
        provider=str(case.provider_id),
        resource=str(case.entry_id),
        subject_kind=CASE_KIND,
        subject_id=str(case.id),
        file_digest=file.digest,
        bytes=file.size_bytes,
    )
    return file


def withdraw(context: Context, unit: Unit, reporter: Reporter, case_id: uuid.UUID) -> Correction:
    """Take one's own report back; the case ends when nobody reports it any more.

    Raises:
        CorrectionNotFoundError: no such live report.
        CorrectionStateError: it has been answered.

    """
    mine = own_report(unit, reporter, case_id)
    case = store.find_case(unit, case_id, lock=True)
    if case is None:
        raise CorrectionNotFoundError
    left = [one for one in store.reports(unit, case_id) if one.withdrawn_at is None and one.id != mine.id]
    if not left:
        withdraw_case(context, unit, case)
    store.withdraw_report(unit, mine.id, context.now())
    _receipt(context, unit, case, reporter, "correction.withdraw", mine.items)
    return _found(unit, case_id)
