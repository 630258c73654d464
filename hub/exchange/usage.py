"""Who uses what, and what becomes of it: usage, reports of use and destruction (政务数据共享条例 Art. 25, 27, 29).

Usage is added up from the receipts themselves, so that nothing is counted that has no receipt and the hot path pays
nothing for it. The user of a grant reports scenario, results, storage and destruction; an overdue destruction is
told to both sides, every working week once.
"""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from hub.directory.facts import load_resource
from hub.exchange import grants, quota_store, quotas, store, stream_store, usage_store
from hub.exchange.errors import ExchangeError
from hub.exchange.grant_states import GRANT, state_of
from hub.exchange.usage_store import UseReport
from hub.identity.roles import Role
from hub.identity.store import bump_epoch
from hub.ledger.drafts import ReceiptKind
from hub.notices.store import Notice, send
from hub.rounds import Sweep

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from hub.context import Context
    from hub.database import Database, Unit
    from hub.exchange.records import Grant
    from hub.exchange.usage_store import Usage
    from hub.identity.facts import StaffRequester


LOST_SECONDS = 60.0
LOST_AT_ONCE = 100
KEPT_DAYS = 1


class UseReportError(ExchangeError):
    """A report of use or destruction cannot be taken as written (政务数据共享条例 Art. 29)."""


@dataclass(frozen=True, slots=True)
class NewReport:
    """What the user of a grant reports: ``kind`` use or deletion, the period (days included), the words."""

    kind: str
    from_day: date
    until_day: date
    facts: Mapping[str, str]


def report(context: Context, unit: Unit, staff: StaffRequester, grant_id: uuid.UUID, new: NewReport) -> UseReport:
    """Take in what the user of a grant reports: its use over a period, or the destruction of what it received.

    Raises:
        GrantNotFoundError: the person's member does not hold the grant.
        ActNotAllowedError: its state has no such report (destruction is reported once the grant has ended).
        UseReportError: the period is no period, or lies ahead.
    """
    grant = grants.find(unit, staff, grant_id, lock=True)
    if grant.member_id != staff.member.id:
        raise grants.not_found()
    is_disposed = bool(usage_store.disposed(unit, [grant.id]))
    before = state_of(grant, context.now(), is_disposed=is_disposed)
    after = GRANT.after(before, f"report-{new.kind}")
    if new.from_day > new.until_day or new.until_day > context.today():
        raise UseReportError(
            "报告的起止日期有误：起不晚于止，止不晚于今日",
            "the period of the report must end after it begins, and not lie ahead",
            next_zh="请改正起止日期后重新提交",
            next_en="correct the period and send it again",
        )
    made = UseReport(
        uuid.uuid4(), grant.id, new.kind, new.from_day, new.until_day, new.facts, staff.staff.id, context.now()
    )
    usage_store.insert_report(unit, made)
    context.record(
        unit,
        ReceiptKind.GRANT,
        **grants.parties_of(grant),
        action=f"report.{new.kind}",
        end_user=str(staff.staff.id),
        state_before=before,
        state_after=after,
    )
    send(unit, _told(grant, new.kind), context.now())
    return made


def _told(grant: Grant, kind: str) -> Notice:
    zh, en = ("使用情况", "its use") if kind == "use" else ("数据销毁情况", "the destruction of the data")
    return Notice(
        member=grant.provider_id,
        kind=f"grant.report-{kind}",
        zh=f"使用单位报告了{zh}（《政务数据共享条例》第二十九条）",
        en=f"the user of a grant reported {en} (政务数据共享条例 Art. 29)",
        next_zh="可查看报告；有疑问可要求说明或检查",
        next_en="read the report; ask for an explanation or inspect",
        role=Role.APPROVER.value,
        link=f"/w/grants/{grant.id}",
        subject_kind="grant",
        subject_id=str(grant.id),
    )


def usage_body(usage: Usage) -> dict[str, object]:
    """Return usage as JSON values."""
    return asdict(usage)


def add_honey(context: Context, unit: Unit, staff: StaffRequester, entry: str, number: str) -> None:
    """Register an invented identity of an entry (raises EntryNotFoundError); the number itself is not kept."""
    resource = load_resource(context, unit, entry)
    digest = quotas.digests(context.writer.secret, resource.id, [f"honey:{number}"])[0]
    usage_store.add_honey(unit, resource.id, digest, staff.staff.id, context.now())
    bump_epoch(unit)
    context.record(
        unit, ReceiptKind.ADMIN, action="honey.add", resource=str(resource.id), decided_by=str(staff.staff.id)
    )


def add_up(_context: Context, database: Database) -> int:
    """Sweep: add new receipts to the usage of their grants; returns how many leaves were read."""
    done = 0
    while True:
        with database.begin() as unit:
            read = usage_store.add_up(unit)
        done += read
        if not read:
            return done


def tell_overdue_deletions(context: Context, database: Database) -> int:
    """Sweep: tell both sides of a destruction that was due and is not reported; once a week and side."""
    today = context.today()
    week = "-".join(str(part) for part in today.isocalendar()[:2])
    with database.begin() as unit:
        late = usage_store.deletion_overdue(unit, today)
    told = 0
    for grant_id in late:
        with database.begin() as unit:
            grant = store.find_grant(unit, grant_id)
            if grant is None:
                continue
            sides = ((grant.member_id, Role.AGENCY_USER), (grant.provider_id, Role.APPROVER))
            told += sum(send(unit, _overdue(grant, member, role, week), context.now()) for member, role in sides)
    return told


def _overdue(grant: Grant, member: uuid.UUID, role: Role, week: str) -> Notice:
    is_user = member == grant.member_id
    return Notice(
        member=member,
        kind="grant.deletion-overdue",
        zh=f"授权所得数据应在 {grant.deletion_due} 前销毁并报告，尚未收到报告"
        "（《政务数据共享条例》第二十七条、第二十九条）",
        en=f"data received under a grant was to be destroyed by {grant.deletion_due}; no report has come "
        "(政务数据共享条例 Art. 27, 29)",
        next_zh="请销毁并提交销毁报告" if is_user else "可督促使用单位；仍不处置的可暂停其授权",
        next_en="destroy it and report so" if is_user else "urge the user; its grants may be suspended",
        role=role.value,
        link=f"/w/grants/{grant.id}",
        subject_kind="grant",
        subject_id=str(grant.id),
        once=f"deletion:{grant.id}:{member}:{week}",
    )


def close_lost_streams(context: Context, database: Database) -> int:
    """Sweep: close as interrupted the streams nobody sends any more (their process ended); returns how many."""
    with database.begin() as unit:
        lost = stream_store.take_lost(unit, LOST_SECONDS, LOST_AT_ONCE)
        for opened, fields in lost:
            context.record(
                unit, ReceiptKind.STREAM_CLOSE, **{**fields, "opened": str(opened), "outcome": "interrupted"}
            )
    return len(lost)


def forget_counts(context: Context, database: Database) -> int:
    """Sweep: forget the quotas of past days and whom they were about; returns how many subjects."""
    with database.begin() as unit:
        return quota_store.forget_before(unit, context.today() - timedelta(days=KEPT_DAYS))


SWEEPS = (
    Sweep("usage", 5.0, add_up),
    Sweep("lost-streams", 15.0, close_lost_streams),
    Sweep("deletions", 300.0, tell_overdue_deletions),
    Sweep("quota-days", 3600.0, forget_counts),
)
