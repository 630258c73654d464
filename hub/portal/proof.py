"""Checking receipts on a page: the steps are those of ``hub prove``, the keys are the hub's own.

Pasted or as a file: a bundle, a receipt as JSON, or the compact form alone. What the evidence lacks is taken
from the log here, so that a bare receipt is enough. Nothing that is pasted is kept.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hub.ledger import evidence, prove
from hub.ledger import store as ledger_store
from hub.ledger.errors import LedgerError
from hub.ledger.publication import published_keys
from hub.ledger.receipts import receipt_id_of
from hub.ledger.verdict import TrustedKeys

if TYPE_CHECKING:
    from hub.database import Unit
    from hub.portal.rendering import Page

LARGEST_PASTE = 512 * 1024
"""Bytes of a receipt or bundle that the page reads: a bundle has about 3 KB."""
_SIGNS = {True: "step_true", False: "step_false", None: "step_note"}


def log_state(page: Page) -> dict[str, Any]:
    """Return the log's current checkpoint."""
    with page.hub.database.begin() as unit:
        latest = ledger_store.latest_checkpoint(unit)
    if latest is None:
        return {"size": 0, "root": "", "note": ""}
    return {"size": latest.size, "root": latest.root.hex(), "note": latest.note}


def checked(page: Page, pasted: bytes) -> dict[str, Any]:
    """Check a receipt against this hub's log, and return each step with what it came to."""
    receipt = pasted.strip()
    with page.hub.database.begin() as unit:
        keys = TrustedKeys.read(published_keys(unit))
        bundle = _evidence(unit, receipt)
    verdict = prove.prove_receipt(receipt, bundle, keys)
    word = verdict.code.name.lower().split("_")[0]
    outcome = word if word in {"true", "false"} else "unknown"
    return {
        "css": outcome,
        "key": f"proof_{outcome}",
        "lines": [(_SIGNS[line.holds], line.en if page.lang == "en" else line.zh) for line in verdict.lines],
    }


def _evidence(unit: Unit, receipt: bytes) -> bytes | None:
    """Return the bundle of a receipt that came without one; None where it has one, or no receipt can be read."""
    try:
        text = receipt.decode("utf-8")
        if text.startswith("{"):
            document = json.loads(text)
            if "checkpoint" in document or not isinstance(document.get("receipt"), str):
                return None
            text = document["receipt"]
        found = evidence.bundle(unit, receipt_id_of(text.encode()))
    except (LedgerError, ValueError, RecursionError):
        return None
    # Without the stored receipt: an altered one is then told by its signature, not by being another one.
    return json.dumps({name: value for name, value in found.items() if name != "receipt"}).encode()
