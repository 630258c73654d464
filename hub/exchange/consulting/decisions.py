"""What the organ decides once the party was heard, and why (政府信息公开条例 Art. 32): withhold, release, find."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hub.directory import trade_secrets
from hub.directory.claims import history
from hub.directory.claims import store as claim_store
from hub.directory.errors import ExemptionError, ExemptionStateError
from hub.directory.exemptions import LIVE, end
from hub.directory.free_text import check_texts
from hub.directory.places import pack_of
from hub.exchange.consulting import store
from hub.exchange.consulting.carrying import ARTICLE, write_evidence
from hub.exchange.consulting.records import ConsultationRow, Decision, Kind, Outcome
from hub.exchange.consulting.replies import own, settled
from hub.exchange.consulting.states import CONSULTATION, state_of
from policies.claims import Consultation, ExemptionStatus
from policies.force import has_substance

if TYPE_CHECKING:
    import uuid

    from hub.context import Context
    from hub.database import Unit
    from hub.directory.claims.records import ClaimRow
    from hub.directory.trade_secrets import NewFinding
    from hub.identity.facts import StaffRequester


def decide(
    context: Context, unit: Unit, staff: StaffRequester, consultation_id: uuid.UUID, made: tuple[Decision, str]
) -> ConsultationRow:
    """Decide after the party was heard: withhold or release, with the reason written.

    Raises:
        ExemptionStateError: the time still runs, decided already, or a claim that needs a finding instead.
        ExemptionError: no reason of substance, or withholding what the party agrees to release.

    """
    row = own(context, unit, staff, consultation_id)
    decision, reason = made
    if not CONSULTATION.allows(state_of(row), decision) or row.claim_id is not None:
        raise ExemptionStateError(
            "尚在征求意见、已经决定，或者属于商业秘密主张（以认定结束）",
            "the time still runs, it is decided, or it is about a claim (which ends with a finding)",
            next_zh=f"等到 {row.due_on} 期满或收到答复后再决定；主张请作认定",
            next_en=f"decide after {row.due_on} or the reply; on a claim, make the finding",
            facts={"due_on": row.due_on.isoformat()},
        )
    check_texts({"reason": reason}, required=frozenset({"reason"}))
    pack = pack_of(context, unit, staff.member.jurisdiction)
    agrees = row.outcome in {Outcome.AGREES, Outcome.CONSENTS_BY_SILENCE}
    if not has_substance(reason, pack) or (agrees and decision is Decision.WITHHOLD and row.kind is Kind.THIRD_PARTY):
        raise ExemptionError(
            "决定须写明事实理由；第三方同意的应当提供",
            "the decision needs a reason of substance; what the third party agrees to is released",
            next_zh="写明理由，或改为提供",
            next_en="write the reason, or release",
        )
    _close(context, unit, staff, row, made)
    about = history.own(unit, staff, row.exemption_id)
    if row.kind is Kind.THIRD_PARTY:
        about = write_evidence(unit, (about,), Consultation(row.outcome.value))[0]
    step = history.Step(f"consult.{decision}", ExemptionStatus.WITHDRAWN, reason.strip(), ARTICLE)
    if decision is Decision.RELEASE and about.status in LIVE:
        end(context, unit, staff, about, step)
    else:
        history.take(context, unit, staff, about, replace(step, to=ExemptionStatus(about.status)))
    return replace(row, decision=decision, decision_reason=reason.strip())


def _close(
    context: Context, unit: Unit, staff: StaffRequester, row: ConsultationRow, made: tuple[Decision, str]
) -> None:
    store.change(
        unit,
        row.id,
        decision=made[0].value,
        decision_reason=made[1].strip(),
        decided_by=staff.staff.id,
        decided_at=context.now(),
    )


def find_on(context: Context, unit: Unit, staff: StaffRequester, claim_id: uuid.UUID, new: NewFinding) -> ClaimRow:
    """Make the finding on a claim once its holder was heard (see :func:`hub.directory.trade_secrets.find_on`).

    Raises:
        ExemptionStateError: as there; in particular while the holder still has time.

    """
    trade_secrets.own_claim(unit, staff, claim_id, lock=True)
    rows = claim_store.exemptions_of_claim(unit, claim_id)
    asked = [
        settled(context, unit, one)
        for one in (store.of_exemption(unit, rows[0].id, claim_id) if rows else ())
        if one.kind is not Kind.CO_MAKER
    ]
    if asked and asked[0].outcome is not Outcome.WAITING:
        write_evidence(unit, rows, Consultation(asked[0].outcome.value))
    found = trade_secrets.find_on(context, unit, staff, claim_id, new)
    decision = Decision.WITHHOLD if found.found_items else Decision.RELEASE
    for one in asked:
        if one.decision is None:
            _close(context, unit, staff, one, (decision, found.finding_reason))
    return found
