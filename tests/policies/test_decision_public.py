"""What anyone may have: what is open, with what was left out said aloud; refusals only on a record in force."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from policies.claims import ExemptionStatus
from policies.decision import Denial, Pending, Permit, Refusal, decide, would_pass
from policies.denials import DenialCode
from policies.facts import (
    Action,
    OpenType,
    Outcome,
    Requester,
    RequesterKind,
    ResourceKind,
    Sensitivity,
    Treatment,
)
from policies.packs import load_pack
from tests.policies.builders import PACKS, evidence, exemption, item, open_item, public_request, resource

PACK = load_pack("zhengzhou")
PRIVATE = item("illness", Sensitivity.SPI, exemptions=(exemption("R05", "illness"),))
FIRMS = resource(open_item(), open_item("road"), PRIVATE)


def test_all_open_items_are_given_in_full() -> None:
    result = decide(public_request(), FIRMS, None, PACK)
    assert isinstance(result, Permit)
    assert [(line.column, line.treatment) for line in result.items] == [
        ("district", Treatment.FULL),
        ("road", Treatment.FULL),
    ]


def test_what_is_left_out_is_named_with_its_ground() -> None:
    result = decide(public_request(), FIRMS, None, PACK)
    assert isinstance(result, Permit)
    assert [(line.column, line.treatment, line.ground) for line in result.left_out] == [
        ("illness", Treatment.WITHHELD, "R05")
    ]


def test_what_is_left_out_names_no_ground_where_none_is_in_force() -> None:
    result = decide(public_request(), resource(open_item(), item("illness", Sensitivity.SPI)), None, PACK)
    assert isinstance(result, Permit)
    assert [(line.outcome, line.ground) for line in result.left_out] == [(Outcome.PENDING, None)]


def test_an_item_named_explicitly_is_refused_with_the_rest_held_out() -> None:
    result = decide(public_request("district", "illness"), FIRMS, None, PACK)
    assert isinstance(result, Refusal)
    assert (result.item, result.ground, result.separable, result.offer) == (
        "illness",
        "R05",
        ("district",),
        Treatment.AGGREGATE_ONLY,
    )


def test_two_refused_items_are_both_answered() -> None:
    other = item("religion", Sensitivity.SPI, exemptions=(exemption("R05", "religion"),))
    result = decide(public_request("illness", "religion"), resource(PRIVATE, other), None, PACK)
    assert isinstance(result, Refusal)
    assert [refusal.item for refusal in result.further] == ["religion"]


@pytest.mark.parametrize("pack", PACKS)
def test_reading_personal_information_by_name_is_refused_while_aggregates_are_given(pack: str) -> None:
    held = resource(item("married", exemptions=(exemption("R05", "married"),)), pack=pack)
    read = decide(public_request("married"), held, None, load_pack(pack))
    count = decide(public_request("married", action=Action.AGGREGATE), held, None, load_pack(pack))
    assert (type(read), count.outcome) == (Refusal, Outcome.AGGREGATE_ONLY)


@pytest.mark.parametrize(
    "changes",
    [
        {"status": ExemptionStatus.WITHDRAWN},
        {"in_force_until": date(2026, 3, 1)},
        {"review_on": date(2026, 3, 1)},
        {"decided_by": "another-member"},
        {"item": "another_item"},
        {"evidence": evidence("R04", "illness")},
    ],
)
def test_a_record_that_does_not_hold_turns_the_refusal_into_pending(changes: dict[str, Any]) -> None:
    stale = item("illness", Sensitivity.SPI, exemptions=(exemption("R05", "illness", **changes),))
    assert isinstance(decide(public_request("illness"), resource(stale), None, PACK), Pending)


@pytest.mark.parametrize(
    "changes",
    [
        {"open_type": OpenType.CLOSED},
        {"open_type": OpenType.CONDITIONAL},
        {"open_type": None},
        {"excluded_from_opening": True},
        {"exemptions": (exemption("R05", "district"),)},
    ],
)
def test_a_public_item_is_given_only_when_it_is_opened_and_nothing_restricts_it(changes: dict[str, Any]) -> None:
    assert not would_pass(public_request("district"), resource(open_item(**changes)), None, PACK)


def test_an_internal_item_may_be_refused_on_a_record_of_any_kind_of_article_16() -> None:
    draft = item("draft", Sensitivity.INT, exemptions=(exemption("R07", "draft"),))
    result = decide(public_request("draft"), resource(draft), None, PACK)
    assert isinstance(result, Refusal)
    assert result.ground == "R07"


def test_the_public_may_not_filter_by_an_item_that_is_not_open() -> None:
    result = decide(public_request("district", queried=frozenset({"illness"})), FIRMS, None, PACK)
    assert isinstance(result, Denial)
    assert result.code is DenialCode.PROTECTED_QUERY


def test_an_item_opened_with_conditions_is_applied_for() -> None:
    held = resource(open_item(open_type=OpenType.CONDITIONAL))
    assert decide(public_request("district"), held, None, PACK).outcome is Outcome.APPLY


def test_an_open_aggregate_carries_disclosure_control() -> None:
    held = resource(open_item("count", sensitivity=Sensitivity.PI), kind=ResourceKind.AGGREGATE)
    result = decide(public_request(), held, None, PACK)
    assert "disclosure_control" in str(result.record())


def test_nothing_open_is_no_permit() -> None:
    assert not would_pass(public_request(), resource(item("married")), None, PACK)


def test_a_citizen_reads_only_their_own_record() -> None:
    citizen = Requester(RequesterKind.CITIZEN, subject="person-7")
    result = decide(public_request("married", requester=citizen), resource(item("married")), None, PACK)
    assert isinstance(result, Permit)
    assert result.row_filter == (("own_record", "person-7"),)


def test_a_condition_on_an_own_record_item_narrows_open_items_too() -> None:
    citizen = Requester(RequesterKind.CITIZEN, subject="person-7")
    asked = public_request("district", requester=citizen, queried=frozenset({"married"}))
    result = decide(asked, resource(open_item(), item("married")), None, PACK)
    assert isinstance(result, Permit)
    assert result.row_filter == (("own_record", "person-7"),)


def test_a_citizen_without_proof_of_identity_gets_nothing() -> None:
    citizen = Requester(RequesterKind.CITIZEN)
    assert not would_pass(public_request("married", requester=citizen), resource(item("married")), None, PACK)


def test_sensitive_own_data_needs_a_second_factor() -> None:
    citizen = Requester(RequesterKind.CITIZEN, subject="person-7")
    held = resource(item("illness", Sensitivity.SPI))
    result = decide(public_request("illness", requester=citizen), held, None, PACK)
    assert isinstance(result, Denial)
    assert result.code is DenialCode.SECOND_FACTOR
