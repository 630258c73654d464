"""Grants: the stored permission of a system, made of the items answered so far (政务数据共享条例 Art. 20-25, 27)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from hub.context import text_id
from hub.exchange import combining, store
from hub.exchange.errors import GrantNotFoundError
from hub.exchange.records import Grant
from hub.identity.store import bump_epoch
from hub.ledger.drafts import ReceiptKind
from hub.rows import outbox
from hub.rows.outbox import Event, EventType
from policies.facts import FIRST_MODES, GrantStatus, Mode, Treatment
from policies.workdays import local_day

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from hub.context import Context
    from hub.database import Unit
    from hub.exchange.records import ShareRequest
    from hub.identity.facts import StaffRequester
    from policies.hours import Hours


@dataclass(frozen=True, slots=True)
class Terms:
    """Limits a provider gives its consent with: quotas per day by ``calls``, ``rows``, ``subjects``, and hours."""

    quotas: Mapping[str, int] = field(default_factory=dict)
    hours: Hours | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """Items answered with a grant: form by column, who decided (None: the rule), on which article.

    ``terms`` None leaves the limits of the grant as they are.
    """

    items: Mapping[str, Treatment]
    decided_by: uuid.UUID | None
    article: str
    cites_law_and_assessment: bool = False
    terms: Terms | None = None

    def columns(self, form: Treatment) -> list[str]:
        """Return the columns given in one form."""
        return [column for column, treatment in self.items.items() if treatment is form]


def give(context: Context, unit: Unit, request: ShareRequest, given: Given) -> uuid.UUID:
    """Add answered items to the grant of a request; returns the id of the receipt.

    The first item makes the grant, each further one a new version of it. The policy epoch is bumped in
    the same transaction, so every process uses the new version within its snapshot's age limit.
    """
    before = store.grant_of_request(unit, request.id)
    grant = _first_version(request, given) if before is None else _next_version(before, given)
    grant = _with_terms(grant, given.terms)
    store.save_grant(unit, grant)
    bump_epoch(unit)
    receipt = context.record(
        unit,
        ReceiptKind.GRANT,
        **parties_of(grant),
        request=str(request.id),
        decision="granted",
        decided_by=text_id(given.decided_by) or "rule",
        article=given.article,
        purpose=request.purpose,
        legal_basis=request.legal_basis,
        items_returned=given.columns(Treatment.FULL),
        items_masked=given.columns(Treatment.MASKED),
        items_verified=given.columns(Treatment.VERIFY_ONLY),
        items_aggregated=given.columns(Treatment.AGGREGATE_ONLY),
    )
    tell_follower(context, unit, grant)
    combining.warn(context, unit, grant)
    return receipt.id


def tell_follower(context: Context, unit: Unit, grant: Grant) -> None:
    """Put a change of a grant into the outbox, for its holder alone: subscribers learn that their standing moved."""
    facts: dict[str, int | str] = {"grant": str(grant.id), "grant_version": grant.version, "status": grant.status.value}
    outbox.emit(unit, Event(grant.entry_id, EventType.GRANT_CHANGED, context.now(), facts, grant_id=grant.id))


def _first_version(request: ShareRequest, given: Given) -> Grant:
    return Grant(
        id=uuid.uuid4(),
        version=1,
        request_id=request.id,
        system_id=request.system_id,
        member_id=request.member_id,
        provider_id=request.provider_id,
        entry_id=request.entry_id,
        items=dict(given.items),
        purposes=(request.purpose,),
        legal_basis=request.legal_basis,
        cites_law_and_assessment=given.cites_law_and_assessment,
        case_pattern=request.case_pattern,
        row_filter=request.row_filter,
        valid_from=request.valid_from,
        valid_until=request.valid_until,
        status=GrantStatus.ACTIVE,
        modes=_modes(request.modes or FIRST_MODES, given.items),
        retention_days=request.retention_days,
        deletion_due=deletion_day(given.items, request.retention_days, local_day(request.valid_until)),
        people=request.people,
    )


def _next_version(grant: Grant, given: Given) -> Grant:
    return replace(
        grant,
        version=grant.version + 1,
        items={**grant.items, **given.items},
        cites_law_and_assessment=grant.cites_law_and_assessment or given.cites_law_and_assessment,
        modes=_modes(grant.modes, given.items),
        deletion_due=grant.deletion_due
        or deletion_day(given.items, grant.retention_days, local_day(grant.valid_until)),
    )


def _with_terms(grant: Grant, terms: Terms | None) -> Grant:
    if terms is None:
        return grant
    quotas = {**grant.quotas, **terms.quotas}
    return replace(
        grant,
        quota_calls=quotas.get("calls"),
        quota_rows=quotas.get("rows"),
        quota_subjects=quotas.get("subjects"),
        hours=terms.hours if terms.hours is not None else grant.hours,
    )


def _modes(modes: frozenset[Mode], items: Mapping[str, Treatment]) -> frozenset[Mode]:
    """Return the modes asked for, with those without which an item could not be given in its form at all."""
    forms = set(items.values())
    needed = {Mode.AGGREGATE} if Treatment.AGGREGATE_ONLY in forms else set()
    if Treatment.VERIFY_ONLY in forms and not modes & {Mode.VERIFY, Mode.BATCH}:
        needed.add(Mode.VERIFY)
    return modes | needed


def deletion_day(items: Mapping[str, Treatment], retention_days: int | None, ends: date) -> date | None:
    """Return the last day for reporting the destruction of what was received (Art. 27, 29).

    None where no retention was agreed, or where nothing is received that could be kept.
    """
    keeps = any(form in {Treatment.FULL, Treatment.MASKED} for form in items.values())
    return ends + timedelta(days=retention_days) if keeps and retention_days is not None else None


def parties_of(grant: Grant) -> dict[str, str]:
    """Return the receipt fields that name a grant and its parties."""
    return {
        "member": str(grant.member_id),
        "system": str(grant.system_id),
        "provider": str(grant.provider_id),
        "resource": str(grant.entry_id),
        "grant": str(grant.id),
        "grant_version": str(grant.version),
    }


def find(unit: Unit, staff: StaffRequester, grant_id: uuid.UUID, *, lock: bool = False) -> Grant:
    """Return a grant the person's member is a party to.

    Raises:
        GrantNotFoundError: there is none, or it is another's.
    """
    grant = store.find_grant(unit, grant_id, lock=lock)
    if grant is None or staff.member.id not in {grant.member_id, grant.provider_id}:
        raise not_found()
    return grant


def not_found() -> GrantNotFoundError:
    """Return the one answer for a grant that is not there and for another's."""
    return GrantNotFoundError(
        "没有这份授权，或本单位不是当事方",
        "there is no such grant, or your organ is no party to it",
        next_zh="请从“授权与密钥”中打开",
        next_en="open it from your list of grants",
    )
