"""Exemption records and what stands behind them as JSON; holders who are persons appear as digests alone."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from hub.directory.claims import store
from hub.directory.exemptions import Recorded, judged
from hub.exchange import affected_store
from hub.exchange.consulting import replies
from hub.exchange.consulting import store as consulting_store
from hub.exchange.consulting.carrying import claim_of
from hub.identity import store as identity_store

if TYPE_CHECKING:
    import uuid

    from catalogue.store import ExemptionRow
    from hub.context import Context
    from hub.database import Unit
    from hub.directory.claims.records import ClaimRow, Return
    from hub.exchange.ageing import Affected


def record_body(recorded: Recorded) -> dict[str, Any]:
    """Return a record with why it is not in force today, if so."""
    row = recorded.row
    return {
        "id": row.id,
        "item": row.item,
        "ground": row.ground,
        "in_force_from": row.in_force_from,
        "in_force_until": row.in_force_until,
        "review_on": row.review_on,
        "status": row.status,
        "in_force": not recorded.reasons,
        "not_in_force": [
            {"code": reason.code, "zh": reason.what.zh, "en": reason.what.en} for reason in recorded.reasons
        ],
    }


def whole_body(context: Context, unit: Unit, row: ExemptionRow) -> dict[str, Any]:
    """Return a record with its evidence, history, consultations, overrides and referral."""
    consultations = [
        replies.settled(context, unit, one) for one in consulting_store.of_exemption(unit, row.id, claim_of(row))
    ]
    found = store.find_exemption(unit, row.id) or row
    referral = store.referral(unit, row.id)
    return {
        **record_body(judged(context, unit, found)),
        "entry": store.entry_names(unit, (row.entry_id,)).get(row.entry_id) if row.entry_id is not None else None,
        "evidence_kind": found.body["evidence_kind"],
        "evidence": found.body["evidence"],
        "decider": found.body["decider"],
        "claim": found.body.get("claim"),
        "referral": asdict(referral) if referral is not None else None,
        "consultations": [asdict(one) for one in consultations],
        "overrides": [asdict(one) for one in store.overrides_of(unit, row.id)],
        "history": [asdict(one) for one in store.events(unit, row.id)],
    }


def claim_body(unit: Unit, claim: ClaimRow) -> dict[str, Any]:
    """Return a claim with the records it made."""
    rows = store.exemptions_of_claim(unit, claim.id)
    return {
        **asdict(claim),
        "exemptions": [{"id": row.id, "item": row.item, "status": row.status} for row in rows],
    }


def affected_body(found: Affected) -> dict[str, Any]:
    """Return what rests on a record."""
    return {
        "grants": [asdict(one) for one in found.grants],
        "refusals": [{**asdict(one), "label": f"A-{one.number}"} for one in found.refusals],
    }


def return_body(unit: Unit, one: Return) -> dict[str, Any]:
    """Return an item that is back in review."""
    row = store.find_exemption(unit, one.exemption_id)
    return {
        **asdict(one),
        "ground": row.ground if row is not None else None,
        "item": row.item if row is not None else None,
    }


def counters(unit: Unit) -> dict[str, Any]:
    """Return the counters to publish: refusals by ground, records in force, what is past its review, by organ."""
    past = store.count_returns(unit)
    return {
        "refusals_by_ground": affected_store.refusals_by_ground(unit),
        "records_by_ground": affected_store.records_by_ground(unit),
        "refusals_on_records_in_review": affected_store.refusals_past_review(unit),
        "in_review": sum(past.values()),
        "in_review_by_organ": [
            {"organ": organ, "name": _name(unit, organ), "in_review": number} for organ, number in past.items()
        ],
    }


def _name(unit: Unit, organ: uuid.UUID) -> str:
    member = identity_store.member(unit, "id", organ)
    return member.name if member is not None else ""
