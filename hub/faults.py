"""Named places where a test may kill the process, to prove that nothing acknowledged is ever lost.

``HUB_FAULT_POINT=name`` kills this process (SIGKILL, as a power cut would) when it comes to ``point("name")``;
``name:3`` when it comes there the third time. Without the variable a point is one comparison with None.
The variable is read once, at import: a fault is a property of a process, not of a request.
"""

from __future__ import annotations

import os
import signal
from itertools import count

POINTS: frozenset[str] = frozenset(
    {
        "receipt.inserted",  # the receipt row is written, its transaction not yet committed
        "receipt.committed",  # the receipt is durable, nothing of the answer has left
        "ledger.indexed",  # leaf indexes are assigned and nodes written, no checkpoint signed yet
        "ledger.checkpointed",  # the checkpoint row is written, its transaction not yet committed
        "ledger.integrated",  # the batch is committed, nobody has been told
        "push.received",  # the file of a push is stored, nothing of it is checked
        "push.staged",  # checked rows are in the staging table
        "push.merged",  # rows are merged into the typed table, not yet committed
        "push.committed",  # the push is durable, its answer has not left
        "query.decided",  # a query is permitted, nothing is read, no receipt is written
        "query.receipted",  # the receipt of the answer is durable, the first byte is about to leave
        "verify.decided",  # a verification is permitted, nothing is read, no receipt is written
        "verify.receipted",  # the receipt of the result is durable, the first byte is about to leave
        "relay.answered",  # the provider's API has answered, the receipt of what is passed on is not written
        "relay.receipted",  # that receipt is durable, the first byte is about to leave
        "register.stepped",  # a step of feeding a register is written with its receipt, not yet committed
    }
)


class UnknownFaultPointError(ValueError):
    """A fault point is named that no code passes through."""


def _armed() -> tuple[str | None, int]:
    """Return the armed point and the hit that kills, from ``HUB_FAULT_POINT``; (None, 0) when unset."""
    setting = os.environ.get("HUB_FAULT_POINT")
    if not setting:
        return None, 0
    name, _, hit = setting.partition(":")
    if name not in POINTS or (hit and not hit.isdecimal()) or hit == "0":
        known = ", ".join(sorted(POINTS))
        raise UnknownFaultPointError(
            f"HUB_FAULT_POINT={setting} 不是已知的故障点; 可用: {known} (可加 :次数, 如 receipt.inserted:3)。 "
            f"HUB_FAULT_POINT={setting} is no known fault point; known: {known} (add :n for the n-th time)."
        )
    return name, int(hit or 1)


_NAME, _HIT = _armed()
_hits = count(1)


def point(name: str) -> None:
    """Die here if this point is armed and this is the chosen hit; otherwise do nothing."""
    if _NAME is None or name != _NAME:
        return
    if next(_hits) == _HIT:
        os.kill(os.getpid(), signal.SIGKILL)
