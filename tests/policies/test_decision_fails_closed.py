"""An empty set, a missing field or an unknown word never means allowed, and never means refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, cast

import pytest

from policies.decision import Denial, Pending, Permit, PermitForgedError, decide
from policies.facts import (
    Action,
    NaiveTimeError,
    Outcome,
    Requester,
    RequesterKind,
    ResourceKind,
    Sensitivity,
    Treatment,
)
from policies.packs import load_pack
from tests.policies.builders import AGENCY, NOW, grant, item, open_item, public_request, request, resource

PACK = load_pack("zhengzhou")
OPEN = resource(open_item())


def _word(text: str) -> Any:
    """Return a word of no closed list, as it could arrive from a store that is newer than this code."""
    return cast("Any", text)


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        (public_request(requester=Requester(_word("alien"))), OPEN),
        (public_request(action=_word("copy")), OPEN),
        (public_request(action=_word("read")), OPEN),
        (public_request(now=datetime(2026, 3, 2)), OPEN),  # noqa: DTZ001 - the missing zone is the point
        (public_request("district"), resource(open_item(sensitivity=_word("XYZ")))),
        (public_request("district"), resource(open_item(), kind=_word("rows"))),
        (public_request("district"), resource(open_item(), pack="jilin")),
        (request("district", requester=Requester(RequesterKind.AGENCY)), OPEN),
    ],
)
def test_what_is_unknown_is_pending_with_an_owner_and_a_clock(asked: Any, held: Any) -> None:
    result = decide(asked, held, None, PACK)
    assert isinstance(result, Pending)
    assert (result.outcome, bool(result.owner), result.clock_key) == (Outcome.PENDING, True, "product.undetermined")


def test_an_unreachable_policy_store_is_pending() -> None:
    result = decide(public_request(), OPEN, None, None)
    assert isinstance(result, Pending)
    assert result.reason.code == "policy-unreachable"


@pytest.mark.parametrize("items", [(), []])
def test_asking_for_no_item_gives_nothing(items: Any) -> None:
    assert isinstance(decide(replace(public_request(), items=items), OPEN, None, PACK), Denial)


@pytest.mark.parametrize("form", ["everything", "", None])
def test_an_unknown_form_in_a_grant_gives_nothing(form: Any) -> None:
    held = resource(item("x", Sensitivity.INT))
    assert isinstance(decide(request("x"), held, grant({"x": form}), PACK), Denial)


@pytest.mark.parametrize("form", ["full", "aggregate_only"])
def test_a_form_given_as_plain_text_means_the_same_as_the_word(form: Any) -> None:
    held = resource(item("x", Sensitivity.INT))
    results = [decide(request("x"), held, grant({"x": word}), PACK) for word in (form, Treatment(form))]
    assert results[0] == results[1]


def test_a_status_that_is_no_word_of_the_list_stops_the_grant() -> None:
    given = grant({"x": Treatment.FULL}, status=_word("live"))
    assert isinstance(decide(request("x"), resource(item("x", Sensitivity.INT)), given, PACK), Denial)


def test_a_grant_of_a_member_without_a_system_never_fits_a_question_without_one() -> None:
    asked = request("x", requester=Requester(RequesterKind.AGENCY, AGENCY.member_id))
    held = resource(item("x", Sensitivity.INT))
    assert isinstance(decide(asked, held, grant({"x": Treatment.FULL}), PACK), Denial)


def test_a_time_without_a_zone_is_refused_when_the_fact_is_made() -> None:
    with pytest.raises(NaiveTimeError):
        resource(open_item(), release_time=datetime(2026, 3, 2))  # noqa: DTZ001 - the missing zone is the point


def test_two_items_of_one_column_are_refused_when_the_fact_is_made() -> None:
    with pytest.raises(ValueError, match="列名重复"):
        resource(open_item(), open_item())


def _permit() -> Permit:
    result = decide(public_request(), OPEN, None, PACK)
    assert isinstance(result, Permit)
    return result


def test_a_permit_cannot_be_built_by_hand() -> None:
    made = _permit()
    with pytest.raises(PermitForgedError):
        Permit(
            requester=made.requester,
            resource_id="another",
            action=Action.READ,
            items=made.items,
            left_out=(),
            unlisted=0,
            queryable=frozenset(),
            matchable=frozenset(),
            row_filter=(),
            limits={},
            obligations=(),
            grant_id=None,
            grant_version=None,
            purpose=None,
            expires_at=None,
            policy_version=made.policy_version,
            seal=object(),
        )


def test_a_permit_cannot_be_changed_by_replacing_a_field() -> None:
    with pytest.raises((PermitForgedError, TypeError, ValueError)):
        replace(_permit(), resource_id="another")  # type: ignore[call-arg]


@pytest.mark.parametrize("kind", list(ResourceKind))
@pytest.mark.parametrize("secret", [Sensitivity.SS, Sensitivity.WS])
def test_no_requester_of_any_kind_is_given_a_secret(kind: ResourceKind, secret: Sensitivity) -> None:
    held = resource(open_item("x", sensitivity=secret), kind=kind)
    given = grant({"x": Treatment.FULL}, cites_law_and_assessment=True)
    who = [replace(AGENCY, kind=k, subject="p", ward="w", second_factor=True, staff_id="s") for k in RequesterKind]
    results = [decide(request(*c, requester=r), held, given, PACK) for r in who for c in (("x",), ())]
    assert [result for result in results if not isinstance(result, Denial)] == []


def test_the_time_of_the_question_is_aware() -> None:
    assert NOW.tzinfo is not None
