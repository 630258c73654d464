"""What can be done about a record besides its review: signing a pointer, referring it, asking, overriding.

Says what is possible; the acts themselves are in ``pointers``, ``asking`` and ``public_interest``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.directory import exemptions, overrides
from hub.directory.claims.records import OverrideState
from hub.exchange.consulting.records import Kind
from hub.identity.roles import Role
from policies.claims import ExemptionStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalogue.store import ExemptionRow
    from hub.portal.work.frame import WorkPage

SIGNING = (Role.SECRECY_REVIEWER, Role.APPROVER)
ENDED = frozenset({OverrideState.RELEASED, OverrideState.ENDED})


def possible(page: WorkPage, row: ExemptionRow, whole: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the template asks: which forms and links to show to this person, and what they rest on."""
    person, is_live = page.person, row.status in exemptions.LIVE
    is_pointer = row.ground == exemptions.POINTER_GROUND
    signed = row.body.get("signed", [])
    waits = is_pointer and row.status == ExemptionStatus.CLAIMED
    missing = {role.value for role in SIGNING} - {one["role"] for one in signed}
    referral = whole["referral"]
    is_asked = referral is not None and referral["answered_on"] is None
    open_overrides = [one for one in whole["overrides"] if one["state"] not in ENDED]
    asked = [one for one in whole["consultations"] if one["outcome"] == "waiting"]
    files = person.has_role(Role.CLERK, Role.APPROVER)
    head = person.has_role(Role.APPROVER)
    today = page.context.today()
    return {
        "waits_for_signature": waits,
        "signature_by": [page.text(f"role_{role}") for role in sorted(missing)],
        "may_sign": waits
        and all(one["staff"] != str(person.staff.id) for one in signed)
        and any(role.value in missing for role in SIGNING if person.has_role(role)),
        "may_refer": is_pointer and is_live and not is_asked and person.has_role(*SIGNING),
        "may_answer_referral": is_asked
        and referral["asked_by"] != person.staff.id
        and is_live
        and person.has_role(*SIGNING),
        "may_ask": is_live and row.entry_id is not None and files and len(asked) < len(Kind) - 1,
        "may_override": is_live and row.ground in overrides.GROUNDS and files and not open_overrides,
        "overrides": [
            {
                **one,
                "state_text": page.text(f"override_state_{one['state']}"),
                "may_sign": one["state"] == OverrideState.PROPOSED and head and one["proposed_by"] != person.staff.id,
                "waits_for_head": one["state"] == OverrideState.PROPOSED,
                "may_release": one["state"] == OverrideState.NOTIFIED
                and head
                and one["release_from"] is not None
                and one["release_from"] <= today,
                "may_stop": one["state"] not in ENDED and head,
            }
            for one in whole["overrides"]
        ],
    }
