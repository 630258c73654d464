"""Grants: the stored permission of a system, made of the items answered so far (政务数据共享条例 Art. 20-25, 27)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hub.context import text_id
from hub.exchange import store
from hub.exchange.errors import GrantNotFoundError
from hub.exchange.records import Grant
from hub.identity.store import bump_epoch
from hub.ledger.drafts import ReceiptKind
from policies.facts import GrantStatus, Treatment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.context import Context
    from hub.database import Unit
    from hub.exchange.records import ShareRequest
    from hub.identity.facts import StaffRequester


@dataclass(frozen=True, slots=True)
class Given:
    """Items answered with a grant: form by column, who decided (None: the rule), on which article."""

    items: Mapping[str, Treatment]
    decided_by: uuid.UUID | None
    article: str
    cites_law_and_assessment: bool = False

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
    store.save_grant(unit, grant)
    bump_epoch(unit)
    receipt = context.record(
        unit,
        ReceiptKind.GRANT,
        **_parties(grant),
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
    return receipt.id


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
        row_filter=(),
        valid_from=request.valid_from,
        valid_until=request.valid_until,
        status=GrantStatus.ACTIVE,
    )


def _next_version(grant: Grant, given: Given) -> Grant:
    return replace(
        grant,
        version=grant.version + 1,
        items={**grant.items, **given.items},
        cites_law_and_assessment=grant.cites_law_and_assessment or given.cites_law_and_assessment,
    )


def _parties(grant: Grant) -> dict[str, str]:
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
        raise GrantNotFoundError(
            "没有这份授权，或本单位不是当事方",
            "there is no such grant, or your organ is no party to it",
            next_zh="请从“授权与密钥”中打开",
            next_en="open it from your list of grants",
        )
    return grant


def set_status(
    context: Context, unit: Unit, staff: StaffRequester, grant_id: uuid.UUID, status: GrantStatus, reason: str
) -> Grant:
    """Suspend, resume or withdraw a grant: the provider's act, with a reason (政务数据共享条例 Art. 27).

    Raises:
        GrantNotFoundError: the person's member is not the provider.
    """
    grant = find(unit, staff, grant_id, lock=True)
    if grant.provider_id != staff.member.id:
        raise GrantNotFoundError(
            "只有提供单位可以暂停、恢复或收回授权",
            "only the provider may suspend, resume or withdraw a grant",
            next_zh="请联系提供单位",
            next_en="ask the provider",
        )
    changed = replace(grant, status=status, version=grant.version + 1)
    store.save_grant(unit, changed)
    bump_epoch(unit)
    context.record(
        unit,
        ReceiptKind.GRANT,
        **_parties(changed),
        decision=status.value,
        decided_by=str(staff.staff.id),
        reason_code=reason[:200] or None,
        state_before=grant.status.value,
        state_after=status.value,
    )
    return changed
