"""A grant is suspended, resumed, withdrawn or narrowed (政务数据共享条例 Art. 25, 27, 40); never widened.

The provider acts on what it gave, the security administrator of the data authority halts any grant. Each act bumps
the policy epoch in its transaction, so every page, call, stream and delivery meets the new state within the age
limit of the snapshot (5 s); it leaves a receipt and tells the user of the grant.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hub.exchange import grants, store
from hub.exchange.errors import ExchangeError, GrantNotFoundError
from hub.exchange.grant_states import GRANT, GROUNDS, StopGround, state_of
from hub.identity.roles import Role
from hub.identity.store import bump_epoch
from hub.ledger.drafts import ReceiptKind
from hub.notices.store import Notice, send
from policies.facts import GrantStatus, Treatment
from policies.workdays import local_day

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping
    from datetime import date, datetime

    from hub.context import Context
    from hub.database import Unit
    from hub.exchange.records import Grant
    from hub.identity.facts import StaffRequester
    from policies.facts import Mode
    from policies.hours import Hours

_WIDTH = {Treatment.FULL: 3, Treatment.MASKED: 2, Treatment.AGGREGATE_ONLY: 1, Treatment.VERIFY_ONLY: 1}
_ACTS = {GrantStatus.SUSPENDED: "suspend", GrantStatus.ACTIVE: "resume", GrantStatus.REVOKED: "withdraw"}
_DONE_ZH = {"suspend": "暂停", "halt": "暂停", "resume": "恢复", "lift": "恢复", "withdraw": "收回", "narrow": "缩小"}
_DONE_EN = {
    "suspend": "suspended",
    "halt": "suspended",
    "resume": "resumed",
    "lift": "resumed",
    "withdraw": "withdrawn",
    "narrow": "narrowed",
}


class GroundNeededError(ExchangeError):
    """A grant rests or ends only on a ground of the closed list (政务数据共享条例 Art. 27)."""


class WideningError(ExchangeError):
    """A change would widen the grant: more is given by a request alone (政务数据共享条例 Art. 20)."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a grant rests or ends: a ground of the list and the facts in words; ``ground`` None when it goes on."""

    reason: str
    ground: StopGround | None = None


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What is taken away: items (column -> narrower form, WITHHELD for none), modes, time, quotas, hours."""

    reason: str
    items: Mapping[str, Treatment] = field(default_factory=dict)
    without_modes: frozenset[Mode] = frozenset()
    valid_until: datetime | None = None
    quotas: Mapping[str, int] = field(default_factory=dict)
    hours: Hours | None = None


def set_status(
    context: Context, unit: Unit, staff: StaffRequester, grant_id: uuid.UUID, status: GrantStatus, stop: Stop
) -> Grant:
    """Suspend, resume or withdraw a grant.

    Raises:
        GrantNotFoundError: the person's member did not give it, nor is the person a security administrator.
        GroundNeededError: it would rest or end without a ground, or on one that does not carry the act.
        ActNotAllowedError: its state has no such act.
    """
    grant, act = _found(unit, staff, grant_id, _ACTS[status])
    if act == "lift" and grant.stop_ground != StopGround.SECURITY_EVENT:
        raise _providers_act()
    _check_ground(status, stop)
    before = state_of(grant, context.now(), is_disposed=False)
    GRANT.after(before, act)
    changed = replace(
        grant,
        status=status,
        version=grant.version + 1,
        stop_ground=stop.ground.value if stop.ground is not None else None,
        stop_reason=stop.reason if stop.ground is not None else None,
    )
    if status is GrantStatus.REVOKED:
        changed = replace(changed, deletion_due=_earlier_deletion(context, changed))
    after = state_of(changed, context.now(), is_disposed=False)
    _store(context, unit, changed, _Done(act, stop.reason, before, after, staff))
    return changed


def narrow(context: Context, unit: Unit, staff: StaffRequester, grant_id: uuid.UUID, less: Narrowing) -> Grant:
    """Take away items, forms, modes, time or quantity; the rest goes on.

    Raises:
        GrantNotFoundError: the person's member did not give it.
        WideningError: something would become more than it is, or nothing would be left.
        ActNotAllowedError: its state has no such act.
    """
    grant, act = _found(unit, staff, grant_id, "narrow")
    before = state_of(grant, context.now(), is_disposed=False)
    GRANT.after(before, act)
    items = {**grant.items}
    for column, form in less.items.items():
        _check_narrower(grant, column, form)
        items[column] = form
    items = {column: form for column, form in items.items() if form is not Treatment.WITHHELD}
    modes = grant.modes - less.without_modes
    until = less.valid_until if less.valid_until is not None else grant.valid_until
    if not items or not modes:
        raise _wider("items", "缩小后授权已无内容，应当收回", "nothing would be left: withdraw the grant instead")
    if until > grant.valid_until or until <= grant.valid_from:
        raise _wider("valid_until", "新的截止时间须早于原截止时间", "the new end must lie before the present one")
    quotas = _fewer(grant, less)
    if less.hours is not None and grant.hours is not None and not less.hours.within(grant.hours):
        raise _wider("hours", "新的使用时段须在原时段之内", "the new hours must lie within the present ones")
    changed = replace(
        grant,
        version=grant.version + 1,
        items=items,
        modes=modes,
        valid_until=until,
        quota_calls=quotas.get("calls"),
        quota_rows=quotas.get("rows"),
        quota_subjects=quotas.get("subjects"),
        hours=less.hours if less.hours is not None else grant.hours,
    )
    if until != grant.valid_until:
        changed = replace(changed, deletion_due=_earlier_deletion(context, changed))
    _store(context, unit, changed, _Done(act, less.reason, before, before, staff))
    return changed


def halt(context: Context, unit: Unit, grant: Grant, reason: str) -> Grant:
    """Suspend a grant by itself: the rule of the watch found a security event (threat 17). Idempotent."""
    if grant.status is not GrantStatus.ACTIVE:
        return grant
    changed = replace(
        grant,
        status=GrantStatus.SUSPENDED,
        version=grant.version + 1,
        stop_ground=StopGround.SECURITY_EVENT.value,
        stop_reason=reason,
    )
    _store(context, unit, changed, _Done("halt", reason, "active", "suspended"))
    return changed


def _found(unit: Unit, staff: StaffRequester, grant_id: uuid.UUID, act: str) -> tuple[Grant, str]:
    """Return the grant under lock, and the act as its table calls it: provider and security administrator differ."""
    grant = store.find_grant(unit, grant_id, lock=True)
    if grant is not None and grant.provider_id == staff.member.id and staff.has_role(Role.APPROVER):
        return grant, act
    as_authority = {"suspend": "halt", "resume": "lift"}.get(act)
    if grant is not None and as_authority is not None and staff.has_role(Role.SECURITY_ADMIN):
        return grant, as_authority
    if grant is None or staff.member.id not in {grant.member_id, grant.provider_id}:
        raise grants.not_found()
    raise _providers_act()


def _providers_act() -> GrantNotFoundError:
    return GrantNotFoundError(
        "只有提供单位可以暂停、恢复、缩小或收回授权",
        "only the provider may suspend, resume, narrow or withdraw a grant",
        next_zh="请联系提供单位",
        next_en="ask the provider",
    )


def _check_ground(status: GrantStatus, stop: Stop) -> None:
    if status is GrantStatus.ACTIVE:
        return
    rule = GROUNDS.get(stop.ground) if stop.ground is not None else None
    if rule is not None and (rule.suspends or status is GrantStatus.REVOKED):
        return
    possible = [ground for ground, one in GROUNDS.items() if one.suspends or status is GrantStatus.REVOKED]
    raise GroundNeededError(
        "暂停或收回授权须写明法定情形，提供单位不得擅自终止或变更共享（《政务数据共享条例》第二十七条）",
        "a grant is suspended or withdrawn on a ground of the list; no service ends at will (政务数据共享条例 Art. 27)",
        next_zh="请从以下情形中选择：" + "；".join(f"{one.value}（{GROUNDS[one].text.zh}）" for one in possible),
        next_en="choose one of: " + "; ".join(f"{one.value} ({GROUNDS[one].text.en})" for one in possible),
        facts={"grounds": [one.value for one in possible]},
    )


def _check_narrower(grant: Grant, column: str, form: Treatment) -> None:
    present = grant.items.get(column)
    if present is None:
        raise _wider("items", f"授权中没有信息项 {column}", f"the grant has no item {column}")
    is_narrower = form is Treatment.WITHHELD or (
        _WIDTH[form] < _WIDTH[present] and not (present is Treatment.MASKED and form is Treatment.AGGREGATE_ONLY)
    )
    if not is_narrower:
        raise _wider("items", f"{column} 的新方式不比原方式窄", f"the new form of {column} is not narrower")


def _fewer(grant: Grant, less: Narrowing) -> dict[str, int]:
    for name, limit in less.quotas.items():
        present = grant.quotas.get(name)
        if name not in {"calls", "rows", "subjects"} or limit < 0 or (present is not None and limit > present):
            raise _wider("quotas", f"配额 {name} 只能调低", f"the quota of {name} can only be lowered")
    return {**grant.quotas, **less.quotas}


def _wider(where: str, zh: str, en: str) -> WideningError:
    return WideningError(
        f"授权只能缩小：{zh}",
        f"a grant can only be narrowed: {en}",
        next_zh="需要扩大时由使用单位另行申请（《政务数据共享条例》第二十条）",
        next_en="the user files a new request for more (政务数据共享条例 Art. 20)",
        facts={"field": where},
    )


def _earlier_deletion(context: Context, grant: Grant) -> date | None:
    """Return the deletion day of a grant that ends before its time."""
    ends = min(context.today(), local_day(grant.valid_until)) if grant.status is GrantStatus.REVOKED else None
    day = grants.deletion_day(grant.items, grant.retention_days, ends or local_day(grant.valid_until))
    return min((one for one in (day, grant.deletion_due) if one is not None), default=None)


@dataclass(frozen=True, slots=True)
class _Done:
    """What was done to a grant: the act, its reason, the states before and after, by whom (None: the rule)."""

    act: str
    reason: str
    before: str
    after: str
    staff: StaffRequester | None = None


def _store(context: Context, unit: Unit, changed: Grant, done: _Done) -> None:
    """Store the new version with its receipt and the notice to the user; both parties' processes see it in time."""
    store.save_grant(unit, changed)
    bump_epoch(unit)
    ground = StopGround(changed.stop_ground) if changed.stop_ground is not None else None
    context.record(
        unit,
        ReceiptKind.GRANT,
        **grants.parties_of(changed),
        decision=done.act,
        decided_by=str(done.staff.staff.id) if done.staff is not None else "rule",
        reason_code=done.reason[:200] or None,
        ground=ground.value if ground is not None else None,
        article=GROUNDS[ground].article if ground is not None else None,
        state_before=done.before,
        state_after=done.after,
    )
    grants.tell_follower(context, unit, changed)
    why_zh = f"，情形：{GROUNDS[ground].text.zh}（{GROUNDS[ground].article}）" if ground is not None else ""
    why_en = f"; ground: {GROUNDS[ground].text.en} ({GROUNDS[ground].article})" if ground is not None else ""
    step = GRANT.state(done.after).next_step
    send(
        unit,
        Notice(
            member=changed.member_id,
            kind=f"grant.{done.act}",
            zh=f"授权已{_DONE_ZH[done.act]}{why_zh}",
            en=f"a grant was {_DONE_EN[done.act]}{why_en}",
            next_zh=step.zh,
            next_en=step.en,
            role=Role.AGENCY_USER.value,
            link=f"/w/grants/{changed.id}",
            subject_kind="grant",
            subject_id=str(changed.id),
        ),
        context.now(),
    )
