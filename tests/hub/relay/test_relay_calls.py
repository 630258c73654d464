"""Relay: what reaches the provider, what reaches the consumer, and the two receipts between them."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.api_jws import PyJWS

from hub.exchange.watch import Limits
from tests.hub.relay import provider as stub
from tests.hub.relay.conftest import ASKER, FORMS, OTHER, PERSON, ROW, set_grants
from tests.support import acts
from tests.support.acts import MARRIAGES

if TYPE_CHECKING:
    from tests.hub.relay.conftest import Town


def claims_of(town: Town, **changes: Any) -> dict[str, Any]:
    """Return the claims of the last assertion, checked as a provider would, with the hub's published keys."""
    token = town.provider.seen[-1].headers["hub-assertion"]
    keys = town.doors.public().get("/.well-known/jwks.json").json()["keys"]
    key = next(key for key in keys if key.get("kid") == jwt.get_unverified_header(token)["kid"])
    audience = f"{town.provider.url}/api"
    return jwt.decode(
        token, jwt.PyJWK(key), ["ES256"], {"verify_exp": False, "verify_iat": False}, audience=audience, **changes
    )


def test_a_granted_system_gets_the_record_with_masks_applied_by_the_hub(town: Town) -> None:
    answer = town.ask().json()
    assert answer["rows"] == [
        {"shenfen_haoma": PERSON, "xingming": "姜**", "hunyin_zhuangtai": "21", "dengji_riqi": "2010-08-20"}
    ]


def test_the_provider_gets_the_path_of_the_template_with_the_key_in_it(town: Town) -> None:
    town.ask()
    assert (town.provider.seen[-1].method, town.provider.seen[-1].target) == ("GET", f"/api/persons/{PERSON}")


def test_the_consumers_token_and_headers_never_reach_the_provider(town: Town) -> None:
    town.ask(headers={"X-Secret": "consumer", "Cookie": "a=b", "Prefer": "return=minimal"})
    assert set(town.provider.seen[-1].headers) == {
        "host", "accept", "accept-encoding", "connection", "user-agent", "hub-assertion",
    }  # fmt: skip


def test_the_hubs_assertion_names_who_asks_what_for_and_the_receipt(town: Town) -> None:
    town.ask()
    claims, opened = claims_of(town), town.receipts()[-2]
    told = {name: claims[name] for name in ("iss", "system", "purpose", "case_number", "grant", "receipt")}
    assert told == {
        "iss": town.city.url,
        "system": town.city.people.registered[ASKER].system_id,
        "purpose": acts.PURPOSE,
        "case_number": acts.CASE,
        "grant": opened["grant"],
        "receipt": opened["id"],
    }


def test_the_assertion_names_no_item_that_is_not_granted(town: Town) -> None:
    town.ask()
    assert set(claims_of(town)["fields"]) == set(FORMS)


def test_the_hubs_assertion_lives_a_minute_at_most(town: Town) -> None:
    town.ask()
    claims = claims_of(town)
    assert 0 < claims["exp"] - claims["iat"] <= 60


def test_an_assertion_for_one_endpoint_is_none_for_another(town: Town) -> None:
    town.ask()
    with pytest.raises(jwt.InvalidAudienceError):
        jwt.decode(
            town.provider.seen[-1].headers["hub-assertion"],
            options={"verify_signature": False, "verify_aud": True, "verify_exp": False},
            audience="https://other.example.cn",
        )


def test_undeclared_and_ungranted_fields_are_dropped_and_counted(town: Town) -> None:
    town.provider.behave = stub.answers({"data": [{**ROW, "secret": "CANARY-1", "more": {"x": "CANARY-2"}}], "z": 1})
    answer = town.ask()
    assert (answer.json()["dropped"], b"CANARY" in answer.content) == ({"undeclared": 2, "ungranted": 1}, False)


def test_the_receipt_counts_what_was_dropped_and_holds_no_value(town: Town) -> None:
    town.provider.behave = stub.answers({"data": [{**ROW, "secret": "CANARY-1"}]})
    town.ask()
    receipt = town.receipts()[-1]
    text = json.dumps(receipt, ensure_ascii=False)
    found = [word for word in ("CANARY", PERSON, "姜", "2010-08-20") if word in text]
    assert (receipt["fields_dropped"], found) == (1, [])


def test_both_receipts_are_of_one_call_and_the_last_proves_the_bytes(town: Town) -> None:
    answer = town.ask()
    digest = base64.b64encode(hashlib.sha256(answer.content).digest()).decode()
    assert town.outcome() == ("delivered", None, 200)
    assert town.receipts()[-1]["response_digest"] == answer.headers["Content-Digest"] == f"sha-256=:{digest}:"


def test_items_not_granted_are_not_given_even_when_asked_for(town: Town) -> None:
    assert town.ask(items=["shenfen_haoma", "dengji_jiguan"]).status_code == 403


def test_only_the_items_asked_for_are_given(town: Town) -> None:
    assert town.ask(items=["hunyin_zhuangtai"]).json()["rows"] == [{"hunyin_zhuangtai": "21"}]


def test_another_purpose_is_denied_before_anything_is_called(town: Town) -> None:
    before = len(town.provider.seen)
    assert (town.ask(purpose="其他").status_code, len(town.provider.seen)) == (403, before)


def test_a_system_without_a_grant_is_denied_with_a_receipt(town: Town) -> None:
    body = {"key": {"shenfen_haoma": PERSON}, "purpose": acts.PURPOSE}
    before = len(town.provider.seen)
    answer = town.doors.system("jiaoyuju").post(f"/api/v1/relay/{MARRIAGES}", json=body)
    assert (answer.status_code, len(town.provider.seen)) == (403, before)
    assert town.receipts("denial", "pending")[-1]["id"] == answer.json()["receipt"]


def test_a_record_of_another_person_is_not_passed_on(town: Town) -> None:
    town.provider.behave = stub.answers({"data": [{**ROW, "idNo": OTHER}]})
    answer = town.ask()
    assert (answer.status_code, answer.json()["reason"], OTHER in answer.text) == (502, "other_subject", False)
    assert town.outcome() == ("failed", "other_subject", 502)


def test_one_foreign_row_among_right_ones_stops_the_whole_answer(town: Town) -> None:
    town.provider.behave = stub.answers({"data": [ROW, {**ROW, "idNo": OTHER}]})
    assert town.ask().status_code == 502


def test_a_row_without_the_key_is_not_passed_on(town: Town) -> None:
    town.provider.behave = stub.answers({"data": [{name: value for name, value in ROW.items() if name != "idNo"}]})
    assert town.ask().json()["reason"] in {"other_subject", "type"}


def test_no_record_is_an_answer_too(town: Town) -> None:
    town.provider.behave = stub.answers({"data": None})
    assert (town.ask().json()["rows"], town.outcome()) == ([], ("delivered", None, 200))


def test_a_status_registered_as_not_found_is_no_record(town: Town) -> None:
    town.provider.behave = stub.answers({"error": "none"}, status=404)
    assert town.ask().json()["total"] == 0


def test_the_path_may_be_written_as_the_provider_knows_it(town: Town) -> None:
    town.ask(key=PERSON, path=f"/persons/{PERSON}")
    body = {"path": f"/persons/{PERSON}", "purpose": acts.PURPOSE, "case_number": acts.CASE}
    answer = town.doors.system(ASKER).post(f"/api/v1/relay/{MARRIAGES}", json=body)
    assert answer.json()["total"] == 1


def test_a_post_api_gets_its_key_in_the_body_and_the_providers_own_header(town: Town) -> None:
    town.attach(
        method="POST", path="/query", body={"q": {"id": "{shenfen_haoma}", "v": 2}}, query={"app": "hub"},
        header_name="X-Api-Key", secret="k-1",
    )  # fmt: skip
    town.ask()
    seen = town.provider.seen[-1]
    assert (seen.target, json.loads(seen.body), seen.headers["x-api-key"]) == (
        "/api/query?app=hub", {"q": {"id": PERSON, "v": 2}}, "k-1",
    )  # fmt: skip


def test_a_provider_that_signs_is_believed_and_its_signature_kept_with_the_receipt(town: Town) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    signer = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(private.public_key()))
    body = json.dumps({"data": [ROW]}).encode()
    head, _, tail = PyJWS().encode(body, private, "ES256").split(".")
    town.attach(signer={name: signer[name] for name in ("kty", "crv", "x", "y")})
    town.provider.behave = stub.says(body, more=(f"X-JWS-Signature: {head}..{tail}",))
    assert town.ask().status_code == 200
    assert town.receipts()[-1]["upstream"] == f"{head}..{tail}"
    town.provider.behave = stub.says(body.replace(b"21", b"10"), more=(f"X-JWS-Signature: {head}..{tail}",))
    assert (town.ask().json()["reason"], town.outcome()) == ("signature", ("failed", "signature", 502))


def test_a_grant_suspended_while_the_provider_thinks_gives_nothing(town: Town) -> None:
    async def slow(seen: stub.Seen, writer: Any) -> None:
        set_grants(town, "suspended")
        await stub.answers({"data": [ROW]})(seen, writer)

    town.provider.behave = slow
    try:
        answer = town.ask()
    finally:
        set_grants(town, "active")
    assert (answer.status_code, town.receipts()[-1]["outcome"]) == (403, "not_delivered")


def test_the_watch_sees_whom_relayed_questions_are_about(town: Town) -> None:
    watch = town.city.services.watch
    usual, watch.limits = watch.limits, Limits(subjects_per_case=0)
    try:
        asked = town.ask(case_number="DB-771")
    finally:
        watch.limits = usual
    assert asked.status_code == 200, asked.text
    assert "grant.case-number-reuse" in [one["incident_kind"] for one in town.receipts("incident")]


def test_the_watch_sees_whom_queries_by_number_are_about(town: Town) -> None:
    watch = town.city.services.watch
    usual, watch.limits = watch.limits, Limits(calls_before_ratio=1, least_hit_percent=100)
    try:
        where = {"item": "shenfen_haoma", "op": "eq", "value": OTHER}
        body = {"where": where, "purpose": acts.PURPOSE, "case_number": acts.CASE}
        asked = town.doors.system(ASKER).post(f"/api/v1/exchange/{MARRIAGES}/query", json=body)
    finally:
        watch.limits = usual
    assert asked.status_code == 200, asked.text
    assert "grant.low-hit-ratio" in [one["incident_kind"] for one in town.receipts("incident")]
