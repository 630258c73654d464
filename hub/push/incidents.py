"""Incidents: something was stopped, and somebody has to act (保守国家秘密法 Art. 31; 网络数据安全管理条例 Art. 11).

An incident names kinds and places of what was found, never its content, and leaves a receipt.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from hub.ledger.drafts import ReceiptKind
from hub.push import store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from hub.context import Context
    from hub.database import Unit

OWNER = "secrecy_reviewer"


def open_incident(
    context: Context,
    unit: Unit,
    *,
    kind: str,
    member_id: uuid.UUID,
    entry_id: uuid.UUID | None,
    facts: Mapping[str, Any],
) -> uuid.UUID:
    """Open an incident for the secrecy reviewer of the member; returns its id."""
    incident = store.Incident(uuid.uuid4(), kind, member_id, entry_id, facts, context.now(), OWNER)
    store.open_incident(unit, incident)
    context.record(
        unit,
        ReceiptKind.INCIDENT,
        provider=str(member_id),
        resource=str(entry_id) if entry_id is not None else None,
        incident=str(incident.id),
        incident_kind=kind,
        state_after=incident.state.value,
    )
    return incident.id
