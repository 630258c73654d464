"""How identity leaves receipts without knowing the log: a callable, called inside the same transaction.

Every administrative change and every refused authentication leaves one (kinds ``admin`` and ``denial``).
The log and identity are neighbours that do not import each other; ``create_app`` joins them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping

    from hub.database import Unit
    from hub.identity.facts import Actor


class Recorder(Protocol):
    """Write one receipt in the given transaction; raise when that is not possible."""

    def __call__(self, unit: Unit, kind: str, fields: Mapping[str, str]) -> uuid.UUID:
        """Return the receipt's id; names of ``fields`` are those of receipts, values opaque ids and fixed words."""
        ...


def record_change(
    record: Recorder, unit: Unit, actor: Actor, action: str, subject: uuid.UUID | str, **facts: str
) -> uuid.UUID:
    """Leave the receipt of an administrative change.

    ``action`` is a fixed word such as ``member.add``, its first part the kind of ``subject``.
    """
    named = {"subject_kind": action.partition(".")[0], "subject_id": str(subject)}
    return record(unit, "admin", {"action": action, "decided_by": str(actor.id), **named, **facts})


def record_denial(record: Recorder, unit: Unit, door: str, reason: str, **facts: str) -> uuid.UUID:
    """Leave the receipt of a refused authentication; ``door`` names where, ``reason`` is a fixed word."""
    return record(unit, "denial", {"action": f"authenticate.{door}", "reason_code": reason, **facts})
