"""What an agency may have: nothing without a grant, what the grant gives, never wider than the law."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from policies.decision import Denial, Pending, Permit, Refusal, decide, would_pass
from policies.denials import DenialCode
from policies.exemptions import RuleCase, rule_refusal
from policies.facts import (
    Action,
    DataClass,
    GrantStatus,
    Outcome,
    Path,
    Requester,
    RequesterClass,
    RequesterKind,
    Sensitivity,
    ShareType,
    Treatment,
)
from policies.obligations import Obligation
from policies.packs import load_pack
from tests.policies.builders import NOW, POLICE, exemption, grant, item, open_item, request, resource

PACK = load_pack("zhengzhou")
MARRIED = item("married", name="婚姻状态")
SPOUSE = item("spouse_id", masking="citizen_id")
ILLNESS = item("illness", Sensitivity.SPI, name="疾病")
KIND = item("household_kind", Sensitivity.INT, name="户别")
REGISTER = resource(MARRIED, SPOUSE, ILLNESS, KIND, open_item())


def _denial(result: object) -> DenialCode | None:
    return result.code if isinstance(result, Denial) else None


def test_personal_information_is_masked_unless_the_grant_cites_the_law() -> None:
    result = decide(request("spouse_id"), REGISTER, grant({"spouse_id": Treatment.FULL}), PACK)
    assert isinstance(result, Permit)
    assert (result.treatment_of("spouse_id"), result.items[0].masking) == (Treatment.MASKED, "citizen_id")


def test_personal_information_is_full_when_the_grant_says_full_and_cites_the_law() -> None:
    given = grant({"spouse_id": Treatment.FULL}, cites_law_and_assessment=True)
    result = decide(request("spouse_id"), REGISTER, given, PACK)
    assert isinstance(result, Permit)
    assert result.treatment_of("spouse_id") is Treatment.FULL


def test_sensitive_information_is_for_verification_only_unless_law_and_assessment_are_cited() -> None:
    verify = request("illness", action=Action.VERIFY)
    result = decide(verify, REGISTER, grant({"illness": Treatment.FULL}), PACK)
    assert isinstance(result, Permit)
    assert result.treatment_of("illness") is Treatment.VERIFY_ONLY


def test_citing_the_law_never_widens_what_the_grant_gives() -> None:
    given = grant({"illness": Treatment.VERIFY_ONLY}, cites_law_and_assessment=True)
    assert _denial(decide(request("illness"), REGISTER, given, PACK)) is DenialCode.FORM


def test_an_item_granted_for_verification_is_not_read() -> None:
    given = grant({"married": Treatment.VERIFY_ONLY})
    assert _denial(decide(request("married"), REGISTER, given, PACK)) is DenialCode.FORM


def test_an_item_granted_for_aggregates_is_neither_read_nor_verified() -> None:
    given = grant({"married": Treatment.AGGREGATE_ONLY})
    codes = [_denial(decide(request("married", action=a), REGISTER, given, PACK)) for a in (Action.READ, Action.VERIFY)]
    assert codes == [DenialCode.FORM, DenialCode.FORM]


def test_aggregates_for_others_pass_disclosure_control() -> None:
    given = grant({"married": Treatment.AGGREGATE_ONLY})
    result = decide(request("married", action=Action.AGGREGATE), REGISTER, given, PACK)
    assert isinstance(result, Permit)
    assert Obligation.DISCLOSURE_CONTROL in result.obligations


def test_an_item_outside_the_grant_is_denied_without_naming_it() -> None:
    result = decide(request("illness"), REGISTER, grant({"married": Treatment.FULL}), PACK)
    texts = "".join(result.explain("zh") + result.explain("en")) + str(result.record())
    assert (_denial(result), "illness" in texts, "疾病" in texts) == (DenialCode.OUT_OF_GRANT, False, False)


def test_one_item_outside_the_grant_stops_the_whole_question() -> None:
    result = decide(request("married", "illness"), REGISTER, grant({"married": Treatment.FULL}), PACK)
    assert _denial(result) is DenialCode.OUT_OF_GRANT


def test_an_item_that_does_not_exist_and_a_state_secret_read_the_same() -> None:
    secret = resource(item("x", Sensitivity.SS), MARRIED)
    given = grant({"x": Treatment.FULL, "married": Treatment.FULL})
    answers = [decide(request(column), secret, given, PACK).explain("zh")[0] for column in ("x", "nowhere")]
    assert answers[0] == answers[1]


def test_asking_for_everything_gives_the_granted_items_and_counts_the_rest() -> None:
    result = decide(request(), REGISTER, grant({"married": Treatment.MASKED, "illness": Treatment.FULL}), PACK)
    assert isinstance(result, Permit)
    assert (result.columns, [line.column for line in result.left_out], result.unlisted) == (
        ("married", "district"),
        ["illness"],
        2,
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"status": GrantStatus.SUSPENDED}, DenialCode.GRANT_STOPPED),
        ({"status": GrantStatus.REVOKED}, DenialCode.GRANT_STOPPED),
        ({"valid_until": NOW}, DenialCode.GRANT_EXPIRED),
        ({"valid_from": NOW + timedelta(seconds=1)}, DenialCode.GRANT_NOT_STARTED),
        ({"purposes": frozenset({"tax"})}, DenialCode.PURPOSE),
        ({"purposes": frozenset[str]()}, DenialCode.PURPOSE),
        ({"legal_basis": ""}, DenialCode.PURPOSE),
        ({"system_id": "another"}, DenialCode.OUT_OF_GRANT),
        ({"member_id": "another"}, DenialCode.OUT_OF_GRANT),
        ({"resource_id": "another"}, DenialCode.OUT_OF_GRANT),
        ({"items": dict[str, Treatment]()}, DenialCode.OUT_OF_GRANT),
        ({"items": {"married": Treatment.WITHHELD}}, DenialCode.OUT_OF_GRANT),
        ({"case_pattern": "HF-*"}, DenialCode.CASE_NUMBER),
    ],
)
def test_a_grant_that_does_not_fit_gives_nothing(changes: dict[str, Any], code: DenialCode) -> None:
    given = grant(**({"items": {"married": Treatment.FULL}} | changes))
    assert _denial(decide(request("married"), REGISTER, given, PACK)) is code


@pytest.mark.parametrize("purpose", [None, "", "unknown"])
def test_a_missing_or_unknown_purpose_never_means_allowed(purpose: str | None) -> None:
    given = grant({"married": Treatment.FULL})
    assert _denial(decide(request("married", purpose=purpose), REGISTER, given, PACK)) is DenialCode.PURPOSE


def test_another_legal_basis_than_the_grants_is_outside_it() -> None:
    given = grant({"married": Treatment.FULL})
    result = decide(request("married", legal_basis="税收征收管理法 第六条"), REGISTER, given, PACK)
    assert _denial(result) is DenialCode.PURPOSE


@pytest.mark.parametrize(
    ("number", "fits"), [("HF-2026-0001", True), ("XX-1", False), ("HF-" + "9" * 80, False), (None, False)]
)
def test_the_case_number_must_match_the_grant(number: str | None, *, fits: bool) -> None:
    given = grant({"married": Treatment.FULL}, case_pattern="HF-*")
    assert would_pass(request("married", case_number=number), REGISTER, given, PACK) is fits


def test_a_grant_ends_at_its_last_second() -> None:
    given = grant({"married": Treatment.FULL}, valid_until=datetime(2026, 3, 2, 4, 0, tzinfo=UTC))
    before = request("married", now=datetime(2026, 3, 2, 3, 59, 59, tzinfo=UTC))
    at = request("married", now=datetime(2026, 3, 2, 4, 0, tzinfo=UTC))
    assert [would_pass(moment, REGISTER, given, PACK) for moment in (before, at)] == [True, False]


@pytest.mark.parametrize("column", ["spouse_id", "illness", "nowhere"])
def test_no_condition_may_use_an_item_that_is_masked_withheld_or_unknown(column: str) -> None:
    given = grant({"married": Treatment.FULL, "spouse_id": Treatment.MASKED}, cites_law_and_assessment=True)
    result = decide(request("married", queried=frozenset({column})), REGISTER, given, PACK)
    texts = "".join(result.explain("zh") + result.explain("en"))
    assert (_denial(result), column in texts) == (DenialCode.PROTECTED_QUERY, False)


def test_a_condition_may_use_an_item_given_in_full() -> None:
    given = grant({"household_kind": Treatment.FULL})
    result = decide(request("household_kind", queried=frozenset({"household_kind"})), REGISTER, given, PACK)
    assert isinstance(result, Permit)
    assert result.queryable == {"household_kind"}


def test_verification_may_match_by_a_masked_key() -> None:
    given = grant({"married": Treatment.VERIFY_ONLY, "spouse_id": Treatment.MASKED})
    asked = request("married", action=Action.VERIFY, matched=frozenset({"spouse_id"}))
    result = decide(asked, REGISTER, given, PACK)
    assert isinstance(result, Permit)
    assert result.matchable == {"spouse_id"}


def test_reading_may_match_by_a_masked_key_only_where_the_grant_says_so() -> None:
    asked = request("household_kind", matched=frozenset({"spouse_id"}))
    forms = {"household_kind": Treatment.FULL, "spouse_id": Treatment.MASKED}
    without, with_it = grant(forms), grant(forms, exact_match=frozenset({"spouse_id"}))
    assert [would_pass(asked, REGISTER, given, PACK) for given in (without, with_it)] == [False, True]


def test_an_exact_match_is_not_a_filter() -> None:
    forms = {"household_kind": Treatment.FULL, "spouse_id": Treatment.MASKED}
    given = grant(forms, exact_match=frozenset({"spouse_id"}))
    asked = request("household_kind", queried=frozenset({"spouse_id"}), matched=frozenset({"spouse_id"}))
    assert not would_pass(asked, REGISTER, given, PACK)


def test_the_row_filter_and_quotas_of_the_grant_travel_with_the_permit() -> None:
    given = grant({"married": Treatment.FULL}, row_filter=(("district", "410102"),), quotas={"rows_per_day": 100})
    result = decide(request("married"), REGISTER, given, PACK)
    assert isinstance(result, Permit)
    assert (result.row_filter, dict(result.limits)) == ((("district", "410102"),), {"rows_per_day": 100})


def test_an_agency_without_a_grant_applies_and_the_clock_follows_the_share_type() -> None:
    free = resource(item("a", Sensitivity.INT, share_type=ShareType.UNCONDITIONAL), KIND)
    clocks = [decide(request(column), free, None, PACK) for column in ("a", "household_kind")]
    assert [pending.clock_key for pending in clocks if isinstance(pending, Pending)] == [
        "share.reply.unconditional",
        "share.reply.conditional",
    ]


def test_an_open_item_needs_no_grant() -> None:
    assert would_pass(request("district"), REGISTER, None, PACK)


def test_a_public_item_that_is_neither_opened_nor_shared_needs_a_request() -> None:
    held = resource(item("notes", Sensitivity.PUB))
    assert decide(request("notes"), held, None, PACK).outcome is Outcome.APPLY


def test_an_unpublished_resource_reads_like_none() -> None:
    hidden = resource(MARRIED, published=False)
    given = grant({"married": Treatment.FULL})
    assert _denial(decide(request("married"), hidden, given, PACK)) is DenialCode.NOT_FOUND


def test_a_suspended_resource_is_denied_not_refused() -> None:
    held = resource(MARRIED, suspended="S-2026-3")
    given = grant({"married": Treatment.FULL})
    assert _denial(decide(request("married"), held, given, PACK)) is DenialCode.SUSPENDED


def test_a_record_under_verification_is_still_given_with_a_flag() -> None:
    held = resource(MARRIED, under_verification=True)
    result = decide(request("married"), held, grant({"married": Treatment.FULL}), PACK)
    assert isinstance(result, Permit)
    assert Obligation.UNDER_VERIFICATION in result.obligations


def test_the_owner_reads_sensitive_items_only_as_a_named_person_with_a_reason() -> None:
    person = Requester(RequesterKind.AGENCY, POLICE, "register", "zhang-wei")
    machine = Requester(RequesterKind.AGENCY, POLICE, "register")
    answers = [would_pass(request("illness", requester=who), REGISTER, None, PACK) for who in (person, machine)]
    assert answers == [True, False]


@pytest.mark.parametrize(("pack", "refused"), [("zhengzhou", False), ("jilin", False), ("national", True)])
def test_an_item_not_shared_by_law_is_refused_by_rule_only_under_the_national_overlay(
    pack: str, *, refused: bool
) -> None:
    closed = item("x", Sensitivity.INT, share_type=ShareType.WITHHELD, exemptions=(exemption("R15", "x"),))
    result = decide(request("x"), resource(closed, pack=pack), None, load_pack(pack))
    assert isinstance(result, Refusal) is refused


def test_a_dry_run_is_the_decision_itself() -> None:
    given = grant({"married": Treatment.FULL})
    assert [would_pass(request(c), REGISTER, given, PACK) for c in ("married", "illness")] == [True, False]


def test_an_expired_grant_is_said_aloud_even_where_some_items_are_open() -> None:
    given = grant({"married": Treatment.FULL}, valid_until=NOW)
    assert _denial(decide(request(), REGISTER, given, PACK)) is DenialCode.GRANT_EXPIRED


def test_a_rule_never_rests_a_refusal_of_sharing_on_a_disclosure_ground() -> None:
    draft = item("draft", Sensitivity.INT, exemptions=(exemption("R06", "draft"),))
    rule = PACK.table[RequesterClass.PUBLIC, DataClass.INT]
    found = [
        rule_refusal(RuleCase(draft, resource(draft), rule, path, NOW), frozenset({"R06"}), PACK)
        for path in (Path.SHARE, Path.OPEN)
    ]
    assert [refusal is None for refusal in found] == [True, False]
