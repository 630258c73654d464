"""The protected list, kept by one named organ; large batches, approved by a second person at the provider.

About a protected person every service answers as about one whose name cannot be compared; the list tells no reason in
words, and neither a receipt nor an answer holds a number. 个人信息保护法 Art. 6, 51; 网络数据安全管理条例 Art. 9.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from catalogue.basic.population_documents import PersonName, person_name
from hub.identity import store as identity_store
from hub.ledger.drafts import ReceiptKind, uuid7
from hub.registers.population import keeping_store
from hub.registers.population.errors import (
    AlreadyProtectedError,
    BatchNotFoundError,
    KeeperNotNamedError,
    PopulationInputError,
    ProtectedNotFoundError,
)
from hub.registers.population.keeping_store import Keeper, Line
from hub.rounds import Sweep

if TYPE_CHECKING:
    import uuid
    from datetime import date

    from hub.context import Context
    from hub.database import Database, Unit
    from hub.identity.facts import StaffRequester
    from hub.identity.number_seals import NumberSeals
    from hub.registers.population.keeping_store import Batch

SWEEP_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True)
class Protection:
    """Whom to protect, on which file, until when."""

    number: str = field(repr=False)
    document_type: str | None
    reference: str
    until: date | None


def name_keeper(context: Context, unit: Unit, staff: StaffRequester, member: str, telephone: str) -> Keeper:
    """Name the organ that keeps the list (raises :class:`PopulationInputError` for an unknown member)."""
    found = identity_store.member(unit, "slug", member)
    if found is None:
        raise PopulationInputError(
            "没有这个成员单位",
            "there is no such member",
            next_zh="请填写成员单位的标识",
            next_en="give the slug of a member",
        )
    keeper = Keeper(found.id, telephone)
    keeping_store.name_keeper(unit, keeper, staff.staff.id, context.now())
    identity_store.bump_epoch(unit)
    _note(context, unit, staff, "population.keeper", str(found.id))
    return keeper


def protect(context: Context, unit: Unit, staff: StaffRequester, asked: Protection, seals: NumberSeals) -> Line:
    """Put a person on the list, whether the register holds the person or not.

    Raises:
        KeeperNotNamedError: not of the organ that keeps the list.
        PopulationInputError: the number names nobody.
        AlreadyProtectedError: it stands on the list.

    """
    _require_keeper(unit, staff)
    name = person_name(asked.number, asked.document_type, today=context.today(), demo=context.demo)
    if not isinstance(name, PersonName) or (asked.until is not None and asked.until <= context.today()):
        raise PopulationInputError(
            "号码或期限不正确",
            "the number or the last day is not right",
            next_zh="请核对号码的校验位和截止日期（须在今天之后）",
            next_en="check the number's check digit and the last day (after today)",
        )
    line = Line(
        uuid7(), seals.seal(name.number), staff.member.id, asked.reference, asked.until, context.now(), lifted_at=None
    )
    is_listed = keeping_store.listed(unit, seals.forms(name.number))
    if is_listed or not keeping_store.protect(unit, line, staff.staff.id):
        raise AlreadyProtectedError(
            "该号码已在保护名单中",
            "the number is on the list",
            next_zh="如需更改期限，请先撤出再登记",
            next_en="to change the period, lift it and enter it anew",
        )
    keeping_store.mark(unit, context.today())
    _note(context, unit, staff, "population.protect", str(line.id))
    return line


def lift(context: Context, unit: Unit, staff: StaffRequester, line_id: uuid.UUID) -> Line:
    """Take a person off the list (raises :class:`KeeperNotNamedError`, :class:`ProtectedNotFoundError`)."""
    _require_keeper(unit, staff)
    line = keeping_store.lift(unit, line_id, staff.staff.id, context.now())
    if line is None:
        raise ProtectedNotFoundError(
            "名单中没有这一条",
            "there is no such line",
            next_zh="请从名单中选择",
            next_en="choose from the list",
        )
    keeping_store.mark(unit, context.today())
    _note(context, unit, staff, "population.lift", str(line.id))
    return line


def lines(unit: Unit, staff: StaffRequester, *, limit: int, offset: int) -> tuple[list[Line], int]:
    """Return a page of the list for its keeper (raises :class:`KeeperNotNamedError`)."""
    _require_keeper(unit, staff)
    return keeping_store.lines(unit, limit=limit, offset=offset)


def decide_batch(
    context: Context, unit: Unit, staff: StaffRequester, batch_id: uuid.UUID, *, is_approved: bool
) -> Batch:
    """Approve or decline a large batch as the provider's approver (raises :class:`BatchNotFoundError`)."""
    found = keeping_store.decide_batch(
        unit, batch_id, staff.member.id, staff.staff.id, context.now(), is_approved=is_approved
    )
    if found is None:
        raise BatchNotFoundError(
            "没有等待批准的这一批次",
            "no such batch waits",
            next_zh="请从列表中选择",
            next_en="choose from the list",
        )
    act = "population.batch.approve" if is_approved else "population.batch.decline"
    context.record(
        unit,
        ReceiptKind.DECISION,
        action=act,
        member=str(staff.member.id),
        decided_by=str(staff.staff.id),
        resource=str(found.entry_id),
        system=str(found.system_id),
        purpose=found.purpose,
        case_number=found.case_number,
        subjects=found.persons,
        request_digest=found.digest,
        subject_kind="population_batch",
        subject_id=str(found.id),
    )
    return found


def _require_keeper(unit: Unit, staff: StaffRequester) -> None:
    keeper = keeping_store.keeper(unit)
    if keeper is None or keeper.member_id != staff.member.id:
        raise KeeperNotNamedError(
            "保护名单由指定单位管理，您不属于该单位",
            "the protected list is kept by a named organ, and you are not of it",
            next_zh="请联系安全管理员指定管理单位，或请该单位办理",
            next_en="ask a security administrator to name the organ, or ask that organ",
        )


def _note(context: Context, unit: Unit, staff: StaffRequester, action: str, subject: str) -> None:
    context.record(
        unit,
        ReceiptKind.ADMIN,
        action=action,
        member=str(staff.member.id),
        decided_by=str(staff.staff.id),
        subject_kind="population",
        subject_id=subject,
    )


def follow(context: Context, database: Database) -> int:
    """Let the marks of persons follow the list: persons fed later, protections that ended, numbers changed."""
    with database.begin() as unit:
        return keeping_store.mark(unit, context.today())


SWEEP: Final = Sweep("population-protected", SWEEP_SECONDS, follow)
