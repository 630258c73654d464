"""A claim of trade secret protects for a while and refuses nothing; what has run out restricts nothing that day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from policies.claims import ExemptionStatus, Finding, TradeSecretClaim
from policies.decision import Pending, Permit, Refusal, decide
from policies.packs import load_pack
from tests.policies.builders import NOW, TODAY, exemption, open_item, public_request, resource

PACK = load_pack("zhengzhou")


def _claimed(until: date, item: str = "district") -> object:
    record = exemption("R04", item)
    claim = record.evidence
    assert isinstance(claim, TradeSecretClaim)
    waiting = replace(claim, finding=Finding.OPEN, found_on=None, protective_until=until)
    held = resource(open_item(exemptions=(replace(record, status=ExemptionStatus.CLAIMED, evidence=waiting),)))
    return decide(public_request("district"), held, None, PACK)


def test_a_claim_keeps_an_open_item_back_without_refusing_it() -> None:
    assert isinstance(_claimed(TODAY), Pending)


def test_a_claim_without_a_finding_protects_nothing_after_its_time() -> None:
    assert isinstance(_claimed(TODAY - timedelta(days=1)), Permit)


def test_a_claim_on_another_item_protects_nothing() -> None:
    assert isinstance(_claimed(TODAY, item="another"), Permit)


def test_a_record_restricts_on_its_last_day_and_not_on_the_next() -> None:
    record = exemption("R04", "district", in_force_until=TODAY)
    held = resource(open_item(exemptions=(record,)))
    asked = public_request("district")
    tomorrow = replace(asked, now=NOW + timedelta(days=1))
    assert isinstance(decide(asked, held, None, PACK), Refusal)
    assert isinstance(decide(tomorrow, held, None, PACK), Permit)
