"""What a consultation touches: the records it is about, their evidence, and the clock of the case that waits."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from hub.directory.claims import store as claim_store
from hub.directory.evidence import exemption_of, with_evidence
from hub.directory.exemptions import LIVE
from hub.exchange import clocks
from policies.claims import PrivacyAssessment, TradeSecretClaim

if TYPE_CHECKING:
    from catalogue.store import ExemptionRow
    from hub.context import Context
    from hub.database import Unit
    from hub.exchange.consulting.records import ConsultationRow
    from policies.claims import Consultation

ARTICLE: Final = "政府信息公开条例 Art.32-34"


def claim_of(row: ExemptionRow) -> uuid.UUID | None:
    """Return the trade-secret claim a record came of, if any."""
    return uuid.UUID(row.body["claim"]) if "claim" in row.body else None


def rows_of(unit: Unit, row: ExemptionRow) -> tuple[ExemptionRow, ...]:
    """Return all records a consultation on ``row`` is about: those of its claim, or itself."""
    claim_id = claim_of(row)
    return claim_store.exemptions_of_claim(unit, claim_id) if claim_id is not None else (row,)


def write_evidence(unit: Unit, rows: tuple[ExemptionRow, ...], heard: Consultation) -> tuple[ExemptionRow, ...]:
    """Carry how the consultation stands into the evidence of the records."""
    changed = []
    for row in rows:
        evidence = exemption_of(row).evidence
        if not isinstance(evidence, TradeSecretClaim | PrivacyAssessment) or row.status not in LIVE:
            continue
        body = with_evidence(row.body, replace(evidence, consultation=heard))
        claim_store.change_exemption(unit, row.id, body=body)
        changed.append(replace(row, body=body))
    return tuple(changed)


def resume(context: Context, unit: Unit, made: ConsultationRow) -> None:
    """Let the clock of the case run again, where it stands still."""
    clock = clock_of(unit, made)
    if clock is not None and clock.due_on is None:
        clocks.resume(context, unit, clock)


def clock_of(unit: Unit, made: ConsultationRow) -> clocks.StoredClock | None:
    """Return the clock of the request line that waits for a consultation, if there is one."""
    return clocks.running(unit, "request_line", made.request_line_id) if made.request_line_id is not None else None
