"""Exemption records between JSON, the database and :mod:`policies.claims`.

The evidence is tagged with its kind: ``secret_pointer`` (R01), ``trade_secret_claim`` (R04),
``privacy_assessment`` (R05), ``legal_citation`` (R02, R15), ``reason_record`` (R03, R06-R08).
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from hub.directory.errors import ExemptionError
from policies.claims import (
    Decider,
    Evidence,
    Exemption,
    ExemptionStatus,
    LegalCitation,
    PrivacyAssessment,
    ReasonRecord,
    SecretPointer,
    TradeSecretClaim,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalogue.store import ExemptionRow

_KINDS: dict[str, type[Any]] = {
    "secret_pointer": SecretPointer,
    "trade_secret_claim": TradeSecretClaim,
    "privacy_assessment": PrivacyAssessment,
    "legal_citation": LegalCitation,
    "reason_record": ReasonRecord,
}
_ADAPTERS: dict[str, TypeAdapter[Any]] = {kind: TypeAdapter(cls) for kind, cls in _KINDS.items()}
EVIDENCE_OF_GROUND: dict[str, str] = {
    "R01": "secret_pointer",
    "R02": "legal_citation",
    "R03": "reason_record",
    "R04": "trade_secret_claim",
    "R05": "privacy_assessment",
    "R06": "reason_record",
    "R07": "reason_record",
    "R08": "reason_record",
    "R15": "legal_citation",
}


def read_evidence(ground: str, data: Mapping[str, Any]) -> Evidence:
    """Return the evidence of a ground from JSON data.

    Raises:
        ExemptionError: no such ground, or fields missing, unknown or of the wrong shape: each is named.
    """
    kind = EVIDENCE_OF_GROUND.get(ground)
    if kind is None:
        grounds = "、".join(EVIDENCE_OF_GROUND)
        raise ExemptionError(
            f"豁免记录的理由须为 {grounds} 之一",
            f"the ground of an exemption must be one of {', '.join(EVIDENCE_OF_GROUND)}",
            next_zh="其他情形不是不予提供的理由，应当提供",
            next_en="nothing else is a ground: the item must be given",
        )
    known = {field.name for field in fields(_KINDS[kind])}
    faults = [
        {"pointer": f"/evidence/{name[:60]}", "message": f"unknown field; {kind} has {', '.join(sorted(known))}"}
        for name in data
        if name not in known
    ]
    try:
        evidence: Evidence = _ADAPTERS[kind].validate_python(dict(data))
    except ValidationError as error:
        faults += [
            {"pointer": "/evidence/" + "/".join(str(part) for part in fault["loc"]), "message": fault["msg"]}
            for fault in error.errors(include_input=False, include_url=False)
        ]
        raise _incomplete(kind, faults) from error
    if faults:
        raise _incomplete(kind, faults)
    return evidence


def _incomplete(kind: str, faults: list[dict[str, str]]) -> ExemptionError:
    return ExemptionError(
        "豁免记录的证据有误：" + "、".join(fault["pointer"] for fault in faults),
        "the evidence is not right: " + "; ".join(f"{f['pointer']} {f['message']}" for f in faults),
        next_zh=f"请按 {kind} 的各项填写",
        next_en=f"give the fields of {kind}",
        facts={"errors": faults, "evidence_kind": kind},
    )


def evidence_body(evidence: Evidence, decider: Decider) -> dict[str, Any]:
    """Return what is stored of an exemption besides its columns."""
    kind = next(name for name, cls in _KINDS.items() if isinstance(evidence, cls))
    return {
        "evidence_kind": kind,
        "evidence": _ADAPTERS[kind].dump_python(evidence, mode="json"),
        "decider": {"name": decider.name, "role": decider.role},
    }


def with_evidence(body: Mapping[str, Any], evidence: Evidence) -> dict[str, Any]:
    """Return the stored body of a record with other evidence of the same kind; all else stays."""
    decider = Decider(**body["decider"])
    return {**body, **evidence_body(evidence, decider)}


def exemption_of(row: ExemptionRow) -> Exemption:
    """Return the stored record as the policies read it."""
    body = row.body
    return Exemption(
        id=str(row.id),
        ground=row.ground,
        item=row.item or "outside",
        evidence=_ADAPTERS[body["evidence_kind"]].validate_python(body["evidence"]),
        decided_by=str(row.member_id),
        decider=Decider(**body["decider"]),
        in_force_from=row.in_force_from,
        in_force_until=row.in_force_until,
        review_on=row.review_on,
        status=ExemptionStatus(row.status),
    )
