"""Bodies of the routes about exemption records (docs/reference/exemptions.md)."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from hub.api.models import Body, DeciderBody, Text200
from hub.directory.claims.records import AssessmentOutcome, HolderKind
from hub.exchange.consulting.records import Decision, Kind, PartyKind
from policies.claims import Finding

Text1000 = Annotated[str, Field(max_length=1000)]
Items = Annotated[tuple[Text200, ...], Field(min_length=1, max_length=500)]


class ReasonBody(Body):
    """Why something ends."""

    reason: Text1000 = ""


class ReviewBody(Body):
    """A review: keep until the next one, or lift."""

    outcome: Literal["keep", "lift"]
    reason: Text1000
    next_review_on: date | None = None
    assessment: uuid.UUID | None = Field(default=None, description="个人隐私记录的新评估 / a fresh assessment (R05)")


class ReferralBody(Body):
    """A question to the secrecy authority."""

    authority: Text200
    reference: Text200


class ReferralAnswerBody(Body):
    """Its answer."""

    reference: Text200
    on: date
    upholds_secrecy: bool


class HolderBody(Body):
    """Who holds the secret: a credit code with the name, or a person's number alone (kept as a keyed digest)."""

    kind: HolderKind
    number: Text200
    name: Annotated[str, Field(max_length=200)] = ""


class ClaimBody(Body):
    """A trade-secret claim as the organ received it."""

    entry: Text200
    items: Items
    rows_covered: Text1000
    holder: HolderBody
    agent: Annotated[str, Field(max_length=200)] = ""
    why_unknown: Text1000
    value: Text1000
    measures: Text1000
    evidence_digests: Annotated[tuple[str, ...], Field(max_length=50)] = ()
    made_when: Literal["submission", "consultation"]
    claimed_on: date
    until: date


class FindingBody(Body):
    """What the organ found."""

    finding: Finding
    items: Annotated[tuple[Text200, ...], Field(max_length=500)] = ()
    reason: Text1000
    decider: DeciderBody
    review_on: date


class AssessmentBody(Body):
    """An impact assessment (PIPL Art. 55-56)."""

    entry: Text200
    items: Items
    purpose: Text1000
    cited_law: Text200
    persons: int = Field(ge=1, le=2**53 - 1, description="涉及人数（不列姓名号码）/ how many persons, never who")
    necessity: Text1000
    harm: Text1000
    measures: Text1000
    outcome: AssessmentOutcome
    reference: Text200
    assessor_role: Text200
    review_on: date


class ConsultationBody(Body):
    """Whom to ask, or the decision for a class."""

    kind: Kind = Kind.THIRD_PARTY
    party_kind: PartyKind
    party: Annotated[str, Field(max_length=200)] = ""
    party_name: Annotated[str, Field(max_length=200)] = ""
    received_on: date
    persons: int | None = Field(default=None, ge=1, le=2**53 - 1)
    reason: Text1000 = ""
    request_line: uuid.UUID | None = None


class ReplyBody(Body):
    """What the party answered."""

    outcome: Literal["agrees", "objects_with_reason", "objects_without_reason"]
    reason: Text1000 = ""
    replied_on: date


class DecisionBody(Body):
    """What the organ decided."""

    decision: Decision
    reason: Text1000


class OverrideBody(Body):
    """Why the public interest asks for release."""

    interest: Text1000
    causal_link: Text1000
    why_not_masked: Text1000
    proportionality: Text1000


class SignBody(Body):
    """The head's signature."""

    signer_role: Text200
    urgent_reason: Text1000 = ""
